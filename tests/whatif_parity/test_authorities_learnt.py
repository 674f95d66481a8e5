"""An authority that only a step brings: each phone that it signed for is judged with it from then on, re-keyed as over sockets."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import NamedTuple

import pytest
from cryptography import x509

from cisco_data import DeviceSecurityMode, ServiceKind
from cisco_data.models import TLS_1_2
from lab.fleet.model import Fleet, FleetPhone
from lab.operations.effects import apply_all
from lab.operations.steps import AddCertificateStep, RestartStep, Step
from lab.whatif.credential_factory import CredentialFactory
from lab.whatif.evaluate import ChangeRequest, evaluate
from lab.whatif.impact_report import Verdict
from lab.whatif.judge import Judge
from pki import Authority, Identity, TrustStore, common_name
from pki.mishaps import MishapParties
from tests.whatif_parity.conftest import (
    DEVICE,
    MODEL,
    NOW,
    Case,
    as_exported,
    facts,
    of_lab,
    own_network,
    ring_apart,
)
from tests.whatif_parity.real_services import really

KIND = ServiceKind.CALLMANAGER
SECOND = "SEP001122334456"


class Added(NamedTuple):
    leaf: Identity
    trusted: tuple[x509.Certificate, ...]
    added: x509.Certificate


def make_cast() -> MishapParties:
    network = own_network()
    trust = TrustStore("CallManager-trust", [network.capf.certificate])
    return MishapParties(keys=network.keys, issuer=network.capf, now=NOW, device_name=DEVICE, model=MODEL, trust=trust)


def its_issuer(cast: MishapParties) -> Added:
    other = cast.other_capf()
    return Added(cast.leaf(other), (cast.issuer.certificate,), other.certificate)


def the_root_above_its_issuer(cast: MishapParties) -> Added:
    company = cast.company()
    capf = cast.other_capf(issuer=company)
    return Added(cast.leaf(capf), (capf.certificate,), company.certificate)


def the_root_above_what_it_sends(cast: MishapParties) -> Added:
    company = cast.company()
    capf = cast.other_capf(issuer=company)
    return Added(replace(cast.leaf(capf), chain=(capf.certificate,)), (), company.certificate)


def phone_with(leaf: Identity, device: str = DEVICE) -> FleetPhone:
    return FleetPhone(device, MODEL, TLS_1_2, "hq", DeviceSecurityMode.ENCRYPTED, of_lab(leaf))


def exported(phone: FleetPhone) -> FleetPhone:
    return replace(phone, lsc=as_exported(phone.lsc))


def adding(fleet: Fleet, certificate: x509.Certificate) -> tuple[Step, ...]:
    (server,) = fleet.servers
    return AddCertificateStep(certificate, server), RestartStep(server)


@pytest.mark.parametrize("make", [its_issuer, the_root_above_its_issuer, the_root_above_what_it_sends])
def test_what_was_asked_before_the_upload_does_not_spoil_what_is_asked_after_it(
    make: Callable[[MishapParties], Added],
) -> None:
    made = make(make_cast())
    settings = replace(own_network().settings(KIND), trust=TrustStore("CallManager-trust", made.trusted))
    case = Case(KIND, phone_with(made.leaf), settings)
    phone = exported(case.phone)
    fleet = case.fleet(phone)
    factory = CredentialFactory(fleet, ring_apart())
    judge = Judge(factory)
    before = judge.access(fleet, phone, case.server).outcome
    later = apply_all(fleet, adding(fleet, made.added), factory)
    after = judge.access(later, phone, later.servers[case.server.name]).outcome
    assert before is not None
    assert after is not None
    assert facts(before) == facts(really(KIND, case.phone, settings, NOW))
    enlarged = replace(settings, trust=settings.trust.with_certificate(made.added))
    assert facts(after) == facts(really(KIND, case.phone, enlarged, NOW))
    assert (before.accepted, after.accepted) == (False, True)


def test_two_unknown_capfs_of_one_name_are_told_apart_by_the_one_that_is_uploaded() -> None:
    """Without an authority key identifier nothing but the signature says which of the two signed an LSC."""
    cast = make_cast()
    old = cast.other_capf(authority_key_identifier=False)
    new: Authority = cast.other_capf(name=common_name(old.subject), authority_key_identifier=False)
    first, second = phone_with(cast.leaf(old)), phone_with(cast.leaf(new, device_name=SECOND), SECOND)
    settings = replace(own_network().settings(KIND), trust=TrustStore("CallManager-trust", [cast.issuer.certificate]))
    case = Case(KIND, first, settings)
    fleet = replace(case.fleet(first), phones=(exported(first), exported(second)))
    answer = evaluate(ChangeRequest(fleet, adding(fleet, old.certificate), "two CAPFs"), ring_apart())
    foretold = {device: group.lines[0].verdict for group in answer.groups for device in group.devices}
    enlarged = replace(settings, trust=settings.trust.with_certificate(old.certificate))
    for phone, verdict in ((first, Verdict.MENDED), (second, Verdict.WAS_BROKEN)):
        assert foretold[phone.device_name] is verdict
        assert really(KIND, phone, enlarged, NOW).accepted is (verdict is Verdict.MENDED)
