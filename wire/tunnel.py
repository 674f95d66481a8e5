"""A CSTP tunnel that is up: packets in and out, dead peer detection, keepalives, DISCONNECT and TERMINATE; the same on both ends.

This lab routes no IP packets: those that come are counted and dropped. A phone of this lab opens its connections from the address
that the tunnel gave it (`phone_sim/vpn/client.py`), beside the tunnel and only while it is up.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

import trio

from wire.cstp import CstpDecoder, DisconnectReason, Packet, PacketType, pull_disconnect_untrusted, push_packet
from wire.errors import ProtocolError
from wire.streams import Stream

STUCK = 30.0
"""Seconds until a peer that reads nothing counts as gone. Assumed: no source gives a number."""
CLOSE_TIMEOUT = 1.0
"""Seconds in which the last packet may leave, or be read after a write failed."""


class TunnelEnd(StrEnum):
    """How a tunnel ended. Assumed: the words."""

    CLOSED_HERE = "closed here"
    DISCONNECT = "disconnect"
    """The peer's DISCONNECT, with its reason and text."""
    TERMINATE = "terminate"
    """The gateway shuts down."""
    EOF = "eof"
    """The peer closed the connection without a DISCONNECT."""
    BROKEN = "broken"
    DEAD_PEER = "dead peer"
    STUCK = "stuck"
    """The peer reads nothing."""
    PROTOCOL_ERROR = "protocol error"


class TunnelNote(StrEnum):
    """What happened in a tunnel without ending it."""

    DPD_SENT = "DPD sent"
    DPD_CAME = "DPD came"
    """And was answered."""
    DPD_ANSWERED = "DPD answered"
    KEEPALIVE_SENT = "keepalive sent"
    KEEPALIVE_CAME = "keepalive came"
    PACKET_DROPPED = "packet dropped"
    """An IP packet."""


@dataclass(frozen=True, slots=True)
class TunnelEnded:
    how: TunnelEnd
    reason: int = DisconnectReason.UNSPECIFIED
    """Of the peer's DISCONNECT."""
    text: str = ""
    """Of the peer's DISCONNECT, or what is wrong with its bytes; printable."""


class Tunnel:
    """`run` it in a task of its own; `close` ends it from another one."""

    def __init__(
        self,
        stream: Stream,
        *,
        dpd: float = 0,
        keepalive: float = 0,
        dead_after: float = 2,
        first: bytes = b"",
        note: Callable[[TunnelNote], None] = lambda note: None,
    ) -> None:
        """`stream`: TLS, the CONNECT answered. `dpd`: seconds without a packet from the peer until a DPD request is sent, and
        `dead_after` times as many until the peer is dead; `keepalive`: seconds without a packet to the peer; 0 turns either
        off. `first`: octets that came behind the HTTP head.
        """
        self.ended: TunnelEnded | None = None
        self.finished = trio.Event()
        """Set when `run` returns."""
        self.dropped = 0
        """IP packets that came and were dropped."""
        self.octets_in = self.octets_out = 0
        """CSTP, headers included."""
        self._stream, self._note = stream, note
        self._dpd, self._keepalive, self._dead_after = dpd, keepalive, dead_after
        self._decoder = CstpDecoder()
        self._decoder.feed(first)
        self._sending = trio.Lock()
        self._closing = trio.Event()
        self._last_packet: Packet | None = None
        self._scope = trio.CancelScope()
        self._write_failed = False
        self._heard = self._said = 0.0

    async def run(self) -> TunnelEnded:
        """Until it is over, whatever the peer does. Does not close the stream."""
        self._heard = self._said = trio.current_time()
        try:
            with self._scope:
                async with trio.open_nursery() as nursery:
                    nursery.start_soon(self._read)
                    nursery.start_soon(self._send_last)
                    if self._dpd or self._keepalive:
                        nursery.start_soon(self._watch)
        finally:
            if self.ended is None:
                broken = self._write_failed and not self._closing.is_set()
                self.ended = TunnelEnded(TunnelEnd.BROKEN if broken else TunnelEnd.CLOSED_HERE)
            self.finished.set()
        return self.ended

    def close(self, last: Packet | None = None) -> None:
        """Send `last` as the last packet; then `run` returns. Only the `last` of the first call is sent."""
        if not self._closing.is_set():
            self._last_packet = last
            self._closing.set()
            self._limit_to(CLOSE_TIMEOUT)

    def _limit_to(self, seconds: float) -> None:
        self._scope.deadline = min(self._scope.deadline, trio.current_time() + seconds)

    def _end(self, how: TunnelEnd, reason: int = DisconnectReason.UNSPECIFIED, text: str = "") -> None:
        if self.ended is None:
            self.ended = TunnelEnded(how, reason, text)
        self._scope.cancel()

    async def _read(self) -> None:
        try:
            while True:
                while (packet := self._decoder.next_untrusted()) is not None:
                    await self._take_untrusted(packet)
                data = bytes(await self._stream.receive_some())
                if not data:
                    self._end(TunnelEnd.EOF)
                    return
                self._heard = trio.current_time()
                self.octets_in += len(data)
                self._decoder.feed(data)
        except (trio.BrokenResourceError, trio.ClosedResourceError, trio.BusyResourceError):
            self._end(TunnelEnd.BROKEN)  # busy: the writer found it broken and looks for an alert
        except ProtocolError as error:
            self._end(TunnelEnd.PROTOCOL_ERROR, text=str(error))

    async def _send(self, packet: Packet) -> bool:
        """Whether the packet left. A peer that reads nothing ends the tunnel, so a flood of DPD requests holds no memory here."""
        octets = push_packet(packet)
        try:
            with trio.move_on_after(STUCK) as patience:
                async with self._sending:
                    await self._stream.send_all(octets)
        except (trio.BrokenResourceError, trio.ClosedResourceError):
            self._write_failed = True
            self._limit_to(CLOSE_TIMEOUT)  # most often the peer's DISCONNECT is still to be read
            return False
        if patience.cancelled_caught:
            self._end(TunnelEnd.STUCK)
            return False
        self._said = trio.current_time()
        self.octets_out += len(octets)
        return True

    async def _send_last(self) -> None:
        await self._closing.wait()
        if self._last_packet is None or await self._send(self._last_packet):
            self._end(TunnelEnd.CLOSED_HERE)

    async def _watch(self) -> None:
        asked = 0.0
        while True:
            now, never = trio.current_time(), float("inf")
            ask_at = max(self._heard, asked) + self._dpd if self._dpd else never
            dead_at = self._heard + self._dpd * self._dead_after if self._dpd else never
            keepalive_at = self._said + self._keepalive if self._keepalive else never
            if now >= dead_at:
                self._end(TunnelEnd.DEAD_PEER)
                return
            if now >= ask_at:
                asked = now
                await self._say(PacketType.DPD_REQUEST, TunnelNote.DPD_SENT)
            elif now >= keepalive_at:
                await self._say(PacketType.KEEPALIVE, TunnelNote.KEEPALIVE_SENT)
            else:
                await trio.sleep_until(min(ask_at, dead_at, keepalive_at))

    async def _say(self, kind: PacketType, note: TunnelNote) -> None:
        self._said = trio.current_time()
        if await self._send(Packet(kind)):
            self._note(note)

    async def _take_untrusted(self, packet: Packet) -> None:
        match packet.kind:
            case PacketType.DATA | PacketType.COMPRESSED_DATA:
                self.dropped += 1
                self._note(TunnelNote.PACKET_DROPPED)
            case PacketType.DPD_REQUEST:
                if await self._send(Packet(PacketType.DPD_RESPONSE, packet.payload)):
                    self._note(TunnelNote.DPD_CAME)
            case PacketType.DPD_RESPONSE:
                self._note(TunnelNote.DPD_ANSWERED)
            case PacketType.KEEPALIVE:
                self._note(TunnelNote.KEEPALIVE_CAME)
            case PacketType.DISCONNECT:
                reason, text = pull_disconnect_untrusted(packet.payload)
                self._end(TunnelEnd.DISCONNECT, reason, text)
            case PacketType.TERMINATE:
                self._end(TunnelEnd.TERMINATE)
