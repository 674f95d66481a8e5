"""A cluster, a phone's end of a memory stream, and certificates from the key pool."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from functools import cache

import pytest
import trio
import trio.testing
from cryptography import x509

from cisco_data import ClusterSecurityMode
from cucm_sim.administration import add_phone
from cucm_sim.cluster import Cluster
from cucm_sim.parameters import ServiceParameters
from lab.testing import AUTHORITY_SUBJECT, DEVICE, SINCE, KeptEvents, MemoryStream, cluster_certificates, held_lsc
from pki import RSA_2048, Authority, Identity, KeyPool, capf_authority
from tests.sccp_peer import SccpPeer


@pytest.fixture(scope="session")
def fake_phone() -> type[SccpPeer]:
    return SccpPeer


@cache
def _make_lsc(device_name: str) -> Identity:
    """An LSC of the cluster's CAPF."""
    own = cluster_certificates()
    return held_lsc(own.capf, own.keys.named(RSA_2048, "a phone in CallManager's tests"), device_name)


@cache
def _make_old_capf() -> tuple[Authority, Identity]:
    """Another cluster's CAPF, and the LSC that the phone still has of it."""
    ring = KeyPool().ring()
    key = ring.named(RSA_2048, "a phone in CallManager's tests")
    other = capf_authority(
        keys=ring,
        subject=AUTHORITY_SUBJECT,
        not_before=SINCE,
        name="CAPF-0ld0ld00",
        key_spec=RSA_2048,
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
    return KeptEvents()


MakeCluster = Callable[..., Cluster]


@pytest.fixture
def make_cluster(notebook: KeptEvents) -> MakeCluster:
    def make(
        mode: ClusterSecurityMode = ClusterSecurityMode.NON_SECURE, address: str = "127.0.0.1", **parameters: object
    ) -> Cluster:
        own = cluster_certificates()
        return Cluster(
            "new",
            notebook.journal,
            address=address,
            callmanager_identity=own.server,
            capf_authority=own.capf,
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
    async def plug(self) -> AsyncIterator[SccpPeer]:
        self._number += 1
        near, far = trio.testing.memory_stream_pair()
        connection = f"127.10.1.2:{self._number}>127.10.1.1:2000"
        phone = SccpPeer(MemoryStream(near, connection))
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
