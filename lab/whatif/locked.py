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
    for reset in _resets(end):
        helped = _helped(work, best, reset) if found else frozenset()
        found = [phone for phone in found if phone.device_name not in helped]
    return tuple(sorted(device for phone in found for device in work.stands_for(phone.device_name)))


def _refusing(work: Work, fleet: Fleet) -> Iterator[FleetPhone]:
    for phone in fleet.phones:
        files = work.judge.files(fleet, phone)
        trust = files.access.server if files is not None else None
        if trust is not None and trust.accepted is False:
            yield phone


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
        for other, trust in fleet.trust.items():
            signers = dict.fromkeys(node.own[unit] for node in trust.nodes for unit in _SIGNERS if unit in node.own)
            for signer in signers if other != cluster else ():
                yield st.ChangeOtherStoreStep(cluster, StoreName.PHONE_SAST, signer, uploaded=True)
        yield st.ControlServiceStep(cluster, ServiceName.TVS, "restart")
        yield st.SetParameterStep(cluster, "TFTP File Signature Algorithm", "SHA-1")
        yield st.ControlServiceStep(cluster, ServiceName.TFTP, "restart")
