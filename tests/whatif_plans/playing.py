"""A plan twice: carried out in a running lab on virtual time, and by what-if on the lab as it was before the plan."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import trio

from journal import Event
from lab.fleet.model import Fleet
from lab.operations import steps as st
from lab.operations.effects import apply
from lab.operations.operation import Operation
from lab.operations.running import OperationFailed
from lab.play.building import build, make_keys
from lab.play.virtual_time import virtual_time
from lab.running.addresses import Block
from lab.running.lab import Lab
from lab.running.snapshot import fleet_of
from lab.scenario import model as sc
from lab.whatif.credential_factory import CredentialFactory
from lab.whatif.fleet_names import FleetNames
from lab.whatif.judge import Judge
from phone_sim.boot import BACKOFF_SECONDS, BootState
from phone_sim.events import StateChanged
from pki import KeyPool, KeyRing

POOL = KeyPool()
REST = BACKOFF_SECONDS[-1] + 10
"""Seconds after each operation: a phone that has lost its CallManager has tried again by then."""
_DOWNLOADING = BootState.DOWNLOADING.value


@dataclass(frozen=True)
class Moment:
    """The lab after one operation, when its phones have come to rest."""

    operation: Operation
    fleet: Fleet
    reads: tuple[Event, ...]
    """The ends of what phones asked their TFTP servers for since the moment before, oldest first."""
    failed: str = ""
    """Why the lab could not do it, or its phones did not come to rest."""


@dataclass
class Played:
    """What the running lab made of a plan."""

    first: Fleet
    moments: list[Moment] = field(default_factory=list)
    last: Fleet | None = None
    """After all phones have been turned off and on again, once the plan was done."""
    secure: frozenset[str] = frozenset()
    """Device names of the phones that were registered over TLS then."""


def play_plan(scenario: sc.Scenario) -> Played:
    """The first step turns all phones on. Ends early where an operation fails."""
    ring = make_keys(scenario, POOL)
    found: list[Played] = []
    with Block() as block, virtual_time() as clock:
        trio.run(_play, scenario, ring, block, found, clock=clock)
    return found[0]


async def _play(scenario: sc.Scenario, keys: KeyRing, block: Block, found: list[Played]) -> None:
    lab = Lab(starts=scenario.starts, seed=scenario.name, block=block, keys=keys)
    build(scenario, lab)
    first, *plan = [step for step in scenario.steps if isinstance(step, Operation)]
    reads: list[Event] = []

    def note(event: Event) -> None:
        if isinstance(event, StateChanged) and event.state == _DOWNLOADING:
            reads.append(event)

    async with lab:
        await lab.perform(first)
        await lab.settled()
        played = Played(fleet_of(lab))
        found.append(played)
        lab.journal.subscribe(note)
        for operation in plan:
            reads.clear()
            failed = await _done(lab, operation)
            played.moments.append(Moment(operation, fleet_of(lab), tuple(reads), failed))
        for phone in lab.phones.values():
            phone.power_off()
        await trio.sleep(1)
        await lab.perform(first)
        await lab.settled()
        await trio.sleep(REST)  # one that takes its file goes by it when it next registers
        played.last = fleet_of(lab)
        registered = {phone.device_name: phone.registration for phone in lab.phones.values()}
        played.secure = frozenset(name for name, event in registered.items() if event is not None and event.secure)


async def _done(lab: Lab, operation: Operation) -> str:
    failed = ""
    try:
        await lab.perform(operation)
    except OperationFailed as error:
        failed = str(error)
    await lab.settled()
    await trio.sleep(REST)
    return failed


class Foretold:
    """What-if, one operation after the other."""

    def __init__(self, scenario: sc.Scenario, fleet: Fleet) -> None:
        ring = make_keys(scenario, POOL)
        self.factory = CredentialFactory(fleet, ring)
        self.judge = Judge(self.factory)
        self.fleet = fleet

    def do(self, operation: Operation) -> None:
        """Raises InvalidInput."""
        for step in operation.steps(FleetNames(self.fleet)):
            self._apply(step)

    def told(self, moment: Moment) -> None:
        """When phones read their files by themselves, and what time it is then, no plan says."""
        for event in moment.reads:
            self.fleet = replace(self.fleet, at=event.at)
            self._apply(st.ReadFileStep(frozenset({event.actor}), "boot"))
        self.at(moment)

    def at(self, moment: Moment) -> None:
        """What time it is."""
        self.fleet = replace(self.fleet, at=moment.fleet.at)

    def _apply(self, step: st.Step) -> None:
        self.fleet = apply(self.fleet, step, self.factory)
