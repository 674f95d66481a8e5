"""A lab that tests ask what happens in it, and wait for it in lab time."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import trio

from cisco_data import DeviceSecurityMode
from cisco_data.models import PhoneModel
from journal import Event
from lab.running.lab import Lab, LabCluster
from lab.testing.authorities import held_lsc
from phone_sim.boot import BootState
from phone_sim.phone import Phone
from pki import RSA_2048, Identity

E = TypeVar("E", bound=Event)
AN_HOUR = 3600.0
"""Of lab time: how long a test waits for what it expects."""


class LabUnderTest(Lab):
    """Its clusters are `hq` and its phones 7965 with an Encrypted profile, where a test says nothing else."""

    def cluster(self, name: str = "hq", **how: Any) -> LabCluster:
        """As `add_cluster`."""
        return self.add_cluster(name, **how)

    def start(self, name: str) -> None:
        """Start every service of a cluster that was added with `start=False`."""
        for service in self.clusters[name].services.values():
            service.start(self.nursery)

    def phone(
        self,
        model: str | PhoneModel = "7965",
        mode: DeviceSecurityMode = DeviceSecurityMode.ENCRYPTED,
        *,
        cluster: str = "hq",
        device: str = "",
        on: bool = True,
        **how: Any,
    ) -> Phone:
        """A phone, with power unless told otherwise; other arguments as of `add_phone`."""
        name = device or f"SEP0000000000{len(self.phones):02X}"
        phone = self.add_phone(model=model, cluster=cluster, device=name, profile=mode, **how).phone
        if on:
            phone.power_on(self.nursery)
        return phone

    def lsc_for(self, phone: Phone, cluster: str = "hq", *, device: str = "") -> Identity:
        """An LSC of that cluster's CAPF; `device`: for a device of another name."""
        capf, key = self.clusters[cluster].authority, self.keys.take(RSA_2048)
        return held_lsc(capf, key, device or phone.device_name, model=phone.model.product)

    async def until(self, condition: Callable[[], object], within: float = AN_HOUR) -> None:
        """Wait for it; what no event shows is looked at again each second. Raises trio.TooSlowError after `within` seconds."""
        with trio.fail_after(within):
            while not condition():
                with trio.move_on_after(1):
                    await self.rest.changed()

    async def reaches(self, phone: Phone, state: BootState, within: float = AN_HOUR) -> None:
        """As `until`."""
        await self.until(lambda: phone.state is state, within)

    async def registered(self, *phones: Phone, cluster: str = "hq", within: float = AN_HOUR) -> None:
        """Until both ends say so; as `until`."""
        await self.until(
            lambda: self.served(*phones, cluster=cluster) and all(p.state is BootState.REGISTERED for p in phones),
            within,
        )

    def served(self, *phones: Phone, cluster: str = "hq") -> bool:
        """Whether CallManager has all of them."""
        there = self.clusters[cluster].cluster
        return all(there.registered_at(phone.device_name) is not None for phone in phones)

    def status(self, phone: Phone, cluster: str = "hq") -> str:
        """Certificate Operation Status. Raises KeyError for a device that the cluster does not know."""
        device = self.clusters[cluster].cluster.database.device(phone.device_name)
        if device is None:
            raise KeyError(phone.device_name)
        return device.capf.certificate_operation_status

    def of(self, actor: Phone | str, kind: type[E]) -> list[E]:
        """What it noted, of one kind."""
        name = actor if isinstance(actor, str) else actor.device_name
        return [event for event in self.events if isinstance(event, kind) and event.actor == name]

    def one(self, actor: Phone | str, kind: type[E]) -> E:
        """The only such event. Raises ValueError where there is none, or more."""
        (event,) = self.of(actor, kind)
        return event
