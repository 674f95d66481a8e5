"""The quiz: what it shows and asks, and that the truth about a cure is found by playing it."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from random import Random

import pytest
from click.testing import CliRunner, Result

from lab.base.language import ENGLISH, LANGUAGES, texts
from lab.explain._rules import RULES
from lab.play.runner import StoryResult
from lab.quiz import case as quiz_case
from lab.quiz import causes, cures
from lab.quiz.case import QuizCase, case_of
from lab.scenario import gallery
from lab.scenario.file import parse
from lab.scenario.model import Refused, Scenario
from lab.verbs.cli import cli

ROOT = Path(__file__).resolve().parents[2]
MAIN = "new-cluster-old-lsc"
RIGHT = "the CAPF of another cluster signed"


def quiz(*arguments: str, answers: str = "") -> Result:
    return CliRunner(env={"LC_ALL": "C"}).invoke(cli, ["quiz", *arguments], input=answers)


def choices(output: str, question: int) -> list[str]:
    """What the first or second question offers."""
    blocks = re.findall(r"(?:^  \d\. .*\n(?:     .*\n)*)+", output, re.MULTILINE)
    return [" ".join(one.split()) for one in re.split(r"^  \d\. ", blocks[question], flags=re.MULTILINE)[1:]]


def number_of(text: str, offered: list[str]) -> int:
    (found,) = [number for number, one in enumerate(offered, 1) if text in one]
    return found


@pytest.fixture(scope="module", autouse=True)
def _each_scenario_is_played_once() -> Iterator[None]:
    """The same scenario ends the same; what is asked about it differs from test to test."""
    played: dict[str, StoryResult] = {}
    play = quiz_case.play

    def once(scenario: Scenario) -> StoryResult:
        key = repr(scenario)
        if key not in played:
            played[key] = play(scenario)
        return played[key]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(quiz_case, "play", once)
        yield


@cache
def case(name: str) -> QuizCase:
    found = case_of(gallery.story(name), ENGLISH)
    assert found is not None
    return found


@pytest.fixture(scope="module")
def asked() -> str:
    """The question of seed 1 about the main story, its first answer right and no second one."""
    offered = choices(quiz(MAIN, "--seed", "1").output, 0)
    result = quiz(MAIN, "--seed", "1", answers=f"{number_of(RIGHT, offered)}\n")
    assert result.exit_code == 1
    return result.output


# The question


def test_it_shows_what_an_engineer_would_see_and_no_title(asked: str) -> None:
    assert "Phone with-old-lsc: SEP001A2F000003, 7965, in cluster new, profile Encrypted." in asked
    assert "SECD: -STATE_SSL3_ALERT: SSL3 alert [read]:[fatal]:[unknown CA]" in asked
    assert re.search(r"^with-old-lsc +SEP001A2F000003 +7965 +refused", asked, re.MULTILINE)
    assert gallery.story(MAIN).title not in asked
    assert f" {MAIN}" not in asked


def test_the_true_cause_is_offered_once_among_others(asked: str) -> None:
    offered = choices(asked, 0)
    assert len(set(offered)) == causes.OFFERED
    number_of(RIGHT, offered)


def test_the_same_seed_asks_the_same_again_and_another_one_shuffles(asked: str) -> None:
    assert "Seed 1: cucm-lab quiz --seed 1 asks the same again." in asked
    assert choices(quiz(MAIN, "--seed", "1").output, 0) == choices(asked, 0)
    assert any(choices(quiz(MAIN, "--seed", str(seed)).output, 0) != choices(asked, 0) for seed in range(2, 5))


@pytest.mark.parametrize("rule", [rule for row in causes.LIKE for rule in row])
def test_no_other_cause_that_is_offered_is_as_good_as_the_true_one(rule: str) -> None:
    (row,) = [row for row in causes.LIKE if rule in row]
    for seed in range(50):
        offered = causes.choices(rule, Random(seed))
        assert set(offered) & set(row) == {rule}
        assert len(set(offered)) == causes.OFFERED


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_cause_and_every_cure_has_its_words_and_no_words_are_left_over(language: str) -> None:
    found = texts(language, "quiz")
    rules = {rule for row in causes.LIKE for rule in row}
    assert {key.removeprefix("cause.") for key in found if key.startswith("cause.")} == rules
    assert {key.removeprefix("cure.") for key in found if key.startswith("cure.")} == set(cures.names())
    assert rules <= set(RULES)


def test_stories_without_a_seed_differ_from_run_to_run() -> None:
    seeds = {re.search(r"Seed (\d+)", quiz(MAIN).output)[1] for _ in range(3)}  # type: ignore[index]
    assert len(seeds) > 1


# Answers


def test_two_right_answers_are_exit_0_and_the_story_is_named(asked: str) -> None:
    first = number_of(RIGHT, choices(asked, 0))
    for second in range(1, 5):
        result = quiz(MAIN, "--seed", "1", answers=f"{first}\n{second}\n")
        right = "It works: with-old-lsc registers, with certificate: " in result.output
        assert result.exit_code == (0 if right else 1)
        assert ("2 of 2 right." in result.output) == right
        assert f"This was the story {MAIN}: A phone that kept its old LSC" in " ".join(result.output.split())
        assert right or "This works: " in result.output
        if right:
            return
    raise AssertionError("no cure that was offered works")


def test_a_wrong_cause_is_told_and_the_cure_is_asked_all_the_same(asked: str) -> None:
    wrong = number_of(RIGHT, choices(asked, 0)) % 4 + 1
    output = quiz(MAIN, "--seed", "1", answers=f"{wrong}\n").output
    assert "No. It was this: The phone shows an LSC that the CAPF of another cluster signed" in output
    assert "What makes with-old-lsc register as its profile (Encrypted) wants it?" in output


@pytest.mark.parametrize("nonsense", ["", "0", "5", "-1", "x", "1.5", "²", "１", "1" * 5000, "\x00", "1 2"])
def test_what_is_no_choice_is_asked_again(nonsense: str) -> None:
    result = quiz(MAIN, "--seed", "1", answers=f"{nonsense}\n")
    assert "Please say a number from 1 to 4." in result.output
    assert result.output.endswith("You are leaving; the answers come another time.\n")
    assert result.exit_code == 1


@pytest.mark.parametrize("answers", ["", "1", "1\n"])
def test_the_end_of_input_ends_politely(answers: str) -> None:
    result = quiz(MAIN, "--seed", "1", answers=answers)
    assert result.exit_code == 1
    assert result.output.endswith("You are leaving; the answers come another time.\n")
    assert result.stderr == ""


def test_octets_that_are_no_text_are_asked_again_and_no_input_at_all_is_an_end() -> None:
    command = [sys.executable, "-m", "lab", "quiz", MAIN, "--seed", "1", "--lang", "en"]
    result = subprocess.run(command, cwd=ROOT, input=b"\xff\xfe\n", capture_output=True, timeout=120, check=False)
    assert (result.returncode, result.stderr) == (1, b"")
    assert b"Please say a number" in result.stdout
    closed = subprocess.run(
        ["sh", "-c", 'exec "$@" <&-', "sh", *command], cwd=ROOT, capture_output=True, timeout=120, check=False
    )
    assert (closed.returncode, closed.stderr) == (1, b"")


def test_it_speaks_chinese_and_devices_do_not() -> None:
    output = quiz(MAIN, "--seed", "1", "--lang", "zh").output
    assert "话机 with-old-lsc 为什么注册不上？" in output
    assert "SSL3 alert [read]:[fatal]:[unknown CA]" in output


@pytest.mark.parametrize("name", ["no-lsc-uses-mic", "install-lsc-by-null-string"])
def test_a_story_without_a_failure_is_exit_2_and_one_sentence(name: str) -> None:
    result = quiz(name)
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr.startswith(f"cucm-lab: {name} holds no question: ")
    assert result.stderr.count("\n") == 1


def test_a_story_that_there_is_not_is_exit_2() -> None:
    assert quiz("nonsense").exit_code == 2
    assert quiz("--seed", "-1").exit_code == 2


def test_a_file_of_ones_own_can_be_asked_about(tmp_path: Path) -> None:
    file = tmp_path / "mine.toml"
    file.write_text((gallery.FOLDER / f"{MAIN}.toml").read_text("utf-8"), "utf-8")
    assert "Why does with-old-lsc not register?" in quiz(str(file)).output


# What the lab finds out by playing


@pytest.mark.parametrize(
    ("story", "cure", "works"),
    [
        (MAIN, "new-lsc", True),
        (MAIN, "delete-lsc", True),
        (MAIN, "upload-and-restart", True),
        (MAIN, "upload-only", False),  # nothing happens until the restart
        (MAIN, "restart-callmanager", False),  # and nothing by a restart alone
        (MAIN, "upload-to-capf-trust", False),
        (MAIN, "power-cycle", False),
        (MAIN, "lower-minimum-tls", False),
        ("minimum-tls-version", "lower-minimum-tls", True),
        ("minimum-tls-version", "new-lsc", False),
        ("mic-issuer-missing", "enable-default-ca-list", True),
        ("mic-issuer-missing", "power-cycle", False),
        ("mic-cannot-be-renewed", "new-lsc", True),
        ("mic-cannot-be-renewed", "upload-and-restart", False),
        ("lsc-expired", "delete-lsc", True),
        ("lsc-expired", "restart-callmanager", False),
    ],
)
def test_a_cure_works_where_the_lab_says_so_and_nowhere_else(story: str, cure: str, works: bool) -> None:
    outcome = cures.tried(cure, case(story))
    assert outcome.cured is works
    assert (outcome.row.state == "registered") is works


def test_a_phone_that_registers_without_a_certificate_is_not_cured() -> None:
    outcome = cures.tried("non-secure-profile", case(MAIN))
    assert outcome.row.state == "registered"
    assert outcome.row.certificate == ""
    assert not outcome.cured


def test_what_cannot_be_done_says_why() -> None:
    outcome = cures.tried("enable-default-ca-list", case(MAIN))
    assert outcome.undone
    assert not outcome.cured


@pytest.mark.parametrize("cure", cures.names())
def test_every_cure_is_steps_of_a_scenario_for_the_phone_of_the_question(cure: str) -> None:
    steps = cures.steps(cure, case(MAIN))
    assert steps
    assert "{" not in repr(steps).replace("{}", "")


def test_the_case_stops_where_the_phone_is_down() -> None:
    found = case("new-cluster-old-lsc-cured-by-reinstall")
    assert isinstance(found.scenario.steps[-1], Refused)
    assert found.explanation.rule == "lsc-of-another-cluster"
    assert (found.cluster, found.profile, found.issuer) == ("new", "Encrypted", "CAPF of old")


def test_a_story_that_fails_its_own_checks_is_no_case() -> None:
    text = (gallery.FOLDER / f"{MAIN}.toml").read_text("utf-8").replace("verify-code = 20", "verify-code = 10")
    assert case_of(parse(text, "x.toml", "x"), ENGLISH) is None
