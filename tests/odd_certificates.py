"""Certificates that break a rule of X.509 in one place each, made octet by octet, as authority or as a phone's own.

Which of them OpenSSL accepts is not said here: the tests ask OpenSSL.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from functools import cache, cached_property

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import dsa, ec, ed448, ed25519, padding, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from pki import _der
from pki._der import bit_string, element, explicit, integer, object_identifier, octet_string, sequence

Key = (
    rsa.RSAPrivateKey
    | ec.EllipticCurvePrivateKey
    | ed25519.Ed25519PrivateKey
    | ed448.Ed448PrivateKey
    | dsa.DSAPrivateKey
)

NULL = b"\x05\x00"
RSA_SHA256 = sequence(object_identifier("1.2.840.113549.1.1.11"), NULL)
ECDSA_SHA256 = sequence(object_identifier("1.2.840.10045.4.3.2"))
ED25519 = sequence(object_identifier("1.3.101.112"))
ED448 = sequence(object_identifier("1.3.101.113"))
DSA_SHA256 = sequence(object_identifier("2.16.840.1.101.3.4.3.2"))
CN, ORGANIZATION, C, OU = "2.5.4.3", "2.5.4.10", "2.5.4.6", "2.5.4.11"
UTF8, PRINTABLE, T61, IA5, UTC, GENERALIZED, VISIBLE, UNIVERSAL, BMP = 12, 19, 20, 22, 23, 24, 26, 28, 30


def attribute(oid: str, octets: bytes, tag: int = UTF8) -> bytes:
    return sequence(object_identifier(oid), element(tag, octets))


def relative(*attributes: bytes) -> bytes:
    return element(0x31, *attributes)


def name(cn: str) -> tuple[bytes, ...]:
    """RelativeDistinguishedNames: O=Example and this CN."""
    return relative(attribute(ORGANIZATION, b"Example")), relative(attribute(CN, cn.encode()))


def utc(text: str) -> bytes:
    return element(UTC, text.encode())


def generalized(text: str) -> bytes:
    return element(GENERALIZED, text.encode())


def extension(oid: str, value: bytes, critical: bytes = b"") -> bytes:
    return sequence(object_identifier(oid), critical, octet_string(value))


CRITICAL = b"\x01\x01\xff"
CA_TRUE = extension("2.5.29.19", sequence(b"\x01\x01\xff"), CRITICAL)
CERT_SIGN = extension("2.5.29.15", b"\x03\x02\x02\x04", CRITICAL)


@dataclass(frozen=True)
class Parts:
    """Of a certificate, each one whole element."""

    key: Key
    """Its own."""
    cn: str
    subject: tuple[bytes, ...]
    issuer: tuple[bytes, ...]
    signing_key: Key
    version: bytes = explicit(0, integer(2))
    serial: bytes = integer(0x1234)
    algorithm: bytes = RSA_SHA256
    outer_algorithm: bytes | None = None
    """None for the same."""
    not_before: bytes = utc("240101000000Z")
    not_after: bytes = utc("340101000000Z")
    spki: bytes = b""
    """Empty for the key's own."""
    unique_ids: bytes = b""
    extensions: tuple[bytes, ...] = ()
    raw_extensions: bytes | None = None
    sign: Callable[[Key, bytes], bytes] | None = None
    body: Callable[[bytes], bytes] = field(default=lambda body: body)
    """Of the part that is signed, before it is signed."""
    whole: Callable[[bytes], bytes] = field(default=lambda whole: whole)

    @property
    def is_authority(self) -> bool:
        return self.subject == self.issuer

    def der(self) -> bytes:
        """The same octets each time, though some algorithms sign with chance."""
        return self._der

    @cached_property
    def _der(self) -> bytes:
        extensions = explicit(3, sequence(*self.extensions)) if self.extensions else b""
        body = self.body(
            sequence(
                self.version,
                self.serial,
                self.algorithm,
                sequence(*self.issuer),
                sequence(self.not_before, self.not_after),
                sequence(*self.subject),
                self.spki or spki_of(self.key),
                self.unique_ids,
                extensions if self.raw_extensions is None else self.raw_extensions,
            )
        )
        signature = (self.sign or _sign)(self.signing_key, body)
        outer = self.algorithm if self.outer_algorithm is None else self.outer_algorithm
        return self.whole(sequence(body, outer, bit_string(signature)))


def spki_of(key: Key) -> bytes:
    return key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)


def _sign(key: Key, body: bytes) -> bytes:
    if isinstance(key, rsa.RSAPrivateKey):
        return key.sign(body, padding.PKCS1v15(), hashes.SHA256())
    if isinstance(key, ec.EllipticCurvePrivateKey):
        return key.sign(body, ec.ECDSA(hashes.SHA256()))
    if isinstance(key, dsa.DSAPrivateKey):
        return key.sign(body, hashes.SHA256())
    return key.sign(body)


def _rsa_with(digest: hashes.HashAlgorithm) -> Callable[[Key, bytes], bytes]:
    def sign(key: Key, body: bytes) -> bytes:
        assert isinstance(key, rsa.RSAPrivateKey)
        return key.sign(body, padding.PKCS1v15(), digest)

    return sign


def _md5(key: Key, body: bytes) -> bytes:
    """MD5 with RSA, which cryptography signs no more (RFC 8017 section 9.2, by hand)."""
    assert isinstance(key, rsa.RSAPrivateKey)
    prefix = bytes.fromhex("3020300c06082a864886f70d020505000410")
    info = prefix + hashlib.md5(body, usedforsecurity=False).digest()
    size = (key.key_size + 7) // 8
    padded = b"\x00\x01" + b"\xff" * (size - 3 - len(info)) + b"\x00" + info
    numbers = key.private_numbers()
    return pow(int.from_bytes(padded), numbers.d, numbers.public_numbers.n).to_bytes(size)


def _pss(salt: int) -> Callable[[Key, bytes], bytes]:
    def sign(key: Key, body: bytes) -> bytes:
        assert isinstance(key, rsa.RSAPrivateKey)
        return key.sign(body, padding.PSS(padding.MGF1(hashes.SHA256()), salt), hashes.SHA256())

    return sign


_SHA256 = sequence(object_identifier("2.16.840.1.101.3.4.2.1"), NULL)


def _pss_algorithm(salt: int, *, trailer: bytes = b"") -> bytes:
    mgf = sequence(object_identifier("1.2.840.113549.1.1.8"), _SHA256)
    parameters = sequence(explicit(0, _SHA256), explicit(1, mgf), explicit(2, integer(salt)), trailer)
    return sequence(object_identifier("1.2.840.113549.1.1.10"), parameters)


Odd = Callable[[Parts], Parts]


def _with(**changes: object) -> Odd:
    return lambda parts: replace(parts, **changes)  # type: ignore[arg-type]


def _plus(*extensions: bytes) -> Odd:
    return lambda parts: replace(parts, extensions=(*parts.extensions, *extensions))


def _named(*before: bytes) -> Odd:
    """More in front of the CN."""

    def change(parts: Parts) -> Parts:
        subject = (*before, *parts.subject[-1:])
        return replace(parts, subject=subject, issuer=subject if parts.is_authority else parts.issuer)

    return change


def _cn(change: Callable[[str], bytes]) -> Odd:
    """Another last RDN."""

    def odd(parts: Parts) -> Parts:
        subject = (*parts.subject[:-1], change(parts.cn))
        return replace(parts, subject=subject, issuer=subject if parts.is_authority else parts.issuer)

    return odd


def _empty_name(parts: Parts) -> Parts:
    return replace(parts, subject=(), issuer=() if parts.is_authority else parts.issuer)


def _keyed(make: Callable[[], Key], algorithm: bytes) -> Odd:
    """Another key. Only an authority signs with it."""

    def change(parts: Parts) -> Parts:
        key = make()
        if not parts.is_authority:
            return replace(parts, key=key)
        return replace(parts, key=key, signing_key=key, algorithm=algorithm)

    return change


def _signed_otherwise(algorithm: bytes, sign: Callable[[Key, bytes], bytes]) -> Odd:
    return lambda parts: replace(parts, algorithm=algorithm, sign=sign)


def _indefinite(whole: bytes) -> bytes:
    size, at = _der.header(whole, 0)
    return b"\x30\x80" + whole[at : at + size] + b"\x00\x00"


def _long_length(whole: bytes) -> bytes:
    size, at = _der.header(whole, 0)
    return b"\x30\x84" + size.to_bytes(4) + whole[at:]


def _rsa_spki(parts: Parts, algorithm: bytes) -> bytes:
    assert isinstance(parts.key, rsa.RSAPrivateKey)
    numbers = parts.key.public_key().public_numbers()
    return sequence(algorithm, bit_string(sequence(integer(numbers.n), integer(numbers.e))))


@cache
def _key(kind: str) -> Key:
    if kind == "ed25519":
        return ed25519.Ed25519PrivateKey.generate()
    if kind == "ed448":
        return ed448.Ed448PrivateKey.generate()
    if kind == "dsa":
        return dsa.generate_private_key(2048)
    if kind.startswith("rsa"):
        return rsa.generate_private_key(65537, int(kind[3:]))
    curve = {"p256": ec.SECP256R1, "p384": ec.SECP384R1, "k256": ec.SECP256K1, "bp256": ec.BrainpoolP256R1}[kind]
    return ec.generate_private_key(curve())


def _compressed(parts: Parts) -> Parts:
    key = _key("p256")
    assert isinstance(key, ec.EllipticCurvePrivateKey)
    point = key.public_key().public_bytes(Encoding.X962, PublicFormat.CompressedPoint)
    algorithm = sequence(object_identifier("1.2.840.10045.2.1"), object_identifier("1.2.840.10045.3.1.7"))
    changed = _keyed(lambda: key, ECDSA_SHA256)(parts)
    return replace(changed, spki=sequence(algorithm, bit_string(point)))


_MALFORMED = sequence(b"\x30\x03\x06\x01")
"""A SEQUENCE whose element is longer than what is there."""
_STANDARD = {
    "subject-key-identifier": "2.5.29.14",
    "key-usage": "2.5.29.15",
    "subject-alt-name": "2.5.29.17",
    "issuer-alt-name": "2.5.29.18",
    "name-constraints": "2.5.29.30",
    "crl-distribution-points": "2.5.29.31",
    "policies": "2.5.29.32",
    "policy-mappings": "2.5.29.33",
    "authority-key-identifier": "2.5.29.35",
    "policy-constraints": "2.5.29.36",
    "extended-key-usage": "2.5.29.37",
    "freshest-crl": "2.5.29.46",
    "inhibit-any-policy": "2.5.29.54",
    "authority-information-access": "1.3.6.1.5.5.7.1.1",
    "tls-feature": "1.3.6.1.5.5.7.1.24",
    "sct-list": "1.3.6.1.4.1.11129.2.4.2",
    "netscape-cert-type": "2.16.840.1.113730.1.1",
}

ODD: dict[str, Odd] = {
    "nothing": lambda parts: parts,
    # version
    "version-1": _with(version=b"", extensions=()),
    "version-1-explicit": _with(version=explicit(0, integer(0)), extensions=()),
    "version-1-with-extensions": _with(version=b""),
    "version-2": _with(version=explicit(0, integer(1))),
    "version-4": _with(version=explicit(0, integer(3))),
    "version-12": _with(version=explicit(0, integer(11))),
    # serial number
    "serial-zero": _with(serial=integer(0)),
    "serial-negative": _with(serial=b"\x02\x01\xfb"),
    "serial-very-negative": _with(serial=b"\x02\x14\x80" + bytes(19)),
    "serial-40-octets": _with(serial=element(2, b"\x7f" * 40)),
    "serial-2000-octets": _with(serial=element(2, b"\x7f" * 2000)),
    "serial-padded": _with(serial=b"\x02\x03\x00\x00\x05"),
    # names
    "empty-name": _empty_name,
    "t61-cn": _cn(lambda cn: relative(attribute(CN, cn.encode() + b" \xfc", T61))),
    "printable-ampersand": _named(relative(attribute(ORGANIZATION, b"Smith & Sons", PRINTABLE))),
    "printable-at": _named(relative(attribute(ORGANIZATION, b"a@b", PRINTABLE))),
    "printable-8-bit": _named(relative(attribute(ORGANIZATION, b"Caf\xe9", PRINTABLE))),
    "ia5-8-bit": _named(relative(attribute(ORGANIZATION, b"Caf\xe9", IA5))),
    "visible-string": _named(relative(attribute(ORGANIZATION, b"Example", VISIBLE))),
    "numeric-string-letters": _named(relative(attribute(ORGANIZATION, b"Example", 18))),
    "bmp-cn": _cn(lambda cn: relative(attribute(CN, cn.encode("utf-16-be"), BMP))),
    "bmp-surrogates": _named(relative(attribute(ORGANIZATION, "🂡".encode("utf-16-be"), BMP))),
    "bmp-odd-length": _named(relative(attribute(ORGANIZATION, b"\x00E\x00", BMP))),
    "universal-cn": _cn(lambda cn: relative(attribute(CN, cn.encode("utf-32-be"), UNIVERSAL))),
    "utf8-invalid": _named(relative(attribute(ORGANIZATION, b"Caf\xe9"))),
    "general-string": _named(relative(attribute(ORGANIZATION, b"Example", 27))),
    "attribute-is-integer": _named(relative(sequence(object_identifier(ORGANIZATION), integer(5)))),
    "attribute-is-bits": _named(relative(sequence(object_identifier("2.5.4.45"), bit_string(b"\x01")))),
    "attribute-is-sequence": _named(relative(sequence(object_identifier("2.5.4.16"), sequence(integer(1))))),
    "attribute-is-null": _named(relative(sequence(object_identifier(ORGANIZATION), NULL))),
    "unknown-attribute": _named(relative(attribute("1.3.6.1.4.1.99999.1", b"x"))),
    "two-cns": _named(relative(attribute(CN, b"another"))),
    "multi-valued": _named(relative(attribute(ORGANIZATION, b"Example"), attribute(OU, b"Voice"))),
    "multi-valued-unsorted": _named(relative(attribute(OU, b"Voice"), attribute(ORGANIZATION, b"A"))),
    "empty-relative-name": _named(relative()),
    "country-of-3": _named(relative(attribute(C, b"AUS", PRINTABLE))),
    "country-of-0": _named(relative(attribute(C, b"", PRINTABLE))),
    "empty-organisation": _named(relative(attribute(ORGANIZATION, b""))),
    "long-name": _named(relative(attribute(ORGANIZATION, b"x" * 10_000))),
    "hundred-names": _named(*(relative(attribute(OU, b"%d" % number)) for number in range(100))),
    "nul-in-name": _named(relative(attribute(ORGANIZATION, b"Exam\x00ple"))),
    "control-characters": _named(relative(attribute(ORGANIZATION, b"Exam\x1b[31mple"))),
    "slash-in-name": _named(relative(attribute(ORGANIZATION, b"Example 2024/1"))),
    "comma-in-name": _named(relative(attribute(ORGANIZATION, b"Example, Inc+Sons"))),
    "chinese-name": _named(relative(attribute(ORGANIZATION, "示例".encode()))),
    # times
    "fractional-seconds": _with(
        not_before=generalized("20240101000000.5Z"), not_after=generalized("20340101000000.25Z")
    ),
    "generalized-before-2050": _with(
        not_before=generalized("20240101000000Z"), not_after=generalized("20340101000000Z")
    ),
    "year-9999": _with(not_after=generalized("99991231235959Z")),
    "year-0000": _with(not_before=generalized("00000101000000Z")),
    "year-1970": _with(not_before=utc("700101000000Z")),
    "year-1950": _with(not_before=utc("500101000000Z")),
    "utc-without-seconds": _with(not_before=utc("2401010000Z"), not_after=utc("3401010000Z")),
    "utc-with-offset": _with(not_before=utc("240101000000+0100"), not_after=utc("340101000000+0100")),
    "generalized-with-offset": _with(
        not_before=generalized("20240101000000+0000"), not_after=generalized("20340101000000+0000")
    ),
    "generalized-without-z": _with(not_before=generalized("20240101000000")),
    "no-such-day": _with(not_after=utc("340230000000Z")),
    "leap-second": _with(not_before=utc("231231235960Z")),
    "time-is-text": _with(not_after=utc("whenever it may")),
    "ends-before-it-begins": _with(not_before=utc("330101000000Z"), not_after=utc("240101000000Z")),
    # extensions as a whole
    "explicit-not-critical": _plus(extension("1.2.3.4", NULL, b"\x01\x01\x00")),
    "true-as-1": _plus(extension("1.2.3.4", NULL, b"\x01\x01\x01")),
    "explicit-ca-false-default": _plus(extension("2.5.29.36", sequence(element(0x80, b"\x00")), b"\x01\x01\x00")),
    "duplicate-unknown": _plus(extension("1.2.3.4", NULL), extension("1.2.3.4", NULL)),
    "duplicate-alt-name": _plus(
        extension("2.5.29.17", sequence(element(0x82, b"a"))), extension("2.5.29.17", sequence(element(0x82, b"b")))
    ),
    "unknown-critical": _plus(extension("1.2.3.4", NULL, CRITICAL)),
    "unknown-not-der": _plus(extension("1.2.3.4", b"\xff\xff\xff")),
    "empty-value": _plus(extension("1.2.3.4", b"")),
    "no-extension-in-list": _with(raw_extensions=explicit(3, sequence())),
    "150-extensions": _plus(*(extension(f"1.2.3.{number}", NULL) for number in range(150))),
    "300-extensions": _plus(*(extension(f"1.2.3.{number}", NULL) for number in range(300))),
    "long-oid": _plus(extension(f"1.2.{1 << 70}.4", NULL)),
    "long-extension": _plus(extension("1.2.3.4", octet_string(bytes(40_000)))),
    "unique-ids": _with(unique_ids=element(0x81, b"\x00\x01\x02") + element(0x82, b"\x00\x03\x04")),
    # extensions, one by one
    **{f"malformed-{what}": _plus(extension(oid, _MALFORMED)) for what, oid in _STANDARD.items()},
    "malformed-basic-constraints": _with(extensions=(extension("2.5.29.19", _MALFORMED),)),
    "name-constraints-4-octets": _plus(extension("2.5.29.30", bytes.fromhex("300aa0083006870464000000"))),
    "name-constraints-mask": _plus(extension("2.5.29.30", bytes.fromhex("300ea00c300a87080a000000ff00ff00"))),
    "name-constraints-empty": _plus(extension("2.5.29.30", sequence())),
    "policy-twice": _plus(
        extension("2.5.29.32", sequence(sequence(object_identifier("1.2.3")), sequence(object_identifier("1.2.3"))))
    ),
    "policies-empty": _plus(extension("2.5.29.32", sequence())),
    "policy-notice-odd": _plus(
        extension(
            "2.5.29.32",
            sequence(
                sequence(
                    object_identifier("1.2.3"),
                    sequence(
                        sequence(
                            object_identifier("1.3.6.1.5.5.7.2.2"),
                            sequence(element(T61, b"\xfc")),
                        )
                    ),
                )
            ),
        )
    ),
    "alt-name-empty": _plus(extension("2.5.29.17", sequence())),
    "alt-name-8-bit": _plus(extension("2.5.29.17", sequence(element(0x82, b"caf\xe9")))),
    "alt-name-ip-of-5": _plus(extension("2.5.29.17", sequence(element(0x87, b"12345")))),
    "alt-name-x400": _plus(extension("2.5.29.17", sequence(element(0xA3, sequence())))),
    "alt-name-other-name": _plus(
        extension("2.5.29.17", sequence(element(0xA0, object_identifier("1.2.3"), explicit(0, element(UTF8, b"x")))))
    ),
    "alt-name-odd-directory": _plus(
        extension("2.5.29.17", sequence(explicit(4, sequence(relative(attribute(ORGANIZATION, b"a&b", PRINTABLE))))))
    ),
    "key-usage-9-bits": _with(extensions=(CA_TRUE, extension("2.5.29.15", b"\x03\x03\x07\x04\x80"))),
    "key-identifier-empty": _plus(extension("2.5.29.14", octet_string(b""))),
    "basic-constraints-explicit": _with(
        extensions=(extension("2.5.29.19", sequence(b"\x01\x01\xff", integer(0))), CERT_SIGN)
    ),
    "basic-constraints-long-path": _with(
        extensions=(extension("2.5.29.19", sequence(b"\x01\x01\xff", integer(1 << 40))), CERT_SIGN)
    ),
    "basic-constraints-true-as-1": _with(
        extensions=(extension("2.5.29.19", sequence(b"\x01\x01\x01"), CRITICAL), CERT_SIGN)
    ),
    "extended-usage-empty": _plus(extension("2.5.29.37", sequence())),
    "extended-usage-any": _plus(extension("2.5.29.37", sequence(object_identifier("2.5.29.37.0")))),
    "crl-point-relative": _plus(
        extension("2.5.29.31", sequence(sequence(explicit(0, element(0xA1, attribute(CN, b"x"))))))
    ),
    "authority-key-serial-only": _plus(extension("2.5.29.35", sequence(element(0x82, b"\x01")))),
    # algorithms and keys
    "md5": _signed_otherwise(sequence(object_identifier("1.2.840.113549.1.1.4"), NULL), _md5),
    "sha1": _signed_otherwise(sequence(object_identifier("1.2.840.113549.1.1.5"), NULL), _rsa_with(hashes.SHA1())),
    "sha512": _signed_otherwise(sequence(object_identifier("1.2.840.113549.1.1.13"), NULL), _rsa_with(hashes.SHA512())),
    "algorithm-without-null": _with(algorithm=sequence(object_identifier("1.2.840.113549.1.1.11"))),
    "algorithm-odd-parameters": _with(algorithm=sequence(object_identifier("1.2.840.113549.1.1.11"), integer(1))),
    "algorithms-differ": _with(outer_algorithm=sequence(object_identifier("1.2.840.113549.1.1.12"), NULL)),
    "unknown-algorithm": _with(algorithm=sequence(object_identifier("1.2.3.4.5"))),
    "pss": _signed_otherwise(_pss_algorithm(32), _pss(32)),
    "pss-salt-7": _signed_otherwise(_pss_algorithm(7), _pss(7)),
    "pss-explicit-trailer": _signed_otherwise(_pss_algorithm(32, trailer=explicit(3, integer(1))), _pss(32)),
    "signature-tampered": _with(whole=lambda whole: whole[:-1] + bytes((whole[-1] ^ 1,))),
    "signature-unused-bits": _with(whole=lambda whole: whole),
    "key-p384": _keyed(lambda: _key("p384"), ECDSA_SHA256),
    "key-secp256k1": _keyed(lambda: _key("k256"), ECDSA_SHA256),
    "key-brainpool": _keyed(lambda: _key("bp256"), ECDSA_SHA256),
    "key-p256-compressed": _compressed,
    "key-ed25519": _keyed(lambda: _key("ed25519"), ED25519),
    "key-ed448": _keyed(lambda: _key("ed448"), ED448),
    "key-dsa": _keyed(lambda: _key("dsa"), DSA_SHA256),
    "key-rsa-1536": _keyed(lambda: _key("rsa1536"), RSA_SHA256),
    "key-rsa-2047": _keyed(lambda: _key("rsa2047"), RSA_SHA256),
    "key-without-null": lambda parts: replace(
        parts, spki=_rsa_spki(parts, sequence(object_identifier("1.2.840.113549.1.1.1")))
    ),
    "key-of-pss": lambda parts: replace(
        parts,
        spki=_rsa_spki(parts, sequence(object_identifier("1.2.840.113549.1.1.10"))),
        algorithm=_pss_algorithm(32),
        sign=_pss(32),
    ),
    "key-unknown": _with(spki=sequence(sequence(object_identifier("1.2.3.4.6")), bit_string(b"x" * 40))),
    "key-is-noise": _with(
        spki=sequence(sequence(object_identifier("1.2.840.113549.1.1.1"), NULL), bit_string(b"\xff" * 40))
    ),
    # BER
    "indefinite-length": _with(whole=_indefinite),
    "length-of-4-octets": _with(whole=_long_length),
    "body-length-of-4-octets": _with(body=_long_length),
    "trailing-octets": _with(whole=lambda whole: whole + b"\x00\x00"),
}
"""By what is odd."""


def authority(odd: str, key: Key, cn: str) -> Parts:
    """Signs itself, and may sign others with `Parts.key`."""
    return ODD[odd](Parts(key, cn, name(cn), name(cn), key, extensions=(CA_TRUE, CERT_SIGN)))


def leaf(odd: str, key: Key, cn: str, issuer: Parts) -> Parts:
    """Signed by the authority, with nothing that an authority has."""
    algorithm = {
        ec.EllipticCurvePrivateKey: ECDSA_SHA256,
        ed25519.Ed25519PrivateKey: ED25519,
        ed448.Ed448PrivateKey: ED448,
        dsa.DSAPrivateKey: DSA_SHA256,
    }
    chosen = next((found for kind, found in algorithm.items() if isinstance(issuer.key, kind)), RSA_SHA256)
    return ODD[odd](Parts(key, cn, name(cn), issuer.subject, issuer.key, algorithm=chosen))


def names_of_odd() -> Iterator[str]:
    yield from ODD
