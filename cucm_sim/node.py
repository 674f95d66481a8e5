"""One node of a cluster: its address, its own certificates, its trust stores, and the services that run on it.

The first node of a cluster is the publisher: CAPF and the CTL commands are there only. A service reads what its node has when it
starts. Every other module finds a service in `Node.services` and a certificate in `Node.identities`, so a service or a unit that
is added there needs nothing else of the cluster.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, MutableMapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from cisco_data import CertificateUnit, StoreName
from cisco_data.release_table import Release
from cisco_data.trust_store_copies import CHANGE_NOTIFICATION_PERIOD, stays_on_its_node
from cucm_sim.callmanager import CallManager
from cucm_sim.database import Database, TrustStores
from cucm_sim.parameters import ServiceParameters
from cucm_sim.tomcat import Tomcat
from cucm_sim.trust_lists import MadeTrustList, itl_content, made_again
from cucm_sim.tvs import TrustVerificationService
from journal import Actor, Emitter, Journal
from pki import Certificate, Identity, TrustStore
from wire.service import Service
from wire.signed_files import MAX_TRUST_LIST, TrustListFile, read_trust_list_untrusted
from wire.tcp import Tap
from wire.tls import TlsVersion
from wire.tls.context import KeyLog

if TYPE_CHECKING:
    from cucm_sim.cluster import Cluster

CALLMANAGER_UNIT = "CallManager"


@dataclass(frozen=True, slots=True)
class NodeSettings:
    """A node as it is installed."""

    name: str
    """Its host name."""
    address: str
    callmanager_identity: Identity
    """CallManager.pem with its key and what it sends besides."""
    other_identities: Mapping[str, Identity] = field(default_factory=dict)
    """Its further certificates with their keys, by unit; ITLRecovery on the publisher only."""
    ports: tuple[int, int] | None = None
    """Of its CallManager, for SCCP and for SCCP over TLS, where nodes share one address; None for those of the cluster."""


class Node:
    """A server of a cluster.

    Attributes:
        name: its host name, as table processnode has it; `host_names` changes it, as the next two.
        address: where its services listen from their next start on.
        former_addresses: where they listened before.
        domain: of its DNS name; empty for none, as it is installed.
        identities: its own certificates with their keys, by unit. CAPF.pem is the cluster's.
        trust: its trust stores by name.
        services: those that run on it, by CUCM's names, in the order in which they start.
        administrator: notes what an administrator does to this node alone.
    """

    def __init__(
        self,
        cluster: Cluster,
        settings: NodeSettings,
        journal: Journal,
        *,
        is_publisher: bool,
        tap: Tap | None = None,
        keylog: KeyLog | None = None,
    ) -> None:
        """Install it; its CallManager is made and does not run."""
        self.cluster = cluster
        self.name = settings.name
        self.address = settings.address
        self.former_addresses: set[str] = set()
        self.domain = ""
        self._emitters: list[Emitter] = []
        self.is_publisher = is_publisher
        self.identities: MutableMapping[str, Identity] = _OwnCertificates(cluster, self)
        self.identities.update({CALLMANAGER_UNIT: settings.callmanager_identity, **settings.other_identities})
        self.trust: TrustStores | NodeTrustStores = (
            cluster.trust if is_publisher else NodeTrustStores(cluster.trust, cluster.release)
        )
        self._ports = settings.ports
        self.services: dict[str, Service] = {}
        self.itl_list: MadeTrustList
        """The ITL file as Cisco TFTP made it at its last start, or as it was installed or reset since."""
        self.ctl_list: MadeTrustList | None = None
        """CTLFile.tlv, one for the cluster, which CUCM copies to each node; None where there is none, or it was deleted here."""
        self._clock = journal.clock
        self.administrator = self.emitter(journal, "administration")
        self.own_minimum_tls: TlsVersion | None = None
        """As `set tls min-version` set it on this node alone, in memory only; None where that of the cluster counts."""
        self.callmanager = CallManager(
            self,
            self.emitter(journal, "callmanager"),
            node_name=self.name,
            address=self.address,
            tap=tap,
            keylog=keylog,
        )
        self.services[self.callmanager.name] = self.callmanager

    def emitter(self, journal: Journal, service: str) -> Emitter:
        """For a service of this node, under its actor's name, which is that of the node's host name at each time."""
        made = journal.emitter(self._actor(service))
        self._emitters.append(made)
        return made

    def _actor(self, service: str) -> Actor:
        return Actor.of(self.cluster.name, service, self.name if self.cluster.has_subscribers else "")

    # Where it is and what it is called

    @property
    def full_name(self) -> str:
        """Host name and domain. Assumed: the CN of its certificates, but for what their units add."""
        return f"{self.name}.{self.domain}" if self.domain else self.name

    def take_name(self, name: str) -> None:
        """Another host name; what its services note from now on is told under it, but for connections that are open."""
        self.name = self.callmanager.node_name = name
        for emitter in self._emitters:
            emitter.actor = self._actor(emitter.actor.service)
        for service in self.services.values():
            if isinstance(service, Tomcat):
                service.host_name = name

    def take_address(self, address: str) -> None:
        """Another address, where each service listens from its next start on."""
        self.former_addresses.add(self.address)
        self.address = address
        for service in self.services.values():
            service.address = address

    # What its services read when they start

    @property
    def database(self) -> Database:
        """Every node has the same, as CUCM replicates it."""
        return self.cluster.database

    @property
    def release(self) -> Release:
        return self.cluster.release

    @property
    def parameters(self) -> ServiceParameters:
        parameters = self.cluster.parameters
        if self.own_minimum_tls is not None:
            parameters = replace(parameters, minimum_tls_version=self.own_minimum_tls)
        if self._ports is None:
            return parameters
        port, secure_port = self._ports
        return replace(parameters, port=port, secure_port=secure_port)

    @property
    def callmanager_identity(self) -> Identity:
        return self.identities[CALLMANAGER_UNIT]

    @property
    def callmanager_trust(self) -> TrustStore:
        return self.trust[StoreName.CALLMANAGER]

    @property
    def minimum_tls_version(self) -> TlsVersion:
        return self.parameters.minimum_tls_version

    @property
    def maximum_tls_version(self) -> TlsVersion:
        return self.release.maximum_tls

    # Trust lists

    @property
    def ctl_file(self) -> bytes | None:
        """The octets of CTLFile.tlv; None where the node has none."""
        return self.ctl_list.octets if self.ctl_list is not None else None

    @property
    def itl_file(self) -> bytes:
        """The octets of ITLFile.tlv."""
        return self.itl_list.octets

    def install_itl_file(self) -> None:
        """As of the certificates and services that the cluster has now."""
        content = itl_content(self)
        self.itl_list = MadeTrustList(content, self.identity_of(content.signer), self._clock)

    def make_itl_file(self) -> tuple[MadeTrustList, bool]:
        """Cisco TFTP does this when it starts. The file, and whether it is another one than before."""
        before, content = self.itl_list, itl_content(self)
        self.itl_list = made_again(before, content, self.identity_of(content.signer), self._clock)
        return self.itl_list, self.itl_list is not before

    def own_certificate(self, unit: str) -> Certificate | None:
        """Of this node; None where it has none of this unit."""
        identity = self.identities.get(unit)
        return identity.certificate if identity is not None else None

    def identity_of(self, signer: Certificate) -> Identity:
        """The key that belongs to a certificate of this node, or of the publisher, with which it signs lists."""
        held = (*self.identities.values(), *self.cluster.publisher.identities.values())
        return next(identity for identity in held if identity.certificate == signer)

    # What TVS reads

    def certificates_of_unit(self, unit: str) -> tuple[Certificate, ...]:
        """Of every node, or all of a trust store as this node holds it; none for a unit that no node has."""
        if unit in self.trust:
            return self.trust[unit].certificates
        if unit == CertificateUnit.CAPF:
            capf = self.cluster.capf_authority
            return (capf.certificate,) if capf is not None else ()
        return tuple(
            node.identities[unit].certificate for node in self.cluster.nodes.values() if unit in node.identities
        )

    @property
    def ctl_trust_list(self) -> TrustListFile | None:
        """CTLFile.tlv as it is now; None where there is none."""
        octets = self.ctl_file
        return read_trust_list_untrusted(octets) if octets is not None and len(octets) <= MAX_TRUST_LIST else None

    def notify_services(self, unit: str) -> None:
        """Change notification of the database: a certificate or trust store has changed."""
        for service in self.services.values():
            if isinstance(service, TrustVerificationService):
                service.notify(unit, CHANGE_NOTIFICATION_PERIOD)


class NodeTrustStores(Mapping[str, TrustStore]):
    """The trust stores of a subscriber: those of its cluster, and its own of each that has no change notification."""

    def __init__(self, replicated: TrustStores, release: Release) -> None:
        self._replicated = replicated
        self._own = {store: replicated[store] for store in replicated if stays_on_its_node(store, release)}

    def __getitem__(self, store: str) -> TrustStore:
        return self._own[store] if store in self._own else self._replicated[store]

    def __setitem__(self, store: str, changed: TrustStore) -> None:
        """Raises KeyError where there is no such store, ValueError for a snapshot of another one."""
        if store not in self._own:
            self._replicated[store] = changed
        elif changed.name != store:
            raise ValueError(f"{changed.name} cannot take the place of {store}")
        else:
            self._own[store] = changed

    def __iter__(self) -> Iterator[str]:
        return iter(self._replicated)

    def __len__(self) -> int:
        return len(self._replicated)


class _OwnCertificates(MutableMapping[str, Identity]):
    """Certificates with their keys by unit. The database gets the certificates; the keys stay in memory."""

    def __init__(self, cluster: Cluster, node: Node) -> None:
        self._cluster = cluster
        self._node = node
        self._identities: dict[str, Identity] = {}

    def __getitem__(self, unit: str) -> Identity:
        return self._identities[unit]

    def __setitem__(self, unit: str, identity: Identity) -> None:
        self._cluster.database.certificates.save_own(unit, identity.certificate, self._node.name)
        self._identities[unit] = identity
        self._cluster.notify(unit)

    def __delitem__(self, unit: str) -> None:
        raise TypeError("a node keeps a certificate for each of its units")

    def __iter__(self) -> Iterator[str]:
        return iter(self._identities)

    def __len__(self) -> int:
        return len(self._identities)
