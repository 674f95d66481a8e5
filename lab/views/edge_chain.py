"""From a failure at a switch port or a VPN gateway across to what the network noted of it.

All EAP conversations of a phone have one connection name, so that only the nearest event before counts there.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from edge_sim.authentication_server.events import AuthenticationFailed, AuthenticationServerStarted
from edge_sim.vpn_gateway.events import (
    ClientCertificateRefused,
    LoginRefused,
    TrustpointsChanged,
    TunnelRefused,
    VpnGatewayStarted,
)
from journal import Event
from lab.views.edge import told_of
from lab.views.record import EDGE, Record
from phone_sim.events import SecureConnectionRefused
from phone_sim.supplicant.events import Dot1xFailed
from phone_sim.vpn.events import VpnAnswerReceived
from wire.tls import AlertSeen, CertificateVerified, HandshakeFailed


def across_edge(record: Record, event: Event) -> Iterator[Event]:
    """As `_chain._across`, for what the lab's edge has to do with."""
    here = record.on(event.connection)
    there = [other for other in here if other.actor != event.actor]
    match event:
        case Dot1xFailed():
            told = told_of(here, event)
            if told is not None:
                yield told
        case SecureConnectionRefused(service="VPN") | VpnAnswerReceived():
            kinds = ClientCertificateRefused | LoginRefused | TunnelRefused
            yield from (other for other in there if isinstance(other, kinds))
        case AlertSeen(direction="read") if event.connection.endswith(">802.1X"):
            yield from _nearest(there, event)
        case (
            AuthenticationFailed() | ClientCertificateRefused() | HandshakeFailed(side="server") | CertificateVerified()
        ) if event.actor.service in EDGE:
            read = _last_read(record, event.actor, event.seq)
            if read is not None:
                yield read


_Read = AuthenticationServerStarted | VpnGatewayStarted | TrustpointsChanged
"""Tells all that the server trusts from then on."""


def _last_read(record: Record, actor: str, before: int) -> Event | None:
    """What the server told last of its trust, before an event."""
    told = [event for event in record.of_actor(actor) if isinstance(event, _Read) and event.seq < before]
    return told[-1] if told else None


def _nearest(there: Sequence[Event], event: AlertSeen) -> Iterator[Event]:
    written = [other for other in there if isinstance(other, AlertSeen) and other.direction == "write"]
    before = [other for other in written if other.seq < event.seq and other.description == event.description]
    yield from before[-1:]
