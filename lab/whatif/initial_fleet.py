"""A scenario's cast as a fleet: as it is built, before the first step, or as it is when the story has been played."""

from __future__ import annotations

from dataclasses import replace

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


def initial_fleet(scenario: Scenario, keys: KeyRing) -> Fleet:
    """Everybody with what he holds, and every service as it will start. Nothing runs. Raises NoAddress."""

    with Block() as block:
        lab = Lab(journal=Journal(Clock(scenario.starts, lambda: 0.0)), block=block, keys=keys, seed=scenario.name)
        build(scenario, lab)
        _name_all(lab, scenario)
        return fleet_of(lab, as_built=True)


def played(scenario: Scenario, keys: KeyRing) -> tuple[Fleet, StoryResult]:
    """The same when the last step is done, or the one that failed; and what became of the story. Raises NoAddress."""
    labs: list[Lab] = []
    found: list[Fleet] = []

    def note(event: Event) -> None:
        if isinstance(event, StoryEnded):
            _name_all(labs[0], scenario)
            found.append(fleet_of(labs[0]))

    result = play(scenario, keys=keys, subscribers=(note,), watch=labs.append)
    return replace(found[0], at=found[0].at.replace(microsecond=0)), result


def _name_all(lab: Lab, scenario: Scenario) -> None:
    """Make every authority that a step may name, so that the fleet knows it: Cisco's, and the company's where it takes part."""
    for authority in lab.manufacturing:
        lab.manufacturing[authority]
    if needs_company(scenario):
        lab.certificate(COMPANY_ROOT)
