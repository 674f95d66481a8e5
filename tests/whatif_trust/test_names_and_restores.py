"""Another host name, domain or address, and a restore of keys: a fleet after the plan is what the played lab has become."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import NamedTuple

import pytest

from cisco_data import CertificateUnit, ServiceKind
from journal import Event
from lab.case import RefusedByTrust
from lab.events.story import StepEnded
from lab.explain import explained
from lab.fleet.model import Fleet
from lab.operations.effects import apply_all
from lab.play.building import make_keys
from lab.play.runner import play
from lab.running.lab import Lab
from lab.running.snapshot import fleet_of
from lab.scenario.file import parse
from lab.views import cases_of
from lab.whatif.credential_factory import CredentialFactory
from lab.whatif.initial_fleet import initial_fleet
from lab.whatif.judge import Judge, tftp_server
from lab.whatif.outcome_case import files_case
from lab.whatif.plan_file import parse_plan
from lab.whatif.plan_steps import steps_of_plan
from phone_sim.trust.events import TrustListRefused
from phone_sim.trust.tvs_answer import TrustRefusal
from pki import read
from tests.whatif_trust.conftest import CM, POOL, RESET, TFTP, TVS, UPDATE_CTL, cluster, phone, regenerate, restart

ONE, BY_SUB = (), 'tftp-servers = ["hq-pub"]\ncall-manager-group = ["hq-sub", "hq-pub"]'
TWO = ("hq-pub", "hq-sub")
MOST = 'do = "wait"\nseconds = 300'


def named(name: str, node: str = "") -> str:
    return f'do = "set-host-name"\nname = "{name}"' + (f'\nnode = "{node}"' if node else "")


def domain(node: str = "") -> str:
    return 'do = "set-domain"\ndomain = "voice.example.com"' + (f'\nnode = "{node}"' if node else "")


def address(by: str = "cli", node: str = "") -> str:
    return f'do = "set-address"\nby = "{by}"' + (f'\nnode = "{node}"' if node else "")


RESET_ITL = 'do = "reset-itl"\nkey = "localkey"'
BACK_UP, RESTORE = 'do = "backup-keys"', 'do = "restore-keys"'
ALL_RESTARTED = (restart(TVS), restart(TFTP), RESET, MOST)
BOTH = (regenerate("CallManager"), *ALL_RESTARTED, regenerate("TVS"), *ALL_RESTARTED)


EXPLAINED = {"node-renamed-and-lists-refused", "keys-restored-from-older-backup", "tvs-unreachable"}


class Network(NamedTuple):
    release: str
    mixed: bool = False
    nodes: tuple[str, ...] = ()

    def text(self) -> str:
        profile = "Encrypted" if self.mixed else "Non Secure"
        made = cluster(self.release, mixed=self.mixed, nodes=self.nodes, group=BY_SUB if self.nodes else "")
        return f'title = "t"\n{made}{phone(profile=profile)}[[steps]]\ndo = "boot"\n'


class Met(NamedTuple):
    """What both must agree on."""

    files: str
    """The refusal of the first file that the phone refuses when it starts; empty where it takes all."""
    holds_served_itl: bool
    goes_by: tuple[str, tuple[str, ...]] | None
    """Cluster of the former configuration, and the servers that are not where that says; None where it goes by that of its page."""
    call_manager: tuple[bool, str]
    """Whether it registers with TLS, and else how it is refused."""
    names: dict[str, dict[str, str]]
    """CNs by node and unit, without CAPF's."""


def met(fleet: Fleet, factory: CredentialFactory) -> Met:
    factory.learn(fleet)
    (one,), trust, judge = fleet.phones, fleet.trust["hq"], Judge(factory)
    files = judge.files(fleet, one)
    assert files is not None
    assert files.access.server is not None, files.access.why_not
    assert one.lists is not None
    secure = [each for each in judge.reach(fleet, one) if each.server.kind is ServiceKind.CALLMANAGER]
    said = [each.access.outcome for each in secure]
    kept = one.kept
    served = trust.asked[0].tftp
    assert served is not None
    return Met(
        files.access.server.refusal,
        one.lists.itl is not None and one.lists.itl.content.records == served.itl.content.records,
        (kept.cluster, tuple(sorted(kept.elsewhere))) if kept is not None else None,
        (all(each.access.accepted for each in secure), " ".join(each.reason for each in said if each is not None)),
        {
            node.name: {unit: read(own).subject.cn for unit, own in node.own.items() if unit != CertificateUnit.CAPF}
            for node in trust.nodes
        },
    )


class Both(NamedTuple):
    planned: Met
    played: Met
    refusals: tuple[str, ...]
    """That the played phone met."""
    rules: tuple[str, str]
    """By which what-if and the played lab explain the last refusal; empty where the phone takes all files."""


def rule(fleet: Fleet, factory: CredentialFactory) -> str:
    (one,) = fleet.phones
    booted = factory.trust.boot(fleet, one)
    assert booted is not None
    case = files_case(factory.rekeyed, fleet, one, tftp_server(one.cluster), booted)
    return explained(case).rule if case is not None else ""


def rule_played(events: list[Event], refused: bool) -> str:
    cases = [case for case in cases_of(events) if isinstance(case.problem, RefusedByTrust)]
    return explained(cases[-1]).rule if refused and cases else ""


@cache
def both(network: Network, steps: tuple[str, ...]) -> Both:
    scenario = parse(network.text() + "".join(f"[[steps]]\n{step}\n" for step in (*steps, MOST)), "t.toml", "t")
    keys = make_keys(scenario, POOL)
    fleet = initial_fleet(scenario, keys)
    factory = CredentialFactory(fleet, keys)
    plan = parse_plan("".join(f"[[steps]]\n{step}\n" for step in steps), Path("plan.toml"))
    end = apply_all(fleet, steps_of_plan(fleet, factory, plan)[0], factory)
    assert not end.unjudged
    worlds: list[Lab] = []
    taken: list[Fleet] = []

    def note(event: Event) -> None:
        if isinstance(event, StepEnded):
            taken.append(fleet_of(worlds[0]))

    own = make_keys(scenario, POOL)
    result = play(scenario, keys=own, subscribers=(note,), watch=worlds.append)
    refused = tuple(each.refusal for each in result.events if isinstance(each, TrustListRefused))
    played = met(taken[-1], CredentialFactory(taken[-1], own))
    rules = rule(end, factory), rule_played(result.events, bool(played.files))
    return Both(met(end, factory), played, refused, rules)


OLD, NEW = Network("11.5"), Network("12.5")
OLD_TWO, MIXED, MIXED_TWO = Network("11.5", nodes=TWO), Network("12.5", mixed=True), Network("12.5", True, TWO)


@pytest.mark.parametrize(
    ("network", "steps", "refusal"),
    [
        (OLD, (named("cucm-one"),), TrustRefusal.TVS_UNTRUSTED),
        (OLD, (named("cucm-one"), MOST, RESET_ITL, RESET, MOST, restart(TFTP), RESET), ""),
        (NEW, (named("cucm-one"),), ""),
        (OLD, (domain(),), TrustRefusal.TVS_UNTRUSTED),
        (NEW, (domain(), named("cucm-one")), ""),
        (OLD, (address(),), ""),
        (OLD, (address("administration"),), TrustRefusal.TVS_UNREACHABLE),
        (NEW, (address("administration"),), ""),
        (Network("11.5", mixed=True), (address("administration"),), TrustRefusal.TVS_UNREACHABLE),
        (MIXED, (address(),), ""),
        (MIXED_TWO, (address("cli", "hq-pub"), address("cli", "hq-sub")), ""),
        (OLD_TWO, (named("cucm-one", "hq-pub"), named("cucm-two", "hq-sub")), ""),
        (OLD_TWO, (address("administration", "hq-pub"),), ""),
        (MIXED, (named("cucm-one"),), ""),
        (MIXED, (named("cucm-one"), UPDATE_CTL, RESET), ""),
        (MIXED_TWO, (named("cucm-two", "hq-sub"),), ""),
        (OLD, (BACK_UP, *BOTH, RESTORE, restart(CM), MOST, *ALL_RESTARTED), TrustRefusal.TVS_UNTRUSTED),
        (OLD, (BACK_UP, *BOTH[:5], RESTORE, restart(CM), MOST, *ALL_RESTARTED), ""),
        (OLD, (BACK_UP, *BOTH, RESTORE), ""),
        (NEW, (BACK_UP, *BOTH, RESTORE, restart(CM), MOST, *ALL_RESTARTED), ""),
    ],
)
def test_the_fleet_is_what_the_lab_has_become(network: Network, steps: tuple[str, ...], refusal: str) -> None:
    found = both(network, steps)
    assert found.planned == found.played
    if refusal:
        assert found.refusals[-1] == refusal
    assert found.planned.files == refusal
    assert found.rules[0] == found.rules[1]
    assert found.rules[0] in (EXPLAINED if refusal else {""})
