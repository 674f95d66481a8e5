"""What-if says of a refused list, file or server what the rules say of a played one: who signed it, what was done, what helps."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from cisco_data import ServiceKind
from lab.base.acts import ActKind
from lab.base.language import ENGLISH, Catalogue
from lab.case import CaseAct
from lab.fleet.model import Fleet
from lab.whatif.evaluate import ChangeRequest, evaluate
from lab.whatif.fleet_history import history
from lab.whatif.impact_report import Line, Verdict
from lab.whatif.judge import Judge, tftp_server
from lab.whatif.render.data import answer_data
from lab.whatif.trace_attempt import AttemptTrace, trace_attempt
from tests.whatif_trust.conftest import (
    CM,
    RESET,
    TFTP,
    TVS,
    World,
    cluster,
    half_an_hour,
    phone,
    regenerate,
    restart,
)

CALLMANAGER = (regenerate("CallManager"), restart(CM), restart(TFTP))
BOTH = (*CALLMANAGER, regenerate("TVS"), restart(TVS))
MOVED = 'do = "move"\nto = "new"'


@pytest.fixture(scope="module")
def old_release() -> World:
    """CallManager.pem signs lists."""
    return World(cluster("11.5", mixed=False), phone(profile="Non Secure"))


@pytest.fixture(scope="module")
def two_nodes() -> World:
    return World(cluster("11.5", mixed=False, nodes=("pub", "sub")), phone(profile="Non Secure"))


def told(world: World, *steps: str, say: Catalogue = ENGLISH) -> AttemptTrace:
    """Of the files that a phone gets when it starts after these steps."""
    return _told(world, world.after(*steps), say)


def _told(world: World, fleet: Fleet, say: Catalogue = ENGLISH) -> AttemptTrace:
    world.factory.learn(fleet)
    now = world.phone(fleet)
    return trace_attempt(Judge(world.factory), fleet, now, tftp_server(now.cluster), say)


@pytest.mark.parametrize(
    ("steps", "rule"),
    [
        (BOTH, "signer-and-tvs-renewed"),
        ((*CALLMANAGER, regenerate("TVS")), "tvs-out-of-date"),
        ((*CALLMANAGER, restart(TVS, word="stop")), "tvs-unreachable"),
        (CALLMANAGER, "tvs-out-of-date"),
        ((*CALLMANAGER, half_an_hour()), ""),
        ((*CALLMANAGER, restart(TVS)), ""),
        ((*CALLMANAGER, restart(TVS), RESET, regenerate("TVS"), restart(TVS)), ""),
    ],
)
def test_a_list_of_a_new_signer_is_explained_by_what_became_of_tvs(
    old_release: World, steps: tuple[str, ...], rule: str
) -> None:
    found = told(old_release, *steps)
    assert (found.explanation.rule if found.explanation is not None else "") == rule
    assert bool(found.console) == bool(rule) or not rule


def test_the_console_says_which_list_is_not_taken_as_the_model_prints_it(old_release: World) -> None:
    console = "\n".join(told(old_release, *BOTH).console)
    device = old_release.fleet.phones[0].device_name
    assert "SECUREAPP-No match found in trust list against the item" in console
    assert f"ITL{device}.tlv not taken" in console
    assert "the configuration in flash stays in use" in console


def test_evidence_names_the_steps_and_both_languages_say_it(old_release: World) -> None:
    english, chinese = told(old_release, *BOTH).explanation, told(old_release, *BOTH, say=Catalogue("zh")).explanation
    assert english is not None
    assert chinese is not None
    assert {1, 4} <= {one.seq for one in english.evidence}
    assert english.rule == chinese.rule
    assert english.why != chinese.why
    assert english.cures == chinese.cures


def test_tvs_that_was_stopped_before_the_change_is_to_be_started(old_release: World) -> None:
    stopped = World(cluster("11.5", mixed=False), phone(profile="Non Secure"))
    stopped.fleet = replace(stopped.after(restart(TVS, word="stop")), acts=())
    found = told(stopped, *CALLMANAGER).explanation
    assert found is not None
    assert found.rule == "tvs-unreachable"
    assert [step["do"] for step in found.cures[0]][:1] == ["start-service"]


def test_a_phone_that_moved_is_told_of_the_cluster_whose_lists_it_holds() -> None:
    world = World(
        cluster(name="old", mixed=False), cluster(name="new", mixed=False), phone(profile="Non Secure", cluster="old")
    )
    found = told(world, MOVED).explanation
    assert found is not None
    assert found.rule == "lists-of-another-cluster"
    assert found.cures[0][0]["do"] == "upload-certificate"
    assert found.cures[0][0]["cluster"] == "old"
    assert _told(world, world.fleet).explanation is None


# The history


def acts(world: World, *steps: str) -> list[CaseAct]:
    return [act for act in history(world.after(*steps)) if act.ref.number]


def test_acts_carry_the_node_and_the_unit_as_those_of_a_journal_do(two_nodes: World) -> None:
    found = acts(two_nodes, regenerate("TVS", "sub"), restart(TVS, "sub"), regenerate("CallManager"))
    assert [(act.kind, act.unit, act.node) for act in found] == [
        (ActKind.CERTIFICATE_REGENERATED, "TVS", "sub"),
        (ActKind.SERVICE_STARTED, TVS, "sub"),
        (ActKind.CERTIFICATE_REGENERATED, "CallManager", "pub"),
    ]
    assert found[1].serial == found[0].serial != found[0].former_serial


def test_a_service_that_is_restarted_on_every_node_started_on_each(two_nodes: World) -> None:
    assert [act.node for act in acts(two_nodes, restart(TFTP))] == ["pub", "sub"]


def test_a_cluster_of_one_node_has_no_names_of_nodes(old_release: World) -> None:
    assert {act.node for act in history(old_release.after(*BOTH))} == {""}


def test_every_tvs_and_tftp_has_started_before_the_first_step_with_its_certificate_of_then(two_nodes: World) -> None:
    after = two_nodes.after(regenerate("TVS", "sub"), restart(TVS, "sub"))
    first = [act for act in history(after) if not act.ref.number and act.unit in (TVS, TFTP)]
    assert sorted((act.node, act.unit) for act in first) == sorted(
        (node, unit) for node in ("pub", "sub") for unit in (TVS, TFTP)
    )
    renewed = next(act for act in history(after) if act.kind is ActKind.CERTIFICATE_REGENERATED)
    assert [act.serial for act in first if (act.node, act.unit) == ("sub", TVS)] == [renewed.former_serial]


# The report


def test_a_report_has_console_and_explanation_of_refused_files_and_of_a_server_that_tvs_does_not_know() -> None:
    world = World(cluster("11.5"), phone())
    steps = world.steps(regenerate("CallManager"), restart(CM), regenerate("TVS"), restart(TVS), restart(TFTP))
    report = evaluate(ChangeRequest(world.fleet, steps, "t"), world.keys, propose=False)
    lines = {line.service: line for group in report.groups for line in group.lines}
    at_tftp, at_cm = lines[ServiceKind.TFTP], lines[ServiceKind.CALLMANAGER]
    _is_explained(at_tftp, "signer-and-tvs-renewed")
    _is_explained(at_cm, "callmanager-regenerated")
    assert any("not trusted for [SCCP]" in line for line in at_cm.console)
    assert at_tftp.explanation is not None
    assert f'"rule": "{at_tftp.explanation.rule}"' in json.dumps(answer_data(report))


def _is_explained(line: Line, rule: str) -> None:
    assert line.verdict is Verdict.BREAKS
    assert line.explanation is not None
    assert line.explanation.rule == rule
    assert line.console
