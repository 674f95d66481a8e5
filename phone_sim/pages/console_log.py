"""A phone's console as it can be read later: its last events, rendered only when somebody reads them."""

from __future__ import annotations

import copy
from collections import deque
from collections.abc import Iterator
from typing import Final

from journal import Event
from phone_sim.texts.console import Console

MAX_EVENTS: Final = 1000
"""That one phone's log goes back to. Assumed; a real phone keeps a few files."""


class ConsoleLog:
    """Feed it one phone's events in order. A line has the number that it had on the live console."""

    def __init__(self, most: int = MAX_EVENTS) -> None:
        self._most = most
        self._before = Console()
        """The console as it was after the last event that is no longer kept."""
        self._events: deque[Event] = deque()

    def note(self, event: Event) -> None:
        if len(self._events) == self._most:
            self._before.lines(self._events.popleft())
        self._events.append(event)

    def lines(self) -> Iterator[str]:
        """Oldest first."""
        console = copy.copy(self._before)
        for event in tuple(self._events):
            yield from console.lines(event)
