"""`show cert` prints what is in the certificate, in CUCM's layout; OpenSSL reads the same out of it."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Iterator
from datetime import UTC, datetime
from functools import cache

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import serialization

from cisco_data import CertificateUnit, StoreName
from cucm_sim import certificate_management as management
from cucm_sim.administration import upload_trust
from cucm_sim.certificate_list import SIGNED, CertificateRow, list_certificates
from cucm_sim.cluster import Cluster
from cucm_sim.texts.show_cert import show_cert_list, shown
from journal import Clock, Journal
from pki import (
    KeyPool,
    KeySpec,
    Manufacturing,
    callmanager_identity,
    capf_authority,
    common_name,
    company_authority,
    lsc,
    profiles,
    self_signed,
)
from pki import name as subject_name

NOW = datetime(2026, 11, 23, 8, 5, 9, tzinfo=UTC)
PLACE = {"C": "GB", "O": "ORG", "OU": "LAB", "ST": "LN", "L": "GB"}


def octets(count: int) -> bytes:
    return bytes(range(0x52, 0x52 + count))


@pytest.fixture(scope="module")
def hq() -> Iterator[Cluster]:
    """With CAPF made again, so that its first certificate is in the trust stores only."""
    keys = KeyPool().ring()
    made = Cluster(
        "hq",
        Journal(Clock(NOW, tick=lambda: 0.0)),
        address="127.0.0.1",
        callmanager_identity=callmanager_identity(
            keys=keys, subject=PLACE, host_name="LAB-PUB", not_before=NOW, octets=octets, digest="sha1"
        ),
        default_ca_list=Manufacturing(keys).default_ca_list(),
        capf_authority=capf_authority(keys=keys, subject=PLACE, not_before=NOW, name="CAPF-36205338", octets=octets),
    )
    management.regenerate(made, CertificateUnit.CAPF, keys)
    yield made
    made.close()


@cache
def others() -> tuple[CertificateRow, ...]:
    """An LSC with its alternative name, one with an EC key, a company's root, an extension without a name here."""
    keys = KeyPool().ring()
    capf = capf_authority(keys=keys, subject=PLACE, not_before=NOW)
    root = company_authority(keys=keys, subject=PLACE, not_before=NOW)
    made = [root.certificate]
    for spec in (KeySpec("RSA", 2048), KeySpec("EC", 256), KeySpec("EC", 521)):
        public_key = keys.take(spec).public_key()
        made.append(lsc(capf, device_name="SEP001122334455", model="8861", public_key=public_key, not_before=NOW))
    own = self_signed(
        profiles.CALLMANAGER, subject=subject_name(("CN", "a, b")), key=keys.take(KeySpec("EC", 384)), not_before=NOW
    )
    made.append(own.certificate)
    return tuple(CertificateRow(StoreName.CAPF, "x.pem", certificate, SIGNED) for certificate in made)


@pytest.fixture(scope="module")
def every_row(hq: Cluster) -> tuple[CertificateRow, ...]:
    return (*list_certificates(hq), *others())


def pem_of(text: str) -> x509.Certificate:
    """What follows the closing bracket, on the same line."""
    _, marker, rest = text.partition("]-----BEGIN CERTIFICATE-----\n")
    assert marker, "no PEM after the bracket"
    return x509.load_pem_x509_certificate(("-----BEGIN CERTIFICATE-----\n" + rest).encode())


def field(text: str, label: str) -> str:
    (found,) = re.findall(rf"^ *{re.escape(label)} *(.*)$", text, re.MULTILINE)
    return str(found)


def test_the_layout_is_the_published_one(hq: Cluster) -> None:
    text = shown(list_certificates(hq)[0])
    certificate = hq.callmanager_identity.certificate
    lines = text.partition("-----BEGIN")[0].split("\n")
    key = certificate.public_key().public_bytes(serialization.Encoding.DER, serialization.PublicFormat.PKCS1).hex()
    assert lines[:9] == [
        "[",
        "  Version: V3",
        "  Serial Number: 52535455565758595A5B5C5D5E5F6061",
        "  SignatureAlgorithm: SHA1withRSA (1.2.840.113549.1.1.5)",
        "  Issuer Name: L=GB, ST=LN, CN=LAB-PUB, OU=LAB, O=ORG, C=GB",
        "  Validity From: Mon Nov 23 08:05:09 UTC 2026",
        "           To:   Sat Nov 22 08:05:08 UTC 2031",
        "  Subject Name: L=GB, ST=LN, CN=LAB-PUB, OU=LAB, O=ORG, C=GB",
        "  Key: RSA (1.2.840.113549.1.1.1)",
    ]
    assert lines[9] == f"    Key value: {key}"
    assert key.startswith("3082010a0282010100")
    digest = certificate.extensions.get_extension_for_class(x509.SubjectKeyIdentifier).value.digest
    assert lines[10:28] == [
        "  Extensions: 3 present",
        "  [",
        "     Extension: KeyUsage (OID.2.5.29.15)",
        "     Critical: false",
        "     Usages: digitalSignature, keyEncipherment, dataEncipherment, keyAgreement, keyCertSign, ",
        "  ]",
        "  [",
        "     Extension: ExtKeyUsageSyntax (OID.2.5.29.37)",
        "     Critical: false",
        "     Usage oids: 1.3.6.1.5.5.7.3.1, 1.3.6.1.5.5.7.3.2, 1.3.6.1.5.5.7.3.5, ",
        "  ]",
        "  [",
        "     Extension: SubjectKeyIdentifier (OID.2.5.29.14)",
        "     Critical: false",
        f"     keyID: {digest.hex()}",
        "  ]",
        "",
        "  Signature:",
    ]
    assert re.fullmatch(r"  0000: ([0-9a-f]{2} ){16}\[.{16}\]", lines[28])
    assert lines[43].startswith("  00f0: ")
    assert lines[44:] == ["]"]


def test_every_part_is_the_certificates_own(every_row: tuple[CertificateRow, ...]) -> None:
    assert len(every_row) == 2 + 2 * 9 + 5
    for row in every_row:
        check_parts(row)


def check_parts(row: CertificateRow) -> None:
    text, certificate = shown(row), row.certificate
    assert pem_of(text) == certificate
    assert int(field(text, "Serial Number:"), 16) == certificate.serial_number
    for label, name in (("Subject Name:", certificate.subject), ("Issuer Name:", certificate.issuer)):
        assert f"CN={common_name(name)}".replace(",", "\\,") in field(text, label)
    signature = bytes.fromhex(
        "".join("".join(row.split()) for row in re.findall(r"^  [0-9a-f]{4}: ([^\[]*) \[", text, re.MULTILINE))
    )
    assert signature == certificate.signature
    names = re.findall(r"Extension: \w+ \(OID\.([\d.]+)\)\n +Critical: (true|false)\n", text)
    assert names == [(one.oid.dotted_string, str(one.critical).lower()) for one in certificate.extensions]
    assert field(text, "Extensions:") == f"{len(names)} present"


def test_other_extensions_and_ec_keys_are_shown_too(hq: Cluster) -> None:
    texts = {row.file_name: shown(row) for row in list_certificates(hq) if row.trust}
    manufacturing = texts["Cisco_Manufacturing_CA_SHA2_02.pem"]
    assert "     CA: true\n     PathLen: 0\n" in manufacturing
    assert "crcam2.crl, \n" in manufacturing
    assert "     Policies: 1.3.6.1.4.1.9.21.1.18.0, \n" in manufacturing
    assert "1.3.6.1.5.5.7.48.1: http://tools.cisco.com/pki/ocsp\n" in manufacturing
    assert (
        "(OID.1.3.6.1.4.1.311.21.1)\n     Critical: false\n     Value: 020100\n"
        in texts["Cisco_Root_CA_2048_5ff87b282b54dc8d42a315b568c9adff.pem"]
    )
    of_phones = [shown(row) for row in others()]
    assert "     Names: SEP001122334455, \n" in of_phones[1]
    assert "     CA: false\n" in of_phones[1]
    assert "AuthorityKeyIdentifier (OID.2.5.29.35)\n     Critical: false\n     keyID: " in of_phones[1]
    assert re.search(r"  Key: EC \(1\.2\.840\.10045\.2\.1\)\n    Key value: 04[0-9a-f]{128}\n", of_phones[2])
    assert "SHA256withECDSA (1.2.840.10045.4.3.2)" in of_phones[4]


def test_the_lists_are_lines_of_unit_file_and_description(hq: Cluster) -> None:
    capf = common_name(hq.own_certificates["CAPF"].subject)
    assert show_cert_list(hq, "own") == (
        "CallManager/CallManager.pem: Self-signed certificate generated by system\n"
        "CAPF/CAPF.pem: Self-signed certificate generated by system\n"
    )
    trust = show_cert_list(hq, "trust").splitlines()
    assert len(trust) == 2 * 9
    for store in ("CallManager-trust", "CAPF-trust"):
        for name in ("CAPF-36205338", capf):
            assert f"{store}/{name}.pem: Self-signed certificate generated by system" in trust
        assert f"{store}/Cisco_Root_CA_M2_01.pem: Signed Certificate" in trust


def test_an_uploaded_certificate_is_shown(hq: Cluster) -> None:
    keys = KeyPool().ring()
    root = company_authority(keys=keys, subject=PLACE, not_before=NOW, name="Uploaded Root")
    before = hq.trust[StoreName.CAPF]
    upload_trust(hq, StoreName.CAPF, root.certificate)
    (row,) = [one for one in list_certificates(hq) if one.common_name == "Uploaded Root"]
    assert row.description == SIGNED
    assert pem_of(shown(row)) == root.certificate
    hq.trust[StoreName.CAPF] = before


@pytest.mark.peer("openssl")
def test_openssl_reads_the_same_out_of_it(every_row: tuple[CertificateRow, ...]) -> None:
    for row in every_row:
        judge(row)


def judge(row: CertificateRow) -> None:
    text = shown(row)
    read = subprocess.run(
        ["openssl", "x509", "-noout", "-serial", "-startdate", "-enddate", "-ext", "keyUsage"],
        input=text.partition("]-----")[1].removeprefix("]") + text.partition("]-----")[2],
        capture_output=True,
        check=True,
        text=True,
    ).stdout
    openssl = dict(line.split("=", 1) for line in read.splitlines() if re.match(r"\w+=", line))
    assert openssl["serial"] == field(text, "Serial Number:")
    for theirs, ours in (("notBefore", "Validity From:"), ("notAfter", "To:")):
        date = re.sub(r"^\w{3} | UTC", "", field(text, ours))
        month, day, clock, year = date.split()
        assert openssl[theirs].split() == [month, str(int(day)), clock, year, "GMT"]
    assert ("Certificate Sign" in read) is ("keyCertSign" in text)
