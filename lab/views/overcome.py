"""Whether a phone got past a failure later in the run: only what shows that it did counts, never that nothing more was noted.

A phone meets its obstacles in an order: switch port, tunnel, file, then the service's port, TLS, and the registration. Whoever
is stopped earlier than before has not shown that the later obstacle is gone.
"""

from __future__ import annotations

from collections.abc import Sequence

from capf_sim.events import OperationEnded
from journal import Event
from lab.case import Case, Noted, NotedKind, OperationFailed, Rejected, ServiceKind, TlsRefused
from lab.render import view
from phone_sim.boot import Trigger
from phone_sim.download_events import ConfigurationFileReceived
from phone_sim.events import PhoneRegistered, StateChanged
from phone_sim.supplicant.events import Dot1xSucceeded
from phone_sim.vpn.events import VpnConnected

_PORT, _TUNNEL, _FILE, _REACHED, _HELLO, _SERVER, _CERTIFICATE, _REGISTERING = range(8)


def stage(case: Case) -> int:
    """How far the phone had come."""
    problem, kind = case.problem, case.service.kind
    if kind is ServiceKind.DOT1X or (isinstance(problem, Noted) and problem.reason == "port unauthorized"):
        return _PORT
    if kind is ServiceKind.VPN:
        return _TUNNEL
    if isinstance(problem, TlsRefused):
        if problem.direction == "write":
            return _SERVER
        return _CERTIFICATE if problem.verify_code > 0 or problem.alert < 0 else _HELLO
    if isinstance(problem, Rejected | OperationFailed):
        return _REGISTERING
    if problem.kind is NotedKind.NO_FILE or kind is ServiceKind.TFTP:
        return _FILE
    if problem.kind is NotedKind.DEADLOCK:
        return _CERTIFICATE
    return _REACHED


def is_still(case: Case, later: Sequence[Case], events: Sequence[Event], registered: bool) -> bool:
    """
    Args:
        later: the cases of the same phone and, for CAPF, of CAPF, from later on.
        events: all of the phone's.
        registered: whether the phone is registered at the end.
    """
    at_capf = case.service.kind is ServiceKind.CAPF
    if not at_capf and registered:
        return False
    seq, own = case.shown.number, stage(case)
    since = [event for event in events if event.seq > seq]
    if at_capf:
        done = any(isinstance(e, OperationEnded) and e.device == case.device and e.succeeded for e in since)
    else:
        done = any(_passes(event, own) for event in view.of(since, case.device, Event))
    return not done and not any(_replaces(one, case, own) for one in later)


def _passes(event: Event, own: int) -> bool:
    """Whether the phone was beyond that stage."""
    if isinstance(event, PhoneRegistered):
        return True
    if own <= _FILE and isinstance(event, ConfigurationFileReceived):
        return True
    if own <= _TUNNEL and isinstance(event, VpnConnected):
        return True
    if own == _TUNNEL and isinstance(event, StateChanged) and event.trigger == Trigger.TUNNEL_UP.value:
        return True
    if own == _PORT:
        return isinstance(event, Dot1xSucceeded) or (
            isinstance(event, StateChanged) and event.trigger == Trigger.PORT_AUTHORISED.value
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
