"""The elements that headers and records consist of: one octet tag, two octets length, value; big-endian throughout.

Header and record have a namespace of tags each. Both are blocks that say their own length in one of their elements, and a reader
takes the elements in any order, so it knows where a block ends only when it has met that element. Padding, in headers only, is
an octet 0x0D without a length.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import IntEnum

from wire.buffer import Reader
from wire.errors import ProtocolError


class HeaderTag(IntEnum):
    """Names of 3 to 15 as `show ctl` prints them."""

    VERSION = 1
    HEADER_LENGTH = 2
    SIGNER_ID = 3
    SIGNER_NAME = 4
    SERIAL_NUMBER = 5
    CA_NAME = 6
    SIGNATURE_INFO = 7
    DIGEST_ALGORITHM = 8
    SIGNATURE_ALGORITHM_INFO = 9
    SIGNATURE_ALGORITHM = 10
    """0 is RSA."""
    SIGNATURE_MODULUS = 11
    SIGNATURE = 12
    PADDING = 13
    FILE_NAME = 14
    TIMESTAMP = 15
    ENCRYPTION_INFO = 16
    CIPHER_INFO = 17
    CIPHER = 18
    """0 is AES-128-CBC."""
    INITIALIZATION_VECTOR = 19
    PADS = 20
    KEY_INFO = 21
    KEY_ALGORITHM = 22
    """0 is RSA."""
    KEY_BITS = 23
    KEY_PADDING = 24
    """1 is that of PKCS #1 version 1.5."""
    WRAPPED_KEY = 25
    PLAINTEXT_DIGEST = 26
    PLAINTEXT_HASH = 27
    SIGNER_VERSION = 28


class RecordTag(IntEnum):
    """Names as `show ctl` prints them."""

    RECORD_LENGTH = 1
    DNS_NAME = 2
    SUBJECT_NAME = 3
    FUNCTION = 4
    ISSUER_NAME = 5
    SERIAL_NUMBER = 6
    PUBLIC_KEY = 7
    SIGNATURE = 8
    CERTIFICATE = 9
    IP_ADDRESS = 10
    CERTIFICATE_HASH = 11
    HASH_ALGORITHM = 12


HEADER_TAGS = frozenset[int](HeaderTag)
RECORD_TAGS = frozenset[int](RecordTag)
_FIRST = 1
"""Both blocks begin with their tag 1 where CUCM writes them."""


@dataclass(frozen=True, slots=True)
class TlvElement:
    """One element: where its value is in the file."""

    tag: int
    at: int
    """Octets before its value; its tag is three octets before that."""
    value: bytes


def block_untrusted(
    data: bytes, start: int, length_tag: int, what: str, padding: int | None = None
) -> tuple[tuple[TlvElement, ...], int]:
    """The elements of the block that begins at octet `start`, and the number of the octet behind it.

    Args:
        length_tag: of the element with the length of the whole block. Without it the block ends before a second tag 1.
        what: names the block in the error.
        padding: a tag without length and value; such octets are left out.

    Raises:
        ProtocolError: an element is longer than the block, or the block than the file, or its end cannot be told.
    """
    reader, found, end = Reader(data, what), list[TlvElement](), None
    reader.octets(start)
    while (at := len(data) - len(reader)) != end and len(reader):
        tag = reader.u8()
        if tag == padding:
            continue
        if tag == _FIRST and end is None and any(one.tag == _FIRST for one in found):
            return tuple(found), at
        element = TlvElement(tag, at + 3, reader.octets(reader.u16()))
        found.append(element)
        if tag == length_tag and end is None:
            end = start + number(element, 2, what)
        if end is not None and not element.at + len(element.value) <= end <= len(data):
            raise ProtocolError(
                f"{what} ends at octet {end} by its own length, and its element with tag {tag} at octet {at} or the file does not"
            )
    if end is None:
        raise ProtocolError(f"{what} does not say where it ends: an element with tag {length_tag} was due")
    if at != end:
        raise ProtocolError(f"{what} ends at octet {end} by its own length, and the file at octet {len(data)}")
    return tuple(found), end


def flattened_untrusted(
    elements: Iterable[TlvElement], containers: Mapping[int, Collection[int]], what: str, inside: int = 0
) -> Iterator[TlvElement]:
    """The elements, and behind each container those in it. `containers`: by the tag of a container, 0 for the block, those
    that are containers in it. Raises ProtocolError where one does not fit into its container.
    """
    for element in elements:
        yield element
        if element.tag in containers.get(inside, ()):
            yield from flattened_untrusted(_within_untrusted(element, what), containers, what, element.tag)


def _within_untrusted(container: TlvElement, what: str) -> Iterator[TlvElement]:
    reader = Reader(container.value, f"the element with tag {container.tag} at octet {container.at - 3} of {what}")
    while len(reader):
        tag, value = reader.u8(), reader.octets(reader.u16())
        yield TlvElement(tag, container.at + len(container.value) - len(reader) - len(value), value)


def by_tag(elements: Iterable[TlvElement], known: Collection[int], what: str) -> dict[int, TlvElement]:
    """Those with a known tag. Raises ProtocolError where one of these occurs twice."""
    found: dict[int, TlvElement] = {}
    for element in elements:
        if element.tag in known:
            if element.tag in found:
                raise ProtocolError(f"{what} has a second element with tag {element.tag} at octet {element.at - 3}")
            found[element.tag] = element
    return found


def number(element: TlvElement, size: int, what: str) -> int:
    """An unsigned number of so many octets. Raises ProtocolError."""
    if len(element.value) != size:
        raise ProtocolError(
            f"the element with tag {element.tag} at octet {element.at - 3} of {what} has {len(element.value)} octets, not {size}"
        )
    return int.from_bytes(element.value, "big")


def version(element: TlvElement, what: str) -> tuple[int, int]:
    """Major and minor. Raises ProtocolError."""
    return divmod(number(element, 2, what), 256)


def text(element: TlvElement | None) -> str:
    """Without the NUL at its end; octets that are not UTF-8 as `\\xff`. "" for no element."""
    return element.value.rstrip(b"\0").decode("utf-8", "backslashreplace") if element is not None else ""


def element(tag: int, *values: bytes) -> bytes:
    """One element with these values, one behind the other. Raises OverflowError for more than 65535 octets."""
    value = b"".join(values)
    return bytes([tag]) + len(value).to_bytes(2, "big") + value


def text_element(tag: int, value: str) -> bytes:
    """The text with a NUL."""
    return element(tag, value.encode() + b"\0")


def serial_number(value: int) -> bytes:
    """Big-endian, no octets of zeros before it, at least one octet."""
    return value.to_bytes(max(1, (value.bit_length() + 7) // 8), "big")
