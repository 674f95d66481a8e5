"""The safe order of work, found by trying: what to do besides, in which order, and which phones are refused after each step.

How this works. No rule says which order is safe. Each candidate is a list of steps; it is carried out on the fleet step by
step, and after each step every phone is tried at each kind of service that it uses, by handshakes; what a release does by itself
belongs to the step before it. That is affordable because the fleet holds one phone of each class (`work`), and because the judge
remembers: a step leaves most phones and services as they were.

*Candidates.* `cures` yields lists of steps to do besides, first none. For each, `_orders` yields orders of everything: what
adds trust first, then a restart of TVS, by which phones accept what their lists do not hold yet, what takes trust away last, and
between these restarts, trust lists, moves and new LSCs in each permutation: 24 at most. A plan that holds a step of another kind
keeps its own order, and what is done besides is inserted as a whole at each place.

*Cost.* A candidate that loses nothing after any step is safe. Else they compare by phones and services that are refused at the
end, then by the sum over all steps, then by what cannot be told at the end, then by the preference of `cures`, then by their
length. A phone counts for all of its class, and at each kind of service by itself: that one service refused it before hides no
other. What was refused before the plan began is no loss.

*When it ends.* After the first list of cures of which some order is safe. Where there is none, all lists are tried, the
cheapest candidate is proposed, and what it cannot keep up is named with the reason (`Incurable`).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import permutations

from cisco_data import ServiceName
from lab.fleet.model import Fleet
from lab.operations import steps as st
from lab.operations.effects import apply, touched
from lab.operations.sentences import sentence
from lab.whatif.cures import cures
from lab.whatif.impact_report import Incurable, PlannedStep, Proposal, Use, Verdict
from lab.whatif.why import why
from lab.whatif.work import Work


def walk(work: Work, steps: Sequence[st.Step]) -> tuple[PlannedStep, ...]:
    """What is lost after each step that was not before; the first entry is the beginning.

    What a release does by itself is over when the last of it is done: before, nothing is told, as no administrator can stop there.
    """
    fleet = work.fleet
    walked = [PlannedStep(work.say("whatif-steps.before"), (), work.listed(work.unknown(fleet)))]
    for number, (step, over) in enumerate(st.in_one_moment(steps), 1):
        text = sentence(step, fleet, work.say, work.members)
        fleet, last = apply(fleet, step, work.judge.factory), number == len(steps)
        if not over:
            walked.append(PlannedStep(text))
            continue
        lost, unknown = work.lost(fleet, at_end=last), work.unknown(fleet, at_end=last)
        walked.append(PlannedStep(text, work.listed(lost), work.listed(unknown)))
    return tuple(walked)


def propose(work: Work, steps: Sequence[st.Step]) -> Proposal:
    """The best order that was found, with what has to be done besides."""
    best: tuple[Cost, Sequence[st.Step]] | None = None
    for number, besides in enumerate(cures(work, steps)):
        for candidate in _orders(work.fleet, steps, besides):
            cost = *_cost(work, candidate), number, len(candidate)
            if best is None or cost < best[0]:
                best = cost, candidate
        if best is not None and best[0][:2] == (0, 0):
            break
    assert best is not None
    return Proposal(walk(work, best[1]), tuple(_incurable(work, work.after(best[1]))))


Cost = tuple[int, int, int, int, int]
"""As `_cost`; then what `cures` prefers, which is new LSCs before everything that does without them; then the fewest steps."""


def _cost(work: Work, steps: Sequence[st.Step]) -> tuple[int, int, int]:
    """Phones and services that are lost for good, that are lost over all steps, that cannot be told at the end."""
    fleet = work.fleet
    total = lost = 0
    for number, (step, over) in enumerate(st.in_one_moment(steps), 1):
        fleet = apply(fleet, step, work.judge.factory)
        if not over:
            continue
        lost = work.weigh(work.lost(fleet, at_end=number == len(steps)))
        total += lost
    return lost, total, work.weigh(work.unknown(fleet))


def _incurable(work: Work, end: Fleet) -> Iterator[Incurable]:
    """Each phone at each service that it has lost when all is done, with what keeps it from there."""
    lost = work.lost(end)
    for phone in end.phones:
        for server, access, _ in work.judge.reach(end, phone):
            if Use(phone.device_name, server.kind) in lost:
                reason = why(Verdict.BREAKS, phone, server, access, work.say)
                for device in work.stands_for(phone.device_name):
                    yield Incurable(device, server.name, reason)


_REORDERED = (
    st.RegenerateCapfStep,
    st.AddCertificateStep,
    st.AddCapfCertificateStep,
    st.RemoveCertificateStep,
    st.SetMinimumTlsStep,
    st.SetDateStep,
    st.RestartStep,
    st.UpdateTrustListsStep,
    st.MoveStep,
    st.InstallLscStep,
    st.DeleteLscStep,
    st.SetPrecedenceStep,
)
"""Steps that a better order may put elsewhere. Every other one stays where the plan has it, and none is ever left out."""


def _orders(fleet: Fleet, steps: Sequence[st.Step], besides: Sequence[st.Step]) -> Iterator[list[st.Step]]:
    """Adding first, taking away last; between them everything else in each order.

    A plan with a step whose place matters in other ways keeps its own order, and what is done besides comes in between.
    """
    if not all(isinstance(step, _REORDERED) for step in steps):
        yield from ([*steps[:at], *besides, *steps[at:]] for at in range(len(steps) + 1 if besides else 1))
        return
    everything = [*steps, *besides]

    def those(kinds: type[st.Step] | object) -> list[st.Step]:
        return [step for step in everything if isinstance(step, kinds)]  # type: ignore[arg-type]

    adding = [*those(st.RegenerateCapfStep), *those(st.AddCertificateStep | st.AddCapfCertificateStep)]
    vouching = [step for step in those(st.ControlServiceStep) if step in besides and _is_of_tvs(step)]
    taking = those(st.RemoveCertificateStep | st.SetMinimumTlsStep | st.SetDateStep)
    asked_for = {step.server for step in steps if isinstance(step, st.RestartStep)}
    needed = {step.server for step in besides if isinstance(step, st.RestartStep)}
    first = _restarts(fleet, adding, asked_for | needed)
    last = _restarts(fleet, taking, asked_for)
    done = {step.server for step in (*first, *last)}
    last += [st.RestartStep(name) for name in dict.fromkeys(asked_for) if name not in done]
    between = (
        first,
        [step for step in those(_OF_LISTS) if step not in vouching],
        those(st.MoveStep),
        those(st.InstallLscStep | st.DeleteLscStep | st.SetPrecedenceStep),
    )
    for order in permutations(block for block in between if block):
        yield [*adding, *vouching, *(step for block in order for step in block), *taking, *last]


_OF_LISTS = st.ControlServiceStep | st.UpdateTrustListsStep | st.ReadFileStep


def _is_of_tvs(step: st.Step) -> bool:
    """Whether phones accept by it what is new, before their lists have it."""
    return isinstance(step, st.ControlServiceStep) and step.service is ServiceName.TVS


def _restarts(fleet: Fleet, steps: Sequence[st.Step], wanted: set[str]) -> list[st.RestartStep]:
    """Of what these steps touch."""
    names = dict.fromkeys(name for step in steps for name in touched(step, fleet) if name in wanted)
    return list(map(st.RestartStep, names))
