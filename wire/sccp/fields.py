"""The fields SCCP messages are made of: little-endian numbers, texts in fixed room, IPv4 in network order."""

from __future__ import annotations

import struct
from ipaddress import IPv4Address

from wire.buffer import Reader
from wire.errors import ProtocolError

ALIGNMENT = 4
"""Payloads of variable size are filled up to this multiple, as chan-sccp does."""


def pull_text(reader: Reader, size: int) -> str:
    """A text in `size` octets: UTF-8 up to the first NUL; what is not UTF-8 becomes U+FFFD."""
    return reader.octets(size).split(b"\0", 1)[0].decode("utf-8", "replace")


def push_text(text: str, size: int) -> bytes:
    """Raises ValueError where the text has a NUL or more than `size` octets; `clip` it first if it may."""
    octets = text.encode()
    if len(octets) > size or b"\0" in octets:
        raise ValueError(f"{text!r} does not fit a text field of {size} octets")
    return octets.ljust(size, b"\0")


def clip(text: str, size: int) -> str:
    """As much of the text as `size` octets of UTF-8 hold, without a NUL."""
    return text.replace("\0", "").encode()[:size].decode("utf-8", "ignore")


def pull_z_text(reader: Reader, limit: int) -> str:
    """A text that ends with its NUL, of at most `limit` octets before it."""
    octets = bytearray()
    while octet := reader.u8():
        if len(octets) == limit:
            raise ProtocolError(f"a text runs over its {limit} octets")
        octets.append(octet)
    return octets.decode("utf-8", "replace")


def push_z_text(text: str, limit: int) -> bytes:
    return push_text(text, limit).rstrip(b"\0") + b"\0"


def pull_u32s(reader: Reader, count: int) -> tuple[int, ...]:
    return struct.unpack(f"<{count}I", reader.octets(4 * count))


def push_u32s(*numbers: int) -> bytes:
    return struct.pack(f"<{len(numbers)}I", *numbers)


def pull_ipv4(reader: Reader) -> str:
    return str(IPv4Address(reader.octets(4)))


def push_ipv4(address: str) -> bytes:
    return IPv4Address(address).packed


def pull_count(reader: Reader, limit: int, what: str) -> int:
    """A count in 32 bits that must not pass `limit`."""
    count = reader.u32_le()
    if count > limit:
        raise ProtocolError(f"{count} {what} are more than the {limit} that fit")
    return count


def aligned(payload: bytes) -> bytes:
    return payload + bytes(-len(payload) % ALIGNMENT)
