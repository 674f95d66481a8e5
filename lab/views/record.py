"""The events of a run by number, by connection, by phone, and by service."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain
from typing import TypeVar

from capf_sim.events import CapfStarted, CapfStopped
from cucm_sim.events import CallManagerStarted, CallManagerStopped
from cucm_sim.tftp import TftpStarted, TftpStopped
from edge_sim.authentication_server.events import AuthenticationServerStarted, AuthenticationServerStopped
from edge_sim.vpn_gateway.events import VpnGatewayStarted, VpnGatewayStopped
from journal import Event
from lab.views.facts import Facts
from lab.views.history import cluster_of
from phone_sim.events import PhoneStarted, RegistrationFailed, StateChanged

E = TypeVar("E", bound=Event)
NEVER = Event().at
Start = CallManagerStarted | CapfStarted
"""Of a service that reads a trust store."""
STOPS = CallManagerStopped | CapfStopped | TftpStopped | AuthenticationServerStopped | VpnGatewayStopped
_STARTS = Start | TftpStarted | AuthenticationServerStarted | VpnGatewayStarted


class Record:
    """Built once for a run, so that a failure costs the events of its own connection and not the whole journal."""

    def __init__(self, events: Sequence[Event]) -> None:
        self.facts = Facts(events)
        self.last = events[-1].seq if events else 0
        self.ended = events[-1].at if events else NEVER
        self._by_seq: dict[int, Event] = {}
        self._on: dict[str, list[Event]] = defaultdict(list)
        self._of_device: dict[str, list[Event]] = {}
        self._deeds: list[Event] = []
        self._services: list[Event] = []
        self._rounds: dict[int, Event] = {}
        self._of_edge: dict[str, list[Event]] = defaultdict(list)
        self._states: dict[str, list[StateChanged]] = defaultdict(list)
        for event in events:
            if isinstance(event, PhoneStarted):
                self._of_device.setdefault(event.actor, [])
        callers: dict[str, set[str]] = defaultdict(set)
        for event in events:
            if event.connection and event.actor in self._of_device:
                callers[event.connection].add(event.actor)
        for event in events:
            self._by_seq[event.seq] = event
            if event.connection:
                self._on[event.connection].append(event)
            for device in {event.actor, *callers.get(event.connection, ()), *_named(event)} & self._of_device.keys():
                self._of_device[device].append(event)
            if isinstance(event, RegistrationFailed):
                self._rounds[event.cause] = event
            if isinstance(event, StateChanged):
                self._states[event.actor].append(event)
            if event.actor.endswith(EDGE):
                self._of_edge[event.actor].append(event)
            if isinstance(event, _STARTS | STOPS):
                self._services.append(event)
            elif event.actor.endswith(ADMINISTRATOR):
                self._deeds.append(event)

    @property
    def devices(self) -> list[str]:
        """Every phone that was ever switched on, in that order."""
        return list(self._of_device)

    def of_device(self, device: str) -> list[Event]:
        """What the phone noted, what was noted on its connections, and what names it."""
        return self._of_device.get(device, [])

    def on(self, connection: str) -> list[Event]:
        """Both ends of a connection."""
        return self._on.get(connection, []) if connection else []

    def at(self, seq: int) -> Event | None:
        return self._by_seq.get(seq)

    def acts(self, cluster: str, kind: type[E], *, after: int = 0, before: int | None = None) -> list[E]:
        """What an administrator did to a cluster, oldest first; `after` and `before` are numbers of events."""
        end = self.last + 1 if before is None else before
        return [
            event
            for event in self._deeds
            if isinstance(event, kind) and after < event.seq < end and cluster_of(event.actor) == cluster
        ]

    def round_of(self, event: Event) -> Event:
        """The RegistrationFailed that this led to; the event itself where there is none."""
        return self._rounds.get(event.seq, event)

    def state_of(self, device: str, before: int) -> StateChanged | None:
        """The phone's last step of its boot table before an event."""
        steps = self._states.get(device, [])
        return next((event for event in reversed(steps) if event.seq < before), None)

    def start(self, actor: str, before: int) -> Start | None:
        """The start in force when event `before` was noted, of the service with this name."""
        for event in reversed(self._services):
            if isinstance(event, Start) and event.actor == actor and event.seq < before:
                return event
        return None

    def of_actor(self, actor: str) -> list[Event]:
        """What an authentication server or a VPN gateway noted, oldest first."""
        return self._of_edge.get(actor, [])

    def edge_events(self) -> Iterator[Event]:
        """The same of all of them, one server after the other."""
        return chain.from_iterable(self._of_edge.values())

    def starts(self) -> list[Start]:
        """Every start of a service that reads a trust store, oldest first."""
        return [event for event in self._services if isinstance(event, Start)]

    def services_between(self, actor: str, first: int, last: int) -> list[Event]:
        """Starts and stops of one service: the last before `first`, and those up to `last`."""
        of_it = [event for event in self._services if event.actor == actor and event.seq < last]
        before = [event for event in of_it if event.seq < first]
        return [*before[-1:], *(event for event in of_it if event.seq >= first)]

    def actor_at(self, address: str, port: int) -> str:
        """The service whose address and port these are; empty for none."""
        actor = ""
        for event in self._services:
            if isinstance(event, _STARTS) and event.address == address and port in _ports(event):
                actor = event.actor
        return actor


ADMINISTRATOR = "/administration"
"""How the name of an administrator's pen ends."""
EDGE = ("/radius", "/vpn")
"""How the name of an authentication server ends, or of a VPN gateway."""


def _named(event: Event) -> Iterable[str]:
    for field in ("device", "device_name"):
        name = getattr(event, field, "")
        if name:
            yield name


def _ports(event: Event) -> tuple[int, ...]:
    return tuple(getattr(event, field) for field in ("port", "secure_port") if hasattr(event, field))
