"""Each plan of examples/renewal loads, and means something in a network of each mode and release that it is for."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import pytest

from lab.base.failures import InvalidInput
from lab.fleet.model import Fleet
from lab.operations.table import OPERATIONS
from lab.play.building import make_keys
from lab.scenario.file import parse
from lab.whatif.credential_factory import CredentialFactory
from lab.whatif.initial_fleet import initial_fleet
from lab.whatif.plan_file import load_plan, parse_plan
from lab.whatif.plan_steps import steps_of_plan
from pki import KeyPool, KeyRing
from tests.renewal.procedures import PROCEDURES, Procedure
from tests.renewal.steps import FOLDER, steps_of

NETWORK = """
title = "A network"
[clusters.hq]
mode = "{mode}"
release = "{release}"
[radius.RADIUS]
trusts = ["CAPF of hq"]
[vpn.VPN]
trusts = ["CAPF of hq"]
[phones.lobby]
model = "8861"
cluster = "hq"
lsc = "hq"
dot1x = "RADIUS"
vpn = "VPN"
[[steps]]
do = "boot"
"""
NAMES = sorted(path.stem for path in FOLDER.glob("*.toml"))


def not_yet(plan: str) -> set[str]:
    """Words of a plan that no operation has."""
    return {step["do"] for step in steps_of(plan)} - set(OPERATIONS)


@cache
def network(mode: str, release: str) -> tuple[Fleet, KeyRing]:
    scenario = parse(NETWORK.format(mode=mode, release=release), "network.toml", "network")
    keys = make_keys(scenario, KeyPool())
    return initial_fleet(scenario, keys), keys


def path_of(name: str) -> Path:
    return FOLDER / f"{name}.toml"


@pytest.mark.parametrize("name", NAMES)
def test_a_plan_loads_with_a_sentence_for_each_step(name: str) -> None:
    if missing := not_yet(name):
        pytest.skip(f"no operation is called {', '.join(sorted(missing))} yet")
    plan = load_plan(path_of(name))
    assert [str(type(step).__struct_config__.tag) for step in plan.steps] == [step["do"] for step in steps_of(name)]
    assert all(step["say"].endswith(".") for step in steps_of(name))


@pytest.mark.parametrize("procedure", PROCEDURES, ids=lambda each: f"{each.plan} {each.mode} {each.releases[0]}")
def test_a_plan_means_something_and_leaves_no_restart_due(procedure: Procedure) -> None:
    if missing := not_yet(procedure.plan):
        pytest.skip(f"no operation is called {', '.join(sorted(missing))} yet")
    for release in procedure.releases:
        fleet, keys = network(procedure.mode, release)
        steps, findings = steps_of_plan(fleet, CredentialFactory(fleet, keys), load_plan(path_of(procedure.plan)))
        assert len(steps) >= len(procedure.steps)
        # In non-secure mode no phone shows Cisco CallManager a certificate, so that the plan spares its restart.
        spared = {"CallManager of hq"} if procedure.plan.startswith("capf-nonsecure") else set()
        assert {finding.problem.partition(" is changed here")[0] for finding in findings} == spared


def test_a_plan_without_its_restart_is_told_that_one_is_due() -> None:
    fleet, keys = network("mixed", "12.5")
    text = path_of("callmanager-mixed-to-12.5").read_text("utf-8").replace('"Cisco CallManager"', '"Cisco Tomcat"')
    _, findings = steps_of_plan(fleet, CredentialFactory(fleet, keys), parse_plan(text, Path("plan.toml")))
    assert findings


def test_a_plan_with_the_name_of_another_server_is_refused_at_its_step() -> None:
    text = path_of("capf-mixed-802.1x-vpn-to-12.5").read_text("utf-8").replace('"RADIUS"', '"ACS"')
    fleet, keys = network("mixed", "12.5")
    with pytest.raises(InvalidInput, match=r"steps\[7\]"):
        steps_of_plan(fleet, CredentialFactory(fleet, keys), parse_plan(text, Path("plan.toml")))
