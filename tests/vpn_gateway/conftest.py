"""A VPN gateway on loopback, and clients with several certificates."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import timedelta
from functools import cache
from typing import Any

import pytest
import trio

from edge_sim.vpn_gateway import GatewaySettings, Trustpoints, TunnelGroup, VpnGateway
from journal import Clock, Journal
from lab.testing import AUTHORITY_SUBJECT, DEVICE, NOW, SINCE, KeptEvents, cluster_certificates, held_lsc
from pki import Authority, Identity, KeyPool, TrustStore, capf_authority
from wire.http.messages import HttpClient, Request, Response
from wire.net import connect
from wire.tcp import TcpStream
from wire.tls import ClientContext, Credential, TlsProfile, TlsStream, TlsVersion
from wire.tunnel import Tunnel
from wire.vpn_http import SESSION, pull_set_cookies_untrusted, push_connect

USER = f"CP-7965G-{DEVICE}"
TLS_1_2 = TlsProfile(TlsVersion.TLSv1, TlsVersion.TLSv1_2)
GATEWAY, SERVER, CLIENT = "127.66.1.1", "127.66.1.2", "127.66.1.3"
POOL = ("127.66.1.101", "127.66.1.102", "127.66.1.103", "127.66.1.104")


@dataclass(frozen=True)
class Pki:
    """Phones: `lsc` of the CAPF that a trustpoint holds, `other` likewise for a second device, `other-capf` of another CAPF."""

    capf: Authority
    gateway: Identity
    clients: dict[str, Identity]


@cache
def make_pki() -> Pki:
    own = cluster_certificates("localhost")
    old = capf_authority(keys=own.keys, subject=AUTHORITY_SUBJECT, not_before=SINCE, name="CAPF-0ld0ld00")
    key = own.phone.key
    clients = {
        "lsc": own.phone,
        "other": held_lsc(own.capf, key, "SEP00AABBCCDDEE"),
        "other-capf": held_lsc(old, key),
        "expired": held_lsc(own.capf, key, not_before=NOW - timedelta(days=20 * 365)),
        "not-yet": held_lsc(own.capf, key, not_before=NOW + timedelta(days=1)),
    }
    return Pki(own.capf, own.server, clients)


@pytest.fixture(scope="session")
def pki() -> Pki:
    return make_pki()


class Lab(KeptEvents):
    """One gateway that runs, and all that happened."""

    def __init__(
        self, nursery: trio.Nursery, settings: GatewaySettings, trustpoints: Trustpoints, address: str
    ) -> None:
        super().__init__(Journal(Clock(NOW, trio.current_time)))
        self.nursery = nursery
        self.gateway = VpnGateway(settings, trustpoints, self.emitter("asa"), address=address, port=0)
        self.gateway.start(nursery)
        self.port = self.gateway.port
        self.opened: list[TcpStream] = []

    async def tcp(self) -> TcpStream:
        self.opened.append(await connect(GATEWAY, self.port, local_address=CLIENT))
        return self.opened[-1]

    async def client(self, who: str | None = "lsc", **choices: Any) -> Client:
        """A client whose TLS is up. `who`: which certificate; None for none."""
        credential = Credential(make_pki().clients[who]) if who is not None else None
        emitter = Journal(Clock(NOW, trio.current_time)).emitter("client")
        stream = TlsStream(await self.tcp(), ClientContext(TLS_1_2, None), emitter, credential=credential)
        return Client(self, stream, up=await stream.handshake(), **choices)


@dataclass
class Client:
    lab: Lab
    stream: TlsStream
    up: bool
    agent: str = "Cisco SVC IPPhone Client v1.0 (1.0)"
    http: HttpClient = field(default_factory=HttpClient)

    async def ask(self, request: Request) -> Response:
        await self.stream.send_all(self.http.request(request))
        while (answer := self.http.next_response_untrusted()) is None:
            self.http.receive(bytes(await self.stream.receive_some()))
        return answer

    def request(self, method: str, path: str, body: bytes = b"", **headers: str) -> Request:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return Request(method, path, (("Host", GATEWAY), ("User-Agent", self.agent), *named.items()), body)

    async def get(self, path: str = "/phones") -> Response:
        return await self.ask(self.request("GET", path))

    async def post(self, path: str = "/phones", body: bytes = b"", **headers: str) -> Response:
        return await self.ask(self.request("POST", path, body, **headers))

    async def log_in(self) -> str:
        """The phone's own way; gives the session's cookie."""
        await self.get()
        return session_cookie(await self.post())

    async def connect(self, cookie: str, hostname: str = DEVICE) -> Response:
        return await self.ask(push_connect(host=GATEWAY, session=cookie, agent=self.agent, hostname=hostname))

    def tunnel(self, **timers: float) -> Tunnel:
        """The tunnel of a CONNECT that was answered with 200, running."""
        tunnel = Tunnel(self.stream, first=self.http.tunnel_octets or b"", **timers)  # type: ignore[arg-type]
        self.lab.nursery.start_soon(tunnel.run)
        return tunnel

    async def whole_way(self) -> Tunnel:
        assert (await self.connect(await self.log_in())).status == 200
        return self.tunnel()


def session_cookie(answer: Response) -> str:
    return next((each.value for each in pull_set_cookies_untrusted(answer) if each.name == SESSION), "")


@pytest.fixture
def cookie_of() -> Callable[[Response], str]:
    return session_cookie


@pytest.fixture
def settings(pki: Pki) -> GatewaySettings:
    return GatewaySettings(pki.gateway, (TunnelGroup("phones", "/phones"), TunnelGroup("staff", "/staff")), POOL)


@pytest.fixture
def trustpoints(pki: Pki) -> Trustpoints:
    mic = capf_authority(keys=KeyPool().ring(), subject=AUTHORITY_SUBJECT, not_before=SINCE, name="Another authority")
    return Trustpoints(
        [TrustStore("ELSE", [mic.certificate]), TrustStore("CAPF", [pki.capf.certificate])],
    )


OpenLab = Callable[..., AbstractAsyncContextManager[Lab]]


@pytest.fixture
def open_lab(settings: GatewaySettings, trustpoints: Trustpoints) -> OpenLab:
    """The test asks for `autojump_clock` itself. Changes of the settings and of its limits are keywords."""

    @asynccontextmanager
    async def run(
        *, limits: dict[str, Any] | None = None, address: str = GATEWAY, **changes: Any
    ) -> AsyncIterator[Lab]:
        changed = replace(settings, limits=replace(settings.limits, **(limits or {})), **changes)
        async with trio.open_nursery() as nursery:
            lab = Lab(nursery, changed, trustpoints, address)
            try:
                yield lab
                await lab.gateway.stop()
            finally:
                nursery.cancel_scope.cancel()
                for tcp in lab.opened:
                    tcp.close_now()

    return run
