"""Two ends of a connection in memory, with what a service asks of a TCP stream."""

from __future__ import annotations

from typing import Any

import trio

from wire.streams import Stream


class MemoryStream(Stream):
    """One end. `writes` keeps what each write sent; `closed` is set at its close."""

    def __init__(self, inner: trio.StapledStream[Any, Any], connection: str, peer_address: str = "127.10.1.2") -> None:
        self._inner = inner
        self.connection = connection
        self.peer_address = peer_address
        self.writes: list[bytes] = []
        self.closed = trio.Event()

    @property
    def sent(self) -> bytes:
        return b"".join(self.writes)

    async def send_all(self, data: bytes | bytearray | memoryview) -> None:
        self.writes.append(bytes(data))
        await self._inner.send_all(data)

    async def wait_send_all_might_not_block(self) -> None:
        await self._inner.wait_send_all_might_not_block()

    async def receive_some(self, max_bytes: int | None = None) -> bytes:
        return bytes(await self._inner.receive_some(max_bytes or 16 * 1024))  # as much as a TLS record

    async def send_eof(self) -> None:
        await self._inner.send_eof()

    async def aclose(self) -> None:
        await self._inner.aclose()
        self.closed.set()


def memory_streams(
    port: int, *, client: str = "127.10.1.2", server: str = "127.10.1.1"
) -> tuple[MemoryStream, MemoryStream]:
    """The server's end and the client's end of a connection to `port`, which has the same name on both."""
    from trio.testing import memory_stream_pair  # late: where pytest is installed, this imports all of it

    connection = f"{client}:20001>{server}:{port}"
    there, here = memory_stream_pair()
    return MemoryStream(there, connection, client), MemoryStream(here, connection, server)
