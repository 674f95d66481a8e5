"""The values of one element of the phone's file, both ways: text, numbers in their range, and what a stranger broke."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import TypeVar
from xml.sax.saxutils import escape

from wire.errors import ProtocolError
from wire.xml_tree import Element

_NUMBER = re.compile(r"[0-9]{1,6}")
_Made = TypeVar("_Made")


def pull_text(parent: Element, name: str) -> str:
    """Without the space around it; empty where there is no such element."""
    element = parent.one(name)
    return "" if element is None else element.text


def push(lines: list[str], depth: int, name: str, value: str | int) -> None:
    lines.append(f"{' ' * depth}<{name}>{escape(str(value))}</{name}>")


def pull_number(parent: Element, name: str, default: int) -> int:
    text = pull_text(parent, name)
    return to_number(name, text) if text else default


def pull_choice(parent: Element, name: str, choices: Mapping[int, _Made], default: int) -> _Made:
    """What the number means; that of the default where there is no such element."""
    number = pull_number(parent, name, default)
    if number not in choices:
        raise ProtocolError(f"{name} is {min(choices)} to {max(choices)}, not {number}")
    return choices[number]


def pull_flag(parent: Element, name: str, *, default: bool) -> bool:
    """`true` or `false`."""
    text = pull_text(parent, name).lower() or flag_text(default)
    if text not in ("true", "false"):
        raise ProtocolError(f"{name} is neither true nor false")
    return text == "true"


def flag_text(value: bool) -> str:
    return "true" if value else "false"


def pull_switch(parent: Element, name: str, *, default: bool = False) -> bool:
    """1 or 0."""
    value = pull_number(parent, name, int(default))
    if value > 1:
        raise ProtocolError(f"{name} is 0 or 1, not {value}")
    return value == 1


def to_number(name: str, text: str) -> int:
    if not _NUMBER.fullmatch(text):
        raise ProtocolError(f"{name} is not a number of at most six digits")
    return int(text)


def path(element: Element, *names: str) -> Element | None:
    """The element that these names lead to, one below the other."""
    found: Element | None = element
    for name in names:
        if found is None:
            return None
        found = found.one(name)
    return found


def make(build: Callable[[], _Made]) -> _Made:
    """The model's own rules, broken by a stranger, are the stranger's fault."""
    try:
        return build()
    except ValueError as error:
        raise ProtocolError(f"the phone's file cannot be right: {error}") from None
