"""The safe order of work, found by trying: what to do besides, in which order, and which phones are refused after each step.

How this works. No rule says which order is safe. Each candidate is a list of steps; it is carried out on the fleet step by
step, and after each step every phone is tried at each kind of service that it uses, by handshakes, and by the lists and files that
it is given; what a release does by itself belongs to the step before it. That is affordable because the fleet holds one phone of
each class (`work`), and because the judge remembers: a step leaves most phones and services as they were.

*Candidates.* A plan that makes certificates anew by which phones know their cluster is put into Cisco's order first (`renewals`).
For each other one `cures` yields lists of steps to do besides, first none. For each, `_orders` yields orders of everything: what
adds trust first, then a restart of TVS, by which phones accept what their lists do not hold yet, what takes trust away last, and
between these restarts, trust lists, moves and new LSCs in each permutation: 24 at most. A plan that holds a step of another kind
keeps its own order, and what is done besides is inserted as a whole at each place. What is left gets cures once more on top of the
cheapest candidate, and phones that are locked for all that have their lists deleted by hand (`last_resorts`).

*Cost.* A candidate that loses nothing after any step is safe. Else they compare by phones and services that are refused at the
end or of which that cannot be told any more, then by the refused ones of all steps, then by what cannot be told at the end, then
by where they come from, then by their length. A phone counts for all of its class, and at each kind of service by itself: that
one service refused it before hides no other. What was refused before the plan began is no loss.

*When it ends.* After the first candidates of one origin of which some order is safe, and leaves no more untold than there was.
Where there is none, all are tried, the cheapest candidate is proposed, and what it cannot keep up is named with the reason
(`Incurable`).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import permutations

from cisco_data import ServiceName
from lab.fleet.model import Fleet
from lab.operations import steps as st
from lab.operations.effects import apply, touched
from lab.operations.sentences import sentence
from lab.whatif.cures import cures
from lab.whatif.impact_report import Incurable, PlannedStep, Proposal, Use, Verdict
from lab.whatif.locked import locked
from lab.whatif.renewals import is_of_capf_alone, renewal_plans, renews
from lab.whatif.trust_cures import last_resorts
from lab.whatif.waits import notes
from lab.whatif.why import why
from lab.whatif.work import Work


def walk(work: Work, steps: Sequence[st.Step]) -> tuple[PlannedStep, ...]:
    """What is lost after each step that was not before, and what is to be said of it; the first entry is the beginning.

    What a release does by itself is over when the last of it is done: before, nothing is lost, as no administrator can stop there.
    """
    fleet = work.fleet
    walked = [PlannedStep(work.say("whatif-steps.before"), (), work.listed(work.unknown(fleet)))]
    moments, said = st.in_one_moment(steps), notes(work, steps)
    for number, ((step, over), note) in enumerate(zip(moments, said, strict=True), 1):
        text = sentence(step, fleet, work.say, work.members)
        fleet, last = apply(fleet, step, work.judge.factory), number == len(steps)
        lost = work.lost(fleet, at_end=last) if over else {}
        unknown = work.unknown(fleet, at_end=last) if over else {}
        walked.append(
            PlannedStep(
                *(text, work.listed(lost), work.listed(unknown)),
                wait_for=note.wait_for,
                together=note.together,
                point_of_no_return=note.point_of_no_return,
            )
        )
    return tuple(walked)


def propose(work: Work, steps: Sequence[st.Step]) -> Proposal:
    """The best order that was found, with what has to be done besides."""
    search = _Search(work)
    as_it_is_first = is_of_capf_alone(steps)
    if as_it_is_first:
        search.of_cures(steps)
    if not search.found_safe:
        search.all_of(renewal_plans(work, steps, search.loss))
    if not (search.found_safe or as_it_is_first):
        search.of_cures(steps)
    if not search.found_safe and any(map(renews, steps)):
        search.of_cures(search.best, in_places=True)
    if not search.found_safe:
        search.all_of((*search.best, *more) for more in last_resorts(work, search.best))
    best = search.best
    return Proposal(walk(work, best), tuple(_incurable(work, work.after(best))), locked(work, best))


Cost = tuple[int, int, int, int, int]
"""As `_cost`; then where the candidate comes from, which is Cisco's order before everything else, and what `cures` prefers, which
is new LSCs before everything that does without them; then the fewest steps."""


class _Search:
    """Candidates as they are tried, and the best so far."""

    def __init__(self, work: Work) -> None:
        self._work = work
        self._best: tuple[Cost, Sequence[st.Step]] | None = None
        self._known: dict[tuple[st.Step, ...], tuple[int, int, int]] = {}
        self._origin = 0

    @property
    def best(self) -> Sequence[st.Step]:
        assert self._best is not None, "something was tried"
        return self._best[1]

    @property
    def found_safe(self) -> bool:
        """Whether the best loses nothing, and leaves nothing untold that could be told before."""
        return self._best is not None and not any(self._best[0][:3])

    def loss(self, steps: Sequence[st.Step]) -> tuple[int, int, int]:
        """As `_cost`, which is found once for each candidate."""
        key = tuple(steps)
        if key not in self._known:
            self._known[key] = _cost(self._work, key)
        return self._known[key]

    def _try(self, candidate: Sequence[st.Step]) -> bool:
        """Whether it is safe."""
        cost = *self.loss(candidate), self._origin, len(candidate)
        if self._best is None or cost < self._best[0]:
            self._best = cost, candidate
        return not any(cost[:3])

    def all_of(self, candidates: Iterable[Sequence[st.Step]]) -> None:
        """Until one is safe."""
        for candidate in candidates:
            if self._try(candidate):
                break
        self._origin += 1

    def of_cures(self, steps: Sequence[st.Step], *, in_places: bool = False) -> None:
        """The plan with each list of cures, in each order of both; of the first list with a safe order the cheapest.

        Args:
            in_places: keep the plan's order, and do what is done besides before it, after it, and before each new certificate.
        """
        work = self._work
        for besides in cures(work, steps):
            orders = _in_places(steps, besides) if in_places else _orders(work.fleet, steps, besides)
            safe = [self._try(candidate) for candidate in orders]
            self._origin += 1
            if any(safe):
                break


def _cost(work: Work, steps: Sequence[st.Step]) -> tuple[int, int, int]:
    """Phones and services that are lost for good or may be, that are lost over all steps, that may be lost at the end."""
    fleet = work.fleet
    total = lost = 0
    for number, (step, over) in enumerate(st.in_one_moment(steps), 1):
        fleet = apply(fleet, step, work.judge.factory)
        if not over:
            continue
        lost = work.weigh(work.lost(fleet, at_end=number == len(steps)))
        total += lost
    untold = work.weigh(work.untold(fleet))
    return lost + untold, total, untold


def _in_places(steps: Sequence[st.Step], besides: Sequence[st.Step]) -> Iterator[list[st.Step]]:
    """Before each new certificate, and at the end."""
    for at in [number for number, step in enumerate(steps) if renews(step)] + [len(steps)] if besides else []:
        yield [*steps[:at], *besides, *steps[at:]]


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
    adding += those(_OF_OTHER_CLUSTERS)
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


_OF_OTHER_CLUSTERS = st.ChangeOtherStoreStep | st.BulkExportStep | st.BulkConsolidateStep | st.BulkImportStep
_OF_LISTS = st.ControlServiceStep | st.UpdateTrustListsStep | st.ReadFileStep


def _is_of_tvs(step: st.Step) -> bool:
    """Whether phones accept by it what is new, before their lists have it."""
    return isinstance(step, st.ControlServiceStep) and step.service is ServiceName.TVS


def _restarts(fleet: Fleet, steps: Sequence[st.Step], wanted: set[str]) -> list[st.RestartStep]:
    """Of what these steps touch."""
    names = dict.fromkeys(name for step in steps for name in touched(step, fleet) if name in wanted)
    return list(map(st.RestartStep, names))
