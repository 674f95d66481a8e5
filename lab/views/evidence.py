"""What an event of the evidence says, in words: one sentence a kind."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from capf_sim import events as capf
from cucm_sim import events as cucm
from journal import Event
from lab.base.texts import Part, Text, fault, text
from lab.case import Ref, cn
from lab.case.words import act_text
from lab.views.edge_evidence import EDGE_WORDS
from lab.views.history import act_of
from lab.views.trust_evidence import TRUST_WORDS
from phone_sim import capf_events as at_capf
from phone_sim import events as phone
from phone_sim.download_events import ConfigurationFileMissed, ConfigurationFileReceived
from phone_sim.registration_events import RegistrationRefused
from pki import DistinguishedName
from wire.faults import ConnectionFailed
from wire.tls import AlertSeen, CertificateVerified, HandshakeFailed, alert_text, verify_text


def evidence_of(event: Event) -> tuple[Ref, Text]:
    """The event in words, with its number."""
    act = act_of(event) if type(event) not in WORDS else None
    if act is not None:
        return Ref(event.seq), act_text(act)
    return Ref(event.seq), text("evidence.line", actor=event.actor, what=WORDS[type(event)](event))


def tells(event: Event) -> bool:
    """Whether it can be put into words."""
    return type(event) in WORDS or act_of(event) is not None


def _trusted(subjects: tuple[DistinguishedName, ...]) -> tuple[str, ...] | Text:
    return tuple(map(cn, subjects)) or text("evidence.nothing")


def _credentials(event: at_capf.CapfCredentialsSent) -> Text:
    if not event.certificate_kind:
        return text("evidence.credentials-sent")
    return text("evidence.certificate-sent", kind=event.certificate_kind, issuer=cn(event.issuer))


def _proof(event: capf.ProofOfPossessionRefused) -> Text:
    parts: dict[str, Part] = {"kind": event.certificate_kind, "device": event.device, "fault": fault(event.fault)}
    if not event.verify_code:
        return text("evidence.proof-refused", **parts)
    words = verify_text(event.verify_code) or text("explain.phrase.code-not-known")
    return text("evidence.proof-not-verified", code=event.verify_code, words=words, depth=event.depth, **parts)


def _alert(event: AlertSeen) -> Text:
    parts: dict[str, Part] = {"alert": alert_text(event.description), "number": event.description}
    return (
        text("evidence.alert-read", **parts) if event.direction == "read" else text("evidence.alert-written", **parts)
    )


def _string(event: capf.AuthenticationStringRefused) -> Text:
    if not event.given:
        return text("evidence.string-missing", device=event.device)
    return text("evidence.string-wrong", device=event.device, wrong=event.wrong)


def _handshake(event: HandshakeFailed) -> Text:
    if event.verify_code < 0:
        return text("evidence.handshake-failed")
    words = verify_text(event.verify_code) or text("explain.phrase.code-not-known")
    return text("evidence.handshake-not-verified", code=event.verify_code, words=words, depth=event.depth)


WORDS: dict[type[Event], Callable[[Any], Text]] = {
    # the phone
    phone.PhoneStarted: lambda e: text(
        "evidence.phone-started",
        mic=cn(e.mic_issuer) or text("evidence.none"),
        lsc=cn(e.lsc_issuer) or text("evidence.none"),
    ),
    ConfigurationFileReceived: lambda e: text(
        "evidence.file-received", file=e.file, mode=e.device_security_mode, capf=e.capf_auth_mode
    ),
    ConfigurationFileMissed: lambda e: text("evidence.file-missed", file=e.file, failure=fault(e.failure)),
    phone.TrustListUpdated: lambda e: text("evidence.trust-list-updated", servers=tuple(map(cn, e.servers))),
    phone.LscMissing: lambda e: text("evidence.lsc-missing", service=e.service),
    phone.CertificateChosen: lambda e: text(
        "evidence.certificate-chosen", kind=e.kind, serial=e.serial_number, issuer=cn(e.issuer)
    ),
    phone.CertificateMissing: lambda e: text("evidence.certificate-missing", service=e.service),
    phone.ServerUnreachable: lambda e: text(
        "evidence.server-unreachable", service=e.service, address=e.address, port=e.port
    ),
    phone.SecureConnectionUp: lambda e: text(
        "evidence.tls-up", service=e.service, version=e.tls_version, cipher=e.cipher
    ),
    phone.SecureConnectionRefused: lambda e: text("evidence.tls-refused", service=e.service),
    phone.RegistrationFailed: lambda e: text("evidence.registration-failed", reason=fault(e.reason)),
    phone.RegistrationLost: lambda e: text("evidence.registration-lost", reason=fault(e.reason)),
    phone.StateChanged: lambda e: text("evidence.state", state=fault(e.next_state)),
    phone.BackedOff: lambda e: text("evidence.backed-off", seconds=e.seconds, attempt=e.attempt),
    phone.CapfWaitsForString: lambda e: text("evidence.waits-for-string"),
    phone.AuthenticationStringNotTaken: lambda e: text("evidence.string-not-taken", obstacle=fault(e.obstacle)),
    phone.CapfTriesExhausted: lambda e: text("evidence.capf-tries-exhausted", tries=e.tries),
    RegistrationRefused: lambda e: text("evidence.register-reject", text=e.text),
    at_capf.CapfCredentialsSent: _credentials,
    at_capf.CapfKeyNotMade: lambda e: text("evidence.key-not-made", key=e.key or "?"),
    at_capf.LscRejected: lambda e: text("evidence.lsc-rejected", fault=fault(e.fault)),
    ConnectionFailed: lambda e: text("evidence.lab-fault", exception=e.exception, text=e.text, place=e.place),
    # TLS, either side
    CertificateVerified: lambda e: text(
        "evidence.not-verified",
        code=e.verify_code,
        words=verify_text(e.verify_code) or text("explain.phrase.code-not-known"),
        depth=e.depth,
        subject=cn(e.subject),
        issuer=cn(e.issuer),
    ),
    AlertSeen: _alert,
    HandshakeFailed: _handshake,
    # CallManager and the services
    cucm.CallManagerStarted: lambda e: text("evidence.callmanager-started", trusted=_trusted(e.trusted)),
    capf.CapfStarted: lambda e: text("evidence.capf-started", trusted=_trusted(e.trusted)),
    cucm.RegistrationRejected: lambda e: text(
        "evidence.registration-rejected", device=e.device_name or "?", cause=e.cause_name, code=e.cause_code
    ),
    cucm.DeviceUnregistered: lambda e: text(
        "evidence.unregistered", device=e.device_name, cause=e.cause_name, code=e.cause_code
    ),
    # the administrator; acts that explanations name are in `lab.case.words`
    cucm.CapfSettingsChanged: lambda e: text(
        "evidence.capf-settings", device=e.device_name, operation=e.certificate_operation, mode=e.authentication_mode
    ),
    cucm.ServiceParameterChanged: lambda e: text("evidence.parameter", parameter=e.parameter, value=e.value),
    # CAPF
    capf.CapfPhoneIdentified: lambda e: text(
        "evidence.identified", device=e.device, operation=e.operation, mode=e.authentication_mode
    ),
    capf.ProofOfPossessionRefused: _proof,
    capf.AuthenticationStringRefused: _string,
    capf.AuthenticationStringBlocked: lambda e: text("evidence.string-blocked", device=e.device, until=e.until),
    capf.OperationLate: lambda e: text("evidence.late", device=e.device, completes_by=e.completes_by),
    capf.OperationTimedOut: lambda e: text("evidence.timed-out", device=e.device, completes_by=e.completes_by),
    capf.KeyRequested: lambda e: text("evidence.key-requested", device=e.device, key=e.key),
    capf.KeyNotReceived: lambda e: text("evidence.key-not-received", device=e.device, key=e.key, fault=fault(e.fault)),
    capf.KeyOrderUnsupported: lambda e: text("evidence.key-order", device=e.device, version=e.version),
    capf.LscNotIssued: lambda e: text("evidence.not-issued", device=e.device, failure=e.failure),
    capf.LscNotStored: lambda e: text("evidence.not-stored", device=e.device, reason=e.reason),
    capf.CapfPeerSilent: lambda e: text("evidence.peer-silent", state=e.state, seconds=e.seconds),
    capf.CapfPeerLost: lambda e: text("evidence.peer-lost", state=e.state),
    capf.OperationEnded: lambda e: text("evidence.operation-ended", device=e.device, status=e.status),
    **TRUST_WORDS,
    **EDGE_WORDS,
}
"""Kinds of events that are shown. The journal holds more; those say nothing that these do not."""
