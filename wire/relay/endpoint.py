"""All relayed streams of one tunnel, seen from one side, sans-io: which are open, what may be sent, what came."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass

from wire.errors import ProtocolError
from wire.relay.frames import HEADER, WINDOW, Frame, FrameKind, ResetReason, is_word, pull_frame_untrusted, push_frame

MOST_STREAMS = 32
"""Open at a time in one tunnel; a phone needs a handful."""


@dataclass(frozen=True, slots=True)
class OpenAsked:
    """The client wants a connection: answer with `accept` or `reset`."""

    stream: int
    host: str
    port: int


@dataclass(frozen=True, slots=True)
class Opened:
    stream: int
    connection: str
    """The name that the connection has on the far side of the gateway."""


@dataclass(frozen=True, slots=True)
class DataCame:
    """`consumed` must be told when somebody has taken the octets, or the other side stops sending."""

    stream: int
    data: bytes


@dataclass(frozen=True, slots=True)
class EofCame:
    stream: int


@dataclass(frozen=True, slots=True)
class ResetCame:
    stream: int
    reason: int


@dataclass(frozen=True, slots=True)
class WindowGrew:
    stream: int


RelayEvent = OpenAsked | Opened | DataCame | EofCame | ResetCame | WindowGrew


@dataclass(slots=True)
class _Flow:
    """One stream as one side knows it."""

    sendable: int = WINDOW
    receivable: int = WINDOW
    unreturned: int = 0
    """Octets consumed here of which the other side has not been told."""
    opened: bool = False
    eof_sent: bool = False
    eof_came: bool = False


class RelayEndpoint:
    """All streams of one tunnel, seen from one side. What it wants sent is in `frames_to_send`; nothing here waits."""

    def __init__(self, *, client: bool, largest_frame: int = 1290) -> None:
        """`client`: the side that opens streams. `largest_frame`: octets with the header, the tunnel's MTU.

        Raises ValueError for a `largest_frame` below 128.
        """
        if largest_frame < 128:
            raise ValueError("a relay frame needs room for at least 128 octets")
        self._client = client
        self._largest_data = largest_frame - HEADER
        self._flows: dict[int, _Flow] = {}
        self._last_id = 0
        self._out: deque[bytes] = deque()

    # What the owner wants

    def open(self, host: str, port: int) -> int:
        """Ask for a connection; gives the stream's id. Raises ValueError for a host or port that no frame can carry."""
        if not self._client:
            raise ValueError("only the client's side opens streams")
        if not is_word(host) or not 0 < port < 0x10000:
            raise ValueError(f"{host!r} port {port} is no place to connect to")
        if len(self._flows) >= MOST_STREAMS:
            raise ValueError(f"a tunnel holds {MOST_STREAMS} streams at a time")
        self._last_id += 1
        self._flows[self._last_id] = _Flow()
        self._push(Frame(FrameKind.OPEN, self._last_id, text=host, number=port))
        return self._last_id

    def accept(self, stream: int, connection: str) -> None:
        """Say that the connection is up, under this name. No effect on a stream that is over."""
        if (flow := self._flows.get(stream)) is not None:
            flow.opened = True
            self._push(Frame(FrameKind.OPENED, stream, text=connection))

    def sendable(self, stream: int) -> int:
        """Octets that `send` would take now; 0 too where the stream is over or not open yet."""
        flow = self._flows.get(stream)
        return flow.sendable if flow is not None and flow.opened and not flow.eof_sent else 0

    def send(self, stream: int, data: bytes | memoryview) -> int:
        """Send as much as the window has room for; gives how many octets that was."""
        taken = min(len(data), self.sendable(stream))
        for start in range(0, taken, self._largest_data):
            piece = bytes(data[start : min(start + self._largest_data, taken)])
            self._push(Frame(FrameKind.DATA, stream, data=piece))
        if taken:
            self._flows[stream].sendable -= taken
        return taken

    def send_eof(self, stream: int) -> None:
        """Say that no more will be sent on it; what was sent before arrives before it. No effect when said already."""
        flow = self._flows.get(stream)
        if flow is None or flow.eof_sent:
            return
        flow.eof_sent = True
        self._push(Frame(FrameKind.EOF, stream))
        self._forget_when_over(stream, flow)

    def reset(self, stream: int, reason: ResetReason = ResetReason.ABORTED) -> None:
        """End the stream at once. No effect on one that is over."""
        if self._flows.pop(stream, None) is not None:
            self._push(Frame(FrameKind.RESET, stream, number=reason))

    def consumed(self, stream: int, octets: int) -> None:
        """So much of what came was taken: once that is half a window the other side may send it on."""
        flow = self._flows.get(stream)
        if flow is None or flow.eof_came:
            return
        flow.unreturned += octets
        if flow.unreturned >= WINDOW // 2:
            flow.receivable += flow.unreturned
            self._push(Frame(FrameKind.WINDOW, stream, number=flow.unreturned))
            flow.unreturned = 0

    def frames_to_send(self) -> list[bytes]:
        """Payloads for DATA packets, in order; each is given once."""
        frames = list(self._out)
        self._out.clear()
        return frames

    def is_open(self, stream: int) -> bool:
        """Whether it is not over: it is when both sides said so, or one reset it."""
        return stream in self._flows

    @property
    def open_streams(self) -> int:
        """Streams that are not over, those that are being opened included."""
        return len(self._flows)

    # What the other side says

    def receive_untrusted(self, payload: bytes) -> RelayEvent | None:
        """What one frame means; None for one about a stream that ended here a moment ago. Raises ProtocolError."""
        frame = pull_frame_untrusted(payload)
        if frame.kind is FrameKind.OPEN:
            return self._asked_to_open(frame)
        stream, flow = frame.stream, self._flows.get(frame.stream)
        if flow is None:
            if not 0 < stream <= self._last_id:
                raise ProtocolError(f"relay stream {stream} was never opened")
            return None
        if frame.kind is FrameKind.RESET:
            del self._flows[stream]
            return ResetCame(stream, frame.number)
        if frame.kind is FrameKind.OPENED:
            if not self._client or flow.opened:
                raise ProtocolError(f"relay stream {stream} was opened twice")
            flow.opened = True
            return Opened(stream, frame.text)
        if not flow.opened:
            raise ProtocolError(f"relay stream {stream} is not open yet")
        if frame.kind is FrameKind.WINDOW:
            if not 0 < frame.number <= WINDOW - flow.sendable:
                raise ProtocolError(f"relay stream {stream} gives {frame.number} octets back that nobody sent")
            flow.sendable += frame.number
            return WindowGrew(stream)
        if flow.eof_came:
            raise ProtocolError(f"relay stream {stream} goes on after its end")
        if frame.kind is FrameKind.EOF:
            flow.eof_came = True
            self._forget_when_over(stream, flow)
            return EofCame(stream)
        if len(frame.data) > flow.receivable:
            raise ProtocolError(f"relay stream {stream} sends more than its window holds")
        flow.receivable -= len(frame.data)
        return DataCame(stream, frame.data)

    def _asked_to_open(self, frame: Frame) -> OpenAsked | None:
        if self._client:
            raise ProtocolError("only the client's side opens relay streams")
        if frame.stream <= self._last_id:
            raise ProtocolError(f"relay stream {frame.stream} was opened before")
        self._last_id = frame.stream
        self._flows[frame.stream] = _Flow()
        if len(self._flows) > MOST_STREAMS:
            self.reset(frame.stream, ResetReason.TOO_MANY)
            return None
        return OpenAsked(frame.stream, frame.text, frame.number)

    def _forget_when_over(self, stream: int, flow: _Flow) -> None:
        if flow.eof_sent and flow.eof_came:
            self._flows.pop(stream, None)

    def _push(self, frame: Frame) -> None:
        self._out.append(push_frame(frame))
