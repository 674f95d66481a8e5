"""Phones whose trust lists must be deleted on each of them, found by trying: nothing that is done on the clusters helps them."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence

from cisco_data import CertificateUnit, ServiceKind, ServiceName, StoreName
from lab.fleet.model import Fleet, FleetPhone
from lab.operations import steps as st
from lab.operations.effects import apply_all
from lab.whatif.credential_factory import CredentialFactory
from lab.whatif.impact_report import Group
from lab.whatif.trust.held import NotTold

_SIGNERS = (CertificateUnit.CALLMANAGER, CertificateUnit.ITL_RECOVERY)


def to_delete_by_hand(groups: Sequence[Group], after: Fleet, factory: CredentialFactory) -> tuple[str, ...]:
    """Device names in order: those that refuse the files of their TFTP server after the change, and would refuse them still.

    Args:
        after: with the first phone of each group at least.
    """
    locked = {
        group.devices[0]: group.devices
        for group in groups
        for line in group.lines
        if line.service is ServiceKind.TFTP and line.after.outcome is not None and not line.after.accepted
    }
    left = beyond_help(locked, after, factory)
    return tuple(sorted(device for name in left for device in locked[name]))


def beyond_help(locked: Collection[str], after: Fleet, factory: CredentialFactory) -> tuple[str, ...]:
    """Of these phones, which refuse the files of their TFTP server, those that would refuse them still."""
    if not locked:
        return ()
    best = apply_all(after, _all_that_helps(after), factory)
    left = [phone for phone in best.phones if phone.device_name in locked]
    return tuple(phone.device_name for phone in left if _refuses(best, phone, factory))


def _refuses(fleet: Fleet, phone: FleetPhone, factory: CredentialFactory) -> bool:
    try:
        found = factory.trust.boot(fleet, phone)
    except NotTold:
        return False
    return found is not None and not found.files.accepted


def _all_that_helps(fleet: Fleet) -> Iterator[st.Step]:
    """Each cluster knows who signs the lists and files of all others, and each service has read everything."""
    for cluster in fleet.trust:
        for other, trust in fleet.trust.items():
            signers = dict.fromkeys(node.own[unit] for node in trust.nodes for unit in _SIGNERS if unit in node.own)
            for signer in signers if other != cluster else ():
                yield st.ChangeOtherStoreStep(cluster, StoreName.PHONE_SAST, signer, uploaded=True)
        yield st.ControlServiceStep(cluster, ServiceName.TVS, "restart")
        yield st.SetParameterStep(cluster, "TFTP File Signature Algorithm", "SHA-1")
        yield st.ControlServiceStep(cluster, ServiceName.TFTP, "restart")
