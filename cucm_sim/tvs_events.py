"""What TVS notes."""

from __future__ import annotations

from enum import StrEnum

from journal import Event
from wire.tvs import RequestedCertificate


class TvsRefusal(StrEnum):
    """Why a connection ended without an answer that the phone could read. Assumed: the kinds."""

    TLS_REFUSED = "TLS refused"
    NO_REQUEST = "no request"
    """The phone closed the connection and had sent nothing."""
    CUT_SHORT = "cut short"
    """The phone closed it within a request."""
    TOO_SLOW = "too slow"
    MALFORMED = "malformed message"
    NO_QUESTION = "an answer instead of a request"
    PEER_LOST = "peer lost"
    """A reset, a TLS alert or a bad record."""


class TvsStarted(Event, frozen=True, kw_only=True):
    """TVS listens, and has read the certificates of the database."""

    address: str
    port: int
    minimum_tls_version: str
    serial_number: str
    """Of TVS.pem, which it presents until the next start: lower-case hex."""
    certificates: int
    """How many it answers with."""


class TvsStopped(Event, frozen=True, kw_only=True):
    """TVS listens no more."""


class TvsDatabaseCacheRead(Event, frozen=True, kw_only=True):
    """Change notification told TVS of another certificate, so it read those of that unit again."""

    unit: str
    """`CallManager`, `Phone-SAST-trust` and so on."""
    certificates: int
    """In its whole cache, after that."""


class TvsCtlCacheRead(Event, frozen=True, kw_only=True):
    """The node's CTLFile.tlv was another one than at the last look-up, so TVS read it again."""

    certificates: int


class TvsRequestReceived(Event, frozen=True, kw_only=True):
    """A phone asked something."""

    number: int
    """Of the connection, counted from the service's start."""
    request: str
    """`CERT_VERIFICATION` or `QUERY_CERT`."""
    session_id: int
    device_name: str
    requested: RequestedCertificate


class TvsCertificateLookedUp(Event, frozen=True, kw_only=True):
    """TVS looked for the certificate in its caches, the database's first, and answers by what it found."""

    number: int
    request: str
    requested: RequestedCertificate
    cache: str
    """`CertificateDBCache` or `CertificateCTLCache`; empty where it is in neither."""
    status: int
    """0 valid, 1 invalid."""
    roles: tuple[int, ...]


class TvsRequestRefused(Event, frozen=True, kw_only=True):
    """A connection ended without an answer."""

    reason: TvsRefusal
    fault: str = ""
    """What broke the protocol, one sentence."""
