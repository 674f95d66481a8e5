"""One cluster of a lab as it is installed: CUCM with its certificates, CAPF and TFTP beside it, and how they hang together."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from cryptography.hazmat.primitives.serialization import Encoding

from capf_sim.issuer import CapfIssuer, IssuerFactory
from cisco_data import ClusterSecurityMode, ServiceName, StoreName
from cisco_data.models import MODELS
from cucm_sim.cluster import Cluster
from cucm_sim.database import Database
from cucm_sim.parameters import ServiceParameters
from cucm_sim.tftp import Tftp as TftpService
from journal import Journal
from lab.running.services import CapfNode, DatabaseOperations, Service, TftpNode
from phone_sim.network import Tftp
from pki import Authority, Certificate, KeyRing, Octets, TrustStore, callmanager_identity, capf_authority
from wire.phone_file import CapfServer, Member
from wire.tcp import Tap
from wire.tls import TlsVersion
from wire.tls.context import KeyLog

CLUSTER_AGE = timedelta(days=400)
"""CAPF and CallManager certificates of a cluster started that long before the story. Ours."""


@dataclass(slots=True)
class LabCluster:
    """One cluster with all that runs in it."""

    cluster: Cluster
    capf: CapfNode
    tftp: TftpService
    tftp_address: Tftp
    online_ca: bool = False
    """Whether Certificate Issuer to Endpoint is an online CA."""

    @property
    def authority(self) -> Authority:
        """CAPF as its certificate says now; the service goes on with what it read at its start."""
        assert self.cluster.capf_authority is not None
        return self.cluster.capf_authority

    @property
    def name(self) -> str:
        return self.cluster.name

    @property
    def services(self) -> dict[str, Service]:
        """By CUCM's names, in the order in which they start."""
        return {
            ServiceName.CALLMANAGER: self.cluster.callmanager,
            CapfNode.NAME: self.capf,
            TftpNode.NAME: TftpNode(self.tftp, self.tftp_address.address, self.tftp_address.port),
        }

    def in_use(self, store: str) -> TrustStore:
        """CallManager-trust or CAPF-trust as its service read it at its start; empty while that is stopped."""
        of_callmanager = store == StoreName.CALLMANAGER
        read = self.cluster.callmanager.trust_in_use if of_callmanager else self.capf.trust_in_use
        return TrustStore(store) if read is None else read

    def trust_list(self) -> TrustStore:
        """The servers that a phone of this cluster trusts, as its CTL or ITL file lists them."""
        return self.cluster.trust_list


@dataclass(frozen=True, slots=True)
class Ground:
    """What all clusters of a lab stand on."""

    journal: Journal
    keys: KeyRing
    octets: Octets
    default_ca_list: Callable[[], tuple[Certificate, ...]]
    serial_of: Callable[[str], str]
    """Chassis number of a device; empty where it is not known."""
    tap: Tap | None = None
    keylog: KeyLog | None = None
    database_file: Callable[[str], Path] | None = None
    """Where a cluster of that name keeps its configuration; in memory where there is none."""


def install_cluster(
    ground: Ground,
    name: str,
    address: str,
    port: Callable[[int], int],
    *,
    mixed: bool = True,
    minimum_tls: TlsVersion = TlsVersion.TLSv1,
    lsc_authority_key_identifier: bool = True,
    make_issuer: IssuerFactory = CapfIssuer,
) -> LabCluster:
    """A cluster with its own CAPF; nothing runs yet.

    Args:
        port: where a standard port is in this lab.
        lsc_authority_key_identifier: False makes its LSCs point at CAPF's name only; also after CAPF was regenerated.
        make_issuer: who signs LSCs.
    """
    place = {"C": "AU", "O": f"{name.capitalize()} Company", "OU": "Voice", "ST": "NSW", "L": "Sydney"}
    since = ground.journal.clock.now().replace(microsecond=0) - CLUSTER_AGE
    authority = capf_authority(
        keys=ground.keys,
        subject=place,
        not_before=since,
        octets=ground.octets,
        authority_key_identifier=lsc_authority_key_identifier,
    )
    identity = callmanager_identity(
        keys=ground.keys, subject=place, host_name=f"{name}-pub", not_before=since, octets=ground.octets
    )
    security_mode = ClusterSecurityMode.MIXED if mixed else ClusterSecurityMode.NON_SECURE
    cluster = Cluster(
        name,
        ground.journal,
        address=address,
        callmanager_identity=identity,
        default_ca_list=ground.default_ca_list(),
        capf_authority=authority,
        node_name=f"{name}-pub",
        cluster_security_mode=security_mode,
        database=Database(security_mode, path=ground.database_file(name)) if ground.database_file else None,
        parameters=ServiceParameters(minimum_tls_version=minimum_tls, port=port(2000), secure_port=port(2443)),
        tap=ground.tap,
        keylog=ground.keylog,
        octets=ground.octets,
    )
    operations = DatabaseOperations(cluster.database, lambda model: MODELS[model].product, ground.serial_of)
    capf = _capf(ground, cluster, operations, port(3804), make_issuer)
    return LabCluster(cluster, capf, _tftp(ground, cluster, operations, capf.port), Tftp(address, port(6970)))


def _capf(
    ground: Ground, cluster: Cluster, operations: DatabaseOperations, port: int, make_issuer: IssuerFactory
) -> CapfNode:
    def authority() -> Authority:
        assert cluster.capf_authority is not None
        return cluster.capf_authority

    return CapfNode(
        authority=authority,
        trust=lambda: cluster.capf_trust,
        minimum_tls=lambda: cluster.parameters.minimum_tls_version,
        operations=operations,
        emitter=ground.journal.emitter(f"{cluster.name}/capf"),
        address=cluster.address,
        port=port,
        make_issuer=make_issuer,
        tap=ground.tap,
        keylog=ground.keylog,
    )


def _tftp(ground: Ground, cluster: Cluster, operations: DatabaseOperations, capf_port: int) -> TftpService:
    def certificate_of(device_name: str) -> bytes | None:
        certificate = operations.certificates.get(device_name)
        return certificate.public_bytes(Encoding.DER) if certificate is not None else None

    return TftpService(
        cluster.database,
        ground.journal.emitter(f"{cluster.name}/tftp"),
        call_managers=[
            Member(
                cluster.address,
                ethernet_phone_port=cluster.parameters.port,
                secured_ethernet_phone_port=cluster.parameters.secure_port,
            )
        ],
        capf_servers=[CapfServer(cluster.address, capf_port)],
        certificate_of=certificate_of,
        vpn_group_of=cluster.vpn_group_of,
        make_itl_file=cluster.make_itl_file,
        tap=ground.tap,
    )
