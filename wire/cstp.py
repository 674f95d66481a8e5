"""CSTP, the tunnel inside TLS: 8 octets of header and a payload, as AnyConnect clients and gateways send them.

Source: draft-mavrogiannopoulos-openconnect. The header is `STF` and 01, the payload's length (big-endian, 16 bits), the type, 00.
A packet leaves as one TLS record: peers were seen that ignore one cut in two.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

from wire.errors import ProtocolError

HEADER = 8
"""Octets."""
MOST_PAYLOAD = 16 * 1024 - HEADER
"""Octets: the packet must fit into one TLS record."""
_MAGIC = b"STF\x01"
_MOST_TEXT = 256


class PacketType(IntEnum):
    """The kinds of packets that the draft names."""

    DATA = 0
    """An IPv4 or IPv6 packet as it is."""
    DPD_REQUEST = 3
    DPD_RESPONSE = 4
    """Shall carry the request's payload; clients were seen that send it empty."""
    DISCONNECT = 5
    KEEPALIVE = 7
    """Nobody was seen to answer one."""
    COMPRESSED_DATA = 8
    TERMINATE = 9
    """The gateway goes down."""


class DisconnectReason(IntEnum):
    """First octet of a DISCONNECT's payload."""

    UNSPECIFIED = 0x00
    USER_LEFT = 0xB0
    """The client left for good: session and cookie are over."""


@dataclass(frozen=True, slots=True)
class Packet:
    kind: PacketType
    payload: bytes = b""


def push_packet(packet: Packet) -> bytes:
    """The packet's octets. Raises ValueError for more than MOST_PAYLOAD."""
    size = len(packet.payload)
    if size > MOST_PAYLOAD:
        raise ValueError(f"a CSTP packet carries {MOST_PAYLOAD} octets at most, not {size}")
    return _MAGIC + size.to_bytes(2, "big") + bytes((packet.kind, 0)) + packet.payload


class CstpDecoder:
    """Feed it octets as they come, ask for packets until there is none."""

    def __init__(self) -> None:
        self._buffer = bytearray()

    def feed(self, data: bytes) -> None:
        self._buffer += data

    @property
    def inside_packet(self) -> bool:
        """Octets of a packet that is not whole yet are waiting."""
        return bool(self._buffer)

    def next_untrusted(self) -> Packet | None:
        """The next whole packet. Raises ProtocolError for what is no CSTP, a type nobody knows, or more than MOST_PAYLOAD."""
        head = self._buffer[:HEADER]
        if not _MAGIC.startswith(head[:4]):
            raise ProtocolError("a packet in the tunnel does not begin with STF 01")
        if len(head) < HEADER:
            return None
        size = int.from_bytes(head[4:6], "big")
        if size > MOST_PAYLOAD:
            raise ProtocolError(f"a packet in the tunnel announces {size} octets, {MOST_PAYLOAD} are the most")
        try:
            kind = PacketType(head[6])
        except ValueError:
            raise ProtocolError(f"a packet in the tunnel has the unknown type {head[6]}") from None
        if len(self._buffer) < HEADER + size:
            return None
        payload = bytes(self._buffer[HEADER : HEADER + size])
        del self._buffer[: HEADER + size]
        return Packet(kind, payload)


def push_disconnect(reason: int, text: str = "", *, from_gateway: bool = False) -> Packet:
    """A DISCONNECT that says why; a gateway puts a NUL before the text. Raises ValueError for more than 256 letters."""
    octets = text.encode("ascii", "replace")
    if len(octets) > _MOST_TEXT:
        raise ValueError(f"a DISCONNECT's text has {_MOST_TEXT} letters at most")
    return Packet(PacketType.DISCONNECT, bytes((reason,)) + (b"\0" if from_gateway else b"") + octets)


def pull_disconnect_untrusted(payload: bytes) -> tuple[int, str]:
    """Reason and text; UNSPECIFIED and no text for an empty payload. Never raises; the text is printable and short.

    A NUL after the reason is passed over: clients were seen to skip that octet, and to send none.
    """
    if not payload:
        return DisconnectReason.UNSPECIFIED, ""
    text = payload[1 : 1 + _MOST_TEXT].lstrip(b"\0").decode("utf-8", "replace")
    return payload[0], "".join(letter if letter.isprintable() else "?" for letter in text)
