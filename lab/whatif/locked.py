"""Phones that a change leaves behind, found by trying: nothing that is done on the clusters helps them, so that the trust lists
must be deleted on each of them.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from cisco_data import CertificateUnit, ServiceKind, ServiceName, StoreName
from cisco_data.release_table import CTL_SAST, ITLRECOVERY_EXISTS, UNNAMED_RELEASE
from lab.fleet.model import Fleet, FleetPhone
from lab.operations import steps as st
from lab.operations.effect import services_of
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
    best = apply_all(fleet, _all_that_helps(fleet), work.judge.factory)
    found = refusing & refusing_files(work, best)
    for reset in _resets(fleet) if found else ():
        found -= _helped(work, best, reset)
    return found


def refusing_files(work: Work, fleet: Fleet) -> frozenset[str]:
    """Device names of phones that refuse a list or the configuration file of their TFTP server, or would if they were on."""
    found = set()
    for phone in fleet.phones:
        files = work.judge.files(fleet, phone)
        trust = files.access.server if files is not None else None
        if trust is not None and trust.accepted is False:
            found.add(phone.device_name)
    return frozenset(found)


def _resets(fleet: Fleet) -> Iterator[st.Step]:
    """Commands that sign a list with another key, as far as the release has them. A restore would undo the change instead."""
    for cluster, trust in fleet.trust.items():
        release = fleet.releases.get(cluster, UNNAMED_RELEASE)
        if ITLRECOVERY_EXISTS.of(release.name):
            yield st.ResetItlStep(cluster, "localkey")
            if trust.saved_recovery is not None:
                yield st.ResetItlStep(cluster, "remotekey")
        mixed = any(server.mixed for server in services_of(fleet, cluster, ServiceKind.CALLMANAGER))
        if mixed and len(CTL_SAST.of(release.name)) > 1:
            yield st.ResetCtlStep(cluster)


def _helped(work: Work, best: Fleet, reset: st.Step) -> frozenset[str]:
    """Device names of the phones that take all files after the command, and go on doing so when the usual key signs again.

    Phones that are off come back for it.
    """
    there = replace(best, phones=tuple(replace(phone, offline=False) for phone in best.phones))
    everyone = frozenset(phone.device_name for phone in there.phones)
    cluster = reset.cluster if isinstance(reset, st.ResetItlStep | st.ResetCtlStep) else ""
    usual: list[st.Step] = [st.ControlServiceStep(cluster, ServiceName.TFTP, "restart")]
    if isinstance(reset, st.ResetCtlStep):
        usual.append(st.UpdateTrustListsStep(cluster))
    after = apply_all(there, [reset, st.ReadFileStep(everyone, "reset"), *usual], work.judge.factory)
    return frozenset(phone.device_name for phone in after.phones if _takes_all(work, after, phone))


def _takes_all(work: Work, fleet: Fleet, phone: FleetPhone) -> bool:
    files = work.judge.files(fleet, phone)
    return files is not None and files.access.server is not None and files.access.server.accepted is True


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
