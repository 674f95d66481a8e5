"""Fields of a certificate out of their DER, as OpenSSL reads them: where it takes what X.509 forbids, so does this."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import NamedTuple

from pki import _der
from pki._anatomy import elements_untrusted

BOOLEAN, INTEGER, BITS, OCTETS, SEQUENCE, UTC_TIME, GENERALIZED_TIME = 0x01, 0x02, 0x03, 0x04, 0x30, 0x17, 0x18
_DNS, _URI, _IP = 0x82, 0x86, 0x87
_EXPLICIT_0 = 0xA0
_SIGNED_DATA = bytes.fromhex("2a864886f70d010702")
_TIME = re.compile(rb"[0-9]{10,12}[0-9]{2}Z")


class Extension(NamedTuple):
    oid: str
    """Dotted."""
    critical: bool
    value: bytes
    """DER as a rule; not checked."""


class AlternativeNames(NamedTuple):
    """subjectAltName, as far as services look at it."""

    dns: tuple[str, ...] = ()
    uris: tuple[str, ...] = ()
    addresses: tuple[bytes, ...] = ()
    """4 or 16 octets each."""
    problem: str = ""
    """Why it cannot be read; then OpenSSL takes none of its names."""


def certificates_of_pkcs7_untrusted(der: bytes) -> list[bytes]:
    """The certificates of a SignedData (RFC 5652 section 5.1), in their order; cryptography's reader gives none if one is odd.

    Raises:
        ValueError: these octets are no SignedData.
    """
    found = elements_untrusted(only(der, SEQUENCE) or b"")
    if len(found) != 2 or found[0][1] != _SIGNED_DATA or found[1][0] != _EXPLICIT_0:
        raise ValueError("This is no SignedData.")
    fields = elements_untrusted(only(found[1][1], SEQUENCE) or b"")
    return [
        _der.element(SEQUENCE, contents)
        for tag, held in fields
        if tag == _EXPLICIT_0
        for kind, contents in elements_untrusted(held)
        if kind == SEQUENCE
    ]


def relative_names(name: bytes) -> tuple[tuple[str, bytes], ...]:
    """The RelativeDistinguishedNames of a Name in DER: the OID of the first attribute of each, and its octets. Never raises."""
    found = []
    try:
        for tag, contents in elements_untrusted(only(name, SEQUENCE) or b""):
            (_, first), *_ = elements_untrusted(contents)
            (_, oid), *_ = elements_untrusted(first)
            found.append((dotted(oid), _der.element(tag, contents)))
    except ValueError:
        return ()
    return tuple(found)


def number(element: bytes) -> int:
    """Of a whole INTEGER."""
    try:
        (_, contents), *_ = elements_untrusted(element)
    except ValueError:
        return 0
    return int.from_bytes(contents, signed=True)


def moment(tag: int, contents: bytes) -> datetime | None:
    """UTCTime `YYMMDDHHMMSSZ` and GeneralizedTime `YYYYMMDDHHMMSSZ`: the two forms that OpenSSL takes in certificates.

    A year 0, which datetime does not know, becomes its first moment.
    """
    if not _TIME.fullmatch(contents) or len(contents) != {UTC_TIME: 13, GENERALIZED_TIME: 15}.get(tag):
        return None
    digits = contents[:-1].decode()
    if tag == UTC_TIME:
        digits = ("19" if digits[0] >= "5" else "20") + digits
    if digits.startswith("0000"):
        return datetime.min.replace(tzinfo=UTC)
    try:
        return datetime.strptime(digits, "%Y%m%d%H%M%S").replace(tzinfo=UTC)
    except ValueError:
        return None


def only(value: bytes, tag: int) -> bytes | None:
    """The contents of an element that stands alone; None for anything else."""
    try:
        found = elements_untrusted(value)
    except ValueError:
        return None
    return found[0][1] if len(found) == 1 and found[0][0] == tag else None


def says_ca(value: bytes) -> bool:
    inside = only(value, SEQUENCE)
    try:
        found = elements_untrusted(inside or b"")
    except ValueError:
        return False
    return bool(found) and found[0][0] == BOOLEAN and found[0][1] not in (b"", b"\x00")


def extension_untrusted(oid: bytes, whole: bytes) -> Extension:
    try:
        (_, inside), *_ = elements_untrusted(whole)
        found = elements_untrusted(inside)[1:]
    except ValueError:
        return Extension(dotted(oid), False, b"")
    critical = any(tag == BOOLEAN and contents not in (b"", b"\x00") for tag, contents in found)
    return Extension(dotted(oid), critical, next((contents for tag, contents in found if tag == OCTETS), b""))


def dotted(oid: bytes) -> str:
    """`2.5.29.15`; "" for octets that are no OBJECT IDENTIFIER."""
    try:
        return _der.dotted(oid)
    except ValueError:
        return ""


def alternative_names_untrusted(value: bytes) -> AlternativeNames:
    inside = only(value, SEQUENCE)
    try:
        if inside is None:
            raise ValueError
        found = elements_untrusted(inside)
    except ValueError:
        return AlternativeNames(problem="it is not a list of names")
    texts: dict[int, list[str]] = {_DNS: [], _URI: []}
    addresses: list[bytes] = []
    for tag, contents in found:
        if tag in texts:
            texts[tag].append(contents.decode("latin-1"))
        elif tag == _IP and len(contents) in (4, 16):
            addresses.append(contents)
    return AlternativeNames(tuple(texts[_DNS]), tuple(texts[_URI]), tuple(addresses))
