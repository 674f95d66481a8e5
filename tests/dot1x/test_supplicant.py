"""The phone's supplicant in front of a switch that the test plays: its answers, its timers, and what it does not believe."""

from __future__ import annotations

from typing import Any

import pytest
import trio
import trio.testing
from hypothesis import given, settings
from hypothesis import strategies as st

from journal import Clock
from phone_sim.events import CertificateChosen
from phone_sim.supplicant.conversation import DROPPED_NOTED, MAX_REQUESTS
from phone_sim.supplicant.events import (
    Dot1xFailed,
    Dot1xSucceeded,
    EapDropped,
    EapMethodRefused,
    EapolStartSent,
    EapReceived,
    EapResponseSent,
    PaeStateChanged,
    PaeTimerSet,
)
from phone_sim.supplicant.pae import PaeState
from tests.dot1x.conftest import NOW, PHONE_MAC, SWITCH_MAC, Bench, Pki, heard, request, say
from wire.cable import Link
from wire.eap import Eap, EapCode, EapTlsOutcome, EapTlsServer, EapType
from wire.eapol import ETHERTYPE, PAE_GROUP, EapolType
from wire.ethernet import Frame, push_frame
from wire.tls import HandshakeFailed, ServerContext, TlsEngine, TlsProfile, TlsVersion

pytestmark = pytest.mark.trio
IDENTITY, NOTIFICATION, MD5, TLS, EXPANDED = EapType.IDENTITY, EapType.NOTIFICATION, EapType.MD5, EapType.TLS, 254
SUCCESS, FAILURE = EapCode.SUCCESS, EapCode.FAILURE
START_TLS = b"\x20"


async def answer(link: Link) -> Eap:
    """The next EAP packet of the phone, Starts aside."""
    while not isinstance(said := await heard(link), Eap):
        assert said is EapolType.START
    return said


async def asked(bench: Bench, link: Link, identifier: int = 1) -> None:
    """The phone is in ACQUIRED: it was asked for its identity and gave it."""
    say(link, request(identifier, IDENTITY))
    said = await answer(link)
    assert (said.code, said.identifier, said.type) == (EapCode.RESPONSE, identifier, IDENTITY)


async def test_the_identity_is_the_name_in_the_phone_s_certificate(autojump_clock: object, bench: Bench) -> None:
    bench.phone("7965")
    link = await bench.switch()
    say(link, request(7, IDENTITY))
    said = await answer(link)
    assert (said.identifier, said.data) == (7, b"CP-7965G-SEP001122334455")


async def test_without_an_authenticator_the_phone_carries_on_after_its_last_start(
    autojump_clock: object, bench: Bench
) -> None:
    phone = bench.phone()
    await bench.switch()
    began = trio.current_time()
    await phone.wait_authorised()
    assert trio.current_time() - began == pytest.approx(90)
    assert [event.attempt for event in bench.of(EapolStartSent)] == [1, 2, 3]
    assert not bench.one(Dot1xSucceeded).authenticator
    assert [timer.timer for timer in bench.of(PaeTimerSet)] == ["startWhen"] * 3


async def test_starts_go_to_the_port_s_group_address_from_the_phone_s_own(autojump_clock: object, bench: Bench) -> None:
    bench.phone()
    link = await bench.switch()
    assert await heard(link) is EapolType.START
    assert bench.frames == [(PHONE_MAC, PAE_GROUP, ETHERTYPE, bytes.fromhex("02010000"))]


async def test_failure_alone_is_understood_and_held_for_a_minute(autojump_clock: object, bench: Bench) -> None:
    phone = bench.phone()
    link = await bench.switch()
    await asked(bench, link)
    say(link, request(2, TLS, START_TLS))
    assert (await answer(link)).type == TLS
    say(link, Eap(FAILURE, 2))
    await bench.until(lambda: phone.state is PaeState.HELD)
    failed = bench.one(Dot1xFailed)
    assert (failed.kind, failed.alert, failed.verify_code) == ("MIC", -1, -1)
    assert bench.one(HandshakeFailed).reason == "closed by peer"
    assert CertificateChosen in map(type, bench.chain(failed))
    held = trio.current_time()
    say(link, request(3, IDENTITY))
    with pytest.raises(trio.TooSlowError):
        await heard(link, within=59)
    assert await heard(link, within=2) is EapolType.START
    assert trio.current_time() - held == pytest.approx(60)


async def test_a_silent_authenticator_is_given_up_after_half_a_minute(autojump_clock: object, bench: Bench) -> None:
    phone = bench.phone()
    link = await bench.switch()
    await asked(bench, link)
    say(link, request(2, TLS, START_TLS))
    await answer(link)
    began = trio.current_time()
    assert await heard(link, within=31) is EapolType.START
    assert trio.current_time() - began == pytest.approx(30)
    assert phone.state is PaeState.CONNECTING
    assert bench.one(HandshakeFailed).reason == "timeout"
    await asked(bench, link, 9)


async def test_each_answer_gives_the_authenticator_another_half_minute(autojump_clock: object, bench: Bench) -> None:
    phone = bench.phone()
    link = await bench.switch()
    for identifier in range(1, 5):
        await asked(bench, link, identifier)
        await trio.sleep(25)
    assert phone.state is PaeState.ACQUIRED
    assert {timer.seconds for timer in bench.of(PaeTimerSet) if timer.timer == "authWhile"} == {30.0}


@pytest.mark.parametrize("kind", [MD5, EapType.FAST, EXPANDED, 0, 200])
async def test_another_method_is_answered_by_the_wish_for_eap_tls(
    autojump_clock: object, bench: Bench, kind: int
) -> None:
    phone = bench.phone()
    link = await bench.switch()
    await asked(bench, link)
    say(link, request(2, kind, b"anything"))
    said = await answer(link)
    assert (said.identifier, said.type, said.data) == (2, EapType.NAK, bytes([TLS]))
    assert bench.one(EapMethodRefused).type == kind
    say(link, request(3, TLS, START_TLS))
    assert (await answer(link)).type == TLS
    assert phone.state is PaeState.AUTHENTICATING


async def test_a_notification_is_acknowledged_and_changes_nothing(autojump_clock: object, bench: Bench) -> None:
    bench.phone()
    link = await bench.switch()
    await asked(bench, link)
    say(link, request(2, NOTIFICATION, b"your password expires \x1b[2J"))
    said = await answer(link)
    assert (said.type, said.data) == (NOTIFICATION, b"")
    say(link, request(3, TLS, START_TLS))
    assert (await answer(link)).type == TLS


@pytest.mark.parametrize("kind", [TLS, MD5])
async def test_a_request_that_comes_again_gets_the_same_answer(autojump_clock: object, bench: Bench, kind: int) -> None:
    bench.phone()
    link = await bench.switch()
    await asked(bench, link)
    for _ in range(3):
        say(link, request(2, kind, START_TLS))
    answers = [await answer(link) for _ in range(3)]
    assert answers[0] == answers[1] == answers[2]
    assert [sent.again for sent in bench.of(EapResponseSent)] == [False, False, True, True]
    assert len(bench.of(CertificateChosen)) == (kind == TLS)


@pytest.mark.parametrize("code", [SUCCESS, FAILURE])
async def test_what_does_not_fit_the_last_answer_does_not_count(
    autojump_clock: object, bench: Bench, code: int
) -> None:
    phone = bench.phone()
    link = await bench.switch()
    await asked(bench, link)
    say(link, request(2, TLS, START_TLS))
    await answer(link)
    say(link, Eap(code, 77))
    await trio.sleep(1)
    assert phone.state is PaeState.AUTHENTICATING
    assert bench.of(EapDropped)


@pytest.mark.parametrize("begun", [False, True], ids=["after the identity", "in the handshake"])
async def test_a_success_that_nobody_earned_opens_nothing(autojump_clock: object, bench: Bench, begun: bool) -> None:
    phone = bench.phone()
    link = await bench.switch()
    await asked(bench, link)
    if begun:
        say(link, request(2, TLS, START_TLS))
        await answer(link)
    say(link, Eap(SUCCESS, 2 if begun else 1))
    await trio.sleep(1)
    assert not bench.of(Dot1xSucceeded)
    assert phone.state in (PaeState.ACQUIRED, PaeState.AUTHENTICATING)


def server(bench: Bench, version: TlsVersion) -> EapTlsServer:
    profile = TlsProfile(version, version, ("AES256-SHA", "ECDHE-RSA-AES256-GCM-SHA384"))
    context = ServerContext(bench.pki.server, profile, bench.pki.trust())
    return EapTlsServer(TlsEngine(context, bench.journal.emitter("server")))


@pytest.mark.parametrize("version", [TlsVersion.TLSv1, TlsVersion.TLSv1_2])
async def test_success_counts_once_both_sides_are_done(
    autojump_clock: object, bench: Bench, version: TlsVersion
) -> None:
    phone = bench.phone("8841")
    link = await bench.switch()
    await asked(bench, link)
    there = server(bench, version)
    say(link, there.start(2))
    while isinstance(following := there.receive(said := await answer(link)), Eap):
        say(link, following)
    assert following is EapTlsOutcome.SUCCESS
    assert phone.state is PaeState.AUTHENTICATING
    assert not bench.of(Dot1xSucceeded)
    say(link, Eap(SUCCESS, said.identifier))
    await phone.wait_authorised()
    assert phone.exchange.keys.msk == derive(there).msk
    # and once more, from AUTHENTICATED, while the port stays open on the phone's side
    await asked(bench, link, 40)
    assert phone.state is PaeState.ACQUIRED
    assert bench.lost == []
    say(link, request(41, TLS, START_TLS))
    await answer(link)
    say(link, Eap(FAILURE, 41))
    await bench.until(lambda: bench.lost)
    assert isinstance(bench.lost[0], Dot1xFailed)


def derive(there: EapTlsServer) -> Any:
    from wire.eap import derive_keys

    return derive_keys(there.engine)


async def test_tls_1_3_is_no_success_before_the_server_s_commitment(autojump_clock: object, bench: Bench) -> None:
    from cisco_data.models import MODELS, TLS_1_3

    phone = bench.phone(MODELS["8841"].with_tls(TLS_1_3))
    link = await bench.switch()
    await asked(bench, link)
    there = server(bench, TlsVersion.TLSv1_3)
    say(link, there.start(2))
    while not phone.exchange or not phone.exchange.engine.established:
        following = there.receive(await answer(link))
        assert isinstance(following, Eap)
        if not there.engine.established:
            say(link, following)
            await trio.sleep(0.1)
    say(link, Eap(SUCCESS, 3))
    await trio.sleep(1)
    assert not bench.of(Dot1xSucceeded)


async def test_a_request_that_breaks_the_rules_is_left_to_the_timer(autojump_clock: object, bench: Bench) -> None:
    phone = bench.phone()
    link = await bench.switch()
    await asked(bench, link)
    say(link, request(2, TLS, START_TLS))
    await answer(link)
    say(link, request(3, TLS, bytes.fromhex("c0ffffffff00")))  # four gigabytes announced
    assert await heard(link, within=31) is EapolType.START
    assert phone.state is PaeState.CONNECTING
    assert bench.of(EapDropped)


async def test_requests_without_end_are_answered_so_often_and_no_more(autojump_clock: object, bench: Bench) -> None:
    bench.phone()
    link = await bench.switch()
    await asked(bench, link)
    answered = 0
    for identifier in range(2, 2 + 10 * MAX_REQUESTS):
        say(link, request(identifier % 256, MD5))
        if not isinstance(await heard(link, within=31), Eap):
            break  # a Start: the phone has given up
        answered += 1
    assert answered == MAX_REQUESTS


async def test_the_link_s_end_loses_the_port_and_its_return_begins_anew(autojump_clock: object, bench: Bench) -> None:
    phone = bench.phone()
    await bench.switch()
    await phone.wait_authorised()
    bench.cable.switch.down()
    await bench.until(lambda: bench.lost)
    assert isinstance(bench.lost[0], PaeStateChanged)
    assert phone.state is PaeState.DISCONNECTED
    bench.cable.switch.up()
    await phone.wait_authorised()
    assert len(bench.of(Dot1xSucceeded)) == 2


async def test_a_phone_with_802_1x_off_says_nothing(autojump_clock: object, bench: Bench) -> None:
    phone = bench.phone(enabled=False)
    link = await bench.switch()
    say(link, request(1, IDENTITY))
    with pytest.raises(trio.TooSlowError):
        await heard(link, within=300)
    assert not [event for event in bench.events if isinstance(event, EapReceived)]
    assert phone.state is PaeState.DISCONNECTED


async def test_a_forced_port_is_taken_at_its_word(autojump_clock: object, bench: Bench) -> None:
    phone = bench.phone()
    link = await bench.switch()
    say(link, Eap(SUCCESS, 1))
    await phone.wait_authorised()
    succeeded = bench.one(Dot1xSucceeded)
    assert (succeeded.authenticator, succeeded.kind) == (True, "")
    say(link, Eap(FAILURE, 2))
    await bench.until(lambda: bench.lost)
    assert bench.one(Dot1xFailed).kind == ""


async def test_frames_for_others_are_none_of_its_business(autojump_clock: object, bench: Bench) -> None:
    bench.phone()
    link = await bench.switch()
    assert await heard(link) is EapolType.START
    say(link, request(1, IDENTITY), destination=bytes(6))
    link.send(push_frame(Frame(PHONE_MAC, SWITCH_MAC, 0x0800, b"an IP packet")))
    with pytest.raises(trio.TooSlowError):
        await heard(link, within=5)
    say(link, request(1, IDENTITY), destination=PHONE_MAC)
    assert isinstance(await heard(link), Eap)


@settings(deadline=None, max_examples=60)
@given(st.lists(st.one_of(st.binary(max_size=80), st.binary(max_size=60).map(lambda data: b"\x02\x00" + data))))
async def test_no_octets_on_the_cable_end_the_supplicant(pool: Any, payloads: list[bytes]) -> None:
    async with trio.open_nursery() as nursery:
        bench = Bench(nursery, Pki(pool.ring(), NOW), Clock(NOW, trio.current_time))
        phone = bench.phone()
        link = await bench.switch()
        for payload in payloads:
            link.send(payload)
            link.send(push_frame(Frame(PAE_GROUP, SWITCH_MAC, ETHERTYPE, payload)))
            await trio.testing.wait_all_tasks_blocked()
        await trio.testing.wait_all_tasks_blocked()
        assert len(bench.of(EapDropped)) <= DROPPED_NOTED
        assert phone.state is not PaeState.DISCONNECTED
        nursery.cancel_scope.cancel()
