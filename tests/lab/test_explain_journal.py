"""A journal that is cut, lacks events or is out of order is never explained as if it were whole: it says so, and exits 4."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from msgspec import structs

from journal import Event, to_jsonl
from lab.verbs.cli import cli
from lab.views import missing_of
from tests.lab.conftest import Play

STORY = "new-cluster-old-lsc"


def run(*words: object) -> Result:
    return CliRunner().invoke(cli, ["explain", *map(str, words), "--lang", "en"])


@pytest.fixture
def lines(of_gallery: Play) -> list[bytes]:
    return list(map(to_jsonl, of_gallery(STORY).events))


def told(lines: list[bytes], tmp_path: Path, *options: str) -> Result:
    file = tmp_path / "run.jsonl"
    file.write_bytes(b"".join(lines))
    return run(file, *options)


def test_a_whole_journal_is_exit_0_and_says_nothing_of_itself(lines: list[bytes], tmp_path: Path) -> None:
    result = told(lines, tmp_path)
    assert result.exit_code == 0
    assert "journal" not in result.output


CUTS = {
    "the last line is cut": (lambda lines: [*lines[:-1], lines[-1][:-9]], "The last line of the journal is cut."),
    "the last line lacks its newline": (lambda lines: [*lines[:-1], lines[-1][:-1]], "The last line"),
    "the beginning is missing": (lambda lines: lines[9:], "begins with event 10"),
    "one event is missing": (lambda lines: [*lines[:4], *lines[5:]], "Events 5 to 5 are missing"),
    "events are missing": (lambda lines: [*lines[:4], *lines[20:]], "Events 5 to 20 are missing"),
    "two events changed places": (
        lambda lines: [*lines[:4], lines[5], lines[4], *lines[6:]],
        "event 5 stands after event 6",
    ),
    "one event is there twice": (lambda lines: [*lines[:5], *lines[4:]], "event 5 stands after event 5"),
    "the end is missing": (lambda lines: lines[:30], "ends at event 30, before its story does"),
    "all but the first lines is missing": (lambda lines: lines[:3], "before its story does"),
}


@pytest.mark.parametrize("name", CUTS)
def test_what_is_missing_is_said_and_the_exit_code_is_4(name: str, lines: list[bytes], tmp_path: Path) -> None:
    damage, says = CUTS[name]
    if name == "all but the first lines is missing":
        lines = [line for line in lines if b'"StepStarted"' in line or b'"StepEnded"' in line or b"Started" in line]
        result = told(damage(lines), tmp_path)
        assert result.exit_code == 4
        assert "Nothing failed" not in result.output
        return
    result = told(damage(lines), tmp_path)
    assert result.exit_code == 4
    assert says in " ".join(result.output.split())
    assert "Nothing failed" not in result.output


def test_json_says_it_too(lines: list[bytes], tmp_path: Path) -> None:
    whole = json.loads(told(lines, tmp_path, "--json").output)
    assert (whole["schema"], whole["complete"], whole["missing"]) == (1, True, [])
    assert {phone["rule"] for phone in whole["phones"]} == {"lsc-of-another-cluster"}
    result = told(lines[9:], tmp_path, "--json")
    damaged = json.loads(result.output)
    assert result.exit_code == 4
    assert damaged["complete"] is False
    assert "begins with event 10" in damaged["missing"][0]


def test_an_order_that_is_wrong_does_not_change_what_is_explained(lines: list[bytes], tmp_path: Path) -> None:
    right = json.loads(told(lines, tmp_path, "--json").output)["phones"]
    wrong = json.loads(told(lines[::-1], tmp_path, "--json").output)["phones"]
    assert [(one["rule"], one["evidence"]) for one in right] == [(one["rule"], one["evidence"]) for one in wrong]


def test_time_that_goes_back_is_out_of_order(of_gallery: Play) -> None:
    events = list(of_gallery(STORY).events)
    assert missing_of(events) == ()
    events[7] = structs.replace(events[7], at=events[0].at.replace(year=2000))
    assert [one.key for one in missing_of(events)] == ["explain.journal.time"]


@given(st.data())
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_no_event_can_go_missing_unseen(of_gallery: Play, data: st.DataObject) -> None:
    """Any one, but for those after the story's end, which tell nothing of the phones."""
    events: list[Event] = list(of_gallery(STORY).events)
    ended = next(index for index, event in enumerate(events) if type(event).__name__ == "StoryEnded")
    gone = data.draw(st.integers(0, ended))
    assert missing_of([*events[:gone], *events[gone + 1 :]])
