"""One Ethernet II frame as its parts: to whom, from whom, what is in it."""

from __future__ import annotations

import struct
from dataclasses import dataclass
from typing import Final

from wire.buffer import Reader
from wire.errors import ProtocolError

MAX_PAYLOAD: Final = 1500
_HEADER = struct.Struct(">6s6sH")


@dataclass(frozen=True, slots=True)
class Frame:
    """Without checksum, and without padding."""

    destination: bytes
    """A MAC of six octets, as the next."""
    source: bytes
    ethertype: int
    payload: bytes


def push_frame(frame: Frame) -> bytes:
    """Raises ValueError for a payload of more than MAX_PAYLOAD octets, and for a MAC that has not six."""
    if len(frame.payload) > MAX_PAYLOAD:
        raise ValueError(f"an Ethernet frame carries at most {MAX_PAYLOAD} octets, not {len(frame.payload)}")
    if len(frame.destination) != 6 or len(frame.source) != 6:
        raise ValueError("a MAC has six octets")
    return _HEADER.pack(frame.destination, frame.source, frame.ethertype) + frame.payload


def pull_frame_untrusted(data: bytes) -> Frame:
    """Raises ProtocolError for what is too short or too long to be a frame."""
    reader = Reader(data, "an Ethernet frame")
    destination, source = reader.octets(6), reader.octets(6)
    ethertype = reader.u16()
    if len(reader) > MAX_PAYLOAD:
        raise ProtocolError(f"an Ethernet frame with {len(reader)} octets, {MAX_PAYLOAD} at most")
    return Frame(destination, source, ethertype, reader.rest())
