"""The journal of a run as cases: each failure of each phone that its events tell of, in the order in which it was met."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from capf_sim.events import OperationEnded
from cisco_data import ServiceKind
from journal import Event
from lab.case import Case, RefusedByTrust
from lab.events.story import of_the_story
from lab.views import phones as view
from lab.views.capf import operation
from lab.views.dot1x import behind_closed_port, closed_ports
from lab.views.lab_faults import faults_of, faults_of_no_phone, without_consequences
from lab.views.overcome import Progress, is_still
from lab.views.record import Record
from lab.views.registration import missed_file, refusal_by_callmanager, refusal_by_capf, rejection, unreachable
from lab.views.trust import refused_by_trust
from lab.views.vpn import tunnels_missed
from lab.views.waiting import deadlocks, waiting
from phone_sim.download_events import ConfigurationFileMissed
from phone_sim.events import SecureConnectionRefused, ServerUnreachable


def cases_of(events: Sequence[Event]) -> list[Case]:
    """
    Args:
        events: of a run, or of the part of it that is over; in any order.
    """
    record = Record(of_the_story(sorted(events, key=lambda event: event.seq)))
    found = [case for device in record.devices for case in cases_of_phone(record, device)]
    return sorted([*found, *faults_of_no_phone(record)], key=lambda case: case.shown.number)


def cases_of_phone(record: Record, device: str) -> list[Case]:
    """As `cases_of`, of one phone: this reads the events that concern it and no others."""
    of_it = record.of_device(device)
    state = view.row(of_it, device, device).state
    mine = [
        *_of_registration(record, device, of_it),
        *_of_capf(record, device, of_it),
        *refused_by_trust(record, device, of_it),
    ]
    mine = without_consequences([*mine, *faults_of(record, device, of_it)])
    if state not in ("registered", "off"):
        latest = max((case.shown.number for case in mine if _says_why(case)), default=0)
        quiet = waiting(record, device, of_it, latest)
        mine += [quiet] if quiet is not None else []
    progress = Progress.of(of_it, device, registered=state == "registered")
    mine.sort(key=lambda case: case.shown.number)
    return [replace(case, still=is_still(case, mine[index + 1 :], progress)) for index, case in enumerate(mine)]


def _says_why(case: Case) -> bool:
    """Whether it is a reason why the phone is not registered."""
    if isinstance(case.problem, RefusedByTrust):
        return case.problem.kept is False
    return case.service.kind not in (ServiceKind.CAPF, ServiceKind.TOMCAT)


def _of_registration(record: Record, device: str, events: Sequence[Event]) -> Iterator[Case]:
    """What kept the phone from CallManager."""
    for refusal in view.refusals(events, device):
        yield refusal_by_callmanager(record, device, refusal)
    for reject in view.rejections(events, device):
        yield rejection(record, device, reject)
    for missed in view.of(events, device, ConfigurationFileMissed):
        yield missed_file(record, device, missed)
    for silent in view.of(events, device, ServerUnreachable):
        if silent.service not in ("CAPF", "VPN", "TVS"):
            yield behind_closed_port(record, device, silent) or unreachable(record, device, silent)
    yield from deadlocks(record, device, events)
    yield from closed_ports(record, device, events)
    yield from tunnels_missed(record, device, events)


def _of_capf(record: Record, device: str, events: Sequence[Event]) -> Iterator[Case]:
    """What kept CAPF's work from being done."""
    for refused in view.of(events, device, SecureConnectionRefused):
        if refused.service == "CAPF":
            yield refusal_by_capf(record, device, refused)
    for silent in view.of(events, device, ServerUnreachable):
        if silent.service == "CAPF":
            yield behind_closed_port(record, device, silent) or unreachable(record, device, silent)
    for ended in events:
        if isinstance(ended, OperationEnded) and ended.device == device and not ended.succeeded:
            yield operation(record, device, ended)
