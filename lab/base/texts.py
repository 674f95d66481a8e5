"""Sentences before they have a language: a key of a catalogue with its parts."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TypeAlias

from lab.base.language import Catalogue


@dataclass(frozen=True, slots=True)
class Text:
    """One text of the catalogues; parts may be texts themselves, and lists of either."""

    key: str
    parts: dict[str, Part] = field(default_factory=dict)

    def within(self, say: Catalogue) -> str:
        """The text in a language."""
        return say(self.key, **{name: _spoken(part, say) for name, part in self.parts.items()})


def text(key: str, /, **parts: Part) -> Text:
    return Text(key, parts)


def joined(sentences: tuple[Text, ...], say: Catalogue) -> str:
    """Sentences one after the other."""
    return say.between_sentences.join(sentence.within(say) for sentence in sentences)


@dataclass(frozen=True, slots=True)
class Word:
    """A value that a catalogue may have a word for: `its chain does not end in CAPF-trust`; as it stands where it has none."""

    area: str
    """Prefix of the keys: `explain.fault`."""
    value: str

    @property
    def key(self) -> str:
        return key_of(self.area, self.value)


Part: TypeAlias = str | int | float | Text | Word | tuple[str | Text, ...]


def key_of(area: str, value: str) -> str:
    """Where a catalogue has the word for a value: lower case, blanks as dashes, without apostrophes and commas."""
    return f"{area}." + value.lower().replace(" ", "-").replace("'", "").replace(",", "")


def fault(value: str) -> Word:
    """What an actor calls a fault or a state; as it stands where it is of no kind that is known here."""
    return Word("explain.fault", value)


def _spoken(part: Part, say: Catalogue) -> str:
    if isinstance(part, Text):
        return part.within(say)
    if isinstance(part, Word):
        return say(part.key) if say.has(part.key) else part.value
    if isinstance(part, tuple):
        return say.between_items.join(_spoken(one, say) for one in part)
    return f"{part:g}" if isinstance(part, float) else str(part)
