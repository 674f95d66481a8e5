"""What an event of a switch port, an authentication server, a VPN gateway or a phone's VPN says in the evidence."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from cucm_sim.vpn_management import VpnGroupAssigned, VpnGroupSaved
from edge_sim.authentication_server import events as radius
from edge_sim.authenticator import events as port
from edge_sim.texts.ise import FAILURE_TEXTS
from edge_sim.vpn_gateway import events as gateway
from journal import Event
from lab.base.texts import Part, Text, fault, text
from lab.case import cn
from phone_sim.supplicant import events as dot1x
from phone_sim.vpn import events as vpn
from wire.tls import verify_text


def _trusted(
    event: radius.AuthenticationServerStarted | gateway.VpnGatewayStarted | gateway.TrustpointsChanged,
) -> Part:
    if isinstance(event, radius.AuthenticationServerStarted):
        return tuple(map(cn, event.trusted)) or text("evidence.nothing")
    return tuple(cn(held.subject) for held in event.trusted) or text("evidence.nothing")


def _failed(event: radius.AuthenticationFailed) -> Text:
    reason = FAILURE_TEXTS.get(event.failure_code, event.failure_name)
    return text("evidence.authentication-failed", identity=event.identity, code=event.failure_code, reason=reason)


def _gateway_failed(event: vpn.VpnGatewayFailed) -> Text:
    return text("evidence.gateway-failed", url=event.url, failure=fault(event.failure))


def _host_id(event: vpn.HostIdRefused) -> Text:
    return text("evidence.host-id-refused", host=event.host, fault=fault(event.fault))


def _certificate(event: gateway.ClientCertificateRefused) -> Text:
    return text(
        "evidence.client-certificate-refused",
        code=event.verify_code,
        words=verify_text(event.verify_code) or text("explain.phrase.code-not-known"),
        depth=event.depth,
        subject=cn(event.subject),
        issuer=cn(event.issuer),
    )


EDGE_WORDS: dict[type[Event], Callable[[Any], Text]] = {
    # 802.1X
    dot1x.Dot1xFailed: lambda e: text("evidence.dot1x-failed"),
    dot1x.EapMethodRefused: lambda e: text("evidence.eap-method-refused", type=e.type),
    dot1x.DeviceAuthenticationChanged: lambda e: text("evidence.device-authentication", enabled=str(e.enabled)),
    radius.AuthenticationStarted: lambda e: text("evidence.authentication-started", identity=e.identity),
    radius.AuthenticationFailed: _failed,
    radius.AuthenticationServerStarted: lambda e: text("evidence.radius-started", trusted=_trusted(e)),
    radius.AuthenticationServerStopped: lambda e: text("evidence.radius-stopped"),
    radius.RequestsUnanswered: lambda e: text(
        "evidence.requests-unanswered", count=e.count, source=e.source or "?", reason=fault(e.reason)
    ),
    port.PortModeSet: lambda e: text("evidence.port-mode", port=e.port, mode=e.mode),
    port.PortUnauthorized: lambda e: text("evidence.port-unauthorized", port=e.port, why=e.why),
    port.RadiusServerDead: lambda e: text("evidence.radius-dead", server=e.server, tries=e.tries),
    port.RadiusAnswerRefused: lambda e: text("evidence.radius-answer-refused", error=e.error),
    # VPN
    vpn.VpnAttempted: lambda e: text("evidence.vpn-attempted", url=e.url),
    vpn.HostIdRefused: _host_id,
    vpn.VpnAnswerReceived: lambda e: text("evidence.vpn-answer", step=e.step, status=e.status),
    vpn.VpnGatewayFailed: _gateway_failed,
    vpn.VpnNotAttempted: lambda e: text("evidence.vpn-not-attempted"),
    vpn.VpnConnected: lambda e: text("evidence.vpn-connected", url=e.url, kind=e.kind or text("evidence.none")),
    vpn.VpnEnded: lambda e: text("evidence.vpn-ended", how=fault(e.how)),
    gateway.VpnGatewayStarted: lambda e: text("evidence.gateway-started", trusted=_trusted(e)),
    gateway.VpnGatewayStopped: lambda e: text("evidence.gateway-stopped"),
    gateway.TrustpointsChanged: lambda e: text("evidence.trustpoints", trusted=_trusted(e)),
    gateway.ClientCertificateRefused: _certificate,
    gateway.ClientCertificateMissing: lambda e: text("evidence.client-certificate-missing"),
    gateway.LoginRefused: lambda e: text("evidence.login-refused", reason=fault(e.reason)),
    gateway.TunnelRefused: lambda e: text("evidence.tunnel-refused", reason=fault(e.reason)),
    # the administrator
    VpnGroupSaved: lambda e: text("evidence.vpn-group-saved", group=e.group, urls=e.urls, hashes=e.cert_hashes),
    VpnGroupAssigned: lambda e: text(
        "evidence.vpn-group-assigned", device=e.device_name, group=e.group or text("evidence.none")
    ),
}
