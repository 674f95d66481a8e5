"""Phones that a change leaves behind, found by trying: nothing that is done on the clusters helps them, so that the trust lists
must be deleted on each of them.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from cisco_data import CertificateUnit, ServiceName, StoreName
from lab.fleet.model import Fleet, FleetPhone
from lab.operations import steps as st
from lab.operations.effects import apply_all
from lab.whatif.work import Work

_SIGNERS = (CertificateUnit.CALLMANAGER, CertificateUnit.ITL_RECOVERY)


def locked(work: Work, steps: Sequence[st.Step]) -> tuple[str, ...]:
    """Device names, in order: phones that refuse the files of their TFTP server after the steps, and would refuse them still.

    Phones of which that cannot be told are not among them: their verdict says so.
    """
    end = work.after(steps)
    refusing = {phone.device_name for phone in _refusing(work, end)}
    if not refusing:
        return ()
    best = apply_all(end, _all_that_helps(end), work.judge.factory)
    found = [phone for phone in _refusing(work, best) if phone.device_name in refusing]
    return tuple(sorted(device for phone in found for device in work.stands_for(phone.device_name)))


def _refusing(work: Work, fleet: Fleet) -> Iterator[FleetPhone]:
    for phone in fleet.phones:
        files = work.judge.files(fleet, phone)
        trust = files.access.server if files is not None else None
        if trust is not None and trust.accepted is False:
            yield phone


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
