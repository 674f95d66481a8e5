"""A cure as data: operations in the words of scenarios and plans, in the order in which they must be done; and its sentence."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import partial, reduce
from typing import TypeAlias

from lab.language import Catalogue
from lab.texts import Part, Text, text


@dataclass(frozen=True, slots=True)
class Do:
    """One operation."""

    word: str
    """`restart-service`."""
    keys: dict[str, str | bool] = field(default_factory=dict)
    """As in TOML."""
    said: str = ""
    """Key of its sentence below `explain.do`, where that is not the word."""

    @property
    def text(self) -> Text:
        return Text(f"explain.do.{self.said or self.word}", dict(self.keys))

    def as_data(self, say: Catalogue) -> dict[str, object]:
        return {"do": self.word, **self.keys}

    def __hash__(self) -> int:
        return hash((self.word, tuple(self.keys.items())))


@dataclass(frozen=True, slots=True)
class Advice:
    """What no operation of the lab stands for."""

    text: Text

    def as_data(self, say: Catalogue) -> dict[str, object]:
        return {"advice": self.text.within(say)}

    def __hash__(self) -> int:
        return hash(self.text.key)


Remedy: TypeAlias = Do | Advice
Cure: TypeAlias = tuple[Remedy, ...]
"""One way, in order."""


def advice(key: str, /, **parts: Part) -> Advice:
    return Advice(text(f"explain.advice.{key}", **parts))


def cure(*remedies: Remedy | Iterable[Remedy]) -> Cure:
    """One behind the other, each once: an operation that two parts of a cure need is done where it is needed first."""
    found: dict[Remedy, None] = {}
    for remedy in remedies:
        for one in [remedy] if isinstance(remedy, Do | Advice) else remedy:
            found[one] = None
    return tuple(found)


def said(cures: Iterable[Cure], say: Catalogue) -> str:
    """One sentence: the ways with `or` between them; empty for none."""
    ways = [reduce(partial(_then, say), (remedy.text.within(say) for remedy in way)) for way in cures if way]
    whole = reduce(lambda one, other: say("explain.cure.or", one=one, other=other), ways) if ways else ""
    if not whole or whole.endswith((".", "。")):
        return whole
    return say("explain.cure.whole", cure=whole[:1].upper() + whole[1:])


def _then(say: Catalogue, done: str, following: str) -> str:
    return say("explain.cure.then", done=done, next=following)
