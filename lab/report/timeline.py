"""The rows of one phone's sequence diagram, from the events of a run."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from journal import Event
from lab.report.decided import unnamed
from lab.report.facts import DiagramFacts
from lab.report.rows import Row
from lab.report.rules import RULES


def rows(events: Sequence[Event], device: str, clusters: Sequence[str]) -> Iterator[Row]:
    """In the order of the events; `clusters` gives the lanes theirs."""
    facts = DiagramFacts(events, device, clusters)
    for event in events:
        if facts.concerns(event):
            row = RULES.get(type(event), unnamed)(event, facts)
            if row is not None:
                yield row
