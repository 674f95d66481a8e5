"""What keeps a phone from the network: its switch port or its VPN, in the few words of a table."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from edge_sim.authentication_server.events import AuthenticationFailed
from edge_sim.authentication_server.failure_reasons import FailureReason
from edge_sim.authenticator.events import PortAuthorized, PortUnauthorized, RadiusAnswerRefused, RadiusServerDead
from edge_sim.authenticator.table import PortState
from journal import Event
from phone_sim.boot import BootState, BootTrigger
from phone_sim.events import PhoneStarted, ServerUnreachable, StateChanged
from phone_sim.supplicant.events import Dot1xFailed, Dot1xSucceeded
from phone_sim.vpn.events import VpnEnded, VpnGatewayFailed, VpnNotAttempted
from wire.capture.frames import mac_of_device
from wire.eapol import dashed
from wire.tls import alert_text

__all__ = ["FORCE_UNAUTHORIZED", "EdgeObstacle", "Told", "failure_words", "obstacle", "port_of", "told_of"]

FORCE_UNAUTHORIZED = PortState.FORCE_UNAUTHORIZED.value
_THROUGH = frozenset({BootTrigger.PORT_AUTHORISED.value, BootTrigger.TUNNEL_UP.value})

Told = AuthenticationFailed | RadiusServerDead | RadiusAnswerRefused
"""What the network noted of a phone that it kept out."""


class EdgeObstacle(NamedTuple):
    """Why a phone did not get as far as its cluster."""

    seq: int
    kind: str
    """The certificate that it presented, `LSC` or `MIC`; empty for none."""
    issuer: str
    reason: str


def failure_words(name: str) -> str:
    """`unknown CA` of UNKNOWN_CA."""
    words = (word if word in ("CA", "CRL", "EAP", "SSL", "TLS") else word.lower() for word in name.split("_"))
    return " ".join(words).replace("EAP TLS", "EAP-TLS")


def told_of(conversations: Sequence[Event], failed: Dot1xFailed) -> Told | None:
    """Why this conversation failed; None where only the phone knows of it.

    Args:
        conversations: all events of the phone's EAP connection, which has one name for all conversations.
    """
    ends = (Dot1xFailed, Dot1xSucceeded)
    since = max((e.seq for e in conversations if isinstance(e, ends) and e.seq < failed.seq), default=0)
    told = [event for event in conversations if isinstance(event, Told) and since < event.seq < failed.seq]
    verdicts = [event for event in told if not _given_up(event)]
    return verdicts[-1] if verdicts else told[-1] if told else None


def _given_up(event: Told) -> bool:
    """A conversation that the phone left behind ends with its server only after a while, beside the next one."""
    return isinstance(event, AuthenticationFailed) and event.failure_code == FailureReason.SUPPLICANT_STOPPED_RESPONDING


def port_of(events: Sequence[Event], device: str, before: int) -> PortAuthorized | PortUnauthorized | None:
    """What the phone's switch port was at event `before`; None where it is plugged into none that the events tell of."""
    mac = mac_of_device(device)
    if mac is None:
        return None
    told = [e for e in events if isinstance(e, PortAuthorized | PortUnauthorized) and e.seq < before]
    mine = [event for event in told if event.mac == dashed(mac)]
    return mine[-1] if mine else None


def obstacle(events: Sequence[Event], device: str) -> EdgeObstacle | None:
    """The last that the phone met at its port or its gateway; None where it got through since, or never tried."""
    found: EdgeObstacle | None = None
    for event in events:
        if event.actor != device:
            continue
        if isinstance(event, PhoneStarted):
            found = None
        elif isinstance(event, Dot1xFailed):
            found = EdgeObstacle(event.seq, event.kind, event.issuer.label, _of_port(events, event))
        elif isinstance(event, VpnGatewayFailed):
            found = EdgeObstacle(event.seq, event.kind, "", f"VPN: {event.failure}")
        elif isinstance(event, VpnNotAttempted):
            found = EdgeObstacle(event.seq, "", "", f"VPN: {event.obstacle}")
        elif isinstance(event, VpnEnded):
            found = EdgeObstacle(event.seq, "", "", f"VPN: {event.how}")
        elif isinstance(event, ServerUnreachable) and isinstance(
            port := port_of(events, device, event.seq), PortUnauthorized
        ):
            found = EdgeObstacle(event.seq, "", "", f"802.1X: port unauthorized ({port.why})")
        elif isinstance(event, StateChanged):
            found = _after_step(event, found)
    return found


def _after_step(step: StateChanged, found: EdgeObstacle | None) -> EdgeObstacle | None:
    if step.next_state == BootState.AT_PORT.value and found is None:
        return EdgeObstacle(step.seq, "", "", "802.1X: not authorised yet")
    return None if step.trigger in _THROUGH else found


def _of_port(events: Sequence[Event], failed: Dot1xFailed) -> str:
    if failed.alert_direction == "write":
        return f"802.1X: the phone refused the server ({alert_text(failed.alert)})"
    told = told_of([event for event in events if event.connection == failed.connection], failed)
    if isinstance(told, AuthenticationFailed):
        return f"802.1X: {told.failure_code} {failure_words(told.failure_name)}"
    if isinstance(told, RadiusServerDead):
        return "802.1X: no RADIUS server answers"
    return "802.1X: EAP-Failure"
