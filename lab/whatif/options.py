"""The options of the command as steps, in the order in which the documentation lists them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from lab.failures import InvalidInput
from lab.fleet.model import Fleet
from lab.whatif import names
from lab.whatif.changes import apply, touched
from lab.whatif.steps import (
    Move,
    RegenerateCapf,
    RemoveCertificate,
    Restart,
    SetDate,
    SetMinimumTls,
    Step,
)
from lab.whatif.twin_shop import TwinShop


def steps_of_options(fleet: Fleet, shop: TwinShop, options: Mapping[str, Any]) -> tuple[tuple[Step, ...], Fleet]:
    """Steps, at their end the restart of every service that they touch, and the fleet after them. Raises InvalidInput.

    Each name is looked up in the fleet as the steps before it leave it.
    """
    steps: list[Step] = []

    def do(step: Step) -> None:
        nonlocal fleet
        steps.append(step)
        fleet = apply(fleet, step, shop)

    for what, where in _pairs(options, "remove", "from_", "--remove", "--from"):
        server = names.store_named(fleet, where)
        do(RemoveCertificate(names.certificate_in(fleet, server, what), server.name))
    for what, where in _pairs(options, "add", "to", "--add", "--to"):
        do(names.to_upload(fleet, names.store_named(fleet, where), what))
    for what in options.get("regenerate") or ():
        do(RegenerateCapf(names.capf_named(fleet, what)))
    if version := options.get("min_tls"):
        for server in names.cluster_services(fleet):
            do(SetMinimumTls(server.name, names.tls_version_named(version)))
    if at := options.get("at"):
        do(SetDate(names.later(names.moment_named(at), fleet)))
    if cluster := options.get("move"):
        do(Move(names.cluster_named(fleet, cluster)))
    restarts = dict.fromkeys(name for step in steps for name in touched(step, fleet))
    for name in restarts:
        do(Restart(name))
    return tuple(steps), fleet


def _pairs(options: Mapping[str, Any], first: str, second: str, *names_: str) -> list[tuple[str, str]]:
    whats: Sequence[str] = options.get(first) or ()
    wheres: Sequence[str] = options.get(second) or ()
    if len(wheres) == 1:  # several out of one store
        wheres = [wheres[0]] * max(1, len(whats))
    if len(whats) != len(wheres):
        raise InvalidInput(f"each {names_[0]} needs its {names_[1]}: there are {len(whats)} and {len(wheres)}")
    return list(zip(whats, wheres, strict=True))
