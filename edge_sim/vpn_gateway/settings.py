"""How a VPN gateway is set up: its certificate, its trustpoints, its tunnel groups, its addresses and its limits."""

from __future__ import annotations

from dataclasses import dataclass, field

from cisco_data.tls import VPN_GATEWAY
from pki import Identity
from wire.tls import TlsProfile, TlsVersion


def gateway_tls(minimum: TlsVersion) -> TlsProfile:
    """What the gateway offers at this minimum version, with every suite; TLS 1.3 where that is the minimum."""
    return VPN_GATEWAY.offer(minimum, TlsProfile(TlsVersion.TLSv1, TlsVersion.TLSv1_3))


GATEWAY_TLS = gateway_tls(TlsVersion.TLSv1)
"""TLS 1.0 to 1.2 and every suite: the phones' VPN client has no 1.3."""


@dataclass(frozen=True, slots=True)
class TunnelGroup:
    """`tunnel-group NAME webvpn-attributes` with `authentication certificate`."""

    name: str
    path: str
    """Of the group-url: `/phones` in https://gateway/phones."""

    def __post_init__(self) -> None:
        """Raises ValueError for what no group-url can be."""
        if not self.path.startswith("/") or not self.path.isascii() or any(letter in self.path for letter in " ?#"):
            raise ValueError(f"{self.path!r} is not the path of a group-url: /phones is one")


@dataclass(frozen=True, slots=True)
class GatewayLimits:
    """What clients without a session can use up. Times in seconds. Assumed: all but the logins, an ASA's default."""

    connections: int = 10_000
    handshake: float = 10.0
    request: float = 10.0
    """For a whole request, and for the silence before it."""
    requests: int = 20
    """On one connection."""
    sessions: int = 1000
    logins_of_user: int = 3
    """vpn-simultaneous-logins: one more ends the oldest."""
    cookie: float = 300.0
    """A session without a tunnel is kept so long."""


@dataclass(frozen=True, slots=True)
class GatewaySettings:
    """Read when the gateway starts, but for the trustpoints, which change at once as an ASA's do."""

    identity: Identity
    tunnel_groups: tuple[TunnelGroup, ...]
    address_pool: tuple[str, ...]
    """IPv4 addresses for clients, given in this order. A phone of this lab connects from its address where that is loopback."""
    tls: TlsProfile = GATEWAY_TLS
    netmask: str = "255.255.255.0"
    mtu: int = 1290
    """Octets of a packet's payload at most."""
    dpd: int = 30
    """Seconds without a packet until a DPD request is sent; three times as many until the client counts as dead. Sent to it too."""
    keepalive: int = 60
    """Seconds, for the client."""
    phone_licence: bool = True
    """AnyConnect for Cisco VPN Phone is Enabled."""
    check_crl: bool = False
    server_name: str = "cucm-cert-lab"
    limits: GatewayLimits = field(default_factory=GatewayLimits)
