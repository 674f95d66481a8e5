"""A lab of real clusters and phones on loopback, on virtual time; every socket of every phone is on record."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from datetime import UTC, datetime
from typing import Any, TypeVar

import pytest
import trio
from trio.testing import MockClock, wait_all_tasks_blocked

from cisco_data import DeviceSecurityMode
from cisco_data.models import MODELS, PhoneModel
from journal import Clock, Event, Journal
from lab.running.addresses import Block
from lab.running.world import LabCluster, World
from phone_sim.boot import State
from phone_sim.events import StateChanged
from phone_sim.network import Network
from phone_sim.phone import Phone
from pki import RSA_2048, Identity, KeyPool, KeyRing, Manufacturing, lsc
from wire.net import Listener
from wire.tcp import TcpStream

E = TypeVar("E", bound=Event)
NOW = datetime(2026, 11, 23, 8, tzinfo=UTC)
NON_SECURE, ENCRYPTED = DeviceSecurityMode.NON_SECURE, DeviceSecurityMode.ENCRYPTED
AN_HOUR = 3600.0
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


class Lab:
    """A World, its journal, and the questions that tests ask."""

    def __init__(self, world: World, power: trio.Nursery, events: list[Event]) -> None:
        self.world = world
        self.power = power
        """The nursery in which phones live, and nothing else does."""
        self.events = events
        self.cables: dict[str, Cable] = {}
        self.journal = world.journal
        self.nursery = world.nursery
        self._news = trio.Event()
        self.journal.subscribe(self._tell)

    def _tell(self, event: Event) -> None:
        self._news.set()

    def cluster(self, name: str = "hq", *, start: bool = True, **how: Any) -> LabCluster:
        cluster = self.world.add_cluster(name, **how)
        if start:
            self.world.start(name)
        return cluster

    def phone(
        self,
        model: str | PhoneModel = "7965",
        mode: DeviceSecurityMode = ENCRYPTED,
        *,
        cluster: str = "hq",
        device: str = "",
        on: bool = True,
        **how: Any,
    ) -> Phone:
        """A phone, plugged in unless told otherwise."""
        name = device or f"SEP0000000000{len(self.world.phones):02X}"
        phone = self.world.add_phone(
            name,
            model=MODELS[model] if isinstance(model, str) else model,
            cluster=cluster,
            device_name=name,
            mode=mode,
            **how,
        )
        cable = self.cables[name] = Cable(phone._hardware.network)
        phone._hardware.network = cable
        if on:
            phone.power_on(self.power)
        return phone

    def lsc_for(self, phone: Phone, cluster: str = "hq", *, device: str = "") -> Identity:
        """An LSC of that cluster's CAPF; `device`: for a device of another name."""
        key = self.world.keys.take(RSA_2048)
        certificate = lsc(
            self.world.clusters[cluster].authority,
            device_name=device or phone.device_name,
            model=phone.model.product,
            public_key=key.public_key(),
            not_before=NOW.replace(month=1),
        )
        return Identity(key, certificate)

    async def until(self, condition: Callable[[], object], within: float = AN_HOUR) -> None:
        """Wait for it in lab time; what the journal does not tell is looked at again when nothing else happens."""
        with trio.fail_after(within):
            while not condition():
                self._news = trio.Event()
                with trio.move_on_after(1):
                    await self._news.wait()

    async def reaches(self, phone: Phone, state: State, within: float = AN_HOUR) -> None:
        await self.until(lambda: phone.state is state, within)

    async def registered(self, *phones: Phone, cluster: str = "hq", within: float = AN_HOUR) -> None:
        """Both ends say so."""
        there = self.world.clusters[cluster].cluster.callmanager
        await self.until(
            lambda: all(p.state is State.REGISTERED and p.device_name in there.registrations for p in phones), within
        )

    def of(self, actor: Phone | str, kind: type[E]) -> list[E]:
        name = actor if isinstance(actor, str) else actor.device_name
        return [event for event in self.events if isinstance(event, kind) and event.actor == name]

    def one(self, actor: Phone | str, kind: type[E]) -> E:
        (event,) = self.of(actor, kind)
        return event

    def path(self, phone: Phone) -> list[str]:
        """The triggers of its boot table so far."""
        return [event.trigger for event in self.of(phone, StateChanged)]

    def served(self, *phones: Phone, cluster: str = "hq") -> bool:
        there = self.world.clusters[cluster].cluster.callmanager
        return all(phone.device_name in there.registrations for phone in phones)

    def status(self, phone: Phone, cluster: str = "hq") -> str:
        device = self.world.clusters[cluster].cluster.database.device(phone.device_name)
        assert device is not None
        return device.capf.certificate_operation_status

    def replace(self, cluster: str, service: str) -> Listener:
        """A listener of the test's own in place of a service that has not been started."""
        there = self.world.clusters[cluster]
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
    pool = KeyPool()
    ring = pool.ring()
    ring.prepare({RSA_2048: 8})
    Manufacturing(ring).prepare()
    return pool.ring


@pytest.fixture
def open_lab(ring_of_keys: Callable[[], KeyRing]) -> OpenLab:
    @asynccontextmanager
    async def open_it() -> AsyncIterator[Lab]:
        # pytest-trio finds a clock only in a test's own arguments; without it this would wait in real time.
        assert isinstance(trio.lowlevel.current_clock(), MockClock), "the test itself must name autojump_clock"
        events: list[Event] = []
        journal = Journal(Clock(NOW, trio.current_time))
        journal.subscribe(events.append)
        with Block() as block:
            async with trio.open_nursery() as services, trio.open_nursery() as power:
                lab = Lab(World(journal, services, block, ring_of_keys()), power, events)
                yield lab
                for phone in lab.world.phones.values():
                    phone.power_off()
                await wait_all_tasks_blocked()
                assert not power.child_tasks, "a phone without power still has a task"
                assert not [cable.live for cable in lab.cables.values() if cable.live], "a dead phone holds a socket"
                services.cancel_scope.cancel()

    return open_it


@pytest.fixture
async def lab(open_lab: OpenLab) -> AsyncIterator[Lab]:
    async with open_lab() as opened:
        yield opened
