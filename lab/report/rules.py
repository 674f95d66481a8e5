"""Which row each kind of event has in a phone's diagram; what is not listed has none, where the other end has noted the same."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from capf_sim import events as capf
from cucm_sim import certificate_events as certificates
from cucm_sim import events as cucm
from cucm_sim.tftp import FileServed, TftpStarted, TftpStopped
from journal import Event
from lab.report import decided
from lab.report.facts import Facts
from lab.report.names import cn
from lab.report.rows import Part, Row, Tone
from lab.services import CapfStarted, CapfStopped
from phone_sim import capf_events as at_capf
from phone_sim import events as phone
from phone_sim.download_events import ConfigurationFileMissed
from phone_sim.sccp_events import RegisterSent
from wire.tls import (
    AlertSeen,
    CertificateVerified,
    ClientHelloSeen,
    HandshakeCompleted,
    HandshakeFailed,
)

Rule = Callable[[Any, Facts], Row | None]
_Value = str | Callable[[Any], Part]
"""Name of the event's field, or what makes the part of it."""
PLAIN, GOOD, BAD = Tone.PLAIN, Tone.GOOD, Tone.BAD


def _parts(event: Event, values: dict[str, _Value]) -> dict[str, Part]:
    return {name: value(event) if callable(value) else getattr(event, value) for name, value in values.items()}


def _note(key: str, tone: Tone = PLAIN, **values: _Value) -> Rule:
    return lambda event, facts: facts.note(event, key, tone, _parts(event, values))


def _sent(key: str, tone: Tone = PLAIN, **values: _Value) -> Rule:
    return lambda event, facts: facts.sent(event, key, tone, _parts(event, values))


def _answered(key: str, tone: Tone = PLAIN, **values: _Value) -> Rule:
    return lambda event, facts: facts.answered(event, key, tone, _parts(event, values))


def _issuer(event: Any) -> str:
    return cn(event.issuer)


def _subject(event: Any) -> str:
    return cn(event.subject)


RULES: dict[type[Event], Rule] = {
    # The phone by itself
    phone.PhoneStarted: decided.phone_started,
    phone.PhoneStopped: _note("report.note.power-off"),
    phone.LscMissing: _note("report.note.no-lsc"),
    phone.CertificateMissing: _note("report.note.no-certificate", BAD),
    phone.CertificateChosen: _note("report.note.chosen", kind="kind"),
    phone.BackedOff: decided.backed_off,
    phone.RegistrationLost: _note("report.note.registration-lost", BAD, reason="reason"),
    phone.CapfTriesExhausted: _note("report.note.capf-given-up", BAD, tries="tries"),
    phone.CapfWaitsForString: _note("report.note.waits-for-string"),
    phone.AuthenticationStringTyped: _note("report.note.string-typed"),
    phone.AuthenticationStringNotTaken: _note("report.note.string-not-taken", BAD, obstacle=lambda e: e.obstacle.value),
    phone.LscDeletedOnPhone: decided.lsc_deleted_on_phone,
    phone.LscNotDeletedOnPhone: _note("report.note.lsc-not-deleted", BAD, obstacle=lambda e: e.obstacle.value),
    phone.ResetOnPhone: _note("report.note.reset-on-phone"),
    phone.TrustListMissing: _note("report.note.no-trust-list"),
    phone.TrustListUpdated: _note("report.note.trust-list", servers=lambda e: ", ".join(e.servers)),
    # Its file
    FileServed: decided.file_served,
    ConfigurationFileMissed: decided.file_missed,
    # TLS
    phone.ServerUnreachable: decided.unreachable,
    ClientHelloSeen: decided.hello,
    CertificateVerified: decided.certificate_verified,
    HandshakeFailed: decided.handshake_failed,
    AlertSeen: decided.alert,
    HandshakeCompleted: decided.tls_up,
    # Registration
    RegisterSent: _sent("report.message.register"),
    cucm.RegistrationRejected: _answered("report.message.register-reject", BAD, cause="cause_name"),
    phone.PhoneRegistered: decided.registered,
    cucm.DeviceResetSent: _answered("report.message.reset", kind="reset_type"),
    # CAPF
    capf.CapfPhoneIdentified: decided.capf_identified,
    capf.CapfDeviceUnknown: _note("report.note.device-unknown", BAD),
    capf.CapfNothingPending: _note("report.note.nothing-pending"),
    capf.OperationLate: _note("report.note.operation-late", BAD, completes_by="completes_by"),
    capf.OperationTimedOut: _note("report.note.operation-late", BAD, completes_by="completes_by"),
    capf.AuthenticationStringRefused: _note("report.note.string-refused", BAD),
    capf.AuthenticationStringBlocked: _note("report.note.string-blocked", BAD, until="until"),
    capf.BearerRefused: decided.bearer_refused,
    capf.KeyRequested: _answered("report.message.key-requested", key_kind="key"),
    capf.KeyReceived: _sent("report.message.key", key_kind="key"),
    capf.KeyNotReceived: _note("report.note.key-not-received", BAD, key_kind="key", fault="fault"),
    capf.KeyOrderUnsupported: _note("report.note.key-order-unsupported", BAD),
    capf.LscIssued: _answered("report.message.lsc-issued", issuer=_issuer),
    capf.LscNotIssued: _note("report.note.lsc-not-issued", BAD, failure="failure"),
    capf.CertificateFetched: _sent("report.message.fetched", kind="certificate_kind", issuer=_issuer),
    capf.CertificateNotFetched: _sent("report.message.not-fetched", kind="certificate_kind"),
    capf.CapfPeerSilent: _note("report.note.peer-silent", BAD),
    capf.CapfPeerLost: _note("report.note.peer-lost", BAD),
    capf.OperationEnded: decided.operation_ended,
    at_capf.LscInstalled: _note("report.note.lsc-installed", GOOD),
    at_capf.LscRejected: _note("report.note.lsc-rejected", BAD, fault="fault"),
    at_capf.LscErased: _note("report.note.lsc-erased"),
    at_capf.LscNotErased: _note("report.note.no-lsc-to-delete"),
    at_capf.CapfServerGone: _note("report.note.capf-gone", BAD),
    # The administrator and the services
    cucm.PhoneAdded: _note("report.note.phone-added", profile="profile"),
    cucm.PhoneRemoved: _note("report.note.phone-removed"),
    cucm.ProfileAssigned: _note("report.note.profile", profile="profile"),
    cucm.CapfSettingsChanged: _note(
        "report.note.capf-settings", operation="certificate_operation", mode="authentication_mode"
    ),
    cucm.ClusterModeChanged: _note("report.note.cluster-mode", mode="cluster_security_mode"),
    cucm.ServiceParameterChanged: _note("report.note.parameter", parameter="parameter", value="value"),
    cucm.TrustChanged: decided.trust_changed,
    certificates.CertificateRegenerated: _note("report.note.regenerated", unit="unit", subject=_subject),
    certificates.SignedCertificateInstalled: _note("report.note.signed", unit="unit", subject=_subject, issuer=_issuer),
    certificates.DefaultCaListChanged: _note(
        "report.note.default-ca-list", change="change", authorities=lambda e: ", ".join(e.authorities)
    ),
    certificates.CtlFileUpdated: _note("report.note.ctl-updated"),
    cucm.CallManagerStarted: _note("report.note.service-started", service=lambda e: "Cisco CallManager"),
    cucm.CallManagerStopped: _note("report.note.service-stopped", service=lambda e: "Cisco CallManager"),
    CapfStarted: _note("report.note.service-started", service=lambda e: "CAPF"),
    CapfStopped: _note("report.note.service-stopped", service=lambda e: "CAPF"),
    TftpStarted: _note("report.note.tftp-started"),
    TftpStopped: _note("report.note.service-stopped", service=lambda e: "Cisco Tftp"),
}
