"""The safe order of work, found by trying: what to do besides, in which order, and who is down after each step.

Every candidate is a list of steps that is carried out on the fleet and asked about with real handshakes: the cures of `cures`, and
the orders in which adding, trust lists, phones and moves can come before what takes something away. The first one that leaves
nobody down wins, else the one with the fewest phones down over all its steps.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import permutations

from lab.fleet.model import Fleet, ServiceKind
from lab.operations import steps as st
from lab.operations.effects import apply, touched
from lab.operations.sentences import sentence
from lab.whatif.answer import PlannedStep, Proposal, Verdict
from lab.whatif.cures import cures
from lab.whatif.judge import works
from lab.whatif.why import why
from lab.whatif.work import Work

MOST_NAMED = 100
"""Devices whose names are told with a step."""


def walk(work: Work, steps: Sequence[st.Step]) -> tuple[PlannedStep, ...]:
    """Who is down after each step that was not before; the first entry is the beginning."""
    fleet, judge = work.fleet, work.judge
    down, strange = judge.down(fleet), judge.without_capf(fleet)
    walked = [PlannedStep(work.say("whatif-steps.before"), 0)]
    for step in steps:
        text = sentence(step, fleet, work.say, work.members)
        fleet = apply(fleet, step, judge.shop)
        names = work.named(judge.down(fleet) - down)
        walked.append(
            PlannedStep(
                text,
                len(names),
                names if len(names) <= MOST_NAMED else (),
                work.weigh(judge.without_capf(fleet) - strange),
            )
        )
    return tuple(walked)


def propose(work: Work, steps: Sequence[st.Step]) -> Proposal:
    """The best order that was found, with what has to be done besides."""
    best: tuple[tuple[int, int, int], Sequence[st.Step]] | None = None
    for besides in cures(work, steps):
        for candidate in _orders(work.fleet, steps, besides):
            cost = _cost(work, candidate)
            if best is None or cost < best[0]:
                best = cost, candidate
        if best is not None and best[0][:2] == (0, 0):
            break
    assert best is not None
    walked = walk(work, best[1])
    end = work.after(best[1])
    return Proposal(walked, all(step.down == 0 for step in walked), tuple(_incurable(work, end)))


def _cost(work: Work, steps: Sequence[st.Step]) -> tuple[int, int, int]:
    """Phones that lose something for good, phones down over all steps, steps."""
    fleet, judge = work.fleet, work.judge
    down, strange = judge.down(fleet), judge.without_capf(fleet)
    total = 0
    for step in steps:
        fleet = apply(fleet, step, judge.shop)
        total += work.weigh(judge.down(fleet) - down)
    lost = work.weigh((judge.down(fleet) - down) | (judge.without_capf(fleet) - strange))
    return lost, total, len(steps)


def _incurable(work: Work, end: Fleet) -> Iterator[tuple[str, str]]:
    """Who is down when all is done, with what keeps the phone from the first service that refuses it."""
    was_down = work.judge.down(work.fleet)
    for phone in end.phones:
        if phone.device_name in was_down:
            continue
        for server in end.services_of(phone):
            standing = work.judge.standing(end, phone, server)
            if server.kind is not ServiceKind.CAPF and not works(standing):
                reason = why(Verdict.BREAKS, phone, server, standing, work.say)
                for device in work.members.get(phone.device_name, (phone.device_name,)):
                    yield device, reason
                break


_REORDERED = (
    st.RegenerateCapf,
    st.AddCertificate,
    st.AddCapfCertificate,
    st.RemoveCertificate,
    st.SetMinimumTls,
    st.SetDate,
    st.Restart,
    st.UpdateTrustLists,
    st.Move,
    st.InstallLsc,
    st.DeleteLsc,
    st.SetPrecedence,
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

    adding = [*those(st.RegenerateCapf), *those(st.AddCertificate | st.AddCapfCertificate)]
    taking = those(st.RemoveCertificate | st.SetMinimumTls | st.SetDate)
    asked_for = {step.server for step in steps if isinstance(step, st.Restart)}
    needed = {step.server for step in besides if isinstance(step, st.Restart)}
    first = _restarts(fleet, adding, asked_for | needed)
    last = _restarts(fleet, taking, asked_for)
    done = {step.server for step in (*first, *last)}
    last += [st.Restart(name) for name in dict.fromkeys(asked_for) if name not in done]
    between = (
        first,
        those(st.UpdateTrustLists),
        those(st.Move),
        those(st.InstallLsc | st.DeleteLsc | st.SetPrecedence),
    )
    for order in permutations(block for block in between if block):
        yield [*adding, *(step for block in order for step in block), *taking, *last]


def _restarts(fleet: Fleet, steps: Sequence[st.Step], wanted: set[str]) -> list[st.Restart]:
    """Of what these steps touch."""
    names = dict.fromkeys(name for step in steps for name in touched(step, fleet) if name in wanted)
    return list(map(st.Restart, names))
