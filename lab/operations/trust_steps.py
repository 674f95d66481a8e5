"""Which steps matter to a phone by its trust lists, and what follows for one of which it is not known what it holds."""

from __future__ import annotations

from cisco_data import ServiceName
from cisco_data.enterprise_parameters import FILE_SIGNATURE_ALGORITHM, ROLLBACK
from lab.fleet.model import Fleet, UnjudgedReason
from lab.operations import steps as st
from lab.operations.effect import cannot_judge

EVERY_PHONES_DIGEST = "SHA-1"
"""Of TFTP File Signature Algorithm: what every phone can check."""
_ALWAYS: tuple[type[st.Step], ...] = (
    st.MoveStep,
    st.SetTftpServerStep,
    st.RegenerateCapfStep,
    st.SignCapfStep,
    st.RegenerateCallManagerStep,
    st.RenewOtherStep,
    st.ChangeOtherStoreStep,
    st.UpdateTrustListsStep,
    st.SetClusterModeStep,
    st.ResetItlStep,
    st.ResetCtlStep,
    st.DeleteCtlFileStep,
    st.SetHostNameStep,
    st.SetDomainStep,
    st.RestoreKeysStep,
)
"""After these a phone may meet a server, a list or a file that its trust lists do not vouch for."""
_READ_ANEW = frozenset({ServiceName.TVS, ServiceName.TFTP})
"""At their start these take up what was changed before, be it by the plan or not."""


def needs_lists(step: st.Step) -> bool:
    """Whether what a phone makes of the step depends on its trust lists."""
    if isinstance(step, st.ControlServiceStep):
        return step.service in _READ_ANEW and (step.service is ServiceName.TVS or step.change != "stop")
    if isinstance(step, st.SetAddressStep):
        return step.by != "cli"
    if isinstance(step, st.SetParameterStep):
        return step.name == ROLLBACK or (step.name == FILE_SIGNATURE_ALGORITHM and step.value != EVERY_PHONES_DIGEST)
    return isinstance(step, _ALWAYS)


def lists_not_told(fleet: Fleet) -> frozenset[str]:
    """Device names of phones of which the inputs could not tell what they hold, though they tell it of their cluster."""
    return frozenset(
        phone.device_name
        for phone in fleet.phones
        if phone.lists is None and phone.lists_not_told and phone.lists_not_told != _of_cluster(fleet, phone.cluster)
    )


def _of_cluster(fleet: Fleet, cluster: str) -> str:
    trust = fleet.trust.get(cluster)
    return trust.not_told if trust is not None else ""


def lists_matter(fleet: Fleet, step: st.Step) -> Fleet:
    """After the step: of such phones it cannot be told whether they accept their servers, where they are its phones."""
    if not needs_lists(step):
        return fleet
    cluster, meant = getattr(step, "cluster", ""), st.phones_of_step(step)
    known = frozenset(
        device for each in fleet.unjudged if each.reason is UnjudgedReason.LISTS_NOT_TOLD for device in each.phones
    )
    there = frozenset(
        phone.device_name for phone in fleet.phones if cluster in ("", phone.cluster, phone.going.cluster)
    )
    new = (lists_not_told(fleet) & there) - known
    new = new & meant if meant else new
    return cannot_judge(fleet, UnjudgedReason.LISTS_NOT_TOLD, phones=new) if new else fleet
