"""A table of rich's, printed as the command prints everything: whole rows where the output is no terminal, no colours there."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from lab.base.terminal import Styled, echo, escaped

if TYPE_CHECKING:
    from rich.console import Console as Screen
    from rich.table import Table

PIPED_WIDTH = 10_000
"""Columns that a table may have where no terminal shows it: a row must stay one line, for a search."""


def echo_table(made: Table) -> None:
    """Cells are text: nothing in them is markup."""
    from rich.segment import Segment, Segments

    screen = _screen()
    with screen.capture() as captured:
        cells = [Segment(escaped(text), style) for text, style, _ in screen.render(made)]
        screen.print(Segments(cells), crop=False, end="")
    for line in captured.get().splitlines():
        echo(Styled(line.rstrip()))


def fits(made: Table) -> bool:
    """Whether each of its rows is one line there."""
    from rich.measure import Measurement

    screen = _screen()
    roomy = screen.options.update(width=PIPED_WIDTH)
    return Measurement.get(screen, roomy, made).maximum <= screen.width


def _screen() -> Screen:
    from rich.console import Console as Screen

    # NO_COLOR rich knows by itself; echo takes escape sequences out for whatever is no terminal.
    return Screen(width=None if sys.stdout.isatty() else PIPED_WIDTH, highlight=False, markup=False)
