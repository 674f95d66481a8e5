"""A tunnel in memory, and events gathered, for the tests of the VPN."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
import trio
from trio.testing import memory_stream_pair

from wire.streams import Stream
from wire.tunnel import Tunnel, TunnelEnded, TunnelNote


class Pipe(Stream):
    """One end of a connection in memory; `writes` keeps what each write sent."""

    def __init__(self, inner: trio.StapledStream[Any, Any]) -> None:
        self._inner = inner
        self.connection = "127.10.1.2:20001>127.10.1.1:443"
        self.peer_address = "127.10.1.2"
        self.writes: list[bytes] = []

    async def send_all(self, data: bytes | bytearray | memoryview) -> None:
        self.writes.append(bytes(data))
        await self._inner.send_all(data)

    async def wait_send_all_might_not_block(self) -> None:
        await self._inner.wait_send_all_might_not_block()

    async def receive_some(self, max_bytes: int | None = None) -> bytes:
        return bytes(await self._inner.receive_some(max_bytes or 16 * 1024))  # as much as a TLS record

    async def aclose(self) -> None:
        await self._inner.aclose()


def pipes() -> tuple[Pipe, Pipe]:
    here, there = memory_stream_pair()
    return Pipe(here), Pipe(there)


class Pair:
    """A phone's tunnel and a gateway's."""

    def __init__(self, nursery: trio.Nursery, **timers: float) -> None:
        self.ends: dict[str, TunnelEnded] = {}
        self.notes: dict[str, list[TunnelNote]] = {"phone": [], "gateway": []}
        self.nursery = nursery
        self.phone_pipe, self.gateway_pipe = pipes()
        self.phone = Tunnel(self.phone_pipe, note=self.notes["phone"].append, **timers)  # type: ignore[arg-type]
        self.gateway = Tunnel(self.gateway_pipe, note=self.notes["gateway"].append)

    async def _run(self, name: str, tunnel: Tunnel) -> None:
        self.ends[name] = await tunnel.run()
        await (self.phone_pipe if name == "phone" else self.gateway_pipe).aclose()

    def start(self) -> None:
        self.nursery.start_soon(self._run, "phone", self.phone)
        self.nursery.start_soon(self._run, "gateway", self.gateway)


@asynccontextmanager
async def run_pair(**timers: float) -> AsyncIterator[Pair]:
    async with trio.open_nursery() as nursery:
        pair = Pair(nursery, **timers)
        pair.start()
        yield pair
        nursery.cancel_scope.cancel()


@pytest.fixture
def make_pair() -> Any:
    return run_pair


@pytest.fixture
def make_pipes() -> Any:
    return pipes
