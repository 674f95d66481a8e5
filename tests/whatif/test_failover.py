"""A phone with several servers of one kind: which one counts, which ones it goes on to, and who is named as having refused it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pytest

from cucm_sim.vpn_management import save_vpn_group
from journal import Clock, Journal
from lab.base.language import ENGLISH
from lab.fleet.model import Fleet, FleetPhone, FleetServer, ServiceKind, Settings
from lab.operations.steps import RemoveCertificateStep, RestartStep
from lab.running.addresses import AddressPlan
from lab.running.lab import Lab
from lab.running.snapshot import fleet_of
from lab.whatif.credential_factory import CredentialFactory
from lab.whatif.evaluate import ChangeRequest, evaluate
from lab.whatif.impact_report import Verdict
from lab.whatif.judge import Judge, ReachedServer
from lab.whatif.render.words import server as server_words
from pki import KeyPool, TrustStore
from tests.whatif.conftest import NOW, Network

CALLMANAGER, DOT1X, VPN = ServiceKind.CALLMANAGER, ServiceKind.DOT1X, ServiceKind.VPN
NAMES = {
    CALLMANAGER: ("CallManager of hq", "CallManager sub of hq"),
    DOT1X: ("ise-1", "ise-2"),
    VPN: ("asa-1", "asa-2"),
}


def trusting(network: Network, kind: ServiceKind) -> Settings:
    return network.settings(kind)


def refusing(network: Network, kind: ServiceKind) -> Settings:
    """Without the CAPF that signed the phone's LSC."""
    return replace(network.settings(kind), trust=TrustStore("empty", network.roots))


def servers(network: Network, kind: ServiceKind, how: Sequence[str]) -> tuple[FleetServer, ...]:
    """Two of that kind, each `accepts`, `refuses`, `stopped` or `unread`."""
    found = []
    for name, each in zip(NAMES[kind], how, strict=True):
        settings = (refusing if each == "refuses" else trusting)(network, kind)
        server = network.server(kind, settings, name=name, not_told="its store is unread" if each == "unread" else "")
        found.append(server.stopped() if each == "stopped" else server)
    return tuple(found)


def phone_of(network: Network, kind: ServiceKind, *, by_priority: Sequence[int] = (0, 1)) -> FleetPhone:
    names = tuple(NAMES[kind][number] for number in by_priority)
    phone = network.phone(lsc=network.lsc())
    return replace(phone, call_managers=names) if kind is CALLMANAGER else replace(phone, uses=names)


def reached(network: Network, phone: FleetPhone, *there: FleetServer) -> ReachedServer:
    fleet = network.fleet(phone, servers=there)
    (found,) = Judge(CredentialFactory(fleet, network.keys)).reach(fleet, phone)
    return found


@pytest.mark.parametrize(
    ("kind", "how", "number", "outcome", "refused"),
    [
        (CALLMANAGER, ("accepts", "accepts"), 0, True, ()),
        (CALLMANAGER, ("refuses", "accepts"), 1, True, (0,)),
        (CALLMANAGER, ("accepts", "refuses"), 0, True, (1,)),
        (CALLMANAGER, ("stopped", "accepts"), 1, True, (0,)),
        (CALLMANAGER, ("refuses", "refuses"), 0, False, ()),
        (CALLMANAGER, ("unread", "accepts"), 1, True, ()),
        (CALLMANAGER, ("refuses", "unread"), 1, None, ()),
        (VPN, ("refuses", "accepts"), 1, True, (0,)),
        (VPN, ("refuses", "refuses"), 0, False, ()),
        (DOT1X, ("refuses", "accepts"), 0, False, ()),  # a switch takes an Access-Reject for the answer
        (DOT1X, ("stopped", "accepts"), 1, True, (0,)),
        (DOT1X, ("stopped", "stopped"), 0, False, ()),
        (DOT1X, ("accepts", "accepts"), 0, True, ()),
        (DOT1X, ("accepts", "stopped"), 0, True, (1,)),
        (DOT1X, ("accepts", "refuses"), 0, None, (1,)),  # the switch may ask either
        (DOT1X, ("accepts", "unread"), 0, None, ()),
        (DOT1X, ("unread", "accepts"), 0, None, ()),
    ],
)
def test_a_phone_goes_on_to_its_next_server_as_its_kind_allows(
    network: Network,
    kind: ServiceKind,
    how: tuple[str, str],
    number: int,
    outcome: bool | None,
    refused: tuple[int, ...],
) -> None:
    found = reached(network, phone_of(network, kind), *servers(network, kind, how))
    accepted = found.access.outcome.accepted if found.access.outcome is not None else None
    assert (found.server.name, accepted) == (NAMES[kind][number], outcome)
    assert found.refused == tuple(NAMES[kind][each] for each in refused)


@pytest.mark.parametrize("kind", NAMES)
def test_the_list_of_the_phone_and_not_the_order_of_the_fleet_says_which_comes_first(
    network: Network, kind: ServiceKind
) -> None:
    there = servers(network, kind, ("accepts", "accepts"))
    assert reached(network, phone_of(network, kind, by_priority=(1, 0)), *there).server.name == NAMES[kind][1]
    assert reached(network, phone_of(network, kind), *reversed(there)).server.name == NAMES[kind][0]


@pytest.mark.parametrize("kind", NAMES)
def test_a_server_that_the_phone_does_not_list_is_not_tried(network: Network, kind: ServiceKind) -> None:
    there = servers(network, kind, ("refuses", "accepts"))
    only_first = reached(network, phone_of(network, kind, by_priority=(0,)), *there)
    assert (only_first.server.name, only_first.access.accepted) == (NAMES[kind][0], False)
    assert reached(network, phone_of(network, kind, by_priority=(1,)), *there).access.accepted


def test_the_gateways_of_a_phone_stand_in_the_order_of_the_urls_in_its_vpn_group() -> None:
    lab = Lab(journal=Journal(Clock(NOW, lambda: 0.0)), block=AddressPlan(), keys=KeyPool().ring())
    hq = lab.add_cluster("hq")
    gateways = [lab.add_vpn_gateway(name, trusts=["CAPF of hq"]) for name in NAMES[VPN]]
    for by_priority in (gateways, gateways[::-1]):
        save_vpn_group(hq.cluster, NAMES[VPN][0], [gateway.url for gateway in by_priority])
        lab.add_phone(model="8861", cluster="hq", lsc="hq", vpn=NAMES[VPN][0])
        assert fleet_of(lab, as_built=True).phones[-1].uses == tuple(gateway.name for gateway in by_priority)


def removal(network: Network, fleet: Fleet, *names: str) -> ChangeRequest:
    capf = network.capf.certificate
    steps = [step for name in names for step in (RemoveCertificateStep(capf, name), RestartStep(name))]
    return ChangeRequest(fleet, tuple(steps), "a test")


def test_a_change_at_one_of_two_call_managers_breaks_nothing_and_names_the_one_that_refuses(network: Network) -> None:
    publisher, subscriber = NAMES[CALLMANAGER]
    fleet = network.fleet(phone_of(network, CALLMANAGER), servers=servers(network, CALLMANAGER, ("accepts", "accepts")))
    one = evaluate(removal(network, fleet, publisher), network.keys)
    (line,) = one.groups[0].lines
    assert (line.verdict, line.server_before, line.server_after) == (Verdict.WORKS, publisher, subscriber)
    assert server_words(line, ENGLISH) == f"{subscriber} (refused by {publisher})"
    assert not one.harms
    both = evaluate(removal(network, fleet, publisher, subscriber), network.keys)
    (line,) = both.groups[0].lines
    assert (line.verdict, line.server_after, line.refused) == (Verdict.BREAKS, publisher, ())
