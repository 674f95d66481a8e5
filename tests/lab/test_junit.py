"""JUnit XML as CI systems read it: names, counts and times, a failure that says why, and no letter that XML cannot hold."""

from __future__ import annotations

import re
from dataclasses import replace
from functools import partial
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lab.play.runner import StepResult, StoryResult
from lab.render.junit import OTHER_FILES, junit_xml
from lab.scenario.file import parse
from tests.in_process import invoke
from tests.one_phone import one_phone

PASSING = one_phone().replace("expect =", 'say = "With its <MIC> & all."\nexpect =')
FAILING = PASSING.replace('certificate = "MIC"', 'certificate = "LSC"')
DOWN = FAILING.replace('cluster = "here"', 'cluster = "here"\nmic = false\nlsc = "there"').replace(
    "[clusters.here]", "[clusters.here]\n[clusters.there]"
)

SHAPE = {
    "testsuites": ({"name", "tests", "failures", "errors", "time"}, {"testsuite"}),
    "testsuite": ({"name", "tests", "failures", "errors", "skipped", "time", "timestamp"}, {"testcase"}),
    "testcase": ({"name", "classname", "time"}, {"failure", "system-out"}),
    "failure": ({"type", "message"}, set()),
    "system-out": (set(), set()),
}
"""Of Jenkins' junit-10.xsd, the elements and attributes that we use: each element has all of these and no other."""


def checked(document: bytes) -> ET.Element:
    """The document, after a look at its shape."""
    assert document.startswith(b"<?xml version='1.0' encoding='utf-8'?>\n")
    top = ET.fromstring(document)
    assert top.tag == "testsuites"
    for element in top.iter():
        attributes, children = SHAPE[element.tag]
        assert set(element.attrib) == attributes
        assert {child.tag for child in element} <= children
        assert re.fullmatch(r"\d+\.\d{3}", element.get("time", "0.000"))
    for counting in (top, *top.iter("testsuite")):
        assert int(counting.get("tests", "")) == len(list(counting.iter("testcase")))
        assert int(counting.get("failures", "")) == len(list(counting.iter("failure")))
        assert counting.get("errors") == "0"
    return top


@pytest.fixture
def stories(tmp_path: Path) -> list[str]:
    made = []
    for name, text in (("good", PASSING), ("bad", FAILING), ("down", DOWN)):
        (tmp_path / f"{name}.toml").write_text(text, "utf-8")
        made.append(str(tmp_path / f"{name}.toml"))
    return made


run = partial(invoke, "run")


def test_a_run_is_a_suite_and_a_story_a_case(stories: list[str], tmp_path: Path) -> None:
    file = tmp_path / "out.xml"
    result = run("-q", "--jobs", "1", "--junit", file, *stories)
    assert result.exit_code == 1
    top = checked(file.read_bytes())
    cases = list(top.iter("testcase"))
    assert [case.get("name") for case in cases] == ["good", "bad", "down"]
    assert [case.find("failure") is not None for case in cases] == [False, True, True]
    assert list(cases[0]) == []
    assert all(float(case.get("time", "")) > 0 for case in cases)
    (suite,) = top
    assert float(suite.get("time", "")) == pytest.approx(sum(float(case.get("time", "")) for case in cases), abs=0.01)
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d", suite.get("timestamp", ""))
    assert [path for path in tmp_path.iterdir() if path.suffix not in (".toml", ".xml")] == []


def test_a_failure_says_which_step_what_was_so_and_why_and_shows_the_console(
    stories: list[str], tmp_path: Path
) -> None:
    file = tmp_path / "out.xml"
    assert run("-q", "--junit", file, stories[2]).exit_code == 1
    (failure,) = checked(file.read_bytes()).iter("failure")
    assert failure.get("type") == "registered"
    assert failure.get("message", "").startswith("step 2 of 2, registered: lobby is refused (unknown CA)")
    text = failure.text or ""
    assert "With its <MIC> & all." in text
    assert "offered its LSC to CallManager and was refused: unknown CA." in text
    assert "verify code 20" in text
    (console,) = checked(file.read_bytes()).iter("system-out")
    assert "SEP001A2F000001  " in (console.text or "")
    assert "SSL3 alert [read]:[fatal]:[unknown CA]" in (console.text or "")


def test_the_console_of_a_registered_phone_is_shown_where_the_failed_step_names_it(
    stories: list[str], tmp_path: Path
) -> None:
    file = tmp_path / "out.xml"
    assert run("-q", "--junit", file, stories[1]).exit_code == 1
    (console,) = checked(file.read_bytes()).iter("system-out")
    assert "PXY_NO_LSC" in (console.text or "")


def test_the_explanation_speaks_the_language_of_the_run(stories: list[str], tmp_path: Path) -> None:
    file = tmp_path / "out.xml"
    assert run("-q", "--lang", "zh", "--junit", file, stories[2]).exit_code == 1
    (failure,) = checked(file.read_bytes()).iter("failure")
    assert "被拒绝" in (failure.text or "")


@given(st.text(max_size=40), st.text(max_size=40))
def test_no_text_breaks_the_document(name: str, observed: str) -> None:
    scenario = replace(parse(PASSING, "x.toml", "x"), name=name)
    result = StoryResult(scenario, steps=[StepResult(1, scenario.steps[1], False, observed, 1)])
    (case,) = checked(junit_xml([result])).iter("testcase")
    failure = case[0]
    assert len(case.get("name", "")) == len(name)
    assert failure.get("message", "").endswith(case_safe(observed))


def case_safe(text: str) -> str:
    return "".join(
        letter if letter in "\t\n\r" or (letter >= " " and letter not in "\ufffe\uffff") else "?" for letter in text
    )


def test_no_story_at_all_is_a_suite_of_none() -> None:
    assert checked(junit_xml([])).get("tests") == "0"


# The file


@pytest.mark.parametrize("suffix", OTHER_FILES)
def test_the_name_of_something_else_is_exit_2_and_nothing_is_touched(
    suffix: str, stories: list[str], tmp_path: Path
) -> None:
    file = tmp_path / f"precious{suffix}"
    file.write_text("precious", "utf-8")
    result = run("-q", "--junit", file, stories[0])
    assert (result.exit_code, result.stdout) == (2, "")
    assert "name the JUnit report .xml" in result.stderr
    assert file.read_text("utf-8") == "precious"


@pytest.mark.parametrize(
    ("path", "says"), [("none/out.xml", "No such file or directory"), (".", "it is a folder; name a file")]
)
def test_a_place_that_cannot_be_written_is_exit_2_before_anything_happens(
    path: str, says: str, stories: list[str], tmp_path: Path
) -> None:
    result = run("-q", "--junit", tmp_path / path, stories[0])
    assert (result.exit_code, result.stdout) == (2, "")
    assert f"cannot be written: {says}" in result.stderr


def test_an_older_report_is_replaced_only_when_the_new_one_is_whole(stories: list[str], tmp_path: Path) -> None:
    file = tmp_path / "out.xml"
    assert run("-q", "--junit", file, stories[0]).exit_code == 0
    old, written = file.read_bytes(), file.stat().st_mtime_ns
    assert run("-q", "--junit", file, "no-such-story").exit_code == 2
    assert (file.read_bytes(), file.stat().st_mtime_ns) == (old, written)
    assert run("-q", "--junit", file, stories[0]).exit_code == 0
    assert file.stat().st_mtime_ns > written
    assert checked(file.read_bytes()).get("tests") == "1"


def test_a_link_stays_a_link(stories: list[str], tmp_path: Path) -> None:
    (tmp_path / "link.xml").symlink_to(tmp_path / "real.xml")
    (tmp_path / "real.xml").touch()
    assert run("-q", "--junit", tmp_path / "link.xml", stories[0]).exit_code == 0
    assert (tmp_path / "link.xml").is_symlink()
    checked((tmp_path / "real.xml").read_bytes())


def test_a_full_disk_is_exit_3_and_one_sentence(stories: list[str]) -> None:
    result = run("-q", "--junit", "/dev/full", stories[0])
    assert result.exit_code == 3
    assert result.stderr.startswith("cucm-lab: /dev/full cannot be written to its end: No space left on device")
    assert result.stderr.count("\n") == 1
