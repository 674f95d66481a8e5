"""What an event of the evidence says, in words: one sentence a kind."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from capf_sim import events as capf
from cucm_sim import certificate_events as certificates
from cucm_sim import events as cucm
from cucm_sim.tftp import TftpStarted, TftpStopped
from journal import Event
from lab.explain._edge_evidence import EDGE_WORDS
from lab.explain._explanation import Evidence
from lab.explain._faults import fault
from lab.explain._texts import Part, Text, cn, text, verify_words
from lab.language import Catalogue
from lab.play import services
from phone_sim import capf_events as at_capf
from phone_sim import events as phone
from phone_sim.download_events import ConfigurationFileMissed, ConfigurationFileReceived
from phone_sim.sccp_events import RegisterRejectReceived
from pki import DistinguishedName
from wire.tls import AlertSeen, CertificateVerified, HandshakeFailed, alert_text


def evidence_of(event: Event, say: Catalogue) -> Evidence:
    """The event in words, under its number."""
    return Evidence(event.seq, text("evidence.line", actor=event.actor, what=WORDS[type(event)](event)).within(say))


def _trusted(subjects: tuple[DistinguishedName, ...]) -> tuple[str, ...] | Text:
    return tuple(map(cn, subjects)) or text("evidence.nothing")


def _credentials(event: at_capf.CapfCredentialsSent) -> Text:
    if not event.certificate_kind:
        return text("evidence.credentials-sent")
    return text("evidence.certificate-sent", kind=event.certificate_kind, issuer=cn(event.issuer))


def _bearer(event: capf.BearerRefused) -> Text:
    parts: dict[str, Part] = {"kind": event.certificate_kind, "device": event.device, "fault": fault(event.fault)}
    if not event.verify_code:
        return text("evidence.bearer-refused", **parts)
    return text("evidence.bearer-not-verified", code=event.verify_code, depth=event.depth, **parts)


def _alert(event: AlertSeen) -> Text:
    parts: dict[str, Part] = {"alert": alert_text(event.description), "number": event.description}
    return (
        text("evidence.alert-read", **parts) if event.direction == "read" else text("evidence.alert-written", **parts)
    )


def _trust(event: cucm.TrustChanged) -> Text:
    parts: dict[str, Part] = {"store": event.store, "name": cn(event.subject), "takes_effect": event.takes_effect}
    return Text(_TRUST_CHANGES.get(event.change, "evidence.trust-uploaded"), parts)


_TRUST_CHANGES = {
    "uploaded": "evidence.trust-uploaded",
    "deleted": "evidence.trust-deleted",
    "copied": "evidence.trust-copied",
    "disabled": "evidence.trust-deleted",
    "enabled": "evidence.trust-uploaded",
    "kept": "evidence.trust-kept",
}


def _default_ca(event: certificates.DefaultCaListChanged) -> Text:
    key = "evidence.default-ca-disabled" if event.change == "disabled" else "evidence.default-ca-enabled"
    return text(key, names=event.authorities)


def _string(event: capf.AuthenticationStringRefused) -> Text:
    if not event.given:
        return text("evidence.string-missing", device=event.device)
    return text("evidence.string-wrong", device=event.device, wrong=event.wrong)


def _handshake(event: HandshakeFailed) -> Text:
    if event.verify_code < 0:
        return text("evidence.handshake-failed")
    return text("evidence.handshake-not-verified", code=event.verify_code, depth=event.depth)


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
    RegisterRejectReceived: lambda e: text("evidence.register-reject", text=e.text),
    at_capf.CapfCredentialsSent: _credentials,
    at_capf.CapfKeyNotMade: lambda e: text("evidence.key-not-made", key=e.key or "?"),
    at_capf.LscRejected: lambda e: text("evidence.lsc-rejected", fault=fault(e.fault)),
    # TLS, either side
    CertificateVerified: lambda e: text(
        "evidence.not-verified",
        code=e.verify_code,
        words=verify_words(e.verify_code),
        depth=e.depth,
        subject=cn(e.subject),
        issuer=cn(e.issuer),
    ),
    AlertSeen: _alert,
    HandshakeFailed: _handshake,
    # CallManager and the services
    cucm.CallManagerStarted: lambda e: text("evidence.callmanager-started", trusted=_trusted(e.trusted)),
    services.CapfStarted: lambda e: text("evidence.capf-started", trusted=_trusted(e.trusted)),
    TftpStarted: lambda e: text("evidence.tftp-started"),
    cucm.CallManagerStopped: lambda e: text("evidence.stopped", service="Cisco CallManager"),
    services.CapfStopped: lambda e: text("evidence.stopped", service=services.CapfNode.NAME),
    TftpStopped: lambda e: text("evidence.stopped", service="Cisco Tftp"),
    cucm.RegistrationRejected: lambda e: text(
        "evidence.registration-rejected", device=e.device_name or "?", cause=e.cause_name, code=e.cause_code
    ),
    cucm.DeviceUnregistered: lambda e: text(
        "evidence.unregistered", device=e.device_name, cause=e.cause_name, code=e.cause_code
    ),
    # the administrator
    cucm.TrustChanged: _trust,
    cucm.ProfileAssigned: lambda e: text(
        "evidence.profile-assigned", device=e.device_name, profile=e.profile, mode=e.device_security_mode
    ),
    cucm.PhoneRemoved: lambda e: text("evidence.phone-removed", device=e.device_name),
    cucm.CapfSettingsChanged: lambda e: text(
        "evidence.capf-settings", device=e.device_name, operation=e.certificate_operation, mode=e.authentication_mode
    ),
    cucm.ClusterModeChanged: lambda e: text("evidence.cluster-mode", mode=e.cluster_security_mode),
    cucm.ServiceParameterChanged: lambda e: text("evidence.parameter", parameter=e.parameter, value=e.value),
    certificates.CertificateRegenerated: lambda e: text(
        "evidence.regenerated", unit=e.unit, former=cn(e.former_subject), name=cn(e.subject), serial=e.serial_number
    ),
    certificates.SignedCertificateInstalled: lambda e: text(
        "evidence.signed-installed", unit=e.unit, name=cn(e.subject), issuer=cn(e.issuer)
    ),
    certificates.DefaultCaListChanged: _default_ca,
    certificates.CtlFileUpdated: lambda e: text("evidence.ctl-updated"),
    # CAPF
    capf.CapfPhoneIdentified: lambda e: text(
        "evidence.identified", device=e.device, operation=e.operation, mode=e.authentication_mode
    ),
    capf.BearerRefused: _bearer,
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
    **EDGE_WORDS,
}
"""Kinds of events that are shown. The journal holds more; those say nothing that these do not."""
