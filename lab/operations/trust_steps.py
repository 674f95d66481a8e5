"""Which steps matter to a phone by its trust lists, and what follows for one of which nobody knows what it holds."""

from __future__ import annotations

from cisco_data import ServiceName
from cisco_data.enterprise_parameters import FILE_SIGNATURE_ALGORITHM, ROLLBACK
from lab.fleet.model import Fleet, Unjudged, UnjudgedReason
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
    st.SetAddressStep,
    st.RestoreKeysStep,
)
"""After these a phone may meet a server, a list or a file that its trust lists do not vouch for."""
_READ_ANEW = frozenset({ServiceName.TVS, ServiceName.TFTP})
"""At their start these take up what was changed before, be it by the plan or not."""


def needs_lists(step: st.Step) -> bool:
    """Whether what a phone makes of the step depends on its trust lists."""
    if isinstance(step, st.ControlServiceStep):
        return step.service in _READ_ANEW and (step.service is ServiceName.TVS or step.change != "stop")
    if isinstance(step, st.SetParameterStep):
        return step.name == ROLLBACK or (step.name == FILE_SIGNATURE_ALGORITHM and step.value != EVERY_PHONES_DIGEST)
    return isinstance(step, _ALWAYS)


def lists_matter(fleet: Fleet, step: st.Step) -> Fleet:
    """After the step: nothing can be said of phones whose lists the inputs could not tell, where they decide."""
    if not needs_lists(step) or not any(phone.lists is None and phone.lists_not_told for phone in fleet.phones):
        return fleet
    cluster, phones = getattr(step, "cluster", ""), st.phones_of_step(step)
    new = Unjudged(UnjudgedReason.LISTS_NOT_TOLD, 0, cluster, "", phones)
    for each in fleet.unjudged:
        if each.reason is new.reason and (each.cluster, each.phones) in {(cluster, phones), (cluster, frozenset())}:
            return fleet
    return cannot_judge(fleet, new.reason, cluster=cluster, phones=phones)
