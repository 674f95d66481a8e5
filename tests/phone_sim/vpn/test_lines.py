"""Every VPN event has a line on the phone's console."""

from __future__ import annotations

import inspect
from typing import Any

import msgspec
import pytest

from journal import Event
from phone_sim.texts.vpn import VPN_LINES
from phone_sim.vpn import events as vpn
from wire.tls import AlertDescription
from wire.tunnel import TunnelEnd

KINDS = [
    kind
    for _, kind in inspect.getmembers(vpn, inspect.isclass)
    if issubclass(kind, Event) and kind.__module__ == vpn.__name__
]
SAMPLES: dict[str, Any] = {
    "failure": vpn.VpnFailure.TLS_REFUSED,
    "fault": "",
    "how": TunnelEnd.DISCONNECT,
    "obstacle": vpn.VpnObstacle.PASSWORD,
    "alert": int(AlertDescription.UNKNOWN_CA),
    "alert_direction": "read",
    "text": "maintenance",
}


def sample(kind: type[Event], /, **given: Any) -> Event:
    """An event whose every own field says something."""
    words = {"url": "https://vpn.example.com/x", "kind": "LSC", "address": "10.0.0.1"}
    values: dict[str, Any] = {}
    for field in msgspec.structs.fields(kind):
        if field.name in Event.__struct_fields__:
            continue
        by_type = {"str": words.get(field.name, field.name), "int": 7, "bool": True, "tuple[str, ...]": ("a", "b")}
        values[field.name] = SAMPLES.get(field.name, by_type.get(str(kind.__annotations__[field.name])))
    if kind is vpn.HostIdRefused:
        values["fault"] = vpn.HostIdFault.OTHER_NAME
    return kind(**{**values, **given})


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
def test_every_event_of_the_vpn_has_a_line(kind: type[Event]) -> None:
    severity, text = VPN_LINES[kind](sample(kind))
    assert severity in {"DEB", "INF", "NOT", "WRN", "ERR"}
    assert text.isprintable()
    assert "None" not in text


def test_nothing_else_is_in_the_table() -> None:
    assert set(VPN_LINES) == set(KINDS)


def test_a_tunnel_that_the_phone_ended_is_no_warning() -> None:
    assert VPN_LINES[vpn.VpnEnded](sample(vpn.VpnEnded, how=TunnelEnd.CLOSED_HERE))[0] == "NOT"
    assert VPN_LINES[vpn.VpnEnded](sample(vpn.VpnEnded, how=TunnelEnd.DEAD_PEER))[0] == "WRN"
