"""An eavesdropper without keys: keeps the first octets of each connection, and says what was in the clear."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from wire.cable import FrameTap
from wire.errors import ProtocolError
from wire.tcp import Tap
from wire.tls.onlooker import MAX_KEPT, SeenFlight, seen_flight_untrusted
from wire.udp import DatagramTap, Endpoint


class Sighting(NamedTuple):
    """One connection as it was seen: what its client sent, and what its server sent."""

    connection: str
    client: SeenFlight
    server: SeenFlight


class Onlooker:
    """Implements `wire.tcp.Tap`. Each direction is taken where its sender tells of it; only its beginning is kept."""

    def __init__(self) -> None:
        self._sent: dict[tuple[str, bool], bytearray] = {}

    def opened(self, connection: str, client: bool) -> None:
        self._sent.setdefault((connection, client), bytearray())

    def refused(self, connection: str) -> None:
        pass

    def octets(self, connection: str, client: bool, outgoing: bool, data: bytes) -> None:
        if outgoing:
            kept = self._sent.setdefault((connection, client), bytearray())
            kept += data[: MAX_KEPT - len(kept)]

    def finished(self, connection: str, client: bool, outgoing: bool) -> None:
        pass

    def reset(self, connection: str, client: bool, outgoing: bool) -> None:
        pass

    def closed(self, connection: str, client: bool) -> None:
        pass

    def seen_on(self, connection: str) -> Sighting | None:
        """A connection by its name; None where it was not seen, or was no TLS."""
        try:
            sent, answered = (
                seen_flight_untrusted(bytes(self._sent.get((connection, client), b""))) for client in (True, False)
            )
        except ProtocolError:
            return None
        return Sighting(connection, sent, answered) if sent.messages else None


class Taps:
    """Several onlookers on the same cable."""

    def __init__(self, taps: Sequence[Tap]) -> None:
        self._taps = tuple(taps)

    def opened(self, connection: str, client: bool) -> None:
        for tap in self._taps:
            tap.opened(connection, client)

    def refused(self, connection: str) -> None:
        for tap in self._taps:
            tap.refused(connection)

    def octets(self, connection: str, client: bool, outgoing: bool, data: bytes) -> None:
        for tap in self._taps:
            tap.octets(connection, client, outgoing, data)

    def finished(self, connection: str, client: bool, outgoing: bool) -> None:
        for tap in self._taps:
            tap.finished(connection, client, outgoing)

    def reset(self, connection: str, client: bool, outgoing: bool) -> None:
        for tap in self._taps:
            tap.reset(connection, client, outgoing)

    def closed(self, connection: str, client: bool) -> None:
        for tap in self._taps:
            tap.closed(connection, client)

    def udp(self, source: Endpoint, destination: Endpoint, payload: bytes) -> None:
        for tap in self._taps:
            if isinstance(tap, DatagramTap):
                tap.udp(source, destination, payload)

    def frame(self, source_mac: bytes, destination_mac: bytes, ethertype: int, payload: bytes) -> None:
        for tap in self._taps:
            if isinstance(tap, FrameTap):
                tap.frame(source_mac, destination_mac, ethertype, payload)
