"""802.1X on a phone's console: the supplicant's events as the lines that a phone of each generation prints.

78xx and 88xx: seven lines of a real console are known, and have their texts; a line that it does not show carries `LAB` behind
its dash. Of 79xx nothing is published at all: every line there is assumed. Nothing is printed that did not happen.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final, NamedTuple

from journal import Event
from phone_sim.supplicant import events as dot1x
from phone_sim.supplicant.pae import PaeEvent, PaeState
from wire.eap import EapCode, EapType
from wire.tls import alert_text


class Dot1xLine(NamedTuple):
    severity: str
    """DEB, INF, NOT, WRN or ERR."""
    text: str
    """What follows the line's time and, on 78xx and 88xx, `PROCESS`."""
    published: bool
    """Whether a real console is known to print it; else it says LAB."""


Words = tuple[str, str, bool]
"""Severity, words, published."""

PROCESS: Final = "(349-349)"
"""Process and thread of PAE lines on 78xx and 88xx, with a dash between. Those of the published console; they mean nothing here."""

_TYPES: Final = {
    EapType.IDENTITY: "Identity",
    EapType.NOTIFICATION: "Notification",
    EapType.NAK: "Nak",
    EapType.MD5: "MD5",
    EapType.TLS: "TLS",
    EapType.FAST: "FAST",
}
"""`TLS` is published; the others follow it."""
_KNOWN_STEP: Final = (PaeState.AUTHENTICATING.value, PaeEvent.FAILURE.value, PaeState.HELD.value)
_CODES: Final = {EapCode.REQUEST: "Req", EapCode.SUCCESS: "Success", EapCode.FAILURE: "Failure"}


def _type(number: int) -> str:
    return _TYPES[EapType(number)] if number in set(EapType) else f"type {number}"


def _received(event: dot1x.EapReceived) -> Words:
    if event.code == EapCode.REQUEST:
        return "NOT", f"rcvd EAP-Req/{_type(event.type)} - id {event.identifier}", False
    return "NOT", f"rcvd EAP-{_CODES[EapCode(event.code)]}", event.code == EapCode.FAILURE


def _sent(event: dot1x.EapResponseSent) -> Words:
    again = " again" if event.again else ""
    published = event.type == EapType.TLS and not event.again
    return "NOT", f"send EAP-Resp/{_type(event.type)} - id {event.identifier}{again}", published


def _moved(event: dot1x.PaeStateChanged) -> Words:
    known = (event.state, event.event_name, event.next_state) == _KNOWN_STEP
    return "NOT", f"{event.event_name}, {event.state}->{event.next_state}", known


def _succeeded(event: dot1x.Dot1xSucceeded) -> Words:
    if not event.authenticator:
        return "NOT", "no authenticator, goes on without 802.1X", False
    with_what = f", {event.tls_version} {event.cipher}, cert [{event.kind}]" if event.tls_version else ""
    return "NOT", f"802.1X auth SUCCEEDED{with_what}", False


WORDS: Final[dict[type[Event], Callable[[Any], Words]]] = {
    dot1x.EapolStartSent: lambda e: ("NOT", f"send EAPOL-Start - {e.attempt}", False),
    dot1x.EapReceived: _received,
    dot1x.EapTlsWaited: lambda e: (
        "NOT",
        "Secure Connection Handshake in progress - status SSL_ERROR_WANT_READ.",
        True,
    ),
    dot1x.EapTlsHandshakeDone: lambda e: (
        "NOT",
        f"Secure Connection Handshake done, {e.tls_version} {e.cipher}",
        False,
    ),
    dot1x.EapResponseSent: _sent,
    dot1x.EapMethodRefused: lambda e: ("NOT", f"EAP {_type(e.type)} not wanted, asks for TLS", False),
    dot1x.EapDropped: lambda e: ("WRN", f"dropped: {e.error}", False),
    dot1x.PaeTimerSet: lambda e: ("NOT", f"{e.timer} timer set: {e.seconds:g} sec", e.timer != "startWhen"),
    dot1x.PaeStateChanged: _moved,
    dot1x.Dot1xSucceeded: _succeeded,
    dot1x.Dot1xFailed: lambda e: ("WRN", "802.1X auth FAILED", True),
    dot1x.DeviceAuthenticationChanged: lambda e: (
        "NOT",
        f"Device Authentication {'enabled' if e.enabled else 'disabled'}",
        False,
    ),
}


def line_88xx(event: Event) -> Dot1xLine | None:
    """On a 78xx or 88xx, behind time and PROCESS; None for an event that is none of the supplicant's."""
    rule = WORDS.get(type(event))
    if rule is None:
        return None
    severity, words, published = rule(event)
    return Dot1xLine(severity, f"PAE: -{'' if published else 'LAB: '}{words}", published)


def line_79xx(event: Event) -> Dot1xLine | None:
    """On a 79xx: SECD's layout, and not a word of it published; a failure names the alert, if one came."""
    rule = WORDS.get(type(event))
    if rule is None or isinstance(event, dot1x.EapTlsWaited | dot1x.PaeTimerSet):
        return None
    severity, words, _ = rule(event)
    if isinstance(event, dot1x.Dot1xFailed) and event.alert >= 0:
        words += f", SSL3 alert [{event.alert_direction}]:[{alert_text(event.alert)}]"
    return Dot1xLine(severity, f"SECD: -LAB: {words}", False)
