"""Prose for a terminal: wrapped to its width, in columns where there is room."""

from __future__ import annotations

import shutil
import textwrap
from collections.abc import Sequence

import click

NARROWEST, WIDEST = 40, 100
"""Columns of prose, however wide the terminal is."""
_READABLE = 24
"""Columns that a description needs beside a name, lest it become a tower of single words."""


def width() -> int:
    return max(NARROWEST, min(WIDEST, shutil.get_terminal_size((WIDEST, 24)).columns))


def wrapped(text: str, indent: str = "", first: str | None = None) -> str:
    """Prose, wrapped; `first` begins the first line, `indent` each other."""
    return textwrap.fill(
        " ".join(text.split()),
        width(),
        initial_indent=indent if first is None else first,
        subsequent_indent=indent,
        break_long_words=False,
        break_on_hyphens=False,
    )


def columns(pairs: Sequence[tuple[str, str]]) -> None:
    """Print names and what they mean, side by side where there is room, else one below the other."""
    longest = max(len(name) for name, _ in pairs)
    for name, text in pairs:
        if width() - longest - 2 >= _READABLE:
            click.echo(wrapped(text, " " * (longest + 2), f"{name:<{longest}}  "))
        else:
            click.echo(name)
            click.echo(wrapped(text, "    "))
