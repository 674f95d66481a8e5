"""One failure of one phone with what was found, and how that becomes an explanation in a language."""

from __future__ import annotations

from dataclasses import dataclass

from journal import Event
from lab.explain._chain import chain
from lab.explain._evidence import evidence_of
from lab.explain._explanation import UNKNOWN, Explanation, Finding
from lab.explain._record import Record
from lab.explain._rules import commands_of, story_of
from lab.explain._texts import Text, joined, text
from lab.language import Catalogue


@dataclass(frozen=True, slots=True)
class Failure:
    device: str
    shown_by: Event
    """The event that shows it."""
    what: Text
    found: Finding | None
    """None where no rule fits: then nothing is guessed."""

    @property
    def rule(self) -> str:
        return self.found.rule if self.found is not None else UNKNOWN


def explained(failure: Failure, record: Record, say: Catalogue, *, still: bool) -> Explanation:
    """With its evidence, from the failure back to what led to it."""
    found = failure.found
    events = chain(
        record,
        record.round_of(failure.shown_by),
        failure.shown_by,
        because=found.because if found is not None else (),
    )
    why, cure = _sentences(found)
    return Explanation(
        device=failure.device,
        rule=failure.rule,
        what=failure.what.within(say),
        why=joined(why, say),
        cure=joined(cure, say),
        commands=commands_of(failure.rule),
        evidence=tuple(evidence_of(event, say) for event in events),
        still=still,
        story=story_of(failure.rule),
    )


def _sentences(found: Finding | None) -> tuple[tuple[Text, ...], tuple[Text, ...]]:
    if found is None:
        return (text("explain.unknown.why"),), ()
    own = Text(f"explain.{found.rule}.why", found.parts), Text(f"explain.{found.rule}.cure", found.parts)
    return (own[0], *found.why), (own[1], *found.cure)
