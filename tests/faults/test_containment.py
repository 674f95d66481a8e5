"""`contained`: a fault becomes an event, and what is no fault passes."""

from __future__ import annotations

import pytest
import trio

from journal import Clock, Event, Journal
from wire.faults import MAX_TEXT, ConnectionFailed, contained


class Told(Event, frozen=True):
    """Something was said."""


def opened() -> tuple[Journal, list[Event]]:
    journal, events = Journal(Clock(tick=lambda: 0.0)), list[Event]()
    journal.subscribe(events.append)
    return journal, events


def test_a_fault_is_an_event_with_actor_connection_type_and_text_on_one_line() -> None:
    journal, events = opened()
    with contained(journal.emitter("hq/callmanager"), "a:1>b:2") as held:
        raise KeyError("two\nlines\x1b[31m" + "x" * 1000)
    (event,) = events
    assert isinstance(event, ConnectionFailed)
    assert held.failed is event
    assert (event.actor, event.connection, event.exception) == ("hq/callmanager", "a:1>b:2", "KeyError")
    assert event.text.isprintable()
    assert len(event.text) <= MAX_TEXT + 3
    assert "test_containment:" in event.place


def test_a_block_that_ends_well_says_nothing() -> None:
    journal, events = opened()
    with contained(journal.emitter("x")) as held:
        pass
    assert (held.failed, events) == (None, [])


@pytest.mark.parametrize("kind", [KeyboardInterrupt, SystemExit, GeneratorExit])
def test_what_ends_the_process_passes(kind: type[BaseException]) -> None:
    journal, events = opened()
    with pytest.raises(kind), contained(journal.emitter("x")):
        raise kind
    assert events == []


def test_an_interrupt_in_a_group_passes_and_the_fault_beside_it_is_noted() -> None:
    journal, events = opened()
    with pytest.raises(BaseExceptionGroup) as caught, contained(journal.emitter("x")):
        raise BaseExceptionGroup("both", [ValueError("planted"), KeyboardInterrupt()])
    assert caught.value.subgroup(ValueError) is None
    assert [type(event) for event in events] == [ConnectionFailed]


def test_a_group_of_groups_of_faults_is_one_event() -> None:
    journal, events = opened()
    with contained(journal.emitter("x")):
        raise ExceptionGroup("outer", [ExceptionGroup("inner", [IndexError("deep")])])
    assert [event.exception for event in events if isinstance(event, ConnectionFailed)] == ["IndexError"]


@pytest.mark.trio
async def test_cancellation_passes() -> None:
    async def body() -> None:
        journal, events = opened()
        with trio.CancelScope() as scope:
            scope.cancel()
            with contained(journal.emitter("x")):
                await trio.sleep(1)
            raise AssertionError("cancelled before")
        assert scope.cancelled_caught
        assert events == []

    await body()


def test_a_subscriber_that_fails_breaks_the_journal_and_is_not_contained() -> None:
    """A full disk behind the journal ends the run: it is not the connection's fault."""
    journal, _ = opened()

    def full(event: Event) -> None:
        raise OSError(28, "No space left on device")

    journal.subscribe(full)
    with pytest.raises(OSError, match="No space"), contained(journal.emitter("x")):
        journal.emitter("x").emit(Told())
    assert journal.failure is not None
