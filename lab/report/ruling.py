"""How a table says which row an event has: a note, or an arrow, with a text and the fields that go into it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from journal import Event
from lab.report.facts import DiagramFacts
from lab.report.names import cn
from lab.report.rows import Part, Row, Tone

Rule = Callable[[Any, DiagramFacts], Row | None]
Value = str | Callable[[Any], Part]
"""Name of the event's field, or what makes the part of it."""


def _parts(event: Event, values: dict[str, Value]) -> dict[str, Part]:
    return {name: value(event) if callable(value) else getattr(event, value) for name, value in values.items()}


def note(key: str, tone: Tone = Tone.PLAIN, **values: Value) -> Rule:
    return lambda event, facts: facts.note(event, key, tone, _parts(event, values))


def sent(key: str, tone: Tone = Tone.PLAIN, **values: Value) -> Rule:
    return lambda event, facts: facts.sent(event, key, tone, _parts(event, values))


def answered(key: str, tone: Tone = Tone.PLAIN, **values: Value) -> Rule:
    return lambda event, facts: facts.answered(event, key, tone, _parts(event, values))


def to_switch(key: str, tone: Tone = Tone.PLAIN, **values: Value) -> Rule:
    return lambda event, facts: facts.to_switch(event, key, tone, _parts(event, values))


def from_switch(key: str, tone: Tone = Tone.PLAIN, **values: Value) -> Rule:
    return lambda event, facts: facts.from_switch(event, key, tone, _parts(event, values))


def issuer(event: Any) -> str:
    return cn(event.issuer)


def subject(event: Any) -> str:
    return cn(event.subject)
