"""A scenario played, and its operations carried out on its cast as data: what phones hold and go by in the end, of both."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from journal import Event
from lab.events.story import StepEnded
from lab.fleet.model import Fleet, FleetPhone
from lab.fleet.trust import FleetList
from lab.operations.effects import apply
from lab.play.building import make_keys
from lab.play.runner import play
from lab.running.lab import Lab, key_pool
from lab.running.snapshot import fleet_of
from lab.scenario import model as sc
from lab.whatif.credential_factory import CredentialFactory
from lab.whatif.fleet_names import FleetNames
from lab.whatif.initial_fleet import initial_fleet
from wire.certificate_id import CertificateId

_CAPF = re.compile("CN=CAPF-[0-9a-f]{8}")


class InTheEnd(NamedTuple):
    """Of one phone. Each world makes certificates of its own, under the same names."""

    ctl: tuple[str, ...]
    """Who signed it and what it lists, by subject and issuer; empty where the phone holds none."""
    itl: tuple[str, ...]
    cluster: str
    """By the configuration that it goes by."""
    secure: bool


def played(scenario: sc.Scenario) -> dict[str, InTheEnd]:
    """By device name, as the running lab leaves its phones."""
    worlds: list[Lab] = []
    fleets: list[Fleet] = []

    def note(event: Event) -> None:
        if isinstance(event, StepEnded) and event.number == len(scenario.steps):
            fleets.append(fleet_of(worlds[0]))

    keys = make_keys(scenario, key_pool())
    result = play(scenario, keys=keys, subscribers=(note,), watch=worlds.append)
    assert result.passed, [step.observed for step in result.steps]
    return _seen(fleets[-1])


def foretold(scenario: sc.Scenario) -> dict[str, InTheEnd]:
    """The same by the effects of its operations on its cast."""
    keys = make_keys(scenario, key_pool())
    fleet = initial_fleet(scenario, keys)
    factory = CredentialFactory(fleet, keys)
    for operation in scenario.steps:
        if isinstance(operation, sc.Operation):
            for step in operation.steps(FleetNames(fleet)):
                fleet = apply(fleet, step, factory)
    return _seen(fleet)


def _seen(fleet: Fleet) -> dict[str, InTheEnd]:
    return {phone.device_name: _of(phone) for phone in fleet.phones}


def _of(phone: FleetPhone) -> InTheEnd:
    assert phone.lists is not None
    going = phone.going
    return InTheEnd(_names(phone.lists.ctl), _names(phone.lists.itl), going.cluster, going.is_secure)


def _names(held: FleetList | None) -> tuple[str, ...]:
    """New CAPF certificates have a random CN."""
    return (
        tuple(_CAPF.sub("CN=CAPF", f"{one.subject} of {one.issuer}") for one in _ids(held)) if held is not None else ()
    )


def _ids(held: FleetList) -> Iterator[CertificateId]:
    yield held.content.header.signer
    yield from (record.certificate_id for record in held.content.records)
