"""What CallManager and the administration note. Codes are in cause codes' numbers; names of enums travel beside them."""

from __future__ import annotations

from enum import StrEnum

from journal import Event
from pki import DistinguishedName


class ConnectionEnd(StrEnum):
    """How a phone's connection ended, seen from CallManager."""

    PEER_CLOSED = "peer closed"
    PEER_LOST = "peer lost"
    """A reset, a TLS alert or a bad record."""
    TLS_REFUSED = "TLS refused"
    REJECTED = "registration rejected"
    MALFORMED = "malformed message"
    OUT_OF_SEQUENCE = "message out of sequence"
    TOO_MANY_MESSAGES = "too many messages before a registration"
    NO_REGISTRATION = "no registration in time"
    KEEP_ALIVE_TIMEOUT = "keepalive timeout"
    UNREGISTERED = "device unregistered"
    RESET = "reset by the administrator"
    DUPLICATE = "registered again elsewhere"
    SERVICE_STOPPED = "service stopped"
    LAB_FAULT = "fault of the lab"
    """No end that CallManager has: a fault of the lab's own code, which `ConnectionFailed` describes."""


class CallManagerStarted(Event, frozen=True, kw_only=True):
    """The service listens, with the trust it has just read."""

    address: str
    port: int
    secure_port: int
    """0 where the cluster is not in mixed mode: the service does not listen there."""
    minimum_tls_version: str
    trusted: tuple[DistinguishedName, ...]
    """Subjects of CallManager-trust, as of now and until the next start."""
    serial_number: str = ""
    """Of CallManager.pem, which it presents until the next start: lower-case hex; empty in a journal from before it was noted."""
    release: str = ""
    """Of the cluster: `12.5SU3`; empty in a journal from before it was noted."""


class CallManagerStopped(Event, frozen=True, kw_only=True):
    pass


class TlsPeerRefused(Event, frozen=True, kw_only=True):
    """A TLS handshake on the secure port failed, so no message was ever exchanged."""

    cause_code: int
    """A CcmDevRegFailCauseCode: authenticationError, or connectivityError where it was no TLS or no peer any more."""
    cause_name: str
    verify_code: int
    """X509_V_ERR, -1 where OpenSSL gave none."""
    depth: int
    alert: int
    """The alert's description, -1 where there was none."""


class AlarmReceived(Event, frozen=True, kw_only=True):
    """A phone told why it was out of service."""

    severity: int
    last_out_of_service: int
    """The number in front of its text, -1 where there is none."""
    text: str


class RegisterReceived(Event, frozen=True, kw_only=True):
    device_name: str
    device_type: int
    station_address: str
    protocol_version: int = 0
    """Of SCCP: the highest that the phone speaks."""
    load_name: str


class DeviceRegistered(Event, frozen=True, kw_only=True):
    device_name: str
    model: str
    device_security_mode: str
    """`Non Secure`, `Authenticated` or `Encrypted`, in force at this registration."""
    protocol_version: int = 0
    """Of SCCP: the negotiated one."""
    load_name: str
    tls_version: str
    """Empty over plain TCP, like the next four."""
    cipher: str
    certificate_subject: DistinguishedName
    certificate_issuer: DistinguishedName
    certificate_serial_number: str
    """Lower-case hex."""


class RegistrationRejected(Event, frozen=True, kw_only=True):
    """CallManager refused a registration."""

    device_name: str
    """Empty where the message did not hold a name."""
    cause_code: int
    """A CcmDevRegFailCauseCode."""
    cause_name: str
    expected: str
    """What would have passed the check that failed, empty where that goes without saying."""
    received: str


class DeviceUnregistered(Event, frozen=True, kw_only=True):
    device_name: str
    cause_code: int
    """A CcmDevUnregCauseCode."""
    cause_name: str


class KeepAliveTimedOut(Event, frozen=True, kw_only=True):
    device_name: str
    silent_for: float
    """Seconds."""


class DeviceResetSent(Event, frozen=True, kw_only=True):
    device_name: str
    reset_type: str
    """`RESET`, `RESTART` or `APPLY_CONFIG`."""


class MalformedMessage(Event, frozen=True, kw_only=True):
    """A peer's bytes break the protocol; the connection is over."""

    fault: str
    looks_like: str
    """`TLS` or `text` where the first octets of the connection look like that, else empty."""


class MessageNotUnderstood(Event, frozen=True, kw_only=True):
    """A well-formed message that this CallManager does nothing with."""

    message: str
    octets: int
    """Of payload; 0 where it was decoded."""


class ConnectionClosed(Event, frozen=True, kw_only=True):
    """The last event of every connection."""

    reason: ConnectionEnd


class PhoneAdded(Event, frozen=True, kw_only=True):
    device_name: str
    model: str
    profile: str


class ProfileAssigned(Event, frozen=True, kw_only=True):
    """Saved; the phone learns of it when it is reset or its configuration is applied."""

    device_name: str
    profile: str
    device_security_mode: str
    takes_effect: str


class CapfSettingsChanged(Event, frozen=True, kw_only=True):
    """The phone's CAPF section was saved; an authentication string never enters the journal."""

    device_name: str
    certificate_operation: str
    authentication_mode: str


class ClusterModeChanged(Event, frozen=True, kw_only=True):
    cluster_security_mode: str
    """`NON_SECURE` or `MIXED`."""
    takes_effect: str


class TrustChanged(Event, frozen=True, kw_only=True):
    """A certificate was uploaded to a trust store or deleted from it."""

    store: str
    """`CallManager-trust` or `CAPF-trust`."""
    change: str
    """`uploaded`, `imported` in bulk, `deleted`, `copied` by CUCM itself, `disabled` or `enabled` with the default CA list, or
    `kept` where the store holds a newer certificate of that name."""
    subject: DistinguishedName
    serial_number: str
    takes_effect: str
    """The service that must be restarted before it reads the store again."""


class ServiceParameterChanged(Event, frozen=True, kw_only=True):
    parameter: str
    value: str
    takes_effect: str
