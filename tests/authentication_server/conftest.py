"""An authentication server on loopback, a phone's half of EAP-TLS over RADIUS, and the certificates of both."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import cache
from typing import Any

import pytest
import trio

from edge_sim.authentication_server import AuthenticationServer, NetworkDevice, ServerSettings
from lab.testing import AUTHORITY_SUBJECT, DEVICE, NOW, ClusterCertificates, KeptEvents, cluster_certificates
from pki import Authority, Identity, TrustStore, callmanager_identity, common_name, company_authority
from pki.mishaps import MishapParties
from wire.eap import (
    Eap,
    EapTlsOutcome,
    EapTlsPeer,
    eap_connection,
    identity_response,
    pull_eap_untrusted,
    push_eap,
)
from wire.radius import Attribute, MppeKeys, RadiusClient, RadiusCode, RadiusReply
from wire.tls import ClientContext, Credential, TlsEngine, TlsProfile, TlsVersion
from wire.udp import UdpSocket

IDENTITY = "CP-7965G-SEP001122334455"
MAC = "00-11-22-33-44-55"
SECRET = b"correct horse battery staple"
SWITCH = NetworkDevice("switch-1", SECRET)
ANY = TlsProfile(TlsVersion.TLSv1, TlsVersion.TLSv1_3)


@dataclass(frozen=True)
class Pki(ClusterCertificates):
    now: datetime
    company: Authority
    """Signs the server."""

    @property
    def servers(self) -> TrustStore:
        return TrustStore("phone's trust list", [self.company.certificate])

    @property
    def cast(self) -> MishapParties:
        return MishapParties(self.keys, self.capf, self.now, DEVICE, "7965G", self.phones)


@cache
def make_pki(now: datetime = NOW) -> Pki:
    since = now - timedelta(days=100)
    own = cluster_certificates("ise-1", since)
    company = company_authority(keys=own.keys, subject=AUTHORITY_SUBJECT, not_before=since)
    server = callmanager_identity(
        keys=own.keys, subject=AUTHORITY_SUBJECT, host_name="ise-1", not_before=since, issuer=company
    )
    return Pki(own.keys, own.capf, replace(server, chain=()), own.phone, now, company)


@pytest.fixture
def pki() -> Pki:
    return make_pki()


@pytest.fixture
def notebook() -> KeptEvents:
    return KeptEvents()


def settings_for(pki: Pki, **changes: Any) -> ServerSettings:
    devices = {"127.0.0.1": SWITCH}
    return ServerSettings(**{"identity": pki.server, "trust": pki.phones, "network_devices": devices, **changes})


MakeServer = Callable[..., AuthenticationServer]


@pytest.fixture
def make_server(pki: Pki, notebook: KeptEvents) -> MakeServer:
    def make(now: Callable[[], float] = lambda: 0.0, **changes: Any) -> AuthenticationServer:
        return AuthenticationServer(settings_for(pki, **changes), notebook.emitter("ise-1"), now=now)

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
    outcome: EapTlsOutcome | None
    """None: no answer."""
    keys: MppeKeys | None = None
    reply: RadiusReply | None = None


@dataclass
class Phone:
    """A phone and its switch in one: EapTlsPeer on top of RadiusClient."""

    notebook: KeptEvents
    credential: Credential | None
    context: ClientContext
    identity: str = IDENTITY
    fragment_size: int = 1024
    attributes: Mapping[Attribute, bytes] = field(default_factory=dict)

    def peer(self) -> EapTlsPeer:
        emitter = self.notebook.emitter(DEVICE).on(eap_connection(MAC))
        return EapTlsPeer(TlsEngine(self.context, emitter, self.credential), self.fragment_size)

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
                return Verdict(EapTlsOutcome.FAILURE, reply=reply)
            heard = peer.receive(pull_eap_untrusted(reply.eap))
            if not isinstance(heard, Eap):
                if heard is EapTlsOutcome.SUCCESS:
                    assert reply.code == RadiusCode.ACCESS_ACCEPT
                return Verdict(heard, reply.keys, reply)
            answer = heard


@pytest.fixture
def phone(pki: Pki, notebook: KeptEvents) -> Callable[..., Phone]:
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
