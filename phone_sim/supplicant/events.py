"""What a phone notes about 802.1X on its port. Numbers are EAP's (RFC 3748), texts those of phone_sim.supplicant.pae."""

from __future__ import annotations

from journal import Event
from pki import DistinguishedName


class EapolStartSent(Event, frozen=True, kw_only=True):
    """The phone asked whether there is an authenticator."""

    attempt: int
    """From 1."""


class EapReceived(Event, frozen=True, kw_only=True):
    """An EAP packet that counts came from the switch port."""

    code: int
    identifier: int
    type: int = 0
    """Of a Request; 0 for Success and Failure, which have none."""


class EapResponseSent(Event, frozen=True, kw_only=True):
    """The phone answered a Request."""

    type: int
    identifier: int
    again: bool = False
    """The Request came a second time, and got the same answer."""


class EapMethodRefused(Event, frozen=True, kw_only=True):
    """The authentication server proposed a method that the phone does not use; it asks for EAP-TLS."""

    type: int


class EapDropped(Event, frozen=True, kw_only=True):
    """What came breaks EAP's rules and is not answered."""

    error: str


class EapTlsWaited(Event, frozen=True, kw_only=True):
    """The TLS handshake inside EAP wants the server's next octets: SSL_ERROR_WANT_READ."""


class EapTlsHandshakeDone(Event, frozen=True, kw_only=True):
    """TLS is up on the phone's side. It is no success: with TLS 1.3 the server may not have judged the certificate yet."""

    tls_version: str
    cipher: str


class PaeTimerSet(Event, frozen=True, kw_only=True):
    timer: str
    """`authWhile`, `heldWhile` or `startWhen`."""
    seconds: float


class PaeStateChanged(Event, frozen=True, kw_only=True):
    """One step of the supplicant's table."""

    event_name: str
    """`EV_FAILURE`."""
    state: str
    """`ST_AUTHENTICATING`."""
    next_state: str


class Dot1xSucceeded(Event, frozen=True, kw_only=True):
    """The port counts as authorised on the phone's side."""

    authenticator: bool
    """False where no authenticator answered the Starts, and the phone carries on without."""
    kind: str
    """The certificate that was presented, `LSC` or `MIC`; empty where the server asked for none."""
    issuer: DistinguishedName
    """CN of its issuer."""
    tls_version: str
    cipher: str


class Dot1xFailed(Event, frozen=True, kw_only=True):
    """EAP-Failure. `alert` is there only where one arrived: many a server refuses a phone without."""

    kind: str
    """The certificate that was presented, `LSC` or `MIC`; empty where the server asked for none."""
    issuer: DistinguishedName
    alert: int = -1
    """The TLS alert's description, -1 where there was none."""
    alert_direction: str = ""
    """`read`: the server refused the phone; `write`: the phone refused the server."""
    verify_code: int = -1
    """X509_V_ERR where the phone refused the server's certificate."""


class DeviceAuthenticationChanged(Event, frozen=True, kw_only=True):
    """A user switched 802.1X on or off in the phone's settings; it counts from the phone's next start."""

    enabled: bool
