"""What a change has effects on that the lab cannot judge: said in every answer, so that silence never means that all is well."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from cisco_data import ServiceName
from cisco_data.enterprise_parameters import FILE_SIGNATURE_ALGORITHM, ROLLBACK
from lab.base.language import Catalogue
from lab.fleet.model import Fleet
from lab.operations.sentences import why_not
from lab.operations.steps import (
    ChangeOtherStoreStep,
    ControlServiceStep,
    DeleteCtlFileStep,
    MoveStep,
    RegenerateCallManagerStep,
    RegenerateCapfStep,
    RegenerateServerStep,
    RenewOtherStep,
    ResetCtlStep,
    ResetItlStep,
    SetParameterStep,
    SignCapfStep,
    Step,
)

_OF_TRUST_LISTS: tuple[type[Step], ...] = (
    MoveStep,
    RegenerateCapfStep,
    SignCapfStep,
    RegenerateCallManagerStep,
    RenewOtherStep,
    ChangeOtherStoreStep,
    ResetItlStep,
    ResetCtlStep,
    DeleteCtlFileStep,
)
"""After these a phone may meet a server, a list or a file that its trust lists do not vouch for."""


def _needs_lists(step: Step) -> bool:
    """Whether what a phone makes of the step depends on its trust lists."""
    if isinstance(step, ControlServiceStep):
        return step.service is ServiceName.TVS and step.change == "stop"
    if isinstance(step, SetParameterStep):
        return step.name == ROLLBACK or (step.name == FILE_SIGNATURE_ALGORITHM and step.value != EVERY_PHONES_DIGEST)
    return isinstance(step, _OF_TRUST_LISTS)


EVERY_PHONES_DIGEST = "SHA-1"
"""Of TFTP File Signature Algorithm: what every phone can check."""


def unjudged(steps: Sequence[Step], after: Fleet, say: Catalogue) -> tuple[str, ...]:
    """Sentences, each once.

    Args:
        after: the fleet after the last step, with the reasons that steps have left in it.
    """
    return tuple(dict.fromkeys(_reasons(steps, after, say)))


def _reasons(steps: Sequence[Step], after: Fleet, say: Catalogue) -> Iterator[str]:
    unknown = any(phone.lists is None for phone in after.phones)
    if any(isinstance(step, RegenerateServerStep) or (unknown and _needs_lists(step)) for step in steps):
        yield say("whatif-text.unjudged.trust-lists")
    yield from (why_not(reason, say) for reason in after.unjudged)
