"""The openssl command on the other side of the wire: as a phone, as a server, and as a judge of chains."""

from __future__ import annotations

import re
import subprocess
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
import trio

from cucm_sim import events as ev
from cucm_sim.events import ConnectionEnd
from pki import KeyPool, KeySpec, TrustStore
from pki.mishaps import MISHAPS, MishapParties
from wire.net import Listener, connect
from wire.sccp import Decoder, KeepAlive, KeepAliveAck, RegisterAck, RegisterReq, UnregisterAck, UnregisterReq, encode
from wire.tcp import TcpStream
from wire.tls import (
    AlertDescription,
    AlertSeen,
    CertificateVerified,
    ClientContext,
    Credential,
    HandshakeCompleted,
    HandshakeFailed,
    ServerContext,
    TlsProfile,
    TlsStream,
    TlsVersion,
    VerifyCode,
)

pytestmark = pytest.mark.peer("openssl")

DEVICE = "SEP001122334455"
VERSIONS = [TlsVersion.TLSv1, TlsVersion.TLSv1_2, TlsVersion.TLSv1_3]
FLAGS = {TlsVersion.TLSv1: "-tls1", TlsVersion.TLSv1_2: "-tls1_2", TlsVersion.TLSv1_3: "-tls1_3"}
SUITES = ["-cipher", "AES256-SHA:AES128-SHA:@SECLEVEL=0"]
CIPHER = {
    TlsVersion.TLSv1: "AES256-SHA",
    TlsVersion.TLSv1_2: "AES256-SHA",
    TlsVersion.TLSv1_3: "TLS_AES_256_GCM_SHA384",
}
Fixture = Any


def profile(version: TlsVersion) -> TlsProfile:
    return TlsProfile(version, version, ("AES256-SHA", "AES128-SHA"))


def alerts(messages: Path) -> list[tuple[str, int, int]]:
    """The alerts that openssl's -msgfile tells of, by their octets: ("read" or "write", level, description)."""
    found = re.findall(r"^(<<<|>>>) [^\n]*Alert[^\n]*\n\s+([0-9a-f]{2}) ([0-9a-f]{2})", messages.read_text(), re.M)
    return [({"<<<": "read", ">>>": "write"}[way], int(level, 16), int(what, 16)) for way, level, what in found]


# --- openssl s_client is the phone


class Client:
    """One run of `openssl s_client`: what it was given to say, what it heard, which alerts it saw."""

    def __init__(self, tmp_path: Path, pem: Fixture, pki: Fixture, at: list[str]) -> None:
        self._messages = tmp_path / "messages.txt"
        self._trust = ["-CAfile", pem("server.pem", pki.server.certificate), "-verify_return_error", *at]
        self._pem = pem
        self.heard = b""

    async def run(self, port: int, version: TlsVersion, identity: Any, says: bytes = b"") -> int:
        """Its exit code. Its input stays open until it ends, as a phone's would."""
        command = ["openssl", "s_client", "-quiet", "-connect", f"127.0.0.1:{port}", FLAGS[version], *SUITES]
        command += [*self._trust, "-msg", "-msgfile", str(self._messages)]
        if identity is not None:
            command += ["-cert", self._pem("phone.pem", identity.certificate)]
            command += ["-key", self._pem("phone.key", identity)]
        process = await trio.lowlevel.open_process(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
        )
        assert process.stdin is not None
        assert process.stdout is not None
        try:
            with trio.fail_after(20):
                try:
                    await process.stdin.send_all(says)
                except trio.BrokenResourceError:
                    pass  # it was refused before it could say anything
                self.heard = b"".join([part async for part in process.stdout])
                return await process.wait()
        finally:
            if process.returncode is None:
                process.kill()

    @property
    def alerts(self) -> list[tuple[str, int, int]]:
        return [alert for alert in alerts(self._messages) if alert[2] != AlertDescription.CLOSE_NOTIFY]


@pytest.fixture
def client(tmp_path: Path, pem: Fixture, pki: Fixture, at: list[str]) -> Client:
    return Client(tmp_path, pem, pki, at)


@asynccontextmanager
async def listening(context: ServerContext, notebook: Fixture) -> AsyncIterator[int]:
    """A server of ours that greets whom it accepts and hears one line; gives its port."""

    async def handle(tcp: TcpStream) -> None:
        stream = TlsStream(tcp, context, notebook.journal.emitter("server"))
        if await stream.handshake():
            await stream.send_all(b"welcome " + await stream.receive_some())
        await stream.aclose()

    listener = Listener("127.0.0.1", 0)
    async with trio.open_nursery() as nursery:
        nursery.start_soon(listener.serve, handle)
        yield listener.port
        nursery.cancel_scope.cancel()


@pytest.mark.trio
@pytest.mark.parametrize("version", VERSIONS, ids=str)
async def test_s_client_with_our_lsc_is_accepted(
    version: TlsVersion, client: Client, notebook: Fixture, pki: Fixture
) -> None:
    context = ServerContext(pki.server, profile(version), TrustStore("CallManager-trust", [pki.capf.certificate]))
    async with listening(context, notebook) as port:
        assert await client.run(port, version, pki.phone, b"phone\n") == 0
    assert client.heard == b"welcome phone\n"
    assert client.alerts == []
    up = notebook.one(HandshakeCompleted)
    assert (up.version, up.cipher) == (str(version), CIPHER[version])
    assert [step.verify_code for step in notebook.of(CertificateVerified)] == [0, 0]


@pytest.mark.trio
@pytest.mark.parametrize("version", VERSIONS, ids=str)
async def test_s_client_with_the_lsc_of_another_capf_reads_unknown_ca(
    version: TlsVersion, client: Client, notebook: Fixture, pki: Fixture
) -> None:
    context = ServerContext(pki.server, profile(version), TrustStore("CallManager-trust", [pki.capf.certificate]))
    async with listening(context, notebook) as port:
        assert await client.run(port, version, pki.stranger) != 0
    assert client.heard == b""
    assert client.alerts == [("read", 2, AlertDescription.UNKNOWN_CA)]
    failed = notebook.one(HandshakeFailed)
    assert (failed.verify_code, failed.alert, failed.alert_direction) == (
        VerifyCode.UNABLE_TO_GET_ISSUER_CERT_LOCALLY,
        AlertDescription.UNKNOWN_CA,
        "write",
    )


@pytest.mark.trio
@pytest.mark.parametrize("version", VERSIONS, ids=str)
async def test_s_client_without_a_certificate_reads_the_alert_of_its_version(
    version: TlsVersion, client: Client, notebook: Fixture, pki: Fixture
) -> None:
    context = ServerContext(pki.server, profile(version), TrustStore("CallManager-trust", [pki.capf.certificate]))
    async with listening(context, notebook) as port:
        assert await client.run(port, version, None) != 0
    expected = (
        AlertDescription.CERTIFICATE_REQUIRED if version == TlsVersion.TLSv1_3 else AlertDescription.HANDSHAKE_FAILURE
    )
    assert client.alerts == [("read", 2, expected)]
    assert notebook.one(HandshakeFailed).alert == expected


@pytest.mark.trio
@pytest.mark.parametrize("version", VERSIONS, ids=str)
async def test_s_client_that_does_not_know_our_server_says_so(
    version: TlsVersion, tmp_path: Path, pem: Fixture, at: list[str], notebook: Fixture, pki: Fixture
) -> None:
    class Stranger:
        server = pki.phone

    client = Client(tmp_path, pem, Stranger, at)
    context = ServerContext(pki.server, profile(version))
    async with listening(context, notebook) as port:
        assert await client.run(port, version, None) != 0
    assert client.alerts == [("write", 2, AlertDescription.UNKNOWN_CA)]
    seen = [alert for alert in notebook.of(AlertSeen) if alert.level == 2]
    assert [(alert.direction, alert.description) for alert in seen] == [("read", AlertDescription.UNKNOWN_CA)]


@pytest.mark.trio
@pytest.mark.parametrize("version", VERSIONS, ids=str)
async def test_callmanager_registers_s_client_as_a_phone(
    version: TlsVersion, client: Client, notebook: Fixture, pki: Fixture, cluster: Fixture
) -> None:
    says = (
        encode(RegisterReq(DEVICE, 436, "127.0.0.1", protocol_version=20))
        + encode(KeepAlive())
        + encode(UnregisterReq())
    )
    async with trio.open_nursery() as nursery:
        cluster.callmanager.start(nursery)
        port = notebook.one(ev.CallManagerStarted).secure_port
        assert await client.run(port, version, pki.phone, says) == 0
        await cluster.callmanager.stop()
    decoder, heard = Decoder(), []
    decoder.feed(client.heard)
    while (message := decoder.next_untrusted()) is not None:
        heard.append(type(message))
    assert heard[0] is RegisterAck
    assert heard[-2:] == [KeepAliveAck, UnregisterAck]
    registered = notebook.one(ev.DeviceRegistered)
    assert (registered.device_name, registered.tls_version, registered.cipher) == (
        DEVICE,
        str(version),
        CIPHER[version],
    )
    assert [closed.reason for closed in notebook.of(ev.ConnectionClosed)] == [ConnectionEnd.UNREGISTERED]


@pytest.mark.trio
@pytest.mark.parametrize("version", VERSIONS, ids=str)
async def test_callmanager_refuses_s_client_with_the_lsc_of_another_capf(
    version: TlsVersion, client: Client, notebook: Fixture, pki: Fixture, cluster: Fixture
) -> None:
    async with trio.open_nursery() as nursery:
        cluster.callmanager.start(nursery)
        assert await client.run(notebook.one(ev.CallManagerStarted).secure_port, version, pki.stranger) != 0
        await cluster.callmanager.stop()
    assert client.alerts == [("read", 2, AlertDescription.UNKNOWN_CA)]
    refused = notebook.one(ev.TlsPeerRefused)
    assert (refused.cause_name, refused.verify_code, refused.alert) == ("authenticationError", 20, 48)
    assert notebook.of(ev.DeviceRegistered) == []


# --- openssl s_server is the server


class Server:
    """One run of `openssl s_server` for one connection."""

    def __init__(self, process: trio.Process, port: int, messages: Path) -> None:
        self._process, self.port, self._messages = process, port, messages
        self.heard = b""

    async def ended(self) -> None:
        assert self._process.stdout is not None
        with trio.fail_after(20):
            self.heard = b"".join([part async for part in self._process.stdout])
            await self._process.wait()

    @property
    def alerts(self) -> list[tuple[str, int, int]]:
        return [alert for alert in alerts(self._messages) if alert[2] != AlertDescription.CLOSE_NOTIFY]


@asynccontextmanager
async def s_server(
    version: TlsVersion, identity: Any, trusts: str, tmp_path: Path, pem: Fixture, at: list[str]
) -> AsyncIterator[Server]:
    messages = tmp_path / "messages.txt"
    command = ["openssl", "s_server", "-accept", "127.0.0.1:0", "-naccept", "1", FLAGS[version], *SUITES, *at]
    command += ["-cert", pem("server.pem", identity.certificate), "-key", pem("server.key", identity)]
    command += ["-Verify", "1", "-verify_return_error", "-CAfile", trusts, "-msg", "-msgfile", str(messages)]
    process = await trio.lowlevel.open_process(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    )
    assert process.stdin is not None
    assert process.stdout is not None
    try:
        said = b""
        with trio.fail_after(20):
            while not (ready := re.search(rb"ACCEPT \S*:(\d+)\n", said)):
                said += await process.stdout.receive_some()
            await process.stdin.send_all(b"welcome\n")
        yield Server(process, int(ready[1]), messages)
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()


@pytest.mark.trio
@pytest.mark.parametrize("version", VERSIONS, ids=str)
async def test_s_server_accepts_our_client_with_our_lsc(
    version: TlsVersion, tmp_path: Path, pem: Fixture, at: list[str], notebook: Fixture, pki: Fixture
) -> None:
    context = ClientContext(profile(version), pki.servers)
    async with s_server(version, pki.server, pem("capf.pem", pki.capf.certificate), tmp_path, pem, at) as server:
        tcp = await connect("127.0.0.1", server.port)
        stream = TlsStream(tcp, context, notebook.journal.emitter("phone"), credential=Credential(pki.phone))
        assert await stream.handshake()
        await stream.send_all(b"SEP001122334455 says hello\n")
        assert await stream.receive_some() == b"welcome\n"
        assert (stream.tls_version, stream.cipher) == (str(version), CIPHER[version])
        assert stream.peer_certificate == pki.server.certificate
        await stream.aclose()
        await server.ended()
    assert b"SEP001122334455 says hello\n" in server.heard
    assert server.alerts == []
    assert notebook.of(HandshakeFailed) == []


@pytest.mark.trio
@pytest.mark.parametrize("version", VERSIONS, ids=str)
async def test_s_server_that_does_not_trust_our_lsc_is_read_as_unknown_ca(
    version: TlsVersion, tmp_path: Path, pem: Fixture, at: list[str], notebook: Fixture, pki: Fixture
) -> None:
    context = ClientContext(profile(version), pki.servers)
    async with s_server(version, pki.server, pem("capf.pem", pki.capf.certificate), tmp_path, pem, at) as server:
        tcp = await connect("127.0.0.1", server.port)
        stream = TlsStream(tcp, context, notebook.journal.emitter("phone"), credential=Credential(pki.stranger))
        if await stream.handshake():
            assert version == TlsVersion.TLSv1_3
            with pytest.raises(trio.BrokenResourceError):
                await stream.receive_some()
        await stream.aclose()
        await server.ended()
    assert server.alerts == [("write", 2, AlertDescription.UNKNOWN_CA)]
    assert stream.alert_read is not None
    assert stream.alert_read.description == AlertDescription.UNKNOWN_CA
    assert stream.ended is not None
    assert (stream.ended.alert, stream.ended.alert_direction) == (AlertDescription.UNKNOWN_CA, "read")


@pytest.mark.trio
@pytest.mark.parametrize("version", VERSIONS, ids=str)
async def test_our_client_tells_an_s_server_that_it_does_not_know_it(
    version: TlsVersion, tmp_path: Path, pem: Fixture, at: list[str], notebook: Fixture, pki: Fixture
) -> None:
    context = ClientContext(profile(version), TrustStore("trust list", [pki.capf.certificate]))
    async with s_server(version, pki.server, pem("capf.pem", pki.capf.certificate), tmp_path, pem, at) as server:
        tcp = await connect("127.0.0.1", server.port)
        stream = TlsStream(tcp, context, notebook.journal.emitter("phone"), credential=Credential(pki.phone))
        assert not await stream.handshake()
        await stream.aclose()
        await server.ended()
    assert server.alerts == [("read", 2, AlertDescription.UNKNOWN_CA)]
    assert notebook.one(HandshakeFailed).verify_code == VerifyCode.DEPTH_ZERO_SELF_SIGNED_CERT


# --- openssl verify is the judge


@pytest.mark.parametrize("name", MISHAPS)
def test_openssl_verify_agrees_with_each_verdict(
    name: str, pem: Fixture, at: list[str], pki: Fixture, tmp_path: Path
) -> None:
    """The same chain, the same trust, the same moment: the same code at the same depth."""
    now = datetime.fromtimestamp(int(at[1])).astimezone()
    ring = KeyPool().ring()
    for _ in range(3):
        ring.take(KeySpec("RSA", 2048))
    trust = TrustStore("CallManager-trust", [pki.capf.certificate])
    cast = MishapParties(keys=ring, issuer=pki.capf, now=now, device_name=DEVICE, model="7965G", trust=trust)
    mishap = MISHAPS[name]
    presented = mishap.build(cast)
    command = ["openssl", "verify", *at, "-purpose", "sslclient", "-auth_level", str(presented.security_level)]
    command += ["-no-CApath", "-no-CAstore", "-CAfile", pem("trust.pem", *presented.trust.certificates)]
    if presented.identity.chain:
        command += ["-untrusted", pem("chain.pem", *presented.identity.chain)]
    if presented.check_crl:
        command.append("-crl_check")
    if presented.trust.crls:
        command += ["-CRLfile", pem("list.crl", *presented.trust.crls)]
    done = subprocess.run(
        [*command, pem("leaf.pem", presented.identity.certificate)], capture_output=True, text=True, check=False
    )
    first = re.search(r"^error (\d+) at (\d+) depth", done.stdout + done.stderr, re.M)
    if mishap.verdict is None:
        assert (done.returncode, first) == (0, None)
        return
    assert first is not None, done.stdout + done.stderr
    assert (int(first[1]), int(first[2])) == (mishap.verdict.verify_code, mishap.verdict.depth)
