"""Every attempt of a story, explained twice: from the journal of what happened, and from what-if's outcome and its fleet."""

from __future__ import annotations

import errno
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from functools import cache
from typing import NamedTuple

from cisco_data import CAPF_AUTH_MODES, ServiceKind
from cisco_data import ServiceKind as CaseKind
from journal import Event
from lab.case import Case, Noted, NotedKind
from lab.explain import explained
from lab.fleet.model import MODE_OF_PRECEDENCE, Fleet, FleetPhone, FleetServer
from lab.views import cases_of
from lab.whatif.credential_factory import CredentialFactory
from lab.whatif.outcome_case import case_of
from phone_sim.capf_events import CapfCredentialsSent
from phone_sim.events import ServerUnreachable
from pki import common_name
from tests.whatif_parity.conftest import ring_apart
from tests.whatif_parity.operations import OperationsDone
from tests.whatif_parity.stories import Attempt, Prophet, Watched, at_address, server_of, watched

_BY_CERTIFICATE = {number for number, mode in enumerate(CAPF_AUTH_MODES) if mode in MODE_OF_PRECEDENCE.values()}


class Said(NamedTuple):
    """What is compared."""

    rule: str
    cure: str


@dataclass
class Compared:
    """Of one story."""

    alike: Counter[str] = field(default_factory=Counter)
    """Failures explained alike, by rule."""
    unlike: list[str] = field(default_factory=list)
    """And those that are not: where, and what each says."""
    unforeseen: Counter[str] = field(default_factory=Counter)
    """Failures that what-if takes for no failure, by the rule of the played story."""
    accepted: int = 0


def compare(watched: Watched) -> Compared:
    keys = ring_apart()
    operations = OperationsDone(watched.scenario, watched.cast, watched.events, CredentialFactory(watched.cast, keys))
    prophet = Prophet(keys, exported=False)
    cases = cases_of(watched.events)
    found = Compared()
    for number, attempt in enumerate(watched.attempts):
        following = watched.attempts[number + 1 :]
        _compare(attempt, following, watched.events, cases, operations, prophet, found)
    return found


def _compare(
    attempt: Attempt,
    following: list[Attempt],
    events: list[Event],
    cases: list[Case],
    operations: OperationsDone,
    prophet: Prophet,
    found: Compared,
) -> None:
    began = attempt.began
    if isinstance(began, ServerUnreachable) and began.service == "TVS":
        return  # what a phone asks it is part of another attempt
    if isinstance(began, ServerUnreachable):
        mine, device, kind, name = [], began.actor, _KINDS.get(began.service), ""
    else:
        server = server_of(attempt)
        if server is None:
            return
        mine, device = attempt.find(events)
        kind, name = server.kind, server.name
    played = _case(cases, attempt, following, device, kind)
    expected = operations.fleet_at(began.seq)
    if expected is None or any(each.unjudged_at(phone, server) for each, phone, server in _pairs(expected, device)):
        # what the operations lead to cannot be judged, so the lab itself is asked, with what was done to it
        fleet = replace(attempt.fleet, acts=expected.acts if expected is not None else ())
    else:
        fleet = replace(expected, at=attempt.fleet.at)
    phone = next(phone for phone in fleet.phones if phone.device_name == device)
    if not name:
        servers = [server for server in fleet.services_of(phone) if server.kind is kind]
        name = at_address(attempt, servers).name if servers else ""
    if not name and isinstance(began, ServerUnreachable) and began.error != errno.ENETUNREACH:
        return  # no TLS with CallManager, and what-if judges no other connection
    if name and isinstance(began, ServerUnreachable) and attempt.fleet.servers[name].in_use is None:
        fleet = fleet.with_server(attempt.fleet.servers[name])  # the step that stops it may not have ended yet
    if not name or name not in [server.name for server in fleet.services_of(phone)]:
        if played is not None:
            found.unforeseen[explained(played).rule] += 1
        return
    access = prophet.access(fleet, device, name)
    outcome = access.outcome
    assert outcome is not None
    if kind is ServiceKind.CAPF and played is None and not _by_certificate(mine):
        return  # CAPF asked for no certificate, and what-if tells what it would say to one
    if played is None or outcome.accepted:
        if played is None and outcome.accepted:
            found.accepted += 1
        elif played is not None:
            found.unforeseen[explained(played).rule] += 1
        else:
            found.unlike.append(f"{_where(attempt, device)}: accepted, and what-if says {outcome}")
        return
    foretold = case_of(prophet.factory.rekeyed, fleet, phone, fleet.servers[name], outcome, access.server)
    one = _said(played, attempt.fleet)
    other = _said(foretold, fleet)
    if one == other:
        found.alike[one.rule] += 1
    elif kind is ServiceKind.CAPF and not _by_certificate(mine):
        found.unforeseen[one.rule] += 1
    else:
        found.unlike.append(f"{_where(attempt, device)}:\n  played  {one}\n  what-if {other}")


def _pairs(fleet: Fleet, device: str) -> Iterator[tuple[Fleet, FleetPhone, FleetServer]]:
    """The phone at each of its servers."""
    for phone in fleet.phones:
        if phone.device_name == device:
            yield from ((fleet, phone, server) for server in fleet.servers.values())


_KINDS = {"SCCP": ServiceKind.CALLMANAGER, "CAPF": ServiceKind.CAPF, "VPN": ServiceKind.VPN}


def _case(
    cases: list[Case], attempt: Attempt, following: Iterable[Attempt], device: str, kind: ServiceKind | None
) -> Case | None:
    """The failure that this attempt ended in; of a connection, up to the next attempt on one of that name."""
    began = attempt.began
    if isinstance(began, ServerUnreachable):
        return next((case for case in cases if case.shown.number == began.seq), None)
    later = (one.began.seq for one in following if one.began.connection == began.connection)
    end = next(later, 1 << 60)
    for case in cases:
        deadlock = isinstance(case.problem, Noted) and case.problem.kind is NotedKind.DEADLOCK
        here = case.device == device and case.where == began.connection and not deadlock
        of_kind = kind is not None and case.service.kind is CaseKind(kind.value)
        if here and of_kind and began.seq < case.shown.number < end:
            return case
    return None


def _by_certificate(events: list[Event]) -> bool:
    sent = [event for event in events if isinstance(event, CapfCredentialsSent)]
    return not sent or sent[-1].authentication_mode in _BY_CERTIFICATE


def _said(case: Case, fleet: Fleet) -> Said:
    """Each world makes names of its own for what it regenerates: they stand for the cluster's CAPF."""
    one = explained(case)
    cure = one.cure
    for cluster, certificate in fleet.capf.items():
        cure = cure.replace(common_name(certificate.subject), f"CAPF of {cluster}")
    return Said(one.rule, cure)


def _where(attempt: Attempt, device: str) -> str:
    return f"{attempt.story}: {device} at {attempt.began.actor}, event {attempt.began.seq}"


@cache
def explained_twice(name: str) -> Compared:
    """A story of the gallery, once in a process."""
    return compare(watched(name))
