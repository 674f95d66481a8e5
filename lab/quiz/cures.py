"""What an administrator could try, and what becomes of it: the story up to its failure, then the steps of the cure, played."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any

from cisco_data import DeviceSecurityMode
from lab.play.runner import StoryResult
from lab.quiz.case import QuizCase, play_story
from lab.scenario import model as sc
from lab.scenario.file import steps_of
from lab.views.phones import PhoneRow

FILE = Path(__file__).with_name("cures.toml")
PATIENCE = 300.0
"""Lab seconds after the last step of a cure: as long as a phone that has backed off takes to try again."""


@dataclass(frozen=True, slots=True)
class CureOutcome:
    """What a cure did."""

    result: StoryResult
    row: PhoneRow
    """The phone of the question, at the end."""
    undone: str
    """Why a step of the cure could not be done or did not lead to what it should; empty where all were done."""
    cured: bool
    """Registered as its profile wants it: with a certificate, unless the profile is Non Secure."""


@cache
def _templates() -> dict[str, list[dict[str, Any]]]:
    with FILE.open("rb") as file:
        return tomllib.load(file)


def names() -> list[str]:
    """Of all cures, in the order of the file."""
    return list(_templates())


def steps(name: str, case: QuizCase) -> tuple[sc.Step, ...]:
    """The cure's steps for this phone."""
    parts = {"phone": case.phone, "cluster": case.cluster, "profile": case.profile, "issuer": case.issuer}
    return steps_of(_filled(_templates()[name], parts), FILE.name)


def _filled(value: Any, parts: dict[str, str]) -> Any:
    if isinstance(value, str):
        return value.format_map(parts)
    if isinstance(value, list):
        return [_filled(inner, parts) for inner in value]
    if isinstance(value, dict):
        return {key: _filled(inner, parts) for key, inner in value.items()}
    return value


def tried(name: str, case: QuizCase) -> CureOutcome:
    """Play it."""
    story = case.scenario
    made = replace(story, steps=(*story.steps, *steps(name, case), sc.Wait(seconds=PATIENCE)))
    result = play_story(made)
    (row,) = [row for row in result.rows() if row.phone == case.phone]
    undone = "" if result.passed else result.steps[-1].observed
    as_wanted = bool(row.certificate) or case.profile is DeviceSecurityMode.NON_SECURE
    return CureOutcome(result, row, undone, not undone and row.state == "registered" and as_wanted)
