"""Resets of lists, deleted CTL files and the rollback parameter: what-if comes to the files and lists of a running lab."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import NamedTuple

import pytest

from cisco_data import ServiceKind
from journal import Event
from lab.base.language import ENGLISH
from lab.events.story import StepEnded
from lab.fleet.model import Fleet, UnjudgedReason
from lab.fleet.trust import FleetList
from lab.operations.effects import apply
from lab.play.building import make_keys
from lab.play.runner import play
from lab.running.lab import Lab, key_pool
from lab.running.snapshot import fleet_of
from lab.scenario import model as sc
from lab.scenario.file import parse
from lab.whatif.credential_factory import CredentialFactory
from lab.whatif.fleet_names import FleetNames
from lab.whatif.initial_fleet import initial_fleet
from lab.whatif.unjudged import unjudged
from tests.whatif_trust.conftest import (
    CM,
    RESET,
    TFTP,
    TVS,
    UPDATE_CTL,
    World,
    cluster,
    phone,
    regenerate,
    restart,
    trust,
)
from wire.certificate_id import CertificateId, certificate_id

BOOT, WAIT = 'do = "boot"', 'do = "wait"\nseconds = 60'
RESET_ITL, RESET_CTL = 'do = "reset-itl"\ncluster = "hq"', 'do = "reset-ctl"\ncluster = "hq"'
REMOTE = f'{RESET_ITL}\nkey = "remotekey"'
DELETE_CTL = 'do = "delete-ctl-file"\ncluster = "hq"'
FORGET = 'do = "delete-trust-list-on-phone"'
BACK_UP = 'do = "backup-keys"\ncluster = "hq"'
NOT_SECURE = 'do = "set-cluster-mode"\ncluster = "hq"\nmode = "non-secure"'
BY_HAND = 'do = "set-parameter"\nname = "Phone Interaction on Certificate Update"\nvalue = "manual"'
NODES = ("pub", "sub")
BOTH = (phone(), phone("q", "7965", "Non Secure"))
PLAIN = (phone(profile="Non Secure"),)


def rollback(value: str) -> str:
    return f'do = "set-parameter"\nname = "Prepare Cluster for Rollback to pre-8.0"\nvalue = "{value}"'


@dataclass
class Named:
    """Certificates of one world by subject, and by number among those of the same subject in the order in which they appeared."""

    numbers: dict[CertificateId, int] = field(default_factory=dict)
    of_subject: dict[str, int] = field(default_factory=lambda: defaultdict(int))

    def learn(self, fleet: Fleet) -> None:
        for name, there in fleet.trust.items():
            own = [certificate for node in there.nodes for _, certificate in sorted(node.own.items())]
            for certificate in (*own, *([fleet.capf[name]] if name in fleet.capf else [])):
                self.name(certificate_id(certificate))

    def name(self, one: CertificateId) -> tuple[str, int]:
        subject = "CAPF" if one.subject.startswith("CN=CAPF-") else one.subject
        if one not in self.numbers:
            self.of_subject[subject] += 1
            self.numbers[one] = self.of_subject[subject]
        return subject, self.numbers[one]

    def file(self, held: FleetList | None) -> tuple[object, ...]:
        """Who signed it, and what it lists for which use; empty for none."""
        if held is None:
            return ()
        records = ((record.role, self.name(record.certificate_id)) for record in held.content.records)
        return self.name(held.content.header.signer), *records


class InTheEnd(NamedTuple):
    phones: dict[str, object]
    """CTL, ITL and the cluster that the phone goes by."""
    files: dict[str, object]
    """CTL and ITL files of each node, and whether Cisco Tftp runs."""


def seen(fleet: Fleet, named: Named) -> InTheEnd:
    phones: dict[str, object] = {}
    for one in fleet.phones:
        assert one.lists is not None
        phones[one.device_name] = named.file(one.lists.ctl), named.file(one.lists.itl), one.going.cluster
    files: dict[str, object] = {
        node.name: (named.file(there.ctl_of(node)), named.file(there.itl_file(node.name)), node.tftp is not None)
        for there in fleet.trust.values()
        for node in there.nodes
    }
    return InTheEnd(phones, files)


def played(scenario: sc.Scenario) -> Iterator[Fleet]:
    """The running lab after each step."""
    worlds: list[Lab] = []
    fleets: list[Fleet] = []

    def note(event: Event) -> None:
        if isinstance(event, StepEnded):
            fleets.append(fleet_of(worlds[0]))

    keys = make_keys(scenario, key_pool())
    result = play(scenario, keys=keys, subscribers=(note,), watch=worlds.append)
    assert result.passed, [step.observed for step in result.steps]
    yield from fleets


def foretold(scenario: sc.Scenario) -> Iterator[Fleet]:
    """What the effects of its operations make of its cast."""
    keys = make_keys(scenario, key_pool())
    fleet = initial_fleet(scenario, keys)
    factory = CredentialFactory(fleet, keys)
    yield fleet
    for operation in scenario.steps:
        if isinstance(operation, sc.Operation):
            for step in operation.steps(FleetNames(fleet)):
                fleet = apply(fleet, step, factory)
        yield fleet


def in_the_end(fleets: Iterator[Fleet]) -> InTheEnd:
    named = Named()
    for fleet in fleets:
        named.learn(fleet)
    return seen(fleet, named)


RENEWED_115 = (regenerate("CallManager"), regenerate("TVS"), restart(TVS), restart(TFTP), RESET)
RENEWED_RECOVERY = (regenerate("ITLRecovery"), restart(TFTP))
PLANS: dict[str, tuple[str, tuple[str, ...], tuple[str, ...]]] = {
    "localkey while one key is left": (cluster("11.5", mixed=False), PLAIN, (*RENEWED_115, RESET_ITL, RESET)),
    "localkey when none is left": (
        cluster("11.5", mixed=False),
        PLAIN,
        (*RENEWED_115[:2], regenerate("ITLRecovery"), *RENEWED_115[2:], RESET_ITL, RESET),
    ),
    "localkey, and the restart that undoes it": (cluster(), BOTH, (RESET_ITL, RESET, restart(TFTP), RESET)),
    "localkey on nodes whose Tftp runs": (
        cluster(mixed=False, nodes=NODES),
        PLAIN,
        (restart(TFTP, "sub", word="stop"), RESET_ITL, RESET, restart(TFTP, "sub", word="start")),
    ),
    "localkey, taken from another node": (
        cluster(mixed=False, nodes=NODES),
        PLAIN,
        (RESET_ITL, restart(TFTP, "pub", word="stop"), RESET),
    ),
    "remotekey": (cluster(mixed=False), PLAIN, (BACK_UP, *RENEWED_RECOVERY, REMOTE, RESET)),
    "remotekey of the last backup": (
        cluster(mixed=False),
        PLAIN,
        (BACK_UP, *RENEWED_RECOVERY, f'{BACK_UP}\nname = "b"', regenerate("ITLRecovery"), REMOTE, RESET),
    ),
    "ctl reset while CallManager is old": (cluster(), BOTH, (*RENEWED_RECOVERY, RESET_CTL, RESET, UPDATE_CTL, RESET)),
    "ctl reset too late": (
        cluster(),
        BOTH,
        (*RENEWED_RECOVERY, regenerate("CallManager"), restart(TVS, word="stop"), RESET_CTL, RESET),
    ),
    "ctl deleted on one node": (cluster(nodes=NODES), PLAIN, (f'{DELETE_CTL}\nnode = "pub"', FORGET)),
    "ctl deleted on one node that does not serve": (
        cluster(nodes=NODES),
        PLAIN,
        (f'{DELETE_CTL}\nnode = "sub"', restart(TFTP, "pub", word="stop"), RESET),
    ),
    "ctl deleted on each node, and made again": (cluster(nodes=NODES), PLAIN, (DELETE_CTL, RESET, UPDATE_CTL, RESET)),
    "ctl deleted on the publisher, and left with CAPF": (
        cluster(nodes=NODES),
        PLAIN,
        (f'{DELETE_CTL}\nnode = "pub"', NOT_SECURE, restart(CM), restart(TFTP), RESET),
    ),
    "rollback": (cluster(mixed=False, nodes=NODES), BOTH, (rollback("True"),)),
    "rollback and back": (cluster(mixed=False), BOTH, (rollback("True"), rollback("False"))),
    "rollback of a cluster in mixed mode": (cluster(), BOTH, (rollback("True"),)),
    "rollback while Tftp is stopped": (
        cluster(mixed=False),
        PLAIN,
        (restart(TFTP, word="stop"), rollback("True"), restart(TFTP, word="start")),
    ),
    "the value that the parameter has, with another file": (
        cluster(mixed=False),
        PLAIN,
        (regenerate("TVS"), rollback("False")),
    ),
    "ctl update that phones are told of": (cluster("14SU3"), BOTH, (*RENEWED_RECOVERY, UPDATE_CTL)),
    "ctl update that phones are told of by hand": (cluster("14SU3"), BOTH, (BY_HAND, *RENEWED_RECOVERY, UPDATE_CTL)),
    "ctl update that phones are not told of": (cluster(), BOTH, (*RENEWED_RECOVERY, UPDATE_CTL)),
}


@pytest.mark.parametrize("name", PLANS)
def test_phones_hold_and_nodes_serve_what_they_do_in_a_running_lab(name: str) -> None:
    there, phones, plan = PLANS[name]
    steps = (BOOT, *(part for step in plan for part in (step, WAIT)))
    text = "\n".join(('title = "t"', there, *phones, *(f"[[steps]]\n{step}" for step in steps)))
    scenario = parse(text, "t.toml", "t")
    assert in_the_end(foretold(scenario)) == in_the_end(played(scenario))


# What it means to phones


def test_a_reset_of_the_itl_helps_while_one_key_is_left_and_not_when_none_is() -> None:
    world = World(cluster("11.5", mixed=False), *PLAIN)
    refused = world.met(world.after(*RENEWED_115), ServiceKind.TFTP)
    assert refused.server is not None
    assert refused.server.accepted is False
    helped = world.met(world.after(*RENEWED_115, RESET_ITL), ServiceKind.TFTP)
    assert trust(helped)[0] is True
    late = world.after(*RENEWED_115[:2], regenerate("ITLRecovery"), *RENEWED_115[2:], RESET_ITL)
    assert trust(world.met(late, ServiceKind.TFTP))[0] is False


def test_a_file_that_is_made_again_after_a_reset_is_a_new_file() -> None:
    """So a phone that holds the one of before checks its signature again."""
    world = World(cluster(), *PLAIN)
    before = world.fleet.trust["hq"].itl_file("hq-pub")
    kept = world.after(restart(TFTP)).trust["hq"].itl_file("hq-pub")
    again = world.after(RESET_ITL, restart(TFTP)).trust["hq"].itl_file("hq-pub")
    assert before is not None
    assert again is not None
    assert kept is before
    assert again.octets != before.octets
    assert again.content.records == before.content.records


@pytest.mark.parametrize("step", [RESET_ITL, RESET_CTL, DELETE_CTL, rollback("True")])
def test_of_phones_whose_lists_are_not_known_nothing_is_said(step: str) -> None:
    world = World(cluster(), *BOTH)
    assert not world.after(step).unjudged
    known, unknown = world.fleet.phones
    world.fleet = replace(world.fleet, phones=(known, replace(unknown, lists=None)))
    (left,) = world.after(step).unjudged
    assert (left.reason, left.phones) == (UnjudgedReason.LIST_RESET, frozenset({unknown.device_name}))


@pytest.mark.parametrize(("value", "told"), [("True", True), ("False", False)])
def test_it_is_told_that_https_services_fail_while_the_rollback_is_prepared(value: str, told: bool) -> None:
    world, say = World(cluster(mixed=False), *PLAIN), ENGLISH
    steps = world.steps(rollback(value))
    assert (say("whatif-text.unjudged.rollback") in unjudged(steps, world.after(rollback(value)), say)) is told


def test_a_reset_with_a_key_that_no_known_backup_has_saved_cannot_be_judged() -> None:
    world = World(cluster(mixed=False), *PLAIN)
    assert [each.reason for each in world.after(REMOTE).unjudged] == [UnjudgedReason.LIST_RESET]
    assert not world.after(BACK_UP, REMOTE).unjudged
