"""Each step does to a fleet what an administrator's act does to a cluster: at the restart, or at once where CUCM says so."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from cisco_data import CertificateKind, ServiceKind
from lab.base.acts import ActKind
from lab.fleet.model import Described, Fleet
from lab.fleet.trust import HeldTrust
from lab.operations import steps as st
from lab.operations.effects import apply, apply_all, touched
from lab.whatif.credential_factory import CredentialFactory
from tests.whatif.conftest import DEVICE, NOW, Network
from tests.whatif.made_trust import held as held_trust
from wire.tls import TlsVersion

CALLMANAGER, CAPF = "CallManager of hq", "CAPF of hq"


@pytest.fixture
def fleet(network: Network) -> Fleet:
    return network.fleet(network.phone(lsc=network.lsc(), mic=network.mic(), uses=("ise", "asa")))


@pytest.fixture
def factory(network: Network, fleet: Fleet) -> CredentialFactory:
    return CredentialFactory(fleet, network.keys)


@pytest.mark.parametrize("name", [CALLMANAGER, CAPF, "ise"])
def test_a_removed_certificate_counts_until_the_restart(
    name: str, network: Network, fleet: Fleet, factory: CredentialFactory
) -> None:
    removed = apply(fleet, st.RemoveCertificateStep(network.capf.certificate, name), factory)
    in_use = removed.servers[name].in_use
    assert in_use is not None
    assert network.capf.certificate in in_use.trust
    assert network.capf.certificate not in removed.servers[name].configured.trust
    restarted = apply(removed, st.RestartStep(name), factory).servers[name].in_use
    assert restarted is not None
    assert network.capf.certificate not in restarted.trust


def test_a_gateway_goes_by_its_trustpoints_at_once(network: Network, fleet: Fleet, factory: CredentialFactory) -> None:
    step = st.RemoveCertificateStep(network.capf.certificate, "asa")
    in_use = apply(fleet, step, factory).servers["asa"].in_use
    assert in_use is not None
    assert network.capf.certificate not in in_use.trust
    assert touched(step, fleet) == ()


def test_a_certificate_is_taken_out_twice_without_a_word(
    network: Network, fleet: Fleet, factory: CredentialFactory
) -> None:
    step = st.RemoveCertificateStep(network.capf.certificate, CALLMANAGER)
    once = apply(fleet, step, factory)
    assert apply(once, step, factory) == once


def test_an_added_certificate_counts_from_the_restart_and_is_known_as_a_signer(
    network: Network, fleet: Fleet, factory: CredentialFactory
) -> None:
    other = network.other_capf.certificate
    fleet = replace(fleet, certificates=tuple(each for each in fleet.certificates if each != other))
    added = apply(fleet, st.AddCertificateStep(other, CALLMANAGER), factory)
    assert other in added.certificates
    server = added.servers[CALLMANAGER]
    assert other in server.configured.trust
    assert server.in_use is not None
    assert other not in server.in_use.trust
    restarted = server.started().in_use
    assert restarted is not None
    assert other in restarted.trust


def test_a_stopped_service_is_started_by_a_restart_as_in_a_running_lab(
    network: Network, factory: CredentialFactory
) -> None:
    stopped = network.server(ServiceKind.CALLMANAGER, in_use=None)
    fleet = network.fleet(network.phone(), servers=(stopped,))
    after = apply(fleet, st.RestartStep(CALLMANAGER), factory)
    assert after.servers[CALLMANAGER].in_use == stopped.configured
    assert [act.kind for act in after.acts] == [ActKind.SERVICE_STARTED]


def test_a_regenerated_capf_is_in_both_stores_and_the_former_stays(
    network: Network, fleet: Fleet, factory: CredentialFactory
) -> None:
    step = st.RegenerateCapfStep("hq")
    after = apply(fleet, step, factory)
    made = after.capf["hq"]
    assert made != network.capf.certificate
    assert touched(step, fleet) == (CALLMANAGER, CAPF)
    for name in (CALLMANAGER, CAPF):
        assert made in after.servers[name].configured.trust
        assert network.capf.certificate in after.servers[name].configured.trust
    assert made not in after.servers["ise"].configured.trust
    signing = after.servers[CAPF].in_use
    assert signing is not None
    assert signing.identity == network.capf.identity
    restarted = apply(after, st.RestartStep(CAPF), factory).servers[CAPF].in_use
    assert restarted is not None
    assert restarted.identity is not None
    assert restarted.identity.certificate == made


def test_the_same_regeneration_gives_the_same_certificate_and_another_one_another(
    network: Network, fleet: Fleet, factory: CredentialFactory
) -> None:
    step = st.RegenerateCapfStep("hq")
    first = apply(fleet, step, factory)
    assert apply(fleet, step, factory).capf == first.capf
    assert apply(first, step, factory).capf != first.capf
    elsewhere = apply(fleet, step, CredentialFactory(fleet, network.keys))
    assert elsewhere.capf["hq"].subject == first.capf["hq"].subject  # the same name in every run


def test_the_capf_certificate_that_is_uploaded_is_the_one_that_capf_has_by_then(
    network: Network, fleet: Fleet, factory: CredentialFactory
) -> None:
    after = apply_all(fleet, [st.RegenerateCapfStep("hq"), st.AddCapfCertificateStep("hq", "ise")], factory)
    assert after.capf["hq"] in after.servers["ise"].configured.trust
    unknown = apply(replace(fleet, capf={}), st.AddCapfCertificateStep("hq", "ise"), factory)
    assert unknown.servers == fleet.servers


def test_a_new_lsc_comes_from_the_certificate_that_capf_runs_with(
    network: Network, fleet: Fleet, factory: CredentialFactory
) -> None:
    install = st.InstallLscStep(frozenset({DEVICE}))
    regenerated = apply(fleet, st.RegenerateCapfStep("hq"), factory)
    early = apply(regenerated, install, factory).phones[0].lsc
    late = apply_all(regenerated, [st.RestartStep(CAPF), install], factory).phones[0].lsc
    assert isinstance(early, Described)
    assert isinstance(late, Described)
    assert early.issuer == network.capf.certificate
    assert late.issuer == regenerated.capf["hq"]
    assert (late.not_before, late.not_after) == (NOW, NOW + timedelta(days=1825, seconds=-1))


def test_a_phone_that_does_not_trust_capf_or_finds_it_stopped_keeps_its_lsc(
    network: Network, fleet: Fleet, factory: CredentialFactory
) -> None:
    install = st.InstallLscStep(frozenset({DEVICE}))
    held = fleet.phones[0].lsc
    distrusts = replace(fleet.phones[0], lists=held_trust(network.callmanager.certificate))
    assert apply(replace(fleet, phones=(distrusts,)), install, factory).phones[0].lsc is held
    trusts = replace(fleet.phones[0], lists=held_trust(network.capf.certificate))
    assert apply(replace(fleet, phones=(trusts,)), install, factory).phones[0].lsc is not held
    stopped = fleet.with_server(replace(fleet.servers[CAPF], in_use=None))
    assert apply(stopped, install, factory).phones[0].lsc is held


def test_steps_about_phones_touch_only_those_that_they_name(network: Network, factory: CredentialFactory) -> None:
    phones = [network.phone(f"SEP00112233445{n}", lsc=network.lsc(), mic=network.mic()) for n in range(2)]
    fleet = network.fleet(*phones)
    one = frozenset({phones[1].device_name})
    assert [phone.lsc is None for phone in apply(fleet, st.DeleteLscStep(one), factory).phones] == [False, True]
    by_mic = apply(fleet, st.SetPrecedenceStep(one, CertificateKind.MIC), factory)
    assert [phone.capf_precedence for phone in by_mic.phones] == [CertificateKind.LSC, CertificateKind.MIC]


def test_a_moved_phone_keeps_its_lsc_and_its_trust_list_until_that_is_deleted(
    network: Network, factory: CredentialFactory
) -> None:
    knows = network.phone(lsc=network.lsc(), lists=held_trust(network.capf.certificate))
    does_not = replace(knows, device_name="SEP001122334456", lists=None)
    old = [network.server(kind) for kind in (ServiceKind.CALLMANAGER, ServiceKind.CAPF)]
    new = [replace(server, name=server.name.replace("hq", "branch"), cluster="branch") for server in old]
    fleet = network.fleet(knows, does_not, servers=(*old, *new))
    moved = apply(fleet, st.MoveStep("branch"), factory)
    assert {phone.cluster for phone in moved.phones} == {"branch"}
    assert moved.phones[0].lsc is knows.lsc
    assert moved.phones[0].lists is knows.lists
    assert moved.phones[1].lists is None
    deleted = apply(moved, st.DeleteTrustListsStep(frozenset({knows.device_name}), "menu"), factory)
    assert deleted.phones[0].lists == HeldTrust()
    alone = apply(fleet, st.MoveStep("branch", frozenset({knows.device_name})), factory)
    assert [phone.cluster for phone in alone.phones] == ["branch", "hq"]


def test_a_minimum_tls_version_and_a_date_are_what_they_say(fleet: Fleet, factory: CredentialFactory) -> None:
    raised = apply(fleet, st.SetMinimumTlsStep(CAPF, TlsVersion.TLSv1_2), factory).servers[CAPF]
    assert raised.in_use is not None
    assert (raised.configured.minimum_tls, raised.in_use.minimum_tls) == (TlsVersion.TLSv1_2, TlsVersion.TLSv1)
    assert apply(fleet, st.SetDateStep(NOW + timedelta(days=9)), factory).at == NOW + timedelta(days=9)
