"""ocserv on the other side of the wire: our phone gets its tunnel from it, or is refused, each for the right reason.

ocserv makes a tun device for each tunnel, so it runs in a network of its own, as a user who is root there only. Its
network has one control socket: it hands out sockets that are connected to ocserv inside. Real time: ocserv has no lab clock.
"""

from __future__ import annotations

import os
import re
import socket
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path
from typing import TypeVar

import pytest
import trio
from cryptography.hazmat.primitives.serialization import Encoding

from cisco_data.models import MODELS
from journal import Event, Journal
from lab.testing import AUTHORITY_SUBJECT, DEVICE, KeptEvents, held_lsc, held_mic
from phone_sim import boot
from phone_sim.contexts import ClientContexts
from phone_sim.events import CertificateMissing, SecureConnectionRefused, SecureConnectionUp
from phone_sim.flash import Flash
from phone_sim.network import TftpAddress
from phone_sim.phone import Phone
from phone_sim.vpn.events import (
    DpdAnswered,
    DpdSent,
    HostIdAccepted,
    HostIdFault,
    HostIdRefused,
    VpnAnswerReceived,
    VpnConnected,
    VpnEnded,
    VpnFailure,
    VpnGatewayFailed,
)
from phone_sim.vpn.settings import VpnSettings
from pki import (
    RSA_2048,
    Authority,
    Identity,
    KeyPool,
    KeyRing,
    Manufacturing,
    callmanager_identity,
    capf_authority,
)
from tests.conftest import no_peer
from wire.phone_file import VpnGroup, certificate_hash
from wire.tcp import TcpStream
from wire.tunnel import TunnelEnd

pytestmark = pytest.mark.peer("ocserv")

E = TypeVar("E", bound=Event)
HOST = "vpn.example.com"
PATIENCE = 20.0

INSIDE = """
import fcntl, os, signal, socket, struct, subprocess, sys
control = socket.socket(fileno=0)
with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as any_socket:
    fcntl.ioctl(any_socket, 0x8914, struct.pack("16sH14s", b"lo", 0x41, b""))  # SIOCSIFFLAGS: UP, RUNNING
log = open(sys.argv[2], "ab")
server = subprocess.Popen(["ocserv", "-f", "-d", "3", "-c", sys.argv[1]], stdout=log, stderr=log, start_new_session=True)
while control.recv(1):
    found = socket.socket()
    try:
        found.connect(("127.0.0.1", 443))
        socket.send_fds(control, [b"+"], [found.fileno()])
    except OSError:
        control.send(b"-")
    found.close()
os.killpg(server.pid, signal.SIGKILL)  # it would wait two seconds for its sessions otherwise
server.wait()
"""
CONFIGURATION = """
auth = "certificate"
cert-user-oid = 2.5.4.3
ca-cert = {folder}/ca.pem
server-cert = {folder}/server.pem
server-key = {folder}/server.key
tcp-port = 443
udp-port = 0
listen-host = 127.0.0.1
socket-file = {folder}/socket
device = vpns
ipv4-network = 192.168.77.0/24
use-occtl = false
isolate-workers = false
cisco-client-compat = true
dpd = {dpd}
keepalive = 4
"""


def unshare() -> list[str]:
    """A network of its own; a user other than root makes a user namespace for it, in which the group is not root's."""
    return ["unshare", "-n"] if os.geteuid() == 0 else ["unshare", "-n", "-U", "--map-user=0", "--map-group=65534"]


class Room:
    """ocserv in its own network. As a phone's Network it reaches ocserv, whatever address is asked for."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.opened: list[TcpStream] = []
        self._control: socket.socket | None = None

    def start(self, server: Identity, trusted: list[Authority] | list[object], *, dpd: int = 90) -> None:
        folder = self.folder
        (folder / "server.pem").write_bytes(server.certificate.public_bytes(Encoding.PEM))
        (folder / "server.key").write_bytes(server.key_pem())
        (folder / "ca.pem").write_bytes(b"".join(item.public_bytes(Encoding.PEM) for item in trusted))  # type: ignore[union-attr]
        (folder / "ocserv.conf").write_text(CONFIGURATION.format(folder=folder, dpd=dpd))
        self._control, theirs = socket.socketpair()
        with theirs:
            self._process = subprocess.Popen(
                [*unshare(), sys.executable, "-c", INSIDE, str(folder / "ocserv.conf"), str(folder / "log")],
                stdin=theirs,
            )
        for _ in range(100):
            sock = self._ask()
            if sock is not None:
                sock.close()
                return
            self._process.poll()
            try:
                self._process.wait(0.05)
                break
            except subprocess.TimeoutExpired:
                pass
        self.stop()
        pytest.fail(f"ocserv did not start: {self.log()}")

    def stop(self) -> None:
        if self._control is not None:
            self._control.close()
            self._control = None
            self._process.wait(10)

    def log(self) -> str:
        return (self.folder / "log").read_text("utf-8", "replace")

    def _ask(self) -> socket.socket | None:
        if self._control is None:
            return None
        try:
            self._control.send(b"?")
            _, found, _, _ = socket.recv_fds(self._control, 1, 1)
        except OSError:
            return None
        return socket.socket(fileno=found[0]) if found else None

    async def connect(self, address: str, port: int, source: str = "") -> TcpStream:
        sock = self._ask()
        if sock is None:
            raise ConnectionRefusedError
        self.opened.append(TcpStream(sock, client=True))
        return self.opened[-1]


@pytest.fixture
def room(tmp_path: Path) -> Iterator[Room]:
    if subprocess.run([*unshare(), "true"], capture_output=True, check=False).returncode:
        no_peer("this system gives no user a network namespace (unshare -n)")
    made = Room(tmp_path)
    yield made
    made.stop()


class Scene(KeptEvents):
    """A PKI of today, a phone with the certificates that a test gives it, and its events."""

    def __init__(self, keys: KeyRing) -> None:
        super().__init__(Journal())
        self._news = trio.Event()
        self.journal.subscribe(lambda event: self._news.set())
        self.since = self.journal.clock.now().replace(microsecond=0) - timedelta(days=30)
        self.manufacturing = Manufacturing(keys)
        self.capf, self.other = (
            capf_authority(keys=keys, subject=AUTHORITY_SUBJECT, not_before=self.since, name=name)
            for name in ("CAPF-11111111", "CAPF-22222222")
        )
        self.server = callmanager_identity(keys=keys, subject=AUTHORITY_SUBJECT, host_name=HOST, not_before=self.since)
        self.lsc = held_lsc(self.capf, keys.take(RSA_2048), model="8861", not_before=self.since)
        self.mic = held_mic(self.manufacturing, keys.take(RSA_2048), MODELS["8861"])

    @asynccontextmanager
    async def phone(
        self, room: Room, *, mic: bool = False, lsc: bool = False, hashed: Identity | None = None, **how: object
    ) -> AsyncIterator[Phone]:
        flash = Flash(DEVICE, mic=self.mic if mic else None, lsc=self.lsc if lsc else None)
        digest = certificate_hash((hashed or self.server).certificate.public_bytes(Encoding.DER))
        strict, url = bool(how.get("strict", False)), str(how.get("url", f"https://{HOST}/"))
        flash.vpn = VpnSettings(VpnGroup((url,), (digest,)), enabled=True, strict=strict)
        phone = Phone(
            MODELS["8861"],
            flash,
            network=room,
            tftp=TftpAddress("192.168.99.1"),
            contexts=ClientContexts(),
            make_key=lambda spec: pytest.fail("no key is wanted here"),
            emitter=self.journal.emitter(DEVICE),
            resolve=lambda host: "127.0.0.1" if host == HOST else None,
        )
        async with trio.open_nursery() as nursery:
            phone.power_on(nursery)
            yield phone
            phone.power_off()

    async def has(self, kind: type[E], count: int = 1) -> E:
        """The event of that kind and number, once it is there."""
        with trio.fail_after(PATIENCE):
            while len(self.of(kind)) < count:
                self._news = trio.Event()
                await self._news.wait()
        return self.of(kind)[count - 1]


@pytest.fixture(scope="module")
def keys() -> KeyRing:
    return KeyPool().ring()


@pytest.fixture
def scene(keys: KeyRing, monkeypatch: pytest.MonkeyPatch) -> Scene:
    monkeypatch.setattr(boot, "BACKOFF_SECONDS", (0.1,))
    return Scene(keys)


@pytest.mark.trio
@pytest.mark.parametrize("kind", ["LSC", "MIC"])
async def test_ocserv_gives_a_tunnel_to_a_phone_whose_issuer_it_trusts(scene: Scene, room: Room, kind: str) -> None:
    trusted = [scene.capf.certificate] if kind == "LSC" else list(scene.manufacturing.default_ca_list())
    room.start(scene.server, trusted)
    async with scene.phone(room, mic=True, lsc=kind == "LSC"):
        connected = await scene.has(VpnConnected)
    assert (connected.kind, connected.resumed, connected.tls_version) == (kind, False, "TLSv1.2")
    assert connected.address.startswith("192.168.77.")
    assert (connected.dpd, connected.keepalive) == (90, 4)
    assert [(answer.step, answer.status) for answer in scene.of(VpnAnswerReceived)] == [
        ("GET", 200),
        ("POST", 200),
        ("CONNECT", 200),
    ]
    (host_id,) = scene.of(HostIdAccepted)
    assert (host_id.depth, host_id.host) == (0, HOST)
    assert "client certificate verification succeeded" in room.log()
    assert re.search(r"user '?CP-8861-SEP001122334455", room.log()) or "CP-8861-SEP001122334455" in room.log()


@pytest.mark.trio
async def test_ocserv_resets_a_phone_whose_issuer_it_does_not_trust_and_says_nothing(scene: Scene, room: Room) -> None:
    room.start(scene.server, [scene.other.certificate])
    async with scene.phone(room, lsc=True):
        failed = await scene.has(VpnGatewayFailed)
    assert (failed.failure, failed.kind, failed.alert, failed.status) == (VpnFailure.TLS_REFUSED, "LSC", -1, 0)
    (refused,) = scene.of(SecureConnectionRefused)
    assert refused.alert == -1
    assert not scene.of(VpnAnswerReceived)
    assert "certificate issuer is unknown" in room.log()


@pytest.mark.trio
async def test_ocserv_lets_a_phone_without_a_certificate_in_and_refuses_its_login(scene: Scene, room: Room) -> None:
    room.start(scene.server, [scene.capf.certificate])
    async with scene.phone(room):
        failed = await scene.has(VpnGatewayFailed)
    assert scene.of(CertificateMissing)
    assert scene.of(SecureConnectionUp)
    assert (failed.failure, failed.status, failed.kind) == (VpnFailure.LOGIN_REFUSED, 401, "")
    last = scene.of(VpnAnswerReceived)[-1]
    assert (last.step, last.status, last.reason) == ("POST", 401, "No certificate")


@pytest.mark.trio
async def test_a_phone_refuses_an_ocserv_whose_certificate_its_file_does_not_know(scene: Scene, room: Room) -> None:
    room.start(scene.server, [scene.capf.certificate])
    async with scene.phone(room, lsc=True, hashed=scene.lsc):
        failed = await scene.has(VpnGatewayFailed)
    (host_id,) = scene.of(HostIdRefused)
    assert host_id.fault is HostIdFault.UNKNOWN_HASH
    assert failed.failure is VpnFailure.HOST_ID
    assert not scene.of(VpnAnswerReceived)


@pytest.mark.trio
async def test_a_strict_phone_misses_the_cookies_of_an_asa_in_ocservs_first_answer(scene: Scene, room: Room) -> None:
    room.start(scene.server, [scene.capf.certificate])
    async with scene.phone(room, lsc=True, strict=True):
        failed = await scene.has(VpnGatewayFailed)
    assert (failed.failure, failed.status) == (VpnFailure.COOKIE_MISSING, 200)


@pytest.mark.trio
async def test_ocserv_knows_no_tunnel_group_by_its_path(scene: Scene, room: Room) -> None:
    room.start(scene.server, [scene.capf.certificate])
    async with scene.phone(room, lsc=True, url=f"https://{HOST}/phones"):
        failed = await scene.has(VpnGatewayFailed)
    assert (failed.failure, failed.status) == (VpnFailure.NOT_FOUND, 404)


@pytest.mark.trio
async def test_ocserv_answers_when_a_phone_asks_whether_it_is_there(scene: Scene, room: Room) -> None:
    room.start(scene.server, [scene.capf.certificate], dpd=1)
    async with scene.phone(room, lsc=True):
        assert (await scene.has(VpnConnected)).dpd == 1
        await scene.has(DpdSent)
        await scene.has(DpdAnswered)
    assert not scene.of(VpnEnded)


@pytest.mark.trio
async def test_a_broken_tunnel_to_ocserv_goes_on_with_its_cookie(scene: Scene, room: Room) -> None:
    room.start(scene.server, [scene.capf.certificate])
    async with scene.phone(room, lsc=True):
        await scene.has(VpnConnected)
        room.opened[-1]._sock.shutdown(socket.SHUT_RDWR)
        assert (await scene.has(VpnEnded)).how in (TunnelEnd.EOF, TunnelEnd.BROKEN)
        again = await scene.has(VpnConnected, 2)
    assert again.resumed


@pytest.mark.trio
async def test_a_cookie_that_ocserv_knows_no_more_leads_to_another_login(scene: Scene, room: Room) -> None:
    room.start(scene.server, [scene.capf.certificate])
    async with scene.phone(room, lsc=True):
        await scene.has(VpnConnected)
        room.stop()
        await scene.has(VpnEnded)
        room.start(scene.server, [scene.capf.certificate])
        again = await scene.has(VpnConnected, 2)
    assert not again.resumed
    steps = [(answer.step, answer.status) for answer in scene.of(VpnAnswerReceived)]
    assert ("CONNECT again", 401) in steps
