"""What CAPF notes: one kind of event for each thing that can happen in a session."""

from __future__ import annotations

from journal import Event


class CapfSessionStarted(Event, frozen=True, kw_only=True):
    """TLS is up and CAPF asks the phone who it is."""

    session: int
    peer: str
    """The phone's IP address."""
    tls_version: str
    cipher: str


class CapfPhoneIdentified(Event, frozen=True, kw_only=True):
    """The phone named itself, and the device exists."""

    device: str
    version: int
    """Of the protocol, as the phone says: 2 or 3."""
    operation: str
    authentication_mode: str
    presented: str
    """`string`, `null string`, `certificate` or `nothing`: what came along with the name."""


class CapfDeviceUnknown(Event, frozen=True, kw_only=True):
    """The phone named a device that the cluster does not have."""

    device: str


class CapfNothingPending(Event, frozen=True, kw_only=True):
    """The device has No Pending Operation."""

    device: str


class CapfVersionUnsupported(Event, frozen=True, kw_only=True):
    """The phone speaks a version of the protocol from before 2."""

    device: str
    version: int


class OperationLate(Event, frozen=True, kw_only=True):
    """The phone came after Operation Completes By."""

    device: str
    completes_by: str
    """UTC, ISO 8601."""


class PhoneAuthenticated(Event, frozen=True, kw_only=True):
    """CAPF believes the phone."""

    device: str
    authentication_mode: str
    certificate_kind: str = ""
    """`LSC` or `MIC`; the fields from here on are empty where no certificate was asked for."""
    subject: str = ""
    issuer: str = ""
    serial_number: str = ""
    """Lower-case hex."""


class AuthenticationStringRefused(Event, frozen=True, kw_only=True):
    """The string is not the one that the administrator set."""

    device: str
    given: bool
    """False where the phone sent none or an empty one."""


class BearerRefused(Event, frozen=True, kw_only=True):
    """CAPF does not believe the bearer of this certificate."""

    device: str
    fault: str
    """A value of capf_sim.bearer.BearerFault."""
    certificate_kind: str
    """`LSC` or `MIC`, judged by the issuer; by the mode's precedence where there is nothing to judge."""
    verify_code: int = 0
    """X509_V_ERR of OpenSSL's path validation; 0 where that is not the fault."""
    depth: int = 0
    subject: str = ""
    issuer: str = ""
    serial_number: str = ""
    """Lower-case hex."""
    second_certificate: bool = False
    """Whether it is the one of the SUDI element."""


class KeyRequested(Event, frozen=True, kw_only=True):
    """CAPF asked for a key pair."""

    device: str
    key: str
    """`RSA 2048`."""


class KeyReceived(Event, frozen=True, kw_only=True):
    """The phone sent the public key that was asked for."""

    device: str
    key: str


class KeyNotReceived(Event, frozen=True, kw_only=True):
    """There is no usable key."""

    device: str
    key: str
    fault: str
    """A value of capf_sim.keys.KeyFault."""
    reason: int = -1
    """The phone's reason code; -1 where it gave none."""


class KeyOrderUnsupported(Event, frozen=True, kw_only=True):
    """EC Only, and the phone's version of the protocol is 3 or lower."""

    device: str
    version: int


class LscIssued(Event, frozen=True, kw_only=True):
    """The authority signed an LSC."""

    device: str
    serial_number: str
    """Lower-case hex."""
    subject: str
    issuer: str
    not_before: str
    """UTC, ISO 8601."""
    not_after: str
    key: str


class LscNotIssued(Event, frozen=True, kw_only=True):
    """The authority signed none."""

    device: str
    failure: str


class LscStored(Event, frozen=True, kw_only=True):
    """The phone says that it keeps the LSC."""

    device: str
    serial_number: str
    issuer: str


class LscNotStored(Event, frozen=True, kw_only=True):
    """The phone says that it does not keep the LSC."""

    device: str
    reason: int


class LscDeleted(Event, frozen=True, kw_only=True):
    """The phone says that it deleted its LSC."""

    device: str


class LscNotDeleted(Event, frozen=True, kw_only=True):
    """The phone deleted nothing; reason 7 means that there was nothing to delete."""

    device: str
    reason: int


class CertificateFetched(Event, frozen=True, kw_only=True):
    """The phone showed a certificate, as the CAPF log keeps it."""

    device: str
    certificate_kind: str
    """`LSC` or `MIC`."""
    subject: str
    issuer: str
    serial_number: str
    not_before: str
    not_after: str
    pem: str


class CertificateNotFetched(Event, frozen=True, kw_only=True):
    """The phone has no certificate of this kind to show."""

    device: str
    certificate_kind: str
    reason: int


class CapfMessageMalformed(Event, frozen=True, kw_only=True):
    """Bytes that are no CAPF message."""

    device: str
    """Empty before the phone has named itself."""
    state: str
    error: str


class CapfMessageOutOfOrder(Event, frozen=True, kw_only=True):
    """A message that does not belong here."""

    device: str
    state: str
    command: str
    fault: str
    """`command`, `session id` or `too many`."""


class CapfPeerSilent(Event, frozen=True, kw_only=True):
    """The answer was not there in time."""

    device: str
    state: str
    seconds: float


class CapfPeerLost(Event, frozen=True, kw_only=True):
    """The phone closed the connection, or it broke, in the middle of the session."""

    device: str
    state: str
    inside_message: bool


class OperationEnded(Event, frozen=True, kw_only=True):
    """Certificate Operation Status was set."""

    device: str
    operation: str
    status: str
    succeeded: bool


class CapfSessionEnded(Event, frozen=True, kw_only=True):
    """The session is over."""

    session: int
    device: str
    reason: int
    """Of END_SESSION; -1 where none was sent."""
