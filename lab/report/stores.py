"""Each cluster's trust stores before and after a story: what a store holds, and what its service has read of it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from cucm_sim.events import CallManagerStarted, CallManagerStopped, TrustChanged
from journal import Event
from lab.report.names import attribute, cn
from lab.services import CapfStarted, CapfStopped

_STARTED = {CallManagerStarted: "CallManager-trust", CapfStarted: "CAPF-trust"}
_STOPPED = {CallManagerStopped: "CallManager-trust", CapfStopped: "CAPF-trust"}
READERS = {"CallManager-trust": "Cisco CallManager", "CAPF-trust": "Cisco Certificate Authority Proxy Function"}
_ADDED = ("uploaded", "copied", "enabled")
_REMOVED = ("deleted", "disabled")


@dataclass(frozen=True, slots=True)
class Entry:
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
class Store:
    """One store of one cluster."""

    cluster: str
    name: str
    service: str
    running: bool
    """Whether the service that reads it runs at the end."""
    entries: tuple[Entry, ...]

    @property
    def changed(self) -> list[Entry]:
        """What is not as it was, or not as the service believes."""
        return [entry for entry in self.entries if entry.change or (self.running and entry.read != entry.held)]

    @property
    def unchanged(self) -> list[Entry]:
        """What it holds now as before."""
        changed = self.changed
        return [entry for entry in self.entries if entry.held and entry not in changed]

    @property
    def restart_due(self) -> bool:
        """Whether the service goes by something that the store does not hold, or the other way round."""
        return self.running and any(entry.held != entry.read for entry in self.entries)


@dataclass(slots=True)
class _Watched:
    before: tuple[str, ...]
    held: dict[str, bool] = field(default_factory=dict)
    """Subjects in the order in which they came; False where it is there no more."""
    replaced: set[str] = field(default_factory=set)
    read: tuple[str, ...] = ()
    running: bool = True

    def put(self, subject: str) -> None:
        if self.held.get(subject):
            self.replaced.add(subject)
        self.held[subject] = True


def stores(events: Iterable[Event]) -> list[Store]:
    """By cluster in the order in which they started, CallManager-trust first."""
    watched: dict[tuple[str, str], _Watched] = {}
    for event in events:
        cluster = event.actor.rpartition("/")[0]
        if isinstance(event, CallManagerStarted | CapfStarted):
            _started(watched, (cluster, _STARTED[type(event)]), event.trusted)
        elif isinstance(event, CallManagerStopped | CapfStopped):
            if (cluster, _STOPPED[type(event)]) in watched:
                watched[cluster, _STOPPED[type(event)]].running = False
        elif isinstance(event, TrustChanged) and (cluster, event.store) in watched:
            store = watched[cluster, event.store]
            if event.change in _ADDED:
                store.put(event.subject)
            elif event.change in _REMOVED:
                store.held[event.subject] = False
    return [
        Store(cluster, name, READERS[name], store.running, tuple(_entries(store)))
        for (cluster, name), store in watched.items()
    ]


def _started(watched: dict[tuple[str, str], _Watched], place: tuple[str, str], trusted: tuple[str, ...]) -> None:
    """A service that starts tells all that its store holds then."""
    store = watched.setdefault(place, _Watched(trusted))
    store.held = {subject: subject in trusted for subject in (*store.held, *trusted)}
    store.read, store.running = trusted, True


def _entries(store: _Watched) -> Iterator[Entry]:
    for subject, held in store.held.items():
        yield Entry(
            cn(subject),
            attribute(subject, "O"),
            subject in store.before,
            held,
            subject in store.replaced,
            store.running and subject in store.read,
        )
