"""Real connections come out of the capture as a network would have shown them, whichever ends tell of them."""

from __future__ import annotations

import socket
from datetime import timedelta

import pytest
import trio
import trio.testing
from hypothesis import given
from hypothesis import strategies as st

from tests.wire_capture.conftest import NOON, Memory
from tests.wire_capture.reading import ACK, RST, SYN, blocks, packets, told
from wire.net import Listener, connect
from wire.tcp import TcpStream

BOTH, CLIENT, SERVER = "both ends", "client", "server"
ENDS = pytest.mark.parametrize("ends", [BOTH, CLIENT, SERVER])
OPENING = ["> SYN", "< SYN"]


async def pair(memory: Memory, ends: str = BOTH) -> tuple[TcpStream, TcpStream]:
    listener = Listener("127.0.0.1", 0, tap=memory.writer if ends != CLIENT else None)
    client = await connect("127.0.0.1", listener.port, tap=memory.writer if ends != SERVER else None)
    server = await listener._accept()
    listener.close()
    return client, server


@pytest.mark.trio
@ENDS
async def test_a_request_an_answer_and_the_servers_fin_first(memory: Memory, ends: str) -> None:
    client, server = await pair(memory, ends)
    await client.send_all(b"question")
    assert await server.receive_some() == b"question"
    await server.send_all(b"answer!" * 1000)
    await server.send_eof()
    got = b""
    while data := await client.receive_some():
        got += data
    await client.aclose()
    assert await server.receive_some() == b""
    await server.aclose()
    assert got == b"answer!" * 1000
    assert told(memory.data) == [*OPENING, "> 8", "< 1460", "< 1460", "< 1460", "< 1460", "< 1160", "< FIN", "> FIN"]
    found = packets(memory.data)
    assert b"".join(packet.payload for packet in found if packet.payload != b"question") == got
    assert f"{found[0].source}>{found[0].target}" == client.connection
    assert all(packet.flags == (SYN,) or ACK in packet.flags for packet in found)
    assert found[-1].flags == (ACK,)


@pytest.mark.trio
@ENDS
async def test_the_client_closes_first(memory: Memory, ends: str) -> None:
    client, server = await pair(memory, ends)
    await client.aclose()
    assert await server.receive_some() == b""
    await server.aclose()
    # What the client's end alone cannot know after it has gone, it does not make up.
    assert told(memory.data) == [*OPENING, "> FIN", *(["< FIN"] if ends != CLIENT else [])]


@pytest.mark.trio
@ENDS
async def test_closing_with_octets_unread_is_a_reset_and_the_octets_are_there(memory: Memory, ends: str) -> None:
    client, server = await pair(memory, ends)
    await client.send_all(b"never read")
    await server.aclose()
    with pytest.raises(trio.BrokenResourceError):
        await client.receive_some()
    await client.aclose()
    assert told(memory.data) == [*OPENING, "> 10", "< RST"]


@pytest.mark.trio
@ENDS
async def test_octets_for_one_who_has_gone_are_answered_with_a_reset(memory: Memory, ends: str) -> None:
    client, server = await pair(memory, ends)
    await server.aclose()
    await client.send_all(b"are you there")
    with pytest.raises(trio.BrokenResourceError):
        await client.send_all(b"hello?")
    await client.aclose()
    beyond = [] if ends == SERVER else ["> 13", "< RST"]
    assert [line for line in told(memory.data) if line != "< FIN"] == [*OPENING, *beyond]
    assert ("< FIN" in told(memory.data)) == (ends != CLIENT)  # the client met the reset before it looked for the FIN


@pytest.mark.trio
async def test_what_a_peer_never_read_is_in_the_capture_where_its_sender_tells(memory: Memory) -> None:
    client, server = await pair(memory)
    await server.send_all(b"late news")
    client.discard_arrived()
    await client.aclose()
    await server.aclose()
    assert told(memory.data) == [*OPENING, "< 9", "> FIN", "< FIN"]


@pytest.mark.trio
async def test_what_a_client_threw_away_is_in_its_own_capture(memory: Memory) -> None:
    client, server = await pair(memory, CLIENT)
    await server.send_all(b"late news")
    client.discard_arrived()
    await client.aclose()
    await server.aclose()
    assert told(memory.data) == [*OPENING, "< 9", "> FIN"]


@pytest.mark.trio
async def test_a_connection_that_nobody_takes_is_a_syn_and_a_reset(memory: Memory) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with pytest.raises(ConnectionRefusedError):
        await connect("127.0.0.1", port, local_address="127.0.0.1", tap=memory.writer)
    syn, reset = packets(memory.data)
    assert (syn.flags, reset.flags) == ((SYN,), (RST, ACK))
    assert reset.acknowledgment == (syn.sequence + 1) % 2**32
    assert syn.target == reset.source == f"127.0.0.1:{port}"
    assert int(syn.source.rpartition(":")[2]) > 0


@pytest.mark.trio
@ENDS
async def test_more_than_fits_a_socket_arrives_whole_and_once(memory: Memory, ends: str) -> None:
    client, server = await pair(memory, ends)
    much = bytes(range(256)) * 20_000
    got = bytearray()

    async def read() -> None:
        while data := await server.receive_some():
            got.extend(data)

    async with trio.open_nursery() as nursery:
        nursery.start_soon(read)
        await client.send_all(much)
        await client.send_eof()
    await client.aclose()
    await server.aclose()
    found = packets(memory.data)
    assert b"".join(packet.payload for packet in found) == bytes(got) == much
    assert max(len(packet.payload) for packet in found) == 1460
    assert memory.writer._tail is not None
    assert sum(packet.octets for packet in memory.writer._tail.packets) <= 32 * 1024


@pytest.mark.trio
async def test_the_server_may_speak_before_the_client_has_told_anything(memory: Memory) -> None:
    name = "127.0.0.1:40000>127.0.0.1:21"
    writer = memory.writer
    writer.opened(name, False)
    writer.octets(name, False, True, b"220 ready")
    writer.opened(name, True)
    writer.octets(name, True, False, b"220 ready")
    writer.octets(name, True, True, b"QUIT")
    writer.octets(name, False, False, b"QUIT")
    assert told(memory.data) == [*OPENING, "< 9", "> 4"]


@pytest.mark.trio
async def test_a_server_that_looks_late_joins_the_connection_that_has_ended(memory: Memory) -> None:
    name = "127.0.0.1:40000>127.0.0.1:2000"
    writer = memory.writer
    writer.opened(name, True)
    writer.octets(name, True, True, b"x")
    writer.finished(name, True, True)
    writer.closed(name, True)
    writer.opened(name, False)
    writer.octets(name, False, False, b"x")
    writer.finished(name, False, False)
    writer.finished(name, False, True)
    writer.closed(name, False)
    assert told(memory.data) == [*OPENING, "> 1", "> FIN", "< FIN"]
    assert not writer._open
    assert not writer._half_open


def test_the_same_ports_again_are_a_new_connection_with_other_numbers(memory: Memory) -> None:
    name = "127.0.0.1:40000>127.0.0.1:2000"
    for _ in range(2):
        memory.writer.opened(name, True)
        memory.writer.finished(name, True, True)
        memory.writer.closed(name, True)
    assert told(memory.data) == [*OPENING, "> FIN"] * 2
    first, second = (packet for packet in packets(memory.data) if packet.flags == (SYN,))
    assert first.sequence != second.sequence


@pytest.mark.parametrize("name", ["127.0.0.1:40000>cucm-pub:2000", "::1:40000>::1:2000", "-"])
def test_what_has_no_ipv4_address_is_not_shown(memory: Memory, name: str) -> None:
    memory.writer.refused(name)
    memory.writer.opened(name, True)
    memory.writer.octets(name, True, True, b"x")
    memory.writer.closed(name, True)
    assert packets(memory.data) == []


def test_ten_thousand_connections_leave_nothing_behind(memory: Memory) -> None:
    for number in range(10_000):
        name = f"127.0.0.1:{10_000 + number}>127.0.0.1:2000"
        memory.writer.opened(name, number % 2 == 0)
        memory.writer.octets(name, number % 2 == 0, True, b"x")
        memory.writer.closed(name, number % 2 == 0)
        memory.writer.keylog(b"CLIENT_RANDOM %d" % number)
    assert not memory.writer._open
    assert len(memory.writer._half_open) <= 256
    assert len(memory.writer._lines) <= 256


def test_a_phone_bears_its_own_mac_and_a_server_one_of_its_address(memory: Memory) -> None:
    memory.writer.station("127.77.0.100", "SEP001A2F000001")
    memory.writer.station("127.77.0.1", "new-pub")
    memory.writer.station("127.77.0.1", "new-pub")
    memory.writer.opened("127.77.0.100:40000>127.77.0.1:2443", True)
    assert [block.kind for block in blocks(memory.data)].count(4) == 2
    assert packets(memory.data)[0].macs == ("00:1a:2f:00:00:01", "02:00:7f:4d:00:01")


def test_time_is_the_labs_and_never_goes_back(memory: Memory) -> None:
    name = "127.0.0.1:40000>127.0.0.1:2000"
    memory.writer.opened(name, True)
    for seconds in (5, 3, 9):
        memory.now = NOON + timedelta(seconds=seconds, microseconds=1)
        memory.writer.octets(name, True, True, b"x")
    start = int(NOON.timestamp()) * 1_000_000
    times = [packet.microseconds - start for packet in packets(memory.data) if packet.payload]
    assert times == [5_000_001, 5_000_001, 9_000_001]


_ENDS = st.booleans()
_CALLS = st.one_of(
    st.tuples(st.just("opened"), _ENDS),
    st.tuples(st.just("octets"), _ENDS, _ENDS, st.binary(max_size=4000)),
    st.tuples(st.just("finished"), _ENDS, _ENDS),
    st.tuples(st.just("reset"), _ENDS, _ENDS),
    st.tuples(st.just("closed"), _ENDS),
    st.tuples(st.just("comment"), st.text(max_size=9)),
)
_NAMES = st.sampled_from(["127.0.0.1:1>127.0.0.2:2", "127.0.0.1:3>127.0.0.2:2", "127.0.0.1:4>127.0.0.2:2"])


@given(st.lists(st.tuples(_NAMES, _CALLS) | st.binary(max_size=40), max_size=40))
def test_whatever_is_told_in_whatever_order_the_file_stays_sound(
    calls: list[tuple[str, tuple[object, ...]] | bytes],
) -> None:
    memory = Memory()
    for call in calls:
        if isinstance(call, bytes):
            memory.writer.keylog(call)
        else:
            connection, (what, *rest) = call
            getattr(memory.writer, str(what))(connection, *rest)
    following: dict[tuple[str, str], int] = {}
    for packet in packets(memory.data):
        if packet.flags == (RST,):
            continue
        way = packet.source, packet.target
        if SYN not in packet.flags:
            assert packet.sequence == following[way]
        following[way] = (
            packet.sequence + len(packet.payload) + ("FIN" in packet.flags) + (SYN in packet.flags)
        ) % 2**32


@pytest.mark.trio
async def test_a_tapped_stream_keeps_the_contract_of_a_half_closeable_stream(memory: Memory) -> None:
    async def tapped() -> tuple[TcpStream, TcpStream]:
        return await pair(memory)

    await trio.testing.check_half_closeable_stream(tapped, None)
    assert packets(memory.data)
