"""Elements: tag, length, value. The values that several messages share, each as a pull/push pair."""

from __future__ import annotations

from dataclasses import dataclass

from wire.buffer import Reader
from wire.capf.numbers import MAX_CERTIFICATE, MAX_DEVICE_NAME, MAX_PASSWORD, MAX_SIGNATURE, Digest, Tag
from wire.errors import ProtocolError

_KNOWN = frozenset(Tag)
_NAME_LETTERS = frozenset(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-")

Elements = dict[int, bytes]
"""Values by tag."""


@dataclass(frozen=True, slots=True)
class Sudi:
    """Element 16: a second certificate, from the factory, with its own proof over the session id."""

    certificate: bytes
    """DER."""
    signed_data: bytes
    """Signature with SHA-1."""
    sha2_signed_data: bytes | None
    """Signature with SHA-512; None where the key is too small for it."""


def pull_elements_untrusted(payload: bytes) -> Elements:
    """The elements in any order. Unassigned tags are passed over; a tag that comes twice is an error."""
    reader = Reader(payload, "the CAPF element area")
    elements: Elements = {}
    while len(reader):
        tag, value = reader.u8(), reader.octets(reader.u16())
        if tag in elements:
            raise ProtocolError(f"CAPF element {tag} comes twice")
        if tag in _KNOWN:
            elements[tag] = value
    return elements


def push_elements(*elements: tuple[Tag, bytes | None]) -> bytes:
    """In the given order, those whose value is None left out."""
    return b"".join(bytes((tag,)) + push_octets16(value) for tag, value in elements if value is not None)


def pull_u8_untrusted(elements: Elements, tag: Tag) -> int:
    return _number_untrusted(elements, tag, 1)


def push_u8(value: int | None) -> bytes | None:
    return None if value is None else value.to_bytes(1, "big")


def pull_u16_untrusted(elements: Elements, tag: Tag) -> int:
    return _number_untrusted(elements, tag, 2)


def push_u16(value: int | None) -> bytes | None:
    return None if value is None else value.to_bytes(2, "big")


def pull_device_name_untrusted(elements: Elements) -> str:
    """Letters, digits, `.`, `_` and `-` only: the name goes into logs and look-ups."""
    octets = _text_untrusted(_required(elements, Tag.DEVICE_NAME), Tag.DEVICE_NAME, MAX_DEVICE_NAME)
    if not octets or not _NAME_LETTERS.issuperset(octets):
        raise ProtocolError("the CAPF device name is empty or has characters that no device name has")
    return octets.decode("ascii")


def push_device_name(name: str) -> bytes:
    return name.encode("ascii") + b"\0"


def pull_password_untrusted(elements: Elements) -> bytes | None:
    """Without its NUL; b"" in null-string mode, None where the element is missing."""
    value = elements.get(Tag.PASSWORD)
    return None if value is None else _text_untrusted(value, Tag.PASSWORD, MAX_PASSWORD)


def push_password(password: bytes | None) -> bytes | None:
    return None if password is None else password + b"\0"


def pull_certificate_untrusted(value: bytes) -> bytes:
    """The DER inside element 4, not looked into. Its two octets in front of the DER are read and not judged."""
    reader = Reader(value, "the CAPF certificate element")
    if (inner := reader.u8()) != 1:
        raise ProtocolError(f"the CAPF certificate element starts with {inner}, not with 1")
    if (length := reader.u16()) != len(reader):
        raise ProtocolError(f"the CAPF certificate element says {length} octets and has {len(reader)}")
    reader.octets(2)
    return _bounded(reader.rest(), MAX_CERTIFICATE, "certificate")


def push_certificate(der: bytes | None) -> bytes | None:
    """With 00 01 in front of the DER whatever the certificate is: no other value was ever seen there."""
    return None if der is None else b"\x01" + push_octets16(b"\x00\x01" + der)


def pull_signature_untrusted(value: bytes) -> bytes:
    return _bounded(value, MAX_SIGNATURE, "signature")


def pull_sha2_signature_untrusted(value: bytes) -> bytes:
    """Element 20: digest, length, signature."""
    reader = Reader(value, "the CAPF element 20")
    if (digest := reader.u8()) != Digest.SHA512:
        raise ProtocolError(
            f"CAPF element 20 names digest {digest}; only {Digest.SHA512.value}, SHA-512, is known there"
        )
    signature = reader.octets(reader.u16())
    if len(reader):
        raise ProtocolError("CAPF element 20 goes on after its signature")
    return pull_signature_untrusted(signature)


def push_sha2_signature(signature: bytes | None) -> bytes | None:
    return None if signature is None else bytes((Digest.SHA512,)) + push_octets16(signature)


def pull_sudi_untrusted(value: bytes) -> Sudi:
    """Element 16: sub-elements 0 certificate, 1 signature with SHA-1, 3 signature with SHA-512, in any order."""
    reader = Reader(value, "the CAPF element 16")
    parts: dict[int, bytes] = {}
    while len(reader):
        tag, part = reader.u8(), reader.octets(reader.u16())
        if tag in parts:
            raise ProtocolError(f"CAPF element 16 has its part {tag} twice")
        parts[tag] = part
    if 0 not in parts or Digest.SHA1 not in parts:
        raise ProtocolError("CAPF element 16 lacks its certificate or its signature")
    sha2 = parts.get(Digest.SHA512)
    return Sudi(
        certificate=_bounded(parts[0], MAX_CERTIFICATE, "certificate"),
        signed_data=pull_signature_untrusted(parts[Digest.SHA1]),
        sha2_signed_data=None if sha2 is None else pull_signature_untrusted(sha2),
    )


def push_sudi(sudi: Sudi | None) -> bytes | None:
    if sudi is None:
        return None
    value = b"\x00" + push_octets16(sudi.certificate) + bytes((Digest.SHA1,)) + push_octets16(sudi.signed_data)
    return value + (push_sha2_signature(sudi.sha2_signed_data) or b"")


def push_octets16(value: bytes) -> bytes:
    """A big-endian length and the value."""
    return len(value).to_bytes(2, "big") + value


def _required(elements: Elements, tag: Tag) -> bytes:
    value = elements.get(tag)
    if value is None:
        raise ProtocolError(f"the CAPF message lacks its element {tag.value} ({tag.name})")
    return value


def _number_untrusted(elements: Elements, tag: Tag, size: int) -> int:
    value = _required(elements, tag)
    if len(value) != size:
        raise ProtocolError(f"CAPF element {tag.value} ({tag.name}) has {len(value)} octets instead of {size}")
    return int.from_bytes(value, "big")


def _text_untrusted(value: bytes, tag: Tag, limit: int) -> bytes:
    text = value.removesuffix(b"\0")
    if len(text) > limit or b"\0" in text:
        raise ProtocolError(f"CAPF element {tag.value} ({tag.name}) is over {limit} octets or has a NUL inside")
    return text


def _bounded(value: bytes, limit: int, what: str) -> bytes:
    if not 1 <= len(value) <= limit:
        raise ProtocolError(f"a CAPF {what} of {len(value)} octets; 1 to {limit} are taken")
    return value
