"""What a phone notes when it asks TVS."""

from __future__ import annotations

from enum import StrEnum

from journal import Event
from wire.tvs import RequestedCertificate


class TvsFailure(StrEnum):
    """Why a TVS server gave the phone no answer that counts. Assumed: the kinds."""

    NO_SERVER = "no server"
    """The configuration that the phone holds names none."""
    UNREACHABLE = "unreachable"
    TLS_REFUSED = "TLS refused"
    CLOSED = "closed"
    """The server ended the connection before its answer."""
    TIMED_OUT = "timed out"
    UNREADABLE = "unreadable"
    OTHER_CERTIFICATE = "other certificate"
    """The server answered with a certificate of another issuer or serial number than the phone had asked for."""


class TvsConsulted(Event, frozen=True, kw_only=True):
    """The phone's lists do not have a certificate, so it turned to TVS."""

    request: str
    """`CERT_VERIFICATION` or `QUERY_CERT`."""
    service: str
    """What the certificate is for: `HTTPS`, `CAPF`, `SCCP`, or the name of a file that it signed."""
    peer: str
    """Address and port of the server that showed it; empty for a signer."""
    requested: RequestedCertificate


class TvsCacheUsed(Event, frozen=True, kw_only=True):
    """An answer of before was still good, so no server was asked."""

    request: str
    requested: RequestedCertificate
    roles: tuple[int, ...]


class TvsCacheMissed(Event, frozen=True, kw_only=True):
    """The phone's cache had no answer."""

    request: str
    requested: RequestedCertificate


class TvsServerTried(Event, frozen=True, kw_only=True):
    """The phone began to connect to one of its TVS servers."""

    address: str
    port: int


class TvsServerConnected(Event, frozen=True, kw_only=True):
    """TLS with that server is up, and its certificate was accepted."""

    address: str
    port: int
    tls_version: str
    cipher: str


class TvsRequestSent(Event, frozen=True, kw_only=True):
    request: str
    session_id: int
    octets: int
    requested: RequestedCertificate


class TvsResponseReceived(Event, frozen=True, kw_only=True):
    request: str
    session_id: int
    octets: int
    status: int
    """0 valid, 1 invalid."""
    roles: tuple[int, ...]
    ttl: int
    """Seconds."""


class TvsAnswerCached(Event, frozen=True, kw_only=True):
    """The phone keeps the answer."""

    requested: RequestedCertificate
    seconds: int


class TvsServerFailed(Event, frozen=True, kw_only=True):
    """One TVS server gave no answer that counts; the phone goes on to the next."""

    address: str
    port: int
    failure: TvsFailure
    fault: str = ""
    """What was wrong with an unreadable answer, one sentence."""


class TvsUnavailable(Event, frozen=True, kw_only=True):
    """No TVS server gave an answer that counts: the certificate stays unknown to the phone."""

    failure: TvsFailure
    """Of the last server."""
    tried: int


class TvsCacheFlushed(Event, frozen=True, kw_only=True):
    """The phone forgot all answers of TVS, as it does when it takes another list."""

    answers: int
