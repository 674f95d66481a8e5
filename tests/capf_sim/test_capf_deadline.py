"""Operation Completes By: too late to begin, too late to go on, and too late to turn back."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
import trio

from capf_sim import CapfErrorCode, CapfIssuer
from capf_sim.table import TRANSITIONS, CapfState, CapfTrigger
from cisco_data import CertificateOperation
from phone_sim.capf_client import CapfEnding
from pki import KeySpec
from wire import capf

INSTALL, DELETE, FETCH = (
    CertificateOperation.INSTALL_UPGRADE,
    CertificateOperation.DELETE,
    CertificateOperation.TROUBLESHOOT,
)
WORDS = {INSTALL: "Upgrade", DELETE: "Delete", FETCH: "Troubleshoot"}
HELLO = capf.AuthResponse(1, 3, "SEP001122334455", password=b"")


def order(bench: Any, operation: CertificateOperation, seconds: float, **fields: Any) -> None:
    """An operation that completes by so many seconds from now."""
    by = bench.journal.clock.now() + timedelta(seconds=seconds)
    bench.order(operation, completes_by=by, rsa_key_size=1024, **fields)


def late(operation: CertificateOperation) -> str:
    return f"{WORDS[operation]} Failed: User Initiated Request Late/Timedout"


class SlowCa(CapfIssuer):
    """An authority that takes its time; `jump`: lab time passes meanwhile, and no timer knows."""

    def __init__(self, bench: Any, seconds: float = 0, jump: float = 0) -> None:
        super().__init__(bench.authority, bench.journal.clock)
        self._bench, self._seconds, self._jump = bench, seconds, jump

    async def issue(self, request: Any) -> Any:
        await trio.sleep(self._seconds)
        self._bench.journal.clock.advance(timedelta(seconds=self._jump))
        return await super().issue(request)


@pytest.mark.trio
@pytest.mark.parametrize("operation", WORDS, ids=lambda operation: operation.value)
async def test_a_phone_that_comes_after_the_deadline_is_late(
    bench: Any, autojump_clock: object, operation: CertificateOperation
) -> None:
    bench.phone.lsc = held = bench.lsc(bench.authority)
    order(bench, operation, 10)
    bench.journal.clock.advance(timedelta(seconds=11))
    assert (await bench.meet()).ending is CapfEnding.DECLINED
    assert bench.cluster.statuses == [late(operation)]
    assert bench.event("OperationEnded").error_code == CapfErrorCode.CAPF_OP_FAIL_LATE_REQUEST
    assert bench.phone.lsc is held


@pytest.mark.trio
@pytest.mark.parametrize("operation", WORDS, ids=lambda operation: operation.value)
async def test_a_phone_that_comes_a_second_before_the_deadline_is_in_time(
    bench: Any, autojump_clock: object, operation: CertificateOperation
) -> None:
    order(bench, operation, 10)
    bench.journal.clock.advance(timedelta(seconds=9))
    await bench.meet()
    assert bench.cluster.statuses == [f"{WORDS[operation]} Success"]


@pytest.mark.trio
async def test_an_operation_without_a_deadline_is_never_late(bench: Any, autojump_clock: object) -> None:
    bench.order(DELETE)
    bench.journal.clock.advance(timedelta(days=2000))
    await bench.meet()
    assert bench.cluster.statuses == ["Delete Success"]


@pytest.mark.trio
async def test_a_key_that_takes_too_long_ends_the_operation_at_the_deadline(bench: Any, autojump_clock: object) -> None:
    order(bench, INSTALL, 60)
    heard = await bench.script(HELLO, capf.RequestInProgress(1), silent=True)
    assert trio.current_time() == pytest.approx(60)
    assert heard[-1] == capf.EndSession(1, capf.Reason.DECLINED)
    timed_out = bench.event("OperationTimedOut")
    assert timed_out.state == "AWAIT KEYGEN RESP"
    assert bench.event("OperationEnded").cause == timed_out.seq
    assert bench.event("OperationEnded").error_code == CapfErrorCode.CAPF_OP_FAIL_OP_TIMED_OUT
    assert bench.cluster.statuses == [late(INSTALL)]


@pytest.mark.trio
async def test_a_silent_phone_is_silent_where_the_deadline_is_further_away(bench: Any, autojump_clock: object) -> None:
    order(bench, INSTALL, 20 * 60)
    await bench.script(HELLO, silent=True)
    assert trio.current_time() == pytest.approx(15 * 60)
    assert bench.cluster.statuses == ["Upgrade Failed: Key Generation Failed/Timeout"]


@pytest.mark.trio
@pytest.mark.parametrize("how", [{"seconds": 50}, {"jump": 3600}], ids=["waits", "lab time jumps"])
async def test_an_lsc_that_is_signed_after_the_deadline_is_not_handed_out(
    bench: Any, autojump_clock: object, how: dict[str, float]
) -> None:
    order(bench, INSTALL, 40)
    result = await bench.meet(bench.service(issuer=SlowCa(bench, **how)))
    assert (result.ending, result.lsc_installed) == (CapfEnding.DECLINED, False)
    assert trio.current_time() <= 40, "CAPF does not wait for what cannot be used"
    assert bench.event("OperationTimedOut").state == "AWAIT CA RESP"
    assert bench.cluster.statuses == [late(INSTALL)]
    assert bench.cluster.conclusions[0].installed is None


@pytest.mark.trio
async def test_an_authority_that_is_slow_and_in_time_signs(bench: Any, autojump_clock: object) -> None:
    order(bench, INSTALL, 40)
    assert (await bench.meet(bench.service(issuer=SlowCa(bench, seconds=30)))).lsc_installed
    assert bench.cluster.statuses == ["Upgrade Success"]


@pytest.mark.trio
async def test_a_slow_authority_is_not_reached_where_the_deadline_is_further_away(
    bench: Any, autojump_clock: object
) -> None:
    order(bench, INSTALL, 3600)
    await bench.meet(bench.service(issuer=SlowCa(bench, seconds=100)))
    assert bench.cluster.statuses == ["Upgrade Failed: CA Communication Failure"]


@pytest.mark.trio
async def test_lab_time_that_jumps_past_the_deadline_counts_at_the_next_message(
    bench: Any, autojump_clock: object
) -> None:
    order(bench, INSTALL, 60)

    async def jump() -> None:
        await trio.sleep(1)
        bench.journal.clock.advance(timedelta(hours=1))

    make_key = bench.phone.make_key

    async def slowly(spec: KeySpec) -> Any:
        await trio.sleep(2)
        return await make_key(spec)

    bench.phone.make_key = slowly
    async with trio.open_nursery() as nursery:
        nursery.start_soon(jump)
        assert not (await bench.meet()).lsc_installed
    assert bench.event("OperationTimedOut").state == "AWAIT KEYGEN RESP"
    assert bench.cluster.statuses == [late(INSTALL)]


@pytest.mark.trio
async def test_a_phone_that_is_silent_while_lab_time_passes_the_deadline_is_timed_out(
    bench: Any, autojump_clock: object
) -> None:
    order(bench, FETCH, 3600)

    async def jump() -> None:
        await trio.sleep(5)
        bench.journal.clock.advance(timedelta(hours=2))

    async with trio.open_nursery() as nursery:
        nursery.start_soon(jump)
        await bench.script(HELLO, silent=True)
    assert trio.current_time() == pytest.approx(30)
    assert bench.cluster.statuses == [late(FETCH)]


@pytest.mark.trio
@pytest.mark.parametrize("operation", [INSTALL, DELETE], ids=lambda operation: operation.value)
async def test_what_the_phone_has_done_already_counts_after_the_deadline(
    bench: Any, autojump_clock: object, operation: CertificateOperation
) -> None:
    """A phone that has stored or deleted has; a status that denies it would hide what is in its flash."""
    bench.phone.lsc = bench.lsc(bench.authority)
    order(bench, operation, 60)

    def takes_an_hour(work: Any) -> Any:
        def done(*given: Any) -> Any:
            bench.journal.clock.advance(timedelta(hours=1))
            return work(*given)

        return done

    bench.phone.store_lsc = takes_an_hour(bench.phone.store_lsc)
    bench.phone.delete_lsc = takes_an_hour(bench.phone.delete_lsc)
    result = await bench.meet()
    assert result.lsc_installed or result.lsc_deleted
    assert bench.cluster.statuses == [f"{WORDS[operation]} Success"]


@pytest.mark.trio
async def test_a_certificate_that_is_shown_after_the_deadline_is_too_late(bench: Any, autojump_clock: object) -> None:
    order(bench, FETCH, 20)
    heard = await bench.script(HELLO, silent=True)
    assert trio.current_time() == pytest.approx(20)
    assert heard[-1] == capf.EndSession(1, capf.Reason.DECLINED)
    assert bench.event("OperationTimedOut").state == "AWAIT FETCH LSC RESP"
    assert bench.cluster.statuses == [late(FETCH)]


@pytest.mark.trio
async def test_a_timed_out_operation_stays_pending_and_the_next_visit_is_late(
    bench: Any, autojump_clock: object
) -> None:
    order(bench, INSTALL, 60)
    await bench.script(HELLO, silent=True)
    await trio.sleep(1)
    assert (await bench.meet()).ending is CapfEnding.DECLINED
    codes = [event.error_code for event in bench.events if type(event).__name__ == "OperationEnded"]
    assert codes == [CapfErrorCode.CAPF_OP_FAIL_OP_TIMED_OUT, CapfErrorCode.CAPF_OP_FAIL_LATE_REQUEST]


def test_the_table_lets_the_deadline_end_whatever_has_changed_nothing_on_the_phone_yet() -> None:
    ended = {state for state, trigger in TRANSITIONS if trigger is CapfTrigger.TIMED_OUT}
    waiting = {state for state in CapfState if state.value.startswith("AWAIT")}
    assert waiting - ended == {
        CapfState.AWAIT_AUTH_RES,
        CapfState.AWAIT_STORE_CERT_RESP,
        CapfState.AWAIT_DELETE_CERT_RESP,
    }
