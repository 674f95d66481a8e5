"""What became of one attempt of a phone at a service, read from the journal of both ends: what-if's `Outcome`, without what-if."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TypeVar

from capf_sim.events import OperationEnded, PhoneAuthenticated, ProofOfPossessionRefused
from cisco_data import CAPF_AUTH_MODES, ServiceKind
from cucm_sim.causes import CcmDevRegFailCauseCode
from cucm_sim.events import DeviceRegistered, RegistrationRejected
from edge_sim.authentication_server.events import AuthenticationFailed, AuthenticationPassed
from edge_sim.vpn_gateway.events import LoginRefused, LoginSucceeded
from journal import Event
from lab.fleet.model import MODE_OF_PRECEDENCE
from lab.whatif.impact_report import SERVER_NOT_TRUSTED, Outcome
from phone_sim.capf_events import CapfCredentialsSent
from phone_sim.events import CertificateChosen
from phone_sim.trust.events import ServerNotTrusted
from phone_sim.vpn.events import HostIdRefused
from wire.tls import AlertLevel, AlertSeen, CertificateVerified, HandshakeCompleted

E = TypeVar("E", bound=Event)
_BY_CERTIFICATE = {number for number, mode in enumerate(CAPF_AUTH_MODES) if mode in MODE_OF_PRECEDENCE.values()}
_OF_THE_CONNECTION = frozenset(
    {CcmDevRegFailCauseCode.invalidTLSCipher, CcmDevRegFailCauseCode.invalidX509NameInCertificate}
)
"""Causes for which CallManager looks at the TLS connection; for all others it looks at its database."""


class NotAboutCertificates(Exception):
    """The attempt ended, after TLS, for something that no certificate decides; the message says what."""


def last(events: Sequence[Event], kind: type[E], actor: str = "") -> E | None:
    return next((event for event in reversed(events) if isinstance(event, kind) and actor in ("", event.actor)), None)


def tls_of(events: Sequence[Event], device: str, service: str) -> Outcome:
    """Up, as the service says, which judges last; or the alert as the phone saw it, and what the end that refused found first.

    Raises NotAboutCertificates where TLS broke off without an alert.
    """
    chosen, up = last(events, CertificateChosen, device), last(events, HandshakeCompleted, service)
    kind = chosen.kind if chosen is not None else ""
    for alert in events:
        if isinstance(alert, AlertSeen) and alert.actor == device and alert.level == AlertLevel.FATAL:
            judge = device if alert.direction == "write" else service
            faults = (each for each in events if isinstance(each, CertificateVerified) and each.actor == judge)
            fault = next((each for each in faults if each.verify_code), None)
            code, depth = (fault.verify_code, fault.depth) if fault is not None else (-1, -1)
            return Outcome(False, kind, "TLS", code, depth, alert.description, alert.direction)
    if up is None:
        raise NotAboutCertificates("the connection broke before TLS was up")
    return Outcome(True, kind, tls_version=up.version, cipher=up.cipher)


def happened(kind: ServiceKind, events: Sequence[Event], device: str, service: str) -> Outcome:
    """`events`: of one connection, both ends'. Raises NotAboutCertificates."""
    tls = tls_of(events, device, service)
    if tls.accepted and last(events, ServerNotTrusted, device) is not None:
        return Outcome(False, tls.kind, SERVER_NOT_TRUSTED)
    return _JUDGED[kind](tls, events) if tls.accepted else tls


def _by_callmanager(tls: Outcome, events: Sequence[Event]) -> Outcome:
    rejected = last(events, RegistrationRejected)
    if rejected is not None and rejected.cause_code not in _OF_THE_CONNECTION:
        raise NotAboutCertificates(f"CallManager looked into its database: {rejected.cause_name}")
    if rejected is not None:
        return _rejected(tls, rejected.cause_name)
    if last(events, DeviceRegistered) is None:
        raise NotAboutCertificates("the connection broke before CallManager judged the registration")
    return tls


def _by_capf(tls: Outcome, events: Sequence[Event]) -> Outcome:
    sent = last(events, CapfCredentialsSent)
    if sent is None or sent.authentication_mode not in _BY_CERTIFICATE:
        raise NotAboutCertificates("the authentication mode at CAPF asks for no certificate")
    tls = replace(tls, kind=sent.certificate_kind)
    if last(events, PhoneAuthenticated) is not None:
        return tls
    refused, ended = last(events, ProofOfPossessionRefused), last(events, OperationEnded)
    if refused is None or ended is None:
        raise NotAboutCertificates("CAPF had nothing to do for the phone, or it came too late")
    code, depth = (refused.verify_code, refused.depth) if refused.verify_code else (-1, -1)
    return replace(_rejected(tls, ended.status.partition("Failed: ")[2]), verify_code=code, depth=depth)


def _by_authentication_server(tls: Outcome, events: Sequence[Event]) -> Outcome:
    failed = last(events, AuthenticationFailed)
    if failed is not None:
        return _rejected(tls, failed.failure_name)
    if last(events, AuthenticationPassed) is None:
        raise NotAboutCertificates("the conversation broke before the authentication server judged it")
    return tls


def _by_gateway(tls: Outcome, events: Sequence[Event]) -> Outcome:
    strange, refused = last(events, HostIdRefused), last(events, LoginRefused)
    if strange is not None:
        return replace(_rejected(tls, strange.fault), reason="host ID")
    if refused is not None:
        return _rejected(tls, refused.reason)
    if last(events, LoginSucceeded) is None:
        raise NotAboutCertificates("the connection broke before the gateway judged the login")
    return tls


def _rejected(tls: Outcome, cause: str) -> Outcome:
    return replace(tls, accepted=False, reason="rejected", cause=cause)


_JUDGED = {
    ServiceKind.CALLMANAGER: _by_callmanager,
    ServiceKind.CAPF: _by_capf,
    ServiceKind.DOT1X: _by_authentication_server,
    ServiceKind.VPN: _by_gateway,
}
