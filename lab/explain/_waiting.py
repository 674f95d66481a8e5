"""Phones that are simply waiting: failures that no alert and no reject tells of."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from cucm_sim.events import CallManagerStopped, CapfSettingsChanged, ConnectionClosed, ConnectionEnd, ProfileAssigned
from journal import Event
from lab.explain._explanation import finding
from lab.explain._failure import Failure
from lab.explain._faults import fault
from lab.explain._record import Record
from lab.explain._registration import service_stopped
from lab.explain._texts import text
from lab.render import view
from phone_sim.boot import State
from phone_sim.download_events import ConfigurationFileReceived
from phone_sim.events import (
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
"""Seconds of lab time in one state after which a phone that never registered is not simply on its way. Ours."""


def deadlocks(device: str, events: Sequence[Event]) -> Iterator[Failure]:
    """CAPF waits for a string, and the phone takes one only while it is registered, which its certificate keeps it from.

    `events`: of this phone.
    """
    waits: CapfWaitsForString | None = None
    for event in view.of(events, device, Event):
        if isinstance(event, PhoneStarted | ConfigurationFileReceived):
            waits = None
        elif isinstance(event, CapfWaitsForString):
            waits = event
        elif isinstance(event, SecureConnectionRefused) and event.service == "SCCP" and waits is not None:
            yield _deadlock(device, events, waits, event)


def _deadlock(
    device: str, events: Sequence[Event], waits: CapfWaitsForString, refused: SecureConnectionRefused
) -> Failure:
    saved = [
        e for e in events if isinstance(e, CapfSettingsChanged) and e.device_name == device and e.seq < refused.seq
    ]
    assigned = [e for e in events if isinstance(e, ProfileAssigned) and e.device_name == device and e.seq < refused.seq]
    tried = [e for e in view.of(events, device, AuthenticationStringNotTaken) if e.seq > waits.seq][:1]
    told = tuple(text("explain.act.capf-settings", seq=e.seq, mode=e.authentication_mode) for e in saved[-1:])
    told += tuple(text("explain.act.string-not-taken", seq=e.seq) for e in tried)
    found = finding("authentication-string-deadlock", waits=waits.seq, refused=refused.seq)
    because = (*saved[-1:], *assigned[-1:], *tried, waits)
    return Failure(
        device,
        refused,
        text("explain.what.deadlock", device=device),
        replace(found, why=told, because=because),
    )


def waiting(record: Record, device: str, events: Sequence[Event], explained: int) -> Failure | None:
    """Why a phone that has power is not registered, where nothing else says so.

    Args:
        events: of this phone.
        explained: number of the last event that says so, 0 for none.
    """
    latest = _latest(device, events)
    state, started, lost = latest.get(StateChanged), latest.get(PhoneStarted), latest.get(RegistrationLost)
    if started is None or not isinstance(state, StateChanged):
        return None
    what = text("explain.what.waiting", device=device)
    registered = latest.get(PhoneRegistered, started)
    shown = max((latest.get(kind, started) for kind in _TELLING), key=lambda event: event.seq)
    if shown.seq <= registered.seq:
        ever = any(isinstance(event, PhoneRegistered) for event in view.of(events, device, PhoneRegistered))
        if ever or explained > started.seq:
            return None  # it is on its way back, or what keeps it is said already
        seconds = (record.ended - state.at).total_seconds()
        if seconds < HANGS:
            return None
        return Failure(
            device, state, what, finding("not-registered-yet", state=fault(state.next_state), seconds=seconds)
        )
    if explained > _round_began(device, events, shown):
        return None
    if isinstance(lost, RegistrationLost) and (stopped := _stopped(record, lost)) is not None:
        return Failure(device, lost, what, service_stopped(stopped))
    return Failure(device, shown, what, None)


_TELLING = (BackedOff, RegistrationFailed, RegistrationLost)


def _round_began(device: str, events: Sequence[Event], shown: Event) -> int:
    """Number of the event with which the round began that ended so."""
    downloading = State.DOWNLOADING.value
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
