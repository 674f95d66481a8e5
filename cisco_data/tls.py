"""Which TLS versions each service speaks at which minimum version: one table for the services that run and for what-if.

Source: Cisco's Security Guide of release 15, chapter on TLS 1.3, for the ports of CUCM. Assumed: that releases before 15SU2 speak
TLS 1.3 too, until clusters of this lab have a release; and all that is said of the authentication server and the VPN gateway.
"""

from __future__ import annotations

from dataclasses import dataclass

VERSIONS = ("1.0", "1.1", "1.2", "1.3")
"""Oldest first, as `set tls min-version` takes them."""


@dataclass(frozen=True, slots=True)
class TlsPort:
    """What listens on one port."""

    name: str
    port: int
    lowest: str = "1.0"
    """The version below which it never goes, whatever the minimum is."""
    highest: str = "1.3"
    """The newest that it speaks; where the minimum is newer, it speaks that."""

    def versions(self, minimum: str) -> tuple[str, ...]:
        """The versions that it accepts. Raises ValueError for a version that is not in `VERSIONS`."""
        first = max(VERSIONS.index(minimum), VERSIONS.index(self.lowest))
        last = max(VERSIONS.index(self.highest), first)
        return VERSIONS[first : last + 1]


CALLMANAGER_SCCP = TlsPort("CallManager, SCCP", 2443)
CALLMANAGER_SIP = TlsPort("CallManager, SIP", 5061)
SIP_OAUTH = TlsPort("CallManager, SIP OAuth", 5090)
SIP_OAUTH_MRA = TlsPort("CallManager, SIP OAuth of remote phones", 5091)
CAPF = TlsPort("CAPF", 3804)
TVS = TlsPort("TVS", 2445)
TFTP_HTTPS = TlsPort("TFTP, HTTPS", 6971, lowest="1.2")
TFTP_HTTPS_CLIENTS = TlsPort("TFTP, HTTPS with certificates of clients", 6972, lowest="1.2")
TOMCAT = TlsPort("Tomcat", 8443)
TOMCAT_443 = TlsPort("Tomcat", 443)
TOMCAT_9443 = TlsPort("Tomcat", 9443, lowest="1.2")
PORTS = (
    *(CALLMANAGER_SCCP, CALLMANAGER_SIP, SIP_OAUTH, SIP_OAUTH_MRA, CAPF, TVS),
    *(TFTP_HTTPS, TFTP_HTTPS_CLIENTS, TOMCAT, TOMCAT_443, TOMCAT_9443),
)
"""Of CUCM."""

EAP_TLS = TlsPort("Authentication server, EAP-TLS", 1812)
"""Assumed: what FreeRADIUS 3.2 speaks. The port is RADIUS', which carries the handshake."""
VPN_GATEWAY = TlsPort("VPN gateway", 443, highest="1.2")
"""Assumed: the releases of ASA that phones with AnyConnect meet."""
