"""How a TLS stream leaves: within a stated time, once, and without losing what two tasks had to say."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
import trio

from journal import Clock, Journal
from pki import KeyPool, callmanager_identity
from wire.net import Listener, connect
from wire.tcp import TcpStream
from wire.tls import ClientContext, ServerContext, TlsProfile, TlsStream, TlsVersion
from wire.tls.stream import LINGER

PROFILE = TlsProfile(TlsVersion.TLSv1, TlsVersion.TLSv1_3, ("AES256-SHA",))


async def tcp_pair() -> tuple[TcpStream, TcpStream]:
    listener = Listener("127.0.0.1", 0)
    near = await connect("127.0.0.1", listener.port)
    far = await listener._accept()
    listener.close()
    return near, far


@pytest.fixture
def identity() -> Any:
    since = datetime(2026, 1, 1, tzinfo=UTC)
    return callmanager_identity(keys=KeyPool().ring(), subject={"O": "Lab"}, host_name="cucm", not_before=since)


@pytest.fixture
def streams(identity: Any) -> Any:
    async def make() -> tuple[TlsStream, TlsStream]:
        near, far = await tcp_pair()
        journal = Journal(Clock())
        client = TlsStream(near, ClientContext(PROFILE, None), journal.emitter("phone"))
        server = TlsStream(far, ServerContext(identity, PROFILE), journal.emitter("server"))
        async with trio.open_nursery() as nursery:
            nursery.start_soon(client.handshake)
            nursery.start_soon(server.handshake)
        return client, server

    return make


def clog(stream: TlsStream) -> None:
    """Fill the way to the other end, which does not read."""
    for size in (65536, 1):
        try:
            while True:
                stream._tcp._sock.send(b"x" * size)
        except BlockingIOError:
            pass


@pytest.mark.trio
@pytest.mark.parametrize("side", ["client", "server"])
async def test_closing_before_a_peer_that_never_reads_takes_a_second_at_most(
    side: str, streams: Any, autojump_clock: object
) -> None:
    client, server = await streams()
    closing, other = (client, server) if side == "client" else (server, client)
    clog(closing)
    began = trio.current_time()
    await closing.aclose()
    assert trio.current_time() - began <= 2 * LINGER
    assert closing._tcp._sock.fileno() == -1
    other.close_now()


@pytest.mark.trio
async def test_a_server_that_refused_a_handshake_lingers_once(identity: Any, autojump_clock: object) -> None:
    """The peer neither reads on nor closes: half a second altogether, not one for the refusal and one for the close."""
    near, far = await tcp_pair()
    server = TlsStream(far, ServerContext(identity, PROFILE), Journal(Clock()).emitter("server"))
    await near.send_all(b"\xff" * 100)
    began = trio.current_time()
    assert not await server.handshake()
    await server.aclose()
    assert trio.current_time() - began == pytest.approx(LINGER)
    near.close_now()


@pytest.mark.trio
async def test_a_stranger_whose_handshake_was_refused_sees_the_end_at_once(
    identity: Any, autojump_clock: object
) -> None:
    """The server still reads, but it has said that it will say no more."""
    near, far = await tcp_pair()
    server = TlsStream(far, ServerContext(identity, PROFILE), Journal(Clock()).emitter("server"))
    await near.send_all(b"\xff" * 100)
    began = trio.current_time()
    async with trio.open_nursery() as nursery:
        nursery.start_soon(server.handshake)
        while await near.receive_some():
            pass
        assert trio.current_time() == began
        near.close_now()
    await server.aclose()


@pytest.mark.trio
async def test_a_server_that_closes_waits_for_its_client_no_longer_than_needed(
    streams: Any, autojump_clock: object
) -> None:
    client, server = await streams()
    began = trio.current_time()
    async with trio.open_nursery() as nursery:
        nursery.start_soon(server.aclose)
        assert await client.receive_some() == b""
        await client.aclose()
    assert trio.current_time() == began


@pytest.mark.trio
async def test_a_reader_with_something_to_say_waits_for_who_waits_to_write(
    streams: Any, autojump_clock: object
) -> None:
    """One task waits until it could send; another reads, and OpenSSL has octets to send because of it. They must leave."""
    client, server = await streams()
    clog(client)
    async with trio.open_nursery() as nursery:
        nursery.start_soon(client.wait_send_all_might_not_block)
        await trio.sleep(1)
        client.engine.write(b"what a read had to answer")
        nursery.start_soon(client._flush_quietly)
        await trio.sleep(1)
        arrived = b""
        while not arrived.endswith(b"\x17\x03\x03"):
            with trio.move_on_after(1) as patience:
                arrived += await server._tcp.receive_some(1 << 20)
            if patience.cancelled_caught:
                break
    assert b"\x17\x03\x03" in arrived[-200:]
    client.close_now()
    server.close_now()
