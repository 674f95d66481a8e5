"""Conversations that a fault of the lab itself ended, as cases: the phone whose attempt it was, else the actor that met the fault.

What such a conversation left behind besides (a connection that closed without an alert, say) is the fault's doing, and no second
failure.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from cisco_data import ServiceKind
from journal import Event
from lab.base.texts import Part, text
from lab.case import Case, Noted, NotedKind
from lab.views.making import case_of, service_named
from lab.views.record import Record
from wire.faults import ConnectionFailed

_KINDS = {
    "callmanager": ServiceKind.CALLMANAGER,
    "capf": ServiceKind.CAPF,
    "tftp": ServiceKind.TFTP,
    "radius": ServiceKind.DOT1X,
    "vpn": ServiceKind.VPN,
}
"""Of services, by the last part of their actors' names."""


def faults_of(record: Record, device: str, events: Sequence[Event]) -> Iterator[Case]:
    """`events`: of this phone."""
    for event in events:
        if isinstance(event, ConnectionFailed):
            yield _case(record, device, event)


def faults_of_no_phone(record: Record) -> Iterator[Case]:
    """Told of the actor that met the fault."""
    with_phone = {event.seq for device in record.devices for event in record.of_device(device)}
    for event in record.events:
        if isinstance(event, ConnectionFailed) and event.seq not in with_phone:
            yield replace(_case(record, event.actor, event), still=True)


def without_consequences(cases: Sequence[Case]) -> list[Case]:
    """Of one phone's cases, those that are not a fault's doing: of its connection there is the fault alone."""
    ended = {case.where for case in cases if _is_fault(case) and case.where}
    return [case for case in cases if _is_fault(case) or case.where not in ended]


def _is_fault(case: Case) -> bool:
    return isinstance(case.problem, Noted) and case.problem.kind is NotedKind.LAB_FAULT


def _case(record: Record, device: str, event: ConnectionFailed) -> Case:
    details: dict[str, Part] = {
        "actor": event.actor,
        "exception": event.exception,
        "text": event.text,
        "place": event.place,
    }
    what = text("explain.what.lab-fault", device=device, actor=event.actor)
    if device == event.actor:
        what = text("explain.what.lab-fault-of-actor", actor=event.actor)
    kind, name = _service(record, event)
    problem = Noted(NotedKind.LAB_FAULT, "", details)
    return case_of(record, device, event, problem, service_named(kind, name), what=what)


def _service(record: Record, event: ConnectionFailed) -> tuple[ServiceKind, str]:
    """The service at one end of the conversation; CallManager, which is what a phone is after, where none is known."""
    for actor in (event.actor, *(one.actor for one in record.on(event.connection))):
        kind = _KINDS.get(actor.service)
        if kind is not None:
            return kind, actor.cluster
    return ServiceKind.CALLMANAGER, ""
