"""`explain` of the events of a run, as the command does it: journal to case, case to explanation."""

from __future__ import annotations

from collections.abc import Sequence

from journal import Event
from lab.base.language import ENGLISH, Catalogue
from lab.explain import Evidence, Explanation
from lab.explain import explain as explain_cases
from lab.views import cases_of


def explain(events: Sequence[Event], say: Catalogue = ENGLISH) -> list[Explanation]:
    return explain_cases(cases_of(events), say)


def is_assumption(evidence: Evidence) -> bool:
    """Whether a line of evidence says what the lab assumed, which no event shows."""
    return evidence.seq == 0 and evidence.text.casefold().startswith("assumed")
