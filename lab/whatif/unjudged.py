"""What a change has effects on that the lab cannot judge: said in every answer, so that silence never means that all is well."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from cisco_data.enterprise_parameters import ON, ROLLBACK
from lab.base.language import Catalogue
from lab.fleet.model import Fleet
from lab.operations.sentences import why_not
from lab.operations.steps import RegenerateServerStep, SetParameterStep, Step
from lab.operations.trust_steps import lists_not_told, needs_lists


def unjudged(steps: Sequence[Step], after: Fleet, say: Catalogue) -> tuple[str, ...]:
    """Sentences, each once.

    Args:
        after: the fleet after the last step, with the reasons that steps have left in it.
    """
    return tuple(dict.fromkeys(_reasons(steps, after, say)))


def _reasons(steps: Sequence[Step], after: Fleet, say: Catalogue) -> Iterator[str]:
    apart = lists_not_told(after)  # of these it is said for each
    unknown = any(phone.lists is None and phone.device_name not in apart for phone in after.phones)
    if any(isinstance(step, RegenerateServerStep) or (unknown and needs_lists(step)) for step in steps):
        yield say("whatif-text.unjudged.trust-lists")
    if any(isinstance(step, SetParameterStep) and (step.name, step.value) == (ROLLBACK, ON) for step in steps):
        yield say("whatif-text.unjudged.rollback")
    yield from (why_not(reason, say) for reason in after.unjudged)
