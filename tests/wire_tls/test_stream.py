"""TlsStream keeps trio's stream contract on every version, and an alert that was written is read."""

from __future__ import annotations

import pytest
import trio
import trio.testing

from wire.net import Listener, connect
from wire.tcp import TcpStream
from wire.tls import (
    AlertDescription,
    HandshakeCompleted,
    HandshakeFailed,
    ServerContext,
    TlsClosed,
    TlsStream,
    TlsVersion,
)

VERSIONS = [TlsVersion.TLSv1, TlsVersion.TLSv1_2, TlsVersion.TLSv1_3]


async def tcp_pair() -> tuple[TcpStream, TcpStream]:
    listener = Listener("127.0.0.1", 0)
    client = await connect("127.0.0.1", listener.port)
    server = await listener._accept()
    listener.close()
    return client, server


async def tls_pair(notebook, client_context, server_context, credential) -> tuple[TlsStream, TlsStream]:  # type: ignore[no-untyped-def]
    near, far = await tcp_pair()
    client = TlsStream(near, client_context, notebook.emitter("phone"), credential=credential)
    server = TlsStream(far, server_context, notebook.emitter("server"))
    async with trio.open_nursery() as nursery:
        nursery.start_soon(client.handshake)
        nursery.start_soon(server.handshake)
    return client, server


@pytest.mark.trio
@pytest.mark.parametrize("version", VERSIONS, ids=str)
async def test_tls_stream_keeps_the_contract_of_a_two_way_stream(version, contexts, notebook) -> None:  # type: ignore[no-untyped-def]
    client_context, server_context, credential = contexts(version)

    async def pair() -> tuple[TlsStream, TlsStream]:
        return await tls_pair(notebook, client_context, server_context, credential)

    await trio.testing.check_two_way_stream(pair, None)


@pytest.mark.trio
@pytest.mark.parametrize("version", VERSIONS, ids=str)
async def test_both_ends_note_what_was_negotiated(version, contexts, notebook, pki) -> None:  # type: ignore[no-untyped-def]
    client, server = await tls_pair(notebook, *contexts(version))
    assert client.tls_version == server.tls_version == str(version)
    assert client.cipher == server.cipher
    assert server.peer_certificate == pki.phone.certificate
    assert client.peer_certificate == pki.server.certificate
    for actor in ("phone", "server"):
        (completed,) = notebook.of(HandshakeCompleted, actor)
        assert (completed.version, completed.cipher) == (str(version), client.cipher)
        assert completed.connection == client.connection
    async with trio.open_nursery() as nursery:
        nursery.start_soon(client.aclose)
        nursery.start_soon(server.aclose)


@pytest.mark.trio
@pytest.mark.parametrize("version", VERSIONS, ids=str)
async def test_a_close_notify_reads_as_the_end_and_so_does_an_eof_without_one(version, contexts, notebook) -> None:  # type: ignore[no-untyped-def]
    client, server = await tls_pair(notebook, *contexts(version))
    await client.aclose()
    assert await server.receive_some() == b""
    await server.aclose()
    assert notebook.of(TlsClosed, "server")[0].reason == "close notify"

    client, server = await tls_pair(notebook, *contexts(version))
    client._tcp.discard_arrived()  # or the kernel would send a reset
    client._tcp.close_now()
    assert await server.receive_some() == b""
    await server.aclose()
    assert notebook.of(TlsClosed, "server")[1].reason == "eof"


@pytest.mark.trio
@pytest.mark.parametrize("writes", [0, 2], ids=["client reads", "client writes twice first"])
@pytest.mark.parametrize("version", VERSIONS, ids=str)
async def test_the_alert_reaches_the_client_every_time(version, writes, contexts, notebook, pki) -> None:  # type: ignore[no-untyped-def]
    """100 of 100, and also when a TLS 1.3 client, who believes in the connection, writes to a server that has left."""
    client_context, _, credential = contexts(version)
    from pki import TrustStore

    distrustful = ServerContext(
        pki.server, client_context.profile, TrustStore("CallManager-trust", [pki.server.certificate])
    )
    heard = 0
    for _ in range(100):
        near, far = await tcp_pair()
        client = TlsStream(near, client_context, notebook.emitter("phone"), credential=credential)
        server = TlsStream(far, distrustful, notebook.emitter("server"))

        async def serve(server: TlsStream = server) -> None:
            assert not await server.handshake()
            await server.aclose()

        async with trio.open_nursery() as nursery:
            nursery.start_soon(serve)
            if await client.handshake():
                try:
                    for _ in range(writes):
                        await trio.sleep(0.002)  # the server has judged by now
                        await client.send_all(b"a register message")
                    await client.receive_some()
                except trio.BrokenResourceError:
                    pass
            heard += client.alert_read is not None and client.alert_read.description == AlertDescription.UNKNOWN_CA
            await client.aclose()
    assert heard == 100


@pytest.mark.trio
async def test_a_client_that_stops_talking_in_the_handshake_is_given_up(contexts, notebook, autojump_clock) -> None:  # type: ignore[no-untyped-def]
    _, server_context, _ = contexts(TlsVersion.TLSv1_2)
    near, far = await tcp_pair()
    server = TlsStream(far, server_context, notebook.emitter("server"))
    await near.send_all(b"\x16\x03\x01")
    assert not await server.handshake(timeout=10)
    await server.aclose()
    await near.aclose()
    (failed,) = notebook.of(HandshakeFailed, "server")
    assert failed.reason == "timeout"


@pytest.mark.trio
@pytest.mark.parametrize("first", [b"GET / HTTP/1.1\r\n\r\n", bytes(64), b"\xff" * 5000], ids=["http", "zeros", "ones"])
async def test_plaintext_on_a_tls_port_is_an_event_and_not_an_exception(first, contexts, notebook) -> None:  # type: ignore[no-untyped-def]
    _, server_context, _ = contexts(TlsVersion.TLSv1_2)
    near, far = await tcp_pair()
    server = TlsStream(far, server_context, notebook.emitter("server"))
    await near.send_all(first)
    await near.send_eof()
    assert not await server.handshake()
    await server.aclose()
    await near.aclose()
    assert notebook.of(HandshakeFailed, "server")[0].reason in ("not TLS", "alert", "closed by peer")


@pytest.mark.trio
@pytest.mark.parametrize("version", VERSIONS, ids=str)
async def test_a_flipped_bit_in_an_established_connection_breaks_it(version, contexts, notebook) -> None:  # type: ignore[no-untyped-def]
    client, server = await tls_pair(notebook, *contexts(version))
    client.engine.write(b"hello")
    record = bytearray(client.engine.data_to_send())
    record[-1] ^= 1
    await client._tcp.send_all(bytes(record))
    async with trio.open_nursery() as nursery:

        @nursery.start_soon
        async def serve() -> None:
            with pytest.raises(trio.BrokenResourceError):
                await server.receive_some()
            await server.aclose()

        with pytest.raises(trio.BrokenResourceError):
            await client.receive_some()
        await client.aclose()
    assert notebook.of(TlsClosed, "phone")[0].alert == AlertDescription.BAD_RECORD_MAC


@pytest.mark.trio
async def test_a_thousand_octets_a_direction_cross_while_both_ends_write(contexts, notebook) -> None:  # type: ignore[no-untyped-def]
    client, server = await tls_pair(notebook, *contexts(TlsVersion.TLSv1_3))
    sent = bytes(range(256)) * 4096

    async def exchange(stream: TlsStream) -> None:
        async def receive() -> None:
            got = bytearray()
            while len(got) < len(sent):
                got += await stream.receive_some()
            assert got == sent

        async with trio.open_nursery() as nursery:
            nursery.start_soon(stream.send_all, sent)
            nursery.start_soon(receive)

    async with trio.open_nursery() as nursery:
        nursery.start_soon(exchange, client)
        nursery.start_soon(exchange, server)
    await client.aclose()
    await server.aclose()
