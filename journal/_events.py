"""The base of every event. An event is one fact in the past tense, declared beside the actor that emits it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

import msgspec

from journal._actor import Actor

_NEVER = datetime(1970, 1, 1, tzinfo=UTC)


class Event(msgspec.Struct, frozen=True, kw_only=True, tag_field="event", tag=True):
    """Who noted what, when, on which connection, because of which earlier event.

    An actor constructs an event with its own fields only; the `Emitter` fills in the five fields here.
    """

    seq: int = 0
    """Position in the journal, from 1; 0 means not yet emitted."""
    at: datetime = _NEVER
    """Lab time, UTC."""
    actor: Actor = Actor("")
    connection: str = ""
    """`client:port>server:port`, the same text on both ends; empty where no connection is meant."""
    cause: int = 0
    """`seq` of the event that led to this one; 0 means it has no cause in the lab."""


def event_types() -> tuple[type[Event], ...]:
    """Every kind of event declared by the modules imported so far, in order of name."""

    def below(kind: type[Event]) -> Iterator[type[Event]]:
        for child in kind.__subclasses__():
            yield child
            yield from below(child)

    return tuple(sorted(set(below(Event)), key=lambda kind: kind.__name__))
