"""A certificate's DER cut into its parts without a look at what they mean: for re-keying, and for telling certificates apart.

cryptography parses all of this, at ten times the price for the extensions, and gives no octets of the parts.
"""

from __future__ import annotations

from dataclasses import dataclass

from pki import _der

MAX_OCTETS = 1 << 20
"""Octets of a certificate; OpenSSL's limit for a message of certificates is a tenth of that."""
MAX_EXTENSIONS = 2000

_SEQUENCE, _INTEGER, _VERSION, _ISSUER_ID, _SUBJECT_ID, _EXTENSIONS = 0x30, 0x02, 0xA0, 0x81, 0x82, 0xA3
_BITS = 0x03


@dataclass(frozen=True, slots=True)
class Anatomy:
    """The parts of a Certificate (RFC 5280 section 4.1), each a whole DER element unless told otherwise."""

    version: bytes
    """With its [0]; empty for version 1."""
    serial_number: bytes
    algorithm: bytes
    """AlgorithmIdentifier of the signature, as it stands in the part that is signed."""
    issuer: bytes
    validity: bytes
    subject: bytes
    public_key: bytes
    """SubjectPublicKeyInfo."""
    unique_ids: bytes
    """Both, in their order; empty for none."""
    extensions: tuple[tuple[bytes, bytes], ...]
    """Octets of each one's OID, without tag and length, and the whole Extension, in their order."""
    before_key: bytes
    """Contents of the part that is signed, up to the public key."""
    after_key: bytes
    """And from there to its end."""
    signed: bytes
    """TBSCertificate as it stands, with its own tag and length: what the signature is over."""
    outer_algorithm: bytes
    """AlgorithmIdentifier behind the part that is signed."""
    signature: bytes
    """Its octets."""

    def with_key(self, public_key: bytes) -> bytes:
        """The part that is signed, TBSCertificate, with another SubjectPublicKeyInfo and not one octet changed beside."""
        return _der.sequence(self.before_key, public_key, self.after_key)


def anatomy_untrusted(der: bytes) -> Anatomy:
    """
    Raises:
        ValueError: this is no certificate, or a part of it is longer than what holds it.
    """
    if len(der) > MAX_OCTETS:
        raise ValueError(f"A certificate of more than {MAX_OCTETS} octets is none.")
    try:
        return _anatomy(der)
    except IndexError:
        raise ValueError("This ends in the middle of a certificate.") from None


def _anatomy(der: bytes) -> Anatomy:
    whole, whole_end = _enter(der, 0, len(der), _SEQUENCE)
    signed, outer_at = _take(der, whole, whole_end, _SEQUENCE)
    outer_algorithm, bits_at = _take(der, outer_at, whole_end, _SEQUENCE)
    bits, bits_end = _enter(der, bits_at, whole_end, _BITS)
    at, end = start, _ = _enter(der, whole, whole_end, _SEQUENCE)
    version, at = _optional(der, at, end, _VERSION)
    serial_number, at = _take(der, at, end, _INTEGER)
    algorithm, at = _take(der, at, end, _SEQUENCE)
    issuer, at = _take(der, at, end, _SEQUENCE)
    validity, at = _take(der, at, end, _SEQUENCE)
    subject, key_at = _take(der, at, end, _SEQUENCE)
    public_key, after = _take(der, key_at, end, _SEQUENCE)
    first, at = _optional(der, after, end, _ISSUER_ID)
    second, at = _optional(der, at, end, _SUBJECT_ID)
    wrapped, at = _optional(der, at, end, _EXTENSIONS)
    if at != end:
        raise ValueError("There is something behind the last part of this certificate.")
    return Anatomy(
        version,
        serial_number,
        algorithm,
        issuer,
        validity,
        subject,
        public_key,
        first + second,
        _extensions(wrapped) if wrapped else (),
        der[start:key_at],
        der[after:end],
        signed,
        outer_algorithm,
        der[bits + 1 : bits_end],
    )


def _extensions(wrapped: bytes) -> tuple[tuple[bytes, bytes], ...]:
    at, end = _enter(wrapped, 0, len(wrapped), _EXTENSIONS)
    at, end = _enter(wrapped, at, end, _SEQUENCE)
    found = []
    while at < end:
        whole, following = _take(wrapped, at, end, _SEQUENCE)
        inside, _ = _enter(wrapped, at, end, _SEQUENCE)
        oid, oid_end = _enter(wrapped, inside, following, 0x06)
        found.append((wrapped[oid:oid_end], whole))
        at = following
        if len(found) > MAX_EXTENSIONS:
            raise ValueError(f"A certificate of more than {MAX_EXTENSIONS} extensions is none.")
    return tuple(found)


def elements_untrusted(contents: bytes) -> list[tuple[int, bytes]]:
    """Tag and contents of each element, one after the other.

    Raises:
        ValueError: one is longer than what is there, or its length is indefinite.
    """
    found, at = [], 0
    try:
        while at < len(contents):
            inside, following = _enter(contents, at, len(contents), contents[at])
            found.append((contents[at], contents[inside:following]))
            at = following
    except IndexError:
        raise ValueError("This ends in the middle of an element.") from None
    return found


def _enter(der: bytes, at: int, end: int, tag: int) -> tuple[int, int]:
    """Where the contents of the element at `at` begin and end."""
    if at >= end or der[at] != tag:
        raise ValueError("A part of this certificate is not what it should be.")
    size, body = _der.header(der, at)
    if body + size > end:
        raise ValueError("A part of this certificate is longer than the whole.")
    return body, body + size


def _take(der: bytes, at: int, end: int, tag: int) -> tuple[bytes, int]:
    """The element at `at`, and where the next one begins."""
    _, following = _enter(der, at, end, tag)
    return der[at:following], following


def _optional(der: bytes, at: int, end: int, tag: int) -> tuple[bytes, int]:
    return _take(der, at, end, tag) if at < end and der[at] == tag else (b"", at)
