"""What ends a command with one sentence instead of a traceback: input that is wrong, or a machine that cannot."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping
from typing import TypeVar

from wire.plain_text import plain

V = TypeVar("V")

MAX_SHOWN = 60
"""Characters of an author's own text that a message repeats."""
MAX_LISTED = 40
"""Possibilities that a message lists."""


class InvalidInput(Exception):
    """What the user gave cannot be used; the message is one sentence with place and remedy."""


class ScenarioError(InvalidInput):
    """The author's file is wrong; the message names file, place and remedy."""


class MachineCannot(Exception):
    """This machine cannot do it; the message is one sentence that says why."""


def shown(text: str) -> str:
    """An author's text as a message may repeat it: in quotes, short, on one line, without control characters for a terminal."""
    own = plain(text)
    return f'"{own[:MAX_SHOWN]}..."' if len(own) > MAX_SHOWN else f'"{own}"'


def suggestion(wrong: str, known: Iterable[str], *, list_all: bool = True) -> str:
    """` (did you mean "x"?)` for a near miss, else ` (there is x, y, z)`, or nothing where there are too many to list.

    `list_all`: whether what there is is worth listing where nothing is near.
    """
    options = list(known)
    near = [option for option in options if option.casefold() == wrong.casefold()]
    near = near or difflib.get_close_matches(wrong[:MAX_SHOWN], options, n=1, cutoff=0.6)
    if near:
        return f" (did you mean {shown(near[0])}?)"
    if list_all and 0 < len(options) <= MAX_LISTED:
        return f" (there is {', '.join(options)})"
    return ""


def look_up(what: str, name: str, known: Mapping[str, V]) -> V:
    """`known[name]`. Raises InvalidInput, with what there is; `what` is `cluster` and the like."""
    if name not in known:
        raise InvalidInput(f"there is no {what} {shown(name)}{suggestion(name, known)}")
    return known[name]
