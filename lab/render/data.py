"""A story's outcome as plain data, for --json."""

from __future__ import annotations

from dataclasses import dataclass

from lab.base.language import Catalogue
from lab.explain import Explanation, explain
from lab.play.runner import StoryResult
from lab.views import cases_of


@dataclass(frozen=True, slots=True)
class StepData:
    number: int
    kind: str
    say: str
    passed: bool
    observed: str


@dataclass(frozen=True, slots=True)
class StoryData:
    name: str
    title: str
    passed: bool
    steps: list[StepData]
    phones: list[dict[str, str]]
    explanations: list[Explanation]
    faults: list[str]
    """Faults of the lab's own code that ended a connection; the exit code is 70 where there is one."""


def story_data(result: StoryResult, language: str = "en") -> StoryData:
    return StoryData(
        name=result.scenario.name,
        title=result.scenario.title,
        passed=result.passed,
        steps=[
            StepData(step.number, str(type(step.step).__struct_config__.tag), step.step.say, step.passed, step.observed)
            for step in result.steps
        ],
        phones=[row._asdict() for row in result.rows()],
        explanations=explain(cases_of(result.events), Catalogue(language)),
        faults=[f"{fault.actor}: {fault.exception}: {fault.text}" for fault in result.faults],
    )
