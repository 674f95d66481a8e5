"""MACs, models and profiles in every spelling."""

from __future__ import annotations

import pytest
from cryptography import x509
from cryptography.x509.oid import NameOID
from hypothesis import given, settings
from hypothesis import strategies as st

from cisco_data import DeviceSecurityMode
from lab.exports.devices import cn_of, device_named, device_of, mode_named, model_named, offer_of_model
from pki import common_name, name
from tests.exports.conftest import held
from tests.whatif.conftest import DEVICE
from wire.tls import TlsVersion


@pytest.mark.parametrize(
    "written",
    [
        *("SEP00260BD7A0FF", "sep00260bd7a0ff", "00260bd7a0ff", "00:26:0b:d7:a0:ff", "00-26-0B-D7-A0-FF"),
        *("0026.0bd7.a0ff", "00260b-d7a0ff", " SEP 0026 0BD7 A0FF ", "'00260BD7A0FF", "SEP:00:26:0B:D7:A0:FF"),
    ],
)
def test_a_mac_names_its_device_in_the_spelling(written: str) -> None:
    assert device_named(written) == "SEP00260BD7A0FF"


@pytest.mark.parametrize(
    "written", ["", "SEP", "00260bd7a0f", "00260bd7a0ffe", "CSFsmith", "1.12E+09", "SEP00260BD7A0FG", "０" * 12]
)
def test_what_is_no_mac_names_none(written: str) -> None:
    assert device_named(written) is None


@settings(max_examples=50, deadline=None)
@given(st.text(max_size=60))
def test_any_text_names_a_device_or_none(written: str) -> None:
    found = device_named(written)
    assert found is None or (found.startswith("SEP") and len(found) == 15 and device_named(found) == found)


@settings(max_examples=30, deadline=None)
@given(st.integers(0, (1 << 48) - 1), st.sampled_from(["", ":", "-", "."]), st.booleans())
def test_every_mac_is_found_again_however_it_is_parted(mac: int, separator: str, capitals: bool) -> None:
    figures = f"{mac:012X}"
    written = separator.join(figures[at : at + 2] for at in range(0, 12, 2))
    assert device_named(written if capitals else written.lower()) == f"SEP{figures}"


def test_the_cn_is_cut_out_of_a_name_as_cryptography_reads_it() -> None:
    lsc, mic = held()
    for subject in (
        lsc.subject,
        lsc.issuer,
        mic.subject,
        mic.issuer,
        name(("O", "CN"), ("CN", "first"), ("CN", "läst"), ("L", "1")),
    ):
        assert cn_of(subject.public_bytes()) == common_name(subject)
    bmp = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, DEVICE, x509.name._ASN1Type.BMPString)])
    assert cn_of(bmp.public_bytes()) == DEVICE
    assert cn_of(name(("O", "none")).public_bytes()) == ""


def test_a_certificate_names_its_device_and_its_model() -> None:
    for certificate in held():
        assert device_of(certificate.subject.public_bytes()) == (DEVICE, "8861")
    followed = name(("CN", f"CP-7965G-{DEVICE.lower()}"), ("L", "Sydney"))
    assert device_of(followed.public_bytes()) == (DEVICE, "7965")
    assert device_of(name(("CN", DEVICE)).public_bytes()) == (DEVICE, "")
    assert device_of(name(("CN", "CAPF-36205338"), ("OU", DEVICE)).public_bytes()) is None


@settings(max_examples=50, deadline=None)
@given(st.binary(max_size=80))
def test_any_octets_name_a_device_or_none(octets: bytes) -> None:
    for subject in (octets, b"\x06\x03\x55\x04\x03\x0c" + octets):
        found = device_of(subject)
        assert found is None or device_named(found[0]) == found[0]


@pytest.mark.parametrize(
    ("written", "number"),
    [
        ("Cisco 8861", "8861"),
        ("CP-7965G", "7965"),
        ("Cisco 7961G-GE", "7961"),
        ("8845", "8845"),
        ("IP Communicator", "IP Communicator"),
    ],
)
def test_a_model_is_its_number_where_it_has_one(written: str, number: str) -> None:
    assert model_named(written) == number


def test_a_long_model_leaves_room_for_the_device_in_a_cn() -> None:
    assert len(f"CP-{model_named('x' * 500)}-{DEVICE}") <= 64


def test_a_model_that_the_lab_does_not_know_offers_what_its_family_does() -> None:
    highest = {model: offer_of_model(model)[0].maximum for model in ("8961", "6921", "8831")}
    assert highest == {"8961": TlsVersion.TLSv1, "6921": TlsVersion.TLSv1, "8831": TlsVersion.TLSv1_2}
    assert offer_of_model("8821") == (offer_of_model("7841")[0], False)
    assert offer_of_model("7841")[1]


@pytest.mark.parametrize(
    ("written", "mode"),
    [
        ("Encrypted", DeviceSecurityMode.ENCRYPTED),
        ("authenticated", DeviceSecurityMode.AUTHENTICATED),
        ("Non Secure", DeviceSecurityMode.NON_SECURE),
        ("nonsecure", DeviceSecurityMode.NON_SECURE),
        ("Cisco 7962 - Standard SCCP Non-Secure Profile", DeviceSecurityMode.NON_SECURE),
        ("8861_encrypted_sip", DeviceSecurityMode.ENCRYPTED),
        ("not encrypted", DeviceSecurityMode.NON_SECURE),
        ("Unencrypted", DeviceSecurityMode.NON_SECURE),
        *(("1", DeviceSecurityMode.NON_SECURE), ("3", DeviceSecurityMode.ENCRYPTED)),
        *(
            ("Corporate phones", None),
            ("", None),
            ("Universal Device Template - Model-independent Security Profile", None),
        ),
    ],
)
def test_a_profile_says_its_mode_or_nothing(written: str, mode: DeviceSecurityMode | None) -> None:
    assert mode_named(written) is mode
