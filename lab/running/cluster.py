"""One cluster of a lab as it is installed: its nodes with their certificates and services, and how they hang together.

CAPF runs on the publisher only. Each phone's file names the members of the CallManager Group, which each node's TFTP has from here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from cryptography.hazmat.primitives.serialization import Encoding

from capf_sim.capf import Capf, CapfConfiguration
from capf_sim.issuer import CapfIssuer, IssuerFactory
from cisco_data import STORE_OF, CertificateUnit, ClusterSecurityMode, ServiceName, StoreName, tls
from cisco_data.models import MODELS
from cisco_data.release_table import UNNAMED_RELEASE, Release
from cucm_sim.certificate_units import capf_key, lifetime, lsc_digest, other_units
from cucm_sim.cluster import Cluster
from cucm_sim.database import Database
from cucm_sim.node import Node, NodeSettings
from cucm_sim.parameters import ServiceParameters
from cucm_sim.tftp import CiscoTftp as TftpService
from cucm_sim.tftp_files import PhoneServers
from journal import Journal
from lab.base.seeded import octets_from
from lab.operations.cast import CastNode
from lab.operations.nodes import call_manager_group, publisher_alone, tftp_servers
from lab.running.database_operations import DatabaseOperations
from lab.running.network_services import network_services
from lab.running.phone_servers import phone_servers, tvs_port_of
from phone_sim.network import TftpAddress
from pki import (
    Authority,
    Certificate,
    Identity,
    KeyRing,
    Octets,
    TrustStore,
    callmanager_identity,
    capf_authority,
    node_identity,
    read,
)
from wire.service import Service
from wire.tcp import Tap
from wire.tftp import PORT as TFTP_PORT
from wire.tls import TlsVersion
from wire.tls.context import KeyLog

TFTP_PORT_INSTEAD = 10069
"""Of TFTP over UDP, for a user who may not have port 69."""
CLUSTER_AGE = timedelta(days=400)
"""CAPF and CallManager certificates of a cluster started that long before the story. Assumed."""


@dataclass(slots=True)
class LabCluster:
    """One cluster with all that runs in it."""

    cluster: Cluster
    capf: Capf
    tftps: dict[str, TftpService]
    """By node, the publisher first; also of a node that does not run it."""
    call_manager_group: tuple[str, ...]
    """Names of nodes, the one with the highest priority first."""
    tftp_nodes: tuple[str, ...]
    """Names of the nodes that phones ask for their files, in this order."""
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
    def nodes(self) -> dict[str, Node]:
        """By name, the publisher first."""
        return self.cluster.nodes

    @property
    def tftp(self) -> TftpService:
        """Of the publisher, as `capf`."""
        return self.tftps[self.cluster.publisher.name]

    @property
    def tftp_address(self) -> TftpAddress:
        """For phones: DHCP option 150 of a real network."""
        return self.tftp_address_of(self.tftp_nodes)

    def tftp_address_of(self, nodes: Sequence[str]) -> TftpAddress:
        """The same for other nodes that run Cisco Tftp, one or two."""
        found: TftpAddress | None = None
        for node in reversed(nodes):
            served = self.tftps[node]
            https_port = next(iter(served.https_ports), None)
            found = TftpAddress(served.address, served.port, found, served.tftp_port, https_port, node)
        assert found is not None, "check_nodes has seen that some node runs it"
        return found

    @property
    def services(self) -> dict[str, Service]:
        """Of the publisher, by CUCM's names, in the order in which they start."""
        return self.cluster.publisher.services

    def in_use(self, store: str) -> TrustStore:
        """CallManager-trust or CAPF-trust as its service read it at its start; empty while that is stopped. Others as they are."""
        if store not in STORE_OF.values():
            return self.cluster.trust[store]
        in_use = (self.cluster.callmanager if store == StoreName.CALLMANAGER else self.capf).in_use
        return in_use.trust if in_use is not None and in_use.trust is not None else TrustStore(store)

    def renamed(self, former: str, name: str) -> None:
        """A node has another host name."""
        self.tftps = {name if each == former else each: tftp for each, tftp in self.tftps.items()}
        self.call_manager_group = tuple(name if each == former else each for each in self.call_manager_group)
        self.tftp_nodes = tuple(name if each == former else each for each in self.tftp_nodes)

    def take_addresses(self) -> None:
        """A node has another address: phones' files name it from the next start of Cisco Tftp on."""
        servers = phone_servers(self.cluster, self.capf, self.call_manager_group, tvs_port_of)
        for tftp in self.tftps.values():
            tftp.name_servers(servers)

    def trust_list(self) -> TrustStore:
        """The servers that a phone of this cluster trusts, as its CTL or ITL file lists them."""
        return self.cluster.trust_list


@dataclass(frozen=True, slots=True)
class LabContext:
    """What all clusters of a lab share."""

    journal: Journal
    keys: KeyRing
    octets: Octets
    default_ca_list: Callable[[str], tuple[Certificate, ...]]
    """Of a release."""
    serial_of: Callable[[str], str]
    """Chassis number of a device; empty where it is not known."""
    tap: Tap | None = None
    keylog: KeyLog | None = None
    database_file: Callable[[str], Path] | None = None
    """Where a cluster of that name keeps its configuration; in memory where there is none."""


def install_cluster(
    context: LabContext,
    name: str,
    address: Callable[[], str],
    port: Callable[[int], int],
    privileged: Callable[[str, int, int], int],
    *,
    nodes: Sequence[CastNode] = (),
    group: Sequence[str] = (),
    tftp: Sequence[str] = (),
    mixed: bool = True,
    release: Release = UNNAMED_RELEASE,
    minimum_tls: TlsVersion = TlsVersion.TLSv1,
    lsc_authority_key_identifier: bool = True,
    make_issuer: IssuerFactory = CapfIssuer,
) -> LabCluster:
    """A cluster with its own CAPF; nothing runs yet.

    Args:
        address: gives each node one.
        port: where a standard port is in this lab.
        privileged: where a UDP port below 1024 is, by address, port and the port to take instead.
        nodes: the publisher first; one of the name `CLUSTER-pub` where there are none.
        group: nodes by priority, as `call_manager_group` knows them.
        tftp: nodes that phones ask in this order, as `tftp_servers` knows them.
        lsc_authority_key_identifier: False makes its LSCs point at CAPF's name only; also after CAPF was regenerated.
        make_issuer: who signs LSCs.
    """
    place = {"C": "AU", "O": f"{name.capitalize()} Company", "OU": "Voice", "ST": "NSW", "L": "Sydney"}
    since = context.journal.clock.now().replace(microsecond=0) - CLUSTER_AGE
    authority = capf_authority(
        keys=context.keys,
        subject=place,
        not_before=since,
        octets=context.octets,
        key_spec=capf_key(release),
        digest=lsc_digest(release),
        authority_key_identifier=lsc_authority_key_identifier,
    )
    nodes = nodes or publisher_alone(name)
    ports = [(port(2000), port(2443)) for _ in nodes]
    settings = [
        NodeSettings(
            node.name,
            address(),
            callmanager_identity(
                keys=context.keys, subject=place, host_name=node.name, not_before=since, octets=context.octets
            ),
            _other_identities(
                context, place, node.name, since, authority, other_units(release, is_publisher=not number), release
            ),
            own_ports if number else None,
        )
        for number, (node, own_ports) in enumerate(zip(nodes, ports, strict=True))
    ]
    publisher = settings[0]
    security_mode = ClusterSecurityMode.MIXED if mixed else ClusterSecurityMode.NON_SECURE
    cluster = Cluster(
        name,
        context.journal,
        address=publisher.address,
        callmanager_identity=publisher.callmanager_identity,
        other_identities=publisher.other_identities,
        default_ca_list=context.default_ca_list(release.name),
        capf_authority=authority,
        node_name=publisher.name,
        subscribers=settings[1:],
        cluster_security_mode=security_mode,
        database=Database(security_mode, path=context.database_file(name)) if context.database_file else None,
        parameters=ServiceParameters(minimum_tls_version=minimum_tls, port=ports[0][0], secure_port=ports[0][1]),
        tap=context.tap,
        keylog=context.keylog,
        octets=context.octets,
        release=release,
    )
    operations = DatabaseOperations(cluster.database, lambda model: MODELS[model].product, context.serial_of)
    capf = _capf(context, cluster, operations, port(3804), make_issuer)
    group = call_manager_group(nodes, group)
    network = {
        each.name: network_services(each, context.journal, port, tap=context.tap, keylog=context.keylog)
        for each in cluster.nodes.values()
    }
    servers = phone_servers(cluster, capf, group, lambda node: network[node.name][ServiceName.TVS].port)
    tftps = {
        each.name: _tftp(context, cluster, each, capf, servers, port, privileged) for each in cluster.nodes.values()
    }
    for planned, node in zip(nodes, cluster.nodes.values(), strict=True):
        there = (
            node.callmanager,
            *([capf] if node.is_publisher else []),
            tftps[node.name],
            *network[node.name].values(),
        )
        node.services = {service.name: service for service in there if planned.runs(ServiceName(service.name))}
    cluster.install_trust_lists()
    return LabCluster(cluster, capf, tftps, group, tftp_servers(nodes, tftp))


def _capf(
    context: LabContext, cluster: Cluster, operations: DatabaseOperations, port: int, make_issuer: IssuerFactory
) -> Capf:
    def configuration() -> CapfConfiguration:
        assert cluster.capf_authority is not None
        minimum, maximum = cluster.publisher.minimum_tls_version, cluster.release.maximum_tls
        return CapfConfiguration(cluster.capf_authority, cluster.capf_trust, minimum, maximum)

    return Capf(
        configuration,
        operations,
        cluster.publisher.emitter(context.journal, "capf"),
        address=cluster.address,
        port=port,
        make_issuer=make_issuer,
        tap=context.tap,
        keylog=context.keylog,
    )


def _tftp(
    context: LabContext,
    cluster: Cluster,
    node: Node,
    capf: Capf,
    servers: PhoneServers,
    port: Callable[[int], int],
    privileged: Callable[[str, int, int], int],
) -> TftpService:
    def certificate_of(device_name: str) -> bytes | None:
        """Of its LSC, else of a MIC that CAPF has seen. Assumed: an EC certificate is taken too, whose key encrypts no file."""
        certificate = capf.lscs.get(device_name) or capf.mics.get(device_name)
        return certificate.public_bytes(Encoding.DER) if certificate is not None else None

    return TftpService(
        cluster.database,
        node.emitter(context.journal, "tftp"),
        address=node.address,
        port=port(6970),
        https_ports=[port(tls.TFTP_HTTPS.port), port(tls.TFTP_HTTPS_CLIENTS.port)],
        tftp_port=privileged(node.address, TFTP_PORT, TFTP_PORT_INSTEAD),
        call_managers=servers.call_managers,
        tvs_members=servers.tvs_members,
        capf_servers=servers.capf_servers,
        certificate_of=certificate_of,
        vpn_group_of=cluster.vpn_group_of,
        node=node,
        octets=context.octets,
        tap=context.tap,
        keylog=context.keylog,
    )


def _other_identities(
    context: LabContext,
    place: dict[str, str],
    host_name: str,
    since: datetime,
    capf: Authority,
    units: Iterable[CertificateUnit],
    release: Release,
) -> dict[str, Identity]:
    """What a node has besides CallManager.pem and CAPF.pem.

    Their serial numbers follow from CAPF's, so that the lab's source of octets gives the others what it gave before.
    """
    return {
        unit: node_identity(
            unit,
            keys=context.keys,
            subject=place,
            host_name=host_name,
            not_before=since,
            octets=octets_from(f"{read(capf.certificate).serial_number}/{host_name}/{unit}"),
            validity=lifetime(unit, release),
        )
        for unit in units
    }
