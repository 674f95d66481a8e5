"""CallManager over real sockets and real TLS: trust, mode, names and versions decide, each with its code."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import pytest
import trio
import trio.testing

from cisco_data import ClusterSecurityMode, DeviceSecurityMode, StoreName
from cucm_sim import administration
from cucm_sim import events as ev
from cucm_sim.administration import add_phone, delete_trust, set_cluster_mode, set_service_parameters, upload_trust
from cucm_sim.cluster import Cluster
from cucm_sim.events import ConnectionEnd
from cucm_sim.profiles import secure_profile
from pki import TrustStore
from wire.net import connect
from wire.sccp import (
    CapabilitiesReq,
    KeepAlive,
    KeepAliveAck,
    RegisterAck,
    RegisterReject,
    RegisterReq,
    UnregisterAck,
    UnregisterReq,
)
from wire.tls import ClientContext, Credential, HandshakeFailed, TlsProfile, TlsStream, TlsVersion

DEVICE = "SEP001122334455"
REGISTER = RegisterReq(DEVICE, 436, "127.0.0.1", protocol_version=20)
ADDRESS = "127.0.0.1"
Notebook = Any
MakeCluster = Callable[..., Cluster]

TLS_1_0 = TlsProfile(TlsVersion.TLSv1, TlsVersion.TLSv1, ("AES256-SHA", "AES128-SHA"))
TLS_1_2 = TlsProfile(TlsVersion.TLSv1_2, TlsVersion.TLSv1_2, ("ECDHE-RSA-AES128-GCM-SHA256",))
TLS_1_3 = TlsProfile(TlsVersion.TLSv1_3, TlsVersion.TLSv1_3)
NULL = TlsProfile(TlsVersion.TLSv1, TlsVersion.TLSv1_2, ("NULL-SHA",))


@pytest.fixture
def secure(make_cluster: MakeCluster) -> Cluster:
    """Mixed mode, with one 7965 that has an encrypted profile."""
    cluster = make_cluster(ClusterSecurityMode.MIXED)
    add_phone(cluster, DEVICE, "7965", secure_profile("7965", DeviceSecurityMode.ENCRYPTED))
    return cluster


@asynccontextmanager
async def running(cluster: Cluster) -> AsyncIterator[trio.Nursery]:
    async with trio.open_nursery() as nursery:
        cluster.callmanager.start(nursery)
        yield nursery
        await trio.sleep(2)  # what ended meanwhile gets its events
        await cluster.callmanager.stop()


def ports(notebook: Notebook) -> ev.CallManagerStarted:
    started: ev.CallManagerStarted = notebook.of(ev.CallManagerStarted)[-1]
    return started


class Caller:
    """Opens phones' connections to a cluster that runs."""

    def __init__(self, notebook: Notebook, fake_phone: Any, cluster: Cluster) -> None:
        self._notebook = notebook
        self._fake_phone = fake_phone
        trust = TrustStore("trust list", [cluster.callmanager_identity.certificate])
        self._contexts = {profile: ClientContext(profile, trust) for profile in (TLS_1_0, TLS_1_2, TLS_1_3, NULL)}

    async def plain(self, secure_port: bool = False) -> Any:
        started = ports(self._notebook)
        return self._fake_phone(await connect(ADDRESS, started.secure_port if secure_port else started.port))

    async def tls(self, identity: Any, profile: TlsProfile = TLS_1_0, secure_port: bool = True) -> Any:
        """The phone, or None where TLS did not come up."""
        started = ports(self._notebook)
        tcp = await connect(ADDRESS, started.secure_port if secure_port else started.port)
        credential = Credential(identity) if identity is not None else None
        stream = TlsStream(tcp, self._contexts[profile], self._notebook.journal.emitter(DEVICE), credential=credential)
        if await stream.handshake():
            return self._fake_phone(stream)
        await stream.aclose()
        return None


@pytest.fixture
def caller(notebook: Notebook, fake_phone: Any, secure: Cluster) -> Caller:
    return Caller(notebook, fake_phone, secure)


async def register(phone: Any) -> bool:
    await phone.say(REGISTER)
    answer = await phone.next()
    if isinstance(answer, RegisterReject):
        return False
    assert isinstance(answer, RegisterAck)
    await phone.hear(CapabilitiesReq)
    return True


@pytest.mark.trio
@pytest.mark.parametrize(
    ("profile", "version", "cipher"),
    [
        (TLS_1_0, "TLSv1", "AES256-SHA"),
        (TLS_1_2, "TLSv1.2", "ECDHE-RSA-AES128-GCM-SHA256"),
        (TLS_1_3, "TLSv1.3", "TLS_AES_256_GCM_SHA384"),
    ],
    ids=["TLSv1", "TLSv1.2", "TLSv1.3"],
)
async def test_a_phone_with_an_lsc_of_this_cluster_registers_encrypted(
    profile: TlsProfile,
    version: str,
    cipher: str,
    secure: Cluster,
    caller: Caller,
    notebook: Notebook,
    own_lsc: Any,
    autojump_clock: trio.abc.Clock,
) -> None:
    async with running(secure):
        phone = await caller.tls(own_lsc, profile)
        assert await register(phone)
        await phone.say(KeepAlive())
        await phone.hear(KeepAliveAck)
        await phone.say(UnregisterReq())
        await phone.hear(UnregisterAck)
        assert await phone.next() is None
        await phone.stream.aclose()
    event = notebook.one(ev.DeviceRegistered)
    assert (event.tls_version, event.cipher, event.device_security_mode) == (version, cipher, "Encrypted")
    assert event.certificate_subject.cn == f"CP-7965G-{DEVICE}"
    assert event.certificate_issuer.cn.startswith("CAPF-")
    assert not notebook.of(ev.TlsPeerRefused)


@pytest.mark.trio
@pytest.mark.parametrize("profile", [TLS_1_0, TLS_1_2, TLS_1_3], ids=["TLSv1", "TLSv1.2", "TLSv1.3"])
async def test_an_lsc_of_another_cluster_is_refused_in_the_handshake(
    profile: TlsProfile,
    secure: Cluster,
    caller: Caller,
    notebook: Notebook,
    old_lsc: Any,
    autojump_clock: trio.abc.Clock,
) -> None:
    async with running(secure):
        phone = await caller.tls(old_lsc, profile)
        if phone is not None:  # TLS 1.3: the refusal meets the first read
            assert await phone.next() is None
            await phone.stream.aclose()
    refused = notebook.one(ev.TlsPeerRefused)
    assert (refused.cause_code, refused.cause_name) == (10, "authenticationError")
    assert (refused.verify_code, refused.depth, refused.alert) == (20, 0, 48)
    failed = [e for e in notebook.of(HandshakeFailed) if e.seq == refused.cause]
    assert [event.side for event in failed] == ["server"]
    closed = notebook.one(ev.ConnectionClosed)
    assert (closed.reason, closed.cause) == (ConnectionEnd.TLS_REFUSED, refused.seq)
    assert not notebook.of(ev.RegisterReceived)


@pytest.mark.trio
async def test_a_phone_without_a_certificate_is_refused(
    secure: Cluster, caller: Caller, notebook: Notebook, autojump_clock: trio.abc.Clock
) -> None:
    async with running(secure):
        assert await caller.tls(None) is None
    refused = notebook.one(ev.TlsPeerRefused)
    assert (refused.cause_code, refused.verify_code, refused.alert) == (10, -1, 40)


@pytest.mark.trio
async def test_an_upload_to_callmanager_trust_counts_from_the_restart_on(
    secure: Cluster,
    caller: Caller,
    notebook: Notebook,
    old_capf: Any,
    old_lsc: Any,
    autojump_clock: trio.abc.Clock,
) -> None:
    async with running(secure) as nursery:
        changed = upload_trust(secure, StoreName.CALLMANAGER, old_capf)
        assert (changed.change, changed.takes_effect) == ("uploaded", "restart of Cisco CallManager")
        assert await caller.tls(old_lsc) is None
        await secure.callmanager.restart(nursery)
        phone = await caller.tls(old_lsc)
        assert await register(phone)
        await phone.stream.aclose()
        assert len(ports(notebook).trusted) == len(notebook.of(ev.CallManagerStarted)[0].trusted) + 1


@pytest.mark.trio
async def test_a_deletion_from_callmanager_trust_counts_from_the_restart_on(
    secure: Cluster,
    caller: Caller,
    notebook: Notebook,
    own_lsc: Any,
    autojump_clock: trio.abc.Clock,
) -> None:
    async with running(secure) as nursery:
        delete_trust(secure, StoreName.CALLMANAGER, secure.own_certificates["CAPF"])
        phone = await caller.tls(own_lsc)
        assert await register(phone)
        await phone.stream.aclose()
        await secure.callmanager.restart(nursery)
        assert await caller.tls(own_lsc) is None
    assert notebook.one(ev.TlsPeerRefused).verify_code == 20


@pytest.mark.trio
async def test_the_authenticated_mode_wants_null_sha_and_the_encrypted_mode_does_not(
    secure: Cluster, caller: Caller, notebook: Notebook, own_lsc: Any, autojump_clock: trio.abc.Clock
) -> None:
    async with running(secure):
        phone = await caller.tls(own_lsc, NULL)
        assert not await register(phone)
        await phone.stream.aclose()
        administration.assign_profile(secure, DEVICE, secure_profile("7965", DeviceSecurityMode.AUTHENTICATED))
        phone = await caller.tls(own_lsc, NULL)
        assert await register(phone)
        await phone.stream.aclose()
        phone = await caller.tls(own_lsc, TLS_1_0)
        assert not await register(phone)
        await phone.stream.aclose()
    rejected = [(e.cause_code, e.received) for e in notebook.of(ev.RegistrationRejected)]
    assert rejected == [(12, "NULL-SHA"), (12, "AES256-SHA")]
    assert notebook.one(ev.DeviceRegistered).cipher == "NULL-SHA"


@pytest.mark.trio
async def test_the_certificate_of_another_device_is_refused_by_name(
    secure: Cluster, caller: Caller, notebook: Notebook, make_lsc: Any, autojump_clock: trio.abc.Clock
) -> None:
    async with running(secure):
        phone = await caller.tls(make_lsc("SEP00112233445A"))
        await phone.say(REGISTER)
        assert (await phone.hear(RegisterReject)).text == "invalidX509NameInCertificate"
        assert await phone.next() is None
        await phone.stream.aclose()
    event = notebook.one(ev.RegistrationRejected)
    assert (event.cause_code, event.expected, event.received) == (11, DEVICE, "CP-7965G-SEP00112233445A")


@pytest.mark.trio
async def test_a_non_secure_phone_on_the_secure_port_is_a_mismatch(
    secure: Cluster, caller: Caller, notebook: Notebook, own_lsc: Any, autojump_clock: trio.abc.Clock
) -> None:
    administration.assign_profile(secure, DEVICE, secure_profile("7965", DeviceSecurityMode.NON_SECURE))
    async with running(secure):
        phone = await caller.tls(own_lsc)
        assert not await register(phone)
        await phone.stream.aclose()
        phone = await caller.plain()
        assert await register(phone)
        await phone.stream.aclose()
    assert notebook.one(ev.RegistrationRejected).cause_code == 28


@pytest.mark.trio
async def test_a_tcp_registration_cannot_displace_an_authenticated_one(
    secure: Cluster, caller: Caller, notebook: Notebook, own_lsc: Any, autojump_clock: trio.abc.Clock
) -> None:
    async with running(secure):
        phone = await caller.tls(own_lsc)
        assert await register(phone)
        intruder = await caller.plain()
        assert not await register(intruder)
        await intruder.stream.aclose()
        again = await caller.tls(own_lsc)
        assert await register(again)
        assert await phone.next() is None
        for one in (phone, again):
            await one.stream.aclose()
    assert notebook.one(ev.RegistrationRejected).cause_code == 17
    assert len(notebook.of(ev.DeviceRegistered)) == 2


@pytest.mark.trio
async def test_the_minimum_tls_version_counts_from_the_restart_on(
    secure: Cluster, caller: Caller, notebook: Notebook, own_lsc: Any, autojump_clock: trio.abc.Clock
) -> None:
    async with running(secure) as nursery:
        set_service_parameters(secure, minimum_tls_version=TlsVersion.TLSv1_2)
        phone = await caller.tls(own_lsc)
        assert await register(phone)
        await phone.stream.aclose()
        await secure.callmanager.restart(nursery)
        assert await caller.tls(own_lsc) is None
        await trio.sleep(2)
        assert notebook.one(ev.TlsPeerRefused).alert == 70
        phone = await caller.tls(own_lsc, TLS_1_2)
        assert await register(phone)
        await phone.stream.aclose()


@pytest.mark.trio
async def test_nobody_listens_for_tls_unless_the_cluster_was_in_mixed_mode_at_the_start(
    secure: Cluster, caller: Caller, notebook: Notebook, autojump_clock: trio.abc.Clock
) -> None:
    set_cluster_mode(secure, ClusterSecurityMode.NON_SECURE)
    async with running(secure) as nursery:
        assert ports(notebook).secure_port == 0
        phone = await caller.plain()
        assert await register(phone)
        set_cluster_mode(secure, ClusterSecurityMode.MIXED)
        assert ports(notebook).secure_port == 0
        await secure.callmanager.restart(nursery)
        assert ports(notebook).secure_port != 0
        assert await phone.next() is None
        await phone.stream.aclose()
        phone = await caller.plain()
        assert not await register(phone)
        await phone.stream.aclose()


@pytest.mark.trio
async def test_a_restart_ends_registrations_and_the_service_takes_phones_again(
    secure: Cluster, caller: Caller, notebook: Notebook, own_lsc: Any, autojump_clock: trio.abc.Clock
) -> None:
    async with running(secure) as nursery:
        phone = await caller.tls(own_lsc)
        assert await register(phone)
        await secure.callmanager.restart(nursery)
        assert not secure.callmanager.registrations
        assert await phone.next() is None
        await phone.stream.aclose()
        phone = await caller.tls(own_lsc)
        assert await register(phone)
        await phone.stream.aclose()
    names = [type(event).__name__ for event in notebook.events if event.actor == "new/callmanager"]
    stopped, gone = names.index("CallManagerStopped"), names.index("DeviceUnregistered")
    assert stopped < gone < names.index("CallManagerStarted", 1)
    assert notebook.of(ev.DeviceUnregistered)[0].cause == notebook.of(ev.CallManagerStopped)[0].seq
    assert not secure.callmanager.started


@pytest.mark.trio
@pytest.mark.parametrize("octets", [b"\x10\x00\x00\x00" + bytes(20), b"GET / HTTP/1.0\r\n\r\n", b"\xff" * 5000])
async def test_what_is_no_tls_on_the_secure_port_ends_in_events_and_a_closed_connection(
    octets: bytes, secure: Cluster, caller: Caller, notebook: Notebook, autojump_clock: trio.abc.Clock
) -> None:
    async with running(secure):
        phone = await caller.plain(secure_port=True)
        await phone.stream.send_all(octets)
        with trio.fail_after(60):
            try:
                while await phone.stream.receive_some(4096):
                    pass
            except trio.BrokenResourceError:
                pass
        await phone.stream.aclose()
        await trio.testing.wait_all_tasks_blocked()
        await trio.sleep(2)
        assert notebook.one(ev.TlsPeerRefused).cause_code in (6, 10)
        assert notebook.one(ev.ConnectionClosed).reason is ConnectionEnd.TLS_REFUSED


@pytest.mark.trio
async def test_silence_on_the_secure_port_ends_in_time(
    secure: Cluster, caller: Caller, notebook: Notebook, autojump_clock: trio.abc.Clock
) -> None:
    async with running(secure):
        phone = await caller.plain(secure_port=True)
        assert await phone.next() is None
        assert trio.current_time() < 15
        await phone.stream.aclose()
        await trio.sleep(2)
        assert notebook.one(ev.TlsPeerRefused).cause_code == 6


@pytest.mark.trio
async def test_tls_and_then_silence_ends_in_time(
    secure: Cluster, caller: Caller, notebook: Notebook, own_lsc: Any, autojump_clock: trio.abc.Clock
) -> None:
    async with running(secure):
        phone = await caller.tls(own_lsc)
        assert await phone.next() is None
        assert trio.current_time() < 45
        await phone.stream.aclose()
    assert notebook.one(ev.ConnectionClosed).reason is ConnectionEnd.NO_REGISTRATION


@pytest.mark.trio
async def test_tls_on_the_plain_port_is_recognised(
    secure: Cluster, caller: Caller, notebook: Notebook, own_lsc: Any, autojump_clock: trio.abc.Clock
) -> None:
    async with running(secure):
        assert await caller.tls(own_lsc, secure_port=False) is None
    assert notebook.one(ev.MalformedMessage).looks_like == "TLS"


@pytest.mark.trio
async def test_a_peer_that_never_closes_is_closed(
    secure: Cluster, caller: Caller, notebook: Notebook, make_lsc: Any, autojump_clock: trio.abc.Clock
) -> None:
    async with running(secure):
        phone = await caller.tls(make_lsc("SEP00112233445A"))
        await phone.say(REGISTER)
        await trio.sleep(5)  # it reads nothing and stays
        assert notebook.one(ev.ConnectionClosed).reason is ConnectionEnd.REJECTED
        await phone.stream.aclose()


@pytest.mark.trio
async def test_a_port_that_is_taken_is_an_error_and_leaves_nothing_behind(
    secure: Cluster, make_cluster: MakeCluster, notebook: Notebook, autojump_clock: trio.abc.Clock
) -> None:
    async with running(secure), trio.open_nursery() as nursery:
        taken = ports(notebook)
        other = make_cluster(ClusterSecurityMode.MIXED)
        set_service_parameters(other, secure_port=taken.secure_port)
        with pytest.raises(OSError, match="in use"):
            other.callmanager.start(nursery)
        assert not other.callmanager.started
        set_service_parameters(other, secure_port=0)
        other.callmanager.start(nursery)
        with pytest.raises(RuntimeError):
            other.callmanager.start(nursery)
        await other.callmanager.stop()
        await other.callmanager.stop()


@pytest.mark.trio
async def test_cancelling_the_lab_closes_everything_and_says_so(
    secure: Cluster, caller: Caller, notebook: Notebook, own_lsc: Any, autojump_clock: trio.abc.Clock
) -> None:
    async with trio.open_nursery() as nursery:
        secure.callmanager.start(nursery)
        phone = await caller.tls(own_lsc)
        assert await register(phone)
        nursery.cancel_scope.cancel()
    await phone.stream.aclose()
    assert notebook.one(ev.ConnectionClosed).reason is ConnectionEnd.SERVICE_STOPPED
    assert len(notebook.of(ev.DeviceUnregistered)) == 1
