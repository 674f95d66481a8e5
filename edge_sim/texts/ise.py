"""The authentication server's events as lines of an ISE log, one event a line at most.

Published are the failure reasons (12507 to 12986), the two message codes of an authentication (5200, 5400), the two of a stranger
(11007, 11036) and the shape `CISE_<category> <number> 1 0 <time> <number> <code> <severity> <class>: <text>, <name>=<value>, ...`.
Which attributes follow and in what order is a selection, assumed; a code that ISE does not have is `LAB`. Texts of clients can
neither end a line nor pass for an attribute.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any, NamedTuple

from edge_sim.authentication_server import (
    AuthenticationFailed,
    AuthenticationPassed,
    AuthenticationServerStarted,
    AuthenticationServerStopped,
    DropReason,
    FailureReason,
    RequestsUnanswered,
)
from journal import Event
from wire.plain_text import plain

_HANDSHAKE = "EAP-TLS failed SSL/TLS handshake"
_CHAIN = "in the client certificates chain"

FAILURE_TEXTS: Mapping[int, str] = MappingProxyType(
    {
        FailureReason.EAP_TLS_AUTHENTICATION_FAILED: "EAP-TLS authentication failed",
        FailureReason.EAP_TLS_HANDSHAKE_FAILED: "EAP-TLS handshake failed",
        FailureReason.UNEXPECTED_ALERT: "Unexpectedly received TLS alert message; treating as a rejection by the client",
        FailureReason.NO_SSL_SESSION: "Could not establish the EAP-TLS SSL session",
        FailureReason.UNKNOWN_CA: f"{_HANDSHAKE} because of an unknown CA {_CHAIN}",
        FailureReason.EXPIRED_CRL: f"{_HANDSHAKE} because of an expired CRL associated with a CA {_CHAIN}",
        FailureReason.EXPIRED_CERTIFICATE: f"{_HANDSHAKE} because of an expired certificate {_CHAIN}",
        FailureReason.REVOKED_CERTIFICATE: f"{_HANDSHAKE} because of a revoked certificate {_CHAIN}",
        FailureReason.BAD_CERTIFICATE: f"{_HANDSHAKE} because of a bad certificate {_CHAIN}",
        FailureReason.UNSUPPORTED_CERTIFICATE: f"{_HANDSHAKE} because of an unsupported certificate {_CHAIN}",
        FailureReason.CLIENT_REJECTED_LOCAL_CERTIFICATE: f"{_HANDSHAKE} because the client rejected the ISE local-certificate",
        FailureReason.CLIENT_ALERT: f"{_HANDSHAKE} after a client alert",
        FailureReason.NOT_YET_VALID: f"{_HANDSHAKE} because of a not yet valid certificate {_CHAIN}",
        FailureReason.SUPPLICANT_STOPPED_RESPONDING: "Supplicant stopped responding to ISE during EAP-TLS certificate exchange",
        FailureReason.NO_SUITABLE_CIPHERS: "Client didn't provide suitable ciphers for the TLS handshake",
        FailureReason.TLS_VERSION_NOT_ALLOWED: "Client requested a TLS version that is not allowed",
        FailureReason.SUBJECT_NOT_FOUND: "Subject not found in the applicable identity store(s)",
    }
)
"""ISE's sentences; those of 12968 and 12986 are shortened in what is published, and completed here in assumed words."""


class Message(NamedTuple):
    category: str
    code: str
    severity: str
    text: str
    """The class of the message, and the message."""
    attributes: tuple[tuple[str, str], ...]


_UNANSWERED: Mapping[DropReason, tuple[str, str]] = MappingProxyType(
    {
        DropReason.UNKNOWN_CLIENT: ("11007", "Could not locate Network Device or AAA Client"),
        DropReason.INVALID_MESSAGE_AUTHENTICATOR: ("11036", "The Message-Authenticator RADIUS attribute is invalid"),
    }
)


def _who(event: AuthenticationPassed | AuthenticationFailed) -> tuple[tuple[str, str], ...]:
    return (
        ("Device IP Address", event.nas_address),
        ("UserName", event.identity),
        ("NetworkDeviceName", event.network_device),
        ("NAS-Port", str(event.nas_port) if event.nas_port != -1 else ""),
        ("Calling-Station-ID", event.calling_station_id),
        ("AuthenticationMethod", "x509_PKI"),
        ("EapAuthentication", "EAP-TLS"),
    )


def _certificate(event: AuthenticationPassed | AuthenticationFailed) -> tuple[tuple[str, str], ...]:
    return (
        ("TLSVersion", event.tls_version),
        ("Subject", event.certificate_subject.oneline),
        ("Issuer", event.certificate_issuer.oneline),
        ("Serial Number", event.certificate_serial_number),
    )


def _passed(event: AuthenticationPassed) -> Message:
    more = (*_who(event), *_certificate(event), ("TLSCipher", event.cipher))
    return Message("Passed_Authentications", "5200", "NOTICE", "Passed-Authentication: Authentication succeeded", more)


def _failed(event: AuthenticationFailed) -> Message:
    reason = f"{event.failure_code} {FAILURE_TEXTS.get(event.failure_code, event.failure_name)}"
    openssl = (
        ("OpenSSLErrorMessage", f"X509_V_ERR {event.verify_code} at depth {event.depth}" if event.depth != -1 else ""),
        ("SSLAlert", f"{event.alert} {event.alert_direction}" if event.alert != -1 else ""),
        ("Expected", event.expected),
        ("Received", event.received),
        ("Detail", event.problem),
    )
    more = (*_who(event), ("FailureReason", reason), *openssl, *_certificate(event))
    return Message("Failed_Attempts", "5400", "NOTICE", "Failed-Attempt: Authentication failed", more)


def _unanswered(event: RequestsUnanswered) -> Message:
    code, text = _UNANSWERED.get(event.reason, ("LAB", event.reason.value))
    more = (("Device IP Address", event.source), ("Count", str(event.count)))
    return Message("RADIUS_Diagnostics", code, "WARN", f"RADIUS: {text}", more)


def _started(event: AuthenticationServerStarted) -> Message:
    more = (
        ("Address", f"{event.address}:{event.port}"),
        ("TLSVersion", f"{event.minimum_tls_version} to {event.maximum_tls_version}"),
        ("CRL", "checked" if event.check_crl else "not checked"),
        ("NetworkDevices", "; ".join(event.network_devices)),
        ("TrustedCertificates", "; ".join(name.oneline for name in event.trusted)),
    )
    return Message("System_Management", "LAB", "INFO", "started", more)


def _stopped(event: AuthenticationServerStopped) -> Message:
    more = (("Passed", str(event.passed)), ("Failed", str(event.failed)), ("Unanswered", str(event.unanswered)))
    return Message("System_Management", "LAB", "INFO", "stopped", more)


MESSAGES: Mapping[type[Event], Callable[[Any], Message]] = MappingProxyType(
    {
        AuthenticationServerStarted: _started,
        AuthenticationServerStopped: _stopped,
        AuthenticationPassed: _passed,
        AuthenticationFailed: _failed,
        RequestsUnanswered: _unanswered,
    }
)


def ise_log(event: Event) -> tuple[str, ...]:
    """The line that the event prints, without its newline; none for events of other kinds. Attributes without a value stay out."""
    render = MESSAGES.get(type(event))
    if render is None:
        return ()
    message = render(event)
    time = f"{event.at:%Y-%m-%d %H:%M:%S}.{event.at.microsecond // 1000:03d} +00:00"
    head = f"CISE_{message.category} {event.seq:010d} 1 0 {time} {event.seq:010d} {message.code} {message.severity}"
    attributes = (f"{name}={_safe(value)}" for name, value in message.attributes if value)
    return (", ".join((f"{head} {message.text}", *attributes)),)


def _safe(value: str) -> str:
    """As ISE does it: a comma within a value gets a backslash, and so does a backslash."""
    return plain(value).replace("\\", "\\\\").replace(",", "\\,")
