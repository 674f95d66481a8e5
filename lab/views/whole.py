"""Whether a journal is whole: numbers from 1 without gaps, in order, up to the end of its story.

What is missing may hold the cause of a failure, or the failure itself, so nothing that is concluded from the rest is certain.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise

from journal import Event
from lab.base.texts import Text, text
from lab.events.story import StepEnded, StepStarted, StoryEnded

MAX_GAPS = 5
"""That are named one by one."""


def missing_of(events: Sequence[Event], *, cut: bool = False) -> tuple[Text, ...]:
    """What shows that events are missing or out of order, one sentence each; empty for a whole journal.

    Args:
        events: as they stand in the file.
        cut: whether the file ends in the middle of a line.
    """
    found: list[Text] = []
    if events and events[0].seq > 1:
        found.append(text("explain.journal.beginning", number=events[0].seq))
    gaps = list(_gaps(events))
    found += gaps[:MAX_GAPS]
    if len(gaps) > MAX_GAPS:
        found.append(text("explain.journal.more", count=len(gaps) - MAX_GAPS))
    if cut:
        found.append(text("explain.journal.cut"))
    elif _is_of_a_story(events) and not any(isinstance(event, StoryEnded) for event in events):
        found.append(text("explain.journal.end", number=events[-1].seq))
    return tuple(found)


def _gaps(events: Sequence[Event]) -> Iterator[Text]:
    for before, event in pairwise(events):
        if event.seq <= before.seq:
            yield text("explain.journal.order", number=event.seq, before=before.seq)
        elif event.seq > before.seq + 1:
            yield text("explain.journal.gap", first=before.seq + 1, last=event.seq - 1)
        elif event.at < before.at:
            yield text("explain.journal.time", number=event.seq, before=before.seq)


def _is_of_a_story(events: Sequence[Event]) -> bool:
    return any(isinstance(event, StepStarted | StepEnded) for event in events)
