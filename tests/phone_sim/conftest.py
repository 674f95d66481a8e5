"""A lab of real clusters and phones on loopback, on virtual time; every socket of every phone is on record."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Any

import pytest
import trio
from trio.testing import MockClock, wait_all_tasks_blocked

from cisco_data import DeviceSecurityMode
from lab.running.lab import key_pool
from lab.testing import NOW, LabUnderTest
from phone_sim.events import StateChanged
from phone_sim.network import Network
from phone_sim.phone import Phone
from pki import KeyRing
from wire.net import Listener
from wire.tcp import TcpStream

__all__ = ["ENCRYPTED", "NON_SECURE", "NOW", "Lab"]

NON_SECURE, ENCRYPTED = DeviceSecurityMode.NON_SECURE, DeviceSecurityMode.ENCRYPTED
OpenLab = Callable[[], AbstractAsyncContextManager["Lab"]]


class Cable:
    """A phone's network, with a record of what it opened."""

    def __init__(self, network: Network) -> None:
        self._network = network
        self.opened: list[TcpStream] = []

    async def connect(self, address: str, port: int, source: str = "") -> TcpStream:
        stream = await self._network.connect(address, port, source)
        self.opened.append(stream)
        return stream

    def opened_from(self, source: str) -> list[tuple[str, int]]:
        """Where the connections from this address led, in order."""
        names = [stream.connection.partition(">") for stream in self.opened]
        found = [there.rpartition(":") for here, _, there in names if here.rpartition(":")[0] == source]
        return [(address, int(port)) for address, _, port in found]

    @property
    def live(self) -> list[TcpStream]:
        return [stream for stream in self.opened if stream._sock.fileno() != -1]


class Lab(LabUnderTest):
    """Its phones live in `power`, and nothing else does."""

    power: trio.Nursery

    def __init__(self) -> None:
        super().__init__()
        self.cables: dict[str, Cable] = {}

    def phone(self, *args: Any, on: bool = True, **how: Any) -> Phone:
        """As of LabUnderTest, with its cable on record."""
        phone = super().phone(*args, on=False, **how)
        cable = self.cables[phone.device_name] = Cable(phone._hardware.network)
        phone._hardware.network = cable
        if on:
            phone.power_on(self.power)
        return phone

    def path(self, phone: Phone) -> list[str]:
        """The triggers of its boot table so far."""
        return [event.trigger for event in self.of(phone, StateChanged)]

    def replace(self, cluster: str, service: str) -> Listener:
        """A listener of the test's own in place of a service that has not been started."""
        there = self.clusters[cluster]
        port = {
            "SCCP": there.cluster.parameters.port,
            "SCCP over TLS": there.cluster.parameters.secure_port,
            "CAPF": there.capf.port,
            "TFTP": there.tftp_address.port,
        }[service]
        return Listener(there.cluster.address, port)


@pytest.fixture(scope="session")
def ring_of_keys() -> Callable[[], KeyRing]:
    """Rings of one pool, so that every lab has the same keys, made and loaded once."""
    return key_pool().ring


@pytest.fixture
def open_lab() -> OpenLab:
    @asynccontextmanager
    async def open_it() -> AsyncIterator[Lab]:
        # pytest-trio finds a clock only in a test's own arguments; without it this would wait in real time.
        assert isinstance(trio.lowlevel.current_clock(), MockClock), "the test itself must name autojump_clock"
        async with Lab() as lab, trio.open_nursery() as lab.power:
            yield lab
            for phone in lab.phones.values():
                phone.power_off()
            await wait_all_tasks_blocked()
            assert not lab.power.child_tasks, "a phone without power still has a task"
            assert not [cable.live for cable in lab.cables.values() if cable.live], "a dead phone holds a socket"

    return open_it


@pytest.fixture
async def lab(open_lab: OpenLab) -> AsyncIterator[Lab]:
    async with open_lab() as opened:
        yield opened
