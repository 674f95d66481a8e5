"""What the edge servers say about packets: ISE's reason on the Access-Reject, the tunnel on the gateway's answer."""

from __future__ import annotations

from edge_sim.authentication_server.events import (
    AuthenticationFailed,
    AuthenticationPassed,
    AuthenticationServerStarted,
    AuthenticationStarted,
)
from edge_sim.texts.ise import FAILURE_TEXTS
from edge_sim.vpn_gateway.events import LoginRefused, TunnelEstablished, TunnelRefused, VpnGatewayStarted
from journal import Event
from phone_sim.vpn.events import HostIdRefused
from wire.capture import PcapngWriter, Where

EDGE_STORES = {"radius": "trusted certificates", "vpn": "trustpoints"}


class EdgeComments:
    """Call it with each event. RADIUS has no connections: what a server says next is what its event was about."""

    def __init__(self, writer: PcapngWriter) -> None:
        self._writer = writer
        self._servers: dict[str, tuple[str, int]] = {}

    def __call__(self, event: Event) -> None:
        match event:
            case AuthenticationServerStarted() | VpnGatewayStarted():
                self._servers[event.actor] = event.address, event.port
                self._writer.station(event.address, event.actor.cluster)
            case AuthenticationStarted():
                self._writer.station(event.nas_address, event.network_device)
            case AuthenticationPassed():
                self._datagram(
                    event, f"Access-Accept: {event.identity}, certificate of {event.certificate_subject.label}"
                )
            case AuthenticationFailed():
                reason = FAILURE_TEXTS.get(event.failure_code, event.failure_name)
                self._datagram(event, f"Access-Reject: {event.failure_code} {reason}")
            case TunnelEstablished():
                text = f"CONNECT accepted: {event.user} gets {event.assigned_address}"
                self._writer.comment(event.connection, text, Where.SERVER)
            case LoginRefused():
                self._writer.comment(event.connection, f"login refused: {event.reason}", Where.SERVER)
            case TunnelRefused():
                self._writer.comment(event.connection, f"CONNECT refused: {event.reason}", Where.SERVER)
            case HostIdRefused():
                self._writer.comment(event.connection, f"host ID check failed: {event.fault}", Where.CLIENT)

    def _datagram(self, event: Event, text: str) -> None:
        """A verdict after the phone fell silent is sent to no authenticator, and has no datagram."""
        server = self._servers.get(event.actor)
        gone = isinstance(event, AuthenticationFailed) and event.failure_name == "SUPPLICANT_STOPPED_RESPONDING"
        if server is not None and not gone:
            self._writer.comment_datagram(server, text)
