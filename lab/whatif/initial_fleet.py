"""The network of a scenario as a fleet: as it is built, before the first step, or as it is when the story has been played."""

from __future__ import annotations

from dataclasses import replace

from journal import Clock, Event, Journal
from lab.events.story import StoryEnded
from lab.fleet.model import Fleet
from lab.operations.certificate_names import COMPANY_ROOT
from lab.play.building import build, needs_company
from lab.play.runner import StoryResult, play
from lab.running.addresses import AddressPlan
from lab.running.lab import Lab
from lab.running.snapshot import fleet_of
from lab.scenario.model import Scenario
from pki import KeyRing


def initial_fleet(scenario: Scenario, keys: KeyRing) -> Fleet:
    """The phones with what they hold, and every service as it will start: nothing runs, and no socket is opened.

    Raises NoAddress beyond 99 servers.
    """
    journal = Journal(Clock(scenario.starts, lambda: 0.0))
    lab = Lab(journal=journal, block=AddressPlan(), keys=keys, seed=scenario.name)
    build(scenario, lab)
    _make_authorities(lab, scenario)
    return fleet_of(lab, as_built=True)


def played(scenario: Scenario, keys: KeyRing) -> tuple[Fleet, StoryResult]:
    """The same when the last step is done, or the one that failed; and what became of the story. Raises NoAddress."""
    labs: list[Lab] = []
    found: list[Fleet] = []

    def note(event: Event) -> None:
        if isinstance(event, StoryEnded):
            _make_authorities(labs[0], scenario)
            found.append(fleet_of(labs[0]))

    result = play(scenario, keys=keys, subscribers=(note,), watch=labs.append)
    return replace(found[0], at=found[0].at.replace(microsecond=0)), result


def _make_authorities(lab: Lab, scenario: Scenario) -> None:
    """Make every authority that a step may name, so that the fleet knows it: Cisco's, and the company's where it takes part."""
    for authority in lab.manufacturing:
        lab.manufacturing[authority]
    if needs_company(scenario):
        lab.certificate(COMPANY_ROOT)
