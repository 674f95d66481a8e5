"""A scenario's cast as a fleet: as it is built, before the first step, or as it is when the story has been played."""

from __future__ import annotations

from dataclasses import replace

import trio

from journal import Clock, Event, Journal
from lab.events.story import StoryEnded
from lab.fleet.model import Fleet
from lab.operations.certificate_names import COMPANY_ROOT
from lab.play.building import build, needs_company
from lab.play.runner import StoryResult, play
from lab.running.addresses import Block
from lab.running.lab import Lab
from lab.running.snapshot import fleet_of
from lab.scenario.model import Scenario
from pki import KeyRing


def cast_of(scenario: Scenario, keys: KeyRing) -> Fleet:
    """Everybody with what he holds, and every service as it will start. Nothing runs. Raises NoAddress."""

    async def built() -> Fleet:
        with Block() as block:
            async with trio.open_nursery() as nursery:
                world = Lab(Journal(Clock(scenario.starts, lambda: 0.0)), nursery, block, keys, seed=scenario.name)
                build(scenario, world)
                _name_all(world, scenario)
                fleet = fleet_of(world, as_built=True)
                nursery.cancel_scope.cancel()
        return fleet

    return trio.run(built)


def played(scenario: Scenario, keys: KeyRing) -> tuple[Fleet, StoryResult]:
    """The same when the last step is done, or the one that failed; and what became of the story. Raises NoAddress."""
    worlds: list[Lab] = []
    found: list[Fleet] = []

    def note(event: Event) -> None:
        if isinstance(event, StoryEnded):
            _name_all(worlds[0], scenario)
            found.append(fleet_of(worlds[0]))

    result = play(scenario, keys=keys, subscribers=(note,), watch=worlds.append)
    return replace(found[0], at=found[0].at.replace(microsecond=0)), result


def _name_all(world: Lab, scenario: Scenario) -> None:
    """Make every authority that a step may name, so that the fleet knows it: Cisco's, and the company's where it takes part."""
    for authority in world.manufacturing:
        world.manufacturing[authority]
    if needs_company(scenario):
        world.certificate(COMPANY_ROOT)
