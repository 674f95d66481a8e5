"""What a phone's VPN events look like on its console.

No console line of a phone's VPN client is published, so all of these are assumed and go under `LAB` in either generation's console;
the table has the form of the one in `phone_sim.texts.console`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from journal import Event
from phone_sim.vpn import events as vpn
from wire.tls import alert_text
from wire.tunnel import TunnelEnd


def _failed(event: vpn.VpnGatewayFailed) -> tuple[str, str]:
    text = f"VPN gateway {event.number} <{event.url}>: {event.failure}"
    if event.status:
        text += f" [{event.status}]"
    if event.alert >= 0:
        text += f", alert [{event.alert_direction}]:[{alert_text(event.alert)}]"
    if event.kind:
        text += f", cert [{event.kind}]"
    return "ERR", text + (f": {event.fault}" if event.fault else "")


def _refused(event: vpn.HostIdRefused) -> tuple[str, str]:
    names = f" [{', '.join(event.names)}]" if event.names and event.fault is not vpn.HostIdFault.UNKNOWN_HASH else ""
    return "ERR", f"host ID check for <{event.host}> failed: {event.fault}{names}"


def _connected(event: vpn.VpnConnected) -> tuple[str, str]:
    again = " again" if event.resumed else ""
    kind = f", cert [{event.kind}]" if event.kind else ""
    return "NOT", f"VPN connected{again}, {event.tls_version} {event.cipher}{kind}, address {event.address}"


def _ended(event: vpn.VpnEnded) -> tuple[str, str]:
    here = event.how is TunnelEnd.CLOSED_HERE
    return "NOT" if here else "WRN", f"VPN tunnel over: {event.how}" + (f" [{event.text}]" if event.text else "")


VPN_LINES: dict[type[Event], Callable[[Any], tuple[str, str]]] = {
    vpn.VpnGroupStored: lambda e: ("INF", f"VPN group stored: {', '.join(e.urls)}" if e.urls else "VPN group removed"),
    vpn.VpnSwitched: lambda e: ("INF", f"VPN {'enabled' if e.enabled else 'disabled'} in the phone's settings"),
    vpn.NetworkDetected: lambda e: ("NOT", f"TFTP <{e.address}:{e.port}> does not answer: not at home, VPN starts"),
    vpn.VpnNotAttempted: lambda e: ("ERR", f"VPN not attempted: {e.obstacle}"),
    vpn.VpnAttempted: lambda e: (
        "NOT",
        f"Attempting VPN Connection... <{e.url}>" + (", with the cookie of before" if e.resumed else ""),
    ),
    vpn.HostIdAccepted: lambda e: (
        "NOT",
        f"host ID check passed: SHA-1 {e.hash} at depth {e.depth}" + (f", host {e.host}" if e.host else ""),
    ),
    vpn.HostIdRefused: _refused,
    vpn.VpnAnswerReceived: lambda e: ("DEB", f"VPN gateway answers {e.step}: {e.status} {e.reason}".rstrip()),
    vpn.VpnGatewayFailed: _failed,
    vpn.VpnFailed: lambda e: ("ERR", f"no VPN tunnel, {e.tried} gateway{'s' if e.tried != 1 else ''} tried"),
    vpn.VpnConnected: _connected,
    vpn.DpdSent: lambda e: ("DEB", "VPN gateway silent: DPD request sent"),
    vpn.DpdAnswered: lambda e: ("DEB", "VPN gateway answers DPD"),
    vpn.VpnEnded: _ended,
}
"""Severity and text by kind of event. Assumed: every text."""
