"""What we sign, judged by others: the openssl command verifies it, pkilint finds no fault that Cisco did not make."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import TypedDict

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from pki import (
    RSA_2048,
    Authority,
    KeyRing,
    KeySpec,
    Manufacturing,
    callmanager_identity,
    capf_authority,
    company_authority,
    lsc,
    node_identity,
    profiles,
    tampered,
)
from tests.pki.conftest import NOW, SUBJECT


class Device(TypedDict):
    device_name: str
    model: str


DEVICE: Device = {"device_name": "SEP001122334455", "model": "8861"}
KEYS = ["RSA 512", "RSA 1024", "RSA 2048", "RSA 4096", "EC 256", "EC 384", "EC 521"]


def pem(folder: Path, name: str, *certificates: x509.Certificate) -> Path:
    path = folder / name
    path.write_bytes(b"".join(certificate.public_bytes(Encoding.PEM) for certificate in certificates))
    return path


def verifies(folder: Path, leaf: x509.Certificate, *trusted: x509.Certificate, level: int = 0, at: int = 0) -> str:
    """ "OK", or what the openssl command found wrong."""
    command = ["openssl", "verify", "-purpose", "sslclient", "-attime", str(at or int(NOW.timestamp()))]
    command += ["-auth_level", str(level), "-CAfile", str(pem(folder, "trusted.pem", *trusted))]
    done = subprocess.run([*command, str(pem(folder, "leaf.pem", leaf))], capture_output=True, text=True, check=False)
    said = done.stdout + done.stderr
    return "OK" if done.returncode == 0 else said


@pytest.mark.peer("openssl")
@pytest.mark.parametrize("authority", ["Cisco Manufacturing CA", "Cisco Manufacturing CA SHA2", "ACT2 SUDI CA"])
def test_openssl_verifies_a_mic_up_to_its_root(
    authority: str, cisco: Manufacturing, ring: KeyRing, tmp_path: Path
) -> None:
    key = ring.take(RSA_2048)
    mic = cisco.mic(**DEVICE, authority=authority, key=key, serial_number="F", not_before=NOW).certificate
    assert verifies(tmp_path, mic, *cisco.default_ca_list()) == "OK"
    assert "error 7" in verifies(tmp_path, tampered(mic), *cisco.default_ca_list())


@pytest.mark.peer("openssl")
def test_openssl_refuses_the_sha1_signature_by_policy_and_only_that_one(
    cisco: Manufacturing, ring: KeyRing, tmp_path: Path
) -> None:
    key = ring.take(RSA_2048)
    old, new = (
        cisco.mic(**DEVICE, authority=authority, key=key, serial_number="F", not_before=NOW).certificate
        for authority in ("Cisco Manufacturing CA", "Cisco Manufacturing CA SHA2")
    )
    assert "error 68" in verifies(tmp_path, old, *cisco.default_ca_list(), level=1)
    assert verifies(tmp_path, new, *cisco.default_ca_list(), level=1) == "OK"


@pytest.mark.peer("openssl")
def test_openssl_knows_the_2099_dates(cisco: Manufacturing, ring: KeyRing, tmp_path: Path) -> None:
    """Written as GeneralizedTime, since UTCTime ends in 2049."""
    key = ring.take(RSA_2048)
    mic = cisco.mic(
        **DEVICE,
        authority="Cisco Manufacturing CA III",
        key=key,
        serial_number="F",
        not_before=datetime(2090, 1, 1, tzinfo=UTC),
    ).certificate
    at = int(datetime(2099, 5, 26, 11, tzinfo=UTC).timestamp())
    chain = [cisco[cn].certificate for cn in ("Cisco Manufacturing CA III", "Cisco Basic Assurance Root CA 2099")]
    assert verifies(tmp_path, mic, *chain, at=at) == "OK"
    assert "error 10" in verifies(tmp_path, mic, *chain, at=at + 7200)


@pytest.mark.peer("openssl")
@pytest.mark.parametrize("text", KEYS)
def test_openssl_verifies_an_lsc_for_every_kind_of_key(
    text: str, capf: Authority, ring: KeyRing, tmp_path: Path
) -> None:
    key = ring.take(KeySpec.parse(text))
    own = lsc(capf, **DEVICE, public_key=key.public_key(), not_before=NOW)
    assert verifies(tmp_path, own, capf.certificate) == "OK"


@pytest.mark.peer("openssl")
@pytest.mark.parametrize("text", [kind for kind in KEYS if kind != "RSA 512"])
def test_openssl_verifies_what_any_kind_of_capf_key_signs(text: str, ring: KeyRing, tmp_path: Path) -> None:
    capf = capf_authority(keys=ring, subject=SUBJECT, not_before=NOW, key_spec=KeySpec.parse(text))
    own = lsc(capf, **DEVICE, public_key=ring.take(KeySpec("EC", 256)).public_key(), not_before=NOW)
    assert verifies(tmp_path, own, capf.certificate) == "OK"


@pytest.mark.peer("openssl")
@pytest.mark.parametrize("unit", profiles.NODE_CERTIFICATES)
def test_openssl_verifies_the_certificates_of_a_node(unit: str, ring: KeyRing, tmp_path: Path) -> None:
    company = company_authority(keys=ring, subject=SUBJECT, not_before=NOW)
    own, signed = (
        node_identity(
            unit, keys=ring, subject=SUBJECT, host_name="pub.example", not_before=NOW, issuer=issuer
        ).certificate
        for issuer in (None, company)
    )
    assert verifies(tmp_path, own, own) == "OK"
    assert verifies(tmp_path, signed, company.certificate) == "OK"
    assert "error 18" in verifies(tmp_path, own, company.certificate)


@pytest.mark.peer("openssl")
def test_openssl_reads_the_revocation_list(ring: KeyRing, tmp_path: Path) -> None:
    company = company_authority(keys=ring, subject=SUBJECT, not_before=NOW)
    crl = company.crl([5, 300], this_update=NOW, next_update=NOW.replace(month=12))
    (tmp_path / "crl.pem").write_bytes(crl.public_bytes(Encoding.PEM))
    ca = pem(tmp_path, "ca.pem", company.certificate)
    command = ["openssl", "crl", "-in", str(tmp_path / "crl.pem"), "-CAfile", str(ca), "-noout", "-text"]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert "verify OK" in done.stderr
    assert "Serial Number: 05" in done.stdout
    assert "Serial Number: 012C" in done.stdout


@pytest.mark.peer("openssl")
def test_openssl_opens_the_pkcs12_file(capf: Authority, tmp_path: Path) -> None:
    (tmp_path / "capf.p12").write_bytes(capf.identity.pkcs12(b"cisco", "CAPF"))
    command = ["openssl", "pkcs12", "-in", str(tmp_path / "capf.p12"), "-passin", "pass:cisco", "-nodes"]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert "friendlyName: CAPF" in done.stdout
    assert "BEGIN PRIVATE KEY" in done.stdout


# Findings that stay, because the certificates of the real product have them.
NOT_CRITICAL = "pkix.key_usage_extension_not_critical"  # Cisco's old roots, one later CA and CUCM mark key usage so
CALLMANAGER = {
    NOT_CRITICAL,
    "pkix.authority_key_identifier_extension_absent",  # counts as an end certificate: there is no basicConstraints
    "pkix.ee_certificate_keycertsign_keyusage_set",  # key usage 0xBC holds keyCertSign all the same
    "pkix.key_usage_value_prohibited_for_rsa",  # and keyAgreement, which RSA cannot do
}
NOT_FOR_RSA = {"pkix.key_usage_value_prohibited_for_rsa"}
CALLMANAGER_SIGNED = NOT_FOR_RSA  # CUCM's signing request asks for keyAgreement
LSC = {"pkix.invalid_uri_syntax"}  # the device name stands as a URI without a scheme
KNOWN = {
    "Cisco Root CA 2048": {NOT_CRITICAL},
    "Cisco Manufacturing CA": {NOT_CRITICAL},
    "ACT2 SUDI CA": {NOT_CRITICAL},
    "High Assurance SUDI CA": {NOT_CRITICAL},  # as its published certificate has it
    "CAP-RTP-001": {NOT_CRITICAL},
    "CAP-RTP-002": {NOT_CRITICAL},
}


def findings(folder: Path, certificate: x509.Certificate) -> set[str]:
    """pkilint's warnings and errors, by code."""
    command = ["lint_pkix_cert", "lint", "-s", "WARNING", "-f", "JSON", str(pem(folder, "one.pem", certificate))]
    said = subprocess.run(command, capture_output=True, text=True, check=False).stdout
    results = json.loads(said)["results"]
    return {found["code"] for result in results for found in result["finding_descriptions"]}


@pytest.mark.peer("lint_pkix_cert")
def test_pkilint_finds_in_the_cisco_authorities_only_what_is_ciscos(cisco: Manufacturing, tmp_path: Path) -> None:
    found = {cn: findings(tmp_path, cisco[cn].certificate) for cn in cisco}
    assert {cn: codes for cn, codes in found.items() if codes} == KNOWN


@pytest.mark.peer("lint_pkix_cert")
@pytest.mark.parametrize("authority", ["Cisco Manufacturing CA", "Cisco Manufacturing CA SHA2"])
def test_pkilint_finds_nothing_in_a_mic(authority: str, cisco: Manufacturing, ring: KeyRing, tmp_path: Path) -> None:
    key = ring.take(RSA_2048)
    mic = cisco.mic(**DEVICE, authority=authority, key=key, serial_number="FCH1", not_before=NOW)
    assert findings(tmp_path, mic.certificate) == set()


@pytest.mark.peer("lint_pkix_cert")
def test_pkilint_finds_in_a_cluster_only_what_is_ciscos(
    ring: KeyRing, capf: Authority, octets: Callable[[int], bytes], tmp_path: Path
) -> None:
    company = company_authority(keys=ring, subject=SUBJECT, not_before=NOW, octets=octets)
    signed = capf_authority(keys=ring, subject=SUBJECT, not_before=NOW, octets=octets, issuer=company)
    server = callmanager_identity(keys=ring, subject=SUBJECT, host_name="pub.example", not_before=NOW)
    server_signed = callmanager_identity(
        keys=ring, subject=SUBJECT, host_name="pub.example", not_before=NOW, issuer=company
    )
    by_ec = [
        node_identity("CallManager-ECDSA", keys=ring, subject=SUBJECT, host_name="a.example", not_before=NOW, issuer=by)
        for by in (None, company)
    ]
    device = lsc(capf, **DEVICE, public_key=ring.take(RSA_2048).public_key(), not_before=NOW)
    assert findings(tmp_path, company.certificate) == set()
    assert findings(tmp_path, capf.certificate) == {NOT_CRITICAL}
    assert findings(tmp_path, signed.certificate) == {NOT_CRITICAL}
    assert findings(tmp_path, server.certificate) == CALLMANAGER
    assert findings(tmp_path, server_signed.certificate) == CALLMANAGER_SIGNED
    assert findings(tmp_path, by_ec[0].certificate) == CALLMANAGER - NOT_FOR_RSA
    assert findings(tmp_path, by_ec[1].certificate) == set()
    assert findings(tmp_path, device) == LSC
