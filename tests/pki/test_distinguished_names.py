"""A distinguished name as events carry it: any octets make one, its text is RFC 4514, OpenSSL is asked for a second opinion."""

from __future__ import annotations

import base64
import subprocess
import warnings
from pathlib import Path

import msgspec
import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID
from hypothesis import given
from hypothesis import strategies as st
from OpenSSL import crypto

from pki import (
    NO_NAME,
    DistinguishedName,
    _der,
    common_name,
    name,
    name_untrusted,
    names_of,
    names_untrusted,
    oneline,
)
from pki.names import MAX_CHARACTERS, _certificate_around

UTF8, NUMERIC, PRINTABLE, T61, IA5, BMP, UNIVERSAL = 0x0C, 0x12, 0x13, 0x14, 0x16, 0x1E, 0x1C
CN, O, C, UNIQUE_ID, PRIVATE = "2.5.4.3", "2.5.4.10", "2.5.4.6", "2.5.4.45", "1.3.6.1.4.1.9.99"  # noqa: E741


def attribute(oid: str, tag: int, value: bytes) -> bytes:
    return _der.sequence(_der.object_identifier(oid), _der.element(tag, value))


def made(*attributes: bytes) -> bytes:
    """Each in an RDN of its own."""
    return _der.sequence(*(_der.element(0x31, one) for one in attributes))


def of_cn(tag: int, value: bytes) -> DistinguishedName:
    return name_untrusted(made(attribute(CN, tag, value)))


@pytest.mark.parametrize(
    ("der", "rfc4514", "cn"),
    [
        (made(attribute(CN, UTF8, b"Acme CA 2024/1")), "CN=Acme CA 2024/1", "Acme CA 2024/1"),
        (made(attribute(CN, UTF8, b'a, b"=+<;>\\')), 'CN=a\\, b\\"=\\+\\<\\;\\>\\\\', 'a, b"=+<;>\\'),
        (made(attribute(CN, UTF8, b"#1 ")), "CN=\\#1\\ ", "#1 "),
        (made(attribute(CN, UTF8, "Zürich 北京".encode())), "CN=Zürich 北京", "Zürich 北京"),
        (made(attribute(CN, UTF8, b"a\0b")), "CN=a\\00b", "a\0b"),
        (made(attribute(CN, UTF8, b"a\x1b[31m")), "CN=a\\1B[31m", "a\x1b[31m"),
        (made(attribute(CN, PRINTABLE, b"AT&T")), "CN=AT&T", "AT&T"),
        (made(attribute(CN, PRINTABLE, b"a@b, c")), "CN=a@b\\, c", "a@b, c"),
        (made(attribute(CN, T61, b"M\xfcller")), "CN=Müller", "Müller"),
        (made(attribute(CN, BMP, "北京".encode("utf-16-be"))), "CN=北京", "北京"),
        (made(attribute(CN, UNIVERSAL, "é".encode("utf-32-be"))), "CN=é", "é"),
        (made(attribute(CN, BMP, b"\0A\xd8\0")), "CN=#1e040041d800", "#1e040041d800"),
        (made(attribute(CN, UTF8, b"\xff")), "CN=#0c01ff", "#0c01ff"),
        (made(attribute(CN, 0x02, b"\5")), "CN=#020105", "#020105"),
        (made(attribute(C, PRINTABLE, b"DEU"), attribute(O, UTF8, b"x")), "O=x,C=DEU", ""),
        (made(attribute(PRIVATE, UTF8, b"x"), attribute(CN, UTF8, b"y")), f"CN=y,{PRIVATE}=#0c0178", "y"),
        (made(attribute(UNIQUE_ID, 0x03, b"\0ab")), f"{UNIQUE_ID}=#0303006162", ""),
        (made(attribute(CN, UTF8, b"first"), attribute(CN, UTF8, b"last")), "CN=last,CN=first", "last"),
        (_der.sequence(), "", ""),
        (b"octets", "#6f6374657473", ""),
        (b"", "", ""),
    ],
)
def test_what_a_name_says(der: bytes, rfc4514: str, cn: str) -> None:
    told = name_untrusted(der)
    assert (told.der, told.rfc4514, told.cn) == (der, rfc4514, cn)


def test_an_rdn_of_several_attributes_is_joined_by_a_plus() -> None:
    several = _der.element(0x31, attribute(CN, UTF8, b"a"), attribute(O, PRINTABLE, b"b&c"))
    told = name_untrusted(_der.sequence(_der.element(0x31, attribute(C, PRINTABLE, b"AU")), several))
    assert (told.rfc4514, told.cn, told.attribute("O")) == ("CN=a+O=b&c,C=AU", "a", "b&c")
    assert told.attribute("L") == ""


def test_people_read_the_cn_and_else_the_whole_name() -> None:
    assert of_cn(UTF8, "Acme, Zürich/2024".encode()).label == "Acme, Zürich/2024"
    assert name_untrusted(made(attribute(O, UTF8, b"Acme, Inc"))).label == "O=Acme\\, Inc"
    assert of_cn(UTF8, b"a\x1b[31m").label == "CN=a\\1B[31m"  # a terminal must not obey it
    assert not NO_NAME
    assert name_untrusted(_der.sequence())


def test_a_long_name_keeps_its_octets_and_says_that_its_texts_are_cut() -> None:
    long = made(attribute(CN, UTF8, b"x" * 10_240))
    told = name_untrusted(long)
    assert told.der == long
    for text in (told.cn, told.rfc4514, told.oneline):
        assert len(text) == MAX_CHARACTERS
        assert text.endswith("x…")
    assert told != name_untrusted(made(attribute(CN, UTF8, b"x" * 10_241)))


def test_names_are_compared_as_openssl_compares_them() -> None:
    same = {of_cn(UTF8, b"Acme CA"), of_cn(PRINTABLE, b"Acme CA"), of_cn(BMP, "aCME  ca ".encode("utf-16-be"))}
    assert len(same) == 1
    assert of_cn(UTF8, b"Acme CA") != of_cn(UTF8, b"Acme CB")
    assert of_cn(NUMERIC, b"1") != of_cn(UTF8, b"1")
    assert of_cn(UTF8, "Ä".encode()) != of_cn(UTF8, "ä".encode())
    assert name_untrusted(_der.sequence()) != NO_NAME
    assert of_cn(UTF8, b"a") != "a"


VALUES = st.tuples(
    st.sampled_from((UTF8, NUMERIC, PRINTABLE, T61, IA5)), st.text("aAbB  \t&@é/", min_size=1, max_size=6)
).map(lambda one: (one[0], one[1].encode()))


@given(VALUES, VALUES)
def test_openssl_says_the_same_of_any_two_names(one: tuple[int, bytes], other: tuple[int, bytes]) -> None:
    """UTF-8 in a T61String is passed over, which OpenSSL reads as Latin-1 always."""
    if any(tag != UTF8 and not value.isascii() for tag, value in (one, other)):
        return
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        mine, theirs = (
            crypto.load_certificate(
                crypto.FILETYPE_ASN1, _certificate_around(made(attribute(CN, *value)))
            ).get_subject()
            for value in (one, other)
        )
        same = mine == theirs
    assert (of_cn(*one) == of_cn(*other)) is same


@given(st.binary(max_size=60))
def test_any_octets_make_a_name_and_a_certificate_without_one(octets: bytes) -> None:
    for told in (name_untrusted(octets), *names_untrusted(octets)):
        assert isinstance(told.oneline + told.label, str)
        assert hash(told) == hash(name_untrusted(told.der))
        assert msgspec.json.decode(msgspec.json.encode(told), type=DistinguishedName) == told


@given(st.integers(0, 255), st.binary(max_size=40), st.integers(0, 30))
def test_any_value_makes_a_name_that_survives_json(tag: int, value: bytes, cut: int) -> None:
    whole = made(attribute(O, UTF8, b"Lab"), attribute(CN, tag, value))
    for der in (whole, whole[:-cut] if cut else whole):
        told = name_untrusted(der)
        back = msgspec.json.decode(msgspec.json.encode(told), type=DistinguishedName)
        assert (back.der, back.rfc4514, back.cn) == (told.der, told.rfc4514, told.cn)
        assert told.rfc4514.isprintable() or "\u3000" in told.rfc4514 or "\xa0" in told.rfc4514 or " " in told.rfc4514


def test_the_octets_travel_as_base64() -> None:
    told = of_cn(UTF8, b"x")
    assert msgspec.json.decode(msgspec.json.encode(told))["der"] == base64.b64encode(told.der).decode()


@given(st.lists(st.tuples(st.sampled_from(("CN", "O", "OU")), st.text(min_size=1, max_size=20)), max_size=4))
def test_what_cryptography_decodes_it_writes(parts: list[tuple[str, str]]) -> None:
    """Control characters excepted, which it leaves to the terminal."""
    decoded = name(*parts)
    told = DistinguishedName.of(decoded)
    assert told.cn == common_name(decoded)
    assert told.oneline == oneline(decoded)
    if decoded.rfc4514_string().isprintable():
        assert told.rfc4514 == decoded.rfc4514_string()


def test_a_certificate_that_cryptography_cannot_decode_has_names_all_the_same() -> None:
    odd = _certificate_around(made(attribute(CN, PRINTABLE, b"AT&T")))
    with pytest.raises(ValueError, match="Printable"):
        x509.load_der_x509_certificate(odd)
    assert (names_untrusted(odd).subject.cn, names_untrusted(odd).issuer.der) == ("AT&T", _der.sequence())
    lazy = x509.load_der_x509_certificate(_certificate_around(made(attribute(CN, T61, b"M\xfcller"))))
    with pytest.raises(ValueError, match="subject"):
        _ = lazy.subject
    assert names_of(lazy).subject.cn == "Müller"
    assert names_untrusted(b"no certificate") == (NO_NAME, NO_NAME)
    assert DistinguishedName.of_cn("") is NO_NAME
    assert DistinguishedName.of_cn("a" * 99).cn == "a" * 99


@pytest.mark.peer("openssl")
@pytest.mark.parametrize(
    "value",
    ["Acme CA 2024/1", "a,b", 'a"b', "a=b", "a+b", "#1", " a ", "a;<b>\\", "Zürich", "北京", "a\0b", "a\x1b", "a#"],
)
def test_openssl_writes_the_same_rfc_2253_text(value: str, tmp_path: Path) -> None:
    """Known difference: RFC 4514 forbids no escape of `=` and wants none; OpenSSL has none either. It leaves UTF-8 as it is only
    when told to (`-esc_msb`), and escapes control characters, as we do."""
    der = made(attribute(O, UTF8, b"Lab"), attribute(PRIVATE, UTF8, b"x"), attribute(CN, UTF8, value.encode()))
    (tmp_path / "name.pem").write_bytes(_pem(_certificate_around(der)))
    options = ("-nameopt", "RFC2253,-esc_msb,utf8", "-subject")
    printed = subprocess.run(
        ["openssl", "x509", "-noout", "-in", str(tmp_path / "name.pem"), *options], capture_output=True, check=True
    )
    theirs = printed.stdout.decode().removeprefix("subject=").removesuffix("\n")
    assert name_untrusted(der).rfc4514 == theirs.replace("#0C0178", "#0c0178")


def _pem(der: bytes) -> bytes:
    return x509.load_der_x509_certificate(der).public_bytes(Encoding.PEM)


def test_the_cn_of_a_decoded_name_is_the_one_that_matching_uses() -> None:
    two = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, one) for one in ("Users", "Corp CA")])
    assert DistinguishedName.of(two).cn == common_name(two) == "Corp CA"


def test_names_that_are_equal_are_not_unequal() -> None:
    """`!=` goes by the name too, also for two objects of one name, as a journal from disk has them."""
    one = DistinguishedName.of_cn("CAPF-1234abcd")
    same, other = DistinguishedName(one.der, one.rfc4514, one.cn), DistinguishedName.of_cn("CAPF-0")
    assert same is not one
    assert (one == same, one != same) == (True, False)
    assert (one == other, one != other) == (False, True)
    assert one != "CAPF-1234abcd"
