"""Rows of edge servers: the switch port with its authentication server, and the VPN gateway."""

from __future__ import annotations

from cucm_sim.vpn_management import VpnGroupAssigned, VpnGroupSaved
from edge_sim.authentication_server import events as radius
from edge_sim.authenticator import events as port
from edge_sim.authenticator.table import PortEvent
from edge_sim.trust_events import EdgeTrustChanged
from edge_sim.vpn_gateway import events as gateway
from journal import Event
from lab.report.facts import DiagramFacts
from lab.report.names import cn
from lab.report.rows import Part, Row, Shape, Term, Tone
from lab.report.ruling import Rule, from_switch, note, to_switch
from lab.views.edge import failure_words
from phone_sim.supplicant import events as dot1x
from phone_sim.vpn import events as vpn
from wire.tunnel import TunnelEnd

GOOD, BAD, PLAIN = Tone.GOOD, Tone.BAD, Tone.PLAIN
_REFUSALS = frozenset({PortEvent.REJECT.value, PortEvent.SERVER_DEAD.value, PortEvent.FORCE_UNAUTHORIZED.value})


def _authentication_failed(event: radius.AuthenticationFailed, facts: DiagramFacts) -> Row | None:
    parts: dict[str, Part] = {"code": event.failure_code, "reason": failure_words(event.failure_name)}
    return facts.to_switch(event, "report.message.access-reject", BAD, parts)


def _unauthorized(event: port.PortUnauthorized, facts: DiagramFacts) -> Row | None:
    tone = BAD if event.why in _REFUSALS else PLAIN
    return facts.note(event, "report.note.port-unauthorized", tone, {"port": event.port, "why": event.why})


def _server_dead(event: port.RadiusServerDead, facts: DiagramFacts) -> Row | None:
    switch, server = facts.lanes.of_actor(event.actor), facts.lanes.at(event.server.rpartition(":")[0], "RADIUS")
    parts: dict[str, Part] = {"server": event.server, "tries": event.tries}
    if switch is None or server is None:
        return facts.note(event, "report.note.radius-dead", BAD, parts)
    return Row(Shape.MESSAGE, switch, server, "report.message.radius-dead", parts, BAD, event.at, event.seq)


def _held(event: dot1x.PaeTimerSet, facts: DiagramFacts) -> Row | None:
    """After a failure; the other timers tell of nothing that the arrows do not."""
    if event.timer != "heldWhile":
        return None
    return facts.note(event, "report.note.held", PLAIN, {"seconds": f"{event.seconds:g}"}, ends_try=True)


def _succeeded(event: dot1x.Dot1xSucceeded, facts: DiagramFacts) -> Row | None:
    if not event.authenticator:
        return facts.note(event, "report.note.no-authenticator", PLAIN, {})
    return facts.from_switch(event, "report.message.eap-success", GOOD, {})


def _trust(event: EdgeTrustChanged, facts: DiagramFacts) -> Row | None:
    away = event.change == "distrusted"
    key = "report.note.server-distrusts" if away else "report.note.server-trusts"
    return facts.note(event, key, PLAIN, {"subject": cn(event.subject), "server": event.server})


def _host_id(event: vpn.HostIdAccepted, facts: DiagramFacts) -> Row | None:
    key = "report.note.host-id-and-name" if event.host else "report.note.host-id"
    return facts.note(event, key, GOOD, {"subject": cn(event.subject), "host": event.host})


def _connected(event: vpn.VpnConnected, facts: DiagramFacts) -> Row | None:
    kind: Part = event.kind or Term("report.none")
    return facts.band(event, "report.band.tunnel-up", GOOD, {"address": event.address, "kind": kind})


def _ended(event: vpn.VpnEnded, facts: DiagramFacts) -> Row | None:
    tone = PLAIN if event.how is TunnelEnd.CLOSED_HERE else BAD
    return facts.note(event, "report.note.tunnel-down", tone, {"how": event.how.value})


def _answer(event: vpn.VpnAnswerReceived, facts: DiagramFacts) -> Row | None:
    tone = BAD if event.status >= 300 else PLAIN
    return facts.answered(event, "report.message.vpn-answer", tone, {"step": event.step, "status": event.status})


def _group_assigned(event: VpnGroupAssigned, facts: DiagramFacts) -> Row | None:
    group: Part = event.group or Term("report.none")
    return facts.note(event, "report.note.vpn-group-assigned", PLAIN, {"group": group})


EDGE_RULES: dict[type[Event], Rule] = {
    # The phone at its port
    dot1x.EapolStartSent: to_switch("report.message.eapol-start"),
    dot1x.PaeTimerSet: _held,
    dot1x.Dot1xSucceeded: _succeeded,
    dot1x.Dot1xFailed: from_switch("report.message.eap-failure", BAD),
    dot1x.DeviceAuthenticationChanged: note(
        "report.note.device-authentication", enabled=lambda e: "enabled" if e.enabled else "disabled"
    ),
    # The switch
    port.IdentityReceived: to_switch("report.message.eap-identity", identity="identity"),
    port.PortModeSet: note("report.note.port-mode", port="port", mode="mode"),
    port.PortAuthorized: note("report.note.port-authorized", GOOD, port="port", why="why"),
    port.PortUnauthorized: _unauthorized,
    port.RadiusServerDead: _server_dead,
    port.RadiusAnswerRefused: note("report.note.radius-answer-refused", BAD, error="error"),
    # The authentication server
    radius.AuthenticationStarted: from_switch("report.message.access-request", identity="identity"),
    radius.AuthenticationPassed: to_switch("report.message.access-accept", GOOD),
    radius.AuthenticationFailed: _authentication_failed,
    radius.RequestsUnanswered: note(
        "report.note.requests-unanswered", BAD, count="count", reason=lambda e: e.reason.value
    ),
    radius.AuthenticationServerStarted: note("report.note.radius-started"),
    radius.AuthenticationServerStopped: note("report.note.radius-stopped"),
    # The phone and its gateway
    vpn.NetworkDetected: note("report.note.not-at-home"),
    vpn.VpnGroupStored: note("report.note.vpn-group-stored", urls=lambda e: ", ".join(e.urls) or Term("report.none")),
    vpn.VpnSwitched: note("report.note.vpn-switched", enabled=lambda e: "enabled" if e.enabled else "disabled"),
    vpn.VpnNotAttempted: note("report.note.vpn-not-attempted", BAD, obstacle=lambda e: e.obstacle.value),
    vpn.VpnAttempted: note("report.note.vpn-attempted", url="url"),
    vpn.HostIdAccepted: _host_id,
    vpn.HostIdRefused: note("report.note.host-id-refused", BAD, fault=lambda e: e.fault.value),
    vpn.VpnAnswerReceived: _answer,
    vpn.VpnConnected: _connected,
    vpn.VpnGatewayFailed: note("report.note.no-tunnel", BAD, failure=lambda e: e.failure.value),
    vpn.VpnEnded: _ended,
    # The gateway
    gateway.VpnGatewayStarted: note("report.note.gateway-started"),
    gateway.VpnGatewayStopped: note("report.note.gateway-stopped"),
    gateway.ClientCertificateMissing: note("report.note.no-client-certificate"),
    gateway.LoginRefused: note("report.note.login-refused", BAD, reason=lambda e: e.reason.value),
    gateway.TunnelRefused: note("report.note.tunnel-refused", BAD, reason=lambda e: e.reason.value),
    gateway.VpnRequestRefused: note("report.note.request-refused", BAD, reason=lambda e: e.reason.value),
    # The administrator
    EdgeTrustChanged: _trust,
    VpnGroupSaved: note("report.note.vpn-group-saved", group="group", urls=lambda e: ", ".join(e.urls)),
    VpnGroupAssigned: _group_assigned,
}
"""Merged into `lab.report.rules`."""
