"""A small PKI for TLS tests: a root, a server, a phone, and what each trusts. Keys come from the pool on disk."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cache
from typing import TypeVar

import pytest

from journal import Clock, Emitter, Event, Journal
from pki import Authority, Identity, KeyPool, KeySpec, TrustStore, callmanager_identity, capf_authority, lsc
from tests.wire_tls.wires import WHOLE, Fixture, Wire, offer
from wire.tls import ClientContext, Credential, ServerContext, TlsEngine, TlsProfile, TlsVersion

E = TypeVar("E", bound=Event)
NOW = datetime(2026, 11, 23, 8, tzinfo=UTC)
SINCE = datetime(2026, 1, 1, tzinfo=UTC)
PLACE = {"C": "AU", "O": "Lab", "OU": "Test", "ST": "NSW", "L": "Sydney"}
DEVICE = "SEP001122334455"


def profile(version: TlsVersion) -> TlsProfile:
    return TlsProfile(version, version, ("AES256-SHA", "AES128-SHA"))


@dataclass
class Pki:
    capf: Authority
    server: Identity
    phone: Identity

    @property
    def servers(self) -> TrustStore:
        return TrustStore("trust list", [self.server.certificate])

    @property
    def phones(self) -> TrustStore:
        return TrustStore("CallManager-trust", [self.capf.certificate])


@cache
def make_pki() -> Pki:
    ring = KeyPool().ring()
    capf = capf_authority(keys=ring, subject=PLACE, not_before=SINCE)
    server = callmanager_identity(keys=ring, subject=PLACE, host_name="cucm-pub", not_before=SINCE)
    key = ring.take(KeySpec("RSA", 2048))
    certificate = lsc(capf, device_name=DEVICE, model="7965G", public_key=key.public_key(), not_before=SINCE)
    return Pki(capf, server, Identity(key, certificate))


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

    def emitter(self, actor: str) -> Emitter:
        return self.journal.emitter(actor)

    def of(self, actor: str, kind: type[E]) -> list[E]:
        return [event for event in self.events if isinstance(event, kind) and event.actor == actor]


@pytest.fixture
def notebook() -> Notebook:
    return Notebook()


MakeContexts = Callable[[TlsVersion], tuple[ClientContext, ServerContext, Credential]]


@pytest.fixture
def contexts(pki: Pki) -> MakeContexts:
    def make(version: TlsVersion) -> tuple[ClientContext, ServerContext, Credential]:
        offer = profile(version)
        return (
            ClientContext(offer, pki.servers),
            ServerContext(pki.server, offer, pki.phones),
            Credential(pki.phone),
        )

    return make


@pytest.fixture
def wired(notebook: Fixture, contexts: Fixture) -> Callable[..., Wire]:
    def make(version: TlsVersion, size: int = WHOLE, cause: int = 0) -> Wire:
        client_context, server_context, credential = contexts(version)
        return Wire(
            TlsEngine(client_context, notebook.emitter("phone"), credential, cause),
            TlsEngine(server_context, notebook.emitter("server"), cause=cause),
            size,
        )

    return make


@pytest.fixture
def refusing(notebook: Fixture, pki: Fixture) -> Callable[..., Wire]:
    """A server that does not trust the phone's CAPF."""

    def make(version: TlsVersion, size: int = WHOLE, cause: int = 0) -> Wire:
        trust = TrustStore("CallManager-trust", [pki.server.certificate])
        return Wire(
            TlsEngine(
                ClientContext(offer(version), pki.servers), notebook.emitter("phone"), Credential(pki.phone), cause
            ),
            TlsEngine(ServerContext(pki.server, offer(version), trust), notebook.emitter("server"), cause=cause),
            size,
        )

    return make
