"""What CAPF notes: one kind of event for each thing that can happen in a session; those of the work itself by import."""

from __future__ import annotations

from capf_sim.operation_events import CertificateFetched as CertificateFetched
from capf_sim.operation_events import CertificateNotFetched as CertificateNotFetched
from capf_sim.operation_events import KeyNotReceived as KeyNotReceived
from capf_sim.operation_events import KeyOrderUnsupported as KeyOrderUnsupported
from capf_sim.operation_events import KeyReceived as KeyReceived
from capf_sim.operation_events import KeyRequested as KeyRequested
from capf_sim.operation_events import LscDeleted as LscDeleted
from capf_sim.operation_events import LscIssued as LscIssued
from capf_sim.operation_events import LscNotDeleted as LscNotDeleted
from capf_sim.operation_events import LscNotIssued as LscNotIssued
from capf_sim.operation_events import LscNotStored as LscNotStored
from capf_sim.operation_events import LscStored as LscStored
from journal import Event
from pki import NO_NAME, DistinguishedName


class CapfStarted(Event, frozen=True, kw_only=True):
    """The CAPF service listens, with the trust it has just read."""

    address: str
    port: int
    trusted: tuple[DistinguishedName, ...]
    """Subjects of CAPF-trust, as of now and until the next start."""
    subject: DistinguishedName = NO_NAME
    """Of CAPF.pem, which it presents and signs with until the next start; empty in a journal from before it was noted."""
    serial_number: str = ""
    """Of the same, lower-case hex."""
    minimum_tls_version: str = ""


class CapfStopped(Event, frozen=True, kw_only=True):
    """The CAPF service listens no more."""


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


class OperationTimedOut(Event, frozen=True, kw_only=True):
    """Operation Completes By passed while the operation was under way."""

    device: str
    state: str
    completes_by: str
    """UTC, ISO 8601."""


class PhoneAuthenticated(Event, frozen=True, kw_only=True):
    """CAPF believes the phone."""

    device: str
    authentication_mode: str
    certificate_kind: str = ""
    """`LSC` or `MIC`; the fields from here on are empty where no certificate was asked for."""
    subject: DistinguishedName = NO_NAME
    issuer: DistinguishedName = NO_NAME
    serial_number: str = ""
    """Lower-case hex."""
    not_before: str = ""
    """UTC, ISO 8601."""
    not_after: str = ""


class AuthenticationStringRefused(Event, frozen=True, kw_only=True):
    """The string is not the one that the administrator set."""

    device: str
    given: bool
    """False where the phone sent none or an empty one."""
    wrong: int = 1
    """Wrong strings of this device in a row, this one included."""
    blocked_until: str = ""
    """UTC, ISO 8601, where this was the last that was allowed; empty where another may be typed at once."""


class AuthenticationStringBlocked(Event, frozen=True, kw_only=True):
    """There were too many wrong strings, so that this one was refused without being looked at."""

    device: str
    until: str
    """UTC, ISO 8601: from then on a string is looked at again."""


class ProofOfPossessionRefused(Event, frozen=True, kw_only=True):
    """CAPF does not accept that the device holds this certificate's key, or does not trust the certificate."""

    device: str
    fault: str
    """A value of capf_sim.proof_of_possession.ProofOfPossessionFault."""
    certificate_kind: str
    """`LSC` or `MIC`, judged by the issuer; by the mode's precedence where there is nothing to judge."""
    verify_code: int = 0
    """X509_V_ERR of OpenSSL's path validation; 0 where that is not the fault."""
    depth: int = 0
    subject: DistinguishedName = NO_NAME
    issuer: DistinguishedName = NO_NAME
    serial_number: str = ""
    """Lower-case hex."""
    not_before: str = ""
    """UTC, ISO 8601."""
    not_after: str = ""
    second_certificate: bool = False
    """Whether it is the one of the SUDI element."""


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
    error_code: int = -1
    """Of capf_sim.error_codes.CapfErrorCode; -1 in a journal from before it was noted."""


class CapfStateChanged(Event, frozen=True, kw_only=True):
    """The session made a step of its table; the last event of that step."""

    device: str
    """Empty before the phone has named itself."""
    state: str
    trigger: str
    reply: str
    """What CAPF sends; `-` for nothing."""
    next_state: str


class CapfSessionEnded(Event, frozen=True, kw_only=True):
    """The session is over."""

    session: int
    device: str
    reason: int
    """Of END_SESSION; -1 where none was sent."""
