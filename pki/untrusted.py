"""The only reader of certificates that may come from outside: each part is data, or there is a reason why it cannot be read.

cryptography decodes most of a certificate when an attribute is first asked for, and raises ValueError, TypeError and others from
there; some certificates that OpenSSL accepts it does not load at all (a fourth version, `&` in a PrintableString, DER's defaults
written out). So a certificate travels as `Certificate`, which mypy lets no caller look into, and `read` says what is in it.
It is read as OpenSSL reads it: where OpenSSL accepts what X.509 forbids, so does this.
"""

from __future__ import annotations

import base64
import binascii
import functools
import re
import warnings
from datetime import datetime
from typing import TYPE_CHECKING, NamedTuple

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.x509.oid import SignatureAlgorithmOID

from pki import _der
from pki import _fields as fields
from pki._anatomy import MAX_OCTETS, Anatomy, anatomy_untrusted, elements_untrusted
from pki._fields import AlternativeNames, Extension, certificates_of_pkcs7_untrusted
from pki._keys import PublicKey
from pki.names import DistinguishedName, name_untrusted

if TYPE_CHECKING:
    from OpenSSL import crypto  # asked only for what cryptography does not take, and costs 30 ms to import

__all__ = [
    "AlternativeNames",
    "Certificate",
    "Contents",
    "Extension",
    "LooseCertificate",
    "NamedCertificate",
    "SignatureScheme",
    "Unreadable",
    "certificates_of_pkcs7_untrusted",
    "day",
    "decoded",
    "in_openssl",
    "iso",
    "load_named_untrusted",
    "load_pem_untrusted",
    "load_untrusted",
    "made",
    "name_hash",
    "read",
    "same_name",
]

_DER = serialization.Encoding.DER
_CRYPTOGRAPHY_RAISES = (
    ValueError,
    TypeError,
    OverflowError,
    UnsupportedAlgorithm,
    x509.InvalidVersion,
    x509.DuplicateExtension,
    x509.UnsupportedGeneralNameType,
)
"""All that its readers were seen to raise for certificates that OpenSSL takes."""

SUBJECT_KEY_IDENTIFIER, AUTHORITY_KEY_IDENTIFIER = "2.5.29.14", "2.5.29.35"
KEY_USAGE, SUBJECT_ALT_NAME, BASIC_CONSTRAINTS = "2.5.29.15", "2.5.29.17", "2.5.29.19"
_KEY_IDENTIFIER = 0x80
_VERSION = 0xA0
_CERT_SIGN = 0x04
_ED25519 = _der.sequence(_der.object_identifier("1.3.101.112"))
_NO_NAME = b"\x30\x00"
_PKCS1 = "1.2.840.113549.1.1."
_PEM = re.compile(rb"-----BEGIN CERTIFICATE-----([^-]*)-----END CERTIFICATE-----")
_OF_ONE_PHONE = re.compile(rb"(SEP)([0-9A-Fa-f]{12})|(SN:)([0-9A-Z]{11})")
"""What differs between the names of two phones of one kind."""


class LooseCertificate:
    """A certificate that OpenSSL reads and cryptography does not: octets that only `read` looks into."""

    __slots__ = ("_der",)

    def __init__(self, der: bytes) -> None:
        self._der = der

    def public_bytes(self, encoding: serialization.Encoding) -> bytes:
        """DER or PEM, as of cryptography's certificates. Raises ValueError for another encoding."""
        if encoding is _DER:
            return self._der
        if encoding is not serialization.Encoding.PEM:
            raise ValueError("A certificate is written in DER or PEM.")
        from OpenSSL import crypto

        return crypto.dump_certificate(crypto.FILETYPE_PEM, crypto.load_certificate(crypto.FILETYPE_ASN1, self._der))

    def __eq__(self, other: object) -> bool:
        return isinstance(other, LooseCertificate) and self._der == other._der

    def __hash__(self) -> int:
        return hash(self._der)

    def __repr__(self) -> str:
        return f"<LooseCertificate of {len(self._der)} octets>"


Certificate = x509.Certificate | LooseCertificate
"""Any certificate. Ask `read` what it says; it can be compared, hashed and written by `public_bytes`."""


class Unreadable(ValueError):
    """What OpenSSL does not take as a certificate; the message is a clause that says why."""


class SignatureScheme(NamedTuple):
    """How a certificate is signed."""

    padding: padding.PKCS1v15 | padding.PSS | None
    """Of RSA; None for ECDSA."""
    digest: hashes.HashAlgorithm


class Contents:
    """What one certificate says. No attribute raises; each is read when it is first asked for."""

    def __init__(self, der: bytes) -> None:
        self.der = der
        self.problem = ""
        """Why the certificate cannot be taken apart although OpenSSL reads it; then everything else is empty. "" as a rule."""
        try:
            self.parts = anatomy_untrusted(der)
        except ValueError as error:
            self.problem = f"cannot be taken apart: {error}"
            self.parts = _NOTHING

    @functools.cached_property
    def version(self) -> int:
        """1 to 3 as a rule; OpenSSL takes any."""
        return fields.number(self.parts.version[2:]) + 1 if self.parts.version else 1

    @functools.cached_property
    def serial_number(self) -> int:
        """Zero or negative ones too, which RFC 5280 section 4.1.2.2 forbids and OpenSSL takes."""
        return fields.number(self.parts.serial_number)

    @property
    def subject(self) -> DistinguishedName:
        return name_untrusted(self.parts.subject)

    @property
    def issuer(self) -> DistinguishedName:
        return name_untrusted(self.parts.issuer)

    @functools.cached_property
    def is_self_issued(self) -> bool:
        """Whether issuer and subject are one name for OpenSSL."""
        return same_name(self.parts.issuer, self.parts.subject)

    @functools.cached_property
    def _validity(self) -> tuple[datetime | None, datetime | None]:
        try:
            _, inside = elements_untrusted(self.parts.validity)[0]
            first, last = elements_untrusted(inside)
        except (ValueError, IndexError):
            return None, None
        return fields.moment(*first), fields.moment(*last)

    @property
    def not_before(self) -> datetime | None:
        """None for a time that OpenSSL cannot read: it then refuses whatever depends on this certificate with code 13."""
        return self._validity[0]

    @property
    def not_after(self) -> datetime | None:
        """None as for `not_before`; OpenSSL's code is 14."""
        return self._validity[1]

    @functools.cached_property
    def public_key(self) -> object | None:
        """One of cryptography's; None for a key that it cannot read."""
        try:
            return serialization.load_der_public_key(self.parts.public_key)
        except _CRYPTOGRAPHY_RAISES:
            return None

    @property
    def usable_key(self) -> PublicKey | None:
        """The public key if it is RSA or EC, as all keys of phones and of their authorities are."""
        key = self.public_key
        return key if isinstance(key, rsa.RSAPublicKey | ec.EllipticCurvePublicKey) else None

    @property
    def scheme(self) -> SignatureScheme | None:
        """How it was signed; None for an algorithm other than RSA and ECDSA, or unknown parameters."""
        return _scheme_of(self.parts.outer_algorithm)

    @property
    def signature_oid(self) -> str:
        """Of the signature's algorithm, dotted; "" where it cannot be read."""
        inside = fields.only(self.parts.outer_algorithm, fields.SEQUENCE)
        try:
            return fields.dotted(elements_untrusted(inside or b"")[0][1])
        except (ValueError, IndexError):
            return ""

    @functools.cached_property
    def extensions(self) -> tuple[Extension, ...]:
        """In their order."""
        return tuple(fields.extension_untrusted(oid, whole) for oid, whole in self.parts.extensions)

    def extension(self, oid: str) -> bytes | None:
        """The value of the only extension of that kind; None where there is none, and where there are several."""
        found = [each.value for each in self.extensions if each.oid == oid]
        return found[0] if len(found) == 1 else None

    @property
    def subject_key_identifier(self) -> bytes | None:
        """Its octets; None for none, and for one that cannot be read."""
        value = self.extension(SUBJECT_KEY_IDENTIFIER)
        return fields.only(value, fields.OCTETS) if value is not None else None

    @functools.cached_property
    def is_self_signed(self) -> bool:
        """Whether OpenSSL looks for no other issuer (EXFLAG_SS): it is self-issued, and no key identifier denies it."""
        if not self.is_self_issued:
            return False
        value = self.extension(AUTHORITY_KEY_IDENTIFIER)
        inside = fields.only(value, fields.SEQUENCE) if value is not None else b""
        try:
            named = [contents for tag, contents in elements_untrusted(inside or b"") if tag == _KEY_IDENTIFIER]
        except ValueError:
            return False
        return not named or named == [self.subject_key_identifier]

    @functools.cached_property
    def is_authority(self) -> bool:
        """Whether OpenSSL takes it as an issuer: X509_check_ca, but for what it knows of Netscape's extension."""
        kinds = [each.oid for each in self.extensions]
        if KEY_USAGE in kinds:
            usage = fields.only(self.extension(KEY_USAGE) or b"", fields.BITS)
            if usage is None or len(usage) < 2 or not usage[1] & _CERT_SIGN:
                return False
        if BASIC_CONSTRAINTS in kinds:
            return fields.says_ca(self.extension(BASIC_CONSTRAINTS) or b"")
        return KEY_USAGE in kinds or (self.version == 1 and self.is_self_issued)

    @functools.cached_property
    def alternative_names(self) -> AlternativeNames:
        held = [each.value for each in self.extensions if each.oid == SUBJECT_ALT_NAME]
        if not held:
            return AlternativeNames()
        if len(held) > 1:
            return AlternativeNames(problem="there are two")
        return fields.alternative_names_untrusted(held[0])


class NamedCertificate(NamedTuple):
    """A certificate with its names in DER, which tell phones and issuers apart without decoding them."""

    certificate: Certificate
    subject: bytes
    issuer: bytes


def load_untrusted(der: bytes) -> Certificate:
    """A certificate out of untrusted octets.

    Raises:
        Unreadable: OpenSSL does not take them, or they are more than `MAX_OCTETS`.
    """
    return load_named_untrusted(der).certificate


def load_named_untrusted(der: bytes) -> NamedCertificate:
    """The same with its names. Raises Unreadable."""
    if len(der) > MAX_OCTETS:
        raise Unreadable(f"it is longer than {MAX_OCTETS} octets")
    found = _load(der)
    if found is not None:
        issuer, subject, kind = _looked_at(der)
        if kind in _known_kinds:
            return NamedCertificate(found, subject, issuer)
        in_openssl(found)
        if len(_known_kinds) < _MAX_KINDS:
            _known_kinds.add(kind)
        return NamedCertificate(found, subject, issuer)
    again = _as_openssl_writes_it(der)
    certificate = (_load(again) if again != der else None) or LooseCertificate(again)
    parts = read(certificate).parts
    return NamedCertificate(certificate, parts.subject, parts.issuer)


def made(der: bytes) -> Certificate:
    """A certificate that the lab has just written itself; its parts may be untrusted."""
    return _load(der) or LooseCertificate(der)


def load_pem_untrusted(text: bytes) -> tuple[Certificate, ...]:
    """All certificates of a PEM file, such as the lab itself writes. Raises Unreadable as `load_untrusted`, and for none."""
    found = tuple(load_untrusted(_decoded(match[1])) for match in _PEM.finditer(text))
    if not found:
        raise Unreadable("holds no certificate")
    return found


def read(certificate: Certificate) -> Contents:
    """What it says. Never raises."""
    return _read(certificate)


def iso(moment: datetime | None) -> str:
    """ISO 8601; "" for a time that OpenSSL cannot read."""
    return moment.isoformat() if moment is not None else ""


def day(moment: datetime | None) -> str:
    """`2029-05-14`, for sentences."""
    return f"{moment:%Y-%m-%d}" if moment is not None else "a time that OpenSSL cannot read"


def decoded(extension: Extension) -> x509.ExtensionType | None:
    """The value as cryptography reads it; None where it cannot."""
    inside = (_der.object_identifier(extension.oid), _der.octet_string(extension.value))
    holder = _holder(_ED25519, _der.explicit(3, _der.sequence(_der.sequence(*inside))))
    try:
        return next(iter(holder.extensions)).value if holder is not None else None
    except _CRYPTOGRAPHY_RAISES:
        return None


def in_openssl(certificate: Certificate) -> crypto.X509:
    """As pyOpenSSL's own X509, which callers may share: change none of them.

    Raises:
        Unreadable: OpenSSL does not take it.
    """
    return _in_openssl(certificate)


def same_name(one: bytes, other: bytes) -> bool:
    """Whether OpenSSL takes two Names in DER for one: letter case, runs of blanks and string types do not count."""
    return one == other or name_hash(one) == name_hash(other) != 0


@functools.lru_cache(maxsize=4096)
def name_hash(name: bytes) -> int:
    """X509_NAME_hash: 32 bits that are the same for names that OpenSSL takes for one. 0 for what is no Name to it."""
    from cryptography.hazmat.bindings.openssl.binding import Binding

    binding = Binding()
    lib, ffi = binding.lib, binding.ffi
    octets = ffi.from_buffer("unsigned char[]", name)
    place = ffi.new("unsigned char **", octets)
    parsed = lib.d2i_X509_NAME(ffi.NULL, place, len(name))
    if parsed == ffi.NULL:
        lib.ERR_clear_error()
        return 0
    try:
        return int(lib.X509_NAME_hash(parsed))
    finally:
        lib.X509_NAME_free(parsed)


@functools.lru_cache(maxsize=512)
def _in_openssl(certificate: Certificate) -> crypto.X509:
    # Stores of authorities are made again for each start of a service and each verdict; leaves come and go.
    from OpenSSL import crypto

    try:
        return crypto.load_certificate(crypto.FILETYPE_ASN1, certificate.public_bytes(_DER))
    except crypto.Error as error:
        raise Unreadable(f"OpenSSL says: {_reason(error)}") from None


@functools.lru_cache(maxsize=4096)
def _read(certificate: Certificate) -> Contents:
    return Contents(certificate.public_bytes(_DER))


def _decoded(text: bytes) -> bytes:
    try:
        return base64.b64decode(b"".join(text.split()), validate=True)
    except binascii.Error:
        return b""


def _load(der: bytes) -> x509.Certificate | None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # odd encodings, which the lab cannot repair
        try:
            return x509.load_der_x509_certificate(der)
        except _CRYPTOGRAPHY_RAISES:
            return None


def _as_openssl_writes_it(der: bytes) -> bytes:
    """What OpenSSL keeps of it: without what follows, and in DER outside of the part that is signed."""
    from OpenSSL import crypto

    try:
        return crypto.dump_certificate(crypto.FILETYPE_ASN1, crypto.load_certificate(crypto.FILETYPE_ASN1, der))
    except crypto.Error as error:
        raise Unreadable(f"OpenSSL says: {_reason(error)}") from None


def _reason(error: Exception) -> str:
    """What OpenSSL says first."""
    reasons = error.args[0] if error.args else ()
    return next((reason for _, _, reason in reasons if reason), "it gives no reason")


_known_kinds: set[bytes] = set()
"""What was the same in certificates that cryptography and OpenSSL both loaded, so that OpenSSL is not asked about 80,000."""
_MAX_KINDS = 10_000


def _looked_at(der: bytes) -> tuple[bytes, bytes, bytes]:
    """Issuer and subject of what cryptography has loaded, and all of it that OpenSSL may find fault with and cryptography not.

    That are the parts of which cryptography checks no more than their lengths: values in names, and the parameters of algorithms.
    """
    at = _contents(der, _contents(der, 0))
    if der[at] == _VERSION:
        at = _end(der, at)
    algorithm_at = _end(der, at)  # behind the serial number
    issuer_at = _end(der, algorithm_at)
    issuer_end = _end(der, issuer_at)
    subject_at = _end(der, issuer_end)  # behind the validity
    key_at = _end(der, subject_at)
    key_algorithm_at = _contents(der, key_at)
    subject = der[subject_at:key_at]
    of_key = der[key_algorithm_at : _end(der, key_algorithm_at)]
    return (
        der[issuer_at:issuer_end],
        subject,
        b"".join((der[algorithm_at:issuer_end], _OF_ONE_PHONE.sub(_any_phone, subject), of_key)),
    )


def _contents(der: bytes, at: int) -> int:
    size = der[at + 1]
    return at + 2 + (size & 0x7F if size & 0x80 else 0)


def _end(der: bytes, at: int) -> int:
    size = der[at + 1]
    if size < 0x80:
        return at + 2 + size
    first = at + 2 + (size & 0x7F)
    return first + int.from_bytes(der[at + 2 : first])


def _any_phone(found: re.Match[bytes]) -> bytes:
    """Of the same length, so that the answer for one phone is the answer for all."""
    before, number = (found[1], found[2]) if found[1] else (found[3], found[4])
    return before + b"0" * len(number)


# Parts


_NOTHING = Anatomy(b"", b"\x02\x01\x00", b"", _NO_NAME, b"", _NO_NAME, b"", b"", (), b"", b"", b"", b"", b"")


def _holder(algorithm: bytes, extensions: bytes = b"") -> x509.Certificate | None:
    """A certificate of nothing else: cryptography reads neither an algorithm nor an extension by itself."""
    version = _der.explicit(0, _der.integer(2))
    never = _der.sequence(*[_der.element(fields.UTC_TIME, b"000101000000Z")] * 2)
    key = _der.sequence(_ED25519, _der.bit_string(bytes(32)))
    body = _der.sequence(version, _der.integer(1), algorithm, _NO_NAME, never, _NO_NAME, key, extensions)
    return _load(_der.sequence(body, algorithm, _der.bit_string(b"")))


@functools.lru_cache(maxsize=256)
def _scheme_of(algorithm: bytes) -> SignatureScheme | None:
    """From an AlgorithmIdentifier."""
    holder = _holder(algorithm)
    if holder is None:
        return None
    try:
        if holder.signature_algorithm_oid == SignatureAlgorithmOID.ECDSA_WITH_SHA1:  # whose parameters it does not know
            return SignatureScheme(None, hashes.SHA1())
        parameters, digest = holder.signature_algorithm_parameters, holder.signature_hash_algorithm
        if parameters is None and holder.signature_algorithm_oid.dotted_string.startswith(_PKCS1):  # nor those of MD5
            parameters = padding.PKCS1v15()
    except _CRYPTOGRAPHY_RAISES:
        return None
    if digest is None or not isinstance(parameters, padding.PKCS1v15 | padding.PSS | ec.ECDSA):
        return None
    return SignatureScheme(None if isinstance(parameters, ec.ECDSA) else parameters, digest)
