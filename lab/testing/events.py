"""Events that a test asks for."""

from __future__ import annotations

from typing import TypeVar

from journal import Event, Journal

E = TypeVar("E", bound=Event)


class KeptEvents:
    """Every event of a journal, in order."""

    def __init__(self, journal: Journal) -> None:
        self.journal = journal
        self.events: list[Event] = []
        journal.subscribe(self.events.append)

    def of(self, kind: type[E], actor: str = "") -> list[E]:
        """Those of one kind, and of one actor where that is named: a device name, or `cluster/service`."""
        return [event for event in self.events if isinstance(event, kind) and actor in ("", event.actor)]

    def one(self, kind: type[E], actor: str = "") -> E:
        """The only one. Raises ValueError where there is none, or more."""
        (event,) = self.of(kind, actor)
        return event
