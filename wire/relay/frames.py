"""TCP connections inside a tunnel's DATA packets, sans-io: OURS, in place of the IP packets that a real client sends there.

A lab cannot ask for a tun device and the right to route. So a phone asks the gateway to open a TCP connection for it, and both
send its octets in frames of this layout, each the payload of one CSTP DATA packet (lengths in octets, big-endian):

    A1 · kind (1) · stream id (4) · body

| kind | body |
|---|---|
| 1 OPEN | port (2), host in ASCII (1 to 253); from the client only, ids count up from 1 |
| 2 OPENED | the connection's name as the gateway's socket has it, ASCII, `client:port>server:port` |
| 3 DATA | at least one octet |
| 4 EOF | empty: this side sends no more; when both have said it the stream is over |
| 5 RESET | reason (1): the stream is over at once |
| 6 WINDOW | so many octets (4) were consumed and may be sent on |

The first octet tells these from IP packets, which begin with 4x or 6x. Each side may have WINDOW octets under way on a stream;
who sends more breaks the protocol, so that both sides' buffers are bounded.
"""

from __future__ import annotations

from enum import IntEnum
from typing import NamedTuple

from wire.buffer import Reader
from wire.errors import ProtocolError

RELAY_HEADER = "X-Lab-Relay"
"""Header of CONNECT and of its 200: `1` from a phone that would relay, and from a gateway that does. Without it in the answer a
phone sends no frame: another gateway takes one for a broken IP packet, and ocserv then ends the tunnel."""
MAGIC = 0xA1
HEADER = 6
WINDOW = 64 * 1024
"""Octets that one side may have under way on one stream."""
LONGEST_NAME = 253
_WHAT = "the relay frame"


class FrameKind(IntEnum):
    OPEN = 1
    OPENED = 2
    DATA = 3
    EOF = 4
    RESET = 5
    WINDOW = 6


class ResetReason(IntEnum):
    """Why a stream ended at once."""

    ABORTED = 0
    """Whoever used it gave it up, or its connection broke."""
    REFUSED = 1
    """Nobody listens there."""
    UNREACHABLE = 2
    NOT_ALLOWED = 3
    """The gateway opens no connection to that place."""
    TOO_MANY = 4


class Frame(NamedTuple):
    """One frame; which of the last three means something is its kind's affair."""

    kind: FrameKind
    stream: int
    text: str = ""
    """The host of OPEN, the name of OPENED."""
    number: int = 0
    """The port of OPEN, the reason of RESET, the octets of WINDOW."""
    data: bytes = b""


def is_relay_frame(payload: bytes) -> bool:
    """False for an IP packet, and for anything else that no relay made."""
    return payload[:1] == bytes((MAGIC,))


def is_word(text: str) -> bool:
    """Whether the text can name a place: 1 to 253 printable ASCII letters without a blank."""
    return 0 < len(text) <= LONGEST_NAME and text.isascii() and text.isprintable() and " " not in text


def push_frame(frame: Frame) -> bytes:
    """The frame's octets."""
    head = bytes((MAGIC, frame.kind)) + frame.stream.to_bytes(4, "big")
    match frame.kind:
        case FrameKind.OPEN:
            return head + frame.number.to_bytes(2, "big") + frame.text.encode("ascii")
        case FrameKind.OPENED:
            return head + frame.text.encode("ascii")
        case FrameKind.DATA:
            return head + frame.data
        case FrameKind.RESET:
            return head + frame.number.to_bytes(1, "big")
        case FrameKind.WINDOW:
            return head + frame.number.to_bytes(4, "big")
        case FrameKind.EOF:
            return head


def pull_frame_untrusted(payload: bytes) -> Frame:
    """What the octets mean. Raises ProtocolError."""
    reader = Reader(payload, _WHAT)
    if reader.u8() != MAGIC:
        raise ProtocolError("this is no relay frame")
    try:
        kind = FrameKind(number := reader.u8())
    except ValueError:
        raise ProtocolError(f"a relay frame has the unknown kind {number}") from None
    frame = _pull_body(kind, reader.u32(), reader)
    if len(reader):
        raise ProtocolError(f"a relay frame has {len(reader)} octets too many")
    return frame


def _pull_body(kind: FrameKind, stream: int, reader: Reader) -> Frame:
    match kind:
        case FrameKind.OPEN:
            port = reader.u16()
            if not port:
                raise ProtocolError("a relay stream has no port")
            return Frame(kind, stream, text=_word_untrusted(reader.rest()), number=port)
        case FrameKind.OPENED:
            return Frame(kind, stream, text=_word_untrusted(reader.rest()))
        case FrameKind.DATA:
            data = reader.rest()
            if not data:
                raise ProtocolError(f"relay stream {stream} sends no octets")
            return Frame(kind, stream, data=data)
        case FrameKind.RESET:
            return Frame(kind, stream, number=reader.u8())
        case FrameKind.WINDOW:
            return Frame(kind, stream, number=reader.u32())
        case FrameKind.EOF:
            return Frame(kind, stream)


def _word_untrusted(octets: bytes) -> str:
    text = octets[: LONGEST_NAME + 1].decode("ascii", "replace")
    if not is_word(text):
        raise ProtocolError("a relay frame names a place as no place is named")
    return text
