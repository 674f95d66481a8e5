"""The conversations that are open, by the State of their latest challenge: bounded in number, and in time."""

from __future__ import annotations

import secrets
from collections import OrderedDict
from collections.abc import Iterator
from typing import Generic, TypeVar

S = TypeVar("S")
STATE_OCTETS = 16


class SessionTable(Generic[S]):
    """Each challenge has a State of its own, so that an old one, sent again, finds nothing and harms nothing."""

    def __init__(self, most: int, idle: float) -> None:
        """`idle`: seconds after which a conversation is over."""
        self._most = most
        self._idle = idle
        self._open: OrderedDict[bytes, tuple[float, S]] = OrderedDict()

    def __len__(self) -> int:
        return len(self._open)

    def put(self, session: S, now: float) -> tuple[bytes, S | None]:
        """Its new State, and the session that had to make room, where the table was full. `now`: seconds, only growing."""
        oldest = self._open.popitem(last=False)[1][1] if len(self._open) >= self._most else None
        state = secrets.token_bytes(STATE_OCTETS)
        self._open[state] = (now + self._idle, session)
        return state, oldest

    def get(self, state: bytes) -> S | None:
        found = self._open.get(state)
        return found[1] if found is not None else None

    def take(self, state: bytes) -> None:
        """Its State is used up."""
        self._open.pop(state, None)

    def expired(self, now: float) -> Iterator[S]:
        """Those that are over, taken out one by one."""
        while self._open:
            state, (ends, session) = next(iter(self._open.items()))
            if ends > now:
                return
            del self._open[state]
            yield session

    @property
    def next_expiry(self) -> float | None:
        return next(iter(self._open.values()))[0] if self._open else None
