"""CAPF on a real socket under real TLS: no client certificate is asked for, and unknown peers on the port do no harm."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
import trio

from capf_sim import CapfIssuer, CapfService
from cisco_data import AuthenticationMode, CertificateOperation
from phone_sim.capf_client import CapfEnding, CapfResult, run_capf
from pki import TrustStore
from wire.net import Listener, connect
from wire.tls import ClientContext, Credential, ServerContext, TlsProfile, TlsStream, TlsVersion

OLD = TlsProfile(TlsVersion.TLSv1, TlsVersion.TLSv1, ("AES256-SHA", "AES128-SHA"))
NEW = TlsProfile(TlsVersion.TLSv1, TlsVersion.TLSv1_3, ("ECDHE-RSA-AES256-GCM-SHA384", "AES256-SHA", "AES128-SHA"))
TLS_1_2 = TlsProfile(TlsVersion.TLSv1_2, TlsVersion.TLSv1_2, ("ECDHE-RSA-AES256-GCM-SHA384",))
pytestmark = pytest.mark.trio


def service(bench: Any) -> CapfService:
    return CapfService(
        context=ServerContext(bench.authority.identity, NEW),
        trust=bench.trust,
        operations=bench.cluster,
        issuer=CapfIssuer(bench.authority, bench.journal.clock),
        emitter=bench.capf_emitter,
    )


async def call(bench: Any, port: int, profile: TlsProfile, credential: Credential | None = None) -> CapfResult | None:
    trust = TrustStore("trust list", [bench.authority.certificate])
    tcp = await connect("127.0.0.1", port)
    stream = TlsStream(tcp, ClientContext(profile, trust), bench.phone_emitter, credential=credential)
    if not await stream.handshake():
        await stream.aclose()
        return None
    return await run_capf(stream, bench.phone_emitter, bench.phone)


@pytest.mark.parametrize(("profile", "version"), [(OLD, "TLSv1"), (TLS_1_2, "TLSv1.2"), (NEW, "TLSv1.3")], ids=str)
async def test_install_over_tls(bench: Any, autojump_clock: object, profile: TlsProfile, version: str) -> None:
    bench.journal.clock.advance(timedelta(days=1))
    bench.order(CertificateOperation.INSTALL_UPGRADE, rsa_key_size=1024)
    listener = Listener("127.0.0.1", 0)
    async with trio.open_nursery() as nursery:
        nursery.start_soon(service(bench).serve, listener)
        result = await call(bench, listener.port, profile)
        nursery.cancel_scope.cancel()
    assert result is not None
    assert (result.ending, result.lsc_installed) == (CapfEnding.DONE, True)
    assert bench.cluster.statuses == ["Upgrade Success"]
    assert bench.event("CapfSessionStarted").tls_version == version
    assert bench.event("CapfSessionStarted").peer == "127.0.0.1"


async def test_bad_lsc_is_a_status_and_no_alert(bench: Any, autojump_clock: object) -> None:
    lsc = bench.lsc(bench.old_authority)
    bench.phone.lsc = lsc
    mode = AuthenticationMode.BY_EXISTING_CERTIFICATE_LSC
    bench.order(CertificateOperation.INSTALL_UPGRADE, authentication_mode=mode)
    listener = Listener("127.0.0.1", 0)
    async with trio.open_nursery() as nursery:
        nursery.start_soon(service(bench).serve, listener)
        result = await call(bench, listener.port, TLS_1_2, Credential(lsc))
        nursery.cancel_scope.cancel()
    assert result is not None
    assert (result.ending, result.reason) == (CapfEnding.DECLINED, 7)
    assert bench.cluster.statuses == ["Upgrade Failed: Invalid LSC"]
    alerts = [event for event in bench.events if type(event).__name__ == "AlertSeen" and event.level == 2]
    steps = [event for event in bench.events if type(event).__name__ == "CertificateVerified"]
    assert alerts == []
    assert {event.actor for event in steps} == {bench.phone.device_name}  # CAPF saw no certificate in TLS


async def test_unknown_peers_on_the_port_do_no_harm(bench: Any, autojump_clock: object) -> None:
    bench.order(CertificateOperation.INSTALL_UPGRADE, rsa_key_size=1024)
    listener = Listener("127.0.0.1", 0)

    async def unknown_peer(octets: bytes) -> None:
        async with await connect("127.0.0.1", listener.port) as tcp:
            try:
                await tcp.send_all(octets)
                while await tcp.receive_some():
                    pass
            except trio.BrokenResourceError:
                return

    async with trio.open_nursery() as nursery:
        nursery.start_soon(service(bench).serve, listener)
        async with trio.open_nursery() as crowd:
            for octets in (
                b"GET / HTTP/1.0\r\n\r\n",
                b"\x55\x02\0\0\0\1\0\0",
                b"",
                b"\x16\x03\x01\x40\x00" + b"\0" * 99,
            ):
                crowd.start_soon(unknown_peer, octets)
        result = await call(bench, listener.port, TLS_1_2)
        nursery.cancel_scope.cancel()
    assert result is not None
    assert result.ending is CapfEnding.DONE
    failed = [event for event in bench.events if type(event).__name__ == "HandshakeFailed"]
    assert len(failed) == 4
    assert bench.kinds().count("CapfSessionStarted") == 1
