"""How far long work has come: one line on a terminal's standard error, gone when all is over."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Mapping

BAR = 20
"""Columns."""


class ProgressLine:
    """Draws nothing where standard error is no terminal, or one that cannot go back in its line."""

    def __init__(self, what: str, environment: Mapping[str, str] = os.environ) -> None:
        """`what` is counted, in the plural: `stories`."""
        self._what = what
        self._drawn = -1
        self._visible = sys.stderr.isatty() and environment.get("TERM", "dumb") != "dumb"

    def show(self, done: int, of_all: int) -> None:
        """Draw the line, at most a thousand times in all."""
        step = done * 1000 // max(1, of_all)
        if not self._visible or (step == self._drawn and done < of_all):
            return
        self._drawn = step
        filled = BAR * done // max(1, of_all)
        line = f"{'#' * filled}{'-' * (BAR - filled)} {done} of {of_all} {self._what}"
        sys.stderr.write(f"\r\x1b[K{line[: shutil.get_terminal_size().columns - 1]}")
        sys.stderr.flush()

    def clear(self) -> None:
        """Take the line away, so that something else can be printed there."""
        self._drawn = -1
        if self._visible:
            sys.stderr.write("\r\x1b[K")
            sys.stderr.flush()
