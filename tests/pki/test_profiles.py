"""Every kind of certificate carries exactly the extensions it should, each with the right critical bit."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import ExtensionOID as Oid

from pki import (
    Authority,
    CertificateProfile,
    KeyRing,
    KeySpec,
    Manufacturing,
    callmanager_identity,
    capf_authority,
    common_name,
    company_authority,
    lsc,
    node_identity,
    oneline,
    parts_of,
    spec_of,
)

NOW = datetime(2026, 11, 1, 12, tzinfo=UTC)
SUBJECT = {"L": "Sydney", "C": "AU", "O": "Lab", "ST": "NSW", "OU": "Voice"}
SERVER, CLIENT, IPSEC = "1.3.6.1.5.5.7.3.1", "1.3.6.1.5.5.7.3.2", "1.3.6.1.5.5.7.3.5"
FIVE_YEARS = timedelta(days=1825, seconds=-1)
KEYS = {"ski": False, "aki": False}


def shape(certificate: x509.Certificate) -> dict[str, tuple[object, bool]]:
    """Each extension by a short name: what it says, in few words, and whether it is critical."""
    found: dict[str, tuple[object, bool]] = {}
    for extension in certificate.extensions:
        value: Any = extension.value
        match extension.oid:
            case Oid.BASIC_CONSTRAINTS:
                found["ca"] = ((value.ca, value.path_length), extension.critical)
            case Oid.KEY_USAGE:
                found["ku"] = (key_usage_octet(value), extension.critical)
            case Oid.EXTENDED_KEY_USAGE:
                found["eku"] = (tuple(usage.dotted_string for usage in value), extension.critical)
            case Oid.SUBJECT_ALTERNATIVE_NAME:
                found["san"] = (tuple(f"{type(name).__name__}:{name.value}" for name in value), extension.critical)
            case Oid.SUBJECT_KEY_IDENTIFIER:
                found["ski"] = (value.digest, extension.critical)
            case Oid.AUTHORITY_KEY_IDENTIFIER:
                found["aki"] = (value.key_identifier, extension.critical)
            case _:
                found[extension.oid.dotted_string] = ("", extension.critical)
    return found


def key_usage_octet(usage: x509.KeyUsage) -> int:
    """RFC 5280's bits, digitalSignature first: 0x80, 0x40 and so on."""
    return usage.public_bytes()[-1]


def assert_shape(certificate: x509.Certificate, expected: Mapping[str, tuple[object, bool]], *keys: str) -> None:
    """The extensions named, the key identifiers listed, and nothing more; identifiers are right and not critical."""
    found = shape(certificate)
    for key in keys:
        digest, critical = found.pop(key)
        assert not critical
        if key == "ski":
            assert digest == x509.SubjectKeyIdentifier.from_public_key(certificate.public_key()).digest
    assert found == expected


@pytest.fixture
def company(ring: KeyRing, octets: Callable[[int], bytes]) -> Authority:
    return company_authority(keys=ring, subject={"O": "Lab"}, not_before=NOW, octets=octets)


def test_company_root(company: Authority) -> None:
    assert_shape(company.certificate, {"ca": ((True, None), True), "ku": (0x06, True)}, "ski")
    company.certificate.verify_directly_issued_by(company.certificate)
    assert common_name(company.subject) == "Company Root CA"


def test_capf_signed_by_itself(ring: KeyRing, octets: Callable[[int], bytes]) -> None:
    capf = capf_authority(keys=ring, subject=SUBJECT, not_before=NOW, octets=octets)
    own = capf.certificate
    assert_shape(own, {"ca": ((True, 0), True), "ku": (0x84, False)}, "ski")
    assert [kind for kind, _ in parts_of(own.subject)] == ["C", "O", "OU", "CN", "ST", "L"]
    prefix, _, digits = common_name(own.subject).partition("-")
    assert (prefix, len(digits), set(digits) - set("0123456789abcdef")) == ("CAPF", 8, set())
    assert own.not_valid_after_utc - own.not_valid_before_utc == FIVE_YEARS
    assert own.serial_number.bit_length() <= 127
    assert own.signature_hash_algorithm is not None
    assert own.signature_hash_algorithm.name == "sha256"
    own.verify_directly_issued_by(own)


def test_capf_is_called_otherwise_in_every_generation(ring: KeyRing, octets: Callable[[int], bytes]) -> None:
    capfs = [capf_authority(keys=ring, subject=SUBJECT, not_before=NOW, octets=octets) for _ in range(2)]
    assert capfs[0].subject != capfs[1].subject


def test_capf_signed_by_a_company(ring: KeyRing, company: Authority, octets: Callable[[int], bytes]) -> None:
    capf = capf_authority(keys=ring, subject=SUBJECT, not_before=NOW, octets=octets, issuer=company)
    assert_shape(capf.certificate, {"ca": ((True, 0), True), "ku": (0x84, False)}, "ski", "aki")
    assert shape(capf.certificate)["aki"] == shape(company.certificate)["ski"]
    capf.certificate.verify_directly_issued_by(company.certificate)


def test_callmanager_signed_by_itself(ring: KeyRing) -> None:
    own = callmanager_identity(keys=ring, subject=SUBJECT, host_name="cucm-pub", not_before=NOW).certificate
    assert_shape(own, {"ku": (0xBC, False), "eku": ((SERVER, CLIENT, IPSEC), False)}, "ski")
    assert oneline(own.subject) == "/C=AU/O=Lab/OU=Voice/CN=cucm-pub/ST=NSW/L=Sydney"
    assert own.not_valid_after_utc - own.not_valid_before_utc == FIVE_YEARS


def test_callmanager_of_an_old_release_is_signed_with_sha1(ring: KeyRing) -> None:
    own = callmanager_identity(keys=ring, subject=SUBJECT, host_name="pub", not_before=NOW, digest="sha1").certificate
    assert own.signature_hash_algorithm is not None
    assert own.signature_hash_algorithm.name == "sha1"


def test_callmanager_signed_by_a_company(ring: KeyRing, company: Authority) -> None:
    own = callmanager_identity(keys=ring, subject=SUBJECT, host_name="pub.lab", not_before=NOW, issuer=company)
    expected = {
        "ca": ((False, None), True),
        "ku": (0xB8, True),
        "eku": ((SERVER, CLIENT, IPSEC), False),
        "san": (("DNSName:pub.lab",), False),
    }
    assert_shape(own.certificate, expected, "ski", "aki")
    assert own.chain == ()


RSA_UNITS = [
    ("CallManager", "cucm-pub", 5),
    ("TVS", "cucm-pub", 5),
    ("tomcat", "cucm-pub", 5),
    ("ITLRecovery", "ITLRECOVERY_cucm-pub", 20),
]


@pytest.mark.parametrize(("unit", "cn", "years"), RSA_UNITS)
def test_every_rsa_certificate_of_a_node_is_shaped_like_callmanagers(
    ring: KeyRing, company: Authority, unit: str, cn: str, years: int
) -> None:
    made: dict[str, Any] = {"keys": ring, "subject": SUBJECT, "host_name": "cucm-pub", "not_before": NOW}
    own = node_identity(unit, **made).certificate
    assert_shape(own, {"ku": (0xBC, False), "eku": ((SERVER, CLIENT, IPSEC), False)}, "ski")
    assert oneline(own.subject) == f"/C=AU/O=Lab/OU=Voice/CN={cn}/ST=NSW/L=Sydney"
    assert round((own.not_valid_after_utc - own.not_valid_before_utc).days / 365.25) == years
    signed = node_identity(unit, **made, issuer=company).certificate
    assert (signed.subject, common_name(signed.issuer)) == (own.subject, "Company Root CA")
    assert shape(signed)["san"] == (("DNSName:cucm-pub",), False)
    assert shape(signed)["ku"] == (0xB8, True)


def test_the_ec_certificate_of_callmanager_has_no_usage_that_enciphers(ring: KeyRing, company: Authority) -> None:
    made: dict[str, Any] = {"keys": ring, "subject": SUBJECT, "host_name": "cucm-pub", "not_before": NOW}
    own = node_identity("CallManager-ECDSA", **made)
    assert spec_of(own.key) == KeySpec("EC", 384)
    assert_shape(own.certificate, {"ku": (0x8C, False), "eku": ((SERVER, CLIENT, IPSEC), False)}, "ski")
    assert common_name(own.certificate.subject) == "cucm-pub-EC"
    assert shape(node_identity("CallManager-ECDSA", **made, issuer=company).certificate)["ku"] == (0x88, True)
    smaller = node_identity("CallManager-ECDSA", **made, key_spec=KeySpec("EC", 256))
    assert spec_of(smaller.key) == KeySpec("EC", 256)


def test_a_unit_that_a_node_does_not_have_has_no_certificate(ring: KeyRing) -> None:
    with pytest.raises(KeyError):
        node_identity("ipsec-trust", keys=ring, subject=SUBJECT, host_name="pub", not_before=NOW)


def test_chain_holds_intermediates_and_never_the_root(ring: KeyRing, company: Authority) -> None:
    middle = capf_authority(keys=ring, subject=SUBJECT, not_before=NOW, issuer=company)
    own = callmanager_identity(keys=ring, subject=SUBJECT, host_name="pub", not_before=NOW, issuer=middle)
    assert own.chain == (middle.certificate,)


def test_lsc(ring: KeyRing, capf: Authority) -> None:
    key = ring.take(KeySpec("RSA", 2048))
    own = lsc(
        capf,
        device_name="SEP001122334455",
        model="7965G",
        public_key=key.public_key(),
        not_before=NOW,
        serial_number="FCH2133E8B9",
    )
    expected = {
        "ca": ((False, None), True),
        "ku": (0xA0, True),
        "eku": ((SERVER, CLIENT, IPSEC), False),
        "san": (("UniformResourceIdentifier:SEP001122334455",), False),
    }
    assert_shape(own, expected, "ski", "aki")
    assert shape(own)["aki"] == shape(capf.certificate)["ski"]
    device = "/serialNumber=PID:CP-7965G SN:FCH2133E8B9/C=AU/O=Lab/OU=Voice/CN=CP-7965G-SEP001122334455"
    assert oneline(own.subject) == device
    assert own.not_valid_after_utc - own.not_valid_before_utc == FIVE_YEARS
    own.verify_directly_issued_by(capf.certificate)


def test_lsc_without_chassis_number_and_with_other_days(ring: KeyRing, capf: Authority) -> None:
    key = ring.take(KeySpec("EC", 256))
    own = lsc(capf, device_name="SEP1", model="8861", public_key=key.public_key(), not_before=NOW, days=30)
    assert oneline(own.subject) == "/C=AU/O=Lab/OU=Voice/CN=CP-8861-SEP1"
    assert own.not_valid_after_utc == NOW + timedelta(days=30, seconds=-1)


def test_lsc_of_a_capf_that_does_not_name_its_key(ring: KeyRing) -> None:
    capf = capf_authority(keys=ring, subject=SUBJECT, not_before=NOW, authority_key_identifier=False)
    key = ring.take(KeySpec("EC", 256))
    own = lsc(capf, device_name="SEP1", model="8861", public_key=key.public_key(), not_before=NOW)
    assert "aki" not in shape(own)


@pytest.mark.parametrize(
    "text", ["RSA 512", "RSA 1024", "RSA 2048", "RSA 3072", "RSA 4096", "EC 256", "EC 384", "EC 521"]
)
def test_every_kind_of_device_key_gets_an_lsc_and_a_mic(
    text: str, ring: KeyRing, capf: Authority, cisco: Manufacturing
) -> None:
    spec = KeySpec.parse(text)
    key = ring.take(spec)
    own = lsc(capf, device_name="SEP1", model="8861", public_key=key.public_key(), not_before=NOW)
    mic = cisco.mic(
        device_name="SEP1",
        model="8861",
        authority="Cisco Manufacturing CA SHA2",
        key=key,
        serial_number="F",
        not_before=NOW,
    )
    for certificate in (own, mic.certificate):
        public = certificate.public_key()
        assert not isinstance(public, rsa.RSAPublicKey) or public.key_size == spec.size
        assert spec_of(public) == spec  # type: ignore[arg-type]


def test_profile_with_an_unknown_usage_is_refused() -> None:
    with pytest.raises(ValueError, match="keyCertSing"):
        CertificateProfile("odd", key_usage=("keyCertSing",))
