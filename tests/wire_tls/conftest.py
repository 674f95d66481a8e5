"""A cluster's certificates, kept events, and two TLS engines on one wire."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from lab.testing import ClusterCertificates, KeptEvents, cluster_certificates
from pki import TrustStore
from tests.wire_tls.wires import WHOLE, Fixture, Wire, offer
from wire.tls import ClientContext, Credential, ServerContext, TlsEngine, TlsProfile, TlsVersion


def profile(version: TlsVersion) -> TlsProfile:
    return TlsProfile(version, version, ("AES256-SHA", "AES128-SHA"))


@pytest.fixture
def pki() -> ClusterCertificates:
    return cluster_certificates()


@pytest.fixture
def notebook() -> KeptEvents:
    return KeptEvents()


MakeContexts = Callable[[TlsVersion], tuple[ClientContext, ServerContext, Credential]]


@pytest.fixture
def contexts(pki: ClusterCertificates) -> MakeContexts:
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
