"""One distinguished name as events carry it: its DER, its RFC 4514 text, its CN. No other code cuts a formatted name apart.

OpenSSL takes names that cryptography refuses as a whole: `&` or `@` in a PrintableString, Latin-1 in a T61String, a wrong
country. So cryptography writes the text of those that it decodes, and this module that of the others, attribute by attribute.
"""

from __future__ import annotations

import functools
import unicodedata
import warnings
from collections.abc import Callable
from typing import Any, NamedTuple, Protocol

import msgspec
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID

from pki import _der
from pki._anatomy import anatomy_untrusted
from pki._names import SHORT_NAMES, escaped, oneline_of

MAX_CHARACTERS = 1024
"""Characters of each text of a name; a longer text ends in CUT. OpenSSL reads certificates of 100 KiB. The DER stays whole."""
CUT = "…"
_KEPT, _MAX_KEPT_OCTETS = 4096, 4096
"""How many names and certificates, and how many octets of one."""

_UNREADABLE = (ValueError, TypeError, OverflowError, x509.InvalidVersion)
_SEQUENCE, _SET, _OBJECT_IDENTIFIER = 0x30, 0x31, 0x06
_STREET = NameOID.STREET_ADDRESS.dotted_string
_SHORT = {oid.dotted_string: short for oid, short in SHORT_NAMES.items()} | {_STREET: "STREET"}
_OVERRIDES = {**SHORT_NAMES, NameOID.STREET_ADDRESS: "STREET"}


class DistinguishedName(msgspec.Struct, frozen=True, eq=False):
    """Two are equal where OpenSSL takes them for the same name (X509_NAME_cmp): the same attributes in the same order, whatever
    their string types, letters A to Z in either case, runs of spaces as one. Hashing goes with that.

    False in a condition where there is no name at all: no certificate was shown, or it could not be read.
    """

    der: bytes = b""
    """The Name of RFC 5280 section 4.1.2.4, its tag and length included; base64 in JSON. Empty for no name at all."""
    rfc4514: str = ""
    """RFC 4514: last RDN first. Values that no text can be made of stand as `#` and the hex of their DER (section 2.4), and so do
    those of attribute types that have no short name here; control characters as `\\1B`. Octets that are no Name: `#` and hex."""
    cn: str = ""
    """The value of the last CN in the order of the certificate, which is the first one of the RFC 4514 text and the one that
    `pki.common_name` gives; empty where there is none."""

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, DistinguishedName):
            return NotImplemented
        if not (self.der and other.der):  # no name at all is not the empty name
            return self.der == other.der
        return self.der == other.der or _canonical(self.der) == _canonical(other.der)

    def __ne__(self, other: object) -> bool:
        """msgspec's own compares identities, and would win over what Python makes of `__eq__`."""
        equal = self.__eq__(other)
        return equal if equal is NotImplemented else not equal

    def __hash__(self) -> int:
        return hash(_canonical(self.der))

    def __bool__(self) -> bool:
        return bool(self.der)

    @property
    def label(self) -> str:
        """What people read: the CN; where there is none, or none that a terminal can print, the RFC 4514 text."""
        return self.cn if self.cn and all(map(_can_be_printed, self.cn)) else self.rfc4514

    @property
    def oneline(self) -> str:
        """`/C=AU/O=x/CN=y`: OpenSSL's old form, in which devices print names; at most MAX_CHARACTERS characters."""
        return _oneline(self.der)

    @property
    def parts(self) -> tuple[tuple[str, str], ...]:
        """Short name and value of each attribute, in the order of the certificate; `#` and hex for what is no text."""
        return _parts(self.der)

    def attribute(self, kind: str) -> str:
        """The value of an attribute by its short name, the last one where there are several, "" where there is none."""
        return next((value for short, value in reversed(_parts(self.der)) if short == kind), "")

    @classmethod
    def of(cls, name: x509.Name) -> DistinguishedName:
        """Of a name that cryptography has decoded."""
        return name_untrusted(name.public_bytes())

    @classmethod
    def of_cn(cls, common_name: str) -> DistinguishedName:
        """Of an authority of which nothing but the CN is known; NO_NAME for an empty one."""
        if not common_name:
            return NO_NAME
        value = _der.element(0x0C, common_name.encode("utf-8", "replace"))
        attribute = _der.sequence(_der.object_identifier(NameOID.COMMON_NAME.dotted_string), value)
        return name_untrusted(_der.sequence(_der.element(_SET, attribute)))


NO_NAME = DistinguishedName()


class Written(Protocol):
    """A certificate, of which only its octets are wanted."""

    def public_bytes(self, encoding: Encoding) -> bytes: ...


class Names(NamedTuple):
    """Of one certificate."""

    subject: DistinguishedName
    issuer: DistinguishedName


def names_of(certificate: Written) -> Names:
    """Subject and issuer, from the certificate's own octets: decoding a stranger's names with cryptography may raise."""
    return names_untrusted(certificate.public_bytes(Encoding.DER))


def names_untrusted(certificate: bytes) -> Names:
    """Subject and issuer of a certificate in DER; NO_NAME twice where this is no certificate. Raises nothing."""
    return _names_kept(certificate) if len(certificate) <= _MAX_KEPT_OCTETS else _names_of(certificate)


def name_untrusted(der: bytes) -> DistinguishedName:
    """Of a Name in DER, or of any other octets. Raises nothing."""
    return _name_kept(der) if len(der) <= _MAX_KEPT_OCTETS else _name(der)


def _names_of(certificate: bytes) -> Names:
    try:
        parts = anatomy_untrusted(certificate)
    except ValueError:
        return _as_cryptography_reads(certificate)
    return Names(name_untrusted(parts.subject), name_untrusted(parts.issuer))


def _name(der: bytes) -> DistinguishedName:
    if not der:
        return NO_NAME
    try:
        rdns = _rdns(der)
    except (ValueError, IndexError):
        return DistinguishedName(der, _cut(f"#{der.hex()}"))
    text = _by_cryptography(der, rdns) or ",".join("+".join(part.rfc4514 for part in rdn) for rdn in reversed(rdns))
    cn = next(
        (part.text or part.hexadecimal for rdn in reversed(rdns) for part in reversed(rdn) if part.kind == "CN"), ""
    )
    return DistinguishedName(der, _cut(_printable(text)), _cut(cn))


# Kept, because thousands of phones show the same few authorities; but not what a stranger made large.
_names_kept = functools.lru_cache(maxsize=_KEPT)(_names_of)
_name_kept = functools.lru_cache(maxsize=_KEPT)(_name)


class _Attribute(NamedTuple):
    """AttributeTypeAndValue of RFC 5280 section 4.1.2.4."""

    kind: str
    """Its short name, else the numbers of its OID with dots."""
    text: str | None
    """None where its octets are no text."""
    value: bytes
    """Its DER."""
    oid: bytes

    @property
    def hexadecimal(self) -> str:
        return f"#{self.value.hex()}"

    @property
    def plain(self) -> bool:
        """Whether RFC 4514 wants its value as text."""
        return self.text is not None and not self.kind[0].isdigit()

    @property
    def rfc4514(self) -> str:
        return f"{self.kind}={escaped(self.text) if self.text is not None and self.plain else self.hexadecimal}"

    @property
    def canonical(self) -> bytes:
        """As OpenSSL compares it (x509_name_canon): text without its type, anything else as its octets."""
        if self.text is None or self.value[0] not in _COMPARED_AS_TEXT:
            return _der.sequence(self.oid, self.value)
        words = " ".join(self.text.translate(_ASCII_SPACES).split(" ")).strip(" ")
        while "  " in words:
            words = words.replace("  ", " ")
        return _der.sequence(self.oid, _der.element(0x0C, words.translate(_ASCII_LOWER).encode("utf-8")))


_COMPARED_AS_TEXT = frozenset((0x0C, 0x13, 0x14, 0x16, 0x1A, 0x1C, 0x1E))
"""OpenSSL's ASN1_MASK_CANON: all strings but NumericString."""
_ASCII_SPACES = {ord(letter): " " for letter in "\t\n\v\f\r"}
_ASCII_LOWER = {upper: upper + 32 for upper in range(ord("A"), ord("Z") + 1)}


def _rdns(der: bytes) -> list[list[_Attribute]]:
    """
    Raises:
        ValueError, IndexError: this is no Name.
    """
    (tag, start, end, following) = _element(der, 0, len(der))
    if tag != _SEQUENCE or following != len(der):
        raise ValueError("no Name")
    rdns = []
    while start < end:
        tag, at, rdn_end, start = _element(der, start, end)
        if tag != _SET or at == rdn_end:
            raise ValueError("no RelativeDistinguishedName")
        rdn = []
        while at < rdn_end:
            part, at = _attribute(der, at, rdn_end)
            rdn.append(part)
        rdns.append(rdn)
    return rdns


def _attribute(der: bytes, at: int, end: int) -> tuple[_Attribute, int]:
    tag, oid_at, inside_end, following = _element(der, at, end)
    oid_tag, oid_start, oid_end, value_at = _element(der, oid_at, inside_end)
    value_tag, value_start, value_end, last = _element(der, value_at, inside_end)
    if (tag, oid_tag) != (_SEQUENCE, _OBJECT_IDENTIFIER) or last != inside_end:
        raise ValueError("no AttributeTypeAndValue")
    dotted = _der.dotted(der[oid_start:oid_end])
    text = _text_untrusted(value_tag, der[value_start:value_end])
    return _Attribute(_SHORT.get(dotted, dotted), text, der[value_at:last], der[oid_at:value_at]), following


def _element(der: bytes, at: int, end: int) -> tuple[int, int, int, int]:
    """Its tag, where its contents start and end, and where the next element starts."""
    if at >= end or der[at] & 0x1F == 0x1F:
        raise ValueError("no element here, or a tag of several octets")
    size, start = _der.header(der, at)
    if start + size > end:
        raise ValueError("longer than what holds it")
    return der[at], start, start + size, start + size


_TEXTS: dict[int, tuple[str, ...]] = {
    0x0C: ("utf-8",),
    0x12: ("utf-8",),
    0x13: ("utf-8",),
    # Assumed: a T61String that is no UTF-8 is Latin-1. OpenSSL reads it so, and nearly all that was ever written is that.
    0x14: ("utf-8", "latin-1"),
    0x16: ("utf-8",),
    0x1A: ("utf-8",),
    0x1C: ("utf-32-be",),
    0x1E: ("utf-16-be",),
}
"""Encodings to try, by tag: NumericString, PrintableString, IA5String and VisibleString hold ASCII, or what somebody put there."""


def _text_untrusted(tag: int, octets: bytes) -> str | None:
    for encoding in _TEXTS.get(tag, ()):
        try:
            return octets.decode(encoding)
        except UnicodeDecodeError:
            continue
    return None


def _by_cryptography(der: bytes, rdns: list[list[_Attribute]]) -> str:
    """Its text of the name; empty where it cannot decode it, or writes as text what RFC 4514 wants in hex."""
    if not all(part.plain for rdn in rdns for part in rdn):
        return ""
    try:
        text: str = _read(_certificate_around(der), lambda certificate: certificate.subject.rfc4514_string(_OVERRIDES))
        return text
    except _UNREADABLE:
        return ""


def _as_cryptography_reads(certificate: bytes) -> Names:
    """Of a certificate that is larger than what `anatomy_untrusted` cuts up."""
    try:
        subject, issuer = _read(certificate, lambda read: (read.subject.public_bytes(), read.issuer.public_bytes()))
    except _UNREADABLE:
        return Names(NO_NAME, NO_NAME)
    return Names(name_untrusted(subject), name_untrusted(issuer))


def _read(certificate: bytes, what: Callable[[x509.Certificate], Any]) -> Any:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # cryptography's remarks on odd encodings
        return what(x509.load_der_x509_certificate(certificate))


def _certificate_around(name: bytes) -> bytes:
    """cryptography has no reader for a Name by itself: a certificate that nothing but its subject is right about."""
    algorithm = _der.sequence(_der.object_identifier("1.3.101.112"))
    moment = _der.element(0x17, b"000101000000Z")
    key = _der.sequence(algorithm, _der.bit_string(bytes(32)))
    validity, nobody = _der.sequence(moment, moment), _der.sequence()
    signed = _der.sequence(_der.integer(1), algorithm, nobody, validity, name, key)
    return _der.sequence(signed, algorithm, _der.bit_string(b""))


@functools.lru_cache(maxsize=256)
def _canonical(der: bytes) -> bytes:
    try:
        rdns = _rdns(der)
    except (ValueError, IndexError):
        return der
    return b"".join(_der.element(_SET, *sorted(part.canonical for part in rdn)) for rdn in rdns)


@functools.lru_cache(maxsize=256)
def _parts(der: bytes) -> tuple[tuple[str, str], ...]:
    """Short name and value of each attribute, in the order of the certificate; `#` and hex for what is no text."""
    try:
        rdns = _rdns(der)
    except (ValueError, IndexError):
        return ()
    return tuple((part.kind, part.text if part.text is not None else part.hexadecimal) for rdn in rdns for part in rdn)


@functools.lru_cache(maxsize=256)
def _oneline(der: bytes) -> str:
    return _cut(oneline_of(_parts(der)))


def _cut(text: str) -> str:
    return text if len(text) <= MAX_CHARACTERS else text[: MAX_CHARACTERS - len(CUT)] + CUT


def _can_be_printed(letter: str) -> bool:
    """Whether a terminal prints it and does not obey it: no control or format character, no line or paragraph separator."""
    return letter.isprintable() or unicodedata.category(letter) == "Zs"


def _printable(text: str) -> str:
    """RFC 4514 section 2.4 lets any character stand as a backslash and two hex digits for each of its octets in UTF-8."""
    if text.isprintable():
        return text
    return "".join(
        letter if _can_be_printed(letter) else "".join(f"\\{octet:02X}" for octet in letter.encode("utf-8"))
        for letter in text
    )
