"""A service runs once at a time, with what it read at its start; a stop ends its connections and frees its address."""

from __future__ import annotations

import errno

import pytest
import trio

from pki import TrustStore
from wire.net import Listener, connect
from wire.service import InUse, Run, Service
from wire.tcp import TcpStream

HERE = "127.0.0.1"


class Echo(Service):
    """Notes what happens to it, in order."""

    def __init__(self, port: int = 0) -> None:
        super().__init__("Echo")
        self.port = port
        self.trust = TrustStore("first")
        self.noted: list[str] = []

    def _begin(self) -> Run:
        listener = Listener(HERE, self.port)
        self.port = listener.port
        self.noted.append(f"started with {self.trust.name}")
        return Run(InUse(trust=self.trust), lambda: listener.serve(self._serve), listener.close)

    async def _serve(self, stream: TcpStream) -> None:
        try:
            await stream.receive_some()
        finally:
            self.noted.append("connection ended")

    async def _end_connections(self) -> None:
        self.noted.append("stopping")

    def _stopped(self) -> None:
        self.noted.append("stopped")


@pytest.mark.trio
async def test_what_was_read_at_the_start_is_in_use_until_the_next_start(autojump_clock: object) -> None:
    service = Echo()
    assert (service.started, service.in_use) == (False, None)
    async with trio.open_nursery() as nursery:
        service.start(nursery)
        first = service.trust
        service.trust = TrustStore("second")
        assert service.in_use == InUse(trust=first)
        await service.restart(nursery)
        assert service.in_use == InUse(trust=service.trust)
        await service.stop()
        assert (service.started, service.in_use) == (False, None)
        await service.stop()
    assert service.noted == ["started with first", "stopping", "stopped", "started with second", "stopping", "stopped"]


@pytest.mark.trio
async def test_a_stop_ends_connections_and_frees_the_address_at_once(autojump_clock: object) -> None:
    service = Echo()
    async with trio.open_nursery() as nursery:
        service.start(nursery)
        stream = await connect(HERE, service.port)
        await trio.testing.wait_all_tasks_blocked()
        await service.stop()
        assert service.noted[1:] == ["stopping", "connection ended", "stopped"]
        assert await stream.receive_some() == b""
        await stream.aclose()
        with pytest.raises(OSError):
            await connect(HERE, service.port)
        service.start(nursery)
        await service.stop()


@pytest.mark.trio
async def test_a_second_start_and_a_taken_address_are_errors_and_leave_the_service_as_it_was() -> None:
    service = Echo()
    async with trio.open_nursery() as nursery:
        service.start(nursery)
        with pytest.raises(RuntimeError, match="Echo is started already"):
            service.start(nursery)
        other = Echo(service.port)
        with pytest.raises(OSError) as refused:
            other.start(nursery)
        assert refused.value.errno == errno.EADDRINUSE
        assert (service.started, other.started) == (True, False)
        await service.stop()
        other.start(nursery)
        await other.stop()


@pytest.mark.trio
async def test_a_nursery_that_is_cancelled_closes_the_address(autojump_clock: object) -> None:
    service = Echo()
    async with trio.open_nursery() as nursery:
        service.start(nursery)
        nursery.cancel_scope.cancel()
    Listener(HERE, service.port).close()
    await service.stop()
