"""The journal numbers, dates and links events, and reads back what it wrote."""

from __future__ import annotations

import pickle
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from journal import (
    Actor,
    Clock,
    Event,
    Journal,
    JournalFileError,
    event_types,
    events_of_lines,
    read_jsonl,
    to_jsonl,
)


class KettleBoiled(Event, frozen=True, kw_only=True):
    litres: float
    when: datetime | None = None


class TeaMade(Event, frozen=True, kw_only=True):
    cups: int


START = datetime(2026, 11, 23, 8, tzinfo=UTC)


def test_an_event_gets_number_time_actor_connection_and_cause() -> None:
    ticks = iter([0.0, 1.5, 2.0])
    journal = Journal(Clock(START, tick=lambda: next(ticks)))
    seen: list[Event] = []
    journal.subscribe(seen.append)
    cook = journal.emitter("cook")
    boiled = cook.emit(KettleBoiled(litres=1.0))
    made = cook.on("a>b").emit(TeaMade(cups=4), cause=boiled)
    assert (boiled.seq, boiled.at, boiled.actor, boiled.cause) == (1, START + timedelta(seconds=1.5), "cook", 0)
    assert (made.seq, made.connection, made.cause, made.cups) == (2, "a>b", 1, 4)
    assert seen == [boiled, made]


def test_lab_time_only_moves_forward() -> None:
    clock = Clock(START, tick=lambda: 0.0)
    clock.advance(timedelta(days=365))
    assert clock.now() == START + timedelta(days=365)
    with pytest.raises(ValueError, match="forward"):
        clock.advance(timedelta(seconds=-1))


def test_a_journal_file_reads_back_as_the_same_events(tmp_path: Path) -> None:
    journal = Journal(Clock(START, tick=lambda: 0.0))
    events: list[Event] = []
    journal.subscribe(events.append)
    journal.emitter("cook").emit(KettleBoiled(litres=0.5, when=START))
    journal.emitter("cook").emit(TeaMade(cups=2))
    file = tmp_path / "run.jsonl"
    file.write_bytes(b"".join(map(to_jsonl, events)))
    assert list(read_jsonl(file)) == events
    assert {KettleBoiled, TeaMade} <= set(event_types())


def test_a_line_that_a_killed_run_left_unfinished_is_passed_over(tmp_path: Path) -> None:
    file = tmp_path / "run.jsonl"
    whole = to_jsonl(TeaMade(cups=1))
    file.write_bytes(whole + whole[:-9])
    assert [type(event) for event in read_jsonl(file)] == [TeaMade]


@pytest.mark.parametrize(
    "line", [b"{}\n", b"tea\n", b'{"event":"Unheard"}\n', b"\xff\n", b'{"event":"TeaMade","cups":"x"}\n']
)
def test_a_line_that_is_no_event_names_file_and_line(tmp_path: Path, line: bytes) -> None:
    file = tmp_path / "run.jsonl"
    file.write_bytes(to_jsonl(TeaMade(cups=1)) + line)
    with pytest.raises(JournalFileError, match=r"run\.jsonl, line 2"):
        list(read_jsonl(file))


def test_an_event_that_nobody_hears_is_neither_numbered_nor_counted() -> None:
    journal = Journal(Clock(START, tick=lambda: 0.0))
    cook = journal.emitter("cook")
    assert not cook.heard
    assert cook.emit(TeaMade(cups=1)) == TeaMade(cups=1)
    seen: list[Event] = []
    journal.subscribe(seen.append)
    assert cook.heard
    assert (cook.emit(TeaMade(cups=2)).seq, len(seen)) == (1, 1)


def test_an_event_with_the_fields_of_another_version_names_the_event_and_the_remedy(tmp_path: Path) -> None:
    file = tmp_path / "run.jsonl"
    file.write_bytes(b'{"event":"TeaMade","cups":"three"}\n')
    with pytest.raises(JournalFileError, match=r"line 1: .* as this version writes TeaMade .* run the story again"):
        list(read_jsonl(file))
    file.write_bytes(b'{"event":5}\n')
    with pytest.raises(JournalFileError, match="not an event of the lab"):
        list(read_jsonl(file))


# Actors


@pytest.mark.parametrize(
    ("name", "parts"),
    [
        ("hq/callmanager", ("hq", "", "callmanager")),
        ("hq/cucm-sub1/tftp", ("hq", "cucm-sub1", "tftp")),
        ("ise/radius", ("ise", "", "radius")),
        ("SEP001122334455", ("", "", "")),
        ("", ("", "", "")),
    ],
)
def test_an_actor_knows_its_cluster_node_and_service(name: str, parts: tuple[str, str, str]) -> None:
    actor = Actor(name)
    assert actor == name
    assert (actor.cluster, actor.node, actor.service) == parts
    if actor.service:
        assert Actor.of(actor.cluster, actor.service, actor.node) == name


def test_an_event_that_was_read_from_a_file_or_came_from_a_worker_knows_its_actor_too() -> None:
    event = TeaMade(cups=1, actor=Actor("hq/n/capf"))
    (read,) = events_of_lines([to_jsonl(event)], "x")
    for copy in (read, pickle.loads(pickle.dumps(event))):
        assert copy == event
        assert (copy.actor.cluster, copy.actor.node, copy.actor.service) == ("hq", "n", "capf")


def test_a_follower_hears_its_actor_on_every_connection_and_no_other() -> None:
    journal = Journal(Clock(START, tick=lambda: 0.0))
    assert not journal.heard
    seen: list[Event] = []
    cook, guest = journal.emitter("cook"), journal.emitter("guest")
    cook.follow(seen.append)
    assert journal.heard
    first = cook.emit(TeaMade(cups=1))
    guest.emit(TeaMade(cups=2))
    second = cook.on("kitchen").emit(TeaMade(cups=3))
    assert seen == [first, second]
    assert second.seq == 3
