"""Another name or address of a node, and a restore, in a fleet: what-if cannot tell, and later steps name the node anew."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from cisco_data import ServiceKind
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


def after(*steps: str) -> Fleet:
    story = scenario(*steps)
    keys = make_keys(story, key_pool())
    fleet = initial_fleet(story, keys)
    factory: Any = CredentialFactory(fleet, keys)
    plan = parse_plan("".join(f"[[steps]]\n{step}\n" for step in steps), Path("plan.toml"))
    for number, step in enumerate(steps_of_plan(fleet, factory, plan)[0], 1):
        fleet = apply(fleet, step, factory, number)
    return fleet


def unjudged(fleet: Fleet) -> list[tuple[UnjudgedReason, str]]:
    return [(each.reason, each.cluster) for each in fleet.unjudged]


@pytest.mark.parametrize(
    ("step", "act", "reason"),
    [
        (RENAMED, ActKind.HOST_NAME_SET, UnjudgedReason.NODE_NAMES),
        (
            'do = "set-domain"\ncluster = "hq"\nnode = "hq-pub"\ndomain = "a.b"',
            ActKind.DOMAIN_SET,
            UnjudgedReason.NODE_NAMES,
        ),
        ('do = "set-address"\ncluster = "hq"\nnode = "hq-pub"', ActKind.ADDRESS_SET, UnjudgedReason.NODE_NAMES),
        ('do = "restore-keys"\ncluster = "hq"', ActKind.KEYS_RESTORED, UnjudgedReason.RESTORED_KEYS),
    ],
)
def test_nothing_can_be_said_of_the_phones_of_that_cluster(step: str, act: ActKind, reason: UnjudgedReason) -> None:
    fleet = after(step)
    assert unjudged(fleet) == [(reason, "hq")]
    assert [each.kind for each in fleet.acts] == [act]
    lobby, desk = fleet.phones
    servers = {(server.cluster, server.kind): server for server in fleet.servers.values()}
    hq, branch = servers["hq", ServiceKind.CALLMANAGER], servers["branch", ServiceKind.CALLMANAGER]
    assert fleet.unjudged[0].concerns(lobby, hq)
    assert not fleet.unjudged[0].concerns(desk, branch)


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
