"""802.1X and VPN on a phone's console: PAE lines in their own layout, and VPN's among the others."""

from __future__ import annotations

import re
from datetime import UTC, datetime

import pytest

from journal import Event
from phone_sim.events import PhoneStarted
from phone_sim.supplicant.events import Dot1xFailed, PaeStateChanged, PaeTimerSet
from phone_sim.texts.console import SECD, SECUREAPP, Console
from phone_sim.texts.dot1x import WORDS
from phone_sim.texts.vpn import VPN_LINES
from phone_sim.vpn.events import VpnAttempted
from tests.lab.conftest import Play, console_lines
from tests.made_names import named

AT = datetime(2027, 2, 17, 11, 1, 27, 62462, tzinfo=UTC)
FAILED = Dot1xFailed(kind="LSC", issuer=named(CN="x"), at=AT)
HELD = PaeStateChanged(event_name="EV_FAILURE", state="ST_AUTHENTICATING", next_state="ST_HELD", at=AT)


def lines(model: str, *events: Event) -> list[str]:
    console = Console()
    console.lines(PhoneStarted(device_name="SEP1", model=model, load="x", at=AT))
    return [line for event in events for line in console.lines(event)]


def test_an_88xx_prints_the_lines_of_a_published_console() -> None:
    assert lines("8861", HELD, FAILED, PaeTimerSet(timer="heldWhile", seconds=60.0, at=AT)) == [
        "1002 NOT Feb 17 11:01:27.062462 (349-349) PAE: -EV_FAILURE, ST_AUTHENTICATING->ST_HELD",
        "1003 WRN Feb 17 11:01:27.062462 (349-349) PAE: -802.1X auth FAILED",
        "1004 NOT Feb 17 11:01:27.062462 (349-349) PAE: -heldWhile timer set: 60 sec",
    ]


def test_a_79xx_prints_lines_of_the_labs_own_only() -> None:
    (line,) = lines("7965", FAILED)
    assert re.fullmatch(r"1002 WRN 11:01:27\.062462 SECD: -LAB: 802\.1X auth FAILED", line)


@pytest.mark.parametrize(
    ("model", "layout"),
    [("7965", r"1002 NOT 11:01:27\.\d{6} SECD: -LAB: "), ("8861", r"1002 NOT Feb 17 \S+ \(711:853\) JAVA-LAB ")],
)
def test_vpn_lines_have_the_layout_of_their_generation(model: str, layout: str) -> None:
    (line,) = lines(model, VpnAttempted(url="https://a/b", number=1, resumed=False, at=AT))
    assert re.match(layout + r"Attempting VPN Connection\.\.\. <https://a/b>", line)


def test_each_kind_of_event_with_a_line_is_in_both_generations() -> None:
    for rules in (SECD, SECUREAPP):
        assert WORDS.keys() | VPN_LINES.keys() <= rules.keys()


def test_a_played_phone_says_why_its_port_is_shut(of_gallery: Play) -> None:
    printed = console_lines(of_gallery("dot1x-phone-distrusts-server"))
    assert any("PAE: -802.1X auth FAILED" in line for line in printed["strict"])
    assert not any("FAILED" in line for line in printed["careful"])
