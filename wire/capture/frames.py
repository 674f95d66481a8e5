"""Ethernet II frames around IPv4, TCP and UDP, with every checksum as it would be on a cable."""

from __future__ import annotations

import re
import socket
import struct
from collections.abc import Iterator
from enum import IntEnum, IntFlag
from typing import NamedTuple

MTU = 1500
"""Octets of an IPv4 packet on Ethernet."""
MSS = 1460
"""Octets of one TCP segment, from the MTU."""


class Protocol(IntEnum):
    """The IANA registry "Protocol Numbers"."""

    TCP = 6
    UDP = 17


class Flag(IntFlag):
    """RFC 9293 section 3.1."""

    FIN = 0x01
    SYN = 0x02
    RST = 0x04
    PSH = 0x08
    ACK = 0x10


class Endpoint(NamedTuple):
    """One end: its MAC of six octets, its IPv4 address of four, its port."""

    mac: bytes
    address: bytes
    port: int


_ETHERTYPE_IPV4 = b"\x08\x00"
_IPV4 = struct.Struct(">BBHHHBBH4s4s")
_PSEUDO = struct.Struct(">4s4sBBH")
_TCP = struct.Struct(">HHIIBBHHH")
_UDP = struct.Struct(">HHHH")
_DO_NOT_FRAGMENT = 0x4000
_MORE_FRAGMENTS = 0x2000
_TIME_TO_LIVE = 64
WINDOW = 65535
"""What both ends always offer; there is no window scale."""
MSS_OPTION = struct.pack(">BBH", 2, 4, MSS)


def address_octets(address: str) -> bytes:
    """Raises ValueError for what is no IPv4 address."""
    try:
        return socket.inet_aton(address)
    except OSError:
        raise ValueError(f"{address!r} is not an IPv4 address") from None


def mac_of_address(address: bytes) -> bytes:
    """A locally administered MAC that shows the IPv4 address in its last four octets. Assumed: the scheme."""
    return b"\x02\x00" + address


def mac_of_device(name: str) -> bytes | None:
    """The MAC in a phone's device name, SEP and twelve hex digits; None for any other name."""
    found = re.fullmatch(r"SEP([0-9A-F]{12})", name)
    return bytes.fromhex(found[1]) if found else None


def checksum(data: bytes) -> int:
    """RFC 1071. Its ones' complement sum of 16-bit words is the remainder modulo 65535, which Python finds in one step."""
    if len(data) % 2:
        data += b"\0"
    # What is summed here is never all zero; of the two zeros of ones' complement its sum is then 0xFFFF.
    return 0xFFFF - (int.from_bytes(data, "big") % 0xFFFF or 0xFFFF)


def tcp_frame(
    source: Endpoint,
    target: Endpoint,
    identification: int,
    flags: Flag,
    sequence: int,
    acknowledgment: int,
    payload: bytes = b"",
    options: bytes = b"",
) -> bytes:
    """One segment. `options` are padded to four octets already."""
    offset = (20 + len(options)) << 2  # in words, in the upper half of its octet
    head = _TCP.pack(source.port, target.port, sequence, acknowledgment, offset, flags, WINDOW, 0, 0)
    segment = head + options + payload
    checked = checksum(_pseudo_header(source, target, Protocol.TCP, len(segment)) + segment)
    segment = segment[:16] + checked.to_bytes(2, "big") + segment[18:]
    return _ipv4_frame(source, target, Protocol.TCP, identification, _DO_NOT_FRAGMENT, segment)


def udp_frames(source: Endpoint, target: Endpoint, identification: int, payload: bytes) -> Iterator[bytes]:
    """One datagram, in as many fragments as the MTU makes of it. Raises ValueError above 65507 octets."""
    if len(payload) > 65507:
        raise ValueError("a UDP datagram over IPv4 carries at most 65507 octets")
    length = 8 + len(payload)
    head = _UDP.pack(source.port, target.port, length, 0)
    # A checksum of 0 would say that there is none (RFC 768).
    checked = checksum(_pseudo_header(source, target, Protocol.UDP, length) + head + payload) or 0xFFFF
    datagram = head[:6] + checked.to_bytes(2, "big") + payload
    room = (MTU - 20) // 8 * 8  # offsets count units of eight octets
    for start in range(0, length, room):
        more = _MORE_FRAGMENTS if start + room < length else 0
        piece = datagram[start : start + room]
        yield _ipv4_frame(source, target, Protocol.UDP, identification, more | start // 8, piece)


def _pseudo_header(source: Endpoint, target: Endpoint, protocol: Protocol, length: int) -> bytes:
    return _PSEUDO.pack(source.address, target.address, 0, protocol, length)


def _ipv4_frame(
    source: Endpoint, target: Endpoint, protocol: Protocol, identification: int, fragment: int, body: bytes
) -> bytes:
    head = _IPV4.pack(
        0x45,  # version 4, a header of five words
        0,
        20 + len(body),
        identification & 0xFFFF,
        fragment,
        _TIME_TO_LIVE,
        protocol,
        0,
        source.address,
        target.address,
    )
    head = head[:10] + checksum(head).to_bytes(2, "big") + head[12:]
    return b"".join((target.mac, source.mac, _ETHERTYPE_IPV4, head, body))
