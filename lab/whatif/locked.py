"""Phones that a change leaves behind, found by trying: nothing that is done on the clusters helps them, so that the trust lists
must be deleted on each of them.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from cisco_data import CertificateUnit, ServiceName, StoreName
from lab.fleet.model import Fleet
from lab.operations import steps as st
from lab.operations.effects import apply_all
from lab.whatif.work import Work
from pki import Certificate

_SIGNERS = (CertificateUnit.CALLMANAGER, CertificateUnit.ITL_RECOVERY)


def locked(work: Work, steps: Sequence[st.Step]) -> tuple[str, ...]:
    """Device names, in order: phones that refuse the files of their TFTP server after the steps, and would refuse them still.

    Phones of which that cannot be told are not among them: their verdict says so.
    """
    found = beyond_help(work, work.after(steps))
    return tuple(sorted(device for name in found for device in work.stands_for(name)))


def beyond_help(work: Work, fleet: Fleet) -> frozenset[str]:
    """Those that refuse the files of their TFTP server in this fleet, whatever is done on the clusters from here on."""
    refusing = refusing_files(work, fleet)
    if not refusing:
        return refusing
    return refusing & refusing_files(work, apply_all(fleet, _all_that_helps(fleet), work.judge.factory))


def refusing_files(work: Work, fleet: Fleet) -> frozenset[str]:
    """Device names of phones that refuse a list or the configuration file of their TFTP server, or would if they were on."""
    found = set()
    for phone in fleet.phones:
        files = work.judge.files(fleet, phone)
        trust = files.access.server if files is not None else None
        if trust is not None and trust.accepted is False:
            found.add(phone.device_name)
    return frozenset(found)


def _all_that_helps(fleet: Fleet) -> Iterator[st.Step]:
    """Each cluster knows who signs the lists and files of all others, and each service has read everything."""
    for cluster in fleet.trust:
        for other in fleet.trust:
            for signer in signers_of(fleet, other) if other != cluster else ():
                yield st.ChangeOtherStoreStep(cluster, StoreName.PHONE_SAST, signer, uploaded=True)
        yield st.ControlServiceStep(cluster, ServiceName.TVS, "restart")
        yield st.SetParameterStep(cluster, "TFTP File Signature Algorithm", "SHA-1")
        yield st.ControlServiceStep(cluster, ServiceName.TFTP, "restart")


def signers_of(fleet: Fleet, cluster: str) -> tuple[Certificate, ...]:
    """Who signs the lists and files of a cluster: CallManager.pem and ITLRecovery of each node, as far as they are known."""
    nodes = fleet.trust[cluster].nodes if cluster in fleet.trust else ()
    return tuple(dict.fromkeys(node.own[unit] for node in nodes for unit in _SIGNERS if unit in node.own))
