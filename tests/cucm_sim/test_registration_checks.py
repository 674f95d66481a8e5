"""Each check refuses with Cisco's cause code, and passes what it should."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from cisco_data import ClusterSecurityMode, DeviceSecurityMode
from cisco_data.models import TYPEMODEL, model_name, model_number
from cucm_sim.causes import CcmDevRegFailCauseCode as Cause
from cucm_sim.causes import CcmDevUnregCauseCode
from cucm_sim.database import Device
from cucm_sim.profiles import secure_profile, standard_profile
from cucm_sim.registration import Attempt, certificate_names, is_device_name, judge, reject_text

DEVICE = "SEP001122334455"
MODES = {mode: secure_profile("7965", mode) for mode in DeviceSecurityMode}


def certificate(cn: str | None, *san: x509.GeneralName) -> x509.Certificate:
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, cn)] if cn is not None else [])
    since = datetime(2026, 1, 1, tzinfo=UTC)
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(since)
        .not_valid_after(since + timedelta(days=1))
    )
    if san:
        builder = builder.add_extension(x509.SubjectAlternativeName(san), critical=False)
    return builder.sign(key, hashes.SHA256())


OWN = certificate(f"CP-7965G-{DEVICE}")


def attempt(mode: DeviceSecurityMode = DeviceSecurityMode.NON_SECURE, **changes: object) -> Attempt:
    """What passes all checks, but for the changes."""
    tls = mode is not DeviceSecurityMode.NON_SECURE
    good = Attempt(
        device_name=DEVICE,
        device_type=436,
        protocol_version=20,
        device=Device(DEVICE, "7965", MODES[mode]),
        cluster_security_mode=ClusterSecurityMode.MIXED,
        tls=tls,
        cipher={1: "", 2: "NULL-SHA", 3: "AES256-SHA"}[mode.number],
        certificate=OWN if tls else None,
        lowest_protocol_version=3,
        registered_over_tls=False,
    )
    return good._replace(**changes)  # type: ignore[arg-type]


NON_SECURE, AUTHENTICATED, ENCRYPTED = DeviceSecurityMode


@pytest.mark.parametrize("mode", DeviceSecurityMode, ids=str)
def test_a_phone_that_matches_its_profile_registers(mode: DeviceSecurityMode) -> None:
    assert judge(attempt(mode)) is None


def test_a_protocol_without_a_version_is_never_obsolete() -> None:
    assert judge(attempt(protocol_version=None)) is None


@pytest.mark.parametrize(
    "cipher", ["AES256-SHA", "AES128-SHA", "ECDHE-RSA-AES256-GCM-SHA384", "TLS_AES_256_GCM_SHA384"]
)
def test_encrypted_takes_every_aes_suite(cipher: str) -> None:
    assert judge(attempt(ENCRYPTED, cipher=cipher)) is None


@pytest.mark.parametrize(
    ("expected", "wrong"),
    [
        (Cause.malformedRegisterMsg, attempt(device_name="")),
        (Cause.malformedRegisterMsg, attempt(device_name="SEP\x1b[2J")),
        (Cause.obsoleteProtocolVersion, attempt(protocol_version=2)),
        (Cause.noEntryInDatabase, attempt(device=None)),
        (Cause.authenticatedDeviceAlreadyExists, attempt(registered_over_tls=True)),
        (Cause.securityMismatch, attempt(NON_SECURE, tls=True, cipher="AES256-SHA", certificate=OWN)),
        (Cause.securityMismatch, attempt(AUTHENTICATED, tls=False, cipher="", certificate=None)),
        (Cause.securityMismatch, attempt(ENCRYPTED, tls=False, cipher="", certificate=None)),
        (
            Cause.securityMismatch,
            attempt(ENCRYPTED, cluster_security_mode=ClusterSecurityMode.NON_SECURE),
        ),
        (Cause.invalidTLSCipher, attempt(AUTHENTICATED, cipher="AES256-SHA")),
        (Cause.invalidTLSCipher, attempt(ENCRYPTED, cipher="NULL-SHA")),
        (Cause.invalidX509NameInCertificate, attempt(ENCRYPTED, certificate=certificate("CP-7965G-SEP00112233445A"))),
        (Cause.invalidX509NameInCertificate, attempt(ENCRYPTED, certificate=None)),
        (Cause.deviceTypeMismatch, attempt(device_type=685)),
        (Cause.databaseConfigurationError, attempt(device=Device(DEVICE, "7999", MODES[NON_SECURE]))),
    ],
)
def test_each_mismatch_has_its_cause_code(expected: Cause, wrong: Attempt) -> None:
    refusal = judge(wrong)
    assert refusal is not None
    assert refusal.cause == expected


def test_a_secure_profile_counts_for_nothing_in_a_cluster_that_is_not_in_mixed_mode() -> None:
    plain = {"tls": False, "cipher": "", "certificate": None}
    assert judge(attempt(ENCRYPTED, cluster_security_mode=ClusterSecurityMode.NON_SECURE, **plain)) is None


def test_a_phone_that_registers_again_over_tls_is_not_refused_for_its_old_connection() -> None:
    assert judge(attempt(ENCRYPTED, registered_over_tls=True)) is None


@pytest.mark.parametrize(
    "own",
    [
        certificate(DEVICE),
        certificate(f"CP-7965G-{DEVICE}"),
        certificate("other", x509.UniformResourceIdentifier(DEVICE)),
        certificate("other", x509.DNSName("x"), x509.DNSName(DEVICE)),
        certificate(None, x509.DNSName(DEVICE)),
    ],
)
def test_cn_or_alternative_name_names_the_device(own: x509.Certificate) -> None:
    assert certificate_names(own, DEVICE)


@pytest.mark.parametrize(
    "foreign",
    [
        certificate("SEP001122334456"),
        certificate(f"X-{DEVICE}"),
        certificate(f"CP-7965G-{DEVICE}0"),
        certificate("other", x509.DNSName(f"{DEVICE}.example")),
        certificate("other"),
        certificate(None),
    ],
)
def test_another_name_does_not(foreign: x509.Certificate) -> None:
    assert not certificate_names(foreign, DEVICE)


@pytest.mark.parametrize("name", [DEVICE, "ATA001122334455", "a-b.c_d"])
def test_device_names(name: str) -> None:
    assert is_device_name(name)


@pytest.mark.parametrize("name", ["", "x" * 16, "SEP 1", "SEP\n", "SEPé", "../etc"])
def test_no_device_names(name: str) -> None:
    assert not is_device_name(name)


def test_reject_texts_fit_their_32_octets() -> None:
    assert max(len(reject_text(cause)) for cause in Cause) <= 32


def test_models_and_numbers_agree_both_ways() -> None:
    assert len(set(TYPEMODEL.values())) == len(TYPEMODEL)
    assert (model_number("7965"), model_number("8861"), model_number("7999")) == (436, 685, None)
    assert (model_name(436), model_name(1)) == ("7965", "1")


def test_profile_names_are_ciscos() -> None:
    assert standard_profile("7965").name == "Cisco 7965 - Standard SCCP Non-Secure Profile"
    assert standard_profile("7965").device_security_mode is NON_SECURE


def test_the_failure_causes_are_the_mibs_with_its_gaps() -> None:
    assert {*range(1, 34)} - {cause.value for cause in Cause} == {19, 20, 21, 22, 24}
    assert Cause.databaseTimeout == 23
    assert Cause.addressingModeMismatch == 33


def test_unregister_causes_that_the_lab_uses_are_the_mibs() -> None:
    assert CcmDevUnregCauseCode.keepAliveTimeout == 13
    assert CcmDevUnregCauseCode.deviceSwitch == 29
    assert 27 not in set(CcmDevUnregCauseCode)
