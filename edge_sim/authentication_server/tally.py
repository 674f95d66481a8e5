"""Counts what unknown clients send, in bounded memory and with few words: a count is told at 1, 10, 100 and so on."""

from __future__ import annotations

from collections import Counter

from edge_sim.authentication_server.events import DropReason, RequestsUnanswered

MAX_SOURCES = 256
"""Pairs of reason and address that are counted apart: a sender of UDP can claim any address."""


class Tally:
    """All that got no answer, by reason and source."""

    def __init__(self) -> None:
        self._counts: Counter[tuple[DropReason, str]] = Counter()

    @property
    def total(self) -> int:
        return self._counts.total()

    def of(self, reason: DropReason) -> int:
        """That reason's count, whoever it was."""
        return sum(count for (kind, _), count in self._counts.items() if kind is reason)

    def add(self, reason: DropReason, source: str) -> RequestsUnanswered | None:
        """One more; gives the event when there is one to emit."""
        key = (reason, source)
        if key not in self._counts and len(self._counts) >= MAX_SOURCES:
            key = (reason, "")
        self._counts[key] += 1
        count = self._counts[key]
        if str(count).strip("0") != "1":
            return None
        return RequestsUnanswered(reason=reason, source=key[1], count=count)
