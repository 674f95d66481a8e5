"""Moving phones between clusters: bulk certificate management, and the TFTP servers that a phone asks."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

from cisco_data import ServiceName
from cisco_data.bulk_certificates import BULK_IMPORT_BUG, BulkType, bulk_types, refused_origin
from cisco_data.release_table import UNNAMED_RELEASE
from lab.base.failures import shown
from lab.operations import steps as st
from lab.operations.cast import Cast, NoSuch
from lab.operations.on_phones import NEXT_FILE, RESET
from lab.operations.operation import NamesInFleet, OnPhones, Operation
from lab.operations.running import RunningLab
from lab.operations.words import TftpServerSource


class BulkExport(Operation, frozen=True, kw_only=True, tag="bulk-export"):
    """Export certificates of a cluster to the SFTP server that all clusters share."""

    TAKES_EFFECT: ClassVar[str] = "at the import"
    DUE: ClassVar[str] = "bulk-consolidate, then bulk-import in each cluster"

    cluster: str = ""
    type: BulkType = BulkType.ALL
    """CallManager.pem of the TFTP nodes (`tftp`), ITLRecovery (`itl-recovery`, from release 12 on), `capf`, `tomcat`, or all."""

    def check(self, cast: Cast) -> None:
        release = cast.release(cast.cluster(self.cluster))
        offered = (BulkType.ALL, *(bulk_types(release.name) if release is not None else BulkType))
        if release is not None and self.type not in offered:
            raise NoSuch(
                "type",
                f"release {release.name} has no type {shown(self.type)}; it has {', '.join(map(shown, offered))}",
            )

    def steps(self, names: NamesInFleet) -> Iterator[st.Step]:
        self.check(names.cast)
        yield st.BulkExportStep(names.cast.cluster(self.cluster), self.type)

    async def carry_out(self, lab: RunningLab) -> None:
        self.check(lab.cast)
        lab.bulk_export(lab.cast.cluster(self.cluster), self.type)


class BulkConsolidate(Operation, frozen=True, kw_only=True, tag="bulk-consolidate"):
    """Consolidate what the clusters have exported to the SFTP server; one of them does it."""

    TAKES_EFFECT: ClassVar[str] = "at the import"
    DUE: ClassVar[str] = "bulk-import in each cluster"

    cluster: str = ""

    def check(self, cast: Cast) -> None:
        cast.cluster(self.cluster)

    def steps(self, names: NamesInFleet) -> Iterator[st.Step]:
        yield st.BulkConsolidateStep(names.cast.cluster(self.cluster))

    async def carry_out(self, lab: RunningLab) -> None:
        lab.bulk_consolidate(lab.cast.cluster(self.cluster))


class BulkImport(Operation, frozen=True, kw_only=True, tag="bulk-import"):
    """Import the consolidated certificates of the other clusters into the trust stores of a cluster.

    CallManager and ITLRecovery go to CallManager-trust and Phone-SAST-trust, CAPF to CallManager-trust, tomcat to tomcat-trust.
    """

    TAKES_EFFECT: ClassVar[str] = (
        f"restart of {ServiceName.TVS} on each node, or 1800 seconds later; restart of {ServiceName.CALLMANAGER} for LSCs"
    )
    DUE: ClassVar[str] = (
        f"restart of {ServiceName.TVS} on each node and of {ServiceName.CALLMANAGER}; update-ctl in mixed mode"
    )

    cluster: str = ""

    def check(self, cast: Cast) -> None:
        cast.cluster(self.cluster)

    def steps(self, names: NamesInFleet) -> Iterator[st.Step]:
        """Raises NoSuch where the import fails by a bug of the release."""
        cluster = names.cast.cluster(self.cluster)
        release = names.cast.release(cluster) or UNNAMED_RELEASE
        refused = refused_origin(names.fleet.sftp.consolidated, cluster, release.name)
        if refused is not None:
            raise NoSuch(
                "cluster",
                f"{cluster}, of release {release.name}, cannot import in bulk what {refused[0]}, of release {refused[1]}, has"
                f" exported ({BULK_IMPORT_BUG}); upload its certificates one by one",
            )
        yield st.BulkImportStep(cluster)

    async def carry_out(self, lab: RunningLab) -> None:
        lab.bulk_import(lab.cast.cluster(self.cluster))


class SetTftpServer(OnPhones, frozen=True, kw_only=True, tag="set-tftp-server"):
    """Give phones the TFTP servers of a cluster, or one node of it; no cluster learns of them, unlike with `move`.

    Typed by hand, servers that the phone's CTL and ITL do not list delete both on 78xx and 79xx phones; 88xx phones keep them.
    """

    TAKES_EFFECT: ClassVar[str] = f"by DHCP {NEXT_FILE}; by hand at once"
    DUE: ClassVar[str] = f"{RESET}, unless by hand"

    to: str
    """Name of the cluster, or `CLUSTER/NODE`."""
    by: TftpServerSource = "dhcp"

    def check(self, cast: Cast) -> None:
        self.servers(cast)
        super().check(cast)

    def servers(self, cast: Cast) -> tuple[str, str]:
        """The cluster and the node, empty for all of its TFTP servers. Raises NoSuch."""
        name, _, node = self.to.partition("/")
        cluster = cast.cluster(name, "to")
        try:
            return cluster, cast.node(cluster, node, ServiceName.TFTP)
        except NoSuch as error:
            raise NoSuch("to", error.problem) from None

    def after(self, cast: Cast) -> Cast:
        return cast.moved(self.devices(cast), self.servers(cast)[0])

    def steps(self, names: NamesInFleet) -> Iterator[st.Step]:
        cluster, node = self.servers(names.cast)
        yield st.SetTftpServerStep(self.devices(names.cast), cluster, node, self.by)

    async def carry_out(self, lab: RunningLab) -> None:
        cluster, node = self.servers(lab.cast)
        lab.set_tftp_server(self.chosen(lab.cast), cluster, node, self.by)


OPERATIONS = (BulkExport, BulkConsolidate, BulkImport, SetTftpServer)
