"""Virtual time for a story: timers cost nothing, and the same story gives the same events with the same numbers, every time.

trio runs tasks that are ready at once in random order, which is right for programs and wrong for a lesson. Its switch for
deterministic scheduling is meant for Hypothesis and not public; this is the only place that knows of it. Should a trio come
without it, stories still play and say the same, and only the order of what happens at the same instant varies.
"""

from __future__ import annotations

import importlib
from collections.abc import Iterator
from contextlib import contextmanager

import trio

from lab.base.trio_testing import virtual_clock

_SCHEDULER = "trio._core._run"
_SWITCH = "_ALLOW_DETERMINISTIC_SCHEDULING"
_DICE = "_r"
_SEED = 7


@contextmanager
def virtual_time() -> Iterator[trio.abc.Clock]:
    """A clock for one `trio.run` inside: it jumps whenever every task waits."""
    scheduler = importlib.import_module(_SCHEDULER)
    before, dice = getattr(scheduler, _SWITCH, None), getattr(scheduler, _DICE, None)
    if before is None or dice is None:
        yield virtual_clock()
        return
    state = dice.getstate()
    setattr(scheduler, _SWITCH, True)
    dice.seed(_SEED)
    try:
        yield virtual_clock()
    finally:
        setattr(scheduler, _SWITCH, before)
        dice.setstate(state)
