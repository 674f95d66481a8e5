"""What the authentication server notes: its authentication log, and what it did not answer, counted."""

from __future__ import annotations

from enum import StrEnum

from journal import Event
from pki import DistinguishedName


class DropReason(StrEnum):
    """Why a datagram got no answer, or a conversation no end; assumed."""

    UNKNOWN_CLIENT = "unknown client"
    """No network device of that address; ISE is silent to it too."""
    MALFORMED = "malformed packet"
    NOT_A_REQUEST = "not an Access-Request"
    NO_MESSAGE_AUTHENTICATOR = "no Message-Authenticator"
    INVALID_MESSAGE_AUTHENTICATOR = "invalid Message-Authenticator"
    """Forged, or made with another secret: the two look the same."""
    UNKNOWN_STATE = "unknown State"
    """Answered with a reject, and counted with these: an unknown client can send any number of them."""
    NO_EAP = "no EAP"
    """Likewise."""
    SUPPLICANT_SILENT = "supplicant silent"
    """It told its identity and never answered the start of EAP-TLS."""
    TOO_MANY_SESSIONS = "too many sessions"
    """The oldest conversation made room for a new one."""


class AuthenticationServerStarted(Event, frozen=True, kw_only=True):
    """The server answers, with the trust it has just read."""

    address: str
    port: int
    minimum_tls_version: str
    maximum_tls_version: str
    check_crl: bool
    network_devices: tuple[str, ...]
    """Names of those that may ask."""
    trusted: tuple[DistinguishedName, ...]
    """Subjects of its trusted certificates, as of now and until the next start."""


class AuthenticationServerStopped(Event, frozen=True, kw_only=True):
    passed: int
    failed: int
    unanswered: int
    """Datagrams and conversations of every `DropReason`."""


class AuthenticationStarted(Event, frozen=True, kw_only=True):
    """An endpoint accepted EAP-TLS: its first TLS octets are here."""

    session: int
    """Counts the conversations of one run of the server."""
    identity: str
    """As the endpoint claims it, printable, of at most 253 characters."""
    calling_station_id: str
    """Its MAC address, as the network device tells it."""
    network_device: str
    nas_address: str
    nas_port: int
    """NAS-Port; -1 where the network device did not tell."""


class AuthenticationPassed(Event, frozen=True, kw_only=True):
    """Access-Accept: EAP-Success and both MPPE keys are on their way."""

    session: int
    identity: str
    calling_station_id: str
    network_device: str
    nas_address: str
    nas_port: int
    tls_version: str
    cipher: str
    certificate_subject: DistinguishedName
    certificate_issuer: DistinguishedName
    certificate_serial_number: str
    """Lower-case hex."""
    rounds: int
    """EAP-TLS packets from the endpoint."""


class AuthenticationFailed(Event, frozen=True, kw_only=True):
    """Access-Reject with EAP-Failure, or nobody there any more to be told."""

    session: int
    identity: str
    calling_station_id: str
    network_device: str
    nas_address: str
    nas_port: int
    failure_code: int
    """A FailureReason."""
    failure_name: str
    verify_code: int
    """X509_V_ERR, -1 where OpenSSL gave none."""
    depth: int
    alert: int
    """The alert's description, -1 where there was none."""
    alert_direction: str
    """`read`: the endpoint's; `write`: the server's; empty where there was none."""
    tls_version: str
    """Empty where no TLS was spoken."""
    certificate_subject: DistinguishedName
    """Of the certificate at that depth, or of the endpoint's where the path held; empty where none was seen."""
    certificate_issuer: DistinguishedName
    certificate_serial_number: str
    expected: str
    """Of a check of names, and of EAP methods; empty else."""
    received: str
    problem: str
    """Which rule of EAP-TLS the endpoint broke; empty else."""


class RequestsUnanswered(Event, frozen=True, kw_only=True):
    """A count that reached 1, 10, 100 and so on: a flood must not fill the journal."""

    reason: DropReason
    source: str
    """Address of the sender; empty where there were too many to tell apart."""
    count: int
    """Of this reason and source, since the start."""
