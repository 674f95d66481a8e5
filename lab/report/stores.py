"""Trust stores before and after a story, of clusters and of edge servers: what a store holds, and what was read of it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from capf_sim.events import CapfStarted, CapfStopped
from cisco_data import StoreName
from cucm_sim.events import CallManagerStarted, CallManagerStopped, TrustChanged
from edge_sim.authentication_server.events import AuthenticationServerStarted, AuthenticationServerStopped
from edge_sim.trust_events import EdgeTrustChanged
from edge_sim.vpn_gateway.events import TrustpointsChanged, VpnGatewayStarted, VpnGatewayStopped
from journal import Event
from lab.report.names import cn
from pki import DistinguishedName

_STARTED = {CallManagerStarted: StoreName.CALLMANAGER, CapfStarted: StoreName.CAPF}
_STOPPED = {CallManagerStopped: StoreName.CALLMANAGER, CapfStopped: StoreName.CAPF}
READERS: dict[str, str] = {store: store.service for store in StoreName}
TRUSTED_CERTIFICATES, TRUSTPOINTS = "Trusted Certificates", "Trustpoints"
"""As ISE's menu has it, and in an ASA's word."""
_EDGE_STORES = {"radius": TRUSTED_CERTIFICATES, "vpn": TRUSTPOINTS}
_ADDED = ("uploaded", "copied", "enabled")
_REMOVED = ("deleted", "disabled")


@dataclass(frozen=True, slots=True)
class StoreEntry:
    """One name in a store. A store keeps one certificate a name."""

    name: str
    """The CN."""
    company: str
    """O, empty where the name has none."""
    before: bool
    """Whether the store held it when the story began."""
    held: bool
    """Whether it holds it at the end."""
    replaced: bool
    """Whether another certificate of that name took its place."""
    read: bool
    """Whether the service goes by it at the end."""

    @property
    def change(self) -> str:
        """`added`, `removed`, `replaced` or empty."""
        if self.before != self.held:
            return "added" if self.held else "removed"
        return "replaced" if self.replaced and self.held else ""


@dataclass(frozen=True, slots=True)
class StoreOfStory:
    """One store of one cluster."""

    cluster: str
    name: str
    service: str
    running: bool
    """Whether the service that reads it runs at the end."""
    entries: tuple[StoreEntry, ...]
    of_cluster: bool = True
    """False for that of an authentication server or a VPN gateway."""

    @property
    def changed(self) -> list[StoreEntry]:
        """What is not as it was, or not as the service believes."""
        return [entry for entry in self.entries if entry.change or (self.running and entry.read != entry.held)]

    @property
    def unchanged(self) -> list[StoreEntry]:
        """What it holds now as before."""
        changed = self.changed
        return [entry for entry in self.entries if entry.held and entry not in changed]

    @property
    def restart_due(self) -> bool:
        """Whether the service goes by something that the store does not hold, or the other way round."""
        return self.running and any(entry.held != entry.read for entry in self.entries)


@dataclass(slots=True)
class _Watched:
    before: tuple[DistinguishedName, ...]
    held: dict[DistinguishedName, bool] = field(default_factory=dict)
    """Subjects in the order in which they came; False where it is there no more."""
    replaced: set[DistinguishedName] = field(default_factory=set)
    read: tuple[DistinguishedName, ...] = ()
    running: bool = True

    def put(self, subject: DistinguishedName) -> None:
        if self.held.get(subject):
            self.replaced.add(subject)
        self.held[subject] = True


def stores(events: Iterable[Event]) -> list[StoreOfStory]:
    """In the order in which who reads them started; a cluster's CallManager-trust first."""
    watched: dict[tuple[str, str], _Watched] = {}
    for event in events:
        place = event.actor.place
        if isinstance(event, CallManagerStarted | CapfStarted):
            _started(watched, (place, _STARTED[type(event)]), event.trusted)
        elif isinstance(event, CallManagerStopped | CapfStopped):
            if (place, _STOPPED[type(event)]) in watched:
                watched[place, _STOPPED[type(event)]].running = False
        elif isinstance(event, TrustChanged):
            for (where, name), store in watched.items():
                if name != event.store or where.partition("/")[0] != event.actor.cluster:
                    continue
                if event.change in _ADDED:
                    store.put(event.subject)
                elif event.change in _REMOVED:
                    store.held[event.subject] = False
        else:
            _edge(watched, place, event)
    return [
        StoreOfStory(
            cluster, name, READERS.get(name, cluster), store.running, tuple(_entries(store)), of_cluster=name in READERS
        )
        for (cluster, name), store in watched.items()
    ]


def _edge(watched: dict[tuple[str, str], _Watched], name: str, event: Event) -> None:
    """The trust of an edge server. A gateway uses its trustpoints at once, an authentication server what it read at its start."""
    place = name, _EDGE_STORES.get(event.actor.service, "")
    if isinstance(event, AuthenticationServerStarted):
        _started(watched, place, event.trusted)
    elif isinstance(event, VpnGatewayStarted | TrustpointsChanged):
        _started(watched, place, tuple(held.subject for held in event.trusted))
    elif isinstance(event, AuthenticationServerStopped | VpnGatewayStopped) and place in watched:
        watched[place].running = False
    elif isinstance(event, EdgeTrustChanged) and (event.server, TRUSTED_CERTIFICATES) in watched:
        store = watched[event.server, TRUSTED_CERTIFICATES]
        if event.change == "trusted":
            store.put(event.subject)
        else:
            store.held[event.subject] = False


def _started(
    watched: dict[tuple[str, str], _Watched], place: tuple[str, str], trusted: tuple[DistinguishedName, ...]
) -> None:
    """A service that starts tells all that its store holds then."""
    store = watched.setdefault(place, _Watched(trusted))
    store.held = {subject: subject in trusted for subject in (*store.held, *trusted)}
    store.read, store.running = trusted, True


def _entries(store: _Watched) -> Iterator[StoreEntry]:
    for subject, held in store.held.items():
        yield StoreEntry(
            cn(subject),
            subject.attribute("O"),
            subject in store.before,
            held,
            subject in store.replaced,
            store.running and subject in store.read,
        )
