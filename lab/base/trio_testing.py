"""Two things of `trio.testing`, without the rest of it: where pytest is installed, `trio.testing` imports all of pytest.

That costs a command a tenth of a second. trio makes both in its core, which is not public; a trio that has them elsewhere is
asked by the public name.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from trio.testing import MockClock

_CORE, _PUBLIC = "trio._core", "trio.testing"


def virtual_clock() -> MockClock:
    """A clock for one `trio.run` that jumps to the next deadline whenever every task waits."""
    made: MockClock = _found("MockClock")(autojump_threshold=0)
    return made


async def all_tasks_wait() -> None:
    """Wait until every other task waits for something, as `trio.testing.wait_all_tasks_blocked`."""
    await _found("wait_all_tasks_blocked")()


def _found(name: str) -> Any:
    return getattr(importlib.import_module(_CORE), name, None) or getattr(importlib.import_module(_PUBLIC), name)
