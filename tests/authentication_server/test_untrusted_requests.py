"""What is forged, replayed, out of order, oversized or endless: silence or a reject as the RFCs say, counted, in bounded memory."""

from __future__ import annotations

import math
from collections.abc import Callable

import pytest
import trio
import trio.testing
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from edge_sim.authentication_server import (
    AuthenticationFailed,
    AuthenticationServer,
    DropReason,
    FailureReason,
    Limits,
    NetworkDevice,
    RequestsUnanswered,
)
from edge_sim.authentication_server.answers import AnswerCache
from edge_sim.authentication_server.sessions import SessionTable
from edge_sim.authentication_server.tally import MAX_SOURCES, Tally
from lab.testing import KeptEvents
from tests.authentication_server.conftest import (
    IDENTITY,
    MAC,
    SECRET,
    MakeServer,
    Phone,
    asking,
    make_pki,
    serving,
    settings_for,
)
from wire.eap import (
    Eap,
    EapCode,
    EapTlsOutcome,
    EapTlsPeer,
    EapType,
    identity_response,
    nak,
    pull_eap_untrusted,
    push_eap,
)
from wire.radius import (
    Attribute,
    RadiusCode,
    RadiusPacket,
    RadiusReply,
    eap_attributes,
    new_authenticator,
    pull_radius_untrusted,
    pull_reply_untrusted,
    push_request,
)
from wire.tls import HandshakeFailed

MakePhone = Callable[..., Phone]
SWITCH = ("127.0.0.1", 40000)
UNKNOWN_HOST = ("127.0.0.66", 40000)
HELLO = identity_response(1, IDENTITY)


class Switch:
    """Speaks RADIUS to `answer_untrusted` without a network, and remembers what it sent."""

    def __init__(self, server: AuthenticationServer, sender: tuple[str, int] = SWITCH, secret: bytes = SECRET) -> None:
        self.server, self.sender, self.secret = server, sender, secret
        self.sent: list[bytes] = []
        self._identifier = 0

    def request(self, eap: Eap | bytes, state: bytes | None = None, *more: tuple[int, bytes]) -> RadiusPacket:
        self._identifier = (self._identifier + 1) % 256
        octets = eap if isinstance(eap, bytes) else push_eap(eap)
        attributes = [(Attribute.USER_NAME, IDENTITY.encode()), (Attribute.CALLING_STATION_ID, MAC.encode()), *more]
        attributes += eap_attributes(octets)
        if state is not None:
            attributes.append((Attribute.STATE, state))
        data = push_request(self._identifier, new_authenticator(), attributes, self.secret)
        return pull_radius_untrusted(data)

    def ask(self, eap: Eap | bytes, state: bytes | None = None, *more: tuple[int, bytes]) -> RadiusReply | None:
        request = self.request(eap, state, *more)
        self.sent.append(request.raw)
        data = self.server.answer_untrusted(request.raw, self.sender)
        if data is None:
            return None
        reply = pull_reply_untrusted(data, request, self.secret)
        assert reply is not None
        assert reply.signed
        return reply


def eap_of(reply: RadiusReply | None) -> Eap:
    assert reply is not None
    return pull_eap_untrusted(reply.eap)


def carry_on(switch: Switch, peer: EapTlsPeer, reply: RadiusReply | None) -> RadiusReply:
    """From a challenge to the end."""
    while True:
        assert reply is not None
        answer = peer.receive(eap_of(reply))
        if not isinstance(answer, Eap):
            return reply
        reply = switch.ask(answer, reply.state)


# Silence


@pytest.mark.parametrize(
    ("reason", "data"),
    [
        (DropReason.MALFORMED, b""),
        (DropReason.MALFORMED, b"GET / HTTP/1.1\r\n\r\n"),
        (DropReason.MALFORMED, bytes((1, 1, 0xFF, 0xFF)) + bytes(60000)),
        (DropReason.NOT_A_REQUEST, bytes((2, 1, 0, 20)) + bytes(16)),
        (DropReason.NOT_A_REQUEST, bytes((4, 1, 0, 20)) + bytes(16)),
        (DropReason.NO_MESSAGE_AUTHENTICATOR, bytes((1, 1, 0, 20)) + bytes(16)),
        (DropReason.INVALID_MESSAGE_AUTHENTICATOR, bytes((1, 1, 0, 38)) + bytes(16) + bytes((80, 18)) + bytes(16)),
    ],
)
def test_what_cannot_be_believed_gets_no_answer_and_is_counted(
    notebook: KeptEvents, make_server: MakeServer, reason: DropReason, data: bytes
) -> None:
    server = make_server()
    assert server.answer_untrusted(data, SWITCH) is None
    assert (server.unanswered.of(reason), server.unanswered.total, server.open_sessions) == (1, 1, 0)
    event = notebook.one(RequestsUnanswered)
    assert (event.reason, event.source, event.count) == (reason, "127.0.0.1", 1)


def test_an_unknown_client_gets_no_answer_even_with_the_right_secret(make_server: MakeServer) -> None:
    server = make_server()
    assert Switch(server, UNKNOWN_HOST).ask(HELLO) is None
    assert server.unanswered.of(DropReason.UNKNOWN_CLIENT) == 1
    assert Switch(server).ask(HELLO) is not None


def test_a_wrong_secret_gets_no_answer_and_each_device_has_its_own(make_server: MakeServer) -> None:
    devices = {"127.0.0.1": NetworkDevice("one", b"first"), "127.0.0.66": NetworkDevice("other", b"second")}
    server = make_server(network_devices=devices)
    assert Switch(server, SWITCH, b"second").ask(HELLO) is None
    assert Switch(server, UNKNOWN_HOST, b"first").ask(HELLO) is None
    assert server.unanswered.of(DropReason.INVALID_MESSAGE_AUTHENTICATOR) == 2
    assert Switch(server, SWITCH, b"first").ask(HELLO) is not None
    assert Switch(server, UNKNOWN_HOST, b"second").ask(HELLO) is not None


def test_a_flood_fills_neither_memory_nor_the_journal(notebook: KeptEvents, make_server: MakeServer) -> None:
    server = make_server()
    for number in range(20_000):
        sender = (f"127.{number >> 16}.{(number >> 8) & 255}.{number & 255}", 1)
        server.answer_untrusted(b"\x01" * 40, sender if number & 1 else UNKNOWN_HOST)
    assert server.unanswered.total == 20_000
    assert len(notebook.events) < MAX_SOURCES + 20
    assert notebook.of(RequestsUnanswered)[-1].count >= 1000


@given(st.lists(st.tuples(st.sampled_from(list(DropReason)), st.integers(0, 2000)), max_size=200))
def test_a_tally_loses_nobody(drops: list[tuple[DropReason, int]]) -> None:
    tally = Tally()
    told = [event for reason, source in drops if (event := tally.add(reason, str(source))) is not None]
    assert tally.total == len(drops)
    assert all(tally.of(reason) == sum(kind is reason for kind, _ in drops) for reason in DropReason)
    assert all(event.count in (1, 10, 100) for event in told)


# Again, out of order, from elsewhere


def test_a_request_that_comes_again_gets_the_same_answer_octet_for_octet(
    make_server: MakeServer, phone: MakePhone
) -> None:
    server = make_server()
    switch, peer = Switch(server), phone().peer()
    reply = switch.ask(HELLO)
    while isinstance(answer := peer.receive(eap_of(reply)), Eap):
        assert reply is not None
        request = switch.request(answer, reply.state)
        first = server.answer_untrusted(request.raw, SWITCH)
        assert first is not None
        assert server.answer_untrusted(request.raw, SWITCH) == first
        reply = pull_reply_untrusted(first, request, SECRET)
    assert answer is EapTlsOutcome.SUCCESS
    assert (server.passed, server.failed, server.unanswered.total) == (1, 0, 0)


def test_every_challenge_has_a_state_of_its_own(make_server: MakeServer, phone: MakePhone) -> None:
    switch, peer, states = Switch(make_server()), phone().peer(), []
    reply = switch.ask(HELLO)
    while isinstance(answer := peer.receive(eap_of(reply)), Eap):
        assert reply is not None
        assert reply.state is not None
        states.append(reply.state)
        reply = switch.ask(answer, reply.state)
    assert len(set(states)) == len(states) >= 3
    assert all(len(state) == 16 for state in states)
    assert reply is not None
    assert reply.state is None


def test_a_replay_is_rejected_and_harms_nobody(make_server: MakeServer, phone: MakePhone) -> None:
    now = [0.0]
    server = make_server(now=lambda: now[0], limits=Limits(idle=1000, conversation=1000, answers_kept=1))
    switch, peer = Switch(server), phone().peer()
    first = switch.ask(HELLO)
    assert first is not None
    answer = peer.receive(eap_of(first))
    assert isinstance(answer, Eap)
    second = switch.ask(answer, first.state)
    now[0] = 10.0
    again = server.answer_untrusted(switch.sent[1], SWITCH)
    assert again is not None
    assert again[0] == RadiusCode.ACCESS_REJECT
    assert carry_on(switch, peer, second).code == RadiusCode.ACCESS_ACCEPT
    assert server.unanswered.of(DropReason.UNKNOWN_STATE) == 1


def test_a_state_belongs_to_the_device_that_was_given_it(make_server: MakeServer, phone: MakePhone) -> None:
    devices = {address: NetworkDevice(address, SECRET) for address in ("127.0.0.1", "127.0.0.66")}
    server = make_server(network_devices=devices)
    switch, other, peer = Switch(server), Switch(server, UNKNOWN_HOST), phone().peer()
    first = switch.ask(HELLO)
    assert first is not None
    answer = peer.receive(eap_of(first))
    assert isinstance(answer, Eap)
    stolen = other.ask(answer, first.state)
    assert stolen is not None
    assert (stolen.code, eap_of(stolen).code) == (RadiusCode.ACCESS_REJECT, EapCode.FAILURE)
    assert carry_on(switch, peer, switch.ask(answer, first.state)).code == RadiusCode.ACCESS_ACCEPT


@pytest.mark.parametrize(
    "state", [None, b"", b"x", bytes(16), bytes(253)], ids=["none", "empty", "short", "16", "long"]
)
def test_eap_tls_without_a_conversation_is_rejected(make_server: MakeServer, state: bytes | None) -> None:
    server = make_server()
    reply = Switch(server).ask(Eap(EapCode.RESPONSE, 5, EapType.TLS, b"\x00"), state)
    assert reply is not None
    assert (reply.code, eap_of(reply)) == (RadiusCode.ACCESS_REJECT, Eap(EapCode.FAILURE, 5))
    assert server.open_sessions == 0


def test_an_identifier_out_of_order_gets_the_last_request_again(make_server: MakeServer, phone: MakePhone) -> None:
    server = make_server()
    switch, peer = Switch(server), phone().peer()
    first = switch.ask(HELLO)
    assert first is not None
    answer = peer.receive(eap_of(first))
    assert isinstance(answer, Eap)
    wrong = Eap(answer.code, (answer.identifier + 3) % 256, answer.type, answer.data)
    request = switch.request(wrong, first.state)
    data = server.answer_untrusted(request.raw, SWITCH)
    assert data is not None
    packet = pull_radius_untrusted(data)
    assert packet.code == RadiusCode.ACCESS_CHALLENGE
    assert packet.first(Attribute.ERROR_CAUSE) == (202).to_bytes(4, "big")
    again = pull_reply_untrusted(data, request, SECRET)
    assert again is not None
    assert again.eap == first.eap
    assert again.state not in (None, first.state)
    assert carry_on(switch, peer, switch.ask(answer, again.state)).code == RadiusCode.ACCESS_ACCEPT


@pytest.mark.parametrize("junk", [b"\x09garbage", push_eap(Eap(EapCode.REQUEST, 2, EapType.TLS, b"\x20")), b"\x02"])
def test_nonsense_is_borne_five_times_and_then_the_conversation_is_over(
    notebook: KeptEvents, make_server: MakeServer, junk: bytes
) -> None:
    server = make_server()
    switch = Switch(server)
    reply = switch.ask(HELLO)
    for _ in range(5):
        assert reply is not None
        reply = switch.ask(junk, reply.state)
        assert reply is not None
        assert reply.code == RadiusCode.ACCESS_CHALLENGE
    reply = switch.ask(junk, reply.state if reply else None)
    assert (reply.code if reply else None, eap_of(reply).code) == (RadiusCode.ACCESS_REJECT, EapCode.FAILURE)
    assert notebook.one(AuthenticationFailed).failure_code == FailureReason.NO_SSL_SESSION
    assert server.open_sessions == 0


# Settings that make no sense


def test_an_empty_secret_is_refused() -> None:
    with pytest.raises(ValueError, match="empty secret"):
        NetworkDevice("switch", b"")


@pytest.mark.parametrize("size", [63, 1497])
def test_a_fragment_size_that_cannot_be_is_refused(size: int) -> None:
    with pytest.raises(ValueError, match="octets"):
        settings_for(make_pki(), fragment_size=size)


@pytest.mark.parametrize("size", [64, 1496])
def test_the_largest_answer_fits(make_server: MakeServer, phone: MakePhone, size: int) -> None:
    switch, peer = Switch(make_server(fragment_size=size)), phone().peer()
    more = [(Attribute.PROXY_STATE, bytes(253))] * 7
    reply = switch.ask(HELLO, None, *more)
    while isinstance(answer := peer.receive(eap_of(reply)), Eap):
        assert reply is not None
        reply = switch.ask(answer, reply.state, *more)
    assert answer is EapTlsOutcome.SUCCESS


# Too much


def test_fragments_that_never_end_are_ended(notebook: KeptEvents, make_server: MakeServer) -> None:
    server = make_server()
    switch = Switch(server)
    reply, rounds = switch.ask(HELLO), 0
    while reply is not None and reply.code == RadiusCode.ACCESS_CHALLENGE:
        rounds += 1
        assert rounds <= 101
        reply = switch.ask(Eap(EapCode.RESPONSE, eap_of(reply).identifier, EapType.TLS, b"\x40x"), reply.state)
    assert reply is not None
    assert eap_of(reply).code == EapCode.FAILURE
    failed = notebook.one(AuthenticationFailed)
    assert failed.failure_code == FailureReason.NO_SSL_SESSION
    assert "100" in failed.problem


@pytest.mark.parametrize(
    "data", [b"\xc0\xff\xff\xff\xffx", b"\xc0\x00\x01\x00\x01x", b"\x80\0\0\0\x01xyz", b"", b"\x00"]
)
def test_oversized_and_empty_fragments_end_it_at_once(
    notebook: KeptEvents, make_server: MakeServer, data: bytes
) -> None:
    switch = Switch(make_server())
    first = switch.ask(HELLO)
    assert first is not None
    reply = switch.ask(Eap(EapCode.RESPONSE, eap_of(first).identifier, EapType.TLS, data), first.state)
    assert reply is not None
    assert reply.code == RadiusCode.ACCESS_REJECT
    assert notebook.one(AuthenticationFailed).failure_code == FailureReason.NO_SSL_SESSION


class Light:
    """Stands for a conversation where only it matters how many are alive."""

    alive = 0

    def __init__(self) -> None:
        Light.alive += 1

    def __del__(self) -> None:
        Light.alive -= 1


def test_of_a_million_half_open_conversations_a_thousand_are_kept() -> None:
    table: SessionTable[Light] = SessionTable(1000, 60.0)
    dropped = most = 0
    for _ in range(1_000_000):
        _, oldest = table.put(Light(), 0.0)
        dropped += oldest is not None
        most = max(most, Light.alive)
    assert (len(table), dropped) == (1000, 999_000)
    assert most <= 1002


def test_half_open_conversations_make_room_for_new_ones_and_are_counted(
    notebook: KeptEvents, make_server: MakeServer, phone: MakePhone
) -> None:
    server = make_server(limits=Limits(sessions=50, max_answers_kept=50))
    switch = Switch(server)
    first = switch.ask(HELLO)
    for _ in range(2000):
        switch.sent.clear()
        switch.ask(HELLO)
    assert server.open_sessions == 50
    assert server.unanswered.of(DropReason.TOO_MANY_SESSIONS) == 1951
    assert len(notebook.events) < 10
    peer = phone().peer()
    assert first is not None
    late = peer.receive(eap_of(first))
    assert isinstance(late, Eap)
    rejected = switch.ask(late, first.state)
    assert rejected is not None
    assert rejected.code == RadiusCode.ACCESS_REJECT
    assert carry_on(switch, phone().peer(), switch.ask(HELLO)).code == RadiusCode.ACCESS_ACCEPT


def test_the_answers_that_are_kept_are_few_and_forgotten_in_time() -> None:
    cache = AnswerCache(10, 30.0)
    for number in range(1000):
        cache.put(SWITCH, bytes([number & 255, number >> 8]), b"answer", 0.0)
    assert len(cache) == 10
    assert cache.get(SWITCH, bytes([999 & 255, 999 >> 8]), 29.0) == b"answer"
    assert cache.get(SWITCH, bytes([999 & 255, 999 >> 8]), 30.0) is None
    assert cache.get(UNKNOWN_HOST, bytes([999 & 255, 999 >> 8]), 0.0) is None
    cache.put(SWITCH, b"new", b"answer", 31.0)
    assert len(cache) == 1


# Silence on the other side, on lab time


@pytest.mark.trio
async def test_a_phone_that_falls_silent_in_tls_is_noted_after_a_minute(
    notebook: KeptEvents, make_server: MakeServer, phone: MakePhone, autojump_clock: trio.testing.MockClock
) -> None:
    server = make_server(now=trio.current_time)
    async with serving(server) as socket, asking((socket.address, socket.port)) as switch:
        reply = await switch.ask(push_eap(HELLO), None)
        answer = phone().peer().receive(eap_of(reply))
        assert isinstance(answer, Eap)
        assert reply is not None
        await switch.ask(push_eap(answer), reply.state)
        began = trio.current_time()
        assert server.open_sessions == 1
        await trio.sleep(59)
        assert not notebook.of(AuthenticationFailed)
        await trio.sleep(2)
        assert trio.current_time() - began == pytest.approx(61)
    failed = notebook.one(AuthenticationFailed)
    assert failed.failure_code == FailureReason.SUPPLICANT_STOPPED_RESPONDING
    assert (failed.identity, server.failed, server.open_sessions) == (IDENTITY, 1, 0)
    ended = notebook.one(HandshakeFailed)
    assert (ended.reason, failed.cause) == ("timeout", ended.seq)


@pytest.mark.trio
async def test_a_phone_that_never_answers_the_start_is_only_counted(
    notebook: KeptEvents, make_server: MakeServer, autojump_clock: trio.testing.MockClock
) -> None:
    server = make_server(now=trio.current_time)
    async with serving(server) as socket, asking((socket.address, socket.port)) as switch:
        await switch.ask(push_eap(HELLO), None)
        await trio.sleep(61)
    assert server.unanswered.of(DropReason.SUPPLICANT_SILENT) == 1
    assert (server.open_sessions, notebook.of(AuthenticationFailed)) == (0, [])


@pytest.mark.trio
async def test_a_server_without_conversations_lets_time_stand_still(
    make_server: MakeServer, autojump_clock: trio.testing.MockClock
) -> None:
    async with serving(make_server(now=trio.current_time)) as socket:
        assert trio.lowlevel.current_statistics().seconds_to_next_deadline == math.inf
        async with asking((socket.address, socket.port)) as switch:
            await switch.ask(push_eap(HELLO), None)
            await trio.testing.wait_all_tasks_blocked()
            assert trio.lowlevel.current_statistics().seconds_to_next_deadline <= 60
            await trio.sleep(61)
        assert trio.lowlevel.current_statistics().seconds_to_next_deadline == math.inf


def test_a_conversation_that_drags_on_is_over_in_two_minutes(notebook: KeptEvents, make_server: MakeServer) -> None:
    now = [0.0]
    switch = Switch(make_server(now=lambda: now[0]))
    reply = switch.ask(HELLO)
    while reply is not None and reply.code == RadiusCode.ACCESS_CHALLENGE:
        now[0] += 50.0
        reply = switch.ask(Eap(EapCode.RESPONSE, eap_of(reply).identifier, EapType.TLS, b"\x40x"), reply.state)
    assert now[0] == 150.0
    assert notebook.one(AuthenticationFailed).failure_code == FailureReason.SUPPLICANT_STOPPED_RESPONDING


# What is no attack


def test_a_nak_with_another_identifier_is_no_answer(make_server: MakeServer, phone: MakePhone) -> None:
    switch = Switch(make_server())
    first = switch.ask(HELLO)
    assert first is not None
    again = switch.ask(nak(eap_of(first).identifier + 1, EapType.FAST), first.state)
    assert again is not None
    assert (again.code, again.eap) == (RadiusCode.ACCESS_CHALLENGE, first.eap)
    assert carry_on(switch, phone().peer(), again).code == RadiusCode.ACCESS_ACCEPT


def test_eap_start_is_answered_by_asking_who_is_there(make_server: MakeServer) -> None:
    server = make_server()
    switch = Switch(server)
    data = push_request(1, new_authenticator(), [(Attribute.EAP_MESSAGE, b"")], SECRET)
    answer = server.answer_untrusted(data, SWITCH)
    assert answer is not None
    reply = pull_reply_untrusted(answer, pull_radius_untrusted(data), SECRET)
    assert reply is not None
    assert (reply.code, eap_of(reply).type) == (RadiusCode.ACCESS_CHALLENGE, EapType.IDENTITY)
    assert server.open_sessions == 0
    assert switch.ask(HELLO) is not None


def test_a_password_is_rejected(make_server: MakeServer) -> None:
    server = make_server()
    data = push_request(1, new_authenticator(), [(Attribute.USER_NAME, b"alice"), (2, bytes(16))], SECRET)
    answer = server.answer_untrusted(data, SWITCH)
    assert answer is not None
    reply = pull_reply_untrusted(answer, pull_radius_untrusted(data), SECRET)
    assert reply is not None
    assert (reply.code, reply.eap, server.unanswered.of(DropReason.NO_EAP)) == (RadiusCode.ACCESS_REJECT, b"", 1)


@pytest.mark.parametrize("wanted", [(), (EapType.FAST,), (EapType.MD5, EapType.FAST)])
def test_a_phone_that_wants_another_method_is_refused_at_once(
    notebook: KeptEvents, make_server: MakeServer, wanted: tuple[int, ...]
) -> None:
    switch = Switch(make_server())
    first = switch.ask(HELLO)
    assert first is not None
    reply = switch.ask(nak(eap_of(first).identifier, *wanted), first.state)
    assert reply is not None
    assert (reply.code, eap_of(reply).code) == (RadiusCode.ACCESS_REJECT, EapCode.FAILURE)
    failed = notebook.one(AuthenticationFailed)
    assert failed.failure_code == FailureReason.EAP_TLS_AUTHENTICATION_FAILED
    assert failed.received == ", ".join(str(int(kind)) for kind in wanted or (0,))


def test_proxy_state_comes_back_in_order(make_server: MakeServer) -> None:
    server = make_server()
    more = [(Attribute.PROXY_STATE, b"one"), (Attribute.PROXY_STATE, b"two")]
    request = Switch(server).request(HELLO, None, *more)
    answer = server.answer_untrusted(request.raw, SWITCH)
    assert answer is not None
    assert pull_radius_untrusted(answer).all(Attribute.PROXY_STATE) == (b"one", b"two")


@pytest.mark.parametrize(("mtu", "most"), [(None, 1024), (1400, 1024), (500, 496), (1, 256)])
def test_fragments_are_as_large_as_the_switch_can_bear(
    make_server: MakeServer, phone: MakePhone, mtu: int | None, most: int
) -> None:
    switch, peer, sizes = Switch(make_server()), phone().peer(), []
    more = [(Attribute.FRAMED_MTU, mtu.to_bytes(4, "big"))] if mtu is not None else []
    reply = switch.ask(HELLO, None, *more)
    while isinstance(answer := peer.receive(eap_of(reply)), Eap):
        assert reply is not None
        sizes.append(len(reply.eap))
        reply = switch.ask(answer, reply.state)
    assert answer is EapTlsOutcome.SUCCESS
    assert max(sizes) == most


def test_a_strangers_name_cannot_move_a_cursor_in_the_log(notebook: KeptEvents, make_server: MakeServer) -> None:
    switch = Switch(make_server())
    first = switch.ask(identity_response(1, "evil\x1b[2J\nname" + "x" * 2000))
    assert first is not None
    switch.ask(nak(eap_of(first).identifier), first.state)
    identity = notebook.one(AuthenticationFailed).identity
    assert identity.isprintable()
    assert identity.startswith("evil?[2J?name")
    assert len(identity) == 253


@settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(st.binary(max_size=60), st.booleans(), st.booleans()), max_size=12))
def test_whatever_a_supplicant_sends_the_server_stands(sent: list[tuple[bytes, bool, bool]]) -> None:
    """Each: octets; whether they are wrapped as an EAP-TLS response; whether the State is given back."""
    server = AuthenticationServer(settings_for(make_pki()), KeptEvents().emitter("ise-1"), now=lambda: 0.0)
    switch = Switch(server)
    reply = switch.ask(HELLO)
    for data, wrapped, with_state in sent:
        assert reply is not None
        identifier = eap_of(reply).identifier if reply.eap else 0
        state = reply.state if with_state else None
        reply = switch.ask(Eap(EapCode.RESPONSE, identifier, EapType.TLS, data) if wrapped else data, state)
    again = switch.ask(HELLO)
    assert again is not None
    assert again.code == RadiusCode.ACCESS_CHALLENGE


@settings(deadline=None, max_examples=100, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.binary(max_size=200))
def test_whatever_comes_over_the_network_the_server_stands(data: bytes) -> None:
    server = AuthenticationServer(settings_for(make_pki()), KeptEvents().emitter("ise-1"), now=lambda: 0.0)
    assert server.answer_untrusted(data, SWITCH) is None
    assert server.unanswered.total == 1
