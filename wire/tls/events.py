"""What OpenSSL did on a connection, as facts. Codes only; the renderer finds the words."""

from __future__ import annotations

from journal import Event
from pki import DistinguishedName


class ClientHelloSeen(Event, frozen=True, kw_only=True):
    """A server read a ClientHello."""

    versions: tuple[str, ...]
    """Offered versions, best first, in OpenSSL's spelling."""
    cipher_suites: tuple[int, ...]
    """Offered suites in the client's order, numbers of the IANA registry "TLS Cipher Suites"."""


class CertificateVerified(Event, frozen=True, kw_only=True):
    """One step of OpenSSL's path validation: one certificate at one depth, the root first."""

    verify_code: int
    """X509_V_ERR; 0 is X509_V_OK."""
    depth: int
    """0 is the peer's own certificate."""
    subject: DistinguishedName
    issuer: DistinguishedName
    """Both NO_NAME where no reader takes this certificate apart."""
    serial_number: str
    """Lower-case hex."""


class AlertSeen(Event, frozen=True, kw_only=True):
    """An alert went over the wire."""

    direction: str
    """`read`: the peer sent it; `write`: this side did."""
    level: int
    description: int


class HandshakeCompleted(Event, frozen=True, kw_only=True):
    """OpenSSL finished the handshake. A TLS 1.3 client gets here before the server has judged its certificate."""

    side: str
    """`client` or `server`."""
    version: str
    cipher: str


class HandshakeFailed(Event, frozen=True, kw_only=True):
    """There was no connection. `verify_code` and `alert` tell why; both are -1 where OpenSSL gave neither."""

    side: str
    reason: str
    """Assumed: the words. `verify`, `alert`, `not TLS`, `no common ground` (this side has nothing to offer), `closed by peer`, and
    from the connection's owner `timeout`, `reset` or `closed here`."""
    verify_code: int = -1
    depth: int = -1
    alert: int = -1
    alert_direction: str = ""


class TlsClosed(Event, frozen=True, kw_only=True):
    """A connection that had been established ended."""

    side: str
    reason: str
    """`close notify`, `eof` (the peer left without one), `alert`, `reset`, `bad record` or `closed here` (assumed)."""
    alert: int = -1
    alert_direction: str = ""
