"""Peers that garble, dawdle, vanish or speak out of turn: an event, a closed connection, and a service that goes on."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import trio
import trio.testing
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.strategies import DataObject

from capf_sim import PendingOperation
from capf_sim.authentication import Authenticator
from capf_sim.session import MAX_IN_PROGRESS, CapfSession, CapfStep
from capf_sim.table import TRANSITIONS, CapfRequest, CapfState, CapfTrigger, OperationVerdict
from cisco_data import CertificateOperation
from journal import Clock
from pki import KeyPool, KeySpec, TrustStore, capf_authority
from wire import capf

NAME = "SEP001122334455"
INSTALL = CertificateOperation.INSTALL_UPGRADE
HELLO = capf.AuthResponse(1, 3, NAME, password=b"")
LOST = "Upgrade Failed: Phone Communication Failure"
NO_KEY = "Upgrade Failed: Key Generation Failed/Timeout"
HEADER = b"\x55\x02\x00\x00\x00\x01"


@pytest.mark.trio
@pytest.mark.parametrize(
    ("lines", "event", "statuses"),
    [
        ([b"GET / HTTP/1.0\r\n\r\n"], "CapfMessageMalformed", []),
        ([b"\0" * 5000], "CapfMessageMalformed", []),
        ([HEADER + b"\xff\xff" + b"\0" * 100], "CapfMessageMalformed", []),
        ([HEADER + b"\x00\x05" + b"\x01\x00\xffzz"], "CapfMessageMalformed", []),
        ([capf.StoreCertificateResponse(1, 1)], "CapfMessageOutOfOrder", []),
        ([capf.AuthRequest(1, 3)], "CapfMessageOutOfOrder", []),
        ([capf.OpaqueMessage(1, capf.CapfCommand.SIGN_CERTIFICATE_RESPONSE, b"?")], "CapfMessageOutOfOrder", []),
        ([capf.AuthResponse(2, 3, NAME)], "CapfMessageOutOfOrder", []),
        ([HELLO, b"\x16\x03\x01"], "CapfMessageMalformed", [LOST]),
        ([HELLO, HELLO], "CapfMessageOutOfOrder", [LOST]),
        ([HELLO, capf.DeleteCertificateResponse(1, 1)], "CapfMessageOutOfOrder", [LOST]),
        ([HELLO, capf.RequestInProgress(2)], "CapfMessageOutOfOrder", [LOST]),
        ([HELLO, capf.KeyGenerateResponse(1, b"no key at all")], "KeyNotReceived", [NO_KEY]),
        ([HELLO, capf.KeyGenerateResponse(1, reason=1)], "KeyNotReceived", [NO_KEY]),
    ],
)
async def test_wrong_message_ends_the_session(
    bench: Any, autojump_clock: object, lines: list[Any], event: str, statuses: list[str]
) -> None:
    bench.order(INSTALL)
    heard = await bench.script(*lines, silent=True)
    assert heard[-1] == capf.EndSession(1, capf.Reason.DECLINED)
    assert bench.kinds().count(event) == 1
    assert bench.kinds()[-1] == "CapfSessionEnded"
    assert bench.cluster.statuses == statuses


@pytest.mark.trio
@pytest.mark.parametrize(
    ("lines", "state", "seconds", "statuses"),
    [
        ([], "AWAIT AUTH RES", 30, []),
        ([HEADER], "AWAIT AUTH RES", 30, []),
        ([HELLO], "AWAIT KEYGEN RESP", 900, [NO_KEY]),
    ],
)
async def test_silence_ends_the_session_in_time(
    bench: Any, autojump_clock: object, lines: list[Any], state: str, seconds: int, statuses: list[str]
) -> None:
    bench.order(INSTALL)
    started = trio.current_time()
    await bench.script(*lines, silent=True)
    assert trio.current_time() - started == pytest.approx(seconds)
    assert (bench.event("CapfPeerSilent").state, bench.event("CapfPeerSilent").seconds) == (state, seconds)
    assert bench.cluster.statuses == statuses


@pytest.mark.trio
async def test_silence_while_the_lsc_is_stored_is_a_communication_failure(bench: Any, autojump_clock: object) -> None:
    bench.order(INSTALL, rsa_key_size=1024)
    await bench.script(HELLO, key_message(1024), silent=True)
    assert bench.event("CapfPeerSilent").state == "AWAIT STORE CERT RESP"
    assert bench.cluster.statuses == [LOST]


@pytest.mark.trio
async def test_octet_a_minute_is_silence(bench: Any, autojump_clock: object, lines: Any) -> None:
    server, client = lines()
    octets = capf.push_message(HELLO)

    async def dribble() -> None:
        async with client:
            for octet in octets:
                try:
                    await client.send_all(bytes((octet,)))
                except trio.BrokenResourceError:
                    return
                await trio.sleep(60)

    started = trio.current_time()
    async with trio.open_nursery() as nursery:
        nursery.start_soon(dribble)
        async with server:
            await bench.service().converse(server)
        assert trio.current_time() - started == pytest.approx(30)
    assert bench.kinds()[-2:] == ["CapfPeerSilent", "CapfSessionEnded"]


@pytest.mark.trio
async def test_in_progress_does_not_move_the_deadline(bench: Any, autojump_clock: object, lines: Any) -> None:
    bench.order(INSTALL)
    server, client = lines()

    async def keep_promising() -> None:
        await client.send_all(capf.push_message(HELLO))
        with trio.move_on_after(3600):
            while True:
                try:
                    await client.send_all(capf.push_message(capf.RequestInProgress(1)))
                except trio.BrokenResourceError:
                    return
                await trio.sleep(60)

    started = trio.current_time()
    async with trio.open_nursery() as nursery:
        nursery.start_soon(keep_promising)
        async with server:
            await bench.service().converse(server)
        assert trio.current_time() - started == pytest.approx(900)
    assert bench.cluster.statuses == [NO_KEY]


@pytest.mark.trio
async def test_flood_of_progress_ends(bench: Any, autojump_clock: object) -> None:
    bench.order(INSTALL)
    flood = capf.push_message(capf.RequestInProgress(1)) * (MAX_IN_PROGRESS + 1)
    await bench.script(capf.push_message(HELLO) + flood, silent=True)
    assert trio.current_time() == 0
    assert bench.event("KeyNotReceived").fault == "too many messages that it is in progress"
    assert bench.cluster.statuses == [NO_KEY]


@pytest.mark.trio
@pytest.mark.parametrize(
    ("said", "inside", "statuses"),
    [([], False, []), ([HEADER], True, []), ([HELLO], False, [LOST]), ([HELLO, HEADER], True, [LOST])],
)
async def test_peer_that_hangs_up_is_noted(
    bench: Any, autojump_clock: object, lines: Any, said: list[Any], inside: bool, statuses: list[str]
) -> None:
    bench.order(INSTALL)
    server, client = lines()
    async with trio.open_nursery() as nursery:
        nursery.start_soon(bench.service().converse, server)
        for line in said:
            await client.send_all(line if isinstance(line, bytes) else capf.push_message(line))
        await trio.testing.wait_all_tasks_blocked()
        await client.aclose()
    assert bench.event("CapfPeerLost").inside_message is inside
    assert bench.cluster.statuses == statuses


@pytest.mark.trio
async def test_service_goes_on_beside_and_after_bad_peers(bench: Any, autojump_clock: object) -> None:
    bench.order(INSTALL, rsa_key_size=1024)
    service = bench.service()
    async with trio.open_nursery() as nursery:
        for _ in range(20):
            nursery.start_soon(lambda: bench.script(b"\xff" * 100, service=service))
            nursery.start_soon(lambda: bench.script(silent=True, service=service))
        await bench.meet(service)
    assert bench.cluster.statuses == ["Upgrade Success"]
    assert bench.kinds().count("CapfSessionEnded") == 41


@pytest.mark.trio
async def test_stopped_service_notes_the_end_and_sets_no_status(bench: Any, autojump_clock: object, lines: Any) -> None:
    bench.order(INSTALL)
    server, client = lines()
    await client.send_all(capf.push_message(HELLO))
    with trio.move_on_after(5):
        await bench.service().converse(server)
    assert bench.kinds()[-1] == "CapfSessionEnded"
    assert bench.cluster.statuses == []


@pytest.mark.trio
async def test_every_message_is_one_write(bench: Any, autojump_clock: object, lines: Any) -> None:
    bench.order(INSTALL, rsa_key_size=1024)
    server, client = lines()
    async with trio.open_nursery() as nursery:
        nursery.start_soon(bench.service().converse, server)
        for line in (HELLO, key_message(1024), capf.StoreCertificateResponse(1, 1)):
            await client.receive_some(8192)
            await client.send_all(capf.push_message(line))
    assert [octets[1] for octets in server.writes] == [1, 3, 9, 15]
    for octets in server.writes:
        assert len(octets) == 8 + int.from_bytes(octets[6:8], "big")


POOL = KeyPool()


def key_message(size: int) -> capf.KeyGenerateResponse:
    key = POOL.key(KeySpec("RSA", size), 3).public_key()
    return capf.KeyGenerateResponse(1, key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo))


def test_every_waiting_state_has_a_way_out() -> None:
    ends = {CapfTrigger.MALFORMED, CapfTrigger.OUT_OF_ORDER, CapfTrigger.SILENT, CapfTrigger.LOST}
    for state in CapfState:
        if state in (CapfState.IDLE, CapfState.ENDED):
            continue
        known = {trigger for where, trigger in TRANSITIONS if where is state}
        assert known >= ({CapfTrigger.LOST} if state is CapfState.AWAIT_CA_RESP else ends), state
    assert all(move.state is not CapfState.IDLE for move in TRANSITIONS.values())


def test_session_ends_exactly_where_it_says_so_or_is_cut() -> None:
    for (_, trigger), move in TRANSITIONS.items():
        says_end = move.reply.value.startswith("END")
        cut = trigger in (CapfTrigger.SILENT, CapfTrigger.LOST)
        assert (move.state is CapfState.ENDED) == (says_end or cut)
        assert move.verdict is OperationVerdict.OPEN or move.state is CapfState.ENDED
        assert not (cut and move.reply is not CapfRequest.NOTHING)


PENDING = {
    operation: PendingOperation(NAME, "8861", operation, rsa_key_size=1024) for operation in CertificateOperation
}
LINES = [
    HELLO,
    capf.AuthResponse(1, 2, NAME),
    capf.AuthResponse(1, 3, NAME, certificate=b"\x30\x00", signed_data=b"x"),
    capf.AuthResponse(1, 3, "SEP000000000000"),
    capf.RequestInProgress(1),
    key_message(1024),
    capf.KeyGenerateResponse(1, reason=7),
    capf.StoreCertificateResponse(1, 1),
    capf.StoreCertificateResponse(1, 7),
    capf.FetchCertificateResponse(1, 1, b"\x30\x00"),
    capf.FetchCertificateResponse(1, 7),
    capf.DeleteCertificateResponse(1, 1),
    capf.DeleteCertificateResponse(1, 7),
    capf.EndSession(1, 1),
    capf.RequestInProgress(9),
]


@given(st.data(), st.sampled_from(list(CertificateOperation)), st.booleans())
@settings(max_examples=80, deadline=None)
def test_any_order_of_messages_ends_or_goes_on_and_concludes_at_most_once(
    data: DataObject, operation: CertificateOperation, hurry: bool
) -> None:
    """Lab time may pass Operation Completes By at any point of it, and the phone may fall silent or hang up."""
    clock = Clock(datetime(2026, 11, 1, tzinfo=UTC), tick=lambda: 0.0)
    completes_by = clock.now() + timedelta(minutes=1) if hurry else None
    pending = {NAME: replace(PENDING[operation], completes_by=completes_by)}
    session = CapfSession(1, pending.get, Authenticator(TrustStore("CAPF-trust")), clock.now, version=3)
    steps: list[CapfStep] = [session.connected()]
    while not steps[-1].ended and len(steps) < 12:
        if data.draw(st.integers(0, 3)) == 0:
            clock.advance(timedelta(minutes=2))
        if steps[-1].ask is not None:
            steps.append(session.issued(CERTIFICATE))
        else:
            said = data.draw(st.sampled_from([*LINES, "silent", "lost"]))
            if said == "silent":
                steps.append(session.silent(30.0))
            elif said == "lost":
                steps.append(session.lost(inside_message=False))
            else:
                steps.append(session.receive(said))  # type: ignore[arg-type]
    concluded = [step for step in steps if step.conclusion is not None]
    assert concluded in ([], steps[-1:])
    for step in concluded:
        if "Timedout" in step.conclusion.status:
            assert hurry
            assert step.conclusion.installed is None
            assert not step.conclusion.deleted
    for step in steps:
        assert step.send is None or capf.push_message(step.send)
    assert (session.state is CapfState.ENDED) == steps[-1].ended


def _certificate() -> Any:
    return capf_authority(
        keys=POOL.ring(), subject={"O": "Lab"}, not_before=datetime(2026, 1, 1, tzinfo=UTC)
    ).certificate


CERTIFICATE = _certificate()


@given(said=st.lists(st.binary(max_size=60) | st.sampled_from([capf.push_message(line) for line in LINES]), max_size=5))
@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_octets_from_a_peer_end_in_a_closed_session(bench: Any, lines: Any, said: list[bytes]) -> None:
    bench.events.clear()
    bench.order(INSTALL, rsa_key_size=1024)

    async def play() -> None:
        server, client = lines()
        async with trio.open_nursery() as nursery:
            nursery.start_soon(bench.service().converse, server)
            for octets in said:
                await client.send_all(octets)
            await trio.testing.wait_all_tasks_blocked()
            await client.aclose()

    trio.run(play, clock=trio.testing.MockClock(autojump_threshold=0))
    assert bench.kinds()[-1] == "CapfSessionEnded"
