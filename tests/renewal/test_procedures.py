"""The table of procedures is whole: each plan, each step and each joint has its row, and each row its source or its reason."""

from __future__ import annotations

import pytest

from cisco_data.releases import RELEASES
from tests.renewal.procedures import PAIRS, PROCEDURES, Pair, Procedure
from tests.renewal.steps import (
    FOLDER,
    PAUSES,
    joined,
    joints,
    labels,
    steps_of,
    without,
    without_last_pauses,
)
from tests.renewal.told import Harm, Told, inferred

IDS = [f"{each.plan} {each.mode} {each.releases[0]}" for each in PROCEDURES]


def test_each_plan_has_a_procedure() -> None:
    assert {each.plan for each in PROCEDURES} == {path.stem for path in FOLDER.glob("*.toml")}


def test_no_procedure_stands_twice() -> None:
    assert len(set(IDS)) == len(IDS)


@pytest.mark.parametrize("procedure", PROCEDURES, ids=IDS)
def test_each_step_and_each_joint_has_a_row_and_no_other(procedure: Procedure) -> None:
    assert set(procedure.left_out) == set(labels(procedure.steps))
    assert set(procedure.joined) == set(joints(procedure.steps))
    assert set(procedure.releases) <= set(RELEASES)


@pytest.mark.parametrize("procedure", PROCEDURES, ids=IDS)
def test_a_plan_is_of_the_mode_and_the_releases_of_its_name(procedure: Procedure) -> None:
    words = {each["do"] for each in procedure.steps}
    if procedure.mode == "non-secure":
        assert words.isdisjoint({"update-ctl", "reset-ctl"})
    for name, mode in (("-mixed", "mixed"), ("-nonsecure", "non-secure")):
        assert name not in procedure.plan or procedure.mode == mode
    _, bound, newest = procedure.plan.partition("-to-")
    _, limit, oldest = procedure.plan.partition("-from-")
    for release in map(RELEASES.index, procedure.releases):
        assert not bound or release <= RELEASES.index(newest)
        assert not limit or release >= RELEASES.index({"14": "14SU2", "12": "12.0"}[oldest])


@pytest.mark.parametrize("pair", PAIRS, ids=lambda pair: f"{pair.first} {pair.second} {pair.releases[0]}")
def test_two_certificates_are_joined_without_what_stands_between(pair: Pair) -> None:
    first, second = steps_of(pair.first), steps_of(pair.second)
    assert pair.steps == first + second
    assert len(pair.steps_joined) < len(pair.steps)
    assert pair.steps_at_once[:2] == (first[0], second[0])
    of_first = [each.left_out for each in PROCEDURES if each.plan == pair.first and each.releases == pair.releases]
    assert of_first


def test_the_joint_of_two_acts_is_what_stands_before_the_second() -> None:
    steps = ({"do": "a"}, {"do": "reset"}, {"do": "wait"}, {"do": "a"}, {"do": "reset"})
    assert labels(steps) == ("a", "reset", "wait", "a, 2", "reset, 2")
    assert joints(steps) == ("a, 2",)
    assert joined(steps, "a, 2") == ({"do": "a"}, {"do": "a"}, {"do": "reset"})
    assert without(steps, "reset, 2") == steps[:-1]
    assert without_last_pauses(steps) == steps[:-1]


@pytest.mark.parametrize("procedure", PROCEDURES, ids=IDS)
def test_leaving_out_or_joining_takes_away_what_is_named(procedure: Procedure) -> None:
    steps = procedure.steps
    assert steps[0]["do"] == "regenerate-certificate"
    assert all(len(without(steps, label)) == len(steps) - 1 for label in procedure.left_out)
    for label in procedure.joined:
        gone = [each for each in steps if each not in joined(steps, label)]
        assert len(joined(steps, label)) < len(steps)
        assert all(each["do"] in PAUSES for each in gone)


def test_a_row_has_either_a_source_or_a_reason() -> None:
    assert inferred(Harm.NONE, "why").reason
    for wrong in ({}, {"source": "a", "reason": "b"}, {"reason": "b", "doubt": "c"}):
        with pytest.raises(AssertionError):
            Told(Harm.NONE, **wrong)


def test_what_locks_phones_is_told_by_a_document() -> None:
    """A lock is the worst harm: none is only inferred, and the pair that Cisco warns of most is there."""
    told = [row for each in PROCEDURES for row in (*each.left_out.values(), *each.joined.values())]
    told += [row for pair in PAIRS for row in (pair.joined, pair.at_once)]
    assert all(row.source for row in told if row.harm in (Harm.LOCKED, Harm.NO_ANCHOR))
    assert {pair.at_once.harm for pair in PAIRS if {pair.first[:11], pair.second[:3]} == {"callmanager", "tvs"}} == {
        Harm.LOCKED,
        Harm.NONE,
    }
