"""Another name or address of a node, and a restore, in a fleet; later steps name the node anew."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from cisco_data import CertificateUnit, ServiceKind
from cisco_data.release_table import release_named
from lab.base.acts import ActKind
from lab.base.failures import InvalidInput
from lab.fleet.model import Fleet, UnjudgedReason
from lab.operations.effects import apply
from lab.play.building import make_keys
from lab.running.lab import key_pool
from lab.scenario.file import parse
from lab.scenario.model import Scenario
from lab.whatif.credential_factory import CredentialFactory
from lab.whatif.initial_fleet import initial_fleet
from lab.whatif.plan_file import parse_plan
from lab.whatif.plan_steps import steps_of_plan
from pki import Certificate, KeyRing

CAST = """
title = "Names"
[clusters.hq]
tftp-servers = ["hq-pub", "hq-sub"]
[clusters.hq.nodes.hq-pub]
[clusters.hq.nodes.hq-sub]
[clusters.branch]
[phones.lobby]
model = "7965"
cluster = "hq"
[phones.desk]
model = "8861"
cluster = "branch"
"""
RENAMED = 'do = "set-host-name"\ncluster = "hq"\nnode = "hq-sub"\nname = "cucm-two"'


def scenario(*steps: str) -> Scenario:
    return parse(CAST + "".join(f"[[steps]]\n{step}\n" for step in steps), "story.toml", "story")


@cache
def network() -> tuple[Fleet, KeyRing]:
    story = scenario('do = "boot"')
    keys = make_keys(story, key_pool())
    return initial_fleet(story, keys), keys


def after(*steps: str, change: Callable[[Fleet], Fleet] = lambda fleet: fleet) -> Fleet:
    """`change`: of the fleet before the first step."""
    first, keys = network()
    fleet = change(first)
    factory: Any = CredentialFactory(fleet, keys)
    if not steps:
        return fleet
    plan = parse_plan("".join(f"[[steps]]\n{step}\n" for step in steps), Path("plan.toml"))
    for number, step in enumerate(steps_of_plan(fleet, factory, plan)[0], 1):
        fleet = apply(fleet, step, factory, number)
    return fleet


def unjudged(fleet: Fleet) -> list[tuple[UnjudgedReason, str]]:
    return [(each.reason, each.cluster) for each in fleet.unjudged]


def certificates(fleet: Fleet, node: int) -> dict[CertificateUnit, Certificate]:
    return dict(fleet.trust["hq"].nodes[node].own)


def without_nodes(fleet: Fleet) -> Fleet:
    return replace(fleet, trust={"branch": fleet.trust["branch"]})


ADDRESS = 'do = "set-address"\ncluster = "hq"\nnode = "hq-pub"'
DOMAIN = 'do = "set-domain"\ncluster = "hq"\nnode = "hq-pub"\ndomain = "a.b"'
RESTORED = 'do = "restore-keys"\ncluster = "hq"'


@pytest.mark.parametrize(
    ("step", "act", "reason"),
    [
        (RENAMED, ActKind.HOST_NAME_SET, UnjudgedReason.NODE_NAMES),
        (DOMAIN, ActKind.DOMAIN_SET, UnjudgedReason.NODE_NAMES),
        (ADDRESS, ActKind.ADDRESS_SET, UnjudgedReason.NODE_NAMES),
        (RESTORED, ActKind.KEYS_RESTORED, UnjudgedReason.RESTORED_KEYS),
    ],
)
def test_nothing_can_be_said_of_a_cluster_whose_nodes_are_not_known(
    step: str, act: ActKind, reason: UnjudgedReason
) -> None:
    fleet = after(step, change=without_nodes)
    assert unjudged(fleet) == [(reason, "hq")]
    assert fleet.acts[0].kind is act
    lobby, desk = fleet.phones
    servers = {(server.cluster, server.kind): server for server in fleet.servers.values()}
    hq, branch = servers["hq", ServiceKind.CALLMANAGER], servers["branch", ServiceKind.CALLMANAGER]
    assert fleet.unjudged[0].concerns(lobby, hq)
    assert not fleet.unjudged[0].concerns(desk, branch)


def test_nothing_can_be_said_after_a_restore_of_a_backup_that_no_step_made() -> None:
    assert unjudged(after(RESTORED)) == [(UnjudgedReason.RESTORED_KEYS, "hq")]
    other = 'do = "backup-keys"\ncluster = "hq"\nname = "other"'
    assert unjudged(after(other, RESTORED)) == [(UnjudgedReason.RESTORED_KEYS, "hq")]
    assert not unjudged(after('do = "backup-keys"\ncluster = "hq"', RESTORED))


def test_nothing_can_be_said_after_a_restore_where_a_backup_holds_no_keys() -> None:
    old = {"hq": release_named("9.1")}
    fleet = after('do = "backup-keys"\ncluster = "hq"', RESTORED, change=lambda fleet: replace(fleet, releases=old))
    assert unjudged(fleet) == [(UnjudgedReason.RESTORED_KEYS, "hq")]


def test_a_backup_is_restored_to_nodes_of_the_same_names_only() -> None:
    with pytest.raises(InvalidInput, match="cucm-two"):
        after('do = "backup-keys"\ncluster = "hq"', RENAMED, RESTORED)


def test_all_certificates_of_the_node_but_itlrecovery_are_made_again() -> None:
    before = after()
    for step, node, capf in ((RENAMED, 1, False), (DOMAIN, 0, True)):
        fleet = after(step)
        was, now = certificates(before, node), certificates(fleet, node)
        same = {unit for unit in was if was[unit] == now[unit]}
        assert same == ({CertificateUnit.ITL_RECOVERY} if node == 0 else set())
        assert certificates(fleet, 1 - node) == certificates(before, 1 - node)
        assert (fleet.capf["hq"] != before.capf["hq"]) is capf
        assert fleet.capf["branch"] == before.capf["branch"]
    assert certificates(after(ADDRESS), 0) == certificates(before, 0)


def test_a_restore_brings_the_certificates_of_the_backup_back() -> None:
    renewed = [
        f'do = "regenerate-certificate"\ncertificate = "{unit} of hq"' for unit in ("CallManager", "CAPF", "TVS")
    ]
    before = after()
    lost, fleet = after(*renewed), after('do = "backup-keys"\ncluster = "hq"', *renewed, RESTORED)
    assert lost.capf["hq"] != before.capf["hq"]
    assert certificates(fleet, 0) == certificates(before, 0) != certificates(lost, 0)
    assert fleet.capf["hq"] == before.capf["hq"]
    for name, server in fleet.servers.items():
        assert server.configured.certificate == before.servers[name].configured.certificate
    kinds = [act.kind for act in fleet.acts]
    assert kinds.count(ActKind.CERTIFICATE_RESTORED) == 3


def test_a_restored_certificate_takes_the_place_of_a_newer_one_in_the_trust_stores() -> None:
    kept = 'do = "regenerate-certificate"\ncertificate = "CAPF of hq"\nsame-name = true'
    before = after()
    later = 'do = "wait"\nseconds = 86400'
    fleet = after('do = "backup-keys"\ncluster = "hq"', later, kept, RESTORED)
    assert before.capf["hq"] not in after(later, kept).servers["CAPF of hq"].configured.trust
    assert before.capf["hq"] in fleet.servers["CAPF of hq"].configured.trust


def test_a_backup_changes_no_verdict() -> None:
    fleet = after('do = "backup-keys"\ncluster = "hq"')
    assert not fleet.unjudged
    assert [each.kind for each in fleet.acts] == [ActKind.KEYS_BACKED_UP]


def test_later_steps_name_the_node_by_its_new_host_name() -> None:
    restart = 'do = "restart-service"\ncluster = "hq"\nservice = "Cisco Tftp"\nnode = '
    fleet = after(RENAMED, f'{restart}"cucm-two"')
    assert fleet.nodes["hq"] == ("hq-pub", "cucm-two")
    assert [node.name for node in fleet.trust["hq"].asked] == ["hq-pub", "cucm-two"]
    assert {server.node for server in fleet.servers.values() if server.cluster == "hq"} == {"", "hq-pub", "cucm-two"}
    with pytest.raises(InvalidInput, match="hq-sub"):
        after(RENAMED, f'{restart}"hq-sub"')


def test_a_story_names_it_so_too() -> None:
    check = 'expect = "registered"\nphone = "lobby"\ncluster = "hq"\ncertificate = "none"\nnode = '
    assert scenario(RENAMED, f'{check}"cucm-two"').steps
    with pytest.raises(InvalidInput, match="hq-sub"):
        scenario(RENAMED, f'{check}"hq-sub"')
