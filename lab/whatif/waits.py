"""What is to be said of single steps of a plan: what to wait for, from where on there is no way back, what not to do together.

Each is found by trying. *A wait*: phones that had not taken what a reset or an Install/Upgrade gave them would lose a service at a
later step. *No way back*: the first step after which a phone that was off since the plan began refuses the files of its cluster
whatever is done there. *Not together*: two new certificates that leave phones without a service when no reset lies between them.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace

from lab.fleet.model import Fleet, FleetPhone
from lab.operations import steps as st
from lab.operations.effect import with_phones
from lab.operations.effects import apply
from lab.operations.sentences import sentence
from lab.whatif.impact_report import Use
from lab.whatif.locked import beyond_help
from lab.whatif.renewals import renewed_unit, renews
from lab.whatif.work import Work

_Names = frozenset[str]


@dataclass(frozen=True, slots=True)
class StepNote:
    """As the fields of these names of `PlannedStep`."""

    wait_for: str = ""
    together: str = ""
    point_of_no_return: bool = False


def notes(work: Work, steps: Sequence[st.Step]) -> tuple[StepNote, ...]:
    """One for each step."""
    fleets = [work.fleet]
    for step in steps:
        fleets.append(apply(fleets[-1], step, work.judge.factory))
    none_back = _point_of_no_return(work, steps)
    together = _together(work, steps, fleets)
    return tuple(
        StepNote(_wait(work, steps, fleets, number), together.get(number, ""), number == none_back)
        for number in range(len(steps))
    )


# Waits


def _wait(work: Work, steps: Sequence[st.Step], fleets: Sequence[Fleet], number: int) -> str:
    """`number`: of the step, from 0."""
    if not _reaches_phones(steps[number]) or number + 1 == len(steps):
        return ""
    changed = {
        new.device_name: given
        for old, new in zip(fleets[number].phones, fleets[number + 1].phones, strict=True)
        if (given := frozenset(_given(old, new)))
    }
    if not changed:
        return ""
    late = _switched(fleets[number], frozenset(changed), off=True)
    waited_for: set[str] = set()
    for later, step in enumerate(steps[number:], number + 1):
        late = apply(late, step, work.judge.factory)
        if later == number + 1:
            continue
        harmed = _harmed(work, _switched(late, frozenset(changed), off=False), fleets[later], frozenset(changed))
        waited_for.update(*(changed[name] for name in harmed))
    return work.say(f"whatif-steps.wait.{'-'.join(sorted(waited_for))}") if waited_for else ""


def _reaches_phones(step: st.Step) -> bool:
    """Whether phones take something by it when they are reached."""
    return isinstance(step, st.ReadFileStep | st.InstallLscStep)


def _given(old: FleetPhone, new: FleetPhone) -> Iterator[str]:
    """What the phone has now and had not: the ends of the keys of `whatif-steps.wait`."""
    if old.lists is not None and new.lists is not None:
        if new.lists.ctl is not None and old.lists.ctl != new.lists.ctl:
            yield "ctl"
        if new.lists.itl is not None and old.lists.itl != new.lists.itl:
            yield "itl"
    if new.lsc is not None and old.lsc != new.lsc:
        yield "lsc"


def _harmed(work: Work, late: Fleet, in_time: Fleet, names: _Names) -> _Names:
    """Phones that are refused somewhere where they would not be if they had taken what they were given, or may be."""
    worse = _troubled(work, late) - _troubled(work, in_time)
    return frozenset(use.device for use in worse if use.device in names)


def _troubled(work: Work, fleet: Fleet) -> frozenset[Use]:
    return frozenset(work.lost(fleet, at_end=False)) | frozenset(work.unknown(fleet, at_end=False))


def _switched(fleet: Fleet, names: _Names, *, off: bool) -> Fleet:
    return with_phones(fleet, names, lambda phone: replace(phone, offline=off))


# No way back


def _point_of_no_return(work: Work, steps: Sequence[st.Step]) -> int:
    """Number of the step, from 0; -1 for none."""
    here = frozenset(phone.device_name for phone in work.fleet.phones)
    fleets = [_switched(work.fleet, here, off=True)]
    for step in steps:
        fleets.append(apply(fleets[-1], step, work.judge.factory))
    left = beyond_help(work, fleets[-1])
    if not left or not (left := left - beyond_help(work, fleets[0])):
        return -1
    point = len(steps)
    while point > 1 and left & beyond_help(work, fleets[point - 1]):
        point -= 1
    return point - 1


# Not together


def _together(work: Work, steps: Sequence[st.Step], fleets: Sequence[Fleet]) -> dict[int, str]:
    """By number of the step: what must not be done together with it."""
    kinds = _kinds(steps)
    if len(kinds) < 2:
        return {}
    lost = frozenset(work.lost(fleets[-1]))
    found: list[tuple[int, int]] = []
    for span in range(1, len(kinds)):
        for first in range(len(kinds) - span):
            second = first + span
            inside = any(first <= one and other <= second for one, other in found)
            if not inside and _harm_together(work, steps, kinds[first], kinds[second], lost):
                found.append((first, second))
    told: dict[int, list[str]] = {}
    for pair in found:
        for one, other in (pair, pair[::-1]):
            what = _what(work, steps, fleets, kinds[other][0])
            for number in kinds[one]:
                told.setdefault(number, []).append(what)
    return {number: work.say.between_sentences.join(others) for number, others in told.items()}


def _kinds(steps: Sequence[st.Step]) -> list[tuple[int, ...]]:
    """Numbers of the steps that make certificates of one kind anew in a cluster, on any node; another name of a node by itself."""
    kinds: dict[tuple[object, ...], list[int]] = {}
    for number, step in enumerate(steps):
        if renews(step):
            unit = renewed_unit(step)
            kinds.setdefault((unit, step.cluster) if unit is not None else (number,), []).append(number)
    return [tuple(numbers) for numbers in kinds.values()]


def _what(work: Work, steps: Sequence[st.Step], fleets: Sequence[Fleet], number: int) -> str:
    step = steps[number]
    unit = renewed_unit(step)
    if unit is None or not renews(step):
        return sentence(step, fleets[number], work.say, work.members)
    return work.say("whatif-steps.together", unit=unit, cluster=step.cluster)


def _harm_together(
    work: Work, steps: Sequence[st.Step], first: Sequence[int], second: Sequence[int], lost: frozenset[Use]
) -> bool:
    """Whether phones lose a service at the end when no reset lies between these two and keep it when one does; where the plan
    has none, whether they lose it by both and by neither alone."""
    between = {number for number in range(first[0], second[-1]) if isinstance(steps[number], st.ReadFileStep)}
    if between:
        return bool(_lost_without(work, steps, between) - lost)
    if not lost:
        return False
    return bool(lost - _lost_without(work, steps, first) - _lost_without(work, steps, second))


def _lost_without(work: Work, steps: Sequence[st.Step], left_out: Collection[int]) -> frozenset[Use]:
    kept = [step for number, step in enumerate(steps) if number not in left_out]
    return frozenset(work.lost(work.after(kept)))
