"""The servers of a network out of its store folders and its settings, and which of them each phone uses."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from cisco_data import STORE_OF, ClusterSecurityMode, ServiceKind
from cisco_data.release_table import Release
from lab.base.failures import InvalidInput, shown, suggestion
from lab.exports import columns as col
from lab.exports.devices import device_named
from lab.exports.inventory import InventoryRow
from lab.exports.layout import ExportsLayout, StoreFolder
from lab.exports.notes import Notes
from lab.exports.settings_file import NAME, SettingsFile, VpnGatewaySettings, settings_of, settings_of_cluster
from lab.exports.stores import ReadStore, read_store
from lab.exports.texts import ToldStores
from lab.fleet.model import FleetServer
from pki import Certificate
from wire.plain_text import plain

_YES = frozenset({"yes", "y", "true", "1", "enabled", "on", "x"})
_NO = frozenset({"no", "n", "false", "0", "disabled", "off", "none", "-", "n/a"})


class _Unreadable(Exception):
    """A cell that names no server that is there; the message is a clause."""


@dataclass(frozen=True, slots=True)
class _Beside:
    """An authentication server or a gateway, and who uses it."""

    name: str
    folder_name: str
    kind: ServiceKind
    cluster: str
    """Whose phones alone may use it; empty for all."""
    phones: frozenset[str] | None
    """Who uses it by settings; None where they do not say."""
    clusters: frozenset[str] | None
    """Whose phones do, in small letters, likewise."""

    @property
    def is_told(self) -> bool:
        """Whether settings say who uses it."""
        return self.phones is not None or self.clusters is not None

    def is_meant(self, device: str, cluster: str) -> bool:
        """Whether they name this phone."""
        return device in (self.phones or ()) or cluster.casefold() in (self.clusters or ())


@dataclass(slots=True)
class Services:
    servers: dict[str, FleetServer] = field(default_factory=dict)
    certificates: list[Certificate] = field(default_factory=list)
    """All that their stores hold, also what a store leaves out."""
    held: dict[str, list[Certificate]] = field(default_factory=dict)
    """What the stores of each cluster hold."""
    origins: dict[tuple[str, Certificate], str] = field(default_factory=dict)
    """As of a fleet."""
    capf_files: dict[str, Certificate] = field(default_factory=dict)
    """CAPF.pem of each cluster that has one in a store."""
    releases: dict[str, Release] = field(default_factory=dict)
    minimum_by_release: set[str] = field(default_factory=set)
    """Clusters whose minimum TLS version no setting tells."""
    _beside: list[_Beside] = field(default_factory=list)
    _default: dict[tuple[str, str], tuple[str, ...]] = field(default_factory=dict)

    def uses(
        self, device: str, cluster: str, row: InventoryRow | None, notes: Notes
    ) -> tuple[tuple[str, ...], tuple[tuple[ServiceKind, str], ...]]:
        """Names of the authentication servers and gateways that a phone uses: its row says so, else settings, else all do.

        Assumed: of each kind, those that are named first have the highest priority.

        With them, why it is not known of some kinds of services which of these servers it uses.
        """
        used: tuple[str, ...] = ()
        not_told: list[tuple[ServiceKind, str]] = []
        for kind, column, cell in (
            (ServiceKind.DOT1X, col.RADIUS, row.radius if row else None),
            (ServiceKind.VPN, col.VPN, row.vpn if row else None),
        ):
            if row is None or cell is None:
                used += self._usual(device, cluster, kind, notes)
                continue
            try:
                found = self._named(row, cluster, kind, cell, notes)
            except _Unreadable as why:
                not_told.append((kind, f"{row.sheet}, row {row.number}, {why}"))
                found = tuple(each.name for each in self._reachable(cluster, kind))
            else:
                if not found and self._reachable(cluster, kind):
                    heading = shown(row.headings.get(column, column))
                    said = shown(", ".join(cell)) if cell else "nothing"
                    problem = f"says {said} in its column {heading}: no {kind} server is asked about it"
                    notes.of_row(row.sheet, row.number, f"{kind} off {said}", problem)
            used += found
        return used, tuple(not_told)

    def _reachable(self, cluster: str, kind: ServiceKind) -> list[_Beside]:
        return [each for each in self._beside if each.kind is kind and each.cluster in ("", cluster)]

    def _usual(self, device: str, cluster: str, kind: ServiceKind, notes: Notes) -> tuple[str, ...]:
        there = [each for each in self._beside if each.kind is kind]
        told = [each for each in there if each.is_told and each.is_meant(device, cluster)]
        if told:
            return tuple(each.name for each in told)
        key = cluster, kind
        if key not in self._default:
            self._default[key] = self._shared([each for each in there if not each.is_told], cluster, kind, notes)
        return self._default[key]

    def _shared(self, there: list[_Beside], cluster: str, kind: ServiceKind, notes: Notes) -> tuple[str, ...]:
        """The one server that all phones of a cluster use where nothing says which."""
        fitting = [each for each in there if each.cluster == cluster] or [each for each in there if not each.cluster]
        names = [each.name for each in fitting]
        table = "radius" if kind is ServiceKind.DOT1X else "vpn"
        if len(names) > 1:
            problem = "may be what a phone uses, and nothing says which: no phone is judged at them"
            remedy = f"say in {NAME}, under [{table}.NAME], which phones or clusters use it"
            notes.add(", ".join(names), problem, remedy, grave=True)
            return ()
        if names:
            notes.add(names[0], "is taken to be used by every phone of which nothing says whether it does")
        return tuple(names)

    def _named(
        self, row: InventoryRow, cluster: str, kind: ServiceKind, cell: Sequence[str], notes: Notes
    ) -> tuple[str, ...]:
        """Raises _Unreadable where the cell names what is not there."""
        there = self._reachable(cluster, kind)
        found: dict[str, None] = {}
        unreadable = ""
        for word in cell:
            wanted = word.casefold()
            if wanted in _NO:
                continue
            matching = [each for each in there if wanted in (each.name.casefold(), each.folder_name.casefold())]
            if not matching and wanted in _YES:
                matching = there
            if len(matching) == 1:
                found[matching[0].name] = None
                continue
            names = [each.name for each in there]
            problem = f"uses {shown(word)}, of which there is no store here{suggestion(word, names)}"
            if matching:
                problem = f"says {shown(word)} of {kind}, which may be any of {', '.join(names)}"
            notes.of_row(row.sheet, row.number, f"{kind} {wanted}", problem, "name the folder of its store", grave=True)
            unreadable = problem
        if unreadable:
            raise _Unreadable(unreadable)
        return tuple(found)


def _beside(store: StoreFolder, name: str, cluster: str, part: VpnGatewaySettings) -> _Beside:
    """Raises InvalidInput where settings name a phone that is none."""
    phones = None
    if part.phones is not None:
        phones = frozenset(_device(text, name) for text in part.phones)
    clusters = frozenset(map(str.casefold, part.clusters)) if part.clusters is not None else None
    return _Beside(name, store.folder.name, store.kind, cluster, phones, clusters)


def _device(text: str, server: str) -> str:
    found = device_named(text)
    if found is None:
        raise InvalidInput(f"{NAME}: phones of {server}: {shown(text)} is no phone: write SEP001122334455, or its MAC")
    return found


def read_services(
    layout: ExportsLayout,
    clusters: Mapping[str, str],
    settings: SettingsFile,
    now: datetime,
    notes: Notes,
    told: Mapping[str, ToldStores],
) -> Services:
    """
    Args:
        clusters: what each cluster of the layout is called.
        told: by cluster of the layout, what pasted texts tell of its stores.

    Raises InvalidInput for a private key in a store, and where settings speak of what is not there.
    """
    services = Services()
    names = _names_beside(layout, clusters)
    for store, name in zip(layout.stores, names, strict=True):
        cluster = clusters.get(store.cluster, "") if store.cluster is not None else ""
        texts = told.get(store.cluster or "", ToldStores()) if store.kind in STORE_OF else ToldStores()
        of_text = STORE_OF.get(store.kind, "")
        read = read_store(
            *(store.folder, STORE_OF.get(store.kind, name), now, notes),
            told=texts.held.get(of_text, ()),
            untold=texts.unread.get(of_text, ()),
        )
        services.certificates += read.certificates
        server = f"{store.kind} of {cluster}" if store.kind in STORE_OF else name
        services.origins |= {(server, certificate): plain(file) for certificate, file in read.files.items()}
        if store.kind in STORE_OF:
            _enter_of_cluster(services, store, cluster, read, settings)
        else:
            part = settings.server(store.kind, name, store.folder.name)
            configured = settings_of(part, read.trust)
            services.servers[name] = FleetServer(
                store.kind, name, configured, configured, not_told=read.not_told, unread=read.unread
            )
            scope = cluster if store.cluster else ""
            services._beside.append(_beside(store, name, scope, part))
            if part.check_crl and not read.trust.crls:
                notes.add(
                    store.folder.shown, "shall be checked for revocation and holds no list: nothing will be accepted"
                )
    for cluster, release in services.releases.items():
        if not release.named:
            problem = f"its release is not named: {release.name} is assumed"
            notes.add(cluster, problem, f'say in {NAME} which it is, release = "14SU3", or by --release')
    _check_names(services, settings, list(clusters.values()))
    for shown_as, cluster in ((key or "", name) for key, name in clusters.items()):
        for kind, store_name in STORE_OF.items():
            if f"{kind} of {cluster}" not in services.servers:
                notes.add(shown_as or cluster, f"has no folder {store_name}: {kind} is not asked about", grave=True)
    return services


def _enter_of_cluster(
    services: Services, store: StoreFolder, cluster: str, read: ReadStore, settings: SettingsFile
) -> None:
    part = settings.cluster(cluster)
    release = services.releases[cluster] = settings.release_of(cluster)
    if part.minimum_tls is None:
        services.minimum_by_release.add(cluster)
    configured = settings_of_cluster(store.kind, part, release, read.trust)
    name = f"{store.kind} of {cluster}"
    services.servers[name] = FleetServer(
        *(store.kind, name, configured, configured, cluster),
        mixed=part.mode is ClusterSecurityMode.MIXED,
        not_told=read.not_told,
        unread=read.unread,
    )
    services.held.setdefault(cluster, []).extend(read.certificates)
    if read.capf is not None:
        services.capf_files[cluster] = read.capf


def _names_beside(layout: ExportsLayout, clusters: Mapping[str, str]) -> list[str]:
    """A name for each store: its folder's, with its cluster's where two are alike. Raises InvalidInput where that is no help."""
    plain_names = [store.folder.name.casefold() for store in layout.stores]
    names = []
    for store in layout.stores:
        name = store.folder.name
        if store.kind not in STORE_OF and plain_names.count(name.casefold()) > 1 and store.cluster:
            name = f"{name} of {clusters[store.cluster]}"
        names.append(plain(name))
    beside = [(name, store) for name, store in zip(names, layout.stores, strict=True) if store.kind not in STORE_OF]
    for number, (name, store) in enumerate(beside):
        for former, other in beside[:number]:
            if former.casefold() == name.casefold():
                raise InvalidInput(
                    f"{plain(other.folder.shown)} and {plain(store.folder.shown)} are both called {name}: rename one"
                )
    return names


def _check_names(services: Services, settings: SettingsFile, clusters: list[str]) -> None:
    for name in settings.clusters:
        _check(name, clusters, f"{NAME}: clusters.{plain(name)}", "no cluster of that name has trust stores here")
    for key, kind, parts in (
        ("radius", ServiceKind.DOT1X, settings.radius.items()),
        ("vpn", ServiceKind.VPN, settings.vpn.items()),
    ):
        there = [word for each in services._beside if each.kind is kind for word in (each.name, each.folder_name)]
        for name, part in parts:
            path = f"{NAME}: {key}.{plain(name)}"
            _check(name, list(dict.fromkeys(there)), path, "no folder of that name is here")
            for cluster in part.clusters or ():
                _check(cluster, clusters, f"{path}.clusters", f"there is no cluster {shown(cluster)}")


def _check(name: str, known: list[str], path: str, problem: str) -> None:
    if name.casefold() not in map(str.casefold, known):
        raise InvalidInput(f"{path}: {problem}{suggestion(name, known)}")
