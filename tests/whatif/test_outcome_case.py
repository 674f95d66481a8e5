"""What-if explains all four services from the fleet and the outcome, and names nothing that was not done."""

from __future__ import annotations

from dataclasses import replace

import pytest

from cisco_data import ServiceKind
from lab.base.acts import ActKind
from lab.base.language import ENGLISH, Catalogue
from lab.explain import RULES, explained
from lab.fleet.model import Act, Fleet, FleetPhone, FleetServer, Settings
from lab.scenario.file import parse
from lab.whatif.credential_factory import CredentialFactory
from lab.whatif.initial_fleet import initial_fleet
from lab.whatif.judge import Judge
from lab.whatif.outcome_case import case_of
from lab.whatif.trace_attempt import explanation_of, trace_attempt
from pki import KeyPool, TrustStore, common_name
from tests.whatif_parity.conftest import ring_apart

CAST = """
title = "two clusters, an authentication server and a gateway"
[clusters.old]
[clusters.new]
[radius.ise]
trusts = ["CAPF of new"]
[vpn.asa]
trusts = ["CAPF of new"]
[phones.a]
model = "7965"
cluster = "old"
profile = "Encrypted"
lsc = "old"
dot1x = "ise"
[phones.b]
model = "7965"
cluster = "old"
profile = "Encrypted"
lsc = "old"
vpn = "asa"
[[steps]]
do = "boot"
"""
OWN = {
    ServiceKind.CALLMANAGER: ("CallManager of new", "lsc-of-another-cluster"),
    ServiceKind.CAPF: ("CAPF of new", "capf-lsc-of-another-cluster"),
    ServiceKind.DOT1X: ("ise", "dot1x-lsc-of-another-cluster"),
    ServiceKind.VPN: ("asa", "vpn-lsc-of-another-cluster"),
}


@pytest.fixture
def fleet() -> Fleet:
    """All phones were moved to the cluster new."""
    cast = initial_fleet(parse(CAST, "t.toml", "t"), KeyPool().ring())
    moved = tuple(replace(phone, cluster="new", lists=None) for phone in cast.phones)
    return replace(cast, phones=moved)


def asked(fleet: Fleet, kind: ServiceKind) -> tuple[Judge, FleetPhone, FleetServer]:
    name, _ = OWN[kind]
    server = fleet.servers[name]
    phone = next(one for one in fleet.phones if server in fleet.services_of(one))
    return Judge(CredentialFactory(fleet, ring_apart())), phone, server


@pytest.mark.parametrize("kind", OWN, ids=str)
def test_a_phone_that_moved_is_told_of_its_old_lsc_and_of_no_deletion(fleet: Fleet, kind: ServiceKind) -> None:
    judge, phone, server = asked(fleet, kind)
    told = trace_attempt(judge, fleet, phone, server, ENGLISH).explanation
    assert told is not None
    assert told.rule == OWN[kind][1]
    assert "deleted" not in told.why
    assert "removed" not in told.why
    assert not any(evidence.seq for evidence in told.evidence)


@pytest.mark.parametrize("kind", OWN, ids=str)
def test_a_certificate_that_was_deleted_is_named_with_its_step(fleet: Fleet, kind: ServiceKind) -> None:
    name = OWN[kind][0]
    capf, server = fleet.capf["old"], fleet.servers[name]
    acts = (
        Act(ActKind.TRUST_DELETED, fleet.at, 1, server.cluster, name, capf),
        Act(ActKind.SERVICE_RESTARTED, fleet.at, 2, server.cluster, name),
    )
    judge, phone, server = asked(replace(fleet, acts=acts), kind)
    told = trace_attempt(judge, replace(fleet, acts=acts), phone, server, ENGLISH).explanation
    assert told is not None
    assert "step 1" in told.why
    assert told.rule.endswith(("deleted-from-callmanager-trust", "deleted-from-capf-trust", "capf-distrusted"))
    assert any(evidence.seq == 1 for evidence in told.evidence)


@pytest.mark.parametrize("kind", [ServiceKind.CALLMANAGER, ServiceKind.CAPF, ServiceKind.DOT1X], ids=str)
def test_an_upload_that_waits_for_the_restart_says_restart(fleet: Fleet, kind: ServiceKind) -> None:
    name = OWN[kind][0]
    server, capf = fleet.servers[name], fleet.capf["old"]
    configured = replace(server.configured, trust=server.configured.trust.with_certificate(capf))
    act = Act(ActKind.TRUST_UPLOADED, fleet.at, 1, server.cluster, name, capf)
    fleet = replace(fleet.with_server(replace(server, configured=configured)), acts=(act,))
    judge, phone, server = asked(fleet, kind)
    told = trace_attempt(judge, fleet, phone, server, ENGLISH).explanation
    assert told is not None
    assert told.rule in ("uploaded-and-not-restarted", "dot1x-trusted-and-not-restarted")
    assert told.cures[0][0]["do"] == "restart-service"
    assert "step 1" in told.why


@pytest.mark.parametrize("kind", OWN, ids=str)
def test_every_outcome_of_a_service_that_trusts_nobody_can_be_said_in_both_languages(
    fleet: Fleet, kind: ServiceKind
) -> None:
    name = OWN[kind][0]
    server = fleet.servers[name]
    bare: Settings = replace(server.configured, trust=TrustStore("empty"))
    fleet = fleet.with_server(replace(server, configured=bare, in_use=bare))
    judge, phone, server = asked(fleet, kind)
    outcome = judge.access(fleet, phone, server).outcome
    assert outcome is not None
    case = case_of(judge.factory.rekeyed, fleet, phone, server, outcome)
    english, chinese = explained(case), explained(case, Catalogue("zh"))
    assert english.rule in RULES
    assert english.why != chinese.why
    assert common_name(fleet.capf["old"].subject) in english.why
    assert explanation_of(judge, fleet, phone, server, outcome, ENGLISH) == english


def test_a_phone_that_gets_through_has_no_explanation(fleet: Fleet) -> None:
    back = replace(fleet, phones=tuple(replace(phone, cluster="old") for phone in fleet.phones))
    phone, server = back.phones[0], back.servers["CallManager of old"]
    judge = Judge(CredentialFactory(back, ring_apart()))
    assert trace_attempt(judge, back, phone, server, ENGLISH).explanation is None


def test_a_service_that_does_not_run_is_said_to_be_stopped(fleet: Fleet) -> None:
    server = replace(fleet.servers["CallManager of new"], in_use=None)
    fleet = fleet.with_server(server)
    judge, phone, server = asked(fleet, ServiceKind.CALLMANAGER)
    told = trace_attempt(judge, fleet, phone, server, ENGLISH).explanation
    assert told is not None
    assert told.rule == "service-stopped"
    assert told.cures == (({"do": "start-service", "cluster": "new", "service": "Cisco CallManager"},),)
