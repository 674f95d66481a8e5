"""A story's operations carried out on its cast: the lab as what-if thinks it must be by now.

Nothing of the running lab goes in but what phones did themselves: when they read their files, and what became of their LSCs. So
where an attempt is foretold from this fleet, it is `lab.operations` that is right about when an operation counts, and for whom.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from journal import Event
from lab.base.failures import InvalidInput
from lab.events.story import StepEnded, StepStarted
from lab.fleet.model import Fleet
from lab.operations import steps as st
from lab.operations.effects import apply
from lab.scenario import model as sc
from lab.whatif.credential_factory import CredentialFactory
from lab.whatif.fleet_names import FleetNames
from phone_sim.capf_events import LscErased, LscInstalled
from phone_sim.download_events import ConfigurationFileReceived
from phone_sim.events import LscDeletedOnPhone

_TOLD_BY_PHONES = (st.InstallLscStep, st.DeleteLscStep, st.ReadFileStep, st.TypeStringStep)
"""Steps whose effect the phones' own events tell: with them, to the event, when it happened."""
_NOTED = (StepEnded, LscInstalled, LscErased, LscDeletedOnPhone, ConfigurationFileReceived)


class OperationsDone:
    """Follows one story."""

    def __init__(self, scenario: sc.Scenario, cast: Fleet, events: Sequence[Event], factory: CredentialFactory) -> None:
        self._scenario = scenario
        self._fleet = cast
        self._shop = factory
        self._over = dict(_spans(scenario, events))
        self._events = iter([event for event in events if isinstance(event, _NOTED)])
        self._next = next(self._events, None)
        self.lost = ""
        """The name after which nothing can be said any more, since no fleet knows it."""

    def under_way(self, seq: int) -> bool:
        """Whether an operation had begun by that event, and was not done."""
        began = max((each for each in self._over if each < seq), default=0)
        return seq < self._over.get(began, 0)

    def fleet_at(self, seq: int) -> Fleet | None:
        """What the operations until that event lead to; None after one whose names mean nothing in a fleet."""
        while not self.lost and self._next is not None and self._next.seq < seq:
            event, self._next = self._next, next(self._events, None)
            try:
                for step in self._steps(event):
                    now = replace(self._fleet, at=event.at)
                    changed = apply(now, step, self._shop, number=getattr(event, "number", 0))
                    if changed is not now:
                        phones = tuple(replace(phone, pending=None) for phone in changed.phones)
                        self._fleet = replace(changed, phones=phones)
            except InvalidInput as problem:
                self.lost = str(problem)
        return None if self.lost else self._fleet

    def _steps(self, event: Event) -> Iterator[st.Step]:
        device = frozenset({event.actor})
        if isinstance(event, LscInstalled):
            yield st.InstallLscStep(device)
        elif isinstance(event, LscErased | LscDeletedOnPhone):
            yield st.DeleteLscStep(device)
        elif isinstance(event, ConfigurationFileReceived):
            yield st.ReadFileStep(device, "boot")
        elif isinstance(event, StepEnded):
            operation = self._scenario.steps[event.number - 1]
            if isinstance(operation, sc.Operation):
                steps = operation.steps(FleetNames(self._fleet))
                yield from (step for step in steps if not isinstance(step, _TOLD_BY_PHONES))


def _spans(scenario: sc.Scenario, events: Sequence[Event]) -> Iterator[tuple[int, int]]:
    """The first and the last event of each operation."""
    began = 0
    for event in events:
        if isinstance(event, StepStarted):
            began = event.seq
        elif isinstance(event, StepEnded) and isinstance(scenario.steps[event.number - 1], sc.Operation):
            yield began, event.seq
