"""What each event of a CAPF service is in words, for its trace. All of them are assumed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from capf_sim import events as ev
from capf_sim.error_codes import CapfErrorCode
from capf_sim.events import CapfStarted, CapfStopped
from journal import Event
from wire.tls import AlertDescription, alert_text
from wire.tls import events as tls


def words(event: Event) -> str | None:
    """None for an event that has no line."""
    rule = WORDS.get(type(event))
    return rule(event) if rule is not None else None


def _alert(event: tls.AlertSeen) -> str | None:
    if event.description == AlertDescription.CLOSE_NOTIFY:
        return None
    return f"TLS alert, {event.direction}: {alert_text(event.description)}"


def _handshake_failed(event: tls.HandshakeFailed) -> str:
    alert = f", alert {event.alert_direction}: {alert_text(event.alert)}" if event.alert >= 0 else ""
    return f"TLS handshake failed: {event.reason}{alert}"


def _closed(event: tls.TlsClosed) -> str:
    return f"connection closed: {event.reason}"


def _certificate(event: Any) -> str:
    """Subject, issuer, serial number, validity."""
    if not event.subject:
        return "no certificate that can be read"
    validity = f", valid {event.not_before} to {event.not_after}" if event.not_after else ""
    return (
        f"subject {event.subject.oneline}, issuer {event.issuer.oneline}, serial number {event.serial_number}{validity}"
    )


def _authenticated(event: ev.PhoneAuthenticated) -> str:
    text = f"phone authenticated {event.authentication_mode}"
    return f"{text}: {event.certificate_kind} received, {_certificate(event)}" if event.certificate_kind else text


def _bearer(event: ev.BearerRefused) -> str:
    second = ", second certificate" if event.second_certificate else ""
    verify = f", verify code {event.verify_code} at depth {event.depth}" if event.verify_code else ""
    return f"{event.certificate_kind} refused: {event.fault}{verify}{second}; {_certificate(event)}"


def _string(event: ev.AuthenticationStringRefused) -> str:
    given = "wrong" if event.given else "missing"
    wait = f"; no other before {event.blocked_until}" if event.blocked_until else ""
    return f"authentication string {given}, {event.wrong} in a row{wait}"


def _ended(event: ev.OperationEnded) -> str:
    try:
        code = f", {event.error_code} {CapfErrorCode(event.error_code).name}"
    except ValueError:
        code = ""
    return f"Certificate Operation Status: {event.status}{code}"


def _reason(reason: int) -> str:
    return f"reason {reason}" if reason >= 0 else "no reason given"


WORDS: Final[dict[type[Event], Callable[[Any], str | None]]] = {
    CapfStarted: lambda e: (
        f"service started on {e.address}:{e.port}, CAPF-trust: {'; '.join(name.oneline for name in e.trusted) or 'empty'}"
    ),
    CapfStopped: lambda e: "service stopped",
    tls.ClientHelloSeen: lambda e: (
        f"new connection from {e.connection.partition('>')[0]}, offers {', '.join(e.versions)}"
    ),
    tls.HandshakeCompleted: lambda e: f"TLS handshake successful: {e.version} {e.cipher}",
    tls.HandshakeFailed: _handshake_failed,
    tls.AlertSeen: _alert,
    tls.TlsClosed: _closed,
    ev.CapfSessionStarted: lambda e: f"session {e.session} started with {e.peer}",
    ev.CapfPhoneIdentified: lambda e: (
        f"phone named itself: protocol version {e.version}, operation {e.operation}, mode {e.authentication_mode}, "
        f"sent {e.presented}"
    ),
    ev.CapfDeviceUnknown: lambda e: "no such device",
    ev.CapfNothingPending: lambda e: "No Pending Operation",
    ev.CapfVersionUnsupported: lambda e: f"protocol version {e.version} is not supported",
    ev.OperationLate: lambda e: f"too late: Operation Completes By was {e.completes_by}",
    ev.OperationTimedOut: lambda e: f"timed out in {e.state}: Operation Completes By was {e.completes_by}",
    ev.PhoneAuthenticated: _authenticated,
    ev.AuthenticationStringRefused: _string,
    ev.AuthenticationStringBlocked: lambda e: f"authentication string not looked at before {e.until}",
    ev.BearerRefused: _bearer,
    ev.KeyRequested: lambda e: f"key asked for: {e.key}",
    ev.KeyReceived: lambda e: f"public key received: {e.key}",
    ev.KeyNotReceived: lambda e: f"no key {e.key}: {e.fault}, {_reason(e.reason)}",
    ev.KeyOrderUnsupported: lambda e: f"Key Order EC Only is not possible with protocol version {e.version}",
    ev.LscIssued: lambda e: f"LSC issued: {e.key}, {_certificate(e)}",
    ev.LscNotIssued: lambda e: f"LSC not issued: {e.failure}",
    ev.LscStored: lambda e: f"LSC stored by the phone: issuer {e.issuer.oneline}, serial number {e.serial_number}",
    ev.LscNotStored: lambda e: f"LSC not stored by the phone: {_reason(e.reason)}",
    ev.LscDeleted: lambda e: "LSC deleted by the phone",
    ev.LscNotDeleted: lambda e: f"LSC not deleted by the phone: {_reason(e.reason)}",
    ev.CertificateFetched: lambda e: f"{e.certificate_kind} received: {_certificate(e)}",
    ev.CertificateNotFetched: lambda e: f"no {e.certificate_kind} received: {_reason(e.reason)}",
    ev.CapfMessageMalformed: lambda e: f"malformed message in {e.state}: {e.error}",
    ev.CapfMessageOutOfOrder: lambda e: f"{e.command} does not belong in {e.state}: {e.fault}",
    ev.CapfPeerSilent: lambda e: f"no answer in {e.seconds:g} s in {e.state}",
    ev.CapfPeerLost: lambda e: (
        f"connection lost in {e.state}{', in the middle of a message' if e.inside_message else ''}"
    ),
    ev.OperationEnded: _ended,
    ev.CapfStateChanged: lambda e: (
        f"{e.state} -> {e.next_state}: {e.trigger}" + (f", sending {e.reply}" if e.reply != "-" else "")
    ),
    ev.CapfSessionEnded: lambda e: (
        f"session {e.session} ended" + (f", END_SESSION {e.reason}" if e.reason >= 0 else ", END_SESSION not sent")
    ),
}
"""Every kind of event that a CAPF service emits. OpenSSL's steps on certificates do not happen here: CAPF asks for none in TLS."""
