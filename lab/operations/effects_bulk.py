"""What bulk certificate management does to a fleet: certificates go to the SFTP server, and from there into trust stores.

`cucm_sim.bulk_certificates` does the same in a running lab, by the same rules of `cisco_data.bulk_certificates`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Any

from cisco_data import KIND_OF, CertificateUnit, StoreName
from cisco_data.bulk_certificates import (
    IMPORTED_TO,
    UNIT_OF_TYPE,
    BulkType,
    exports_of_node,
    files_imported,
    files_to_consolidate,
    foreign,
    refused_origin,
    types_of_export,
)
from cisco_data.release_table import UNNAMED_RELEASE
from lab.base.acts import ActKind
from lab.fleet.bulk import ExportedCertificates
from lab.fleet.model import Fleet, UnjudgedReason
from lab.fleet.trust import FleetNode
from lab.operations import steps as st
from lab.operations.cluster_trust import with_store
from lab.operations.effect import Effect, Shop, cannot_judge, did, learnt, services_of, with_trust
from pki import Certificate, TrustStore
from pki.pkcs12 import FriendlyCertificate


def release_name(fleet: Fleet, cluster: str) -> str:
    return fleet.releases.get(cluster, UNNAMED_RELEASE).name


def _export(fleet: Fleet, step: st.BulkExportStep, _: Shop) -> Fleet:
    """A type of which the cluster has no certificate writes no file, and the one before stays."""
    release, exported = release_name(fleet, step.cluster), dict(fleet.sftp.exported)
    written: dict[BulkType, tuple[FriendlyCertificate, ...]] = {}
    for each in types_of_export(release, step.type):
        found, known = _own(fleet, step.cluster, each)
        if found or not known:
            unknown = frozenset() if known else frozenset({step.cluster})
            written[each] = found
            exported[step.cluster, each] = ExportedCertificates(each, ((step.cluster, release),), found, unknown)
    fleet = replace(fleet, sftp=replace(fleet.sftp, exported=exported))
    return did(
        fleet,
        ActKind.BULK_EXPORTED,
        cluster=step.cluster,
        value=step.type,
        names=tuple(written),
        certificates=_certificates(one for found in written.values() for one in found),
    )


def _certificates(found: Iterable[FriendlyCertificate]) -> tuple[Certificate, ...]:
    return tuple(dict.fromkeys(one.certificate for one in found))


def _own(fleet: Fleet, cluster: str, of: BulkType) -> tuple[tuple[FriendlyCertificate, ...], bool]:
    """What the cluster exports of this type, and whether that is all."""
    trust, unit = fleet.trust.get(cluster), UNIT_OF_TYPE[of]
    nodes = trust.nodes if trust is not None else ()
    if unit is CertificateUnit.CAPF:
        capf, place = fleet.capf.get(cluster), nodes[0].name if nodes else ""
        return ((FriendlyCertificate(f"{cluster}/{place}", capf),), True) if capf is not None else ((), False)
    exporting = [node for node in nodes if exports_of_node(of, node.runs)]
    found = tuple(
        FriendlyCertificate(f"{cluster}/{node.name}", node.own[unit]) for node in exporting if unit in node.own
    )
    return found, trust is not None and not trust.not_told and bool(found) and not _lacks(exporting, unit)


def _lacks(nodes: list[FleetNode], unit: CertificateUnit) -> bool:
    """Whether a certificate is not known that each of these nodes has. ITLRecovery may be on the publisher only."""
    return unit is not CertificateUnit.ITL_RECOVERY and any(unit not in node.own for node in nodes)


def _consolidate(fleet: Fleet, step: st.BulkConsolidateStep, _: Shop) -> Fleet:
    made = []
    for each, files in files_to_consolidate(fleet.sftp.exported):
        origins = tuple(origin for file in files for origin in file.clusters)
        whole = tuple(one for file in files for one in file.certificates)
        unknown = frozenset(name for file in files for name in file.not_known)
        made.append(ExportedCertificates(each, origins, whole, unknown))
    fleet = replace(fleet, sftp=replace(fleet.sftp, consolidated=tuple(made)))
    certificates = _certificates(one for file in made for one in file.certificates)
    return did(fleet, ActKind.BULK_CONSOLIDATED, cluster=step.cluster, certificates=certificates)


def _import(fleet: Fleet, step: st.BulkImportStep, _: Shop) -> Fleet:
    """Nothing can be said where no step has consolidated files, as others may lie there, or where a file is not wholly known.

    Of a file that is not wholly known nothing is imported here: with a part of it phones would seem to refuse the rest.
    """
    cluster, release = step.cluster, release_name(fleet, step.cluster)
    if refused_origin(fleet.sftp.consolidated, cluster, release) is not None:
        return fleet
    taken = files_imported(fleet.sftp.consolidated, release)
    passed_over = tuple(file.type for file in fleet.sftp.consolidated if file not in taken)
    brought = _certificates(one for file in taken for one in foreign(file, cluster))
    fleet = did(fleet, ActKind.BULK_IMPORTED, cluster=cluster, names=passed_over, certificates=brought)
    # what no phone is judged by may be unknown
    unknown = any(file.not_known - {cluster} for file in taken if file.type is not BulkType.TOMCAT)
    if unknown or not fleet.sftp.consolidated:
        return cannot_judge(fleet, UnjudgedReason.BULK_IMPORT, cluster=cluster)
    for store, certificate in _brought(taken, cluster):
        fleet = _stored(fleet, cluster, store, certificate)
    return fleet


def _brought(files: list[ExportedCertificates], cluster: str) -> Iterator[tuple[StoreName, Certificate]]:
    """In the order in which they come."""
    for file in files:
        others = foreign(file, cluster)
        yield from ((store, one.certificate) for store in IMPORTED_TO[file.type] for one in others)


def _stored(fleet: Fleet, cluster: str, store: StoreName, certificate: Certificate) -> Fleet:
    if store in KIND_OF:
        server = next(iter(services_of(fleet, cluster, KIND_OF[store])), None)
        if server is None or certificate in server.configured.trust:
            return fleet
        fleet = with_trust(learnt(fleet, certificate), server, server.configured.trust.with_certificate(certificate))
        return did(fleet, ActKind.TRUST_UPLOADED, cluster=cluster, server=server.name, certificate=certificate)
    trust = fleet.trust.get(cluster)
    if trust is None or certificate in trust.stores.get(store, TrustStore(store)):
        return fleet
    fleet = did(fleet, ActKind.TRUST_UPLOADED, cluster=cluster, value=store, certificate=certificate)
    return with_store(fleet, cluster, store, certificate, uploaded=True)


EFFECTS: dict[type[Any], Effect] = {
    st.BulkExportStep: _export,
    st.BulkConsolidateStep: _consolidate,
    st.BulkImportStep: _import,
}
