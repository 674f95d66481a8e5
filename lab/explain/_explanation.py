"""An explanation with its evidence, and the finding of a rule that it is made of."""

from __future__ import annotations

from dataclasses import dataclass, field

from journal import Event
from lab.explain._texts import Part, Text

UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Evidence:
    """One event that the explanation rests on."""

    seq: int
    text: str


@dataclass(frozen=True, slots=True)
class Explanation:
    """One failure of one phone, in the words of one language."""

    device: str
    rule: str
    """Name of the rule, the same in every language; `unknown` where none matched."""
    what: str
    why: str
    cure: str
    """Empty where nothing can be said."""
    commands: tuple[str, ...]
    """Commands that run, and show the cure."""
    evidence: tuple[Evidence, ...]
    """From the failure back to what led to it."""
    still: bool = False
    """Whether it was so when the run ended."""
    story: str = ""
    """The story of the gallery that teaches it; empty where none does."""


@dataclass(frozen=True, slots=True)
class Finding:
    """What a rule says, before it has a language: the sentences `why` and `cure` of the rule's table in the catalogues."""

    rule: str
    parts: dict[str, Part] = field(default_factory=dict)
    """Of both sentences."""
    why: tuple[Text, ...] = ()
    """Sentences that follow the rule's own."""
    cure: tuple[Text, ...] = ()
    because: tuple[Event, ...] = ()
    """What somebody did that led to it: evidence that no `cause` leads to."""


def finding(rule: str, **parts: Part) -> Finding:
    return Finding(rule, parts)
