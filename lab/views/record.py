"""The events of a run by number, by connection, by actor, and by the phone that they concern.

How this works: a record takes one event after the other, as a subscriber of the journal or from a file, and adds each to the lists
where it will be looked for. Nothing then reads the whole journal for one phone: the cost of a run stays linear in its phones.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import TypeVar

from capf_sim.events import CapfStarted, CapfStopped
from cucm_sim.events import CallManagerStarted, CallManagerStopped
from cucm_sim.tftp_events import TftpStarted, TftpStopped
from cucm_sim.tomcat_events import TomcatStarted, TomcatStopped
from cucm_sim.tvs_events import TvsStarted, TvsStopped
from edge_sim.authentication_server.events import AuthenticationServerStarted, AuthenticationServerStopped
from edge_sim.vpn_gateway.events import VpnGatewayStarted, VpnGatewayStopped
from journal import Actor, Event
from lab.views.facts import Facts
from phone_sim.events import PhoneStarted, RegistrationFailed, StateChanged

E = TypeVar("E", bound=Event)
NEVER = Event().at
Start = CallManagerStarted | CapfStarted
"""Of a service that reads a trust store."""
STOPS = (
    CallManagerStopped
    | CapfStopped
    | TftpStopped
    | TvsStopped
    | TomcatStopped
    | AuthenticationServerStopped
    | VpnGatewayStopped
)
_STARTS = Start | TftpStarted | TvsStarted | TomcatStarted | AuthenticationServerStarted | VpnGatewayStarted


class Record:
    """Append-only. What it gives are its own lists: they grow with the run, and a caller changes none of them."""

    def __init__(self, events: Iterable[Event] = ()) -> None:
        """`events`: of a run so far, in order of their numbers."""
        self.events: list[Event] = []
        self._facts = Facts()
        self._facts_of = 0
        """How many events the facts are made of."""
        self._by_seq: dict[int, Event] = {}
        self._on: dict[str, list[Event]] = {}
        self._callers: dict[str, tuple[str, ...]] = {}
        """Actors at the phone's end of a connection."""
        self._about: dict[str, list[Event]] = {}
        """By actor, or by the device that an event is about."""
        self._devices: dict[str, None] = {}
        self._services: list[Event] = []
        self._rounds: dict[int, Event] = {}
        for event in events:
            self.append(event)

    def append(self, event: Event) -> None:
        """Take the next event of the run."""
        self.events.append(event)
        self._by_seq[event.seq] = event
        about = {event.actor, *_named(event)}
        if event.connection:
            about.update(self._callers_with(event))
            self._on.setdefault(event.connection, []).append(event)
        for name in about:
            self._about.setdefault(name, []).append(event)
        if isinstance(event, PhoneStarted):
            self._devices[event.actor] = None
        elif isinstance(event, RegistrationFailed):
            self._rounds[event.cause] = event
        elif isinstance(event, _STARTS | STOPS):
            self._services.append(event)

    def _callers_with(self, event: Event) -> tuple[str, ...]:
        """Who is at the phone's end, after this event. What a server noted before the phone did belongs to the phone as well."""
        callers = self._callers.get(event.connection, ())
        device = event.actor
        if device not in callers and not device.service:
            callers = self._callers[event.connection] = (*callers, device)
            missing = [e for e in self._on.get(event.connection, ()) if device != e.actor and device not in _named(e)]
            if missing:
                self._about[device] = sorted([*self._about.get(device, ()), *missing], key=_number)
        return callers

    @property
    def facts(self) -> Facts:
        """Of all events so far."""
        for event in self.events[self._facts_of :]:
            self._facts.take(event)
        self._facts_of = len(self.events)
        return self._facts

    @property
    def last(self) -> int:
        """Number of the newest event; 0 where there is none."""
        return self.events[-1].seq if self.events else 0

    @property
    def ended(self) -> datetime:
        """Lab time of the newest event."""
        return self.events[-1].at if self.events else NEVER

    @property
    def devices(self) -> list[str]:
        """Every phone that was ever switched on, in that order."""
        return list(self._devices)

    def of_device(self, device: str, after: int = 0) -> Sequence[Event]:
        """What the phone noted, what was noted on its connections, and what names it; `after` is the number of an event."""
        found = self._about.get(device, [])
        return found[bisect_right(found, after, key=_number) :] if after else found

    def on(self, connection: str) -> list[Event]:
        """Both ends of a connection."""
        return self._on.get(connection, []) if connection else []

    def at(self, seq: int) -> Event | None:
        return self._by_seq.get(seq)

    def acts(self, cluster: str, kind: type[E], *, after: int = 0, before: int | None = None) -> list[E]:
        """What an administrator did to a cluster, oldest first; `after` and `before` are numbers of events."""
        end = self.last + 1 if before is None else before
        done = self.of_device(Actor.of(cluster, "administration"), after)
        return [event for event in done if isinstance(event, kind) and event.seq < end]

    def round_of(self, event: Event) -> Event:
        """The RegistrationFailed that this led to; the event itself where there is none."""
        return self._rounds.get(event.seq, event)

    def state_of(self, device: str, before: int) -> StateChanged | None:
        """The phone's last step of its boot table before an event."""
        for event in reversed(self.of_device(device)):
            if isinstance(event, StateChanged) and event.actor == device and event.seq < before:
                return event
        return None

    def start(self, actor: str, before: int) -> Start | None:
        """The start in force when event `before` was noted, of the service with this name."""
        for event in reversed(self._services):
            if isinstance(event, Start) and event.actor == actor and event.seq < before:
                return event
        return None

    def of_actor(self, actor: str) -> Sequence[Event]:
        """What a service noted, oldest first."""
        return self._about.get(actor, ())

    def edge_events(self) -> Iterator[Event]:
        """What all authentication servers and VPN gateways noted, one server after the other."""
        for actor, noted in self._about.items():
            if Actor(actor).service in EDGE:
                yield from noted

    def starts(self) -> list[Start]:
        """Every start of a service that reads a trust store, oldest first."""
        return [event for event in self._services if isinstance(event, Start)]

    def services_between(self, actor: str, first: int, last: int) -> list[Event]:
        """Starts and stops of one service: the last before `first`, and those up to `last`."""
        of_it = [event for event in self._services if event.actor == actor and event.seq < last]
        before = [event for event in of_it if event.seq < first]
        return [*before[-1:], *(event for event in of_it if event.seq >= first)]

    def actor_at(self, address: str, port: int) -> Actor:
        """The service whose address and port these are; empty for none."""
        actor = Actor("")
        for event in self._services:
            if isinstance(event, _STARTS) and event.address == address and port in _ports(event):
                actor = event.actor
        return actor


EDGE = ("radius", "vpn")
"""The services of authentication servers and VPN gateways."""


def _named(event: Event) -> tuple[str, ...]:
    name = getattr(event, "device", "") or getattr(event, "device_name", "")
    return (name,) if name else ()


def _number(event: Event) -> int:
    return event.seq


def _ports(event: Event) -> tuple[int, ...]:
    single = (getattr(event, field) for field in ("port", "secure_port", "tftp_port") if hasattr(event, field))
    return (*single, *getattr(event, "https_ports", ()))
