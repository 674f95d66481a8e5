"""The mock Cisco authorities look like the real ones, are marked, and sign with what they say."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.x509.oid import ExtensionOID as Oid

from pki import KeyPool, KeySpec, Manufacturing, PrivateKey, common_name, oneline

DEFAULT = [
    "CAP-RTP-001",
    "CAP-RTP-002",
    "Cisco Manufacturing CA",
    "Cisco Manufacturing CA SHA2",
    "Cisco Root CA 2048",
    "Cisco Root CA M2",
    "ACT2 SUDI CA",
]
# CN: organization, issuer, serial, from, to, exponent, digest; as tabulated from the real certificates.
REAL = {
    "Cisco Root CA 2048": (
        "Cisco Systems",
        "Cisco Root CA 2048",
        "5ff87b282b54dc8d42a315b568c9adff",
        "2004-05-14 20:17:12",
        "2029-05-14 20:25:42",
        3,
        "sha1",
    ),
    "Cisco Manufacturing CA": (
        "Cisco Systems",
        "Cisco Root CA 2048",
        "6a6967b3000000000003",
        "2005-06-10 22:16:01",
        "2029-05-14 20:25:42",
        3,
        "sha1",
    ),
    "ACT2 SUDI CA": (
        "Cisco",
        "Cisco Root CA 2048",
        "61096e7d00000000000c",
        "2011-06-30 17:56:57",
        "2029-05-14 20:25:42",
        65537,
        "sha1",
    ),
    "Cisco Root CA M2": (
        "Cisco",
        "Cisco Root CA M2",
        "1",
        "2012-11-12 13:00:18",
        "2037-11-12 13:00:18",
        65537,
        "sha256",
    ),
    "Cisco Manufacturing CA SHA2": (
        "Cisco",
        "Cisco Root CA M2",
        "2",
        "2012-11-12 13:50:58",
        "2037-11-12 13:00:17",
        65537,
        "sha256",
    ),
}


def test_default_ca_list_is_ciscos_in_its_order(cisco: Manufacturing) -> None:
    assert [common_name(own.subject) for own in cisco.default_ca_list()] == DEFAULT


def test_newer_authorities_are_apart(cisco: Manufacturing) -> None:
    newer = cisco["Cisco Manufacturing CA III"].certificate
    assert common_name(newer.subject) not in DEFAULT
    assert newer.not_valid_after_utc.year == 2099
    assert f"{newer.serial_number:018x}" == "04302a0b364ce2da93"


@pytest.mark.parametrize("cn", REAL)
def test_real_spelling_dates_key_and_digest(cn: str, cisco: Manufacturing) -> None:
    organization, issuer, serial, start, end, exponent, digest = REAL[cn]
    own = cisco[cn].certificate
    assert oneline(own.subject) == f"/O={organization}/OU=MOCK - NOT CISCO/CN={cn}"
    assert common_name(own.issuer) == issuer
    assert f"{own.serial_number:x}" == serial
    assert f"{own.not_valid_before_utc:%Y-%m-%d %H:%M:%S}" == start
    assert f"{own.not_valid_after_utc:%Y-%m-%d %H:%M:%S}" == end
    public = own.public_key()
    assert isinstance(public, rsa.RSAPublicKey)
    assert (public.key_size, public.public_numbers().e) == (2048, exponent)
    assert own.signature_hash_algorithm is not None
    assert own.signature_hash_algorithm.name == digest


def test_every_authority_is_marked_and_verifies_under_its_issuer(cisco: Manufacturing) -> None:
    for cn in cisco:
        own = cisco[cn].certificate
        above = cisco[common_name(own.issuer)].certificate
        public = above.public_key()
        assert isinstance(public, rsa.RSAPublicKey)
        assert own.signature_hash_algorithm is not None
        public.verify(own.signature, own.tbs_certificate_bytes, padding.PKCS1v15(), own.signature_hash_algorithm)
        assert "/OU=MOCK - NOT CISCO/" in oneline(own.subject)
        assert own.issuer == above.subject


def test_sha1_is_really_sha1(cisco: Manufacturing) -> None:
    own = cisco["Cisco Manufacturing CA"].certificate
    public = cisco["Cisco Root CA 2048"].identity.key.public_key()
    assert isinstance(public, rsa.RSAPublicKey)
    recovered = public.recover_data_from_signature(own.signature, padding.PKCS1v15(), hashes.SHA1())
    digest = hashes.Hash(hashes.SHA1())
    digest.update(own.tbs_certificate_bytes)
    assert recovered == digest.finalize()
    assert own.signature_algorithm_oid.dotted_string == "1.2.840.113549.1.1.5"


USAGES = {"CAP-RTP-001": (0x86, False), "Cisco Root CA 2048": (0x86, False), "Cisco Manufacturing CA": (0x86, False)}
USAGES |= {"ACT2 SUDI CA": (0xC6, False), "Cisco Root CA M2": (0x06, True), "Cisco Manufacturing CA SHA2": (0x06, True)}


@pytest.mark.parametrize("cn", USAGES)
def test_constraints_and_usages_with_their_critical_bits(cn: str, cisco: Manufacturing) -> None:
    extensions = cisco[cn].certificate.extensions
    constraints = extensions.get_extension_for_class(x509.BasicConstraints)
    issued = cisco[cn].certificate.issuer != cisco[cn].subject
    assert (constraints.critical, constraints.value.ca) == (True, True)
    assert constraints.value.path_length == (0 if issued else None)
    usage = extensions.get_extension_for_class(x509.KeyUsage)
    assert (usage.value.public_bytes()[-1], usage.critical) == USAGES[cn]
    assert extensions.get_extension_for_class(x509.SubjectKeyIdentifier).critical is False


def test_further_extensions_of_the_two_manufacturing_authorities(cisco: Manufacturing) -> None:
    old, new = (cisco[cn].certificate.extensions for cn in ("Cisco Manufacturing CA", "Cisco Manufacturing CA SHA2"))
    for extensions, policy, crl in (
        (old, "1.3.6.1.4.1.9.21.1.2.0", "crca2048.crl"),
        (new, "1.3.6.1.4.1.9.21.1.18.0", "crcam2.crl"),
    ):
        (information,) = extensions.get_extension_for_class(x509.CertificatePolicies).value
        assert information.policy_identifier.dotted_string == policy
        (point,) = extensions.get_extension_for_class(x509.CRLDistributionPoints).value
        assert point.full_name is not None
        assert point.full_name[0].value.endswith(crl)
    usages = [usage.dotted_string[-1] for usage in old.get_extension_for_class(x509.ExtendedKeyUsage).value]
    assert usages == ["1", "2", "5", "6", "7"]
    template = old.get_extension_for_oid(x509.ObjectIdentifier("1.3.6.1.4.1.311.20.2")).value
    assert template.public_bytes()[2:].decode("utf-16-be") == "SubCA"
    access = new.get_extension_for_class(x509.AuthorityInformationAccess).value
    assert [entry.access_location.value for entry in access][1] == "http://tools.cisco.com/pki/ocsp"
    with pytest.raises(x509.ExtensionNotFound):
        new.get_extension_for_oid(Oid.EXTENDED_KEY_USAGE)


def test_key_does_not_depend_on_the_order_of_asking(pool: KeyPool) -> None:
    one, other = Manufacturing(pool.ring()), Manufacturing(pool.ring())
    taken = pool.ring()
    taken.take(KeySpec("RSA", 2048))
    third = Manufacturing(taken)
    first = one["Cisco Manufacturing CA SHA2"].certificate
    other.default_ca_list()
    assert first == other["Cisco Manufacturing CA SHA2"].certificate == third["Cisco Manufacturing CA SHA2"].certificate


def test_nothing_is_made_before_it_is_asked_for(tmp_path: Path) -> None:
    cisco = Manufacturing(KeyPool(tmp_path).ring())
    assert "Cisco Root CA M2" in cisco
    assert len(list(cisco)) == len(cisco) == 13
    assert list(tmp_path.iterdir()) == []


def test_unknown_authority_lists_the_names(cisco: Manufacturing) -> None:
    with pytest.raises(KeyError, match="Cisco Manufacturing CA SHA2"):
        cisco["Cisco Manufacturing CA SHA3"]


def mic(cisco: Manufacturing, key: PrivateKey, authority: str, not_before: datetime) -> x509.Certificate:
    identity = cisco.mic(
        device_name="SEP2C3124C9F8E1",
        model="CP-8861",
        authority=authority,
        key=key,
        serial_number="FCH2133E8B9",
        not_before=not_before,
    )
    assert identity.chain == ()
    assert identity.key is key
    return identity.certificate


@pytest.mark.parametrize(
    ("authority", "digest", "constraints"),
    [("Cisco Manufacturing CA", "sha1", False), ("Cisco Manufacturing CA SHA2", "sha256", True)],
)
def test_mic(authority: str, digest: str, constraints: bool, pool: KeyPool, cisco: Manufacturing) -> None:
    own = mic(cisco, pool.ring().take(KeySpec("RSA", 2048)), authority, datetime(2016, 9, 1, tzinfo=UTC))
    subject = "/serialNumber=PID:CP-8861 SN:FCH2133E8B9/O=Cisco Systems Inc./OU=CTG/CN=CP-8861-SEP2C3124C9F8E1"
    assert oneline(own.subject) == subject
    assert own.issuer == cisco[authority].subject
    assert own.not_valid_after_utc == datetime(2026, 8, 31, 23, 59, 59, tzinfo=UTC)
    assert own.signature_hash_algorithm is not None
    assert own.signature_hash_algorithm.name == digest
    assert own.serial_number.bit_length() <= 79
    usage = own.extensions.get_extension_for_class(x509.KeyUsage)
    assert (usage.value.public_bytes()[-1], usage.critical) == (0xA0, True)
    extended = own.extensions.get_extension_for_class(x509.ExtendedKeyUsage)
    assert ([oid.dotted_string[-1] for oid in extended.value], extended.critical) == (["1", "2"], False)
    identifier = own.extensions.get_extension_for_class(x509.AuthorityKeyIdentifier).value.key_identifier
    above = cisco[authority].certificate.extensions.get_extension_for_class(x509.SubjectKeyIdentifier).value.digest
    assert identifier == above
    assert (Oid.BASIC_CONSTRAINTS in {extension.oid for extension in own.extensions}) is constraints


def test_mic_never_outlives_its_authority(pool: KeyPool, cisco: Manufacturing) -> None:
    key = pool.ring().take(KeySpec("RSA", 2048))
    own = mic(cisco, key, "Cisco Manufacturing CA", datetime(2024, 1, 1, tzinfo=UTC))
    assert own.not_valid_after_utc == datetime(2029, 5, 14, 20, 25, 42, tzinfo=UTC)


@pytest.mark.parametrize("year", [2001, 2030])
def test_mic_of_a_year_without_its_authority_is_refused(year: int, pool: KeyPool, cisco: Manufacturing) -> None:
    with pytest.raises(ValueError, match="2005-06-10 to 2029-05-14"):
        mic(cisco, pool.ring().take(KeySpec("RSA", 2048)), "Cisco Manufacturing CA", datetime(year, 1, 1, tzinfo=UTC))


def test_all_authorities_are_made_at_once_quickly(pool: KeyPool, cisco: Manufacturing) -> None:
    cisco.prepare()  # all keys are in the pool now, as on every run but the first
    best = min(_seconds_for_all(pool) for _ in range(3))
    assert best < 0.25  # 0.03 on an idle machine; the margin is for one that builds something else at the same time


def _seconds_for_all(pool: KeyPool) -> float:
    start = time.perf_counter()
    fresh = Manufacturing(pool.ring())
    for cn in fresh:
        assert fresh[cn]
    return time.perf_counter() - start
