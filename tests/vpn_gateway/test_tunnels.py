"""CONNECT and after: cookies, addresses, two tunnels of one session, farewells, time, and IP packets."""

from __future__ import annotations

from typing import Any

import pytest
import trio

from edge_sim.vpn_gateway import GatewaySettings
from edge_sim.vpn_gateway import events as ev
from edge_sim.vpn_gateway.events import SessionEnd, TunnelRefusal
from wire.cstp import DisconnectReason, Packet, PacketType, push_disconnect
from wire.http.messages import Request
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
        lab.gateway.start(lab.nursery)
        port = lab.gateway.port
        lab.port = port
        assert (await lab.client()).up


@pytest.mark.trio
async def test_ip_packets_are_counted_and_dropped(open_lab: Fixture, autojump_clock: object) -> None:
    async with open_lab() as lab:
        tunnel = await (await lab.client()).whole_way()
        for _ in range(3):
            await tunnel._send(Packet(PacketType.DATA, b"\x45" + bytes(19)))
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
