"""Clients that garble, dawdle, flood and guess: each costs little, each is noted, and a good one is served beside them."""

from __future__ import annotations

import gc
import os
import tracemalloc
from typing import Any

import pytest
import trio
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from edge_sim.vpn_gateway import GatewaySettings, Trustpoints, VpnGateway
from edge_sim.vpn_gateway import events as ev
from edge_sim.vpn_gateway.events import RequestRefusal
from journal import Clock, Event, Journal
from wire.cstp import Packet, PacketType, push_packet
from wire.net import ConnectionDisplaced
from wire.tls import HandshakeFailed
from wire.vpn_http import push_connect

Fixture = Any


async def still_serves(lab: Any) -> None:
    assert await (await lab.client("other")).whole_way()


async def read_to_end(stream: Any) -> bytes:
    heard = b""
    try:
        while data := await stream.receive_some():
            heard += data
    except trio.BrokenResourceError:
        pass
    return heard


GARBAGE = {
    "binary": (b"\x00\xff" * 500, RequestRefusal.NOT_HTTP),
    "endless-line": (b"GET /" + b"x" * 40_000, RequestRefusal.TOO_LARGE),
    "endless-headers": (b"GET / HTTP/1.1\r\nHost: x\r\n" + b"a: b\r\n" * 9000, RequestRefusal.TOO_LARGE),
    "large-body": (
        b"POST /phones HTTP/1.1\r\nHost: x\r\nContent-Length: 99999\r\n\r\n" + b"<" * 99_999,
        RequestRefusal.TOO_LARGE,
    ),
    "cstp-before-connect": (push_packet(Packet(PacketType.DPD_REQUEST, b"hello")), RequestRefusal.TOO_SLOW),
    "no-host": (b"GET / HTTP/1.1\r\n\r\n", RequestRefusal.NOT_HTTP),
}


@pytest.mark.trio
@pytest.mark.parametrize(("octets", "reason"), GARBAGE.values(), ids=GARBAGE)
async def test_garbage_in_the_place_of_http_is_noted_and_closed(
    open_lab: Fixture, octets: bytes, reason: RequestRefusal, autojump_clock: object
) -> None:
    async with open_lab() as lab:
        client = await lab.client()
        try:
            await client.stream.send_all(octets)
        except trio.BrokenResourceError:
            pass
        await read_to_end(client.stream)
        assert lab.one(ev.VpnRequestRefused).reason is reason
        await still_serves(lab)


@pytest.mark.trio
async def test_a_slow_request_and_a_silent_client_end_in_their_time(open_lab: Fixture, autojump_clock: object) -> None:
    async with open_lab() as lab:
        slow, silent = await lab.client(), await lab.client()
        began = trio.current_time()

        async def dribble() -> None:
            try:
                for octet in b"GET /phones HTTP/1.1\r\nHost: x\r\n":
                    await slow.stream.send_all(bytes((octet,)))
                    await trio.sleep(1)
            except trio.BrokenResourceError:
                pass

        async with trio.open_nursery() as nursery:
            nursery.start_soon(dribble)
            heard = await read_to_end(slow.stream)
            await read_to_end(silent.stream)
            assert trio.current_time() - began < 12
        assert heard.startswith(b"HTTP/1.1 408 ")
        assert [event.reason for event in lab.of(ev.VpnRequestRefused)] == [RequestRefusal.TOO_SLOW] * 2


@pytest.mark.trio
async def test_a_client_that_was_served_may_fall_silent_without_a_word(
    open_lab: Fixture, autojump_clock: object
) -> None:
    async with open_lab() as lab:
        client = await lab.client()
        await client.get()
        assert await read_to_end(client.stream) == b""
        assert not lab.of(ev.VpnRequestRefused)


@pytest.mark.trio
async def test_one_request_too_many_ends_the_connection(open_lab: Fixture, autojump_clock: object) -> None:
    async with open_lab(limits={"requests": 3}) as lab:
        client = await lab.client()
        assert [(await client.get()).status for _ in range(4)] == [200, 200, 200, 503]
        assert lab.one(ev.VpnRequestRefused).reason is RequestRefusal.TOO_MANY


@pytest.mark.trio
async def test_a_thousand_half_open_connections_cost_little_and_end(open_lab: Fixture, autojump_clock: object) -> None:
    async with open_lab() as lab:
        gc.collect()
        before = len(os.listdir("/proc/self/fd"))
        tracemalloc.start()
        try:
            for _ in range(1000):
                await lab.tcp()
            await trio.sleep(0.01)
            gc.collect()
            held, _ = tracemalloc.get_traced_memory()
        finally:
            tracemalloc.stop()
        assert held < 1000 * 64 * 1024
        await still_serves(lab)
        await trio.sleep(12)
        assert len(lab.of(HandshakeFailed)) == 1000
        for tcp in lab.opened[:1000]:
            tcp.close_now()
        assert len(os.listdir("/proc/self/fd")) <= before + 10


@pytest.mark.trio
async def test_without_room_silent_clients_give_way_before_and_after_tls(
    open_lab: Fixture, autojump_clock: object
) -> None:
    async with open_lab(limits={"connections": 2}) as lab:
        half_open, silent = await lab.tcp(), await lab.client()
        assert not lab.of(ConnectionDisplaced)
        good = await lab.client("other")
        assert [event.connection for event in lab.of(ConnectionDisplaced)] == [half_open.connection]
        assert await good.whole_way()
        another = await lab.client()
        assert (await another.get()).status == 200
        assert [event.connection for event in lab.of(ConnectionDisplaced)][1:] == [silent.stream.connection]


@pytest.mark.trio
async def test_logins_without_end_are_bounded_per_user(open_lab: Fixture, autojump_clock: object) -> None:
    async with open_lab() as lab:
        for _ in range(10):
            client = await lab.client()
            for _ in range(10):
                await client.post()
        assert lab.gateway.open_sessions == 3


@pytest.mark.trio
async def test_guessed_cookies_get_nothing_and_one_answer_each(open_lab: Fixture, autojump_clock: object) -> None:
    async with open_lab() as lab:
        await (await lab.client()).log_in()
        for guess in range(20):
            client = await lab.client(None)
            answer = await client.connect(f"{guess:043d}=")
            assert answer.status == 401
            assert await read_to_end(client.stream) == b""  # closed: the next guess costs a handshake
        assert len(lab.of(ev.TunnelRefused)) == 20
        assert not lab.of(ev.TunnelEstablished)


IN_THE_TUNNEL = {
    "no-cstp": b"GET / HTTP/1.1\r\n\r\n",
    "oversized": b"STF\x01\xff\xff\x00\x00" + bytes(1000),
    "unknown-type": b"STF\x01\x00\x00\x63\x00",
}


@pytest.mark.trio
@pytest.mark.parametrize("octets", IN_THE_TUNNEL.values(), ids=IN_THE_TUNNEL)
async def test_garbage_in_a_tunnel_ends_that_tunnel(open_lab: Fixture, octets: bytes, autojump_clock: object) -> None:
    async with open_lab() as lab:
        client = await lab.client()
        await client.connect(await client.log_in())
        await client.stream.send_all(octets)
        await read_to_end(client.stream)
        closed = lab.one(ev.TunnelClosed)
        assert closed.how == "protocol error"
        assert closed.text
        await still_serves(lab)


@pytest.mark.trio
async def test_a_hostname_in_strange_letters_is_told_back_in_plain_ones(
    open_lab: Fixture, autojump_clock: object
) -> None:
    async with open_lab() as lab:
        client = await lab.client()
        cookie = await client.log_in()
        octets = client.http.request(push_connect(host="h", session=cookie, hostname="SEPxx"))
        await client.stream.send_all(octets.replace(b"SEPxx", b"S\xc3\xa9\x80p"))
        heard = await client.stream.receive_some()
        assert heard.startswith(b"HTTP/1.1 200 CONNECTED")
        assert lab.one(ev.TunnelEstablished).hostname.isprintable()


@given(st.lists(st.binary(min_size=1, max_size=200), min_size=1, max_size=5))
@hypothesis_settings(deadline=None, max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_whatever_is_said_to_the_port_nothing_escapes(
    settings: GatewaySettings, trustpoints: Trustpoints, pieces: list[bytes]
) -> None:
    """In the clear, where TLS is due. An exception would end the nursery."""
    events: list[Event] = []

    async def main() -> None:
        journal = Journal(Clock(tick=trio.current_time))
        journal.subscribe(events.append)
        async with trio.open_nursery() as nursery:
            gateway = VpnGateway(settings, trustpoints, journal.emitter("asa"), address="127.66.1.1", port=0)
            gateway.start(nursery)
            port = gateway.port
            stream = await trio.open_tcp_stream("127.66.1.1", port)
            async with stream:
                try:
                    for piece in pieces:
                        await stream.send_all(piece)
                    await stream.send_eof()
                    with trio.move_on_after(5):
                        await read_to_end(stream)
                except trio.BrokenResourceError:
                    pass
            await gateway.stop()
            nursery.cancel_scope.cancel()

    trio.run(main, clock=trio.testing.MockClock(autojump_threshold=0))
    assert len([event for event in events if isinstance(event, HandshakeFailed)]) == 1
