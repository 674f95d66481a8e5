"""Certificate operations that failed, as cases: what CAPF noted on the way to its status."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from capf_sim import events as ev
from cisco_data import ServiceKind
from cucm_sim.events import CapfSettingsChanged
from journal import Event
from lab.base.texts import Part, fault
from lab.case import Case, FailedOperation, Held, Shown
from lab.views.facts import date_of
from lab.views.making import case_of, outages_of, service_at
from lab.views.record import Record
from phone_sim.capf_events import LscRejected


def operation(record: Record, device: str, ended: ev.OperationEnded) -> Case:
    """`ended` did not succeed; the event that it names as its cause is why."""
    because = record.at(ended.cause)
    read = _READ.get(type(because)) if because is not None else None
    reason, details = read(because) if read is not None else ("", {})
    saved = [
        event
        for event in record.acts(ended.actor.cluster, CapfSettingsChanged, before=ended.seq)
        if event.device_name == device
    ]
    here = record.on(ended.connection)
    identified = [event for event in here if isinstance(event, ev.CapfPhoneIdentified)]
    said = next((event for event in here if isinstance(event, LscRejected)), None)
    if said is not None and reason == "not stored":
        details = {**details, "fault": fault(said.fault)}
    proof = because if isinstance(because, ev.ProofOfPossessionRefused) else None
    shown, held = None, None
    if proof is not None and proof.issuer:
        shown = Shown(proof.subject, proof.issuer, proof.serial_number)
        end = date_of(proof.not_after)
        held = Held(proof.certificate_kind, proof.issuer, proof.serial_number, end)
    elif proof is not None and proof.fault != "no certificate was presented":
        held = Held(proof.certificate_kind, proof.issuer)
    problem = FailedOperation(
        ended.operation,
        ended.status,
        reason,
        identified[-1].authentication_mode if identified else saved[-1].authentication_mode if saved else "",
        proof.fault if proof is not None else "",
        proof.verify_code if proof is not None else 0,
        proof.depth if proof is not None else 0,
        shown,
        details,
    )
    first = min((event.seq for event in here), default=ended.seq)
    return case_of(
        record,
        device,
        ended,
        problem,
        service_at(record, ended.actor, ServiceKind.CAPF, ended.seq),
        shows=held,
        because=saved[-1:],
        outages=outages_of(record, ended.actor, first, ended.seq),
    )


_Details = tuple[str, dict[str, Part]]


def _string(event: ev.AuthenticationStringRefused) -> _Details:
    return "string", {"given": int(event.given), "until": event.blocked_until}


_READ: dict[type[Event], Callable[[Any], _Details]] = {
    ev.ProofOfPossessionRefused: lambda e: ("proof-of-possession", {}),
    ev.AuthenticationStringRefused: _string,
    ev.AuthenticationStringBlocked: lambda e: ("blocked", {"until": e.until}),
    ev.OperationLate: lambda e: ("late", {"completes_by": e.completes_by}),
    ev.OperationTimedOut: lambda e: ("timed out", {"completes_by": e.completes_by, "state": e.state}),
    ev.KeyNotReceived: lambda e: ("key", {"key": e.key, "fault": fault(e.fault)}),
    ev.KeyOrderUnsupported: lambda e: ("ec only", {"version": e.version}),
    ev.LscNotIssued: lambda e: ("not issued", {"failure": e.failure}),
    ev.LscNotStored: lambda e: ("not stored", {"reason": e.reason}),
    ev.CapfPeerSilent: lambda e: ("silent", {"state": e.state, "seconds": e.seconds}),
    ev.CapfPeerLost: lambda e: ("lost", {"state": e.state}),
}
