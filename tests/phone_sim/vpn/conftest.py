"""A VPN gateway that answers what a test wants answered."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

import pytest
import trio
from cryptography.hazmat.primitives.serialization import Encoding

from lab.testing import AUTHORITY_SUBJECT
from phone_sim.vpn.settings import VpnSettings
from pki import Identity, TrustStore, callmanager_identity
from wire.net import Listener
from wire.phone_file import VpnGroup, certificate_hash
from wire.streams import Stream
from wire.tcp import TcpStream
from wire.tls import ServerContext, TlsProfile, TlsStream, TlsVersion
from wire.tunnel import Tunnel, TunnelEnded

Lab = Any
HOST = "vpn.example.com"
ANY = TlsProfile(TlsVersion.TLSv1, TlsVersion.TLSv1_3)
GOOD = {
    "GET": "HTTP/1.1 200 OK\r\nContent-Length: 0\r\nSet-Cookie: webvpn=; expires=Thu, 01 Jan 1970 22:00:00 GMT; path=/\r\n"
    "Set-Cookie: webvpnlogin=1; secure\r\nX-Transcend-Version: 1\r\n\r\n",
    "POST": "HTTP/1.1 200 OK\r\nConnection: Keep-Alive\r\nContent-Length: 0\r\nSet-Cookie: webvpn=s3cr3t==; secure\r\n\r\n",
    "CONNECT": "HTTP/1.1 200 CONNECTED\r\nX-CSTP-Version: 1\r\nX-CSTP-Address: 127.126.0.12\r\nX-CSTP-MTU: 1280\r\n"
    "X-CSTP-DPD: 30\r\nX-CSTP-Keepalive: 20\r\n\r\n",
}
Say = Callable[[Stream], Awaitable[None]]


class Gateway:
    """Listens on an address of its own from the start. Everything it is asked, and every tunnel it had, is on record."""

    def __init__(self, lab: Lab, identity: Identity, trust: TrustStore | None, profile: TlsProfile, name: str) -> None:
        self.answers = dict(GOOD)
        self.cookies = {"s3cr3t=="}
        """Those that CONNECT is answered 200 for."""
        self.speak: Say = self._speak_http
        """What it does on a connection whose TLS is up."""
        self.requests: list[tuple[str, str]] = []
        """Request line and all headers, in order."""
        self.tunnels: list[Tunnel] = []
        self.address = lab.block.server()
        self.identity = identity
        self.url = f"https://{name}/phones"
        self._lab = lab
        self._context = ServerContext(identity, profile, trust)
        self._emitter = lab.journal.emitter("gateway")
        self.listener = Listener(self.address, 443)
        self._serving = trio.CancelScope()
        lab.nursery.start_soon(self._serve)

    async def _serve(self) -> None:
        with self._serving:
            await self.listener.serve(self._handle)

    def close(self) -> None:
        """The gateway is gone, without DISCONNECT and TERMINATE."""
        self._serving.cancel()
        self.listener.close()

    @property
    def methods(self) -> list[str]:
        return [line.split(" ")[0] for line, _ in self.requests]

    async def _handle(self, tcp: TcpStream) -> None:
        stream = TlsStream(tcp, self._context, self._emitter)
        try:
            if await stream.handshake():
                await self.speak(stream)
        except (trio.BrokenResourceError, trio.ClosedResourceError):
            pass
        finally:
            with trio.CancelScope(shield=True):
                await stream.aclose()

    async def _speak_http(self, stream: Stream) -> None:
        waiting = b""
        while True:
            while b"\r\n\r\n" not in waiting:
                data = await stream.receive_some()
                if not data:
                    return
                waiting += data
            head, _, waiting = waiting.partition(b"\r\n\r\n")
            line, _, headers = head.decode().partition("\r\n")
            self.requests.append((line, headers))
            method = line.split(" ")[0]
            answer = self.answers[method]
            if method == "CONNECT" and not any(f"Cookie: webvpn={known}" in headers for known in self.cookies):
                answer = "HTTP/1.1 401 Cookie is not acceptable\r\nConnection: close\r\nContent-Length: 0\r\n\r\n"
            await stream.send_all(answer.encode("latin-1"))
            if "Connection: close" in answer:
                return
            if method == "CONNECT" and answer.startswith("HTTP/1.1 200"):
                await self.carry(stream, waiting)
                return

    async def carry(self, stream: Stream, first: bytes = b"") -> TunnelEnded:
        self.tunnels.append(Tunnel(stream, first=first))
        return await self.tunnels[-1].run()


MakeGateway = Callable[..., Gateway]


@pytest.fixture
def gateway_of(lab: Lab) -> MakeGateway:
    """A gateway that listens: `names` of its certificate, whom it `trusts`, the DNS name it has."""

    def make(
        host: str = HOST, *, name: str = HOST, trust: TrustStore | None = None, profile: TlsProfile = ANY
    ) -> Gateway:
        identity = callmanager_identity(
            keys=lab.keys,
            subject=AUTHORITY_SUBJECT,
            host_name=name,
            not_before=lab.journal.clock.now().replace(month=1),
        )
        gateway = Gateway(lab, identity, trust, profile, host)
        dns(lab)[host] = gateway.address
        return gateway

    return make


def dns(lab: Lab) -> dict[str, str]:
    if not hasattr(lab, "dns"):
        lab.dns = {}
    return lab.dns


def group_of(*gateways: Gateway, **fields: Any) -> VpnGroup:
    hashes = tuple(certificate_hash(gateway.identity.certificate.public_bytes(Encoding.DER)) for gateway in gateways)
    return VpnGroup(tuple(gateway.url for gateway in gateways), hashes, **fields)


MakePhone = Callable[..., Any]


@pytest.fixture
def phone_behind(lab: Lab) -> MakePhone:
    """A phone whose VPN is on, with a group of these gateways; plugged in."""

    def make(
        *gateways: Gateway, group: VpnGroup | None = None, enabled: bool = True, on: bool = True, **how: Any
    ) -> Any:
        fields = {key: how.pop(key) for key in list(how) if key in VpnGroup.__dataclass_fields__}
        strict = how.pop("strict", True)
        phone = lab.phone(how.pop("model", "8861"), on=False, **how)
        phone.flash.vpn = VpnSettings(group or group_of(*gateways, **fields), enabled=enabled, strict=strict)
        phone._hardware.resolve = dns(lab).get
        for there in lab.clusters.values():
            there.cluster.vpn_groups["Home office"] = phone.flash.vpn.group
            there.cluster.assigned_vpn_groups[phone.device_name] = "Home office"
        if on:
            phone.power_on(lab.power)
        return phone

    return make
