"""What a story page shows, as data, all of it from a story's result."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import msgspec

from journal import Event
from lab.base.language import Catalogue
from lab.events.story import StepEnded, of_the_story
from lab.explain import Explanation, explain
from lab.play.runner import StoryResult
from lab.report.certificates import CertificateOfPhone, certificates
from lab.report.chapters import Chapter, chapters, sorted_into
from lab.report.rows import Row
from lab.report.stores import StoreOfStory, stores
from lab.report.timeline import rows
from lab.scenario.model import Expect, Step
from lab.views import cases_of
from lab.views.phones import PhoneRow
from phone_sim.texts.console import Console

_SECRETS = {"string"}
"""Settings of a step that a page which goes from hand to hand does not repeat."""
_TOLD_ELSEWHERE = {"do", "expect", "say", "within"}


@dataclass(frozen=True, slots=True)
class StepShown:
    """One step, reached or not."""

    number: int
    checks: bool
    """Whether it checks something; else it does something."""
    kind: str
    """As scenario files spell it."""
    settings: tuple[tuple[str, str | None], ...]
    """As scenario files spell them; None in place of a secret."""
    say: str
    passed: bool | None
    """None where the story did not get so far."""
    observed: str
    at: datetime | None
    """Lab time at its end."""


@dataclass(frozen=True, slots=True)
class Section:
    """A chapter of one phone's diagram."""

    chapter: Chapter
    rows: list[Row]


@dataclass(frozen=True, slots=True)
class PhoneShown:
    """One phone with all that the page has of it."""

    row: PhoneRow
    sections: list[Section]
    """Those in which it, or a cluster that it meets, did anything."""
    console: list[str]
    certificates: list[CertificateOfPhone]


@dataclass(frozen=True, slots=True)
class StoryShown:
    """All of a page."""

    name: str
    title: str
    lesson: str
    faq: tuple[int, ...]
    passed: bool
    starts: datetime
    steps: list[StepShown]
    phones: list[PhoneShown]
    stores: list[StoreOfStory]
    explanations: list[Explanation]

    @property
    def failed_at(self) -> int:
        """Number of the step that failed; 0 where none did."""
        return next((step.number for step in self.steps if step.passed is False), 0)


def gather(result: StoryResult, say: Catalogue) -> StoryShown:
    """Sort what happened into what a page shows."""
    scenario, events = result.scenario, of_the_story(result.events)
    found = chapters(scenario.steps, events)
    return StoryShown(
        name=scenario.name,
        title=scenario.title,
        lesson=" ".join(scenario.head.lesson.split()),
        faq=scenario.head.faq,
        passed=result.passed,
        starts=scenario.starts,
        steps=_steps(result, events),
        phones=[_phone(row, result, events, found) for row in result.rows()],
        stores=stores(events),
        explanations=explain(cases_of(result.events), say),
    )


def _phone(row: PhoneRow, result: StoryResult, events: Sequence[Event], found: Sequence[Chapter]) -> PhoneShown:
    sorted_rows = sorted_into(found, rows(events, row.device, list(result.scenario.clusters)))
    console = Console()
    return PhoneShown(
        row=row,
        sections=[Section(chapter, here) for chapter, here in zip(found, sorted_rows, strict=True) if here],
        console=[line for event in events if event.actor == row.device for line in console.lines(event)],
        certificates=certificates(events, row.device),
    )


def _steps(result: StoryResult, events: Sequence[Event]) -> list[StepShown]:
    ended = {event.number: event for event in events if isinstance(event, StepEnded)}
    return [_step(number, step, ended.get(number)) for number, step in enumerate(result.scenario.steps, 1)]


def _step(number: int, step: Step, ended: StepEnded | None) -> StepShown:
    return StepShown(
        number=number,
        checks=isinstance(step, Expect),
        kind=str(type(step).__struct_config__.tag),
        settings=tuple(_settings(step)),
        say=step.say,
        passed=None if ended is None else ended.passed,
        observed="" if ended is None else ended.observed,
        at=None if ended is None else ended.at,
    )


def _settings(step: Step) -> list[tuple[str, str | None]]:
    """What the author has set, and not what is so anyway."""
    found: list[tuple[str, str | None]] = []
    for field in msgspec.structs.fields(step):
        value = getattr(step, field.name)
        if field.encode_name in _TOLD_ELSEWHERE or value is None or value == field.default or value in ("", ()):
            continue
        text = ", ".join(map(str, value)) if isinstance(value, tuple) else str(value)
        found.append((field.encode_name, None if field.encode_name in _SECRETS else text))
    return found
