"""How many files and sockets this process may open: as many as its hard limit, and a lab that needs more never starts."""

from __future__ import annotations

import os
import resource
import sys
from contextlib import suppress

from lab.base.failures import MachineCannot

_DARWIN_MAX = 10240
"""OPEN_MAX of macOS, above which it accepts no soft limit, although it says that the hard one is infinite."""
SPARE = 32
"""Assumed: what a lab opens besides its sockets, such as captures, logs and modules that are read late."""


def raise_limit() -> int:
    """Raise RLIMIT_NOFILE of this process as far as it goes, and give what it is then; -1 for no limit."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = _DARWIN_MAX if sys.platform == "darwin" and hard == resource.RLIM_INFINITY else hard
    if soft != wanted:
        with suppress(OSError, ValueError):
            resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
    return resource.getrlimit(resource.RLIMIT_NOFILE)[0]


def count_open() -> int:
    """How many this process has open now."""
    return len(os.listdir("/dev/fd"))


class OpenFiles:
    """Adds up what a lab will open. The limit is raised, and what is open already is counted, at the first need."""

    def __init__(self) -> None:
        self._needed = 0
        self._limit = 0

    def need(self, count: int) -> None:
        """So many more. Raises MachineCannot where the limit does not allow for them."""
        if not self._needed:
            self._limit = raise_limit()
            self._needed = SPARE + count_open()
        self._needed += count
        if 0 <= self._limit < self._needed:
            raise MachineCannot(
                f"this lab needs {self._needed} open files and sockets, and this machine allows a process {self._limit}: "
                "raise its hard limit (ulimit -Hn), or leave phones out"
            )
