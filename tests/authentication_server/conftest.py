"""An authentication server on loopback, a phone's half of EAP-TLS over RADIUS, and the certificates of both."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any, TypeVar

import pytest
import trio

from edge_sim.authentication_server import AuthenticationServer, NetworkDevice, ServerSettings
from journal import Clock, Emitter, Event, Journal
from pki import (
    Authority,
    Identity,
    KeyPool,
    KeySpec,
    TrustStore,
    callmanager_identity,
    capf_authority,
    common_name,
    company_authority,
    lsc,
)
from pki.mishaps import MishapParties
from wire.eap import (
    Eap,
    EapTlsPeer,
    Outcome,
    eap_connection,
    identity_response,
    pull_eap_untrusted,
    push_eap,
)
from wire.radius import Attribute, MppeKeys, RadiusClient, RadiusCode, RadiusReply
from wire.tls import ClientContext, Credential, TlsEngine, TlsProfile, TlsVersion
from wire.udp import UdpSocket

E = TypeVar("E", bound=Event)
NOW = datetime(2026, 11, 23, 8, tzinfo=UTC)
PLACE = {"C": "AU", "O": "Lab", "OU": "Test", "ST": "NSW", "L": "Sydney"}
DEVICE = "SEP001122334455"
IDENTITY = "CP-7965G-SEP001122334455"
MAC = "00-11-22-33-44-55"
SECRET = b"correct horse battery staple"
SWITCH = NetworkDevice("switch-1", SECRET)
RSA = KeySpec("RSA", 2048)
ANY = TlsProfile(TlsVersion.TLSv1, TlsVersion.TLSv1_3)


@dataclass(frozen=True)
class Pki:
    now: datetime
    keys: Any
    capf: Authority
    company: Authority
    """Signs the server."""
    server: Identity
    phone: Identity

    @property
    def phones(self) -> TrustStore:
        return TrustStore("Trusted Certificates", [self.capf.certificate])

    @property
    def servers(self) -> TrustStore:
        return TrustStore("phone's trust list", [self.company.certificate])

    @property
    def cast(self) -> MishapParties:
        return MishapParties(self.keys, self.capf, self.now, DEVICE, "7965G", self.phones)


@cache
def make_pki(now: datetime = NOW) -> Pki:
    since = now - timedelta(days=100)
    ring = KeyPool().ring()
    capf = capf_authority(keys=ring, subject=PLACE, not_before=since)
    company = company_authority(keys=ring, subject=PLACE, not_before=since)
    server = callmanager_identity(keys=ring, subject=PLACE, host_name="ise-1", not_before=since, issuer=company)
    key = ring.take(RSA)
    certificate = lsc(capf, device_name=DEVICE, model="7965G", public_key=key.public_key(), not_before=since)
    return Pki(now, ring, capf, company, replace(server, chain=()), Identity(key, certificate))


@pytest.fixture
def pki() -> Pki:
    return make_pki()


@dataclass
class Notebook:
    """A journal that keeps its events."""

    now: datetime = NOW
    events: list[Event] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.journal = Journal(Clock(self.now, tick=lambda: 0.0))
        self.journal.subscribe(self.events.append)

    def pen(self, actor: str) -> Emitter:
        return self.journal.emitter(actor)

    def of(self, kind: type[E]) -> list[E]:
        return [event for event in self.events if isinstance(event, kind)]

    def one(self, kind: type[E]) -> E:
        (event,) = self.of(kind)
        return event


@pytest.fixture
def notebook() -> Notebook:
    return Notebook()


def settings_for(pki: Pki, **changes: Any) -> ServerSettings:
    devices = {"127.0.0.1": SWITCH}
    return ServerSettings(**{"identity": pki.server, "trust": pki.phones, "network_devices": devices, **changes})


MakeServer = Callable[..., AuthenticationServer]


@pytest.fixture
def make_server(pki: Pki, notebook: Notebook) -> MakeServer:
    def make(now: Callable[[], float] = lambda: 0.0, **changes: Any) -> AuthenticationServer:
        return AuthenticationServer(settings_for(pki, **changes), notebook.pen("ise-1"), now=now)

    return make


@asynccontextmanager
async def serving(server: AuthenticationServer, tap: Any = None) -> AsyncIterator[UdpSocket]:
    socket = UdpSocket("127.0.0.1", tap=tap)
    try:
        async with trio.open_nursery() as nursery:
            nursery.start_soon(server.serve, socket)
            await trio.testing.wait_all_tasks_blocked()
            yield socket
            nursery.cancel_scope.cancel()
    finally:
        socket.close()


@dataclass
class Verdict:
    outcome: Outcome | None
    """None: no answer."""
    keys: MppeKeys | None = None
    reply: RadiusReply | None = None


@dataclass
class Phone:
    """A phone and its switch in one: EapTlsPeer on top of RadiusClient."""

    notebook: Notebook
    credential: Credential | None
    context: ClientContext
    identity: str = IDENTITY
    fragment_size: int = 1024
    attributes: Mapping[Attribute, bytes] = field(default_factory=dict)

    def peer(self) -> EapTlsPeer:
        pen = self.notebook.pen(DEVICE).on(eap_connection(MAC))
        return EapTlsPeer(TlsEngine(self.context, pen, self.credential), self.fragment_size)

    async def authenticate(self, client: RadiusClient) -> Verdict:
        peer, state, answer = self.peer(), None, identity_response(1, self.identity)
        wanted = {
            Attribute.USER_NAME: self.identity.encode(),
            Attribute.CALLING_STATION_ID: MAC.encode(),
            **self.attributes,
        }
        while True:
            reply = await client.ask(push_eap(answer), state, wanted.items())
            if reply is None:
                return Verdict(None)
            state = reply.state
            if not reply.eap:
                return Verdict(Outcome.FAILURE, reply=reply)
            heard = peer.receive(pull_eap_untrusted(reply.eap))
            if not isinstance(heard, Eap):
                if heard is Outcome.SUCCESS:
                    assert reply.code == RadiusCode.ACCESS_ACCEPT
                return Verdict(heard, reply.keys, reply)
            answer = heard


@pytest.fixture
def phone(pki: Pki, notebook: Notebook) -> Callable[..., Phone]:
    def make(
        identity: Identity | None = None, profile: TlsProfile = ANY, trust: TrustStore | None = None, **changes: Any
    ) -> Phone:
        mine = identity or pki.phone
        context = ClientContext(profile, trust or pki.servers)
        told = {"identity": common_name(mine.certificate.subject), **changes}
        return Phone(notebook, Credential(mine), context, **told)

    return make


@asynccontextmanager
async def asking(server: tuple[str, int], secret: bytes = SECRET, tap: Any = None) -> AsyncIterator[RadiusClient]:
    socket = UdpSocket("127.0.0.1", tap=tap)
    try:
        yield RadiusClient(socket, server, secret)
    finally:
        socket.close()
