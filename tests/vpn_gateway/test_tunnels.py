"""CONNECT and after: cookies, addresses, two tunnels of one session, farewells, time, and what is relayed."""

from __future__ import annotations

import errno
import socket
import struct
from typing import Any

import pytest
import trio

from edge_sim.vpn_gateway import GatewaySettings
from edge_sim.vpn_gateway import events as ev
from edge_sim.vpn_gateway.events import SessionEnd, TunnelRefusal
from wire.cstp import DisconnectReason, Packet, PacketType, push_disconnect
from wire.http.messages import Request
from wire.net import Listener
from wire.relay import ResetReason
from wire.tcp import TcpStream
from wire.tunnel import TunnelEnd
from wire.vpn_http import pull_offer_untrusted, push_connect

Fixture = Any


@pytest.mark.trio
async def test_a_phone_gets_an_address_and_what_it_asked_for(open_lab: Fixture, autojump_clock: object) -> None:
    async with open_lab() as lab:
        client = await lab.client()
        offer = pull_offer_untrusted(await client.connect(await client.log_in()))
        assert (offer.address, offer.mtu, offer.dpd, offer.keepalive) == ("127.66.1.101", 1290, 30, 60)
        assert offer.hostname == "SEP001122334455"
        up = lab.one(ev.TunnelEstablished)
        assert (up.assigned_address, up.hostname, up.reconnected) == ("127.66.1.101", "SEP001122334455", False)
        assert up.cause == lab.one(ev.LoginSucceeded).seq


@pytest.mark.trio
async def test_connect_on_a_new_connection_without_a_certificate_needs_the_cookie_only(
    open_lab: Fixture, autojump_clock: object
) -> None:
    async with open_lab() as lab:
        cookie = await (await lab.client()).log_in()
        assert (await (await lab.client(None)).connect(cookie)).status == 200


REFUSED = {
    "no-cookie": ("", 401, TunnelRefusal.NO_COOKIE),
    "guessed": ("A" * 43 + "=", 401, TunnelRefusal.UNKNOWN_COOKIE),
    "garbage": ("x" * 3000, 401, TunnelRefusal.UNKNOWN_COOKIE),
}


@pytest.mark.trio
@pytest.mark.parametrize(("cookie", "status", "reason"), REFUSED.values(), ids=REFUSED)
async def test_a_cookie_that_is_none_gets_no_tunnel(
    open_lab: Fixture, cookie: str, status: int, reason: TunnelRefusal, autojump_clock: object
) -> None:
    async with open_lab() as lab:
        client = await lab.client()
        await client.log_in()
        assert (await client.connect(cookie)).status == status
        refused = lab.one(ev.TunnelRefused)
        assert (refused.reason, refused.status) == (reason, status)


@pytest.mark.trio
async def test_another_phones_cookie_is_not_accepted(open_lab: Fixture, autojump_clock: object) -> None:
    async with open_lab() as lab:
        cookie = await (await lab.client()).log_in()
        assert (await (await lab.client("other")).connect(cookie)).status == 401
        assert lab.one(ev.TunnelRefused).reason is TunnelRefusal.ANOTHER_USER


@pytest.mark.trio
async def test_a_cookie_is_good_for_its_time_and_not_longer(open_lab: Fixture, autojump_clock: object) -> None:
    async with open_lab(limits={"cookie": 100.0}) as lab:
        cookie = await (await lab.client()).log_in()
        await trio.sleep(99)
        assert (await (await lab.client(None)).connect(cookie)).status == 200
        lab.opened[-1].close_now()
        await trio.sleep(101)
        assert (await (await lab.client(None)).connect(cookie)).status == 401
        assert lab.one(ev.VpnSessionEnded).reason is SessionEnd.LOST
        assert lab.gateway.open_sessions == 0


@pytest.mark.trio
async def test_an_empty_pool_refuses_until_an_address_is_free(open_lab: Fixture, autojump_clock: object) -> None:
    async with open_lab(address_pool=("127.66.1.101",)) as lab:
        first = await (await lab.client()).whole_way()
        second = await lab.client("other")
        cookie = await second.log_in()
        answer = await second.connect(cookie)
        assert (answer.status, answer.header("x-reason")) == (503, "no address")
        assert lab.one(ev.TunnelRefused).reason is TunnelRefusal.NO_ADDRESS
        first.close(push_disconnect(DisconnectReason.USER_LEFT))
        await trio.sleep(1)
        assert (await (await lab.client("other")).connect(cookie)).status == 200


@pytest.mark.trio
@pytest.mark.parametrize(("agent", "status"), [("Cisco SVC IPPhone Client v1.0 (1.0)", 403), ("AnyConnect", 200)])
async def test_phones_need_their_licence_and_others_do_not(
    open_lab: Fixture, agent: str, status: int, autojump_clock: object
) -> None:
    async with open_lab(phone_licence=False) as lab:
        client = await lab.client(agent=agent)
        assert (await client.connect(await client.log_in())).status == status
        assert [event.reason for event in lab.of(ev.TunnelRefused)] == [TunnelRefusal.NO_LICENCE] * (status == 403)


@pytest.mark.trio
async def test_connect_elsewhere_is_not_found(open_lab: Fixture, autojump_clock: object) -> None:
    async with open_lab() as lab:
        client = await lab.client()
        right = push_connect(host="h", session=await client.log_in())
        assert (await client.ask(Request("CONNECT", "/elsewhere", right.headers))).status == 404
        assert lab.one(ev.TunnelRefused).reason is TunnelRefusal.WRONG_TARGET


@pytest.mark.trio
async def test_a_second_connect_takes_the_tunnel_over_and_keeps_the_address(
    open_lab: Fixture, autojump_clock: object
) -> None:
    async with open_lab() as lab:
        client = await lab.client()
        cookie = await client.log_in()
        first = pull_offer_untrusted(await client.connect(cookie))
        older = client.tunnel()
        again = await lab.client()
        assert pull_offer_untrusted(await again.connect(cookie)).address == first.address
        newer = again.tunnel()
        await trio.sleep(2)
        assert older.ended is not None
        assert (older.ended.how, older.ended.reason) == (TunnelEnd.DISCONNECT, 0)
        assert newer.ended is None
        assert [event.reconnected for event in lab.of(ev.TunnelEstablished)] == [False, True]
        assert not lab.of(ev.VpnSessionEnded)


@pytest.mark.trio
async def test_who_leaves_for_good_loses_the_session_and_who_is_lost_keeps_it(
    open_lab: Fixture, autojump_clock: object
) -> None:
    async with open_lab() as lab:
        client = await lab.client()
        cookie = await client.log_in()
        await client.connect(cookie)
        client.stream.close_now()  # lost
        await trio.sleep(1)
        assert not lab.of(ev.VpnSessionEnded)
        client = await lab.client()
        assert (await client.connect(cookie)).status == 200
        client.tunnel().close(push_disconnect(DisconnectReason.USER_LEFT, "Aborted by caller"))
        await trio.sleep(1)
        ended = lab.one(ev.VpnSessionEnded)
        assert ended.reason is SessionEnd.USER_REQUESTED
        assert ended.seconds == pytest.approx(1, abs=0.1)
        closed = lab.of(ev.TunnelClosed)[-1]
        assert (closed.how, closed.reason, closed.text) == ("disconnect", 0xB0, "Aborted by caller")
        assert ended.octets_received >= closed.octets_received > 0
        assert (await (await lab.client()).connect(cookie)).status == 401


@pytest.mark.trio
async def test_a_silent_client_is_asked_and_then_given_up_and_one_that_answers_stays(
    open_lab: Fixture, autojump_clock: object
) -> None:
    async with open_lab(dpd=10) as lab:
        living = await (await lab.client("other")).whole_way()
        silent = await lab.client()
        await silent.connect(await silent.log_in())  # and never reads again
        await trio.sleep(31)
        closed = lab.one(ev.TunnelClosed)
        assert (closed.how, closed.dpd_sent, closed.dpd_answered) == ("dead peer", 2, 0)
        assert living.ended is None


@pytest.mark.trio
async def test_a_gateway_that_stops_tells_its_clients(open_lab: Fixture, autojump_clock: object) -> None:
    async with open_lab() as lab:
        tunnel = await (await lab.client()).whole_way()
        await lab.gateway.stop()
        await trio.sleep(1)
        assert tunnel.ended is not None
        assert tunnel.ended.how is TunnelEnd.TERMINATE
        assert lab.one(ev.VpnGatewayStopped).sessions == 1
        assert lab.one(ev.VpnSessionEnded).reason is SessionEnd.GATEWAY_STOPPED
        kinds = [type(event) for event in lab.events]
        assert kinds.index(ev.TunnelClosed) < kinds.index(ev.VpnSessionEnded) < kinds.index(ev.VpnGatewayStopped)
        assert not lab.gateway.started
        port = lab.gateway.start(lab.nursery, "127.66.1.1", 0)
        lab.port = port
        assert (await lab.client()).up


@pytest.mark.trio
async def test_octets_go_through_the_gateway_from_the_clients_own_address(
    open_lab: Fixture, echo: Fixture, autojump_clock: object
) -> None:
    async with echo() as (port, seen), open_lab() as lab:
        tunnel = await (await lab.client()).whole_way()
        stream = await tunnel.connect("127.66.1.2", port)
        data = bytes(range(256)) * 2000
        heard = b""
        async with trio.open_nursery() as nursery:
            nursery.start_soon(stream.send_all, data)
            while len(heard) < len(data):
                heard += await stream.receive_some()
        assert heard == data
        await stream.send_eof()
        assert await stream.receive_some() == b""
        await trio.sleep(1)
        assert stream.connection.startswith("127.66.1.101:")
        assert seen == [stream.connection]  # one name on both ends
        assert lab.one(ev.RelayOpened).far_connection == stream.connection
        closed = lab.one(ev.RelayClosed)
        assert (closed.octets_to_server, closed.octets_to_client) == (len(data), len(data))


@pytest.mark.trio
async def test_a_tunnel_that_breaks_takes_its_relayed_connections_with_it(
    open_lab: Fixture, echo: Fixture, autojump_clock: object
) -> None:
    async with echo() as (port, _), open_lab() as lab:
        client = await lab.client()
        tunnel = await client.whole_way()
        stream = await tunnel.connect("127.66.1.2", port)
        client.stream.close_now()
        await trio.sleep(1)
        with pytest.raises(trio.BrokenResourceError):
            await stream.receive_some()
        assert lab.one(ev.RelayClosed)


@pytest.mark.trio
async def test_a_clients_reset_ends_the_connection_to_the_server_and_the_tunnel_lives(
    open_lab: Fixture, echo: Fixture, autojump_clock: object
) -> None:
    async with echo() as (port, _), open_lab() as lab:
        tunnel = await (await lab.client()).whole_way()
        stream = await tunnel.connect("127.66.1.2", port)
        await stream.send_all(b"x" * 1000)
        await trio.sleep(0.1)
        stream.close_now()  # with octets unread
        await trio.sleep(1)
        assert lab.one(ev.RelayClosed)
        assert (await tunnel.connect("127.66.1.2", port)).connection


@pytest.mark.trio
@pytest.mark.parametrize("rudely", [True, False])
async def test_how_a_server_ends_a_connection_is_how_the_client_sees_it_end(
    open_lab: Fixture, rudely: bool, autojump_clock: object
) -> None:
    async def serve(stream: TcpStream) -> None:
        await stream.receive_some()
        if rudely:
            stream._sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        stream.close_now()

    async with open_lab() as lab:
        listener = Listener("127.66.1.2", 0)
        lab.nursery.start_soon(listener.serve, serve)
        tunnel = await (await lab.client()).whole_way()
        stream = await tunnel.connect("127.66.1.2", listener.port)
        await stream.send_all(b"x")
        if rudely:
            with pytest.raises(trio.BrokenResourceError):
                await stream.receive_some()
        else:
            assert await stream.receive_some() == b""


@pytest.mark.trio
@pytest.mark.parametrize(
    ("host", "problem", "reason"),
    [
        ("127.66.1.2", errno.ECONNREFUSED, ResetReason.REFUSED),
        ("192.0.2.1", errno.EACCES, ResetReason.NOT_ALLOWED),
        ("cucm-pub", errno.EACCES, ResetReason.NOT_ALLOWED),
    ],
)
async def test_what_is_not_there_or_not_allowed_is_told_and_noted(
    open_lab: Fixture, host: str, problem: int, reason: ResetReason, autojump_clock: object
) -> None:
    async with open_lab() as lab:
        tunnel = await (await lab.client()).whole_way()
        with pytest.raises(OSError) as caught:
            await tunnel.connect(host, 9)
        assert caught.value.errno == problem
        refused = lab.one(ev.RelayRefused)
        assert (refused.host, refused.reason, refused.error) == (host, reason, problem)


@pytest.mark.trio
async def test_a_server_that_never_answers_is_given_up(open_lab: Fixture, autojump_clock: object) -> None:
    class Nowhere:
        async def connect(self, host: str, port: int, from_address: str) -> Any:
            await trio.sleep_forever()

    async with open_lab(inside=Nowhere()) as lab:
        tunnel = await (await lab.client()).whole_way()
        began = trio.current_time()
        with pytest.raises(OSError):
            await tunnel.connect("127.66.1.2", 9)
        assert trio.current_time() - began == pytest.approx(10, abs=0.1)
        assert lab.one(ev.RelayRefused).reason == ResetReason.UNREACHABLE


@pytest.mark.trio
async def test_ip_packets_are_counted_and_dropped(open_lab: Fixture, autojump_clock: object) -> None:
    async with open_lab() as lab:
        tunnel = await (await lab.client()).whole_way()
        for _ in range(3):
            tunnel._queue(Packet(PacketType.DATA, b"\x45" + bytes(19)))
        tunnel.close(push_disconnect(DisconnectReason.USER_LEFT))
        await trio.sleep(1)
        assert lab.one(ev.TunnelClosed).packets_dropped == 3


def test_a_session_is_not_shown_with_its_cookie(settings: GatewaySettings) -> None:
    from edge_sim.vpn_gateway.sessions import Sessions

    sessions = Sessions(at_most=1, logins_of_user=1, cookie_timeout=1, pool=())
    session, cookie = sessions.open(group="g", user="u", address="a", client_type="c", now=0)
    assert sessions.find_untrusted(cookie, 0.5) is session
    assert sessions.find_untrusted(cookie, 1.5) is None
    assert sessions.find_untrusted("\udcff", 0.5) is None
    assert cookie not in repr(session)
