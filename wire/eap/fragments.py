"""EAP-TLS fragments (RFC 5216 sections 2.1.5 and 3.1): TLS octets cut to size, and put together again.

After the type comes an octet of flags: L, the length of the whole message follows; M, more fragments follow; S, start. An end that
receives a fragment with M answers with an empty packet, and only then comes the next one.
"""

from __future__ import annotations

from typing import Final

from wire.buffer import Reader
from wire.errors import ProtocolError

LENGTH_INCLUDED: Final = 0x80
MORE_FRAGMENTS: Final = 0x40
START: Final = 0x20

START_DATA: Final = bytes([START])
ACKNOWLEDGEMENT: Final = b"\x00"

FRAGMENT_SIZE: Final = 1024
"""Octets of a whole EAP packet: fits into a RADIUS packet of 4096 and an Ethernet frame. FreeRADIUS's own default."""
SMALLEST_SIZE: Final = 64
"""Octets. Assumed: below it a handshake would take hundreds of rounds."""
MAX_MESSAGE: Final = 64 * 1024
"""Octets of one TLS flight: far above any chain, and the most that one conversation may hold here."""

_OVERHEAD = 6
"""Octets of EAP header, type and flags."""
_LENGTH_FIELD = 4


class FragmentSender:
    """One TLS flight on its way out. `next` gives the EAP-TLS data (flags first) of packet after packet."""

    def __init__(self, data: bytes, size: int = FRAGMENT_SIZE, include_length: bool = False) -> None:
        """`size`: octets that a whole EAP packet may have. `include_length`: L on every fragment, as FreeRADIUS does; else
        on the first one of several only. Raises ValueError for a size below 64 octets."""
        if size < SMALLEST_SIZE:
            raise ValueError(f"EAP packets of {size} octets are too small, at least {SMALLEST_SIZE} are needed")
        self._data = data
        self._at = 0
        self._size = size
        self._every = include_length
        self._first = True

    @property
    def done(self) -> bool:
        """The last fragment has been given out."""
        return not self._first and self._at >= len(self._data)

    def next(self) -> bytes:
        """The data of the next packet. Raises ValueError after the last."""
        if self.done:
            raise ValueError("the last fragment has been given out")
        room = self._size - _OVERHEAD
        left = len(self._data) - self._at
        length = b""
        if self._every or (self._first and left > room):
            length = len(self._data).to_bytes(_LENGTH_FIELD, "big")
            room -= _LENGTH_FIELD
        piece = self._data[self._at : self._at + room]
        self._at += len(piece)
        self._first = False
        flags = (LENGTH_INCLUDED if length else 0) | (0 if self.done else MORE_FRAGMENTS)
        return bytes([flags]) + length + piece


class FragmentReassembler:
    """An untrusted TLS flight, fragment by fragment. Accepts L on the first, on all, or on none."""

    def __init__(self, most: int = MAX_MESSAGE) -> None:
        """`most`: octets of a whole message."""
        self._most = most
        self._pieces: list[bytes] = []
        self._held = 0
        self._announced: int | None = None

    @property
    def inside_message(self) -> bool:
        """A fragment has come and the last one has not."""
        return bool(self._pieces)

    def receive_untrusted(self, data: bytes) -> bytes | None:
        """The EAP-TLS data of one packet; gives the whole message with its last fragment, None before.

        An empty packet is a message of no octets: an acknowledgement. The bits that mean nothing are ignored.
        Raises ProtocolError: too long, longer or shorter than announced, announced twice and differently, more to come and
        nothing in it.
        """
        reader = Reader(data, "the EAP-TLS packet")
        flags = reader.u8()
        announced = reader.u32() if flags & LENGTH_INCLUDED else None
        piece = reader.rest()
        if announced is not None:
            if announced > self._most:
                raise ProtocolError(f"a TLS message of {announced} octets is announced, {self._most} are allowed")
            if self._announced not in (None, announced):
                raise ProtocolError(f"a TLS message of {self._announced} octets became one of {announced}")
            self._announced = announced
        if flags & MORE_FRAGMENTS and not piece:
            raise ProtocolError("an EAP-TLS fragment with nothing in it says that more follows")
        limit = self._most if self._announced is None else self._announced
        self._held += len(piece)
        if self._held > limit:
            raise ProtocolError(f"the fragments of a TLS message have {self._held} octets, {limit} are allowed")
        if flags & MORE_FRAGMENTS:
            self._pieces.append(piece)
            return None
        if self._announced is not None and self._held != self._announced:
            raise ProtocolError(f"a TLS message of {self._announced} octets ended after {self._held}")
        message = b"".join((*self._pieces, piece))
        self._pieces, self._held, self._announced = [], 0, None
        return message
