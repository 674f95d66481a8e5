"""What the rules of a phone's diagram look up: its lanes, and what both ends have noted of each of its connections."""

from __future__ import annotations

from collections.abc import Sequence

from edge_sim.authenticator.events import (
    IdentityReceived,
    PortAuthorized,
    PortModeSet,
    PortStateChanged,
    PortUnauthorized,
    RadiusServerDead,
)
from journal import Actor, Event
from lab.report.lanes import Lane, Lanes, Role
from lab.report.rows import Part, Row, Shape, Tone
from phone_sim.capf_events import CapfCredentialsSent
from phone_sim.events import CertificateChosen, CertificateMissing


class DiagramFacts:
    """Made once for each phone; the rules read it, and mark a connection whose certificate has had its row."""

    def __init__(self, events: Sequence[Event], device: str, clusters: Sequence[str]) -> None:
        self.lanes = Lanes(events, device, clusters)
        self.phone = self.lanes.phone
        self.start = events[0].at if events else None
        self.chosen: dict[str, CertificateChosen] = {}
        self.shown: dict[str, CapfCredentialsSent] = {}
        self.with_certificate_row: set[tuple[str, str]] = set()
        """Connections, and who judged the certificate there."""
        self._connections = {event.connection for event in events if event.actor == device and event.connection}
        self._met: set[str] = set()
        self._ports = self._ports_of(events)
        self.switch = next((self.lanes.of_actor(actor) for actor, _ in self._ports), None)
        """The one that the phone is plugged into; None where it met none."""
        for event in events:
            if not (event.actor == device or event.connection in self._connections or _device(event) == device):
                continue
            if isinstance(event, CapfCredentialsSent):
                self.shown[event.connection] = event
            elif isinstance(event, RadiusServerDead):
                asked = self.lanes.at(event.server.rpartition(":")[0], "RADIUS")
                self._met.update([asked.name] if asked is not None else [])
            server = self.lanes.of_actor(event.actor)
            if server is not None:
                self._met.add(server.name)

    def concerns(self, event: Event) -> bool:
        """Whether it belongs into this phone's diagram: its own doing, or that of a cluster that it ever meets."""
        if event.actor == self.phone.name:
            return True
        if event.connection:
            return event.connection in self._connections
        if isinstance(event, PortModeSet | PortStateChanged | PortAuthorized | PortUnauthorized):
            return (event.actor, event.port) in self._ports
        named = _device(event)
        if named is not None:
            return named == self.phone.name
        return event.actor.place in self._met or any(place.startswith(f"{event.actor.place}/") for place in self._met)

    def begin_handshake(self, event: CertificateChosen | CertificateMissing) -> None:
        """What the phone shows on this connection from now on, and that neither end has seen the other's certificate yet."""
        if isinstance(event, CertificateChosen):
            self.chosen[event.connection] = event
        else:
            self.chosen.pop(event.connection, None)
        self.with_certificate_row -= {(event.connection, "phone"), (event.connection, "server")}

    def _ports_of(self, events: Sequence[Event]) -> set[tuple[Actor, str]]:
        """Each port that the phone was ever plugged into, by its switch."""
        kinds = PortStateChanged | PortAuthorized | PortUnauthorized | IdentityReceived
        return {(e.actor, e.port) for e in events if isinstance(e, kinds) and e.connection in self._connections}

    # The shapes, as the rules make them. None where an end of it is not part of this lab.

    def note(self, event: Event, key: str, tone: Tone, parts: dict[str, Part], *, ends_try: bool = False) -> Row | None:
        lane = self.phone if event.actor == self.phone.name else self.lanes.of_actor(event.actor)
        return None if lane is None else Row(Shape.NOTE, lane, lane, key, parts, tone, event.at, event.seq, ends_try)

    def sent(self, event: Event, key: str, tone: Tone, parts: dict[str, Part]) -> Row | None:
        """From the phone to the server of the event's connection."""
        return self._between(Shape.MESSAGE, event, self.phone, self.server(event), key, tone, parts)

    def answered(self, event: Event, key: str, tone: Tone, parts: dict[str, Part]) -> Row | None:
        """From that server to the phone."""
        return self._between(Shape.MESSAGE, event, self.server(event), self.phone, key, tone, parts)

    def to_switch(self, event: Event, key: str, tone: Tone, parts: dict[str, Part]) -> Row | None:
        """From the phone, or from the authentication server, whose event it is."""
        return self._between(Shape.MESSAGE, event, self._teller(event), self.switch, key, tone, parts)

    def from_switch(self, event: Event, key: str, tone: Tone, parts: dict[str, Part]) -> Row | None:
        """To the phone, or to the authentication server, whose event it is."""
        return self._between(Shape.MESSAGE, event, self.switch, self._teller(event), key, tone, parts)

    def _teller(self, event: Event) -> Lane | None:
        """Whose event it is; the phone's where the switch tells of what came from it."""
        lane = self.lanes.of_actor(event.actor)
        return self.phone if lane is None or lane.role is Role.SWITCH else lane

    def band(self, event: Event, key: str, tone: Tone, parts: dict[str, Part]) -> Row | None:
        return self._between(Shape.BAND, event, self.phone, self.server(event), key, tone, parts)

    def server(self, event: Event) -> Lane | None:
        return self.lanes.of_server(event.connection)

    def _between(
        self,
        shape: Shape,
        event: Event,
        lane: Lane | None,
        to: Lane | None,
        key: str,
        tone: Tone,
        parts: dict[str, Part],
    ) -> Row | None:
        if lane is None or to is None:
            return None
        return Row(shape, lane, to, key, parts, tone, event.at, event.seq)


def _device(event: Event) -> str | None:
    """The device that an event of a service or of the administration names; None where it names none."""
    named = getattr(event, "device_name", None)
    if named is None:
        named = getattr(event, "device", None)
    return named if isinstance(named, str) else None
