"""Whether a phone got past a failure later in the run: only what shows that it did counts, never that nothing more was noted.

A phone meets its obstacles in an order: switch port, tunnel, file, then the service's port, TLS, and the registration. One that
is stopped earlier than before has not shown that the later obstacle is gone.

A list, a configuration or an HTTPS service that the phone refused is no such obstacle: the phone may register meanwhile. It is past
that when it takes the next one. A phone that takes its configuration in a later round, and refuses no list there, is past a list as
well: its TFTP server has the list again that the phone holds.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from capf_sim.events import OperationEnded
from cisco_data import ServiceKind
from journal import Event
from lab.case import Case, FailedOperation, Noted, NotedKind, RefusedByTls, RefusedByTrust, RejectedByService, Subject
from phone_sim.boot import BootState, BootTrigger
from phone_sim.download_events import ConfigurationFileReceived
from phone_sim.events import PhoneRegistered, StateChanged
from phone_sim.https_services import ServiceOpened
from phone_sim.supplicant.events import Dot1xSucceeded
from phone_sim.trust.events import EncryptionKeyMissed, TrustListTaken
from phone_sim.vpn.events import VpnConnected

_STAGES = range(8)
_PORT, _TUNNEL, _FILE, _REACHED, _HELLO, _SERVER, _CERTIFICATE, _REGISTERING = _STAGES
_SHOWING = PhoneRegistered | ConfigurationFileReceived | VpnConnected | StateChanged | Dot1xSucceeded


def stage(case: Case) -> int:
    """How far the phone had come."""
    problem, kind = case.problem, case.service.kind
    if kind is ServiceKind.DOT1X or (isinstance(problem, Noted) and problem.reason == "port unauthorized"):
        return _PORT
    if kind is ServiceKind.VPN:
        return _TUNNEL
    if isinstance(problem, RefusedByTls):
        if problem.direction == "write":
            return _SERVER
        return _CERTIFICATE if problem.verify_code > 0 or problem.alert < 0 else _HELLO
    if isinstance(problem, RejectedByService | FailedOperation):
        return _REGISTERING
    assert isinstance(problem, Noted)
    if problem.kind is NotedKind.NO_FILE or kind is ServiceKind.TFTP:
        return _FILE
    if problem.kind is NotedKind.DEADLOCK:
        return _CERTIFICATE
    return _REACHED


@dataclass(frozen=True, slots=True)
class Progress:
    """The last event of a phone that shows that it was beyond each stage, and the last operation of CAPF that succeeded."""

    passed: tuple[int, ...]
    """By stage; 0 for none."""
    operation: int
    registered: bool
    """At the end."""
    taken: dict[Subject, int]
    """The last event that shows that the phone took a list or a configuration, or opened a service."""
    configured_round: int
    """Number of the event with which the last round began in which the phone got its configuration; 0 for none."""

    @classmethod
    def of(cls, events: Sequence[Event], device: str, *, registered: bool) -> Progress:
        """`events`: all of the phone's, in order."""
        passed, operation = [0] * len(_STAGES), 0
        taken: dict[Subject, int] = {}
        began, rounds = 0, [0]
        for event in events:
            if event.actor == device:
                match event:
                    case StateChanged(next_state=BootState.DOWNLOADING.value):
                        began = event.seq
                    case TrustListTaken():
                        taken[Subject(event.list)] = event.seq
                    case ServiceOpened():
                        taken[Subject.HTTPS] = event.seq
                    case ConfigurationFileReceived():
                        taken[Subject.CONFIGURATION] = event.seq
                        rounds.append(began)
                    case EncryptionKeyMissed():  # what it got was the minimal file
                        taken.pop(Subject.CONFIGURATION, None)
                        rounds = rounds[:-1] or [0]
            if isinstance(event, OperationEnded) and event.device == device and event.succeeded:
                operation = event.seq
            elif event.actor == device and isinstance(event, _SHOWING):
                for own in _STAGES:
                    if _passes(event, own):
                        passed[own] = event.seq
        return cls(tuple(passed), operation, registered, taken, rounds[-1])


def is_still(case: Case, later: Sequence[Case], progress: Progress) -> bool:
    """`later`: the cases of the same phone from later on."""
    if isinstance(case.problem, RefusedByTrust):
        return _is_refused_still(case, case.problem.subject, later, progress)
    if case.service.kind is ServiceKind.TOMCAT:
        return progress.taken.get(Subject.HTTPS, 0) < case.shown.number
    later = [
        one
        for one in later
        if not isinstance(one.problem, RefusedByTrust) and one.service.kind is not ServiceKind.TOMCAT
    ]
    own, at_capf = stage(case), case.service.kind is ServiceKind.CAPF
    if not at_capf and progress.registered:
        return False
    last = progress.operation if at_capf else progress.passed[own]
    return last < case.shown.number and not any(_replaces(one, case, own) for one in later)


def _is_refused_still(case: Case, subject: Subject, later: Sequence[Case], progress: Progress) -> bool:
    """A later refusal of the same kind is the fault now, and no longer this one."""
    if any(isinstance(one.problem, RefusedByTrust) and one.problem.subject is subject for one in later):
        return False
    seq = case.shown.number
    past = progress.taken.get(subject, 0) > seq
    if subject is Subject.HTTPS:
        return not past
    return not past and progress.configured_round <= seq


def _passes(event: Event, own: int) -> bool:
    """Whether the phone was beyond that stage."""
    if isinstance(event, PhoneRegistered):
        return True
    if own <= _FILE and isinstance(event, ConfigurationFileReceived):
        return True
    if own <= _TUNNEL and isinstance(event, VpnConnected):
        return True
    if own == _TUNNEL and isinstance(event, StateChanged) and event.trigger == BootTrigger.TUNNEL_UP.value:
        return True
    if own == _PORT:
        return isinstance(event, Dot1xSucceeded) or (
            isinstance(event, StateChanged) and event.trigger == BootTrigger.PORT_AUTHORISED.value
        )
    return False


def _replaces(one: Case, case: Case, own: int) -> bool:
    """Whether a later failure shows that the phone got at least as far: that one is the fault now, and no longer this one."""
    if one.shown.number <= case.shown.number or (one.service.kind is ServiceKind.CAPF) is not (
        case.service.kind is ServiceKind.CAPF
    ):
        return False
    if isinstance(case.problem, Noted) and case.problem.kind is NotedKind.DEADLOCK:
        return stage(one) >= own and not (isinstance(one.problem, Noted) and one.problem.kind is NotedKind.DEADLOCK)
    deadlock = isinstance(one.problem, Noted) and one.problem.kind is NotedKind.DEADLOCK
    return stage(one) >= own and not deadlock
