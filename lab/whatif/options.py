"""The options of the command as steps, in the order in which the documentation lists them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from lab.base.failures import InvalidInput
from lab.fleet.model import Fleet
from lab.operations.cast import NoSuch
from lab.operations.certificates import RegenerateCertificate
from lab.operations.effects import apply, read_anew, touched
from lab.operations.on_phones import Move
from lab.operations.operation import Operation
from lab.operations.services import SetMinimumTls, Wait
from lab.operations.steps import ControlServiceStep, RemoveCertificateStep, RestartStep, Step
from lab.whatif import names
from lab.whatif.credential_factory import CredentialFactory
from lab.whatif.fleet_names import FleetNames


def steps_of_options(
    fleet: Fleet, factory: CredentialFactory, options: Mapping[str, Any]
) -> tuple[tuple[Step, ...], Fleet]:
    """Steps, at their end the restart of every service that they touch, and the fleet after them. Raises InvalidInput.

    Each name is looked up in the fleet as the steps before it leave it.
    """
    steps: list[Step] = []

    def do(step: Step) -> None:
        nonlocal fleet
        fleet = apply(fleet, step, factory, len(steps) + 1)
        steps.append(step)

    def operate(operation: Operation) -> None:
        try:
            for step in operation.steps(FleetNames(fleet)):
                do(step)
        except NoSuch as error:  # its key is one of TOML's, and not an option
            raise InvalidInput(error.problem) from None

    for what, where in _pairs(options, "remove", "from_", "--remove", "--from"):
        server = names.store_named(fleet, where)
        do(RemoveCertificateStep(FleetNames(fleet).certificate_in(server, what), server.name))
    for what, where in _pairs(options, "add", "to", "--add", "--to"):
        do(FleetNames(fleet).upload(names.store_named(fleet, where), what))
    for what in options.get("regenerate") or ():
        operate(RegenerateCertificate(certificate=what))
    if version := options.get("min_tls"):
        operate(SetMinimumTls(version=version))
    if at := options.get("at"):
        operate(Wait(until=at))
    if cluster := options.get("move"):
        operate(Move(to=cluster))
    restarts = dict.fromkeys(name for step in steps for name in touched(step, fleet))
    for name in restarts:
        if fleet.servers[name].in_use is not None:  # a service that is stopped stays so
            do(RestartStep(name))
    for number, step in enumerate(tuple(steps)):
        restart = read_anew(step)
        if restart is not None and not any(_restarts(later, restart) for later in steps[number + 1 :]):
            do(restart)
    return tuple(steps), fleet


def _restarts(step: Step, wanted: ControlServiceStep) -> bool:
    """Whether the release does it by itself already."""
    return (
        isinstance(step, ControlServiceStep)
        and (step.cluster, step.service) == (wanted.cluster, wanted.service)
        and step.change != "stop"
        and step.node in ("", wanted.node)
    )


def _pairs(options: Mapping[str, Any], first: str, second: str, *names_: str) -> list[tuple[str, str]]:
    whats: Sequence[str] = options.get(first) or ()
    wheres: Sequence[str] = options.get(second) or ()
    if len(wheres) == 1:  # several out of one store
        wheres = [wheres[0]] * max(1, len(whats))
    if len(whats) != len(wheres):
        raise InvalidInput(f"each {names_[0]} needs its {names_[1]}: there are {len(whats)} and {len(wheres)}")
    return list(zip(whats, wheres, strict=True))
