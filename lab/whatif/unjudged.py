"""What a change has effects on that the lab cannot judge: said in every answer, so that silence never means that all is well."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from lab.base.language import Catalogue
from lab.fleet.model import Fleet
from lab.operations.sentences import why_not
from lab.operations.steps import (
    MoveStep,
    RegenerateCallManagerStep,
    RegenerateCapfStep,
    RegenerateServerStep,
    SignCapfStep,
    Step,
)

_OF_TRUST_LISTS: tuple[type[Step], ...] = (
    MoveStep,
    RegenerateCapfStep,
    SignCapfStep,
    RegenerateCallManagerStep,
    RegenerateServerStep,
)
"""After these a phone meets a server certificate that its trust list (CTL or ITL) may not vouch for."""


def unjudged(steps: Sequence[Step], after: Fleet, say: Catalogue) -> tuple[str, ...]:
    """Sentences, each once.

    Args:
        after: the fleet after the last step, with the reasons that steps have left in it.
    """
    return tuple(dict.fromkeys(_reasons(steps, after, say)))


def _reasons(steps: Sequence[Step], after: Fleet, say: Catalogue) -> Iterator[str]:
    if any(isinstance(step, _OF_TRUST_LISTS) for step in steps):
        yield say("whatif-text.unjudged.trust-lists")
    yield from (why_not(reason, say) for reason in after.unjudged)
