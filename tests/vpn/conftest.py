"""A tunnel in memory, and events gathered, for the tests of the VPN."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial
from typing import Any

import pytest
import trio

from lab.testing import memory_streams
from wire.tunnel import Tunnel, TunnelEnded, TunnelNote


class Pair:
    """A phone's tunnel and a gateway's."""

    def __init__(self, nursery: trio.Nursery, **timers: float) -> None:
        self.ends: dict[str, TunnelEnded] = {}
        self.notes: dict[str, list[TunnelNote]] = {"phone": [], "gateway": []}
        self.nursery = nursery
        self.gateway_pipe, self.phone_pipe = memory_streams(443)
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
    return partial(memory_streams, 443)
