"""Every cluster's side of trust out of its exports: nodes, own certificates, other stores, lists."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import NamedTuple

from cisco_data import KIND_OF, CertificateUnit, ServiceKind, ServiceName, StoreName
from lab.exports.authorities import Authorities
from lab.exports.cluster_trust import ClusterInputs, MadeTrust, MissingLists, make_trust
from lab.exports.folder import File, Folder
from lab.exports.layout import ExportsLayout
from lab.exports.list_files import KnownCertificates
from lab.exports.nodes import host_named, host_of, place_of, same_node
from lab.exports.notes import Notes
from lab.exports.own_certificates import UNITS, Nodes, OwnCertificate
from lab.exports.services import Services
from lab.exports.settings_file import NAME, SettingsFile
from lab.exports.stores import read_store
from lab.exports.texts import OWN_CAPF, PastedText, ToldStores
from lab.exports.trust_lists import (
    ClusterLists,
    FoundFile,
    FoundText,
    certificates_of_lists,
    lists_of_cluster,
)
from lab.fleet.model import FleetServer
from lab.fleet.trust import ClusterTrust
from pki import Certificate, TrustStore
from wire.plain_text import plain
from wire.tls import TlsVersion


class OwnFile(NamedTuple):
    """A file of an own certificate."""

    unit: CertificateUnit
    file: File
    cluster: str | None
    """Key of the layout."""
    certificate: Certificate


class ListFile(NamedTuple):
    """A `.tlv` file."""

    file: File
    cluster: str | None
    octets: bytes


@dataclass(slots=True)
class TrustInputs:
    """What the files outside of all stores hold of it."""

    own: list[OwnFile] = field(default_factory=list)
    lists: list[ListFile] = field(default_factory=list)
    texts: Mapping[str | None, Sequence[PastedText]] = field(default_factory=dict)


@dataclass(slots=True)
class NetworkTrust:
    """By cluster, as a fleet has it."""

    trust: dict[str, ClusterTrust] = field(default_factory=dict)
    lists: dict[str, ClusterLists] = field(default_factory=dict)
    groups: dict[str, tuple[str, ...]] = field(default_factory=dict)
    """Names of the CallManagers in the CallManager Group; of clusters of several nodes only."""

    @property
    def nodes(self) -> dict[str, tuple[str, ...]]:
        return {name: tuple(node.name for node in trust.nodes) for name, trust in self.trust.items() if trust.nodes}


@dataclass(frozen=True, slots=True)
class Network:
    """What was read before."""

    layout: ExportsLayout
    clusters: Mapping[str, str]
    """Names of the layout's clusters."""
    settings: SettingsFile
    services: Services
    authorities: Authorities
    capf: Mapping[str, Certificate]
    told: Mapping[str, ToldStores]
    """By cluster of the layout, what texts tell of stores and own certificates."""
    now: datetime


def read_trust(network: Network, inputs: TrustInputs, maker: MissingLists | None, notes: Notes) -> NetworkTrust:
    """Of every cluster; CallManager of a cluster of several nodes becomes one server a node among the services.

    Raises InvalidInput for a private key.
    """
    found = NetworkTrust()
    for key, name in network.clusters.items():
        lists, made = _of_cluster(network, key, inputs, maker, notes)
        found.trust[name] = made.trust
        found.lists[name] = lists
        if len(made.trust.nodes) > 1:
            _split(network.services, name, made.trust)
            found.groups[name] = tuple(_callmanager(name, node) for node in made.group)
        _presented(network, name, made.trust)
    return found


def _of_cluster(
    network: Network, key: str, inputs: TrustInputs, maker: MissingLists | None, notes: Notes
) -> tuple[ClusterLists, MadeTrust]:
    name, told = network.clusters[key], network.told.get(key, ToldStores())
    settings = network.settings.cluster(name)
    folder = network.layout.clusters[key].shown
    stores = _stores(network, key, told, notes)
    own = [*_own_of_files(network, key, folder, inputs.own, notes), *_own_of_texts(told, folder)]
    addresses = {each.node.casefold(): each.address for each in own if each.node and each.address}
    known = KnownCertificates(
        [
            *(each.certificate for each in own),
            *network.authorities.certificates,
            *(certificate for store in stores.values() for certificate in store.certificates),
            *([network.capf[name]] if name in network.capf else ()),
        ]
    )
    files, texts = _lists(network, key, folder, inputs)
    lists = lists_of_cluster(files, texts, known, addresses, notes)
    network.authorities.enter(certificates_of_lists(lists.every))
    named = [host_named(each) for each in settings.nodes]
    nodes = Nodes(named or lists.nodes)
    nodes.enter(_of_nodes(own, named, notes), name, notes)
    _note_other_nodes(lists, named, name, notes)
    server = network.services.servers.get(f"{ServiceKind.CALLMANAGER} of {name}")
    publisher = next((node.name for (unit, _), node in told.nodes.items() if unit == OWN_CAPF), "")
    about = ClusterInputs(
        name,
        network.services.releases.get(name) or network.settings.release_of(name),
        server.mixed if server is not None else True,
        *(settings, nodes, lists, stores, network.capf.get(name), publisher, network.now),
        server.configured.minimum_tls if server is not None else TlsVersion.TLSv1,
    )
    return lists, make_trust(about, maker, notes)


def _stores(network: Network, key: str, told: ToldStores, notes: Notes) -> dict[str, TrustStore]:
    """Those of a cluster by which no service accepts phones."""
    held: dict[str, list[Certificate]] = {}
    for other in network.layout.others:
        if other.cluster == key:
            read = read_store(other.folder, other.store, network.now, notes, judges=False)
            held.setdefault(other.store, []).extend(read.certificates)
    for store in StoreName:
        texts = told.held.get(store, ()) if store not in KIND_OF else ()
        if texts:
            read = read_store(Folder(store, store), store, network.now, notes, texts, judges=False)
            held.setdefault(store, []).extend(read.certificates)
    for certificates in held.values():
        network.authorities.enter(certificates)
    return {store: TrustStore(store, certificates) for store, certificates in held.items()}


def _own_of_files(
    network: Network, key: str, folder: str, files: Iterable[OwnFile], notes: Notes
) -> Iterable[OwnCertificate]:
    for own in files:
        if own.unit not in UNITS:
            continue
        if own.cluster is None and len(network.clusters) > 1:
            problem = "may be any cluster's: it was left out"
            notes.add(own.file.shown, problem, "put it into the folder of one", grave=True)
        elif own.cluster in (None, key):
            place = place_of(own.file.shown, folder if own.cluster is not None else "")
            yield OwnCertificate(own.unit, own.certificate, place.node, plain(own.file.shown))


def _of_nodes(own: Iterable[OwnCertificate], named: Sequence[str], notes: Notes) -> Iterable[OwnCertificate]:
    """Without those of nodes that settings do not name, where they name any."""
    for each in own:
        if named and each.node and not any(same_node(each.node, one) for one in named):
            problem = (
                f"is a {each.unit}.pem of {each.node}, which is none of the nodes that {NAME} names: it was left out"
            )
            notes.add(each.where, problem, "name the node there, or rename its folder", grave=True)
        else:
            yield each


def _note_other_nodes(lists: ClusterLists, named: Sequence[str], cluster: str, notes: Notes) -> None:
    for name in lists.nodes if named else ():
        if not any(same_node(name, one) for one in named):
            problem = f"has a CTL or ITL file that lists a node {name}, which {NAME} does not name"
            notes.add(cluster, problem, "name it there if it is still a node")


def _own_of_texts(told: ToldStores, folder: str) -> Iterable[OwnCertificate]:
    for unit in UNITS:
        for parsed, file in told.held.get(unit, ()):
            node = told.nodes.get((unit, parsed.certificate))
            named = node.name if node is not None else place_of(file.shown, folder).node
            address = node.address if node is not None else ""
            yield OwnCertificate(unit, parsed.certificate, named, plain(file.shown), address)


def _lists(network: Network, key: str, folder: str, inputs: TrustInputs) -> tuple[list[FoundFile], list[FoundText]]:
    only = len(network.clusters) == 1
    files = []
    for each in inputs.lists:
        if each.cluster == key or (each.cluster is None and only):
            place = place_of(each.file.shown, folder if each.cluster is not None else "")
            files.append(FoundFile(each.file, each.octets, place.node if place.certain else ""))
    texts = []
    for cluster, of_cluster in inputs.texts.items():
        if cluster != key and not (cluster is None and only):
            continue
        for text in of_cluster:
            place = place_of(text.file.shown, folder if cluster is not None else "")
            node = place.node if place.certain else ""
            texts += [FoundText(shown, text.file, node) for shown in text.lists]
    return files, texts


def is_own_place(shown: str, cluster: str, certificate: Certificate, named: Sequence[str]) -> bool:
    """Whether a file called like an own certificate lies where those of a node lie, and not where a plan's new ones may.

    Args:
        named: nodes by settings.
    """
    place = place_of(shown, cluster)
    return place.certain or any(same_node(place.node, each) for each in (*named, host_of(certificate)) if each)


def _callmanager(cluster: str, node: str) -> str:
    return f"{ServiceKind.CALLMANAGER} of {cluster}/{node}"


def _presented(network: Network, cluster: str, trust: ClusterTrust) -> None:
    """What each service presents: the certificate that is on disk, as after a restart."""
    servers = network.services.servers
    for name, server in servers.items():
        if server.cluster != cluster:
            continue
        node = trust.node(server.node)
        known = node.own.get(CertificateUnit.CALLMANAGER) if node is not None else None
        if server.kind is ServiceKind.CAPF:
            known = network.capf.get(cluster)
        settings = replace(server.configured, presents=known)
        servers[name] = replace(server, configured=settings, in_use=settings)


def _split(services: Services, cluster: str, trust: ClusterTrust) -> None:
    """One CallManager a node, as each has the same stores and settings."""
    former = services.servers.get(f"{ServiceKind.CALLMANAGER} of {cluster}")
    if former is None:
        return
    running = [node.name for node in trust.nodes if ServiceName.CALLMANAGER in node.runs]
    servers: dict[str, FleetServer] = {}
    for name, server in services.servers.items():
        if server is not former:
            servers[name] = server
            continue
        for node in running:
            own = _callmanager(cluster, node)
            servers[own] = replace(former, name=own, node=node)
    services.servers.clear()
    services.servers.update(servers)
    for (name, certificate), file in list(services.origins.items()):
        if name == former.name:
            del services.origins[name, certificate]
            services.origins.update({(_callmanager(cluster, node), certificate): file for node in running})
