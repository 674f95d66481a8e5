"""The VPN gateway of phones and AnyConnect clients, in an ASA's terms: trustpoints, tunnel groups, sessions."""

from edge_sim.vpn_gateway.service import PORT, VpnGateway
from edge_sim.vpn_gateway.settings import GATEWAY_TLS, GatewayLimits, GatewaySettings, TunnelGroup, gateway_tls
from edge_sim.vpn_gateway.trustpoints import Trustpoints, trustpoints_of

__all__ = [
    "GATEWAY_TLS",
    "PORT",
    "GatewayLimits",
    "GatewaySettings",
    "Trustpoints",
    "TunnelGroup",
    "VpnGateway",
    "gateway_tls",
    "trustpoints_of",
]
