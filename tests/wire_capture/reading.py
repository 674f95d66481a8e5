"""A second reader of captures, written apart from the writer: framing, lengths and checksums are asserted."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from typing import NamedTuple

SYN, ACK, PSH, FIN, RST = "SYN", "ACK", "PSH", "FIN", "RST"
_FLAGS = {0x01: FIN, 0x02: SYN, 0x04: RST, 0x08: PSH, 0x10: ACK}


class Block(NamedTuple):
    kind: int
    body: bytes


class Packet(NamedTuple):
    source: str
    """address:port"""
    target: str
    flags: tuple[str, ...]
    sequence: int
    acknowledgment: int
    payload: bytes
    comments: tuple[str, ...]
    microseconds: int
    macs: tuple[str, str]
    """Source and target."""
    identification: int


def blocks(data: bytes) -> Iterator[Block]:
    """Whole blocks from the start on; a block that is cut ends it. Asserts the framing of each."""
    at = 0
    while len(data) - at >= 12:
        kind, length = struct.unpack_from("<II", data, at)
        assert length % 4 == 0
        assert length >= 12
        if len(data) - at < length:
            return
        assert struct.unpack_from("<I", data, at + length - 4) == (length,)
        yield Block(kind, data[at + 8 : at + length - 4])
        at += length


def options(data: bytes) -> list[tuple[int, bytes]]:
    found, at = [], 0
    while at < len(data):
        code, length = struct.unpack_from("<HH", data, at)
        if code == 0:
            assert (length, at + 4) == (0, len(data))
            return found
        found.append((code, data[at + 4 : at + 4 + length]))
        at += 4 + (length + 3) // 4 * 4
    assert not found, "options without an end"
    return found


def slow_sum(data: bytes) -> int:
    """RFC 1071, word by word; 0xFFFF over data that carries its own right checksum."""
    total = 0
    for word, *_ in struct.iter_unpack(">H", data + bytes(len(data) % 2)):
        total += word
        total = (total & 0xFFFF) + (total >> 16)
    return total


def packet_of(block: Block) -> Packet:
    assert block.kind == 6
    interface, high, low, captured, original = struct.unpack_from("<IIIII", block.body)
    assert interface == 0
    assert captured == original
    end = 20 + (captured + 3) // 4 * 4
    comments = tuple(value.decode() for code, value in options(block.body[end:]) if code == 1)
    return frame_of(block.body[20 : 20 + captured], comments, high << 32 | low)


def frame_of(frame: bytes, comments: tuple[str, ...] = (), microseconds: int = 0) -> Packet:
    """A TCP packet; asserts lengths and checksums."""
    assert frame[12:14] == b"\x08\x00"
    ip, tcp = frame[14:34], frame[34:]
    assert ip[0] == 0x45
    assert int.from_bytes(ip[2:4], "big") == len(frame) - 14 <= 1500
    assert ip[9] == 6
    assert slow_sum(ip) == 0xFFFF
    assert slow_sum(ip[12:20] + bytes([0, 6]) + len(tcp).to_bytes(2, "big") + tcp) == 0xFFFF
    ports = struct.unpack_from(">HH", tcp)
    sequence, acknowledgment, offset, flags = struct.unpack_from(">IIBB", tcp, 4)
    return Packet(
        f"{'.'.join(map(str, ip[12:16]))}:{ports[0]}",
        f"{'.'.join(map(str, ip[16:20]))}:{ports[1]}",
        tuple(name for bit, name in _FLAGS.items() if flags & bit),
        sequence,
        acknowledgment,
        tcp[(offset >> 4) * 4 :],
        comments,
        microseconds,
        (frame[6:12].hex(":"), frame[:6].hex(":")),
        int.from_bytes(ip[4:6], "big"),
    )


def packets(data: bytes) -> list[Packet]:
    """Those of TCP; what goes over UDP, TFTP say, is left out."""
    return [packet_of(block) for block in blocks(data) if block.kind == 6 and block.body[20 + 14 + 9] == 6]


def told(data: bytes, client: str = "") -> list[str]:
    """The packets in short: `> SYN`, `< FIN`, `> 5` for five octets. Bare acknowledgements are left out."""
    found = []
    for packet in packets(data):
        client = client or packet.source
        what = [name for name in packet.flags if name not in (ACK, PSH)] + [str(len(packet.payload))] * bool(
            packet.payload
        )
        if what:
            found.append(f"{'>' if packet.source == client else '<'} {'+'.join(what)}")
    return found
