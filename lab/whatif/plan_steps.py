"""What the operations of a plan mean in one network: each name looked up in the fleet as the steps before it leave it."""

from __future__ import annotations

from collections.abc import Iterator

from cisco_data import CertificateOperation
from lab.base.failures import InvalidInput
from lab.fleet.findings import InputFinding
from lab.fleet.model import Fleet
from lab.operations import steps as st
from lab.operations.effects import apply, read_anew, touched
from lab.whatif.credential_factory import CredentialFactory
from lab.whatif.fleet_names import FleetNames
from lab.whatif.plan_file import Plan


def steps_of_plan(
    fleet: Fleet, factory: CredentialFactory, plan: Plan, first: int = 1
) -> tuple[tuple[st.Step, ...], tuple[InputFinding, ...]]:
    """The steps, and what is odd about them: a service that is changed and never restarted, phones that are never reset.

    Args:
        first: number of the first one among all that are asked about.

    Raises InvalidInput, with the place in the file, for a name that means nothing or several things.
    """
    steps: list[st.Step] = []
    waiting = _Waiting()
    for number, operation in enumerate(plan.steps, 1):
        place = f"{plan.path}: steps[{number}]"
        try:
            for step in operation.steps(FleetNames(fleet, plan.path.parent)):
                waiting.note(step, fleet, place)
                fleet = apply(fleet, step, factory, first + len(steps))
                steps.append(step)
        except InvalidInput as error:
            raise InvalidInput(f"{place}: {error}") from None
    return tuple(steps), tuple(waiting.findings())


class _Waiting:
    """Which changes still wait for a restart of their service, or for a reset of their phones."""

    def __init__(self) -> None:
        self._services: dict[str, str] = {}
        """By server, the place of the last change."""
        self._phones: dict[str, frozenset[str]] = {}
        """By place, the phones that have not read their file since."""

    def note(self, step: st.Step, fleet: Fleet, place: str) -> None:
        if isinstance(step, st.RestartStep | st.StartStep | st.StopStep):
            self._services.pop(step.server, None)
        elif isinstance(step, st.ControlServiceStep):
            self._services.pop(f"{step.service} of {step.cluster}", None)
        elif isinstance(step, st.SaveOperationStep) and step.operation != CertificateOperation.NO_PENDING_OPERATION:
            self._phones[place] = step.phones
        elif isinstance(step, st.ReadFileStep | st.TypeStringStep):
            left = {key: phones - step.phones for key, phones in self._phones.items()}
            self._phones = {key: phones for key, phones in left.items() if phones}
        self._services |= dict.fromkeys(touched(step, fleet), place)
        restart = read_anew(step)
        if restart is not None:
            self._services[f"{restart.service} of {restart.cluster}"] = place

    def findings(self) -> Iterator[InputFinding]:
        for server, place in self._services.items():
            yield InputFinding(place, f"{server} is changed here and not restarted after it: that does not count")
        for place, phones in self._phones.items():
            which = f"{len(phones)} phones are" if len(phones) > 1 else f"{min(phones)} is"
            yield InputFinding(
                place, f"{which} given a certificate operation here and not reset after it: it is not carried out"
            )
