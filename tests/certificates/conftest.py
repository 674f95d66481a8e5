"""A lab of real clusters and phones on loopback, on virtual time, and an administrator's operations on its certificates."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
import trio
from trio.testing import MockClock

from cisco_data import CertificateOperation
from cucm_sim import administration
from lab.running.cluster import LabCluster
from lab.testing import NOW, LabUnderTest
from lab.testing.labs import AN_HOUR
from lab.views import phones as view
from phone_sim.boot import BootState
from phone_sim.phone import Phone
from phone_sim.trust.events import ServerNotTrusted
from pki import common_name

__all__ = ["NOW", "Lab"]

CALLMANAGER = "Cisco CallManager"
CAPF = "Cisco Certificate Authority Proxy Function"
TFTP = "Cisco Tftp"
TVS = "Cisco Trust Verification Service"


class Lab(LabUnderTest):
    """With one cluster, `hq`."""

    @property
    def hq(self) -> LabCluster:
        return self.clusters["hq"]

    async def restart(self, *services: str) -> None:
        for service in services:
            await self.hq.services[service].restart(self.nursery)

    async def stop_tvs(self) -> None:
        """From now on a phone trusts what its lists hold, and nothing else."""
        await self.hq.services[TVS].stop()

    def order_lsc(self, phone: Phone, **how: object) -> None:
        administration.set_capf(
            self.hq.cluster, phone.device_name, certificate_operation=CertificateOperation.INSTALL_UPGRADE, **how
        )

    async def reset(self, phone: Phone) -> None:
        assert await administration.reset(self.hq.cluster, phone.device_name)
        await self.until(lambda: phone.state is not BootState.REGISTERED)

    async def registered_with(self, phone: Phone, issuer: str, within: float = AN_HOUR) -> None:
        """Both ends say so, and CallManager saw a certificate of this issuer (a CN; empty for no TLS)."""

        def there() -> bool:
            known = self.hq.cluster.callmanager.registrations.get(phone.device_name)
            if known is None or phone.state is not BootState.REGISTERED:
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

    def distrusted(self, phone: Phone, service: str) -> list[ServerNotTrusted]:
        """Every time that the phone refused the server of this service."""
        return [event for event in self.of(phone, ServerNotTrusted) if event.service == service]

    def capf_name(self) -> str:
        """CN of CAPF.pem as it is now."""
        return common_name(self.hq.authority.subject)


@pytest.fixture
async def lab() -> AsyncIterator[Lab]:
    # pytest-trio finds a clock only in a test's own arguments; without it this would wait in real time.
    assert isinstance(trio.lowlevel.current_clock(), MockClock), "the test itself must name autojump_clock"
    async with Lab() as opened:
        yield opened
