"""The supplicant's events as console lines: those that a real phone prints, letter by letter, and assumed ones, which say so."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from journal import Event, event_types
from phone_sim.supplicant import events as dot1x
from phone_sim.texts.dot1x import PROCESS, line_79xx, line_88xx

Bench = Any
PUBLISHED = [
    "NOT PAE: -Secure Connection Handshake in progress - status SSL_ERROR_WANT_READ.",
    "NOT PAE: -send EAP-Resp/TLS - id {}",
    "NOT PAE: -authWhile timer set: 30 sec",
    "NOT PAE: -rcvd EAP-Failure",
    "NOT PAE: -EV_FAILURE, ST_AUTHENTICATING->ST_HELD",
    "WRN PAE: -802.1X auth FAILED",
    "NOT PAE: -heldWhile timer set: 60 sec",
]


@pytest.mark.trio
async def test_a_refused_phone_prints_the_published_lines_in_their_order(autojump_clock: object, bench: Bench) -> None:
    bench.port(bench.server())
    bench.phone("8841", lsc=bench.pki.lsc(bench.pki.other_capf))
    await bench.until(lambda: bench.of(dot1x.Dot1xFailed))
    lines = [line for line in map(line_88xx, bench.events) if line is not None]
    real = [f"{line.severity} {line.text}" for line in lines if line.published]
    identifier = next(event.identifier for event in bench.of(dot1x.EapResponseSent) if event.type == 13)
    first = real.index(PUBLISHED[0])
    wanted = [text.format(identifier) for text in PUBLISHED]
    assert real[first : first + 3] == wanted[:3]
    assert real[-4:] == wanted[3:]
    assert all(line.text.startswith("PAE: -LAB: ") for line in lines if not line.published)
    assert PROCESS == "(349-349)"


@pytest.mark.trio
async def test_an_old_phone_prints_nothing_that_claims_to_be_published(autojump_clock: object, bench: Bench) -> None:
    bench.port(bench.server())
    bench.phone("7965", lsc=bench.pki.lsc(bench.pki.other_capf))
    await bench.until(lambda: bench.of(dot1x.Dot1xFailed))
    lines = [line for line in map(line_79xx, bench.events) if line is not None]
    assert lines
    assert all(line.text.startswith("SECD: -LAB: ") and not line.published for line in lines)
    assert any("[read]:[unknown CA]" in line.text for line in lines)


def all_kinds() -> Iterator[type[Event]]:
    return (kind for kind in event_types() if kind.__module__ == dot1x.__name__)


def test_every_event_of_the_supplicant_has_a_line() -> None:
    from phone_sim.texts.dot1x import WORDS

    assert set(all_kinds()) == set(WORDS)


def test_other_events_have_none() -> None:
    from phone_sim.events import PhoneStopped

    assert line_88xx(PhoneStopped()) is None
    assert line_79xx(PhoneStopped()) is None


@pytest.mark.parametrize("number", [0, 4, 43, 254, 255])
def test_a_method_of_any_number_has_a_line(number: int) -> None:
    for event in (
        dot1x.EapMethodRefused(type=number),
        dot1x.EapReceived(code=1, identifier=1, type=number),
        dot1x.EapResponseSent(type=number, identifier=1),
    ):
        for line in (line_88xx(event), line_79xx(event)):
            assert line is not None
            assert "LAB" in line.text
