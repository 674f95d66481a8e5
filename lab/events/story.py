"""What the runner notes of a story, between what the actors note."""

from __future__ import annotations

from collections.abc import Sequence

from journal import Event


class StepStarted(Event, frozen=True, kw_only=True):
    """The runner began a step of the story."""

    number: int
    kind: str
    say: str


class StepEnded(Event, frozen=True, kw_only=True):
    """The runner is done with a step."""

    number: int
    passed: bool
    observed: str


class StoryEnded(Event, frozen=True, kw_only=True):
    """The last step is done. What follows is the lab being taken down, and tells nothing of the phones."""

    passed: bool


def of_the_story(events: Sequence[Event]) -> Sequence[Event]:
    """Those before the lab was taken down; all of them where the run was killed, or is not over."""
    for index in range(len(events) - 1, -1, -1):
        if isinstance(events[index], StoryEnded):
            return events[:index]
    return events
