"""Which TLS versions each service speaks at which minimum version: one table for the services that run and for what-if.

Source: Cisco's Security Guide of release 15, chapter on TLS 1.3, for the ports of CUCM; `release_table` says which releases have
TLS 1.3 at all. Assumed: all that is said of the authentication server and the VPN gateway.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import IntEnum


class TlsVersion(IntEnum):
    """Protocol versions by their number on the wire; `str` gives OpenSSL's spelling."""

    TLSv1 = 0x0301
    TLSv1_1 = 0x0302
    TLSv1_2 = 0x0303
    TLSv1_3 = 0x0304

    def __str__(self) -> str:
        return self.name.replace("_", ".")

    @property
    def number(self) -> str:
        """`1.2`, as Cisco's pages and commands know it."""
        return f"1.{self - TlsVersion.TLSv1}"


VERSION_NAMED = {str(version): version for version in TlsVersion}
"""By OpenSSL's spelling: `TLSv1.2`."""
VERSION_NUMBERED = {version.number: version for version in TlsVersion}
"""By Cisco's: `1.2`."""


@dataclass(frozen=True, slots=True)
class TlsProfile:
    """One end's offer. Security level 0 is what makes TLS 1.0, SHA-1 and NULL suites possible at all in today's OpenSSL."""

    minimum: TlsVersion
    maximum: TlsVersion
    ciphers: tuple[str, ...] = ()
    """Suites for TLS 1.0 to 1.2 in OpenSSL's spelling, in order of preference; NULL ones must be named, no alias holds them."""
    ciphersuites: tuple[str, ...] = ("TLS_AES_256_GCM_SHA384", "TLS_AES_128_GCM_SHA256")
    """Suites for TLS 1.3."""
    security_level: int = 0

    @property
    def version_text(self) -> str:
        """The newest version offered, as a phone's console names it in `[TLSv1]`."""
        return str(self.maximum)

    @property
    def offered(self) -> str:
        """The colon list of a phone's console line."""
        suites = self.ciphers if self.minimum < TlsVersion.TLSv1_3 else ()
        if self.maximum >= TlsVersion.TLSv1_3:
            suites = (*self.ciphersuites, *suites)
        return ":".join(suites)


@dataclass(frozen=True, slots=True)
class TlsPort:
    """What listens on one port."""

    name: str
    port: int
    lowest: TlsVersion = TlsVersion.TLSv1
    """The version below which it never goes, whatever the minimum is."""
    highest: TlsVersion = TlsVersion.TLSv1_3
    """The newest that it speaks; where the minimum is newer, it speaks that."""

    def versions(self, minimum: TlsVersion, maximum: TlsVersion = TlsVersion.TLSv1_3) -> tuple[TlsVersion, TlsVersion]:
        """The oldest and the newest version that it speaks at this minimum version, in a release with this newest version."""
        lowest = max(minimum, self.lowest)
        return lowest, max(min(self.highest, maximum), lowest)

    def offer(self, minimum: TlsVersion, offer: TlsProfile, maximum: TlsVersion = TlsVersion.TLSv1_3) -> TlsProfile:
        """The same suites and level in the versions of `versions`."""
        lowest, highest = self.versions(minimum, maximum)
        return replace(offer, minimum=lowest, maximum=highest)


CALLMANAGER_SCCP = TlsPort("CallManager, SCCP", 2443)
CALLMANAGER_SIP = TlsPort("CallManager, SIP", 5061)
SIP_OAUTH = TlsPort("CallManager, SIP OAuth", 5090)
SIP_OAUTH_MRA = TlsPort("CallManager, SIP OAuth of remote phones", 5091)
CAPF = TlsPort("CAPF", 3804)
TVS = TlsPort("TVS", 2445)
TFTP_HTTPS = TlsPort("TFTP, HTTPS", 6971, lowest=TlsVersion.TLSv1_2)
TFTP_HTTPS_CLIENTS = TlsPort("TFTP, HTTPS with certificates of clients", 6972, lowest=TlsVersion.TLSv1_2)
TOMCAT = TlsPort("Tomcat", 8443)
TOMCAT_443 = TlsPort("Tomcat", 443)
TOMCAT_9443 = TlsPort("Tomcat", 9443, lowest=TlsVersion.TLSv1_2)
PORTS = (
    *(CALLMANAGER_SCCP, CALLMANAGER_SIP, SIP_OAUTH, SIP_OAUTH_MRA, CAPF, TVS),
    *(TFTP_HTTPS, TFTP_HTTPS_CLIENTS, TOMCAT, TOMCAT_443, TOMCAT_9443),
)
"""Of CUCM."""

EAP_TLS = TlsPort("Authentication server, EAP-TLS", 1812)
"""Assumed: what FreeRADIUS 3.2 speaks. The port is RADIUS', which carries the handshake."""
VPN_GATEWAY = TlsPort("VPN gateway", 443, highest=TlsVersion.TLSv1_2)
"""Assumed: the releases of ASA that phones with AnyConnect meet."""
