"""A cluster, a phone and a line between them, all in memory: what the CAPF tests play with."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import trio

from capf_sim import CapfIssuer, CapfService, CapfSettings, Conclusion, Issuer, PendingOperation
from cisco_data import AuthenticationMode, CertificateOperation
from cisco_data.models import MODELS
from journal import Clock, Journal
from lab.testing import DEVICE as NAME
from lab.testing import KeptEvents, MemoryStream, held_lsc, held_mic, memory_streams
from phone_sim.capf_client import CapfResult, run_capf
from pki import (
    RSA_2048,
    Authority,
    Identity,
    KeyPool,
    KeySpec,
    Manufacturing,
    PrivateKey,
    TrustStore,
    capf_authority,
)
from wire import capf

NOW = datetime(2026, 11, 1, 12, tzinfo=UTC)
EC_256 = KeySpec("EC", 256)


class Cluster:
    """PendingOperations as a dictionary, with all that CAPF told it."""

    def __init__(self) -> None:
        self.devices: dict[str, PendingOperation] = {}
        self.conclusions: list[Conclusion] = []

    def add(self, operation: CertificateOperation, **fields: Any) -> PendingOperation:
        fields = {"device_name": NAME, "model": "8861"} | fields
        pending = PendingOperation(operation=operation, **fields)
        self.devices[pending.device_name] = pending
        return pending

    def pending(self, device_name: str) -> PendingOperation | None:
        return self.devices.get(device_name)

    def conclude(self, conclusion: Conclusion) -> None:
        self.conclusions.append(conclusion)
        device = self.devices[conclusion.device_name]
        if conclusion.succeeded:
            self.devices[device.device_name] = replace(device, operation=CertificateOperation.NO_PENDING_OPERATION)

    @property
    def statuses(self) -> list[str]:
        return [conclusion.status.value for conclusion in self.conclusions]


@dataclass
class Flash:
    """A phone as the CAPF client sees it."""

    device_name: str = NAME
    capf_version: int = 3
    capf_auth_mode: AuthenticationMode = AuthenticationMode.BY_NULL_STRING
    authentication_string: str = ""
    mic: Identity | None = None
    lsc: Identity | None = None
    reports_progress: bool = True
    sends_sudi: bool = False
    can_make: Callable[[KeySpec], bool] = lambda spec: True
    wears_out: bool = False
    pool: KeyPool = field(default_factory=KeyPool)

    async def make_key(self, spec: KeySpec) -> PrivateKey | None:
        await trio.lowlevel.checkpoint()
        return self.pool.key(spec, 7) if self.can_make(spec) else None

    def store_lsc(self, identity: Identity) -> None:
        if self.wears_out:
            raise OSError("flash is worn out")
        self.lsc = identity

    def delete_lsc(self) -> bool:
        had, self.lsc = self.lsc is not None, None
        return had


class Bench(KeptEvents):
    """Everything on one table."""

    def __init__(
        self, pool: KeyPool, authority: Authority, old_authority: Authority, cisco: Manufacturing, trust: TrustStore
    ) -> None:
        super().__init__(Journal(Clock(NOW, tick=_tick)))
        self.pool, self.cisco, self.trust = pool, cisco, trust
        self.authority, self.old_authority = authority, old_authority
        self.cluster, self.phone = Cluster(), Flash(pool=pool)
        self.capf_emitter, self.phone_emitter = self.emitter("cluster/CAPF"), self.emitter(NAME)

    def lsc(self, authority: Authority, *, device_name: str = NAME, spec: KeySpec = EC_256, **fields: Any) -> Identity:
        made: dict[str, Any] = {"not_before": NOW - timedelta(days=100)} | fields
        return held_lsc(authority, self.pool.key(spec, 1), device_name, model="8861", **made)

    def mic(self, *, authority: str = "Cisco Manufacturing CA SHA2", device_name: str = NAME) -> Identity:
        key = self.pool.key(RSA_2048, "phone")
        return held_mic(self.cisco, key, MODELS["8861"], device_name, authority=authority)

    def order(self, operation: CertificateOperation, **fields: Any) -> PendingOperation:
        """Set the operation on the phone's page, and the mode in the phone's file."""
        pending = self.cluster.add(operation, **fields)
        self.phone.capf_auth_mode = pending.authentication_mode
        return pending

    def service(
        self, *, issuer: Issuer | None = None, trust: TrustStore | None = None, settings: CapfSettings | None = None
    ) -> CapfService:
        return CapfService(
            context=None,
            trust=self.trust if trust is None else trust,
            operations=self.cluster,
            issuer=issuer or CapfIssuer(self.authority, self.journal.clock),
            emitter=self.capf_emitter,
            settings=settings,
        )

    async def meet(self, service: CapfService | None = None) -> CapfResult:
        """Let the phone call CAPF; returns when both are done."""
        server, client = memory_streams(3804)
        results: list[CapfResult] = []

        async def answer() -> None:
            async with server:
                await (service or self.service()).converse(server)

        async def call() -> None:
            results.append(await run_capf(client, self.phone_emitter, self.phone))

        async with trio.open_nursery() as nursery:
            nursery.start_soon(answer)
            nursery.start_soon(call)
        return results[0]

    async def script(
        self, *lines: capf.Message | bytes, silent: bool = False, service: CapfService | None = None
    ) -> list[capf.Message]:
        """A peer that says its lines, one for each message it hears, then hangs up or says nothing. What it heard."""
        server, client = memory_streams(3804)
        heard: list[capf.Message] = []

        async def answer() -> None:
            async with server:
                await (service or self.service()).converse(server)

        async def play() -> None:
            decoder, waiting = capf.CapfDecoder(), list(lines)
            while octets := await client.receive_some(4096):
                decoder.feed(octets)
                while (message := decoder.next()) is not None:
                    heard.append(message)
                    if waiting:
                        line = waiting.pop(0)
                        await client.send_all(line if isinstance(line, bytes) else capf.push_message(line))
                    elif not silent:
                        await client.aclose()
                        return

        async with trio.open_nursery() as nursery:
            nursery.start_soon(answer)
            nursery.start_soon(play)
        return heard

    def kinds(self, actor: str = "cluster/CAPF") -> list[str]:
        """What happened, without the steps of the table that it happened in."""
        kinds = [type(event).__name__ for event in self.events if event.actor == actor]
        return [kind for kind in kinds if kind != "CapfStateChanged"]

    def event(self, name: str) -> Any:
        """The one event of that kind."""
        [found] = [event for event in self.events if type(event).__name__ == name]
        return found


def _tick() -> float:
    try:
        return trio.current_time()
    except RuntimeError:
        return 0.0


@pytest.fixture(scope="session")
def pool() -> KeyPool:
    return KeyPool()


@pytest.fixture(scope="session")
def cisco(pool: KeyPool) -> Manufacturing:
    return Manufacturing(pool.ring())


def counting() -> Callable[[int], bytes]:
    """Octets that differ at every call and are the same in every run."""
    calls = iter(range(0x42 << 120, 0x43 << 120))
    return lambda size: next(calls).to_bytes(16, "big")[-size:]


@pytest.fixture
def bench(pool: KeyPool, cisco: Manufacturing) -> Bench:
    ring, octets = pool.ring(), counting()
    subject = {"C": "AU", "O": "Lab", "OU": "Voice"}
    year = timedelta(days=365)
    new = capf_authority(keys=ring, subject=subject, not_before=NOW - year, octets=octets, name="CAPF-11111111")
    old = capf_authority(keys=ring, subject=subject, not_before=NOW - 2 * year, octets=octets, name="CAPF-00000000")
    trusted = [cisco[name].certificate for name in ("Cisco Manufacturing CA SHA2", "Cisco Root CA M2")]
    return Bench(pool, new, old, cisco, TrustStore("CAPF-trust", [*trusted, new.certificate]))


@pytest.fixture
def lines() -> Callable[[], tuple[MemoryStream, MemoryStream]]:
    return lambda: memory_streams(3804)
