"""EAPOL, what carries EAP between a phone and its switch port (IEEE 802.1X), one frame's payload at a time."""

from __future__ import annotations

import struct
from dataclasses import dataclass
from enum import IntEnum
from typing import Final

from wire.buffer import Reader
from wire.errors import ProtocolError

ETHERTYPE: Final = 0x888E
"""IEEE 802.1X, section "EtherType"."""
PAE_GROUP: Final = bytes.fromhex("0180c2000003")
"""The MAC to which both ends of a cable send: no switch forwards it."""
VERSION: Final = 2
"""Of 802.1X-2004, which both ends state here. What the peer states does not matter: frames of these types look the same."""
MAX_BODY: Final = 1500 - 4
"""Octets of a body: what an Ethernet frame leaves."""

_HEADER = struct.Struct(">BBH")


class EapolType(IntEnum):
    """IEEE 802.1X, "Packet type"."""

    EAP_PACKET = 0
    START = 1
    LOGOFF = 2
    KEY = 3
    ASF_ALERT = 4


@dataclass(frozen=True, slots=True)
class Eapol:
    """One EAPOL frame without its Ethernet header."""

    type: int
    """An EapolType, or a number that the standard leaves open."""
    body: bytes = b""
    """An EAP packet where the type is EAP_PACKET; START and LOGOFF have none."""
    version: int = VERSION


def push_eapol(frame: Eapol) -> bytes:
    """Raises ValueError for a body of more than MAX_BODY octets."""
    if len(frame.body) > MAX_BODY:
        raise ValueError(f"an EAPOL frame carries at most {MAX_BODY} octets, not {len(frame.body)}")
    return _HEADER.pack(frame.version, frame.type, len(frame.body)) + frame.body


def pull_eapol_untrusted(data: bytes) -> Eapol:
    """What follows the body is Ethernet's padding to 60 octets, and of no meaning. Raises ProtocolError."""
    reader = Reader(data, "an EAPOL frame")
    version, kind, length = reader.unpack(_HEADER)
    if version == 0:
        raise ProtocolError("an EAPOL frame of version 0, which there never was")
    if length > MAX_BODY:
        raise ProtocolError(f"an EAPOL frame whose body shall have {length} octets, {MAX_BODY} at most")
    return Eapol(kind, reader.octets(length), version)


def dashed(mac: bytes) -> str:
    """`00-11-22-33-44-55`, as RADIUS writes a MAC in Calling-Station-Id (RFC 3580 section 3.21)."""
    return mac.hex("-").upper()
