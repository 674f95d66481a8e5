"""Ctrl-C while handshakes are made: noted at once, and raised between two of them.

An exception that comes up inside one of OpenSSL's callbacks is printed and lost, and what-if spends a good part of its time in
those. So the signal handler only notes it, and `check_interrupt`, which is called between two handshakes, raises
KeyboardInterrupt. The second Ctrl-C has Python's own handler.
"""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager


@contextmanager
def interrupts_noted() -> Iterator[Callable[[], None]]:
    """Gives what raises KeyboardInterrupt once Ctrl-C was pressed. Outside of the main thread nothing is changed."""
    pressed = False

    def note(number: int, frame: object) -> None:
        nonlocal pressed
        pressed = True
        signal.signal(signal.SIGINT, before)

    def check_interrupt() -> None:
        nonlocal pressed
        if pressed:
            pressed = False
            raise KeyboardInterrupt

    before = signal.getsignal(signal.SIGINT)
    if threading.current_thread() is not threading.main_thread() or before is not signal.default_int_handler:
        yield check_interrupt
        return
    signal.signal(signal.SIGINT, note)
    try:
        yield check_interrupt
    finally:
        signal.signal(signal.SIGINT, before)
