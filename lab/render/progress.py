"""How far several stories have come: one line on a terminal's standard error, gone when the last one is over."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Mapping

BAR = 20
"""Columns."""


class Progress:
    """Draws nothing where standard error is no terminal, or one that cannot go back in its line."""

    def __init__(self, count: int, environment: Mapping[str, str] = os.environ) -> None:
        self._count = count
        self._played = 0
        self._visible = sys.stderr.isatty() and environment.get("TERM", "dumb") != "dumb"

    def show(self, played: int) -> None:
        """Draw the line; `played` of all stories are over."""
        if not self._visible:
            return
        filled = BAR * played // self._count
        line = f"{'#' * filled}{'-' * (BAR - filled)} {played} of {self._count} stories"
        sys.stderr.write(f"\r\x1b[K{line[: shutil.get_terminal_size().columns - 1]}")
        sys.stderr.flush()

    def clear(self) -> None:
        """Take the line away, so that something else can be printed there."""
        if self._visible:
            sys.stderr.write("\r\x1b[K")
            sys.stderr.flush()
