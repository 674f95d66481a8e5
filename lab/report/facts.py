"""What the rules of a phone's diagram look up: its lanes, and what both ends have noted of each of its connections."""

from __future__ import annotations

from collections.abc import Sequence

from journal import Event
from lab.report.lanes import Lane, Lanes
from lab.report.rows import Part, Row, Shape, Tone
from phone_sim.capf_events import CapfCredentialsSent
from phone_sim.events import CertificateChosen


class Facts:
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
        for event in events:
            if not (event.actor == device or event.connection in self._connections or _device(event) == device):
                continue
            if isinstance(event, CertificateChosen):
                self.chosen[event.connection] = event
            elif isinstance(event, CapfCredentialsSent):
                self.shown[event.connection] = event
            server = self.lanes.of_actor(event.actor)
            if server is not None:
                self._met.add(server.name)

    def concerns(self, event: Event) -> bool:
        """Whether it belongs into this phone's diagram: its own doing, or that of a cluster that it ever meets."""
        if event.actor == self.phone.name:
            return True
        if event.connection:
            return event.connection in self._connections
        named = _device(event)
        if named is not None:
            return named == self.phone.name
        return event.actor.rpartition("/")[0] in self._met

    # The shapes, as the rules make them. None where an end of it is nobody in this lab.

    def note(self, event: Event, key: str, tone: Tone, parts: dict[str, Part], *, ends_try: bool = False) -> Row | None:
        lane = self.phone if event.actor == self.phone.name else self.lanes.of_actor(event.actor)
        return None if lane is None else Row(Shape.NOTE, lane, lane, key, parts, tone, event.at, event.seq, ends_try)

    def sent(self, event: Event, key: str, tone: Tone, parts: dict[str, Part]) -> Row | None:
        """From the phone to the server of the event's connection."""
        return self._between(Shape.MESSAGE, event, self.phone, self.server(event), key, tone, parts)

    def answered(self, event: Event, key: str, tone: Tone, parts: dict[str, Part]) -> Row | None:
        """From that server to the phone."""
        return self._between(Shape.MESSAGE, event, self.server(event), self.phone, key, tone, parts)

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
