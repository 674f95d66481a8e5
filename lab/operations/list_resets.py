"""Operations on the files by which phones know who signs lists: resets of ITL and CTL, and the CTL file of one node."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

from cisco_data import ServiceName
from cisco_data.release_table import CTL_SAST, ITLRECOVERY_EXISTS, UNNAMED_RELEASE, Release
from lab.operations import steps as st
from lab.operations.cast import Cast, NoSuch
from lab.operations.operation import NamesInFleet, Operation
from lab.operations.running import RunningLab
from lab.operations.words import ResetKey

_AT_RESET = "when the phone next starts or is reset"


class ResetItl(Operation, frozen=True, kw_only=True, tag="reset-itl"):
    """`utils itl reset`: the ITL file made again on each node whose Cisco Tftp runs, signed by the other key that phones know."""

    TAKES_EFFECT: ClassVar[str] = _AT_RESET
    DUE: ClassVar[str] = f"reset of the phones, then restart of {ServiceName.TFTP}, which undoes it, and another reset"

    cluster: str = ""
    key: ResetKey = "localkey"
    """`remotekey` signs with the ITLRecovery key that a backup saved."""

    def check(self, cast: Cast) -> None:
        release = _release(cast, cluster := cast.cluster(self.cluster))
        if not ITLRECOVERY_EXISTS.of(release.name):
            raise NoSuch("cluster", f"release {release.name} of {cluster} has no `utils itl reset`; 10.0 is the first")

    def steps(self, names: NamesInFleet) -> Iterator[st.Step]:
        self.check(names.cast)
        yield st.ResetItlStep(names.cast.cluster(self.cluster), self.key)

    async def carry_out(self, lab: RunningLab) -> None:
        lab.reset_itl(lab.cast.cluster(self.cluster), self.key)


class ResetCtl(Operation, frozen=True, kw_only=True, tag="reset-ctl"):
    """`utils ctl reset localkey`, in mixed mode only: a CTL file of the present certificates, signed by its second SAST record."""

    TAKES_EFFECT: ClassVar[str] = _AT_RESET
    DUE: ClassVar[str] = "reset of the phones, then update-ctl, and another reset"

    cluster: str = ""

    def check(self, cast: Cast) -> None:
        release = _release(cast, cluster := cast.cluster(self.cluster))
        if len(CTL_SAST.of(release.name)) < 2:
            problem = f"the CTL file of release {release.name} of {cluster} has no second signer; that of 10.5(2) is the first"
            raise NoSuch("cluster", problem)

    def steps(self, names: NamesInFleet) -> Iterator[st.Step]:
        self.check(names.cast)
        yield st.ResetCtlStep(names.cast.cluster(self.cluster))

    async def carry_out(self, lab: RunningLab) -> None:
        lab.reset_ctl(lab.cast.cluster(self.cluster))


class DeleteCtlFile(Operation, frozen=True, kw_only=True, tag="delete-ctl-file"):
    """`file delete tftp CTLFile.tlv` on one node, or on each that has the file; phones keep the CTL that they hold."""

    TAKES_EFFECT: ClassVar[str] = "at once"

    cluster: str = ""
    node: str = ""
    """Each where it is left out, the publisher first."""

    def check(self, cast: Cast) -> None:
        cast.node(cast.cluster(self.cluster), self.node)

    def steps(self, names: NamesInFleet) -> Iterator[st.Step]:
        cluster = names.cast.cluster(self.cluster)
        yield st.DeleteCtlFileStep(cluster, names.cast.node(cluster, self.node))

    async def carry_out(self, lab: RunningLab) -> None:
        cluster = lab.cast.cluster(self.cluster)
        lab.delete_ctl_file(cluster, lab.cast.node(cluster, self.node))


def _release(cast: Cast, cluster: str) -> Release:
    return cast.release(cluster) or UNNAMED_RELEASE


OPERATIONS = (ResetItl, ResetCtl, DeleteCtlFile)
