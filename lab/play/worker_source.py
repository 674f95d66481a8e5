"""Where worker processes come from: on Linux from a server that imports the lab once, elsewhere each from nothing.

It takes a second to import the lab. So that the server does that while its client does the same, it is started first of all, and
this module imports nothing of the lab.
"""

from __future__ import annotations

import multiprocessing
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from multiprocessing import resource_tracker
from typing import Any


@cache
def context() -> Any:
    """The context of `multiprocessing` that makes them."""
    if sys.platform != "linux":
        return multiprocessing.get_context("spawn")
    made = multiprocessing.get_context("forkserver")
    made.set_forkserver_preload(["lab.verbs.worker_imports"])
    return made


@contextmanager
def interrupts_held_back() -> Iterator[None]:
    """Processes that are begun in here never hear Ctrl-C, which a terminal tells everyone: who began them ends them."""
    resource_tracker.ensure_running()  # it would let interrupts in again
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def start() -> None:
    """Begin, since workers will be wanted."""
    if context().get_start_method() == "forkserver":
        from multiprocessing import forkserver

        with interrupts_held_back():
            forkserver.ensure_running()
