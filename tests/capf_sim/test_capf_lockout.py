"""Ten wrong authentication strings, ten minutes of waiting, and what ends or resets them."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
import trio
from hypothesis import given
from hypothesis import strategies as st

from capf_sim.wrong_strings import MAX_WRONG, WAIT, WrongStrings
from cisco_data import AuthenticationMode, CertificateOperation, CertificateStatus
from phone_sim.capf_client import CapfEnding

STRING, NULL = AuthenticationMode.BY_AUTHENTICATION_STRING, AuthenticationMode.BY_NULL_STRING
DELETE = CertificateOperation.DELETE
RIGHT, WRONG = "123456", "654321"
REFUSED = CertificateStatus.DELETE_INVALID_AUTHENTICATION_STRING.value
A_WAIT = WAIT.total_seconds()
START = datetime.fromisoformat("2026-11-01T12:00:00+00:00")


async def types(bench: Any, service: Any, *strings: str, **fields: Any) -> list[CapfEnding]:
    endings = []
    for string in strings:
        bench.order(DELETE, **{"authentication_mode": STRING, "authentication_string": RIGHT} | fields)
        bench.phone.authentication_string = string
        endings.append((await bench.meet(service)).ending)
    return endings


def of(bench: Any, kind: str) -> list[Any]:
    return [event for event in bench.events if type(event).__name__ == kind]


@pytest.mark.trio
async def test_ten_wrong_strings_shut_the_door_to_the_right_one_for_ten_minutes(
    bench: Any, autojump_clock: object
) -> None:
    service = bench.service()
    await types(bench, service, *[WRONG] * 10)
    assert [event.wrong for event in of(bench, "AuthenticationStringRefused")] == list(range(1, 11))
    tenth = of(bench, "AuthenticationStringRefused")[-1]
    assert not any(event.blocked_until for event in of(bench, "AuthenticationStringRefused")[:-1])
    assert datetime.fromisoformat(tenth.blocked_until) == tenth.at + timedelta(minutes=10)
    await trio.sleep(A_WAIT - 1)
    assert await types(bench, service, RIGHT) == [CapfEnding.DECLINED]
    blocked = bench.event("AuthenticationStringBlocked")
    assert (blocked.device, blocked.until) == (tenth.device, tenth.blocked_until)
    assert bench.cluster.statuses == [REFUSED] * 11
    await trio.sleep(2)
    assert await types(bench, service, RIGHT) == [CapfEnding.DONE]
    assert bench.cluster.statuses[-1] == "Delete Success"


@pytest.mark.trio
async def test_nine_wrong_strings_leave_the_tenth_free_and_a_right_one_resets_the_count(
    bench: Any, autojump_clock: object
) -> None:
    service = bench.service()
    endings = await types(bench, service, *[WRONG] * 9, RIGHT, *[WRONG] * 9, RIGHT)
    assert [ending for ending in endings if ending is CapfEnding.DONE] == [CapfEnding.DONE] * 2
    assert not of(bench, "AuthenticationStringBlocked")


@pytest.mark.trio
async def test_what_is_typed_during_the_wait_neither_prolongs_it_nor_counts(bench: Any, autojump_clock: object) -> None:
    service = bench.service()
    await types(bench, service, *[WRONG] * 10)
    for _ in range(5):
        await trio.sleep(100)
        await types(bench, service, WRONG)
    await trio.sleep(101)
    assert await types(bench, service, *[WRONG] * 9, RIGHT) == [*[CapfEnding.DECLINED] * 9, CapfEnding.DONE]


@pytest.mark.trio
async def test_the_wait_is_the_devices_own_and_of_this_mode_alone(bench: Any, autojump_clock: object) -> None:
    service = bench.service()
    await types(bench, service, *[WRONG] * 10)
    bench.phone.device_name = "SEPAABBCCDDEEFF"
    assert await types(bench, service, RIGHT, device_name="SEPAABBCCDDEEFF") == [CapfEnding.DONE]
    bench.phone.device_name = "SEP001122334455"
    assert await types(bench, service, "", authentication_mode=NULL) == [CapfEnding.DONE]
    assert await types(bench, service, RIGHT) == [CapfEnding.DECLINED]


@pytest.mark.trio
async def test_a_restart_of_capf_forgets_the_wrong_strings(bench: Any, autojump_clock: object) -> None:
    await types(bench, bench.service(), *[WRONG] * 10)
    assert await types(bench, bench.service(), RIGHT) == [CapfEnding.DONE]


@pytest.mark.trio
async def test_no_string_at_all_counts_too(bench: Any, autojump_clock: object) -> None:
    service = bench.service()
    await types(bench, service, *[""] * 10)
    assert not any(event.given for event in of(bench, "AuthenticationStringRefused"))
    assert await types(bench, service, RIGHT) == [CapfEnding.DECLINED]


@pytest.mark.trio
async def test_no_event_of_the_wait_tells_a_string(bench: Any, autojump_clock: object) -> None:
    service = bench.service()
    await types(bench, service, *[WRONG] * 10, RIGHT)
    assert of(bench, "AuthenticationStringBlocked")
    assert not [event for event in bench.events if RIGHT in repr(event) or WRONG in repr(event)]


@given(st.lists(st.tuples(st.sampled_from(["wrong", "right", "look"]), st.integers(0, 400)), max_size=60))
def test_a_device_is_blocked_exactly_in_the_wait_after_ten_wrong_in_a_row(tries: list[tuple[str, int]]) -> None:
    """Against the rule written the slow way: look back at all that was tried."""
    strings, at = WrongStrings(), START
    wrong_in_a_row, until = 0, START
    for what, seconds in tries:
        at += timedelta(seconds=seconds)
        blocked = strings.blocked_until("SEP1", at)
        assert blocked == (until if at < until else None)
        assert strings.blocked_until("SEP2", at) is None
        if blocked is not None:
            continue
        if what == "wrong":
            wrong_in_a_row += 1
            count, ends = strings.wrong("SEP1", at)
            assert count == wrong_in_a_row
            if wrong_in_a_row == MAX_WRONG:
                wrong_in_a_row, until = 0, at + WAIT
                assert ends == until
            else:
                assert ends is None
        elif what == "right":
            wrong_in_a_row = 0
            strings.right("SEP1")
