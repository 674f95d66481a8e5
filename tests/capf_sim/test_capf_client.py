"""The phone side against servers that are not CAPF's own: what it answers, what it refuses, and that it always comes back."""

from __future__ import annotations

from typing import Any

import pytest
import trio
import trio.testing
from cryptography.hazmat.primitives.serialization import Encoding
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cisco_data import AuthenticationMode
from phone_sim.capf_client import CapfEnding, CapfResult, identity_to_present, run_capf
from phone_sim.capf_session import MAX_MESSAGES, TRANSITIONS, PhoneCapfState
from pki import KeySpec, lsc
from wire import capf

NAME = "SEP001122334455"
HELLO = capf.AuthRequest(9, 3, 0)
KEYGEN = capf.KeyGenerateRequest(9, 1024, capf.KeyType.RSA)


async def serve(
    bench: Any, lines: Any, *said: Any, silent: bool = False
) -> tuple[CapfResult, list[capf.Message], list[bytes]]:
    """A server that says its lines, one for each answer it hears. The result, the answers, and the phone's writes."""
    server, client = lines()
    heard: list[capf.Message] = []
    results: list[CapfResult] = []

    async def call() -> None:
        results.append(await run_capf(client, bench.phone_emitter, bench.phone))

    async def play() -> None:
        decoder, waiting = capf.CapfDecoder(), list(said)
        while waiting:
            line = waiting.pop(0)
            line = line(heard) if callable(line) else line
            try:
                await server.send_all(line if isinstance(line, bytes) else capf.push_message(line))
            except trio.BrokenResourceError:
                return
            while waiting or not silent:
                message = decoder.next()
                if message is not None:
                    heard.append(message)
                    if not isinstance(message, capf.RequestInProgress):
                        break
                    continue
                octets = await server.receive_some(8192)
                if not octets:
                    return
                decoder.feed(octets)
        if not silent:
            await server.aclose()

    async with trio.open_nursery() as nursery:
        nursery.start_soon(call)
        nursery.start_soon(play)
    return results[0], heard, client.writes


def signed(bench: Any, spec: KeySpec, number: int = 7) -> capf.StoreCertificateRequest:
    """An LSC for the key that the phone makes (number 7), or for another one."""
    key = bench.pool.key(spec, number).public_key()
    made = lsc(bench.authority, device_name=NAME, model="8861", public_key=key, not_before=bench.journal.clock.now())
    return capf.StoreCertificateRequest(9, made.public_bytes(Encoding.DER), capf.CertificateType.LSC)


@pytest.mark.trio
async def test_install_with_the_open_source_servers_octets(bench: Any, autojump_clock: object, lines: Any) -> None:
    store = signed(bench, KeySpec("RSA", 1024))
    result, heard, writes = await serve(bench, lines, HELLO, KEYGEN, store, capf.EndSession(9, 1))
    assert (result.ending, result.lsc_installed, result.reason) == (CapfEnding.DONE, True, 1)
    assert writes[0] == bytes.fromhex("55 02 00000009 001f 010001 01 070001 03 0b0001 00 0d0010") + b"SEP001122334455\0"
    assert writes[1] == bytes.fromhex("55 11 00000009 0000")
    assert writes[2][:8] == bytes.fromhex("55 04 00000009 00a5")
    assert writes[3] == bytes.fromhex("55 0a 00000009 0004 010001 01")
    assert [len(octets) for octets in writes] == [8 + int.from_bytes(octets[6:8], "big") for octets in writes]
    assert heard[-1] == capf.StoreCertificateResponse(9, 1)


@pytest.mark.trio
async def test_phone_that_reports_no_progress_goes_straight_to_the_key(
    bench: Any, autojump_clock: object, lines: Any
) -> None:
    bench.phone.reports_progress, bench.phone.capf_version = False, 2
    _, _, writes = await serve(bench, lines, HELLO, capf.KeyGenerateRequest(9, 1024), capf.EndSession(9, 7))
    assert [octets[1] for octets in writes] == [2, 4]
    assert bytes.fromhex("070001 02") in writes[0]


@pytest.mark.trio
async def test_lsc_for_another_key_is_not_stored(bench: Any, autojump_clock: object, lines: Any) -> None:
    store = signed(bench, KeySpec("RSA", 1024), number=8)
    bench.phone.lsc = before = bench.lsc(bench.authority)
    result, heard, _ = await serve(bench, lines, HELLO, KEYGEN, store, capf.EndSession(9, 7))
    assert heard[-1] == capf.StoreCertificateResponse(9, 7)
    assert (result.ending, result.lsc_installed, bench.phone.lsc) == (CapfEnding.DECLINED, False, before)
    assert bench.event("LscRejected").fault == "not for the key that this phone just made"


@pytest.mark.trio
@pytest.mark.parametrize(
    ("kind", "der", "fault"),
    [(2, None, "not called an LSC"), (1, b"\x30\x00", "not a certificate"), (1, b"x", "not a certificate")],
)
async def test_what_is_no_lsc_is_not_stored(
    bench: Any, autojump_clock: object, lines: Any, kind: int, der: bytes | None, fault: str
) -> None:
    der = der or signed(bench, KeySpec("RSA", 1024)).certificate
    store = capf.StoreCertificateRequest(9, der, kind)
    result, heard, _ = await serve(bench, lines, HELLO, KEYGEN, store, capf.EndSession(9, 7))
    assert heard[-1] == capf.StoreCertificateResponse(9, 7)
    assert (result.lsc_installed, bench.event("LscRejected").fault) == (False, fault)


@pytest.mark.trio
@pytest.mark.parametrize(
    "request_",
    [
        capf.KeyGenerateRequest(9),
        capf.KeyGenerateRequest(9, 1025),
        capf.KeyGenerateRequest(9, 65535, 0),
        capf.KeyGenerateRequest(9, None, 1),
        capf.KeyGenerateRequest(9, None, 1, 3),
        capf.KeyGenerateRequest(9, 2048, 2),
    ],
    ids=str,
)
async def test_senseless_key_is_declined(bench: Any, autojump_clock: object, lines: Any, request_: Any) -> None:
    result, heard, _ = await serve(bench, lines, HELLO, request_, capf.EndSession(9, 7))
    assert heard[-1] == capf.KeyGenerateResponse(9, reason=7)
    assert (result.ending, bench.event("CapfKeyNotMade").key) == (CapfEnding.DECLINED, "")


@pytest.mark.trio
@pytest.mark.parametrize(
    ("mode", "string", "element"),
    [
        (AuthenticationMode.BY_AUTHENTICATION_STRING, "12345", b"12345"),
        (AuthenticationMode.BY_NULL_STRING, "12345", b""),
        (AuthenticationMode.BY_EXISTING_CERTIFICATE_LSC, "12345", None),
        (AuthenticationMode.BY_EXISTING_CERTIFICATE_MIC, "12345", None),
    ],
)
async def test_string_is_sent_in_its_own_mode_only(
    bench: Any, autojump_clock: object, lines: Any, mode: AuthenticationMode, string: str, element: bytes | None
) -> None:
    bench.phone.capf_auth_mode, bench.phone.authentication_string = mode, string
    _, heard, _ = await serve(bench, lines, HELLO, capf.EndSession(9, 0))
    assert isinstance(heard[0], capf.AuthResponse)
    assert heard[0].password == element


def test_precedence_and_its_fall_back(bench: Any) -> None:
    held, born = bench.lsc(bench.authority), bench.mic()
    found = {}
    for mode in (AuthenticationMode.BY_EXISTING_CERTIFICATE_LSC, AuthenticationMode.BY_EXISTING_CERTIFICATE_MIC):
        for held_now, born_now in ((held, born), (held, None), (None, born), (None, None)):
            bench.phone.capf_auth_mode, bench.phone.lsc, bench.phone.mic = mode, held_now, born_now
            shown = identity_to_present(bench.phone)
            found[mode.name[-3:], held_now is not None, born_now is not None] = shown and shown[0]
    assert found == {
        ("LSC", True, True): "LSC",
        ("LSC", True, False): "LSC",
        ("LSC", False, True): "MIC",
        ("LSC", False, False): None,
        ("MIC", True, True): "MIC",
        ("MIC", True, False): "LSC",
        ("MIC", False, True): "MIC",
        ("MIC", False, False): None,
    }


@pytest.mark.trio
@pytest.mark.parametrize(
    "said",
    [
        [b"HTTP/1.1 400 Bad Request\r\n"],
        [capf.AuthResponse(9, 3, NAME)],
        [KEYGEN],
        [HELLO, HELLO],
        [HELLO, capf.EndSession(8, 1)],
        [HELLO, capf.StoreCertificateRequest(9, b"\x30\x00")],
        [HELLO, capf.OpaqueMessage(9, capf.CapfCommand.RETRY_LATER, b"")],
        [HELLO, *[capf.FetchCertificateRequest(9)] * MAX_MESSAGES],
    ],
    ids=lambda said: str(said[-1])[:40],
)
async def test_server_that_breaks_the_protocol_is_an_event_and_a_result(
    bench: Any, autojump_clock: object, lines: Any, said: list[Any]
) -> None:
    result, _, _ = await serve(bench, lines, *said)
    assert (result.ending, result.reason) == (CapfEnding.COMMUNICATION_FAILURE, -1)
    assert bench.kinds(NAME)[-2:] == ["CapfServerMisbehaved", "CapfFinished"]


@pytest.mark.trio
@pytest.mark.parametrize("silent", [True, False])
async def test_server_that_goes_away_is_an_event_and_a_result(
    bench: Any, autojump_clock: object, lines: Any, silent: bool
) -> None:
    started = trio.current_time()
    result, _, _ = await serve(bench, lines, HELLO, silent=silent)
    assert result.ending is CapfEnding.COMMUNICATION_FAILURE
    assert bench.event("CapfServerGone").silent is silent
    assert trio.current_time() - started == (120 if silent else 0)


@pytest.mark.trio
async def test_lsc_stays_where_the_server_vanishes_before_the_end(
    bench: Any, autojump_clock: object, lines: Any
) -> None:
    result, _, _ = await serve(bench, lines, HELLO, KEYGEN, signed(bench, KeySpec("RSA", 1024)))
    assert (result.ending, result.lsc_installed) == (CapfEnding.COMMUNICATION_FAILURE, True)
    assert bench.phone.lsc is not None


def test_table_leaves_no_state_without_a_way_out() -> None:
    for state in PhoneCapfState:
        if state not in (PhoneCapfState.MAKING_KEY, PhoneCapfState.ENDED):
            assert (state, capf.EndSession) in TRANSITIONS


requests = st.one_of(
    st.binary(max_size=60),
    st.sampled_from(
        [
            HELLO,
            KEYGEN,
            capf.KeyGenerateRequest(9, key_type=1, curve=0),
            capf.StoreCertificateRequest(9, b"\x30\x00"),
            capf.FetchCertificateRequest(9),
            capf.FetchCertificateRequest(9, 2),
            capf.DeleteCertificateRequest(9),
            capf.EndSession(9, 1),
            capf.EndSession(9, 200),
        ]
    ).map(capf.push_message),
)


@given(said=st.lists(requests, max_size=6))
@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_octets_from_a_server_end_in_a_result(bench: Any, lines: Any, said: list[bytes]) -> None:
    results: list[CapfResult] = []

    async def play() -> None:
        server, client = lines()

        async def call() -> None:
            results.append(await run_capf(client, bench.phone_emitter, bench.phone))

        async with trio.open_nursery() as nursery:
            nursery.start_soon(call)
            for octets in [capf.push_message(HELLO), *said]:
                try:
                    await server.send_all(octets)
                except trio.BrokenResourceError:
                    break
            await trio.testing.wait_all_tasks_blocked()
            await server.aclose()

    trio.run(play, clock=trio.testing.MockClock(autojump_threshold=0))
    assert len(results) == 1
