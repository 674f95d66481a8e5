"""Every cure that `explain` can print is played, after a story that leads to its failure, and keeps its promise."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from lab.base.failures import ScenarioError
from lab.explain import RULES, Explanation, Way, explain
from lab.operations.table import OPERATIONS
from lab.play.runner import StoryResult
from lab.scenario.file import parse
from lab.views import cases_of
from tests.cures.edge_failures import EDGES
from tests.cures.every_case import every_explanation
from tests.cures.failures import AT_CLUSTERS, Failure
from tests.cures.promises import promised_lists, promises
from tests.cures.stories import BOOT, at_home
from tests.cures.trust_failures import AT_LISTS
from tests.cures.unplayed import AFTERWARDS, UNPLAYED, UNREACHED, Unplayed
from tests.played import play_text
from tests.played_cures import steps_of

STORIES = Path(__file__).resolve().parents[1] / "outcomes" / "stories.txt"
TRIES = [(failure, way) for failure in (*AT_CLUSTERS, *EDGES, *AT_LISTS) for way in failure.ways]


def played(text: str) -> StoryResult:
    result = play_text(text, "cure")
    assert not result.faults
    return result


@cache
def failed(text: str) -> StoryResult:
    result = played(text)
    assert result.passed, result.steps[-1].observed
    return result


def explained(failure: Failure) -> Explanation:
    """The failure, as it is when the story is over."""
    found = explain(cases_of(failed(failure.story).events))
    (one,) = [one for one in found if one.rule == failure.rule and one.still]
    return one


@pytest.mark.parametrize(("failure", "way"), TRIES, ids=[f"{way}: {failure.name}" for failure, way in TRIES])
def test_the_cure_leads_to_what_it_promises(failure: Failure, way: Way) -> None:
    one = explained(failure)
    assert way in one.ways, f"the cure has only {one.ways}"
    steps = one.cures[one.ways.index(way)]
    if failure.steps:
        assert any("advice" in step for step in steps), "it is of operations, and is played as it is printed"
        typed = "".join(f"[[steps]]\n{step}\n" for step in failure.steps)
    else:
        typed = steps_of(failed(failure.story), _operations(steps))
    promised = (promised_lists(failure) if failure in AT_LISTS else "") + promises(failure, steps)
    cured = played(failure.story + typed + promised)
    assert cured.passed, f"{steps}: {cured.steps[-1].observed}"
    still = [one.rule for one in explain(cases_of(cured.events)) if one.still]
    assert still == [], steps


def _operations(steps: tuple[dict[str, Any], ...]) -> tuple[dict[str, Any], ...]:
    """Without advice that is about what comes after the cure of this phone."""
    done = tuple(step for step in steps if "do" in step)
    kept = [str(step["advice"]) for step in steps if "advice" in step]
    assert done
    assert all(any(words in advice for words in AFTERWARDS) for advice in kept), kept
    return done


# The tables


PRINTED = {(rule, way) for rule, lesson in RULES.items() for way in lesson.ways}
PLAYED = {(failure.rule, way) for failure, way in TRIES}


def test_each_way_is_played_or_has_a_reason_why_not() -> None:
    assert PRINTED - PLAYED - set(UNPLAYED) - set(UNREACHED) == set()


def test_nothing_is_listed_that_is_not_printed_or_is_played() -> None:
    assert set(UNPLAYED) - PRINTED == set()
    assert set(UNREACHED) - PRINTED == set()
    assert set() == PLAYED - PRINTED
    assert set(UNPLAYED) & PLAYED == set()
    assert set(UNREACHED) & PLAYED == set()
    assert set(UNREACHED) & set(UNPLAYED) == set()
    assert all(reason.strip() for reason in (*UNREACHED.values(), *(one.reason for one in UNPLAYED.values())))


STEPLESS = [(pair, listed) for pair, listed in UNPLAYED.items() if listed.story]


@pytest.mark.parametrize(("pair", "listed"), STEPLESS, ids=[f"{way}: {rule}" for (rule, way), _ in STEPLESS])
def test_a_listed_way_is_still_printed_and_is_not_of_operations_alone(pair: tuple[str, Way], listed: Unplayed) -> None:
    rule, way = pair
    one = explained(Failure(rule, (way,), listed.story))
    assert way in one.ways
    assert any("advice" in step for step in one.cures[one.ways.index(way)])


@pytest.mark.parametrize("listed", UNPLAYED.values(), ids=[f"{way}: {rule}" for rule, way in UNPLAYED])
def test_no_step_can_play_a_listed_way(listed: Unplayed) -> None:
    assert not listed.word or listed.word not in OPERATIONS
    if listed.step:
        with pytest.raises(ScenarioError):
            parse(at_home(listed.step), "cure.toml", "cure")
        parse(at_home(BOOT), "cure.toml", "cure")


def test_a_way_of_operations_that_no_story_reaches_is_printed_for_some_case() -> None:
    printed = {(one.rule, way) for one in every_explanation() for way in one.ways}
    assert {(rule, way) for rule, way in UNREACHED if way not in (Way.TOLD, Way.WAIT, Way.RESET)} - printed == set()


def test_no_story_of_the_gallery_reaches_what_is_listed_as_out_of_reach() -> None:
    reached = set(re.findall(r"[\w-]+", STORIES.read_text("utf-8")))
    assert "lsc-of-another-cluster" in reached
    never = {rule for rule, _ in UNREACHED} - {rule for rule, _ in PLAYED}
    assert never & reached == set()
