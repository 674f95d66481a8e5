"""What happened in the lab: typed events in the past tense, one order for all of them, and the lab's own time."""

from journal._actor import Actor
from journal._clock import Clock, wall_now
from journal._events import Event, event_types
from journal._journal import Emitter, Journal
from journal._jsonl import HEADER, JournalFileError, events_of_lines, read_jsonl, to_jsonl

__all__ = [
    "HEADER",
    "Actor",
    "Clock",
    "Emitter",
    "Event",
    "Journal",
    "JournalFileError",
    "event_types",
    "events_of_lines",
    "read_jsonl",
    "to_jsonl",
    "wall_now",
]
