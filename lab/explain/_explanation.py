"""An explanation with its evidence, and the finding of a rule that it is made of."""

from __future__ import annotations

from dataclasses import dataclass, field

from lab.base.texts import Part, Text
from lab.case import CaseAct
from lab.explain._cure import Cure

UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Evidence:
    """One event, or one step of a plan, that the explanation rests on."""

    seq: int
    """Number of the event or of the step; 0 for what the attempt itself left behind where no journal holds it."""
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
    """Whether nothing shows that the phone got past it before the record ended."""
    story: str = ""
    """The story of the gallery that teaches it; empty where none does."""
    cures: tuple[tuple[dict[str, object], ...], ...] = ()
    """Each way to cure it, as operations in the order in which they must be done: keys of a step in a scenario or a plan.
    What no operation stands for is `{"advice": ...}` with its sentence."""
    ways: tuple[str, ...] = ()
    """The name of each of them, the same in every language."""


@dataclass(frozen=True, slots=True)
class RuleFinding:
    """What a rule says, before it has a language."""

    rule: str
    parts: dict[str, Part] = field(default_factory=dict)
    """Of the rule's own sentence."""
    why: tuple[Text, ...] = ()
    """Sentences that follow the rule's own."""
    cures: tuple[Cure, ...] = ()
    """Ways to cure it; empty where the rule's table in the catalogues holds the sentence."""
    because: tuple[CaseAct, ...] = ()
    """What was done that led to it: evidence."""
    assumed: tuple[Text, ...] = ()
    """What no document says of the release, and the finding rests on: evidence too."""


def finding(rule: str, /, **parts: Part) -> RuleFinding:
    return RuleFinding(rule, parts)
