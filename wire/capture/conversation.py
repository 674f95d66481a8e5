"""One TCP connection as the packets that a network would carry for it: numbers, acknowledgements, FIN and RST."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from wire.capture.frames import MSS, MSS_OPTION, Endpoint, Flag, tcp_frame


class CapturedPacket(NamedTuple):
    frame: bytes
    from_client: bool
    flags: Flag
    octets: int
    """Of payload."""


class _Side:
    """What one end has sent so far, and whether it still can."""

    __slots__ = ("endpoint", "finished", "gone", "identification", "next")

    def __init__(self, endpoint: Endpoint, first: int) -> None:
        self.endpoint = endpoint
        self.next = first % 2**32
        self.identification = first
        self.finished = self.gone = False


class CapturedConnection:
    """Both ends of one connection. Every method gives the packets that follow; an end is named by "is it the client".

    The receiver acknowledges every second segment (RFC 9293 section 3.8.6.3) and the last one of each push, at once.
    """

    __slots__ = ("_client", "_server", "is_reset")

    def __init__(self, client: Endpoint, server: Endpoint, first: tuple[int, int]) -> None:
        """`first` are the initial sequence numbers of client and server."""
        self._client = _Side(client, first[0])
        self._server = _Side(server, first[1])
        self.is_reset = False

    def open(self) -> Iterator[CapturedPacket]:
        yield self._packet(True, Flag.SYN, options=MSS_OPTION)
        yield self._packet(False, Flag.SYN | Flag.ACK, options=MSS_OPTION)
        yield self._packet(True, Flag.ACK)

    def refuse(self) -> Iterator[CapturedPacket]:
        """A connection that the server refuses: no process listens on its port."""
        yield self._packet(True, Flag.SYN, options=MSS_OPTION)
        yield from self.reset(False)

    def send(self, client: bool, data: bytes, push: bool = True) -> Iterator[CapturedPacket]:
        """`push` is False where more of the same write follows."""
        if self.is_reset:
            return
        for number, start in enumerate(range(0, len(data), MSS), 1):
            is_last = start + MSS >= len(data)
            flags = Flag.ACK | Flag.PSH if is_last and push else Flag.ACK
            yield self._packet(client, flags, data[start : start + MSS])
            if self._side(not client).gone:
                yield self._packet(not client, Flag.RST)
                self.is_reset = True
                return
            if is_last or number % 2 == 0:
                yield self._packet(not client, Flag.ACK)

    def finish(self, client: bool) -> Iterator[CapturedPacket]:
        """FIN: this end will send no more."""
        side = self._side(client)
        if self.is_reset or side.finished:
            return
        side.finished = True
        yield self._packet(client, Flag.FIN | Flag.ACK)
        yield self._packet(not client, Flag.ACK)

    def reset(self, client: bool) -> Iterator[CapturedPacket]:
        """RST from this end; nothing follows it."""
        if self.is_reset:
            return
        self.is_reset = True
        yield self._packet(client, Flag.RST | Flag.ACK)

    def leave(self, client: bool) -> None:
        """This end has closed its socket: octets that still come for it are answered with RST, as a kernel does."""
        self._side(client).gone = True

    def _side(self, client: bool) -> _Side:
        return self._client if client else self._server

    def _packet(self, client: bool, flags: Flag, payload: bytes = b"", options: bytes = b"") -> CapturedPacket:
        sender, receiver = self._side(client), self._side(not client)
        frame = tcp_frame(
            sender.endpoint,
            receiver.endpoint,
            sender.identification,
            flags,
            sender.next,
            receiver.next if Flag.ACK in flags else 0,
            payload,
            options,
        )
        sender.identification += 1
        sender.next = (sender.next + len(payload) + bool(flags & (Flag.SYN | Flag.FIN))) % 2**32
        return CapturedPacket(frame, client, flags, len(payload))
