"""Prose for a terminal: wrapped to its width, in columns where there is room."""

from __future__ import annotations

import re
import shutil
import unicodedata
from collections.abc import Iterator, Sequence

from lab.base.terminal import echo

NARROWEST, WIDEST = 40, 100
"""Columns of prose, however wide the terminal is."""
_READABLE = 24
"""Columns that a description needs beside a name, lest it become a tower of single words."""

_WIDE = "\u2e80-\u9fff\uac00-\ud7af\uf900-\ufaff\uff00-\uffef"
"""CJK signs and full-width forms: between two of these a line may break, though no blank stands there."""
_CLOSING = "，。、；：？！）》」』】〉〕…—”’·％,.;:?!)\\]}%"
"""No line begins with one of these."""
_OPENING = "（《「『【〈〔“‘(\\[{"
"""No line ends with one of these."""
_BETWEEN = re.compile(
    f"(?<=[{_WIDE}])(?<![{_OPENING}])(?![{_CLOSING}])(?!$)|(?<![{_OPENING}])(?=[{_WIDE}])(?![{_CLOSING}])(?<!^)"
)


def width() -> int:
    return max(NARROWEST, min(WIDEST, shutil.get_terminal_size((WIDEST, 24)).columns))


def wrapped(text: str, indent: str = "", first: str | None = None) -> str:
    """Prose, wrapped; `first` begins the first line, `indent` each other. A word that is longer than a line stays whole."""
    line = indent if first is None else first
    used, room, lines, empty = cells(line), width(), [], True
    for blank, unit in _units(text):
        needed = cells(unit) + (1 if blank and not empty else 0)
        if not empty and used + needed > room:
            lines.append(line)
            line, used, empty = indent, cells(indent), True
            needed = cells(unit)
        line += " " + unit if blank and not empty else unit
        used, empty = used + needed, False
    return "\n".join([*lines, line] if not empty else lines)


def cells(text: str) -> int:
    """Columns of a terminal that a text takes: Chinese signs and full-width punctuation take two."""
    return sum(_cells_of(sign) for sign in text)


def _cells_of(sign: str) -> int:
    if unicodedata.combining(sign):
        return 0
    return 2 if unicodedata.east_asian_width(sign) in "WF" else 1


def _units(text: str) -> Iterator[tuple[bool, str]]:
    """What no line may part, each with whether a blank stood before it: words, and Chinese signs with their punctuation."""
    for word in text.split():
        blank = True
        for unit in _BETWEEN.split(word):
            yield blank, unit
            blank = False


def columns(pairs: Sequence[tuple[str, str]]) -> None:
    """Print names and what they mean, side by side where there is room, else one below the other."""
    longest = max(len(name) for name, _ in pairs)
    for name, text in pairs:
        if width() - longest - 2 >= _READABLE:
            echo(wrapped(text, " " * (longest + 2), f"{name:<{longest}}  "))
        else:
            echo(name)
            echo(wrapped(text, "    "))
