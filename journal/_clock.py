"""Lab time: a start date and a monotonic tick, so that a certificate expires when the story says so, not when the host does."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta


def wall_now() -> datetime:
    """The host's own time in UTC; this module is the only place that may ask for it."""
    return datetime.now(UTC)


class Clock:
    """Lab time in UTC. `tick` gives seconds that only grow; a runner on trio passes `trio.current_time`."""

    def __init__(self, start: datetime | None = None, tick: Callable[[], float] = time.monotonic) -> None:
        self._start = wall_now() if start is None else start.astimezone(UTC)
        self._tick = tick
        self._origin = tick()

    def now(self) -> datetime:
        return self._start + timedelta(seconds=self._tick() - self._origin)

    def advance(self, by: timedelta) -> None:
        """Move lab time forward at once, timers untouched: how a story lets five years pass before a certificate expires.

        Raises ValueError for a negative step: events are ordered by time.
        """
        if by < timedelta(0):
            raise ValueError(f"lab time only moves forward, not by {by}")
        self._start += by
