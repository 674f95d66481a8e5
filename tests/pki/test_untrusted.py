"""The reader of untrusted certificates: it takes what OpenSSL takes, says what is in it, and raises nothing."""

from __future__ import annotations

import pickle
from datetime import UTC, datetime
from functools import cache
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, pkcs7
from hypothesis import example, given, settings
from hypothesis import strategies as st
from OpenSSL import crypto

from lab.exports.certificates import certificates_untrusted
from lab.whatif.pickling import pack, unpack
from pki import KeyPool, KeySpec, LooseCertificate, TrustStore, Unreadable, load_pem_untrusted, load_untrusted, read
from pki._der import element, integer, object_identifier, sequence
from pki.untrusted import MAX_OCTETS, certificates_of_pkcs7_untrusted, decoded, in_openssl, made, name_hash, same_name
from tests.odd_certificates import (
    CRITICAL,
    ODD,
    ORGANIZATION,
    PRINTABLE,
    T61,
    attribute,
    authority,
    extension,
    leaf,
    relative,
)

POOL = KeyPool()
CA = "CAPF-00000001"


@cache
def key(number: int = 30) -> rsa.RSAPrivateKey:
    found = POOL.key(KeySpec("RSA", 2048), number)
    assert isinstance(found, rsa.RSAPrivateKey)
    return found


@cache
def odd(what: str) -> bytes:
    return authority(what, key(), CA).der()


def openssl_takes(der: bytes) -> bool:
    try:
        crypto.load_certificate(crypto.FILETYPE_ASN1, der)
    except crypto.Error:
        return False
    return True


@pytest.mark.parametrize("what", ODD)
def test_what_openssl_takes_is_taken_and_nothing_else(what: str) -> None:
    der = odd(what)
    if not openssl_takes(der):
        with pytest.raises(Unreadable, match="OpenSSL says: "):
            load_untrusted(der)
        return
    certificate = load_untrusted(der)
    assert not read(certificate).problem
    assert read(certificate).is_self_issued
    assert in_openssl(certificate).get_serial_number() == read(certificate).serial_number
    assert in_openssl(made(read(certificate).der)) is in_openssl(certificate)


@pytest.mark.parametrize("what", ["printable-ampersand", "version-4", "explicit-not-critical", "fractional-seconds"])
def test_what_cryptography_does_not_load_travels_all_the_same(what: str) -> None:
    der = odd(what)
    with pytest.raises((ValueError, x509.InvalidVersion)):
        x509.load_der_x509_certificate(der)
    certificate = load_untrusted(der)
    assert isinstance(certificate, LooseCertificate)
    assert certificate == load_untrusted(der) != load_untrusted(odd("version-2"))
    assert len({certificate, load_untrusted(der)}) == 1
    assert certificate.public_bytes(Encoding.DER) == der
    assert load_pem_untrusted(certificate.public_bytes(Encoding.PEM)) == (certificate,)
    assert unpack(pack({"x": certificate})) == {"x": certificate}
    assert pickle.loads(pickle.dumps(read(certificate).subject)).cn == CA
    assert certificate in TrustStore("x", [certificate])
    with pytest.raises(ValueError, match="DER or PEM"):
        certificate.public_bytes(Encoding.SMIME)


READ: dict[str, dict[str, Any]] = {
    "nothing": {"version": 3, "serial_number": 0x1234, "is_authority": True, "is_self_signed": True},
    "version-1": {"version": 1, "is_authority": True},
    "version-1-explicit": {"version": 1},
    "version-4": {"version": 4},
    "serial-zero": {"serial_number": 0},
    "serial-negative": {"serial_number": -5},
    "serial-40-octets": {"serial_number": int.from_bytes(b"\x7f" * 40)},
    "year-9999": {"not_after": datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC)},
    "year-0000": {"not_before": datetime.min.replace(tzinfo=UTC)},
    "year-1950": {"not_before": datetime(1950, 1, 1, tzinfo=UTC)},
    "generalized-before-2050": {"not_before": datetime(2024, 1, 1, tzinfo=UTC)},
    "fractional-seconds": {"not_before": None, "not_after": None},
    "no-such-day": {"not_before": datetime(2024, 1, 1, tzinfo=UTC), "not_after": None},
    "leap-second": {"not_before": None},
    "no-extension-in-list": {"is_authority": False, "extensions": ()},
    "malformed-key-usage": {"is_authority": False},
    "malformed-basic-constraints": {"is_authority": False},
    "basic-constraints-true-as-1": {"is_authority": True},
    "key-usage-9-bits": {"is_authority": True},
    "key-unknown": {"public_key": None, "usable_key": None},
    "key-is-noise": {"public_key": None, "usable_key": None},
    "key-ed25519": {"usable_key": None, "scheme": None},
    "unknown-algorithm": {"scheme": None, "signature_oid": "1.2.3.4.5"},
    "algorithm-odd-parameters": {"scheme": None},
}


@pytest.mark.parametrize("what", READ)
def test_it_says(what: str) -> None:
    contents = read(load_untrusted(odd(what)))
    assert {name: getattr(contents, name) for name in READ[what]} == READ[what]


@pytest.mark.parametrize(
    ("what", "digest"),
    [("md5", "md5"), ("sha1", "sha1"), ("sha512", "sha512"), ("pss", "sha256"), ("algorithm-without-null", "sha256")],
)
def test_it_says_how_a_certificate_was_signed(what: str, digest: str) -> None:
    scheme = read(load_untrusted(odd(what))).scheme
    assert scheme is not None
    assert scheme.digest.name == digest
    assert scheme.padding is not None
    assert read(load_untrusted(odd("key-p384"))).scheme == (None, scheme.digest.__class__()) or digest != "sha256"
    assert isinstance(read(load_untrusted(odd("key-secp256k1"))).public_key, ec.EllipticCurvePublicKey)


def with_names(*names: bytes, twice: bool = False) -> Any:
    parts = authority("nothing", key(), CA)
    alternative = extension("2.5.29.17", sequence(*names))
    return read(made(parts.__class__(**{**parts.__dict__, "extensions": (alternative,) * (1 + twice)}).der()))


def test_alternative_names_are_those_that_services_look_at() -> None:
    found = with_names(
        element(0x82, b"asa.example.com"),
        element(0x86, b"SEP001122334455"),
        element(0x87, bytes((10, 0, 0, 1))),
        element(0x87, b"12345"),
        element(0x81, b"someone@example.com"),
    ).alternative_names
    assert found == (("asa.example.com",), ("SEP001122334455",), (bytes((10, 0, 0, 1)),), "")
    assert with_names(element(0x82, b"a"), twice=True).alternative_names.problem
    assert read(load_untrusted(odd("malformed-subject-alt-name"))).alternative_names.problem
    assert read(load_untrusted(odd("nothing"))).alternative_names == ((), (), (), "")


def test_extensions_are_decoded_one_by_one_so_that_an_odd_one_hides_no_other() -> None:
    contents = read(load_untrusted(odd("malformed-policies")))
    values = {each.oid: decoded(each) for each in contents.extensions}
    assert values["2.5.29.32"] is None
    assert isinstance(values["2.5.29.19"], x509.BasicConstraints)
    assert [each.critical for each in contents.extensions] == [True, True, False]
    assert [each.critical for each in read(load_untrusted(odd("explicit-not-critical"))).extensions][-1] is False
    assert [each.critical for each in read(load_untrusted(odd("true-as-1"))).extensions][-1] is True
    assert CRITICAL == b"\x01\x01\xff"


def test_names_are_one_where_openssl_says_so() -> None:
    utf8, printable, latin = (
        sequence(relative(attribute(ORGANIZATION, octets, tag)))
        for octets, tag in ((b"Example  Ltd", 12), (b"example ltd", PRINTABLE), (b"Caf\xe9", T61))
    )
    assert same_name(utf8, printable)
    assert same_name(latin, latin)
    assert not same_name(utf8, latin)
    assert not same_name(b"noise", b"noisE")  # no names at all
    assert name_hash(b"noise") == 0


def test_a_trust_store_keeps_odd_certificates_and_one_of_each_name() -> None:
    every = [load_untrusted(odd(what)) for what in ("t61-cn", "printable-ampersand", "serial-zero", "version-4")]
    store = TrustStore("x", every)
    assert set(store) == {*every[:2], every[3]}  # the last two have one name and one start: the later added stays
    assert store.find(CA) == store.certificates
    assert store.without(every[1]).certificates == (every[0], every[3])
    unreadable = load_untrusted(odd("fractional-seconds"))
    assert TrustStore("x", [every[3], unreadable]).certificates == (every[3],)
    assert TrustStore("x", [unreadable, every[3]]).certificates == (every[3],)
    assert "CAPF" in repr(store)


def test_pkcs7_gives_every_certificate_and_an_odd_one_takes_none_with_it() -> None:
    whole = [odd(what) for what in ("nothing", "printable-ampersand", "serial-negative")]
    body = sequence(
        integer(1), element(0x31), sequence(object_identifier("1.2.840.113549.1.7.1")), element(0xA0, *whole)
    )
    der = sequence(object_identifier("1.2.840.113549.1.7.2"), element(0xA0, body))
    with pytest.raises(ValueError, match="PKCS7"):
        pkcs7.load_der_pkcs7_certificates(der)
    assert certificates_of_pkcs7_untrusted(der) == whole
    found, problems = certificates_untrusted(der, "x.p7b")
    assert ([each.public_bytes(Encoding.DER) for each in found], problems) == (whole, [])
    with pytest.raises(ValueError, match="no SignedData"):
        certificates_of_pkcs7_untrusted(odd("nothing"))


def test_a_certificate_of_a_megabyte_is_none() -> None:
    with pytest.raises(Unreadable, match="longer"):
        load_untrusted(bytes(MAX_OCTETS + 1))
    with pytest.raises(Unreadable, match="holds no certificate"):
        load_pem_untrusted(b"no certificate here")


ASKED = [name for name in dir(read(made(b""))) if not name.startswith("_")]
SEED = leaf("alt-name-other-name", key(31), "CP-8861-SEP001122334455", authority("unique-ids", key(), CA)).der()


@settings(max_examples=80)
@given(
    st.one_of(
        st.binary(max_size=300),
        st.lists(st.tuples(st.integers(0, 460), st.integers(0, 255)), min_size=1, max_size=3),
        st.tuples(st.sampled_from(list(ODD)), st.integers(0, 400)),
    )
)
@example(b"")
@example([(0, 0x30)])
def test_no_octets_make_it_raise(change: Any) -> None:
    """Octets, a certificate with some of them changed, and an odd certificate that is cut."""
    if isinstance(change, bytes):
        der = change
    elif isinstance(change, tuple):
        der = odd(change[0])[: change[1]]
    else:
        octets = bytearray(SEED)
        for at, octet in change:
            octets[at] = octet
        der = bytes(octets)
    for contents in [read(made(der))]:
        for name in ASKED:
            if name != "extension":
                getattr(contents, name)
        assert contents.extension("2.5.29.19") is None or contents.extensions
        for each in contents.extensions:
            decoded(each)
    try:
        certificate = load_untrusted(der)
    except Unreadable:
        assert not openssl_takes(der)
        return
    assert openssl_takes(der)
    assert in_openssl(certificate)
