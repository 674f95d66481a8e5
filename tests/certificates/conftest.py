"""A lab of real clusters and phones on loopback, on virtual time, and an administrator's hands on its certificates."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from datetime import UTC, datetime
from typing import TypeVar

import pytest
import trio
from trio.testing import MockClock

from cisco_data import CertificateOperation, DeviceSecurityMode
from cisco_data.models import MODELS
from cucm_sim import administration
from journal import Clock, Event, Journal
from lab.running.addresses import Block
from lab.running.cluster import LabCluster
from lab.running.service_control import restart_service
from lab.running.world import World
from lab.views import phones as view
from phone_sim.boot import State
from phone_sim.events import SecureConnectionRefused
from phone_sim.phone import Phone
from pki import RSA_2048, KeyPool, KeyRing, Manufacturing, common_name

E = TypeVar("E", bound=Event)
NOW = datetime(2026, 11, 23, 8, tzinfo=UTC)
CALLMANAGER = "Cisco CallManager"
CAPF = "Cisco Certificate Authority Proxy Function"
TFTP = "Cisco Tftp"
AN_HOUR = 3600.0


class Lab:
    """A World with one cluster, `hq`, and the questions that tests ask."""

    def __init__(self, world: World, events: list[Event]) -> None:
        self.world = world
        self.events = events
        self._news = trio.Event()
        world.journal.subscribe(lambda event: self._news.set())

    @property
    def hq(self) -> LabCluster:
        return self.world.clusters["hq"]

    def cluster(self, name: str = "hq", *, start: bool = True, **how: object) -> LabCluster:
        made = self.world.add_cluster(name, **how)  # type: ignore[arg-type]
        if start:
            self.world.start(name)
        return made

    def phone(
        self, *, model: str = "7965", mode: DeviceSecurityMode = DeviceSecurityMode.ENCRYPTED, **how: object
    ) -> Phone:
        """One of hq, plugged in."""
        name = f"SEP0000000000{len(self.world.phones):02X}"
        phone = self.world.add_phone(name, model=MODELS[model], cluster="hq", device_name=name, mode=mode, **how)  # type: ignore[arg-type]
        phone.power_on(self.world.nursery)
        return phone

    async def restart(self, *services: str) -> None:
        for service in services:
            await restart_service(self.hq, service, self.world.nursery)

    def order_lsc(self, phone: Phone, **how: object) -> None:
        administration.set_capf(
            self.hq.cluster, phone.device_name, certificate_operation=CertificateOperation.INSTALL_UPGRADE, **how
        )

    async def reset(self, phone: Phone) -> None:
        assert await administration.reset(self.hq.cluster, phone.device_name)
        await self.until(lambda: phone.state is not State.REGISTERED)

    def status(self, phone: Phone) -> str:
        device = self.hq.cluster.database.device(phone.device_name)
        assert device is not None
        return device.capf.certificate_operation_status

    async def until(self, condition: Callable[[], object], within: float = AN_HOUR) -> None:
        """Wait for it in lab time."""
        with trio.fail_after(within):
            while not condition():
                self._news = trio.Event()
                with trio.move_on_after(1):
                    await self._news.wait()

    async def registered(self, phone: Phone, issuer: str, within: float = AN_HOUR) -> None:
        """Both ends say so, and CallManager saw a certificate of this issuer (a CN; empty for no TLS)."""

        def there() -> bool:
            known = self.hq.cluster.callmanager.registrations.get(phone.device_name)
            if known is None or phone.state is not State.REGISTERED:
                return False
            return known.certificate_issuer.cn == issuer

        await self.until(there, within)

    async def refused(self, phone: Phone) -> tuple[int, int, int]:
        """The next time that CallManager refuses it: verify code, depth, and the alert that the phone read."""
        count = len(view.refusals(self.events, phone.device_name))
        await self.until(lambda: len(view.refusals(self.events, phone.device_name)) > count)
        last = view.refusals(self.events, phone.device_name)[-1]
        assert last.refused.alert_direction == "read"
        return last.verify_code, last.depth, last.refused.alert

    def distrusted(self, phone: Phone, service: str) -> list[SecureConnectionRefused]:
        """Every time that the phone refused the server of this service."""
        return [
            event
            for event in self.of(SecureConnectionRefused, phone.device_name)
            if event.service == service and event.alert_direction == "write"
        ]

    def of(self, kind: type[E], actor: str) -> list[E]:
        return [event for event in self.events if isinstance(event, kind) and event.actor == actor]

    def capf_name(self) -> str:
        """CN of CAPF.pem as it is now."""
        return common_name(self.hq.authority.subject)


OpenLab = Callable[[], AbstractAsyncContextManager[Lab]]


@pytest.fixture(scope="session")
def ring_of_keys() -> Callable[[], KeyRing]:
    pool = KeyPool()
    ring = pool.ring()
    ring.prepare({RSA_2048: 10})
    Manufacturing(ring).prepare()
    return pool.ring


@pytest.fixture
async def lab(ring_of_keys: Callable[[], KeyRing]) -> AsyncIterator[Lab]:
    # pytest-trio finds a clock only in a test's own arguments; without it this would wait in real time.
    assert isinstance(trio.lowlevel.current_clock(), MockClock), "the test itself must name autojump_clock"
    async with _open(ring_of_keys()) as opened:
        yield opened


@asynccontextmanager
async def _open(ring: KeyRing) -> AsyncIterator[Lab]:
    events: list[Event] = []
    journal = Journal(Clock(NOW, trio.current_time))
    journal.subscribe(events.append)
    with Block() as block:
        async with trio.open_nursery() as nursery:
            lab = Lab(World(journal, nursery, block, ring), events)
            yield lab
            nursery.cancel_scope.cancel()
        for cluster in lab.world.clusters.values():
            cluster.cluster.close()
