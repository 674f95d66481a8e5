"""A node with TVS and Tomcat on real sockets, and what it knows; each test's journal begins empty."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from functools import cache
from typing import Any

import pytest
import trio

import pki
from cucm_sim.tomcat import Tomcat
from cucm_sim.tomcat_events import TomcatStarted
from cucm_sim.tvs import TrustVerificationService
from cucm_sim.tvs_events import TvsStarted
from lab.testing import AUTHORITY_SUBJECT, SINCE, KeptEvents
from pki import Certificate, Identity
from wire.signed_files.model import TrustListFile
from wire.tcp import Tap
from wire.tls import TlsVersion

HERE = "127.0.0.1"
OWN = ("CallManager", "TVS", "tomcat", "CAPF")


@cache
def identity(name: str) -> Identity:
    """Made once a process."""
    return pki.callmanager_identity(
        keys=pki.KeyPool().ring(), subject=AUTHORITY_SUBJECT, host_name=name, not_before=SINCE
    )


class Node:
    """What TVS and Tomcat need of their node, and both services."""

    def __init__(self, address: str = HERE, tvs_port: int = 0, tap: Tap | None = None) -> None:
        self.address = address
        self.tap = tap
        self.kept = KeptEvents()
        self.own = {unit: identity(unit) for unit in OWN}
        self.stores: dict[str, list[Certificate]] = {"Phone-SAST-trust": [identity("of another cluster").certificate]}
        self.ctl_trust_list: TrustListFile | None = None
        self.minimum = TlsVersion.TLSv1
        common: dict[str, Any] = {"address": address, "tap": tap, "minimum_tls": lambda: self.minimum}
        self.tvs = TrustVerificationService(
            self, self.kept.emitter("cluster/tvs"), identity=lambda: self.own["TVS"], port=tvs_port, **common
        )
        self.tomcat = Tomcat(
            self.kept.emitter("cluster/tomcat"),
            host_name="cucm-pub",
            identity=lambda: self.own["tomcat"],
            port=0,
            **common,
        )

    def certificates_of_unit(self, unit: str) -> Iterable[Certificate]:
        return [self.own[unit].certificate] if unit in self.own else self.stores.get(unit, ())

    @property
    def tvs_port(self) -> int:
        return self.kept.of(TvsStarted)[-1].port

    @property
    def tomcat_port(self) -> int:
        return self.kept.of(TomcatStarted)[-1].port

    @asynccontextmanager
    async def running(self) -> AsyncIterator[trio.Nursery]:
        """Both services, until the end of the block; it may not take longer than an hour."""
        with trio.fail_after(3600):
            async with trio.open_nursery() as nursery:
                for service in (self.tvs, self.tomcat):
                    service.start(nursery)
                yield nursery
                for service in (self.tvs, self.tomcat):
                    await service.stop()


@pytest.fixture
def node() -> Node:
    return Node()
