"""Tunnels in memory and on virtual time: dead peers, keepalives, farewells, and what is no CSTP."""

from __future__ import annotations

from typing import Any

import pytest
import trio

from wire.cstp import CstpDecoder, DisconnectReason, Packet, PacketType, push_disconnect, push_packet
from wire.tunnel import Tunnel, TunnelEnd, TunnelNote


@pytest.mark.trio
async def test_a_dead_peer_is_asked_and_then_given_up(make_pipes: Any, autojump_clock: object) -> None:
    notes: list[TunnelNote] = []
    near, _ = make_pipes()
    tunnel = Tunnel(near, dpd=3, note=notes.append)
    began = trio.current_time()
    assert (await tunnel.run()).how is TunnelEnd.DEAD_PEER
    assert trio.current_time() - began == pytest.approx(6)
    assert notes == [TunnelNote.DPD_SENT]
    assert near.writes == [push_packet(Packet(PacketType.DPD_REQUEST))]


@pytest.mark.trio
async def test_a_living_peer_answers_and_the_tunnel_stays(make_pair: Any, autojump_clock: object) -> None:
    async with make_pair(dpd=3) as pair:
        await trio.sleep(60)
        assert pair.phone.ended is None
        assert pair.notes["phone"].count(TunnelNote.DPD_ANSWERED) == pair.notes["gateway"].count(TunnelNote.DPD_CAME)
        assert pair.notes["gateway"].count(TunnelNote.DPD_CAME) >= 19


@pytest.mark.trio
async def test_keepalives_go_out_when_nothing_else_does(make_pair: Any, autojump_clock: object) -> None:
    async with make_pair(keepalive=20) as pair:
        await trio.sleep(61)
        assert pair.notes == {
            "phone": [TunnelNote.KEEPALIVE_SENT] * 3,
            "gateway": [TunnelNote.KEEPALIVE_CAME] * 3,
        }


@pytest.mark.trio
async def test_a_dpd_answer_carries_what_the_question_did(make_pipes: Any) -> None:
    near, far = make_pipes()
    async with trio.open_nursery() as nursery:
        nursery.start_soon(Tunnel(near).run)
        await far.send_all(push_packet(Packet(PacketType.DPD_REQUEST, b"hello")))
        decoder = CstpDecoder()
        decoder.feed(await far.receive_some())
        assert decoder.next_untrusted() == Packet(PacketType.DPD_RESPONSE, b"hello")
        nursery.cancel_scope.cancel()


@pytest.mark.trio
async def test_ip_packets_are_dropped_and_counted(make_pipes: Any) -> None:
    near, far = make_pipes()
    tunnel = Tunnel(near)
    await far.send_all(push_packet(Packet(PacketType.DATA, b"\x60" + bytes(47))))
    await far.send_all(push_packet(Packet(PacketType.DATA, b"\x45" + bytes(19))))
    await far.send_all(push_packet(Packet(PacketType.COMPRESSED_DATA, b"\xa1")) + push_packet(Packet(PacketType.DATA)))
    await far.aclose()
    assert (await tunnel.run()).how is TunnelEnd.EOF
    assert tunnel.dropped == 4


GOODBYES = {
    "disconnect": (push_disconnect(DisconnectReason.USER_LEFT, "Aborted by caller"), 0xB0, "Aborted by caller"),
    "empty": (Packet(PacketType.DISCONNECT), 0, ""),
    "from-gateway": (push_disconnect(0, "Idle Timeout", from_gateway=True), 0, "Idle Timeout"),
}


@pytest.mark.trio
@pytest.mark.parametrize(("packet", "reason", "text"), GOODBYES.values(), ids=GOODBYES)
async def test_a_farewell_reaches_the_other_side(make_pair: Any, packet: Packet, reason: int, text: str) -> None:
    async with make_pair() as pair:
        pair.phone.close(packet)
        await trio.testing.wait_all_tasks_blocked()
        assert pair.ends["phone"].how is TunnelEnd.CLOSED_HERE
        ended = pair.ends["gateway"]
        assert (ended.how, ended.reason, ended.text) == (TunnelEnd.DISCONNECT, reason, text)


@pytest.mark.trio
async def test_terminate_ends_the_phones_tunnel(make_pair: Any) -> None:
    async with make_pair() as pair:
        pair.gateway.close(Packet(PacketType.TERMINATE))
        await trio.testing.wait_all_tasks_blocked()
        assert pair.ends["phone"].how is TunnelEnd.TERMINATE


@pytest.mark.trio
@pytest.mark.parametrize(
    "octets",
    [
        b"GET / HTTP/1.1\r\n\r\n",
        b"STF\x02",
        b"STF\x01\xff\xff\x00\x00",
        b"STF\x01\x00\x00\x06\x00",
    ],
)
async def test_garbage_in_the_tunnel_ends_it_with_a_reason(make_pipes: Any, octets: bytes) -> None:
    near, far = make_pipes()
    await far.send_all(octets)
    ended = await Tunnel(near).run()
    assert ended.how is TunnelEnd.PROTOCOL_ERROR
    assert ended.text


@pytest.mark.trio
async def test_what_came_behind_the_http_head_is_part_of_the_tunnel(make_pipes: Any) -> None:
    near, _ = make_pipes()
    first = push_packet(push_disconnect(DisconnectReason.USER_LEFT))
    assert (await Tunnel(near, first=first).run()).how is TunnelEnd.DISCONNECT


@pytest.mark.trio
async def test_a_peer_that_floods_and_never_reads_is_not_read_any_further_and_left(
    make_pipes: Any, autojump_clock: object
) -> None:
    near, far = make_pipes()

    async def stuck(data: bytes) -> None:
        await trio.sleep_forever()

    near.send_all = stuck
    tunnel = Tunnel(near)

    async def flood() -> None:
        octets = push_packet(Packet(PacketType.DPD_REQUEST, bytes(16000)))
        try:
            for _ in range(2000):
                await far.send_all(octets)
        except (trio.BrokenResourceError, trio.ClosedResourceError):
            pass

    async with trio.open_nursery() as nursery:
        nursery.start_soon(flood)
        ended = await tunnel.run()
        nursery.cancel_scope.cancel()
    assert ended.how is TunnelEnd.STUCK
    assert tunnel.octets_in <= 64 * 1024, "it read on although its answers do not leave"
