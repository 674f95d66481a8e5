"""A cure as data: operations in the words of scenarios and plans, in the order in which they must be done; and its sentence."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial, reduce
from typing import TypeAlias

from lab.base.language import Catalogue
from lab.base.texts import Part, Text, text
from lab.explain._ways import Way


@dataclass(frozen=True, slots=True)
class Do:
    """One operation."""

    word: str
    """`restart-service`."""
    keys: Mapping[str, str | int] = field(default_factory=dict)
    """As in TOML."""
    said: str = ""
    """Key of its sentence below `explain.do`, where that is not the word."""
    cn: str = ""
    """CN of the certificate, where `keys` name it in another way and it is known."""

    @property
    def text(self) -> Text:
        parts: dict[str, Part] = dict(self.keys)
        if self.cn:
            parts["certificate"] = text("explain.phrase.named", name=str(self.keys["certificate"]), cn=self.cn)
        return Text(f"explain.do.{self.said or self.word}", parts)

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


@dataclass(frozen=True, slots=True)
class Cure:
    """One way, in order."""

    way: Way
    """One of those that the table of rules lists for the rule."""
    remedies: tuple[Remedy, ...]

    def __iter__(self) -> Iterator[Remedy]:
        return iter(self.remedies)


def advice(key: str, /, **parts: Part) -> Advice:
    return Advice(text(f"explain.advice.{key}", **parts))


def cure(way: Way, *remedies: Remedy | Iterable[Remedy]) -> Cure:
    """One behind the other, each once: an operation that two parts of a cure need is done where it is needed first."""
    found: dict[Remedy, None] = {}
    for remedy in remedies:
        for one in [remedy] if isinstance(remedy, Do | Advice) else remedy:
            found[one] = None
    return Cure(way, tuple(found))


def said(cures: Iterable[Cure], say: Catalogue) -> str:
    """One sentence: the ways with `or` between them; empty for none."""
    ways = [reduce(partial(_then, say), (remedy.text.within(say) for remedy in way)) for way in cures if way.remedies]
    whole = reduce(lambda one, other: say("explain.cure.or", one=one, other=other), ways) if ways else ""
    if not whole or whole.endswith((".", "。")):
        return whole
    return say("explain.cure.whole", cure=whole[:1].upper() + whole[1:])


def _then(say: Catalogue, done: str, following: str) -> str:
    return say("explain.cure.then", done=done, next=following)
