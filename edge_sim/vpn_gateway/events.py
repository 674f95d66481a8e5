"""What the VPN gateway notes. Connection names carry addresses and ports; session cookies are never noted."""

from __future__ import annotations

from enum import StrEnum

import msgspec

from journal import Event
from pki import NO_NAME, DistinguishedName


class HeldName(msgspec.Struct, frozen=True):
    """The subject of one certificate in a trustpoint."""

    trustpoint: str
    """Its name."""
    subject: DistinguishedName


class LoginRefusal(StrEnum):
    """Why a login got no session. Assumed: the reasons."""

    NO_CERTIFICATE = "no certificate"
    NO_USER_NAME = "no user name in the certificate"
    UNKNOWN_GROUP = "unknown tunnel group"
    TOO_MANY_SESSIONS = "too many sessions"


class TunnelRefusal(StrEnum):
    """Why a CONNECT got no tunnel. Assumed: the reasons."""

    WRONG_TARGET = "wrong target"
    NO_COOKIE = "no cookie"
    UNKNOWN_COOKIE = "unknown cookie"
    """Guessed, expired, or of a session that was ended."""
    ANOTHER_USER = "another user's certificate"
    NO_ADDRESS = "no address"
    NO_LICENCE = "no licence for Cisco VPN Phone"


class RequestRefusal(StrEnum):
    """Why a connection ended without an answer to what was asked, or with an error. Assumed: the reasons."""

    NOT_HTTP = "not HTTP"
    TOO_LARGE = "too large"
    TOO_SLOW = "too slow"
    CUT_SHORT = "cut short"
    METHOD = "method not allowed"
    NOT_FOUND = "not found"
    BAD_XML = "malformed login document"
    TOO_MANY = "too many requests"


class SessionEnd(StrEnum):
    """Why a session ended. The first is from an ASA's sample line. Assumed: the others."""

    USER_REQUESTED = "User Requested"
    LOST = "Lost Service"
    REPLACED = "Replaced by a newer login"
    GATEWAY_STOPPED = "Gateway stopped"


class VpnGatewayStarted(Event, frozen=True, kw_only=True):
    """The gateway listens."""

    address: str
    port: int
    trusted: tuple[HeldName, ...]
    """Of all trustpoints."""
    tunnel_groups: tuple[str, ...]
    """`name: path of the group-url`."""


class VpnGatewayStopped(Event, frozen=True, kw_only=True):
    sessions: int
    """That ended with it."""


class TrustpointsChanged(Event, frozen=True, kw_only=True):
    """An administrator's operation; the next handshake is verified with these."""

    trusted: tuple[HeldName, ...]


class ClientCertificateValidated(Event, frozen=True, kw_only=True):
    """The client's chain leads to a trustpoint."""

    trustpoint: str
    subject: DistinguishedName
    issuer: DistinguishedName
    serial_number: str
    """Lower-case hex."""
    chain_length: int
    """Certificates that the client sent."""
    user: str
    """Its common name: what the tunnel group takes for a user name."""


class ClientCertificateRefused(Event, frozen=True, kw_only=True):
    """OpenSSL refused a certificate, and ended the handshake."""

    verify_code: int
    """X509_V_ERR."""
    depth: int
    """Of the certificate at fault; the next three describe that one."""
    subject: DistinguishedName
    issuer: DistinguishedName
    serial_number: str
    alert: int
    """That was sent; -1 for none."""


class ClientCertificateMissing(Event, frozen=True, kw_only=True):
    """The handshake succeeded and the client presented no certificate; the tunnel group decides what follows."""


class LoginSucceeded(Event, frozen=True, kw_only=True):
    """AnyConnect parent session started: the client has a cookie."""

    session: int
    group: str
    user: str
    address: str
    """The client's own."""
    client_type: str
    """Its User-Agent."""


class LoginRefused(Event, frozen=True, kw_only=True):
    reason: LoginRefusal
    path: str
    user: str = ""
    """Empty, as the next three, where there was no certificate."""
    subject: DistinguishedName = NO_NAME
    issuer: DistinguishedName = NO_NAME
    serial_number: str = ""


class TunnelEstablished(Event, frozen=True, kw_only=True):
    """CONNECT was answered with 200."""

    session: int
    group: str
    user: str
    address: str
    """The client's own."""
    assigned_address: str
    client_type: str
    hostname: str
    """X-CSTP-Hostname."""
    mtu: int
    reconnected: bool
    """The session had a tunnel before."""


class TunnelRefused(Event, frozen=True, kw_only=True):
    reason: TunnelRefusal
    status: int
    """Of the answer."""
    address: str
    group: str = ""
    """Empty, as the next, where the cookie belongs to no session."""
    user: str = ""
    client_type: str = ""


class TunnelClosed(Event, frozen=True, kw_only=True):
    """One tunnel of a session is over."""

    session: int
    group: str
    user: str
    address: str
    how: str
    """A value of wire.tunnel.TunnelEnd."""
    reason: int
    """Of the client's DISCONNECT."""
    text: str
    octets_received: int
    octets_sent: int
    packets_dropped: int
    """IP packets: this gateway routes none."""
    dpd_sent: int
    dpd_answered: int


class VpnSessionEnded(Event, frozen=True, kw_only=True):
    """The cookie is invalid from now on, and the address is free."""

    session: int
    group: str
    user: str
    address: str
    reason: SessionEnd
    seconds: float
    octets_received: int
    octets_sent: int


class VpnRequestRefused(Event, frozen=True, kw_only=True):
    """A request got an error, or none came in time."""

    reason: RequestRefusal
    method: str = ""
    path: str = ""
    error: str = ""
