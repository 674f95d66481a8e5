"""What makes two phones one class, and what does not: a class never holds two phones with different verdicts."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from cryptography.hazmat.primitives.serialization import Encoding

from cisco_data import AuthenticationMode, CertificateKind, DeviceSecurityMode, ServiceKind
from cisco_data.models import TLS_1_3
from lab.fleet.model import Described, FleetPhone, Known
from lab.fleet.trust import KeptConfiguration
from pki import Identity
from tests.whatif.conftest import DEVICE, NOW, SINCE, Network, gather
from tests.whatif.made_trust import held

OTHER = "SEP0011223344AA"
A, B = DEVICE, OTHER


def count(network: Network, *phones: FleetPhone, moments: Any = (NOW,), apart: Any = (), servers: Any = ()) -> int:
    fleet = network.fleet(*phones, servers=servers)
    gathered = gather(network, fleet, moments, apart=apart)
    held = sorted(device for devices in gathered.members.values() for device in devices)
    assert held == sorted(phone.device_name for phone in phones)
    return len(gathered.fleet.phones)


def known(identity: Identity) -> Known:
    return Known(identity.certificate, identity.chain)


def two(network: Network, **lsc: Any) -> tuple[FleetPhone, FleetPhone]:
    """Two phones whose LSCs differ in name, key and serial number, and in what is given for the second."""
    issuer = lsc.pop("issuer", None)
    first, second = network.lsc(device=A), network.lsc(issuer, device=B, **lsc)
    return replace(network.phone(A), lsc=known(first)), replace(network.phone(B), lsc=known(second))


def test_names_keys_and_serial_numbers_tell_nobody_apart(network: Network) -> None:
    assert count(network, *two(network)) == 1


def test_who_signed_tells_apart(network: Network) -> None:
    assert count(network, *two(network, issuer=network.other_capf)) == 2


def test_a_tampered_signature_tells_apart(network: Network) -> None:
    from cryptography import x509

    one, other = two(network)
    assert isinstance(other.lsc, Known)
    der = bytearray(other.lsc.certificate.public_bytes(Encoding.DER))
    der[-1] ^= 1
    spoiled = replace(other, lsc=Known(x509.load_der_x509_certificate(bytes(der))))
    assert count(network, one, spoiled) == 2


def test_dates_tell_apart_only_where_a_moment_that_is_asked_about_lies_between(network: Network) -> None:
    pair = two(network, not_after=NOW + timedelta(days=10))
    assert count(network, *pair) == 1
    assert count(network, *pair, moments=(NOW, NOW + timedelta(days=9))) == 1
    assert count(network, *pair, moments=(NOW, NOW + timedelta(days=11))) == 2


def test_the_last_second_of_a_certificate_is_within_it(network: Network) -> None:
    pair = two(network, not_after=NOW)
    assert count(network, *pair, moments=(NOW,)) == 1
    assert count(network, *pair, moments=(NOW + timedelta(microseconds=999_999),)) == 1
    assert count(network, *pair, moments=(NOW + timedelta(seconds=1),)) == 2


def test_serial_numbers_tell_apart_where_a_service_reads_revocation_lists(network: Network) -> None:
    reads = network.server(ServiceKind.DOT1X, network.settings(ServiceKind.DOT1X, check_crl=True))
    assert count(network, *two(network), servers=(reads,)) == 2


def test_a_certificate_of_another_device_tells_apart(network: Network) -> None:
    one, other = two(network)
    assert count(network, one, replace(other, lsc=known(network.lsc(device="SEPFFEEDDCCBBAA")))) == 2


@pytest.mark.parametrize(
    "change",
    [
        lambda network: {"mode": DeviceSecurityMode.AUTHENTICATED},
        lambda network: {"tls": TLS_1_3},
        lambda network: {"cluster": "branch"},
        lambda network: {"uses": frozenset({"ise"})},
        lambda network: {"capf_mode": AuthenticationMode.BY_EXISTING_CERTIFICATE_MIC},
        lambda network: {"capf_mode": AuthenticationMode.BY_NULL_STRING},
        lambda network: {"tls12_only": True},
        lambda network: {"not_told": "why"},
        lambda network: {"lsc": None},
        lambda network: {"mic": known(network.mic(OTHER))},
        lambda network: {"lists": held(network.capf.certificate)},
        lambda network: {"kept": KeptConfiguration("hq")},
        lambda network: {"offline": True},
    ],
)
def test_whatever_a_verdict_may_depend_on_tells_apart(
    change: Callable[[Network], dict[str, Any]], network: Network
) -> None:
    one, other = two(network)
    assert count(network, one, replace(other, **change(network))) == 2


def test_phones_that_a_step_names_stand_apart(network: Network) -> None:
    assert count(network, *two(network), apart=[frozenset({B})]) == 2
    assert count(network, *two(network), apart=[frozenset({A, B})]) == 1


def test_described_certificates_are_told_apart_by_issuer_key_and_dates(network: Network) -> None:
    def described(device: str, **changes: Any) -> FleetPhone:
        made = Described(
            CertificateKind.LSC,
            "8861",
            "CAPF-1",
            network.capf.certificate,
            int(device[3:], 16),
            SINCE,
            NOW + timedelta(days=1),
            device,
        )
        return replace(network.phone(device), lsc=replace(made, **changes))

    assert count(network, described(A), described(B)) == 1
    assert count(network, described(A), described(B, issuer=None)) == 2
    assert count(network, described(A), described(B, issuer_name="CAPF-2")) == 2
    assert count(network, described(A), described(B, not_after=NOW - timedelta(days=1))) == 2


def test_the_first_by_name_stands_for_its_class(network: Network) -> None:
    one, other = two(network)
    fleet = network.fleet(other, one)
    gathered = gather(network, fleet)
    assert gathered.members == {A: (A, B)}
    assert [phone.device_name for phone in gathered.fleet.phones] == [A]
