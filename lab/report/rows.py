"""A row of a sequence diagram: who says what to whom, as a text of the catalogue and the device terms that go into it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import Enum
from typing import NamedTuple

from lab.base.language import Catalogue
from lab.report.lanes import Lane


class Shape(Enum):
    """How a row is drawn."""

    MESSAGE = "message"
    """An arrow from `lane` to `to`."""
    NOTE = "note"
    """A box on `lane`."""
    BAND = "band"
    """A box over `lane` and `to`: both are in it."""
    FOLD = "fold"
    """Stands for rows that say the same again."""


class Tone(Enum):
    PLAIN = "plain"
    GOOD = "good"
    BAD = "bad"


class Term(NamedTuple):
    """A part of a text that is itself a text of the catalogue."""

    key: str


Part = str | int | float | Term


@dataclass(frozen=True, slots=True)
class Row:
    """One row."""

    shape: Shape
    lane: Lane
    to: Lane
    """The same as `lane` for a note."""
    key: str
    parts: Mapping[str, Part] = field(default_factory=dict)
    tone: Tone = Tone.PLAIN
    at: datetime = datetime(1970, 1, 1, tzinfo=UTC)
    """Lab time."""
    seq: int = 0
    ends_try: bool = False
    """Whether the phone gives up here, to try again later."""

    def text(self, say: Catalogue) -> str:
        return say(
            self.key, **{name: say(part.key) if isinstance(part, Term) else part for name, part in self.parts.items()}
        )

    @property
    def again(self) -> object:
        """Equal for two rows that say the same, whenever that is; how long the phone then waits does not count."""
        parts = () if self.ends_try else tuple(self.parts.items())
        return self.shape, self.lane, self.to, self.key, self.tone, parts
