"""Which packet a comment belongs on: what is known before the octets leave waits for them."""

from __future__ import annotations

from collections.abc import Sequence
from enum import Enum

from wire.capture.certificate_flight import certificate_ends
from wire.capture.conversation import CapturedPacket
from wire.capture.frames import Flag

MAX_WAITING = 16
"""Comments that wait on one connection; further ones are dropped. Assumed: the value."""


class Where(Enum):
    """The packet of a connection that a comment is about."""

    LATEST = "latest"
    """The packet that the capture wrote last, if it is one of this connection; else this connection's next one."""
    CLIENT = "client"
    """The next one in which the client sends octets, FIN or RST."""
    SERVER = "server"
    """The next one in which the server does."""
    CERTIFICATE = "certificate"
    """The one that completes the client's Certificate message."""


class Waiting:
    """The comments of one connection that have no packet yet, and what has been seen of its TLS handshake."""

    __slots__ = ("_certificate_seen", "_comments", "_server_spoke")

    def __init__(self) -> None:
        self._comments: list[tuple[Where, str]] = []
        self._server_spoke = self._certificate_seen = False

    def add(self, where: Where, text: str) -> bool:
        """False where there is no room, or where that packet has gone by."""
        if len(self._comments) >= MAX_WAITING or (where is Where.CERTIFICATE and self._certificate_seen):
            return False
        self._comments.append((where, text))
        return True

    def take(self, packets: Sequence[CapturedPacket], data: bytes) -> list[list[str]]:
        """The comments of each packet. `data` are the octets that they carry, with which one end's write begins."""
        taken: list[list[str]] = [[] for _ in packets]
        certificate = self._certificate_at(packets, data)
        if not self._comments:
            return taken
        kept = []
        for where, text in self._comments:
            at = certificate if where is Where.CERTIFICATE else _telling(packets, where)
            if at is None:
                kept.append((where, text))
            else:
                taken[at].append(text)
        self._comments = kept
        return taken

    def _certificate_at(self, packets: Sequence[CapturedPacket], data: bytes) -> int | None:
        if not data or self._certificate_seen:
            return None
        if not packets[0].from_client:
            self._server_spoke = True
            return None
        ends = certificate_ends(data) if self._server_spoke else 0
        if not ends:
            return None
        self._certificate_seen = True
        for at, packet in enumerate(packets):
            ends -= packet.octets
            if ends <= 0:
                return at
        return None  # a reset came in between


def _telling(packets: Sequence[CapturedPacket], where: Where = Where.LATEST) -> int | None:
    """The last packet that says something, where the right end says it."""
    for at in range(len(packets) - 1, -1, -1):
        packet = packets[at]
        if where is Where.LATEST or packet.from_client == (where is Where.CLIENT):
            if packet.octets or packet.flags & (Flag.FIN | Flag.RST):
                return at
            if where is Where.LATEST and packet.flags & Flag.SYN:
                return at
    return None


def latest(packets: Sequence[CapturedPacket]) -> int:
    """The packet of a batch that a late comment is about."""
    return _telling(packets) or 0
