"""What a phone notes about its VPN. Cookies never enter an event."""

from __future__ import annotations

from enum import StrEnum

from journal import Event
from pki import DistinguishedName
from wire.tunnel import TunnelEnd


class HostIdFault(StrEnum):
    """Why the phone refuses a gateway's certificate. Assumed: the reasons."""

    UNKNOWN_HASH = "no certificate of the gateway has a hash that the phone knows"
    OTHER_NAME = "the certificate names another host"
    WILDCARD = "the certificate names the host by a wildcard only"


class VpnFailure(StrEnum):
    """Why one gateway gave the phone no tunnel. Assumed: no list of the phone's own reasons is published."""

    UNRESOLVED = "host name not found"
    UNREACHABLE = "unreachable"
    TLS_REFUSED = "TLS refused"
    HOST_ID = "host ID check failed"
    COOKIE_MISSING = "cookie missing"
    """A 200 without the cookies that the phone requires."""
    LOGIN_REFUSED = "login refused"
    """401: the gateway got no certificate that it accepts."""
    FORBIDDEN = "forbidden"
    """403."""
    NOT_FOUND = "not found"
    """404: no tunnel group has this URL, or this is no VPN gateway."""
    REDIRECTED = "redirected"
    """Any 3xx, which the phone does not follow. Assumed."""
    UNAVAILABLE = "service unavailable"
    """503."""
    OTHER_STATUS = "unexpected status"
    MALFORMED = "malformed answer"
    CONNECTION_LOST = "connection lost"
    TIMED_OUT = "timed out"
    """failConnectTime passed."""


class VpnObstacle(StrEnum):
    """Why a phone that should build a tunnel does not try. Assumed: the reason."""

    PASSWORD = "the authentication method needs a password"


class VpnGroupStored(Event, frozen=True, kw_only=True):
    """The phone's file brought another VPN group than the phone had, and it is in flash now."""

    urls: tuple[str, ...]
    """Empty where the phone has no VPN any more, as the next."""
    cert_hashes: tuple[str, ...]
    """SHA-1, lower-case hex."""


class VpnSwitched(Event, frozen=True, kw_only=True):
    """The VPN was enabled or disabled in the phone's settings."""

    enabled: bool


class NetworkDetected(Event, frozen=True, kw_only=True):
    """Auto network detect: the phone's TFTP does not answer, so it is outside its network and starts its VPN."""

    address: str
    port: int


class VpnNotAttempted(Event, frozen=True, kw_only=True):
    """The VPN is on and the phone cannot try."""

    obstacle: VpnObstacle


class VpnAttempted(Event, frozen=True, kw_only=True):
    """The phone begins with a gateway. The screen shows `Attempting VPN Connection...`."""

    url: str
    number: int
    """Of `url1` to `url3`."""
    resumed: bool
    """With the cookie of a login before: CONNECT at once."""


class HostIdAccepted(Event, frozen=True, kw_only=True):
    """The gateway sent a certificate of the phone's file, and it has the right name where that is checked."""

    hash: str
    """SHA-1 of the certificate that matched, lower-case hex."""
    depth: int
    """Where in what the gateway sent it stood; 0 is its own certificate."""
    subject: DistinguishedName
    host: str
    """What the name was compared with; empty where enableHostIDCheck is off."""


class HostIdRefused(Event, frozen=True, kw_only=True):
    """The gateway's certificate is not the one of the phone's file: the phone sends it no HTTP."""

    fault: HostIdFault
    hashes: tuple[str, ...]
    """SHA-1 of each certificate that came, lower-case hex."""
    known: tuple[str, ...]
    """Those of the phone's file."""
    subject: DistinguishedName
    """Of the gateway's own certificate; empty where it sent none, or none that can be read."""
    host: str
    """Of the URL."""
    names: tuple[str, ...]
    """What the certificate calls its host."""


class VpnAnswerReceived(Event, frozen=True, kw_only=True):
    """The gateway answered a request of the login."""

    step: str
    """`GET`, `POST` or `CONNECT`."""
    status: int
    reason: str
    """The phrase beside the status, or X-Reason where there is one: for people only."""
    cookies: tuple[str, ...]
    """Names of the cookies that came."""


class VpnGatewayFailed(Event, frozen=True, kw_only=True):
    """One gateway gave no tunnel; the phone goes on to the next URL of its group."""

    url: str
    number: int
    failure: VpnFailure
    status: int
    """HTTP, 0 where there was no answer."""
    kind: str
    """The certificate that was offered, `LSC` or `MIC`; empty for none."""
    alert: int
    """The alert's description, -1 where there was none."""
    alert_direction: str
    fault: str
    """What was wrong with an answer that is malformed, one sentence; else empty."""


class VpnFailed(Event, frozen=True, kw_only=True):
    """No gateway of the group gave a tunnel in this round."""

    tried: int


class VpnConnected(Event, frozen=True, kw_only=True):
    """The tunnel is up."""

    url: str
    kind: str
    """The certificate in use, `LSC` or `MIC`; empty for none."""
    issuer: DistinguishedName
    """CN of its issuer."""
    resumed: bool
    address: str
    """The phone's own, inside the tunnel."""
    mtu: int
    """Octets."""
    dpd: int
    """Seconds, 0 for none, as the next."""
    keepalive: int
    tls_version: str
    cipher: str


class DpdSent(Event, frozen=True, kw_only=True):
    """No packet came for the DPD interval: the phone sent a DPD request."""


class DpdAnswered(Event, frozen=True, kw_only=True):
    """The gateway answered the DPD request."""


class VpnEnded(Event, frozen=True, kw_only=True):
    """The tunnel is down, and with it every connection inside."""

    how: TunnelEnd
    reason: int
    """First octet of the gateway's DISCONNECT; 0 where there was none."""
    text: str
    """The text of the DISCONNECT, or what was wrong with the gateway's octets, one sentence."""
    packets_dropped: int
    """IP packets that the gateway pushed, which this phone does nothing with."""
    keepalives_sent: int
    dpd_answered: int
    """Requests of the gateway's that the phone answered."""
