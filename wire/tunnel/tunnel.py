"""A tunnel that is up: packets in and out, dead peer detection, keepalives, relayed streams; the same on both ends.

The reader never waits for the writer: two ends that both wait for room to write would wait for ever. What it wants said is
queued, bounded by the streams' windows, and where the peer takes nothing of it for half a minute the tunnel ends.
"""

from __future__ import annotations

import errno
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

import trio

from wire.cstp import CstpDecoder, DisconnectReason, Packet, PacketType, pull_disconnect_untrusted, push_packet
from wire.errors import ProtocolError
from wire.relay import (
    DataCame,
    EofCame,
    OpenAsked,
    Opened,
    RelayEndpoint,
    RelayEvent,
    ResetCame,
    ResetReason,
    WindowGrew,
    is_relay_frame,
)
from wire.streams import Stream
from wire.tunnel.stream import RelayStream

STUCK = 30.0
"""Seconds until a peer that takes nothing counts as gone. Ours."""
FAREWELL = 1.0
"""Seconds in which the last packets may leave."""
MOST_QUEUED = 4 * 1024 * 1024
"""Octets, twice what all windows hold; beyond it nothing more is read until the peer has taken some."""

_ERRNO: dict[int, int] = {
    ResetReason.REFUSED: errno.ECONNREFUSED,
    ResetReason.UNREACHABLE: errno.EHOSTUNREACH,
    ResetReason.NOT_ALLOWED: errno.EACCES,
    ResetReason.TOO_MANY: errno.EMFILE,
}


class TunnelEnd(StrEnum):
    """How a tunnel ended. Ours."""

    CLOSED_HERE = "closed here"
    DISCONNECT = "disconnect"
    """The peer's DISCONNECT; reason and text are its."""
    TERMINATE = "terminate"
    """The gateway goes down."""
    EOF = "eof"
    """The peer left without a word."""
    BROKEN = "broken"
    DEAD_PEER = "dead peer"
    STUCK = "stuck"
    """The peer takes nothing."""
    PROTOCOL_ERROR = "protocol error"


class TunnelNote(StrEnum):
    """What happened in a tunnel without ending it."""

    DPD_SENT = "DPD sent"
    DPD_CAME = "DPD came"
    DPD_ANSWERED = "DPD answered"
    KEEPALIVE_SENT = "keepalive sent"
    KEEPALIVE_CAME = "keepalive came"
    PACKET_DROPPED = "packet dropped"
    """An IP packet: this lab relays, it does not route."""


@dataclass(frozen=True, slots=True)
class TunnelEnded:
    how: TunnelEnd
    reason: int = DisconnectReason.UNSPECIFIED
    """Of the peer's DISCONNECT."""
    text: str = ""
    """Of the peer's DISCONNECT, or what is wrong with its bytes; printable."""


class Tunnel:
    """`run` it in a task of its own; `connect` or take what `on_open` is asked for meanwhile."""

    def __init__(
        self,
        stream: Stream,
        *,
        client: bool,
        mtu: int = 1290,
        dpd: float = 0,
        keepalive: float = 0,
        dead_after: float = 2,
        first: bytes = b"",
        on_open: Callable[[Tunnel, OpenAsked], None] = lambda tunnel, asked: tunnel.refuse(asked.stream),
        note: Callable[[TunnelNote], None] = lambda note: None,
    ) -> None:
        """`stream`: TLS, the CONNECT answered. `dpd`: seconds without a word from the peer until it is asked, and `dead_after`
        times as many until it is dead; `keepalive`: seconds without a word to it; 0 turns either off. `first`: what came
        behind the HTTP head. `on_open` (gateway) must not wait, and leads to `accept` or `refuse`.
        """
        self.relay = RelayEndpoint(client=client, largest_frame=mtu)
        self.ended: TunnelEnded | None = None
        self.finished = trio.Event()
        """Set when `run` returns."""
        self.dropped = 0
        """IP packets that came and were dropped."""
        self.octets_in = self.octets_out = 0
        """CSTP, headers included."""
        self._stream, self._client = stream, client
        self._dpd, self._keepalive, self._dead_after = dpd, keepalive, dead_after
        self._on_open, self._note = on_open, note
        self._decoder = CstpDecoder()
        self._decoder.feed(first)
        self._out: deque[bytes] = deque()
        self._queued = 0
        self._more, self._fewer = trio.lowlevel.ParkingLot(), trio.lowlevel.ParkingLot()
        self._streams: dict[int, RelayStream] = {}
        self._opening: dict[int, _Opening] = {}
        self._scope = trio.CancelScope()
        self._closing = False
        self._heard = self._said = 0.0

    async def run(self) -> TunnelEnded:
        """Until it is over, whatever the peer does. Does not close the stream. When cancelled, all relayed streams break."""
        self._heard = self._said = trio.current_time()
        try:
            with self._scope:
                async with trio.open_nursery() as nursery:
                    nursery.start_soon(self._read)
                    nursery.start_soon(self._write)
                    if self._dpd or self._keepalive:
                        nursery.start_soon(self._watch)
        finally:
            if self.ended is None:
                self.ended = TunnelEnded(TunnelEnd.CLOSED_HERE)
            for opening in self._opening.values():
                opening.fail(errno.ENETDOWN)
            for stream in self._streams.values():
                stream.broke()
            self._streams.clear()
            self.finished.set()
        return self.ended

    # Relayed streams

    async def connect(self, host: str, port: int) -> RelayStream:
        """A connection that the gateway opens for us. Raises OSError where it cannot, or where the tunnel is over."""
        if self.ended is not None or self._closing:
            raise OSError(errno.ENETDOWN, "the tunnel is down")
        try:
            number = self.relay.open(host, port)
        except ValueError as problem:
            raise OSError(errno.EADDRNOTAVAIL, str(problem)) from None
        opening = self._opening[number] = _Opening()
        self.flush()
        try:
            await opening.done.wait()
        except trio.Cancelled:
            self.relay.reset(number)
            self.flush()
            if opening.stream is not None:  # in the same instant
                opening.stream.close_now()
            raise
        finally:
            del self._opening[number]
        if opening.stream is None:
            raise OSError(opening.problem, f"the gateway cannot connect to {host} port {port}")
        return opening.stream

    def accept(self, number: int, connection: str) -> RelayStream:
        """The gateway's end of a stream that was asked for; `connection` as the gateway's own socket is called."""
        stream = self._streams[number] = RelayStream(self, number, connection, client=False)
        self.relay.accept(number, connection)
        if not self.relay.sendable(number):  # the client gave it up meanwhile, or the tunnel is over
            stream.broke()
            self.over(number)
        self.flush()
        return stream

    def refuse(self, number: int, reason: ResetReason = ResetReason.NOT_ALLOWED) -> None:
        self.relay.reset(number, reason)
        self.flush()

    # Goodbyes

    def close(self, farewell: Packet | None = None) -> None:
        """Send what is queued, and the farewell last; then `run` returns."""
        if farewell is not None and not self._closing:
            self._queue(farewell)
        self._closing = True
        self._scope.deadline = min(self._scope.deadline, trio.current_time() + FAREWELL)
        self._more.unpark_all()

    # Inside

    def flush(self) -> None:
        """Queue what the relay wants sent."""
        for frame in self.relay.frames_to_send():
            self._queue(Packet(PacketType.DATA, frame))

    def over(self, number: int) -> None:
        """Nothing more comes for this stream."""
        self._streams.pop(number, None)

    def _queue(self, packet: Packet) -> None:
        if self.ended is None:
            octets = push_packet(packet)
            self._out.append(octets)
            self._queued += len(octets)
            self._more.unpark_all()

    def _end(self, how: TunnelEnd, reason: int = DisconnectReason.UNSPECIFIED, text: str = "") -> None:
        if self.ended is None:
            self.ended = TunnelEnded(how, reason, text)
        self._scope.cancel()

    async def _read(self) -> None:
        try:
            while True:
                while (packet := self._decoder.next_untrusted()) is not None:
                    self._take_untrusted(packet)
                while self._queued > MOST_QUEUED:
                    await self._fewer.park()
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

    async def _write(self) -> None:
        try:
            while True:
                while not self._out:
                    if self._closing:
                        self._end(TunnelEnd.CLOSED_HERE)
                        return
                    await self._more.park()
                octets = self._out.popleft()
                self._queued -= len(octets)
                with trio.move_on_after(STUCK) as patience:
                    await self._stream.send_all(octets)
                if patience.cancelled_caught:
                    self._end(TunnelEnd.STUCK)
                    return
                self._said = trio.current_time()
                self.octets_out += len(octets)
                self._fewer.unpark_all()
        except (trio.BrokenResourceError, trio.ClosedResourceError):
            # Most often the peer's last word, a DISCONNECT, is still to be read.
            await self._until_read()

    async def _until_read(self) -> None:
        await trio.sleep(FAREWELL)
        self._end(TunnelEnd.BROKEN)

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
                self._say(PacketType.DPD_REQUEST, TunnelNote.DPD_SENT)
            elif now >= keepalive_at:
                self._say(PacketType.KEEPALIVE, TunnelNote.KEEPALIVE_SENT)
            else:
                await trio.sleep_until(min(ask_at, dead_at, keepalive_at))

    def _say(self, kind: PacketType, note: TunnelNote) -> None:
        self._said = trio.current_time()
        self._queue(Packet(kind))
        self._note(note)

    def _take_untrusted(self, packet: Packet) -> None:
        match packet.kind:
            case PacketType.DATA if is_relay_frame(packet.payload):
                event = self.relay.receive_untrusted(packet.payload)
                self.flush()
                if event is not None:
                    self._relayed(event)
            case PacketType.DATA | PacketType.COMPRESSED_DATA:
                self.dropped += 1
                self._note(TunnelNote.PACKET_DROPPED)
            case PacketType.DPD_REQUEST:
                self._queue(Packet(PacketType.DPD_RESPONSE, packet.payload))
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

    def _relayed(self, event: RelayEvent) -> None:
        if isinstance(event, OpenAsked):
            self._on_open(self, event)
            return
        opening, stream = self._opening.get(event.stream), self._streams.get(event.stream)
        if isinstance(event, Opened):
            if opening is not None:
                stream = RelayStream(self, event.stream, event.connection, client=True)
                self._streams[event.stream] = opening.stream = stream
                opening.done.set()
        elif stream is None:
            if opening is not None and isinstance(event, ResetCame):
                opening.fail(_ERRNO.get(event.reason, errno.ECONNRESET))
        elif isinstance(event, DataCame):
            stream.octets_came(event.data)
        elif isinstance(event, EofCame):
            stream.eof_came()
        elif isinstance(event, WindowGrew):
            stream.window_grew()
        else:
            stream.broke()
            self.over(event.stream)


class _Opening:
    """A connection that the gateway was asked for."""

    def __init__(self) -> None:
        self.done = trio.Event()
        self.stream: RelayStream | None = None
        self.problem = 0

    def fail(self, problem: int) -> None:
        self.problem = problem
        self.done.set()
