"""CSTP, the tunnel inside TLS: 8 octets of header and a payload, as AnyConnect clients and gateways send them.

Source: draft-mavrogiannopoulos-openconnect. The header is `STF` and 01, the payload's length (big-endian, 16 bits), the type, 00.
A packet leaves as one TLS record: some peers ignore one that is cut in two.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

from wire.errors import ProtocolError
from wire.plain_text import plain

HEADER = 8
"""Octets."""
MAX_PAYLOAD = 16 * 1024 - HEADER
"""Octets: the packet must fit into one TLS record."""
_MAGIC = b"STF\x01"
_MAX_TEXT = 256


class PacketType(IntEnum):
    """The kinds of packets that the draft names."""

    DATA = 0
    """An IPv4 or IPv6 packet as it is."""
    DPD_REQUEST = 3
    DPD_RESPONSE = 4
    """Carries the request's payload; some clients send it empty."""
    DISCONNECT = 5
    KEEPALIVE = 7
    """No client or gateway answers one: observed with openconnect and ocserv."""
    COMPRESSED_DATA = 8
    TERMINATE = 9
    """The gateway shuts down."""


class DisconnectReason(IntEnum):
    """First octet of a DISCONNECT's payload."""

    UNSPECIFIED = 0x00
    USER_LEFT = 0xB0
    """The user disconnected: the gateway ends the session, and its cookie is invalid."""


@dataclass(frozen=True, slots=True)
class Packet:
    kind: PacketType
    payload: bytes = b""


def push_packet(packet: Packet) -> bytes:
    """The packet's octets. Raises ValueError for more than MAX_PAYLOAD."""
    size = len(packet.payload)
    if size > MAX_PAYLOAD:
        raise ValueError(f"a CSTP packet carries {MAX_PAYLOAD} octets at most, not {size}")
    return _MAGIC + size.to_bytes(2, "big") + bytes((packet.kind, 0)) + packet.payload


class CstpDecoder:
    """`feed` it octets as they come, and call `next_untrusted` until it gives None."""

    def __init__(self) -> None:
        self._buffer = bytearray()

    def feed(self, data: bytes) -> None:
        self._buffer += data

    def next_untrusted(self) -> Packet | None:
        """The next whole packet. Raises ProtocolError for what is no CSTP, an unknown type, or more than MAX_PAYLOAD."""
        head = self._buffer[:HEADER]
        if not _MAGIC.startswith(head[:4]):
            raise ProtocolError("a packet in the tunnel does not begin with STF 01")
        if len(head) < HEADER:
            return None
        size = int.from_bytes(head[4:6], "big")
        if size > MAX_PAYLOAD:
            raise ProtocolError(f"a packet in the tunnel announces {size} octets, more than {MAX_PAYLOAD}")
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
    """A DISCONNECT with its reason; a gateway puts a NUL before the text. Raises ValueError for more than 256 letters."""
    octets = text.encode("ascii", "replace")
    if len(octets) > _MAX_TEXT:
        raise ValueError(f"a DISCONNECT's text has {_MAX_TEXT} letters at most")
    return Packet(PacketType.DISCONNECT, bytes((reason,)) + (b"\0" if from_gateway else b"") + octets)


def pull_disconnect_untrusted(payload: bytes) -> tuple[int, str]:
    """Reason and text; UNSPECIFIED and no text for an empty payload. Never raises; the text is printable and short.

    A NUL after the reason is skipped: some clients skip that octet, and some send none.
    """
    if not payload:
        return DisconnectReason.UNSPECIFIED, ""
    text = payload[1 : 1 + _MAX_TEXT].lstrip(b"\0").decode("utf-8", "replace")
    return payload[0], plain(text)
