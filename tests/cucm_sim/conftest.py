"""A cluster, a phone's end of a memory stream, and certificates from the key pool."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from functools import cache
from typing import TypeVar

import pytest
import trio
import trio.testing
from cryptography import x509

from cisco_data import ClusterSecurityMode
from cucm_sim.administration import add_phone
from cucm_sim.cluster import Cluster
from cucm_sim.parameters import ServiceParameters
from journal import Clock, Journal
from lab.testing import AUTHORITY_SUBJECT, NOW, SINCE, KeptEvents, MemoryStream, held_lsc
from pki import Authority, Identity, KeyPool, KeySpec, callmanager_identity, capf_authority
from wire.sccp import Decoder, Message, UnknownMessage, encode
from wire.streams import Stream

M = TypeVar("M", bound=Message)
DEVICE = "SEP001122334455"
RSA = KeySpec("RSA", 2048)


class FakePhone:
    """Speaks SCCP by hand."""

    def __init__(self, stream: Stream) -> None:
        self.stream = stream
        self._decoder = Decoder()
        self.got: list[Message | UnknownMessage] = []

    async def say(self, *messages: Message | UnknownMessage, version: int = 0) -> None:
        await self.stream.send_all(b"".join(encode(message, version) for message in messages))

    async def hear(self, kind: type[M]) -> M:
        """The next message, which must be of this kind."""
        message = await self.next()
        assert isinstance(message, kind), message
        return message

    async def next(self) -> Message | UnknownMessage | None:
        """The next message; None where the connection ended."""
        while (message := self._decoder.next_untrusted()) is None:
            try:
                data = await self.stream.receive_some(4096)
            except trio.BrokenResourceError:
                return None
            if not data:
                return None
            self._decoder.feed(bytes(data))
        self.got.append(message)
        return message


@pytest.fixture(scope="session")
def fake_phone() -> type[FakePhone]:
    return FakePhone


@cache
def make_pki() -> tuple[Authority, Identity]:
    ring = KeyPool().ring()
    capf = capf_authority(keys=ring, subject=AUTHORITY_SUBJECT, not_before=SINCE)
    return capf, callmanager_identity(keys=ring, subject=AUTHORITY_SUBJECT, host_name="cucm-pub", not_before=SINCE)


@cache
def _make_lsc(device_name: str) -> Identity:
    """An LSC of the cluster's CAPF."""
    capf, _ = make_pki()
    key = KeyPool().ring().named(RSA, "a phone in CallManager's tests")
    return held_lsc(capf, key, device_name)


@cache
def _make_old_capf() -> tuple[Authority, Identity]:
    """Another cluster's CAPF, and the LSC that the phone still has of it."""
    ring = KeyPool().ring()
    key = ring.named(RSA, "a phone in CallManager's tests")
    other = capf_authority(
        keys=ring,
        subject=AUTHORITY_SUBJECT,
        not_before=SINCE,
        name="CAPF-0ld0ld00",
        key_spec=RSA,
        octets=lambda size: b"\x42" * size,
    )
    return other, held_lsc(other, key, DEVICE)


@pytest.fixture
def make_lsc() -> Callable[[str], Identity]:
    return _make_lsc


@pytest.fixture
def own_lsc() -> Identity:
    return _make_lsc(DEVICE)


@pytest.fixture
def old_lsc() -> Identity:
    return _make_old_capf()[1]


@pytest.fixture
def old_capf() -> x509.Certificate:
    return _make_old_capf()[0].certificate


@pytest.fixture(scope="session")
def named_stream() -> type[MemoryStream]:
    return MemoryStream


@pytest.fixture
def notebook() -> KeptEvents:
    return KeptEvents(Journal(Clock(NOW, tick=lambda: 0.0)))


MakeCluster = Callable[..., Cluster]


@pytest.fixture
def make_cluster(notebook: KeptEvents) -> MakeCluster:
    def make(
        mode: ClusterSecurityMode = ClusterSecurityMode.NON_SECURE, address: str = "127.0.0.1", **parameters: object
    ) -> Cluster:
        capf, identity = make_pki()
        return Cluster(
            "new",
            notebook.journal,
            address=address,
            callmanager_identity=identity,
            capf_authority=capf,
            cluster_security_mode=mode,
            parameters=ServiceParameters(port=0, secure_port=0, **parameters),  # type: ignore[arg-type]
        )

    return make


@pytest.fixture
def cluster(make_cluster: MakeCluster) -> Cluster:
    """Non-secure, with one 7965 in it."""
    cluster = make_cluster()
    add_phone(cluster, DEVICE, "7965")
    return cluster


class Socket:
    """Where phones are plugged in: memory streams to a CallManager that did not have to listen."""

    def __init__(self, cluster: Cluster) -> None:
        self._cluster = cluster
        self._number = 20000

    @asynccontextmanager
    async def plug(self) -> AsyncIterator[FakePhone]:
        self._number += 1
        near, far = trio.testing.memory_stream_pair()
        connection = f"127.10.1.2:{self._number}>127.10.1.1:2000"
        phone = FakePhone(MemoryStream(near, connection))
        server = MemoryStream(far, connection)
        async with trio.open_nursery() as nursery:
            nursery.start_soon(self._cluster.callmanager.serve, server)
            yield phone
            await phone.stream.aclose()
            with trio.fail_after(1000):
                await server.closed.wait()


@pytest.fixture
def socket(cluster: Cluster) -> Socket:
    return Socket(cluster)
