"""Events that a test asks for."""

from __future__ import annotations

from datetime import datetime
from typing import TypeVar

from journal import Clock, Emitter, Event, Journal
from lab.operations.values import STARTS

E = TypeVar("E", bound=Event)


class KeptEvents:
    """Every event of a journal, in order. Without a journal it makes one, whose clock stands still at `now`."""

    def __init__(self, journal: Journal | None = None, *, now: datetime = STARTS) -> None:
        self.journal = Journal(Clock(now, tick=lambda: 0.0)) if journal is None else journal
        self.events: list[Event] = []
        self.journal.subscribe(self.events.append)

    @property
    def now(self) -> datetime:
        """Lab time."""
        return self.journal.clock.now()

    def emitter(self, actor: str) -> Emitter:
        """As of the journal."""
        return self.journal.emitter(actor)

    def of(self, kind: type[E], actor: str = "") -> list[E]:
        """Those of one kind, and of one actor where that is named: a device name, or `cluster/service`."""
        return [event for event in self.events if isinstance(event, kind) and actor in ("", event.actor)]

    def one(self, kind: type[E], actor: str = "") -> E:
        """The only one. Raises ValueError where there is none, or more."""
        (event,) = self.of(kind, actor)
        return event
