"""One task reads a TLS stream while another writes it: the one that finds the connection broken leaves the other its octets."""

from __future__ import annotations

from typing import Any

import pytest
import trio

from tests.wire_tls.wires import Fixture
from wire.net import Listener, connect
from wire.tcp import TcpStream
from wire.tls import ClientContext, Credential, ServerContext, TlsProfile, TlsStream, TlsVersion

PROFILE = TlsProfile(TlsVersion.TLSv1_2, TlsVersion.TLSv1_2)


@pytest.mark.trio
async def test_a_write_that_fails_does_not_take_the_readers_last_octets(
    pki: Fixture, notebook: Fixture, autojump_clock: object
) -> None:
    heard: list[Any] = []
    wrote = trio.Event()
    server = ServerContext(pki.server, PROFILE, pki.phones)

    async def serve(tcp: TcpStream) -> None:
        async with TlsStream(tcp, server, notebook.journal.emitter("server")) as stream:
            assert await stream.handshake()

            async def read() -> None:
                while data := await stream.receive_some():
                    heard.append(bytes(data))
                heard.append("end")

            async with trio.open_nursery() as nursery:
                nursery.start_soon(read)
                await trio.testing.wait_all_tasks_blocked()

                async def nobody_there(data: bytes | memoryview) -> None:
                    raise trio.BrokenResourceError("the peer is gone")

                tcp.send_now = nobody_there  # type: ignore[method-assign]
                with pytest.raises(trio.BrokenResourceError):
                    await stream.send_all(b"hello?")
                heard.append("broken")
                wrote.set()

    async with trio.open_nursery() as nursery:
        listener = Listener("127.0.0.1", 0)
        nursery.start_soon(listener.serve, serve)
        emitter = notebook.journal.emitter("phone")
        tcp = await connect("127.0.0.1", listener.port)
        async with TlsStream(
            tcp, ClientContext(PROFILE, pki.servers), emitter, credential=Credential(pki.phone)
        ) as phone:
            assert await phone.handshake()
            await wrote.wait()
            await phone.send_all(b"the last word")
        await trio.sleep(2)
        nursery.cancel_scope.cancel()
    assert heard == ["broken", b"the last word", "end"]
