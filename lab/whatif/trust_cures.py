"""What lets phones accept lists, files and servers of a cluster that they refuse, in place of new lists alone; each is tried.

Before a move: the destination's signers in Phone-SAST-trust of the cluster that phones leave, by bulk certificate management or one
by one. After a change of signers: `utils itl reset localkey` and `utils ctl reset localkey`, while phones know the other key. At
last: the lists deleted on each phone.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from cisco_data import ServiceName, StoreName
from cisco_data.bulk_certificates import BulkType
from cisco_data.release_table import CTL_SAST, ITLRECOVERY_EXISTS, UNNAMED_RELEASE
from lab.operations import steps as st
from lab.operations.effects_services import mode_ordered
from lab.whatif.locked import refusing_files, signers_of
from lab.whatif.work import Work

Steps = tuple[st.Step, ...]


def before_a_move(work: Work, steps: Sequence[st.Step]) -> Iterator[Steps]:
    """For a plan by which phones ask the TFTP servers of another cluster: what its own cluster has to know before."""
    ways = dict[tuple[str, str], None]()
    for step in steps:
        if isinstance(step, st.MoveStep | st.SetTftpServerStep):
            leaving = {
                phone.cluster
                for phone in work.fleet.phones
                if phone.cluster != step.cluster and (not step.phones or phone.device_name in step.phones)
            }
            ways |= dict.fromkeys((source, step.cluster) for source in sorted(leaving))
    if not ways:
        return
    bulk: list[st.Step] = []
    singly: list[st.Step] = []
    listed: list[st.Step] = []
    for source, destination in ways:
        both = (destination, source)
        vouching = st.ControlServiceStep(source, ServiceName.TVS, "restart")
        bulk += [st.BulkExportStep(cluster, BulkType.ALL) for cluster in both]
        bulk += [st.BulkConsolidateStep(destination), *map(st.BulkImportStep, both), vouching]
        singly += [
            st.ChangeOtherStoreStep(source, StoreName.PHONE_SAST, signer, uploaded=True)
            for signer in signers_of(work.fleet, destination)
        ]
        singly.append(vouching)
        if mode_ordered(work.fleet, source):
            listed += [st.UpdateTrustListsStep(source), *_reset(work, source)]
    for way in (bulk, singly):
        yield tuple(way)
        if listed:  # phones that ask no TVS know signers by the CTL file
            yield (*way, *listed)


def resets(work: Work, cluster: str) -> Iterator[Steps]:
    """The other key that phones may know signs the lists; then the phones take what the usual signer signs."""
    release = work.fleet.releases.get(cluster, UNNAMED_RELEASE)
    reset = _reset(work, cluster)
    if mode_ordered(work.fleet, cluster) and len(CTL_SAST.of(release.name)) > 1:
        update = st.UpdateTrustListsStep(cluster)
        tftp = st.ControlServiceStep(cluster, ServiceName.TFTP, "restart")
        yield (st.ResetCtlStep(cluster), *reset, update, *reset, tftp, *reset)
    if ITLRECOVERY_EXISTS.of(release.name):
        yield (st.ResetItlStep(cluster, "localkey"), *reset)


def last_resorts(work: Work, steps: Sequence[st.Step]) -> Iterator[Steps]:
    """After the plan: the lists deleted by hand on phones that are on and refuse the files of their cluster, and did not before."""
    new = refusing_files(work, work.after(steps)) - refusing_files(work, work.fleet)
    on = frozenset(phone.device_name for phone in work.fleet.phones if not phone.offline)
    if new & on:
        yield (st.DeleteTrustListsStep(new & on, "menu"),)


def _reset(work: Work, cluster: str) -> Steps:
    here = [phone for phone in work.fleet.phones if phone.cluster == cluster and not phone.offline]
    return (st.ReadFileStep(frozenset(phone.device_name for phone in here), "reset"),) if here else ()
