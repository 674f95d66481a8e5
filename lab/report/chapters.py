"""A story cut into chapters, each some acts and the checks after them; a diagram's rows sorted into them, repeated tries folded."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from journal import Event
from lab.events.story import StepStarted
from lab.report.rows import Row, Shape
from lab.scenario import model as sc


@dataclass(frozen=True, slots=True)
class Chapter:
    """Steps that belong together: what is done, and what is then checked."""

    first: int
    """Number of its first step, from 1."""
    last: int
    since: int
    """`seq` of the event that began it."""


def chapters(steps: Sequence[sc.Step], events: Iterable[Event]) -> list[Chapter]:
    """Those that were begun, oldest first: acts in a row begin one."""
    found: list[Chapter] = []
    acting = False
    for event in events:
        if not isinstance(event, StepStarted) or event.number > len(steps):
            continue
        acts = not isinstance(steps[event.number - 1], sc.Expect)
        if found and not (acts and not acting):
            found[-1] = replace(found[-1], last=event.number)
        else:
            found.append(Chapter(event.number, event.number, event.seq))
        acting = acts
    return found


def sorted_into(found: Sequence[Chapter], rows: Iterable[Row]) -> list[list[Row]]:
    """The rows of each chapter, folded. What was before the first is the lab being built, and belongs to none."""
    sorted_rows: list[list[Row]] = [[] for _ in found]
    for row in rows:
        here = [index for index, chapter in enumerate(found) if chapter.since <= row.seq]
        if here:
            sorted_rows[here[-1]].append(row)
    return [list(folded(rows)) for rows in sorted_rows]


def folded(rows: Sequence[Row]) -> Iterator[Row]:
    """The same rows, with one that counts in place of tries that only repeat the one before."""
    last: list[Row] = []
    repeated: list[list[Row]] = []
    for attempt in _tries(rows):
        if last and attempt[-1].ends_try and _said(attempt) == _said(last):
            repeated.append(attempt)
            continue
        yield from _fold(repeated)
        yield from attempt
        last, repeated = attempt, []
    yield from _fold(repeated)


def _tries(rows: Sequence[Row]) -> Iterator[list[Row]]:
    attempt: list[Row] = []
    for row in rows:
        attempt.append(row)
        if row.ends_try:
            yield attempt
            attempt = []
    if attempt:
        yield attempt


def _said(attempt: Sequence[Row]) -> list[object]:
    return [row.again for row in attempt]


def _fold(repeated: Sequence[Sequence[Row]]) -> Iterator[Row]:
    if not repeated:
        return
    lanes = sorted({lane for row in repeated[-1] for lane in (row.lane, row.to)})
    end = repeated[-1][-1]
    key = "report.fold.one" if len(repeated) == 1 else "report.fold.more"
    yield Row(Shape.FOLD, lanes[0], lanes[-1], key, {"count": len(repeated)}, at=end.at, seq=end.seq)
