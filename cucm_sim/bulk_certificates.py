"""OS Administration > Security > Bulk Certificate Management: how two clusters come to know each other's certificates.

Each cluster exports to one SFTP server, one of them consolidates what lies there, and each imports the result (Cisco document
215539). That is done on the publisher; what it imports reaches the other nodes as any change of a trust store does, and TVS of
a node reads it at its restart, or by change notification 1800 seconds later.

Assumed: the names of the files; that they carry no key and no password; that a new export of a cluster takes the place of the one
before, and of a consolidated file only when it is consolidated again; that an import passes over the cluster's own
certificates, and files of a type for which the page of its release has no entry; that the import as a whole fails by CSCuy43181.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from cisco_data import CertificateUnit, ClusterSecurityMode, ServiceName
from cisco_data.bulk_certificates import (
    BULK_IMPORT_BUG,
    IMPORTED_TO,
    UNIT_OF_TYPE,
    BulkType,
    bulk_types,
    exports_of_node,
    files_imported,
    files_to_consolidate,
    foreign,
    refused_origin,
    types_of_export,
)
from cisco_data.trust_store_copies import CHANGE_NOTIFICATION_PERIOD
from cucm_sim import bulk_events as ev
from cucm_sim.administration import AdministrationError
from cucm_sim.cluster import Cluster
from cucm_sim.trust_changes import TrustStoreChange, note, put
from pki import read
from pki.pkcs12 import FriendlyCertificate, certificates_of_pkcs12, write_certificates_pkcs12


@dataclass(frozen=True, slots=True)
class BulkFile:
    """One PKCS#12 file on the SFTP server."""

    name: str
    type: BulkType
    clusters: tuple[tuple[str, str], ...]
    """Whose certificates it has, each with the release that exported them."""
    octets: bytes

    @property
    def certificates(self) -> tuple[FriendlyCertificate, ...]:
        """Their friendly names are `CLUSTER/NODE`."""
        return certificates_of_pkcs12(self.octets)


@dataclass(slots=True)
class BulkFolder:
    """The folder of the SFTP server that clusters share."""

    exported: dict[tuple[str, BulkType], BulkFile] = field(default_factory=dict)
    """By cluster and type."""
    consolidated: tuple[BulkFile, ...] = ()
    """At most one file a type."""


def bulk_export(cluster: Cluster, folder: BulkFolder, wanted: BulkType = BulkType.ALL) -> ev.BulkCertificatesExported:
    """Write the cluster's own certificates of one type, or of all that the page of its release offers.

    Raises AdministrationError where the release has no such type.
    """
    try:
        types = types_of_export(cluster.release.name, wanted)
    except ValueError:
        raise AdministrationError(
            f"Bulk Certificate Management of {cluster.release.name} has no type {wanted}; it has"
            f" {', '.join((BulkType.ALL, *bulk_types(cluster.release.name)))}."
        ) from None
    units, serials, files = list[str](), list[str](), dict[BulkType, str]()
    for each in types:
        found = list(_own(cluster, each))
        if not found:
            continue
        file = BulkFile(
            f"{cluster.name}-{each}.p12",
            each,
            ((cluster.name, cluster.release.name),),
            write_certificates_pkcs12(found),
        )
        folder.exported[cluster.name, each] = file
        files[each] = file.name
        units += [UNIT_OF_TYPE[each]] * len(found)
        serials += _serials(found)
    return cluster.administrator.emit(
        ev.BulkCertificatesExported(
            types=tuple(files),
            files=tuple(files.values()),
            units=tuple(units),
            serial_numbers=tuple(serials),
            takes_effect="bulk-consolidate, then bulk-import in each cluster",
        )
    )


def _own(cluster: Cluster, of: BulkType) -> Iterator[FriendlyCertificate]:
    unit = UNIT_OF_TYPE[of]
    if unit is CertificateUnit.CAPF:
        if cluster.capf_authority is not None:
            yield FriendlyCertificate(f"{cluster.name}/{cluster.node_name}", cluster.capf_authority.certificate)
        return
    for node in cluster.nodes.values():
        if unit in node.identities and exports_of_node(of, node.services):
            yield FriendlyCertificate(f"{cluster.name}/{node.name}", node.identities[unit].certificate)


def bulk_consolidate(cluster: Cluster, folder: BulkFolder) -> ev.BulkCertificatesConsolidated:
    """Make one file a type of all that was exported; any of the clusters may do it.

    Raises AdministrationError where nothing was exported.
    """
    if not folder.exported:
        raise AdministrationError(
            "No cluster has exported certificates to the SFTP server, so there is nothing to consolidate."
        )
    made = list[BulkFile]()
    for each, files in files_to_consolidate(folder.exported):
        whole = [one for file in files for one in file.certificates]
        origins = tuple(origin for file in files for origin in file.clusters)
        made.append(BulkFile(f"{each}.p12", each, origins, write_certificates_pkcs12(whole)))
    folder.consolidated = tuple(made)
    return cluster.administrator.emit(
        ev.BulkCertificatesConsolidated(
            clusters=tuple(dict.fromkeys(name for file in made for name, _ in file.clusters)),
            files=tuple(file.name for file in made),
            serial_numbers=tuple(serial for file in made for serial in _serials(file.certificates)),
            takes_effect="bulk-import in each cluster",
        )
    )


def bulk_import(cluster: Cluster, folder: BulkFolder) -> ev.BulkCertificatesImported:
    """Put the other clusters' certificates of the consolidated files into this cluster's trust stores (`IMPORTED_TO`).

    Raises AdministrationError where nothing was consolidated, and where the import fails by a bug of the release.
    """
    if not folder.consolidated:
        missing = "consolidated; run bulk-consolidate first" if folder.exported else "exported; run bulk-export first"
        raise AdministrationError(f"There is nothing to import: no certificates have been {missing}.")
    refused = refused_origin(folder.consolidated, cluster.name, cluster.release.name)
    if refused is not None:
        raise AdministrationError(
            f"{cluster.name}, of release {cluster.release.name}, cannot import in bulk what {refused[0]}, of release"
            f" {refused[1]}, has exported ({BULK_IMPORT_BUG}); upload its certificates one by one."
        )
    taken = files_imported(folder.consolidated, cluster.release.name)
    changes, serials = list[TrustStoreChange](), list[str]()
    with cluster.database.transaction():
        for file in taken:
            others = foreign(file, cluster.name)
            serials += _serials(others)
            changes += [
                put(cluster, store, "imported", one.certificate)
                for store in IMPORTED_TO[file.type]
                for one in others
                if one.certificate not in cluster.trust[store]
            ]
    event = cluster.administrator.emit(
        ev.BulkCertificatesImported(
            types=tuple(file.type for file in taken),
            passed_over=tuple(file.type for file in folder.consolidated if file not in taken),
            serial_numbers=tuple(serials),
            takes_effect=_due(cluster, [file.type for file in taken]),
        )
    )
    note(cluster, changes, event)
    return event


def _due(cluster: Cluster, types: list[BulkType]) -> str:
    seconds = CHANGE_NOTIFICATION_PERIOD.total_seconds()
    due = [f"restart of {ServiceName.TVS} on every node, or change notification {seconds:.0f} seconds later"]
    if BulkType.CAPF in types:
        due.append(f"restart of {ServiceName.CALLMANAGER} on every node, for LSCs of the other cluster")
    mixed = cluster.database.cluster_security_mode is ClusterSecurityMode.MIXED
    if mixed and {BulkType.TFTP, BulkType.ITL_RECOVERY} & {*types}:
        due.append(
            "utils ctl update CTLFile and reset of the phones, for a CTL file that lists the other cluster's signers"
        )
    return "; ".join(due)


def _serials(certificates: list[FriendlyCertificate] | tuple[FriendlyCertificate, ...]) -> list[str]:
    return [f"{read(one.certificate).serial_number:x}" for one in certificates]
