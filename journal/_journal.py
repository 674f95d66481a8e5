"""The journal numbers and dates each event and hands it, in order, to whoever subscribed."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

import msgspec

from journal._actor import Actor
from journal._clock import Clock
from journal._events import Event

E = TypeVar("E", bound=Event)
_stamped = msgspec.structs.replace


class Journal:
    """One order for all that happens in a lab. It keeps nothing: subscribe a list's `append` to keep events."""

    def __init__(self, clock: Clock | None = None) -> None:
        self.clock = Clock() if clock is None else clock
        self._seq = 0
        self._subscribers: tuple[Callable[[Event], None], ...] = ()
        self._followers: dict[str, tuple[Callable[[Event], None], ...]] = {}
        self.failure: BaseException | None = None
        """What a subscriber raised first: an event may be missing where it was to go, so the run cannot go on."""

    def subscribe(self, subscriber: Callable[[Event], None]) -> None:
        self._subscribers = (*self._subscribers, subscriber)

    def follow(self, actor: str, subscriber: Callable[[Event], None]) -> None:
        """Subscribe to the events of one actor: an event of another costs nothing."""
        self._followers[actor] = (*self._followers.get(actor, ()), subscriber)

    @property
    def heard(self) -> bool:
        """Whether anybody listens. If not, words that nobody will read need not be made; no code and no verdict differs."""
        return bool(self._subscribers or self._followers)

    def emitter(self, actor: str, connection: str = "") -> Emitter:
        return Emitter(self, actor, connection)

    def _emit(self, event: E, actor: Actor, connection: str, cause: Event | int | None) -> E:
        if not self.heard:  # a number and a time for nobody cost as much as all else here
            return event
        self._seq += 1
        emitted = _stamped(
            event,
            seq=self._seq,
            at=self.clock.now(),
            actor=actor,
            connection=connection,
            cause=cause.seq if isinstance(cause, Event) else cause or 0,
        )
        try:
            for subscriber in (*self._followers.get(actor, ()), *self._subscribers):
                subscriber(emitted)
        except BaseException as error:
            self.failure = self.failure or error
            raise
        return emitted


class Emitter:
    """What one actor emits by, or one actor on one connection."""

    __slots__ = ("_journal", "actor", "connection")

    def __init__(self, journal: Journal, actor: str, connection: str = "") -> None:
        self._journal = journal
        self.actor = actor if isinstance(actor, Actor) else Actor(actor)
        self.connection = connection

    def emit(self, event: E, cause: Event | int | None = None) -> E:
        """Put the event into the journal and return it as numbered there; as it is where nobody listens."""
        return self._journal._emit(event, self.actor, self.connection, cause)

    def on(self, connection: str) -> Emitter:
        """The same actor on one connection."""
        return Emitter(self._journal, self.actor, connection)

    def follow(self, subscriber: Callable[[Event], None]) -> None:
        """Subscribe to all that this actor emits, on whatever connection."""
        self._journal.follow(self.actor, subscriber)

    @property
    def clock(self) -> Clock:
        return self._journal.clock

    @property
    def heard(self) -> bool:
        """As `Journal.heard`."""
        return self._journal.heard

    @property
    def broken(self) -> bool:
        """Whether a subscriber of the journal has failed."""
        return self._journal.failure is not None
