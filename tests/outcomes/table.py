"""What every story of the gallery comes to, as a table: each attempt of each phone at each service, and each rule of `explain`.

Rows are in the order of the events, phone by phone: which of two phones is first in the same instant is not told. Run this file to
write the table again: `python -m tests.outcomes.table`. A row changes only in a commit that says why.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby
from pathlib import Path

from capf_sim.events import OperationEnded
from cucm_sim.events import RegistrationRejected
from edge_sim.authentication_server.events import AuthenticationFailed, AuthenticationPassed
from edge_sim.vpn_gateway.events import LoginRefused
from journal import Event
from lab.play.runner import StoryResult, play
from lab.scenario import gallery
from phone_sim.events import (
    CertificateChosen,
    PhoneRegistered,
    SecureConnectionRefused,
    SecureConnectionUp,
    ServerUnreachable,
)
from phone_sim.vpn.events import HostIdRefused, VpnConnected, VpnGatewayFailed
from tests.explained import explain
from wire.tls import CertificateVerified, alert_text

FILE = Path(__file__).with_name("stories.txt")
HEADING = "phone | service | certificate | alert | verify code@depth | status"
RULES_HEADING = "phone | rule | still"


def table(result: StoryResult) -> str:
    """The block of one story."""
    lines = [f"[{result.scenario.name}]", HEADING]
    order = list(result.devices)
    by_phone = sorted(attempts(result), key=lambda row: order.index(row[0]) if row[0] in order else len(order))
    for row, alike in groupby(" | ".join(row) for row in by_phone):
        times = len(list(alike))
        lines.append(row if times == 1 else f"{row}, {times} times")
    lines.append(RULES_HEADING)
    names = {device: phone for phone, device in result.devices.items()}
    found = sorted(explain(result.events), key=lambda one: order.index(names[one.device]))
    lines += [f"{names[one.device]} | {one.rule} | {one.still}" for one in found]
    return "\n".join(lines)


def attempts(result: StoryResult) -> Iterator[tuple[str, ...]]:
    """One row for what became of each attempt, in the order of the events that tell so."""
    names = {device: phone for phone, device in result.devices.items()}
    chosen: dict[str, str] = {}
    fault: dict[str, str] = {}
    for event in result.events:
        if isinstance(event, CertificateChosen):
            chosen[event.connection], fault[event.connection] = event.kind, ""
        elif isinstance(event, CertificateVerified) and event.verify_code and not fault.get(event.connection):
            fault[event.connection] = f"{event.verify_code}@{event.depth}"
        found = _row(event, chosen.get(event.connection, ""), names)
        if found is not None:
            phone, service, kind, alert, verify, status = found
            yield phone, service, kind or "-", alert or "-", verify or fault.pop(event.connection, "") or "-", status


def _row(event: Event, kind: str, names: dict[str, str]) -> tuple[str, ...] | None:
    """Phone, service, certificate, alert, verify code, status."""
    match event:
        case SecureConnectionUp():
            return names[event.actor], event.service, kind, "", "", f"TLS up, {event.tls_version} {event.cipher}"
        case SecureConnectionRefused():
            return names[event.actor], event.service, event.kind, _alert(event), "", "TLS refused"
        case ServerUnreachable():
            return names[event.actor], event.service, kind, "", "", f"unreachable, errno {event.error}"
        case PhoneRegistered():
            return names[event.actor], "SCCP", event.kind, "", "", "registered"
        case RegistrationRejected():
            return names.get(event.device_name, "?"), "SCCP", kind, "", "", event.cause_name
        case OperationEnded():
            return names.get(event.device, "?"), "CAPF", "", "", "", event.status
        case AuthenticationPassed():
            return _identity(event.identity, names), "802.1X", kind, "", "", "passed"
        case AuthenticationFailed():
            verify = f"{event.verify_code}@{event.depth}" if event.verify_code > 0 else ""
            return _identity(event.identity, names), "802.1X", kind, _alert(event), verify, str(event.failure_code)
        case VpnConnected():
            return names[event.actor], "VPN", event.kind, "", "", "connected"
        case VpnGatewayFailed():
            return names[event.actor], "VPN", event.kind, _alert(event), "", f"{event.failure}, HTTP {event.status}"
        case HostIdRefused():
            return names[event.actor], "VPN", kind, "", "", str(event.fault)
        case LoginRefused():
            return "-", "VPN", kind, "", "", f"login refused: {event.reason}"
        case _:
            return None


def _alert(event: SecureConnectionRefused | AuthenticationFailed | VpnGatewayFailed) -> str:
    return f"{event.alert_direction} {alert_text(event.alert)}" if event.alert >= 0 else ""


def _identity(identity: str, names: dict[str, str]) -> str:
    return next((phone for device, phone in names.items() if device in identity), identity)


def whole() -> str:
    """The table of the whole gallery, played now."""
    return "\n\n".join(table(play(gallery.story(name))) for name in gallery.names()) + "\n"


if __name__ == "__main__":
    FILE.write_text(whole(), encoding="utf-8")
