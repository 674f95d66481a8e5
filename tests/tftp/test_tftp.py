"""A phone gets from the cluster's Cisco TFTP service the file that the cluster's rows say, or a reason why not."""

from __future__ import annotations

import errno
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from hashlib import md5

import pytest
import trio
import trio.testing

from cisco_data import AuthenticationMode, CertificateOperation, ClusterSecurityMode, DeviceSecurityMode
from cisco_data.models import MODELS
from cucm_sim.database import CapfInformation, Database, Device, PhoneSecurityProfile
from cucm_sim.tftp import CiscoTftp, FileNotFound, FileServed, RequestRefused, TftpStarted, TftpStopped
from journal import Emitter, Event, Journal
from phone_sim.boot_configuration import BootConfiguration, Configuration
from phone_sim.contexts import ClientContexts
from phone_sim.download import Missed, fetch
from phone_sim.download_events import ConfigurationFileMissed, ConfigurationFileReceived, DownloadFailure
from phone_sim.file_source import FileSource
from phone_sim.flash import Flash
from phone_sim.hardware import Hardware
from phone_sim.network import TftpAddress
from phone_sim.trust.phone_trust import PhoneTrust
from pki import KeyPool
from wire.http.messages import HttpRefusal
from wire.net import Listener, connect
from wire.phone_file import CapfServer, Member, TransportLayerProtocol, phone_file_name
from wire.tcp import TcpStream

PHONE = "SEP001122334455"
HERE = "127.0.0.1"
SERVERS = (Member("127.1.2.11", priority=1), Member("127.1.2.10", priority=0))


class Loopback:
    async def connect(self, address: str, port: int, source: str = "") -> TcpStream:
        return await connect(address, port, local_address=source)


async def download(port: int, name: str, emitter: Emitter, cause: Event | None = None) -> Configuration:
    """As a phone without trust lists gets its file."""
    flash, server = Flash(name, mic=None), TftpAddress(HERE, port)
    hardware = Hardware(MODELS["8865"], flash, Loopback(), server, ClientContexts(), KeyPool().ring().take, emitter)
    found = await BootConfiguration(hardware, PhoneTrust(hardware), FileSource(hardware)).update(cause)
    assert isinstance(found, Configuration)
    return found


class Cluster:
    """A database with one phone, its file server on a free port, and the journal of both."""

    def __init__(self, mode: ClusterSecurityMode = ClusterSecurityMode.MIXED) -> None:
        self.events: list[Event] = []
        self.journal = Journal()
        self.journal.subscribe(self._keep)
        self.database = Database(mode)
        self.profile = PhoneSecurityProfile("Encrypted", DeviceSecurityMode.ENCRYPTED)
        self.device = Device(PHONE, "7965", self.profile)
        self.database.add(self.device)
        self.certificates: dict[str, bytes] = {}
        self.tftp = CiscoTftp(
            self.database,
            self.journal.emitter("cluster/Cisco TFTP"),
            address=HERE,
            port=free_port(),
            call_managers=SERVERS,
            capf_servers=[CapfServer("127.1.2.10")],
            certificate_of=self.certificates.get,
        )
        self.port = self.tftp.port

    def _keep(self, event: Event) -> None:
        if not isinstance(
            event, TftpStarted | TftpStopped
        ):  # tests/certificates/test_service_control.py is about those
            self.events.append(event)

    def assign(self, mode: DeviceSecurityMode) -> None:
        """Give the phone another profile, of that mode."""
        self.database.save(self.device.with_profile(PhoneSecurityProfile(f"own {mode}", mode)))

    def save(self, capf: CapfInformation) -> None:
        self.database.save(replace(self.device, capf=capf))

    async def fetch(self, name: str = PHONE) -> Configuration:
        return await download(self.port, name, self.journal.emitter(name))

    def kinds(self) -> list[str]:
        return [type(event).__name__ for event in self.events]


@asynccontextmanager
async def running(cluster: Cluster) -> AsyncIterator[Cluster]:
    """The cluster with its file server up, until the end of the block."""
    with trio.fail_after(3600):
        async with trio.open_nursery() as nursery:
            cluster.tftp.start(nursery)
            yield cluster
            await cluster.tftp.stop()


def free_port() -> int:
    listener = Listener(HERE, 0)
    listener.close()
    return listener.port


@pytest.mark.trio
async def test_the_phone_reads_what_its_row_says(autojump_clock: trio.testing.MockClock) -> None:
    async with running(Cluster()) as cluster:
        found = await cluster.fetch()
    file = found.file
    assert file is not None
    assert file.members == SERVERS
    assert file.device_security_mode is DeviceSecurityMode.ENCRYPTED
    assert file.transport_layer_protocol is TransportLayerProtocol.TLS
    assert file.capf_auth_mode is None
    assert file.capf_list == (CapfServer("127.1.2.10", 3804),)
    assert file.cert_hash == ""
    (served,) = [event for event in cluster.events if isinstance(event, FileServed)]
    received = cluster.events[-1]
    assert received is found.event
    assert isinstance(received, ConfigurationFileReceived)
    assert received.call_managers == ("127.1.2.10", "127.1.2.11")
    assert served.octets == received.octets
    assert served.version_stamp == received.version_stamp == file.version_stamp != ""
    assert served.connection == received.connection != ""


@pytest.mark.parametrize("mode", DeviceSecurityMode)
@pytest.mark.trio
async def test_in_mixed_mode_the_profile_decides_the_security_mode(
    mode: DeviceSecurityMode, autojump_clock: trio.testing.MockClock
) -> None:
    async with running(Cluster()) as cluster:
        cluster.assign(mode)
        file = (await cluster.fetch()).file
    assert file is not None
    assert file.device_security_mode == mode.value
    secure = mode is not DeviceSecurityMode.NON_SECURE
    assert file.transport_layer_protocol is (TransportLayerProtocol.TLS if secure else TransportLayerProtocol.TCP)


@pytest.mark.trio
async def test_outside_mixed_mode_every_phone_is_told_non_secure(autojump_clock: trio.testing.MockClock) -> None:
    async with running(Cluster(ClusterSecurityMode.NON_SECURE)) as cluster:
        file = (await cluster.fetch()).file
    assert file is not None
    assert file.device_security_mode is DeviceSecurityMode.NON_SECURE
    assert file.transport_layer_protocol is TransportLayerProtocol.TCP


@pytest.mark.parametrize("mode", AuthenticationMode)
@pytest.mark.parametrize("operation", CertificateOperation)
@pytest.mark.trio
async def test_the_phone_is_sent_to_capf_only_while_an_operation_is_pending(
    operation: CertificateOperation,
    mode: AuthenticationMode,
    autojump_clock: trio.testing.MockClock,
) -> None:
    async with running(Cluster()) as cluster:
        cluster.save(CapfInformation(operation, mode, authentication_string="12345"))
        file = (await cluster.fetch()).file
    assert file is not None
    pending = operation is not CertificateOperation.NO_PENDING_OPERATION
    assert file.capf_auth_mode is (mode if pending else None)


@pytest.mark.trio
async def test_the_file_never_holds_the_authentication_string(autojump_clock: trio.testing.MockClock) -> None:
    async with running(Cluster()) as cluster:
        cluster.save(
            CapfInformation(
                CertificateOperation.INSTALL_UPGRADE,
                AuthenticationMode.BY_AUTHENTICATION_STRING,
                authentication_string="0864209753",
            )
        )
        stream = await connect(HERE, cluster.port)
        await stream.send_all(f"GET /{phone_file_name(PHONE)} HTTP/1.0\r\n\r\n".encode())
        data = b""
        while chunk := await stream.receive_some():
            data += chunk
        await stream.aclose()
    assert b"<capfAuthMode>1</capfAuthMode>" in data
    assert b"0864209753" not in data


@pytest.mark.trio
async def test_the_hash_is_of_the_certificate_that_the_cluster_knows(autojump_clock: trio.testing.MockClock) -> None:
    async with running(Cluster()) as cluster:
        cluster.certificates[PHONE] = b"some DER"
        file = (await cluster.fetch()).file
    assert file is not None
    assert file.cert_hash == md5(b"some DER", usedforsecurity=False).hexdigest()


@pytest.mark.trio
async def test_the_version_stamp_changes_with_the_row_and_only_then(autojump_clock: trio.testing.MockClock) -> None:
    async with running(Cluster()) as cluster:
        first, again = (await cluster.fetch()).file, (await cluster.fetch()).file
        cluster.assign(DeviceSecurityMode.NON_SECURE)
        changed = (await cluster.fetch()).file
    assert first is not None
    assert changed is not None
    assert first == again
    assert changed.version_stamp != first.version_stamp


@pytest.mark.trio
async def test_an_unknown_device_finds_no_file(autojump_clock: trio.testing.MockClock) -> None:
    async with running(Cluster()) as cluster:
        found = await cluster.fetch("SEP00AABBCCDDEE")
    assert found.file is None
    assert isinstance(found.event, ConfigurationFileMissed)
    assert found.event.failure is DownloadFailure.FILE_NOT_FOUND
    (not_found,) = [event for event in cluster.events if isinstance(event, FileNotFound)]
    assert not_found.file == "SEP00AABBCCDDEE.cnf.xml"


@pytest.mark.parametrize(
    "path",
    [
        "/",
        "/ITLSEP001122334455.tlv",
        f"/{PHONE}.cnf.xml.enc.sgn",
        f"/{PHONE}.cnf.xml.sgn",
        f"/{PHONE.lower()}.cnf.xml",
        "/../etc/passwd",
        f"/{PHONE}",
    ],
)
@pytest.mark.trio
async def test_other_files_are_not_found(path: str, autojump_clock: trio.testing.MockClock) -> None:
    async with running(Cluster()) as cluster:
        stream = await connect(HERE, cluster.port)
        await stream.send_all(f"GET {path} HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n".encode())
        assert (await stream.receive_some()).startswith(b"HTTP/1.1 404 ")
        await stream.aclose()
    assert cluster.kinds() == ["FileNotFound"]


@pytest.mark.parametrize(
    ("sent", "reason"),
    [
        (b"\x16\x03\x01\x02\x00" + bytes(512), HttpRefusal.NOT_HTTP),
        (b"x" * 100_000, HttpRefusal.TOO_LARGE),
        (b"GET /", HttpRefusal.TOO_SLOW),
        (b"PUT /x HTTP/1.1\r\nHost: h\r\n\r\n", HttpRefusal.NOT_ALLOWED),
    ],
)
@pytest.mark.trio
async def test_a_stranger_is_refused_and_the_service_goes_on(
    sent: bytes, reason: HttpRefusal, autojump_clock: trio.testing.MockClock
) -> None:
    async with running(Cluster()) as cluster:
        stream = await connect(HERE, cluster.port)
        try:
            await stream.send_all(sent)
            while await stream.receive_some():
                pass
        except trio.BrokenResourceError:
            pass
        await stream.aclose()
        await trio.testing.wait_all_tasks_blocked()
        assert (await cluster.fetch()).file is not None
    refused = cluster.events[0]
    assert isinstance(refused, RequestRefused)
    assert refused.reason is reason


@pytest.mark.trio
async def test_a_stopped_service_refuses_and_a_started_one_serves_again(
    autojump_clock: trio.testing.MockClock,
) -> None:
    cluster = Cluster()
    async with trio.open_nursery() as nursery:
        cluster.tftp.start(nursery)
        with pytest.raises(RuntimeError):
            cluster.tftp.start(nursery)
        open_before = await connect(HERE, cluster.port)
        await trio.testing.wait_all_tasks_blocked()
        await cluster.tftp.stop()
        with pytest.raises(OSError) as refused:
            await connect(HERE, cluster.port)
        assert refused.value.errno == errno.ECONNREFUSED
        assert await open_before.receive_some() == b""
        await open_before.aclose()
        cluster.tftp.start(nursery)
        assert (await cluster.fetch()).file is not None
        await cluster.tftp.stop()
        await cluster.tftp.stop()


@pytest.mark.trio
async def test_a_taken_port_is_said_at_the_start() -> None:
    cluster = Cluster()
    taken = Listener(HERE, cluster.port)
    async with trio.open_nursery() as nursery:
        with pytest.raises(OSError) as refused:
            cluster.tftp.start(nursery)
        assert refused.value.errno == errno.EADDRINUSE
    taken.close()


def test_a_cluster_that_no_file_can_describe_is_refused_at_once() -> None:
    with pytest.raises(ValueError, match="members"):
        CiscoTftp(Database(), Journal().emitter("x"), address=HERE, call_managers=[])


@pytest.mark.trio
async def test_a_hundred_phones_at_once_get_each_its_own_file(autojump_clock: trio.testing.MockClock) -> None:
    async with running(Cluster()) as cluster:
        names = [f"SEP0000000000{number:02X}" for number in range(100)]
        for name in names:
            cluster.database.add(replace(cluster.device, name=name))
        async with trio.open_nursery() as nursery:
            for name in names:
                nursery.start_soon(cluster.fetch, name)
    received = [event for event in cluster.events if isinstance(event, ConfigurationFileReceived)]
    assert sorted(event.actor for event in received) == names
    assert all(event.file == phone_file_name(event.actor) for event in received)


Handler = Callable[[TcpStream], Awaitable[None]]


async def answer_slowly(stream: TcpStream) -> None:
    for octet in b"HTTP/1.1 200 OK\r\n" * 10:
        await stream.send_all(bytes([octet]))
        await trio.sleep(5)


async def hang_up(stream: TcpStream) -> None:
    await stream.receive_some()


async def answer_an_alert(stream: TcpStream) -> None:
    await stream.receive_some()
    await stream.send_all(b"\x15\x03\x01\x00\x02\x02\x28")


async def answer_another_file(stream: TcpStream) -> None:
    await stream.receive_some()
    await stream.send_all(b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n<device/>")


async def answer_endlessly(stream: TcpStream) -> None:
    await stream.receive_some()
    await stream.send_all(b"HTTP/1.1 200 OK\r\n\r\n")
    try:
        while True:
            await stream.send_all(b" " * 4096)
    except trio.BrokenResourceError:
        return


async def answer_503(stream: TcpStream) -> None:
    await stream.receive_some()
    await stream.send_all(b"HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\n\r\n")


@pytest.mark.parametrize(
    ("handler", "failure", "status"),
    [
        (answer_slowly, DownloadFailure.TIMED_OUT, 0),
        (hang_up, DownloadFailure.UNREADABLE, 0),
        (answer_an_alert, DownloadFailure.UNREADABLE, 0),
        (answer_another_file, DownloadFailure.UNREADABLE, 0),
        (answer_endlessly, DownloadFailure.UNREADABLE, 0),
        (answer_503, DownloadFailure.REFUSED, 503),
    ],
)
@pytest.mark.trio
async def test_a_phone_says_what_is_wrong_with_its_file_server(
    handler: Handler, failure: DownloadFailure, status: int, autojump_clock: trio.testing.MockClock
) -> None:
    listener = Listener(HERE, 0)
    journal = Journal()
    began = trio.current_time()
    async with trio.open_nursery() as nursery:
        nursery.start_soon(listener.serve, handler)
        found = await download(listener.port, PHONE, journal.emitter(PHONE))
        nursery.cancel_scope.cancel()
    assert found.file is None
    assert isinstance(found.event, ConfigurationFileMissed)
    assert found.event.failure is failure
    assert found.event.status == status
    assert trio.current_time() - began < 11


@pytest.mark.trio
async def test_a_lost_connection_is_not_an_unreadable_file(autojump_clock: trio.testing.MockClock) -> None:
    class Gone(TcpStream):
        async def receive_some(self, max_bytes: int | None = None) -> bytes:
            raise trio.BrokenResourceError("the peer is gone")

    listener = Listener(HERE, 0)
    tcp = await connect(HERE, listener.port)
    stream = Gone(tcp._sock, client=True)
    found = await fetch(stream, phone_file_name(PHONE), 1000)
    listener.close()
    assert isinstance(found, Missed)
    assert found.failure is DownloadFailure.CONNECTION_LOST


@pytest.mark.trio
async def test_the_cause_of_a_download_is_kept(autojump_clock: trio.testing.MockClock) -> None:
    async with running(Cluster()) as cluster:
        why = cluster.journal.emitter(PHONE).emit(Event())
        found = await download(cluster.port, PHONE, cluster.journal.emitter(PHONE), why)
    assert found.event is not None
    assert found.event.cause == why.seq
