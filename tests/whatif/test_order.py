"""The safe order of work: it is found by trying, leaves nobody down where that can be, and says so where it cannot."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from cisco_data import JUDGES, AuthenticationMode, DeviceSecurityMode, ServiceKind
from lab.base.language import ENGLISH
from lab.fleet.model import Fleet, FleetPhone, Known
from lab.operations import steps as st
from lab.whatif import order
from lab.whatif.credential_factory import CredentialFactory
from lab.whatif.impact_report import Lost, PlannedStep, Proposal
from lab.whatif.judge import Judge
from lab.whatif.work import Work
from pki import TrustStore
from tests.whatif.conftest import DEVICE, NOW, SINCE, Network
from tests.whatif.made_trust import held
from wire.tls import TlsVersion

CALLMANAGER, CAPF = "CallManager of hq", "CAPF of hq"
Q = "SEP0011223344"


def working(fleet: Fleet, network: Network) -> Work:
    factory = CredentialFactory(fleet, network.keys)
    return Work(fleet, Judge(factory), ENGLISH, {phone.device_name: (phone.device_name,) for phone in fleet.phones})


def proposed(fleet: Fleet, network: Network, *steps: st.Step) -> Proposal:
    return order.propose(working(fleet, network), steps)


def kinds(proposal: Proposal) -> list[str]:
    """The first word or two of each step, the beginning left out."""
    verbs = {"Upload": "upload", "Delete": "delete", "Restart": "restart", "Install/Upgrade": "lsc", "Move": "move"}
    verbs |= {"Regenerate": "regenerate", "Run": "lists", "Reset": "reset", "Set": "set", "Time": "date"}
    return [verbs[step.text.split()[0]] for step in proposal.steps[1:]]


def downs(walked: Sequence[Any]) -> list[int]:
    """How many phones and services are lost after each step."""
    return [sum(len(lost.devices) for lost in step.down) for step in walked]


def lost_at(step: PlannedStep) -> set[tuple[str, str]]:
    return {(device, lost.server) for lost in step.down for device in lost.devices}


def with_lsc(network: Network, device: str, **changes: Any) -> FleetPhone:
    return network.phone(device, lsc=network.lsc(device=device), mic=network.mic(device), **changes)


def regenerated(network: Network, *phones: FleetPhone) -> tuple[Fleet, CredentialFactory]:
    """A cluster whose CAPF was made again and restarted; its phones still have LSCs of the former one."""
    capf = network.other_capf
    stores = {
        kind: network.settings(kind).trust.with_certificate(capf.certificate)
        for kind in (ServiceKind.CALLMANAGER, ServiceKind.CAPF)
    }
    servers = (
        network.server(
            ServiceKind.CALLMANAGER, network.settings(ServiceKind.CALLMANAGER, trust=stores[ServiceKind.CALLMANAGER])
        ),
        network.server(
            ServiceKind.CAPF,
            network.settings(ServiceKind.CAPF, trust=stores[ServiceKind.CAPF], identity=capf.identity),
        ),
        network.server(ServiceKind.DOT1X),
    )
    fleet = replace(network.fleet(*phones, servers=servers), capf={"hq": capf.certificate})
    return fleet, CredentialFactory(fleet, network.keys)


def test_each_step_of_a_plan_is_walked_with_who_is_down_after_it(network: Network) -> None:
    fleet = network.fleet(with_lsc(network, Q + "01"), network.phone(Q + "02", mic=network.mic(Q + "02")))
    plan = [st.RemoveCertificateStep(network.capf.certificate, CALLMANAGER), st.RestartStep(CALLMANAGER)]
    walked = order.walk(working(fleet, network), plan)
    assert downs(walked) == [0, 0, 1]
    assert walked[-1].down == (Lost(ServiceKind.CALLMANAGER, CALLMANAGER, (Q + "01",)),)
    assert walked[-1].text == "Restart Cisco CallManager of hq."


def test_who_was_down_before_is_not_counted(network: Network) -> None:
    stranger = network.phone(Q + "01", lsc=network.lsc(network.other_capf, Q + "01"))
    fleet = network.fleet(stranger)
    plan = [st.RemoveCertificateStep(network.capf.certificate, CALLMANAGER), st.RestartStep(CALLMANAGER)]
    assert downs(order.walk(working(fleet, network), plan)) == [0, 0, 0]


def test_a_phone_counts_for_all_that_it_stands_for(network: Network) -> None:
    fleet = network.fleet(with_lsc(network, Q + "01"))
    work = replace(working(fleet, network), members={Q + "01": (Q + "01", Q + "02", Q + "03")})
    plan = [st.RemoveCertificateStep(network.capf.certificate, CALLMANAGER), st.RestartStep(CALLMANAGER)]
    walked = order.walk(work, plan)
    assert downs(walked) == [0, 0, 3]
    assert walked[-1].down == (Lost(ServiceKind.CALLMANAGER, CALLMANAGER, (Q + "01", Q + "02", Q + "03")),)


def test_the_former_capf_is_removed_after_new_lscs_are_installed(network: Network) -> None:
    fleet, _ = regenerated(network, with_lsc(network, Q + "01"))
    plan = (st.RemoveCertificateStep(network.capf.certificate, CALLMANAGER), st.RestartStep(CALLMANAGER))
    found = proposed(fleet, network, *plan)
    assert found.safe
    assert downs(found.steps) == [0] * len(found.steps)
    assert kinds(found) == ["lsc", "delete", "restart"]


def test_an_authentication_server_gets_the_new_capf_before_phones_get_new_lscs(network: Network) -> None:
    fleet, _ = regenerated(network, with_lsc(network, Q + "01", uses=("ise",)))
    plan = (st.RemoveCertificateStep(network.capf.certificate, CALLMANAGER), st.RestartStep(CALLMANAGER))
    found = proposed(fleet, network, *plan)
    assert found.safe
    assert kinds(found) == ["upload", "restart", "lsc", "delete", "restart"]
    assert found.steps[1].text == "Upload the CAPF certificate of hq to ise."
    assert found.steps[2].text == "Restart ise."


def test_where_capfs_present_certificate_is_taken_away_a_new_one_is_made_first(network: Network) -> None:
    fleet = network.fleet(with_lsc(network, Q + "01"))
    plan = (st.RemoveCertificateStep(network.capf.certificate, CALLMANAGER), st.RestartStep(CALLMANAGER))
    found = proposed(fleet, network, *plan)
    assert found.safe
    assert kinds(found) == [
        *("regenerate", "restart", "restart", "restart", "lists", "restart", "reset"),
        *("lsc", "delete", "restart"),
    ]


def test_a_capf_that_was_regenerated_and_not_restarted_is_restarted_and_not_regenerated_again(
    network: Network,
) -> None:
    fleet = network.fleet(with_lsc(network, Q + "01"))
    plan = (
        st.RegenerateCapfStep("hq"),
        st.RemoveCertificateStep(network.capf.certificate, CALLMANAGER),
        st.RestartStep(CALLMANAGER),
        st.InstallLscStep(frozenset({Q + "01"})),
    )
    found = proposed(fleet, network, *plan)
    assert found.safe
    assert kinds(found).count("regenerate") == 1
    assert kinds(found).count("lsc") == 1
    assert any("Certificate Authority Proxy Function" in step.text for step in found.steps)


def test_an_lsc_that_will_have_expired_is_renewed_before(network: Network) -> None:
    soon = network.lsc(device=Q + "01", not_after=NOW + timedelta(days=30))
    fleet = network.fleet(network.phone(Q + "01", lsc=soon))
    found = proposed(fleet, network, st.SetDateStep(NOW + timedelta(days=60)))
    assert found.safe
    assert kinds(found) == ["lsc", "date"]


def test_phones_that_move_find_their_old_capf_uploaded_first(network: Network) -> None:
    phone = with_lsc(network, Q + "01")
    new = [
        replace(network.server(kind), name=f"{kind} of branch", cluster="branch")
        for kind in (ServiceKind.CALLMANAGER, ServiceKind.CAPF)
    ]
    trust = TrustStore("new", [*network.roots, network.other_capf.certificate])
    new = [
        replace(server, configured=replace(server.configured, trust=trust, identity=identity))
        for server, identity in zip(new, (network.callmanager, network.other_capf.identity), strict=True)
    ]
    new = [replace(server, in_use=server.configured) for server in new]
    old = [network.server(kind) for kind in (ServiceKind.CALLMANAGER, ServiceKind.CAPF)]
    fleet = network.fleet(phone, servers=(*old, *new))
    fleet = replace(fleet, capf={"hq": network.capf.certificate, "branch": network.other_capf.certificate})
    walked = order.walk(working(fleet, network), [st.MoveStep("branch")])
    assert lost_at(walked[-1]) == {(Q + "01", f"{kind} of branch") for kind in ("CallManager", "CAPF")}
    found = proposed(fleet, network, st.MoveStep("branch"))
    assert found.safe
    assert kinds(found)[-1] == "move"
    assert kinds(found)[0] == "upload"


def test_a_phone_of_tls_1_0_has_no_cure_and_the_proposal_says_so(network: Network) -> None:
    fleet = network.fleet(network.phone(Q + "01", "7965", lsc=network.lsc(device=Q + "01", model="7965")))
    found = proposed(fleet, network, st.SetMinimumTlsStep(CALLMANAGER, TlsVersion.TLSv1_2), st.RestartStep(CALLMANAGER))
    assert not found.safe
    ((device, server, reason),) = found.incurable
    assert (device, server) == (Q + "01", CALLMANAGER)
    assert reason == "The phone offers TLSv1 at most, and CallManager of hq takes TLSv1.2 or newer."
    assert kinds(found) == ["set", "restart"]  # nothing is proposed that does not help


def test_another_order_alone_may_do(network: Network) -> None:
    fleet, _ = regenerated(network, with_lsc(network, Q + "01"))
    plan = (
        st.RemoveCertificateStep(network.capf.certificate, CALLMANAGER),
        st.RestartStep(CALLMANAGER),
        st.InstallLscStep(frozenset({Q + "01"})),
    )
    assert downs(order.walk(working(fleet, network), plan)) == [0, 0, 1, 0]
    found = proposed(fleet, network, *plan)
    assert found.safe
    assert kinds(found) == ["lsc", "delete", "restart"]


def test_a_restart_that_the_plan_asks_for_is_never_left_out(network: Network) -> None:
    """The store was changed before the plan began: the restart is what makes that count."""
    capf = network.server(ServiceKind.CAPF)
    server = network.server(ServiceKind.CALLMANAGER)
    waiting = replace(
        server, configured=replace(server.configured, trust=server.configured.trust.without(network.capf.certificate))
    )
    fleet = network.fleet(with_lsc(network, Q + "01"), servers=(waiting, capf))
    assert downs(order.walk(working(fleet, network), [st.RestartStep(CALLMANAGER)])) == [0, 1]
    found = proposed(fleet, network, st.RestartStep(CALLMANAGER))
    assert "restart" in kinds(found)
    assert found.safe


@pytest.mark.parametrize("expired", [True, False])
def test_capf_that_refuses_an_lsc_is_answered_with_a_new_one_or_with_precedence_to_mic(
    expired: bool, network: Network
) -> None:
    """A certificate operation that fails is a loss like any other."""
    fleet = network.fleet(with_lsc(network, Q + "01", mode=network.phone().mode))
    lone = replace(fleet, servers={CAPF: fleet.servers[CAPF]}, capf={} if expired else fleet.capf)
    work = working(lone, network)
    plan = (st.RemoveCertificateStep(network.capf.certificate, CAPF), st.RestartStep(CAPF))
    walked = order.walk(work, plan)
    assert lost_at(walked[-1]) == {(Q + "01", CAPF)}
    assert downs(walked) == [0, 0, 1]
    found = order.propose(work, plan)
    assert found.safe
    assert downs(found.steps) == [0] * len(found.steps)


def test_a_re_keyed_certificate_may_stand_for_every_phone(network: Network) -> None:
    lsc = network.lsc(device=Q + "01")
    phone = replace(network.phone(Q + "01"), lsc=Known(lsc.certificate))
    fleet = replace(network.fleet(phone), identities=())
    plan = (st.RemoveCertificateStep(network.capf.certificate, CALLMANAGER), st.RestartStep(CALLMANAGER))
    assert downs(order.walk(working(fleet, network), plan)) == [0, 0, 1]
    assert proposed(fleet, network, *plan).safe
    assert lsc.certificate.not_valid_before_utc == SINCE


# Each phone at each service by itself


def old_phones(network: Network, **changes: Any) -> Fleet:
    """A 79xx whose LSC the authentication server refuses already: it lacks the CAPF certificate."""
    phone = with_lsc(network, Q + "01", uses=("ise",), **changes)
    phone = replace(phone, model="7965", tls=network.phone(model="7965").tls)
    trust = network.settings(ServiceKind.DOT1X).trust.without(network.capf.certificate)
    return network.fleet(
        phone,
        servers=(
            network.server(ServiceKind.CALLMANAGER),
            network.server(ServiceKind.CAPF),
            network.server(ServiceKind.DOT1X, network.settings(ServiceKind.DOT1X, trust=trust)),
        ),
    )


def test_what_one_service_refused_before_hides_no_loss_of_another(network: Network) -> None:
    work = working(old_phones(network), network)
    plan = (st.SetMinimumTlsStep(CALLMANAGER, TlsVersion.TLSv1_2), st.RestartStep(CALLMANAGER))
    walked = order.walk(work, plan)
    assert [lost_at(step) for step in walked] == [set(), set(), {(Q + "01", CALLMANAGER)}]
    found = order.propose(work, plan)
    assert not found.safe
    assert {(each.device, each.server) for each in found.incurable} == {(Q + "01", CALLMANAGER)}


def test_a_phone_that_is_down_between_two_steps_makes_a_proposal_unsafe_though_it_ends_well() -> None:
    down = (Lost(ServiceKind.CALLMANAGER, CALLMANAGER, (Q + "01",)),)
    steps = (PlannedStep("Before."), PlannedStep("Delete.", down), PlannedStep("Upload."))
    assert not Proposal(steps).safe
    assert Proposal((steps[0], steps[2])).safe
    for kind in JUDGES:
        assert not Proposal((PlannedStep("x", (Lost(kind, f"{kind}", (Q + "01",)),)),)).safe


def test_removing_capf_and_adding_it_again_takes_phones_down_between_the_restarts(network: Network) -> None:
    capf = network.capf.certificate
    for server in (CALLMANAGER, CAPF):
        plan = (
            st.RemoveCertificateStep(capf, server),
            st.RestartStep(server),
            st.AddCertificateStep(capf, server),
            st.RestartStep(server),
        )
        walked = order.walk(working(network.fleet(with_lsc(network, Q + "01")), network), plan)
        assert [lost_at(step) for step in walked] == [set(), set(), {(Q + "01", server)}, {(Q + "01", server)}, set()]


def test_what_cannot_be_told_is_not_down_and_is_counted_apart(network: Network) -> None:
    lost = replace(network.phone(Q + "02"), not_told="its certificate cannot be read")
    fleet = network.fleet(with_lsc(network, Q + "01"), lost)
    plan = (st.RemoveCertificateStep(network.capf.certificate, CALLMANAGER), st.RestartStep(CALLMANAGER))
    work = working(fleet, network)
    walked = order.walk(work, plan)
    assert [lost_at(step) for step in walked] == [set(), set(), {(Q + "01", CALLMANAGER)}]
    assert all({one.devices for one in step.unknown} == {(Q + "02",)} for step in walked)
    found = order.propose(work, plan)
    assert (found.safe, found.unknown) == (True, 1)
    assert found.incurable == ()


def test_a_service_that_nothing_cures_hides_no_cure_of_another(network: Network) -> None:
    """The authentication server will check for revocation and has no list; a new LSC still cures CallManager."""
    phone = network.phone(Q + "01", lsc=network.lsc(device=Q + "01"), uses=("ise",))
    fleet, _ = regenerated(network, phone)
    ise = fleet.servers["ise"]
    fleet = fleet.with_server(replace(ise, configured=replace(ise.configured, check_crl=True)))
    plan = (
        st.RemoveCertificateStep(network.capf.certificate, CALLMANAGER),
        st.RestartStep(CALLMANAGER),
        st.RestartStep("ise"),
    )
    found = proposed(fleet, network, *plan)
    assert {(each.device, each.server) for each in found.incurable} == {(Q + "01", "ise")}
    assert kinds(found)[0] == "lsc"  # and nothing is uploaded to a server that refuses the phone all the same
    assert all(lost_at(step) <= {(Q + "01", "ise")} for step in found.steps)
    assert not found.safe


def test_two_services_of_a_phone_are_cured_by_two_cures(network: Network) -> None:
    """CallManager loses the CAPF of its LSC, which a new LSC cures; CAPF refuses both certificates until it has it too."""
    fleet, _ = regenerated(network, with_lsc(network, Q + "01", uses=("ise",)))
    plan = (
        st.RemoveCertificateStep(network.capf.certificate, CALLMANAGER),
        st.RestartStep(CALLMANAGER),
        st.RemoveCertificateStep(network.capf.certificate, CAPF),
        st.RestartStep(CAPF),
        st.RemoveCertificateStep(network.capf.certificate, "ise"),
        st.RestartStep("ise"),
    )
    found = proposed(fleet, network, *plan)
    assert found.safe
    assert found.incurable == ()
    assert kinds(found)[:3] == ["upload", "restart", "lsc"]


def test_a_service_that_refused_the_phone_before_is_left_as_it_is(network: Network) -> None:
    """The plan takes nothing from it there, and so no cure uploads anything there."""
    fleet, _ = regenerated(network, with_lsc(network, Q + "01", uses=("ise",)))
    ise = network.server(ServiceKind.DOT1X, network.settings(ServiceKind.DOT1X, trust=TrustStore("ise", network.roots)))
    plan = (st.RemoveCertificateStep(network.capf.certificate, CALLMANAGER), st.RestartStep(CALLMANAGER))
    found = proposed(fleet.with_server(ise), network, *plan)
    assert found.safe
    assert kinds(found) == ["lsc", "delete", "restart"]


def test_in_a_mode_without_certificate_capf_loses_no_phone(network: Network) -> None:
    plan = (st.RemoveCertificateStep(network.capf.certificate, CAPF), st.RestartStep(CAPF))
    modes = {
        None: 1,
        AuthenticationMode.BY_EXISTING_CERTIFICATE_LSC: 1,
        AuthenticationMode.BY_EXISTING_CERTIFICATE_MIC: 0,
        AuthenticationMode.BY_NULL_STRING: 0,
        AuthenticationMode.BY_AUTHENTICATION_STRING: 0,
    }
    for mode, lost in modes.items():
        fleet = network.fleet(with_lsc(network, Q + "01", capf_mode=mode))
        assert downs(order.walk(working(fleet, network), plan)) == [0, 0, lost], mode


def test_the_order_for_capf_trust_is_new_lscs_before_the_deletion(network: Network) -> None:
    fleet = network.fleet(with_lsc(network, Q + "01"))
    found = proposed(fleet, network, st.RemoveCertificateStep(network.capf.certificate, CAPF), st.RestartStep(CAPF))
    assert found.safe
    assert kinds(found).index("regenerate") < kinds(found).index("lsc") < kinds(found).index("delete")


def test_a_phone_whose_trust_list_lacks_the_server_loses_it(network: Network) -> None:
    """Its list names no TVS, and where its TFTP server gives out new ones is not known."""
    known = held(network.callmanager.certificate, network.capf.certificate)
    work = working(network.fleet(with_lsc(network, Q + "01", lists=known)), network)
    walked = order.walk(work, [st.RegenerateCapfStep("hq"), st.RestartStep(CAPF)])
    assert downs(walked) == [0, 0, 1]
    assert {one.server for one in walked[-1].unknown} == {"Cisco Tftp of hq"}


@pytest.mark.parametrize(
    "kept",
    [
        st.ReadFileStep(frozenset({DEVICE}), "boot"),
        st.NoEffectStep("wait", seconds=30.0),
        st.SetProfileStep(frozenset({DEVICE}), DeviceSecurityMode.ENCRYPTED),
        st.RegenerateCallManagerStep("hq"),
        st.StopStep("ise"),
    ],
    ids=lambda step: type(step).__name__,
)
def test_a_better_order_leaves_out_no_step_of_the_plan(kept: st.Step, network: Network) -> None:
    fleet = network.fleet(network.phone(lsc=network.lsc(), mic=network.mic()))
    remove = st.RemoveCertificateStep(network.capf.certificate, "CallManager of hq")
    plan = [kept, remove, st.RestartStep("CallManager of hq")]
    besides = [st.DeleteLscStep(frozenset({DEVICE}))]
    for steps in order._orders(fleet, plan, besides):
        assert [step for step in steps if step in plan] == plan
        assert besides[0] in steps
    assert list(order._orders(fleet, plan, ())) == [plan]
