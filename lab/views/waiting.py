"""Phones that are simply waiting, as cases: failures that no alert and no reject tells of."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from cisco_data import ServiceKind
from cucm_sim.events import CallManagerStopped, CapfSettingsChanged, ConnectionClosed, ConnectionEnd, ProfileAssigned
from journal import Event
from lab.base.texts import Part, fault, text
from lab.case import Case, Noted, NotedKind, Ref
from lab.case.words import ref_text
from lab.views import phones as view
from lab.views.history import act_of
from lab.views.making import case_of, service_named
from lab.views.record import Record
from phone_sim.boot import BootState
from phone_sim.download_events import ConfigurationFileReceived
from phone_sim.events import (
    REGISTRATION_SERVICES,
    AuthenticationStringNotTaken,
    BackedOff,
    CapfWaitsForString,
    PhoneRegistered,
    PhoneStarted,
    RegistrationFailed,
    RegistrationLost,
    SecureConnectionRefused,
    StateChanged,
)

HANGS = 30.0
"""Seconds of lab time in one state after which a phone that never registered is not simply on its way. Assumed."""


def deadlocks(record: Record, device: str, events: Sequence[Event]) -> Iterator[Case]:
    """CAPF waits for a string, and the phone takes one only while it is registered, which its certificate keeps it from.

    `events`: of this phone.
    """
    waits: CapfWaitsForString | None = None
    for event in view.of(events, device, Event):
        if isinstance(event, PhoneStarted | ConfigurationFileReceived):
            waits = None
        elif isinstance(event, CapfWaitsForString):
            waits = event
        elif (
            isinstance(event, SecureConnectionRefused) and event.service in REGISTRATION_SERVICES and waits is not None
        ):
            yield _deadlock(record, device, events, waits, event)


def _deadlock(
    record: Record, device: str, events: Sequence[Event], waits: CapfWaitsForString, refused: SecureConnectionRefused
) -> Case:
    before = [e for e in events if e.seq < refused.seq]
    saved = [e for e in before if isinstance(e, CapfSettingsChanged) and e.device_name == device]
    assigned = [e for e in before if isinstance(e, ProfileAssigned) and e.device_name == device]
    tried = [e for e in view.of(events, device, AuthenticationStringNotTaken) if e.seq > waits.seq][:1]
    told = tuple(
        text("explain.act.capf-settings", at=ref_text(Ref(e.seq)), mode=e.authentication_mode) for e in saved[-1:]
    )
    told += tuple(text("explain.act.string-not-taken", at=ref_text(Ref(e.seq))) for e in tried)
    details: dict[str, Part] = {"waits": ref_text(Ref(waits.seq))}
    problem = Noted(NotedKind.DEADLOCK, "", details, told)
    because = (*saved[-1:], *assigned[-1:], *tried, waits)
    home = record.facts.phone(device, refused.seq).cluster
    return case_of(record, device, refused, problem, service_named(ServiceKind.CALLMANAGER, home), because=because)


def waiting(record: Record, device: str, events: Sequence[Event], explained: int) -> Case | None:
    """Why a phone that has power is not registered, where nothing else says so.

    Args:
        events: of this phone.
        explained: number of the last event that says so, 0 for none.
    """
    latest = _latest(device, events)
    state, started, lost = latest.get(StateChanged), latest.get(PhoneStarted), latest.get(RegistrationLost)
    if started is None or not isinstance(state, StateChanged):
        return None
    home = service_named(ServiceKind.CALLMANAGER, record.facts.phone(device, record.last + 1).cluster)
    registered = latest.get(PhoneRegistered, started)
    shown = max((latest.get(kind, started) for kind in _TELLING), key=lambda event: event.seq)
    if shown.seq <= registered.seq:
        ever = any(isinstance(event, PhoneRegistered) for event in view.of(events, device, PhoneRegistered))
        if ever or explained > started.seq:
            return None  # it is on its way back, or what keeps it is said already
        seconds = (record.ended - state.at).total_seconds()
        if seconds < HANGS:
            return None
        details: dict[str, Part] = {"state": fault(state.next_state), "seconds": seconds}
        return case_of(record, device, state, Noted(NotedKind.WAITING, "hangs", details), home)
    if explained > _round_began(device, events, shown):
        return None
    if isinstance(lost, RegistrationLost) and (stopped := _stopped(record, lost)) is not None:
        act = act_of(stopped)
        outages = (act,) if act is not None else ()
        return case_of(record, device, lost, Noted(NotedKind.LOST), home, outages=outages)
    return case_of(record, device, shown, Noted(NotedKind.WAITING), home)


_TELLING = (BackedOff, RegistrationFailed, RegistrationLost)


def _round_began(device: str, events: Sequence[Event], shown: Event) -> int:
    """Number of the event with which the round began that ended so."""
    downloading = BootState.DOWNLOADING.value
    changes = view.of(events, device, StateChanged)
    return max((e.seq for e in changes if e.next_state == downloading and e.seq < shown.seq), default=0)


def _latest(device: str, events: Sequence[Event]) -> dict[type[Event], Event]:
    """The phone's last event of each kind since it was switched on."""
    found: dict[type[Event], Event] = {}
    for event in events:
        if event.actor == device:
            if isinstance(event, PhoneStarted):
                found.clear()
            found[type(event)] = event
    return found


def _stopped(record: Record, lost: RegistrationLost) -> CallManagerStopped | None:
    """The stop of the service that ended the registration, where that is what ended it."""
    for event in record.on(lost.connection):
        if isinstance(event, ConnectionClosed) and event.reason is ConnectionEnd.SERVICE_STOPPED:
            stopped = record.at(event.cause)
            return stopped if isinstance(stopped, CallManagerStopped) else None
    return None
