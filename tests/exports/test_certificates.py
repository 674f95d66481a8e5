"""Certificates out of files of every kind, and private keys that end it all."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
    pkcs7,
    pkcs12,
)
from hypothesis import example, given, settings
from hypothesis import strategies as st

from lab.base.failures import InvalidInput
from lab.exports.certificates import (
    UnreadableCertificate,
    certificates_untrusted,
    crls_untrusted,
    octets_of,
    parsed_untrusted,
)
from lab.exports.private_keys import refuse_private_key
from pki import anatomy_untrusted, read
from tests.exports.conftest import held, other_lsc, pem
from tests.whatif.conftest import NOW, make_network

LSC, MIC = held()
DER = LSC.public_bytes(Encoding.DER)
TEXT = pem(LSC).decode()


def der(certificate: x509.Certificate) -> bytes:
    return certificate.public_bytes(Encoding.DER)


@pytest.mark.parametrize(
    "octets",
    [
        pem(LSC, MIC),
        b"subject=x\r\n" + pem(LSC).replace(b"\n", b"\r\n") + b"\x1b[31mmore\n" + pem(MIC),
        b"]" + pem(LSC) + b"]" + pem(MIC),  # show cert: no newline before BEGIN
        b"\xff\xfe" + (TEXT + pem(MIC).decode()).encode("utf-16-le"),
        json.dumps({"lsc": TEXT, "mic": pem(MIC).decode()}).encode(),
        pkcs7.serialize_certificates([LSC, MIC], Encoding.PEM),
        pkcs7.serialize_certificates([LSC, MIC], Encoding.DER),
        pkcs7.serialize_certificates([LSC, MIC], Encoding.PEM).replace(b"PKCS7", b"CERTIFICATE"),
    ],
    ids=["pem", "among text", "show cert", "utf-16", "json", "pkcs7", "pkcs7 der", "pkcs7 by another label"],
)
def test_certificates_come_out_of(octets: bytes) -> None:
    found, problems = certificates_untrusted(octets, "x.pem")
    assert set(found) == {LSC, MIC}
    assert problems == []


def test_a_der_file_is_one_certificate() -> None:
    assert certificates_untrusted(DER, "x.der") == ([LSC], [])


def test_a_trusted_certificate_of_openssl_is_read_without_its_notes() -> None:
    text = base64.encodebytes(DER + b"\x30\x03\x0c\x01x").decode()
    octets = f"-----BEGIN TRUSTED CERTIFICATE-----\n{text}-----END TRUSTED CERTIFICATE-----\n".encode()
    assert certificates_untrusted(octets, "x.pem") == ([LSC], [])


def test_names_are_those_of_the_certificate() -> None:
    for certificate in (LSC, MIC, *make_network().roots):
        (parsed,), _ = parsed_untrusted(der(certificate), "x")
        parts = anatomy_untrusted(der(certificate))
        assert (parsed.subject, parsed.issuer) == (parts.subject, parts.issuer)


def test_what_cannot_be_read_is_named_and_the_rest_goes_on() -> None:
    bad = b"-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n"
    found, problems = certificates_untrusted(pem(LSC) + bad + pem(MIC) + pem(LSC)[:300], "traces/capf.log")
    assert found == [LSC, MIC]
    assert [(each.where, each.problem, each.grave) for each in problems] == [
        ("traces/capf.log, certificate 2", "cannot be read as a certificate: OpenSSL says: not enough data", True),
        ("traces/capf.log", "a certificate begins and never ends", True),
    ]


def test_a_block_that_never_ends_takes_nothing_from_the_next() -> None:
    found, problems = certificates_untrusted(pem(MIC)[:200] + pem(LSC), "x")
    assert found == [LSC]
    assert [each.problem for each in problems] == ["a certificate begins and never ends"]


def test_a_name_that_cannot_be_decoded_makes_a_certificate_unreadable() -> None:
    name = b"CAPF-"
    broken = DER.replace(name, b"\xff\xfe\xfd\xfc\xfb")
    assert broken != DER
    found, problems = certificates_untrusted(pem(LSC) + b"-----BEGIN CERTIFICATE-----\n" + base64.b64encode(broken)
                                             + b"\n-----END CERTIFICATE-----\n", "x")  # fmt: skip
    assert found == [LSC]
    assert len(problems) == 1


def test_a_name_is_known_only_with_what_differs_between_phones_left_out() -> None:
    """The names of one phone are decoded; the next one's are not, unless they differ in more than device and chassis."""
    broken = DER.replace(b"CP-8861-SEP", b"CP-\xff\xfe61-SEP")
    assert certificates_untrusted(DER, "x")[0] == [LSC]
    assert certificates_untrusted(broken, "x")[0] == []


def test_odd_certificates_are_read_without_a_warning() -> None:
    """Warnings are errors here; users would find them among the answer."""
    odd = DER.replace(b"\x06\x03\x55\x04\x0a\x0c\x03Lab", b"\x06\x03\x55\x04\x06\x0c\x03Lab")  # O becomes C
    assert odd != DER
    for _ in range(2):
        (found,) = certificates_untrusted(odd, "x")[0]
        assert read(found).subject.attribute("C") == "Lab"
        assert read(found).issuer.cn.startswith("CAPF-")


def test_a_certificate_of_too_many_extensions_is_kept_and_says_so() -> None:
    builder = (
        x509.CertificateBuilder()
        .subject_name(LSC.subject)
        .issuer_name(LSC.issuer)
        .public_key(KEY.public_key())
        .serial_number(7)
        .not_valid_before(NOW)
        .not_valid_after(NOW)
    )
    for count in range(2001):
        oid = x509.ObjectIdentifier(f"1.3.6.1.4.1.9.21.{count}")
        builder = builder.add_extension(x509.UnrecognizedExtension(oid, b""), critical=False)
        if count == 1999:
            fitting = builder.sign(KEY, hashes.SHA256())
    assert certificates_untrusted(der(fitting), "x")[0] == [fitting]
    (found,) = certificates_untrusted(der(builder.sign(KEY, hashes.SHA256())), "x")[0]
    assert "2000 extensions" in read(found).problem
    assert not read(fitting).problem


KEY = other_lsc().key
SECRET = BestAvailableEncryption(b"secret")
KEYS: dict[str, Callable[[], bytes]] = {
    "pkcs8": lambda: KEY.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()),
    "pkcs1": lambda: KEY.private_bytes(Encoding.PEM, PrivateFormat.TraditionalOpenSSL, NoEncryption()),
    "openssh": lambda: KEY.private_bytes(Encoding.PEM, PrivateFormat.OpenSSH, NoEncryption()),
    "with a password": lambda: KEY.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, SECRET),
    "der": lambda: KEY.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption()),
    "der pkcs1": lambda: KEY.private_bytes(Encoding.DER, PrivateFormat.TraditionalOpenSSL, NoEncryption()),
    "der with a password": lambda: KEY.private_bytes(Encoding.DER, PrivateFormat.PKCS8, SECRET),
    "pkcs12": lambda: pkcs12.serialize_key_and_certificates(b"x", KEY, other_lsc().certificate, None, SECRET),
    "pkcs12 without a key": lambda: pkcs12.serialize_java_truststore([pkcs12.PKCS12Certificate(LSC, b"x")], SECRET),
    "in a trace": lambda: b"12:00 | received\n" + pem(LSC) + KEYS["pkcs1"](),
    "in utf-16": lambda: b"\xff\xfe" + KEYS["pkcs8"]().decode().encode("utf-16-le"),
    "ssh2": lambda: b"---- BEGIN SSH2 ENCRYPTED PRIVATE KEY ----\nx",
    "putty": lambda: b"PuTTY-User-Key-File-3: ssh-rsa\n",
    "java": lambda: b"\xfe\xed\xfe\xed\x00\x00\x00\x02",
}


@pytest.mark.parametrize("kind", KEYS)
def test_a_private_key_is_refused_with_a_warning(kind: str) -> None:
    with pytest.raises(InvalidInput, match=r"^phones/x .*private key: nothing here needs one.*who else may have it$"):
        certificates_untrusted(KEYS[kind](), "phones/x")


@pytest.mark.parametrize(
    "octets", [b"", b"0", b"0800 is a time", DER, pem(LSC), b"PRIVATE KEY of the house", bytes(range(256))]
)
def test_what_holds_no_private_key_is_not_refused(octets: bytes) -> None:
    refuse_private_key(octets, "x")


@settings(max_examples=80, deadline=None)
@given(
    st.one_of(
        st.binary(max_size=200),
        st.tuples(st.integers(0, len(DER) - 1), st.integers(0, 255)).map(
            lambda change: DER[: change[0]] + bytes([change[1]]) + DER[change[0] + 1 :]
        ),
        st.tuples(st.integers(0, len(TEXT)), st.text(max_size=20)).map(
            lambda change: (TEXT[: change[0]] + change[1] + TEXT[change[0] :]).encode()
        ),
    )
)
@example(b"-----BEGIN CERTIFICATE-----" * 3)
@example(DER[:15] + b"\0" + DER[16:])
@example(b"\x30\x84\xff\xff\xff\xff\x02\x01\x03\x30")
def test_any_octets_are_certificates_or_findings_or_a_refusal(octets: bytes) -> None:
    try:
        found, _ = parsed_untrusted(octets, "x")
    except InvalidInput:
        return
    for parsed in found:
        contents = read(parsed.certificate)
        if not contents.problem:
            assert (parsed.subject, parsed.issuer) == (contents.parts.subject, contents.parts.issuer)
        assert contents.not_after is None or contents.not_after.tzinfo is not None
    crls_untrusted(octets)


def test_many_beginnings_without_an_end_cost_no_more_than_their_length() -> None:
    found, problems = certificates_untrusted(b"-----BEGIN CERTIFICATE-----\n" * 50_000, "x")
    assert found == []
    assert [each.problem for each in problems] == ["50000 certificates begin and never end"]


def test_revocation_lists_are_read_in_both_forms() -> None:
    crl = make_network().capf.crl([1], this_update=NOW, next_update=NOW)
    assert crls_untrusted(crl.public_bytes(Encoding.PEM) * 2) == [crl, crl]
    assert crls_untrusted(crl.public_bytes(Encoding.DER)) == [crl]
    assert crls_untrusted(DER) == []


def test_a_folder_is_no_file(tmp_path: Path) -> None:
    with pytest.raises(UnreadableCertificate):
        octets_of(tmp_path)
