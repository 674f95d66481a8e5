"""The options of the command as steps: in the documented order, with a restart of whatever they touched at the end."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.serialization import Encoding

from lab.base.failures import InvalidInput
from lab.fleet.model import Fleet
from lab.operations import steps as st
from lab.whatif.credential_factory import CredentialFactory
from lab.whatif.options import steps_of_options
from tests.whatif.conftest import Network
from wire.tls import TlsVersion

CALLMANAGER, CAPF = "CallManager of hq", "CAPF of hq"


@pytest.fixture
def fleet(network: Network) -> Fleet:
    return network.fleet(network.phone())


def steps_of(fleet: Fleet, network: Network, **options: Any) -> tuple[st.Step, ...]:
    return steps_of_options(fleet, CredentialFactory(fleet, network.keys), options)[0]


def test_nothing_asked_is_nothing_done(network: Network, fleet: Fleet) -> None:
    assert steps_of(fleet, network) == ()


def test_a_removal_is_followed_by_the_restart_of_its_service(network: Network, fleet: Fleet) -> None:
    steps = steps_of(fleet, network, remove=("CAPF",), from_=("CallManager-trust",))
    assert steps == (st.RemoveCertificateStep(network.capf.certificate, CALLMANAGER), st.RestartStep(CALLMANAGER))
    at_a_gateway = steps_of(fleet, network, remove=("CAPF",), from_=("asa",))
    assert at_a_gateway == (st.RemoveCertificateStep(network.capf.certificate, "asa"),)


def test_all_of_them_come_in_the_documented_order_with_each_restart_once(
    network: Network, fleet: Fleet, tmp_path: Path
) -> None:
    file = tmp_path / "other.der"
    file.write_bytes(network.other_capf.certificate.public_bytes(Encoding.DER))
    steps = steps_of(
        fleet,
        network,
        at="2027-01-31",
        move="hq",
        min_tls="1.2",
        regenerate=("CAPF",),
        add=(str(file),),
        to=("ise",),
        remove=("CAPF",),
        from_=("CAPF-trust",),
    )
    assert steps == (
        st.RemoveCertificateStep(network.capf.certificate, CAPF),
        st.AddCertificateStep(network.other_capf.certificate, "ise"),
        st.RegenerateCapfStep("hq"),
        st.SetMinimumTlsStep(CALLMANAGER, TlsVersion.TLSv1_2),
        st.SetMinimumTlsStep(CAPF, TlsVersion.TLSv1_2),
        st.SetDateStep(datetime(2027, 1, 31, tzinfo=UTC)),
        st.MoveStep("hq"),
        st.RestartStep(CAPF),
        st.RestartStep("ise"),
        st.RestartStep(CALLMANAGER),
    )


def test_several_certificates_go_out_of_one_store_or_each_out_of_its_own(network: Network, fleet: Fleet) -> None:
    both = ("CAPF", "Cisco Manufacturing CA SHA2")
    one = steps_of(fleet, network, remove=both, from_=("ise",))
    assert [step.server for step in one if isinstance(step, st.RemoveCertificateStep)] == ["ise", "ise"]
    own = steps_of(fleet, network, remove=both, from_=("ise", "asa"))
    assert [step.server for step in own if isinstance(step, st.RemoveCertificateStep)] == ["ise", "asa"]


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ({"remove": ("CAPF",)}, "each --remove needs its --from: there are 1 and 0"),
        ({"to": ("ise",)}, "each --add needs its --to: there are 0 and 1"),
        ({"add": ("a", "b", "c"), "to": ("x", "y")}, "each --add needs its --to: there are 3 and 2"),
        ({"min_tls": "2"}, '"2" is not a TLS version: write one of 1.0, 1.1, 1.2, 1.3'),
        ({"at": "2020-01-01"}, "2020-01-01 00:00Z is before 2026-11-23 08:00Z, and time only passes"),
        ({"move": "there"}, 'there is no cluster "there" (there is hq)'),
    ],
)
def test_what_makes_no_sense_is_one_sentence(
    options: dict[str, Any], sentence: str, network: Network, fleet: Fleet
) -> None:
    with pytest.raises(InvalidInput) as caught:
        steps_of(fleet, network, **options)
    assert str(caught.value) == sentence


def test_the_same_certificate_cannot_be_removed_twice(network: Network, fleet: Fleet) -> None:
    with pytest.raises(InvalidInput, match="holds nothing called"):
        steps_of(fleet, network, remove=("CAPF", "CAPF"), from_=("ise",))
