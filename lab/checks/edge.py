"""Checks at edge servers: authorised by 802.1X or not, a tunnel or none, and why."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from edge_sim.authentication_server import AuthenticationFailed, AuthenticationPassed
from edge_sim.vpn_gateway.events import ClientCertificateRefused, ClientCertificateValidated
from lab.checks.checking import CheckVerdict, Scene, compare
from lab.scenario import model as sc
from lab.views import phones as view
from phone_sim.events import SecureConnectionRefused
from phone_sim.supplicant.events import Dot1xFailed, Dot1xSucceeded
from phone_sim.vpn.events import HostIdFault, HostIdRefused, VpnConnected, VpnEnded, VpnFailure, VpnGatewayFailed

_FAULTS = {"hash": HostIdFault.UNKNOWN_HASH, "name": HostIdFault.OTHER_NAME, "wildcard": HostIdFault.WILDCARD}


def _mac(device: str) -> str:
    """As Calling-Station-Id has it."""
    digits = device.removeprefix("SEP")
    return "-".join(digits[at : at + 2] for at in range(0, 12, 2))


def _port_authorised(step: sc.PortAuthorised, scene: Scene) -> CheckVerdict:
    device = scene.device(step.phone)
    done = view.of(scene.recent(step.phone), device, Dot1xSucceeded)
    passed = [
        event
        for event in scene.recent(step.phone)
        if isinstance(event, AuthenticationPassed) and event.calling_station_id.upper() == _mac(device)
    ]
    if not done or not done[-1].authenticator or not passed:
        return CheckVerdict(False, f"802.1X did not let it in; {scene.state(step.phone)}")
    return compare(
        [
            ("certificate", step.certificate, done[-1].kind),
            ("issuer", scene.issuer(step.issuer), done[-1].issuer.label),
            ("TLS", step.tls, passed[-1].tls_version),
        ]
    )


def _port_refused(step: sc.PortRefused, scene: Scene) -> CheckVerdict:
    device = scene.device(step.phone)
    failed = view.of(scene.recent(step.phone), device, Dot1xFailed)
    told = [
        event
        for event in scene.recent(step.phone)
        if isinstance(event, AuthenticationFailed) and event.calling_station_id.upper() == _mac(device)
    ]
    if not failed or not told:
        return CheckVerdict(False, f"802.1X did not refuse it; {scene.state(step.phone)}")
    return compare(
        [
            ("certificate", step.certificate, failed[-1].kind),
            ("issuer", scene.issuer(step.issuer), failed[-1].issuer.label),
            ("failure code", step.failure_code, told[-1].failure_code),
            ("verify code", step.verify_code, told[-1].verify_code),
        ]
    )


def _vpn_up(step: sc.VpnUp, scene: Scene) -> CheckVerdict:
    device = scene.device(step.phone)
    connected = scene.lab.phones[step.phone].tunnel
    if connected is None or not view.of(scene.recent(step.phone), device, VpnConnected):
        ended = view.of(scene.recent(step.phone), device, VpnEnded)
        why = f"it ended ({ended[-1].how.value}); " if ended else ""
        return CheckVerdict(False, f"there is no tunnel; {why}{scene.state(step.phone)}")
    validated = [event for event in scene.recent(step.phone) if isinstance(event, ClientCertificateValidated)]
    if not any(device in event.subject.cn for event in validated):
        return CheckVerdict(False, "the gateway has not validated a certificate of this phone")
    return compare(
        [
            ("certificate", step.certificate, connected.kind),
            ("issuer", scene.issuer(step.issuer), connected.issuer.label),
        ]
    )


def _vpn_refused(step: sc.VpnRefused, scene: Scene) -> CheckVerdict:
    device = scene.device(step.phone)
    if scene.lab.phones[step.phone].tunnel is not None:
        return CheckVerdict(False, "its tunnel is up")
    failed = view.of(scene.recent(step.phone), device, VpnGatewayFailed)
    if not failed:
        return CheckVerdict(False, f"no gateway refused it; {scene.state(step.phone)}")
    last = failed[-1]
    refused = [
        event for event in view.of(scene.recent(step.phone), device, SecureConnectionRefused) if event.service == "VPN"
    ]
    judged = [
        event
        for event in scene.recent(step.phone)
        if isinstance(event, ClientCertificateRefused) and refused and event.connection == refused[-1].connection
    ]
    host_id = view.of(scene.recent(step.phone), device, HostIdRefused)
    code = judged[-1].verify_code if judged else -1
    return compare(
        [
            ("failure", VpnFailure(step.failure).value, last.failure.value),
            ("verify code", step.verify_code, code),
            (
                "fault",
                _FAULTS[step.fault].value if step.fault else None,
                host_id[-1].fault.value if host_id else "none",
            ),
        ]
    )


EDGE_CHECKS: dict[type[Any], Callable[[Any, Scene], CheckVerdict]] = {
    sc.PortAuthorised: _port_authorised,
    sc.PortRefused: _port_refused,
    sc.VpnUp: _vpn_up,
    sc.VpnRefused: _vpn_refused,
}
