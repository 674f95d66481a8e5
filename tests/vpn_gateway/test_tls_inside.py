"""TLS inside the tunnel: a server behind the gateway sees the phone's own handshake, and its alert comes back."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
import trio

from journal import Clock, Event, Journal
from pki import TrustStore
from wire.net import Listener
from wire.tcp import TcpStream
from wire.tls import (
    AlertDescription,
    ClientContext,
    Credential,
    HandshakeCompleted,
    HandshakeFailed,
    ServerContext,
    TlsProfile,
    TlsStream,
    TlsVersion,
)

Fixture = Any
VERSIONS = [TlsVersion.TLSv1, TlsVersion.TLSv1_2, TlsVersion.TLSv1_3]


@asynccontextmanager
async def tls_server(pki: Fixture, profile: TlsProfile) -> AsyncIterator[tuple[int, list[Event]]]:
    events: list[Event] = []
    journal = Journal(Clock(pki.now, trio.current_time))
    journal.subscribe(events.append)
    trust = TrustStore("CallManager-trust", [pki.capf.certificate])
    context = ServerContext(pki.gateway, profile, trust)

    async def serve(tcp: TcpStream) -> None:
        async with TlsStream(tcp, context, journal.emitter("callmanager")) as stream:
            if not await stream.handshake():
                return
            try:
                while data := await stream.receive_some():
                    await stream.send_all(data)
            except trio.BrokenResourceError:
                pass

    async with trio.open_nursery() as nursery:
        listener = Listener("127.66.1.2", 0)
        nursery.start_soon(listener.serve, serve)
        yield listener.port, events
        nursery.cancel_scope.cancel()


@pytest.mark.trio
@pytest.mark.parametrize("version", VERSIONS, ids=str)
async def test_a_phone_speaks_tls_through_the_gateway_under_one_name(
    open_lab: Fixture, pki: Fixture, version: TlsVersion, autojump_clock: object
) -> None:
    profile = TlsProfile(version, version)
    async with tls_server(pki, profile) as (port, events), open_lab() as lab:
        tunnel = await (await lab.client()).whole_way()
        far = await tunnel.connect("127.66.1.2", port)
        emitter = lab.journal.emitter("phone")
        trust = TrustStore("trust list", [pki.gateway.certificate])
        stream = TlsStream(far, ClientContext(profile, trust), emitter, credential=Credential(pki.clients["lsc"]))
        assert await stream.handshake()
        data = bytes(100_000)
        async with trio.open_nursery() as nursery:
            nursery.start_soon(stream.send_all, data)
            heard = 0
            while heard < len(data):
                heard += len(await stream.receive_some())
        await stream.aclose()
        await trio.sleep(1)
        (done,) = [event for event in events if isinstance(event, HandshakeCompleted)]
        assert done.connection == stream.connection
        assert done.version == str(version)


@pytest.mark.trio
@pytest.mark.parametrize("version", VERSIONS, ids=str)
async def test_the_alert_of_a_server_behind_the_gateway_reaches_the_phone(
    open_lab: Fixture, pki: Fixture, version: TlsVersion, autojump_clock: object
) -> None:
    profile = TlsProfile(version, version)
    async with tls_server(pki, profile) as (port, events), open_lab() as lab:
        tunnel = await (await lab.client()).whole_way()
        for _ in range(5):
            far = await tunnel.connect("127.66.1.2", port)
            stream = TlsStream(
                far,
                ClientContext(profile, None),
                lab.journal.emitter("phone"),
                credential=Credential(pki.clients["stranger"]),
            )
            if await stream.handshake():  # TLS 1.3: judged after it
                with pytest.raises(trio.BrokenResourceError):
                    await stream.receive_some()
            assert stream.alert_read is not None
            assert stream.alert_read.description == AlertDescription.UNKNOWN_CA
            await stream.aclose()
        await trio.sleep(1)
        assert len([event for event in events if isinstance(event, HandshakeFailed)]) == 5
        assert tunnel.ended is None
        assert tunnel.relay.open_streams == 0
