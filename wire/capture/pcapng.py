"""The blocks of a pcapng file, little-endian: draft-ietf-opsawg-pcapng."""

from __future__ import annotations

import struct
from collections.abc import Iterable
from enum import IntEnum

from wire.plain_text import plain

LONGEST_COMMENT = 4096
"""Octets of one comment; ours. An option could carry 65535."""


class BlockType(IntEnum):
    SECTION_HEADER = 0x0A0D0D0A
    INTERFACE_DESCRIPTION = 1
    NAME_RESOLUTION = 4
    ENHANCED_PACKET = 6
    DECRYPTION_SECRETS = 10


class Option(IntEnum):
    """Codes 2 and up mean something else in each kind of block."""

    END = 0
    COMMENT = 1
    SHB_HARDWARE = 2
    SHB_USERAPPL = 4
    IF_NAME = 2
    IF_TSRESOL = 9


_BYTE_ORDER_MAGIC = 0x1A2B3C4D
_UNKNOWN_LENGTH = -1
_LINKTYPE_ETHERNET = 1
_MICROSECONDS = 6
"""if_tsresol: a packet's time counts units of 10 to the minus 6 seconds."""
_TLS_KEY_LOG = 0x544C534B
"""Secrets type "TLSK": lines of the NSS key log format."""
_IPV4_NAME = 1

_HEADER = struct.Struct("<II")
_LENGTH = struct.Struct("<I")
_TWO_SHORTS = struct.Struct("<HH")
_SECTION = struct.Struct("<IHHq")
_INTERFACE = struct.Struct("<HHI")
_PACKET = struct.Struct("<IIIII")


def section_header(hardware: str, application: str) -> bytes:
    """Opens the file. The length of the section is left open, as nobody knows when the run ends."""
    options = [(Option.SHB_HARDWARE, hardware.encode()), (Option.SHB_USERAPPL, application.encode())]
    return _block(BlockType.SECTION_HEADER, _SECTION.pack(_BYTE_ORDER_MAGIC, 1, 0, _UNKNOWN_LENGTH) + _options(options))


def interface_description(name: str) -> bytes:
    """The one interface, Ethernet, whole packets, times in microseconds."""
    options = [(Option.IF_NAME, name.encode()), (Option.IF_TSRESOL, bytes([_MICROSECONDS]))]
    return _block(BlockType.INTERFACE_DESCRIPTION, _INTERFACE.pack(_LINKTYPE_ETHERNET, 0, 0) + _options(options))


def enhanced_packet(microseconds: int, frame: bytes, comments: Iterable[str] = ()) -> bytes:
    """One packet on interface 0, `microseconds` after 1970-01-01 UTC."""
    options = [(Option.COMMENT, _comment(text)) for text in comments]
    head = _PACKET.pack(0, microseconds >> 32, microseconds & 0xFFFFFFFF, len(frame), len(frame))
    return _block(BlockType.ENHANCED_PACKET, head + _padded(frame) + _options(options))


def decryption_secrets(lines: Iterable[bytes]) -> bytes:
    """Lines of a key log, each without its newline; they serve the packets that follow."""
    log = b"".join(line + b"\n" for line in lines)
    return _block(BlockType.DECRYPTION_SECRETS, _HEADER.pack(_TLS_KEY_LOG, len(log)) + _padded(log))


def name_resolution(address: bytes, name: str) -> bytes:
    """`name` for an IPv4 address of four octets."""
    value = address + name.encode() + b"\0"
    return _block(
        BlockType.NAME_RESOLUTION, _TWO_SHORTS.pack(_IPV4_NAME, len(value)) + _padded(value) + _TWO_SHORTS.pack(0, 0)
    )


def _block(kind: BlockType, body: bytes) -> bytes:
    length = 12 + len(body)
    return _HEADER.pack(kind, length) + body + _LENGTH.pack(length)


def _options(options: list[tuple[Option, bytes]]) -> bytes:
    if not options:
        return b""
    parts = [_TWO_SHORTS.pack(code, len(value)) + _padded(value) for code, value in options]
    return b"".join(parts) + _TWO_SHORTS.pack(Option.END, 0)


def _padded(data: bytes) -> bytes:
    return data + bytes(-len(data) % 4)


def _comment(text: str) -> bytes:
    """UTF-8 of bounded length. A comment may quote a stranger's certificate, and is shown on terminals."""
    return plain(text, keep="\n").encode("utf-8", "replace")[:LONGEST_COMMENT].decode("utf-8", "ignore").encode()
