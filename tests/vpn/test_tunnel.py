"""Tunnels and the streams inside them, in memory and on virtual time."""

from __future__ import annotations

import errno
from typing import Any

import pytest
import trio
from trio.testing import check_half_closeable_stream

from wire.cstp import CstpDecoder, DisconnectReason, Packet, PacketType, push_disconnect, push_packet
from wire.relay import MOST_STREAMS, WINDOW, ResetReason
from wire.tunnel import RelayStream, Tunnel, TunnelEnd, TunnelNote


@pytest.mark.trio
async def test_a_relayed_stream_keeps_trios_contract_for_streams(make_pair: Any) -> None:
    async with make_pair() as pair:

        async def make() -> tuple[RelayStream, RelayStream]:
            return await pair.streams()  # type: ignore[no-any-return]

        async def make_clogged() -> tuple[RelayStream, RelayStream]:
            near, far = await make()
            for stream in (near, far):
                stream._carrier.relay.send(stream._number, bytes(WINDOW))
                stream._carrier.flush()
            return near, far

        await check_half_closeable_stream(make, make_clogged)
        await trio.testing.wait_all_tasks_blocked()
        assert pair.phone._streams == pair.gateway._streams == {}


@pytest.mark.trio
async def test_octets_arrive_whole_and_in_order_on_many_streams_at_once(make_pair: Any) -> None:
    data = bytes(range(256)) * 4096
    async with make_pair() as pair:
        heard: dict[int, bytes] = {}

        async def say(stream: RelayStream) -> None:
            await stream.send_all(data)
            await stream.send_eof()

        async def hear(number: int, stream: RelayStream) -> None:
            heard[number] = b"".join([part async for part in stream])

        async with trio.open_nursery() as nursery:
            for number in range(5):
                near, far = await pair.streams()
                nursery.start_soon(say, near)
                nursery.start_soon(say, far)
                nursery.start_soon(hear, 2 * number, near)
                nursery.start_soon(hear, 2 * number + 1, far)
        assert set(heard.values()) == {data}
        assert len(heard) == 10
        assert pair.phone.relay.open_streams == pair.gateway.relay.open_streams == 0


@pytest.mark.trio
async def test_a_stream_has_the_name_of_the_connection_behind_the_gateway(make_pair: Any) -> None:
    async with make_pair() as pair:
        near, far = await pair.streams()
        assert (near.connection, near.peer_address, near.client) == (pair.NAME, "127.10.1.3", True)
        assert (far.connection, far.peer_address, far.client) == (pair.NAME, "127.10.1.9", False)
        assert (pair.asked[0].host, pair.asked[0].port) == ("127.10.1.3", 2443)


@pytest.mark.trio
@pytest.mark.parametrize(
    ("reason", "problem"),
    [
        (ResetReason.REFUSED, errno.ECONNREFUSED),
        (ResetReason.UNREACHABLE, errno.EHOSTUNREACH),
        (ResetReason.NOT_ALLOWED, errno.EACCES),
        (ResetReason.ABORTED, errno.ECONNRESET),
    ],
)
async def test_what_the_gateway_cannot_open_is_an_oserror_with_its_reason(
    make_pair: Any, reason: ResetReason, problem: int
) -> None:
    async with make_pair() as pair:
        pair.refuse_with = reason
        with pytest.raises(OSError) as caught:
            await pair.phone.connect("127.10.1.3", 2443)
        assert caught.value.errno == problem
        assert pair.phone.relay.open_streams == 0
        with pytest.raises(OSError):
            await pair.phone.connect("no such place", 1)


@pytest.mark.trio
async def test_more_streams_than_a_tunnel_holds_are_refused_and_the_others_live(make_pair: Any) -> None:
    async with make_pair() as pair:
        streams = [await pair.streams() for _ in range(MOST_STREAMS)]
        with pytest.raises(OSError):
            await pair.phone.connect("127.10.1.3", 2443)
        near, far = streams[0]
        await near.send_all(b"still here")
        assert await far.receive_some() == b"still here"


@pytest.mark.trio
async def test_a_cancelled_connect_leaves_nothing_open(make_pair: Any, autojump_clock: object) -> None:
    async with make_pair() as pair:
        pair.gateway._on_open = lambda tunnel, asked: None  # it is still trying
        with trio.move_on_after(5):
            await pair.phone.connect("127.10.1.3", 2443)
        await trio.sleep(1)
        assert pair.phone.relay.open_streams == pair.gateway.relay.open_streams == 0


@pytest.mark.trio
async def test_a_dead_peer_is_asked_and_then_given_up(make_pipes: Any, autojump_clock: object) -> None:
    notes: list[TunnelNote] = []
    near, _ = make_pipes()
    tunnel = Tunnel(near, client=True, dpd=3, note=notes.append)
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
        nursery.start_soon(Tunnel(near, client=False).run)
        await far.send_all(push_packet(Packet(PacketType.DPD_REQUEST, b"hello")))
        decoder = CstpDecoder()
        decoder.feed(await far.receive_some())
        assert decoder.next_untrusted() == Packet(PacketType.DPD_RESPONSE, b"hello")
        nursery.cancel_scope.cancel()


@pytest.mark.trio
async def test_ip_packets_are_dropped_and_counted(make_pipes: Any) -> None:
    near, far = make_pipes()
    tunnel = Tunnel(near, client=False)
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
        near, far = await pair.streams()
        pair.phone.close(packet)
        with pytest.raises(trio.BrokenResourceError):
            await far.receive_some()
        with pytest.raises(trio.BrokenResourceError):
            await near.send_all(b"x")
        await trio.testing.wait_all_tasks_blocked()
        assert pair.ends["phone"].how is TunnelEnd.CLOSED_HERE
        ended = pair.ends["gateway"]
        assert (ended.how, ended.reason, ended.text) == (TunnelEnd.DISCONNECT, reason, text)
        with pytest.raises(OSError):
            await pair.phone.connect("127.10.1.3", 2443)


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
        push_packet(Packet(PacketType.DATA, b"\xa1")),
        push_packet(Packet(PacketType.DATA, b"\xa1\x03\x00\x00\x00\x07x")),
    ],
)
async def test_garbage_in_the_tunnel_ends_it_with_a_reason(make_pipes: Any, octets: bytes) -> None:
    near, far = make_pipes()
    await far.send_all(octets)
    ended = await Tunnel(near, client=False).run()
    assert ended.how is TunnelEnd.PROTOCOL_ERROR
    assert ended.text


@pytest.mark.trio
async def test_what_came_behind_the_http_head_is_part_of_the_tunnel(make_pipes: Any) -> None:
    near, _ = make_pipes()
    first = push_packet(push_disconnect(DisconnectReason.USER_LEFT))
    assert (await Tunnel(near, client=False, first=first).run()).how is TunnelEnd.DISCONNECT


@pytest.mark.trio
async def test_a_peer_that_floods_and_never_reads_costs_bounded_memory_and_is_left(
    make_pipes: Any, autojump_clock: object
) -> None:
    from wire.tunnel import tunnel as module

    near, far = make_pipes()

    async def stuck(data: bytes) -> None:
        await trio.sleep_forever()

    near.send_all = stuck
    tunnel = Tunnel(near, client=False)

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
    assert module.MOST_QUEUED / 2 < tunnel._queued < module.MOST_QUEUED + 64 * 1024
