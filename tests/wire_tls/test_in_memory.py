"""Two engines joined in memory note what two streams on a socket note, and end as they end."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lab.testing import NOW, KeptEvents, cluster_certificates
from pki import TrustStore
from pki.mishaps import MISHAPS
from tests.wire_tls.test_failure_table import make_cast, meet
from tests.wire_tls.test_failure_table import offer as wide_offer
from tests.wire_tls.wires import VERSIONS, Fixture, Wire, offer
from wire.tls import (
    AlertDescription,
    ClientContext,
    Credential,
    HandshakeFailed,
    ServerContext,
    TlsClosed,
    TlsEngine,
    TlsVersion,
    VerifyCode,
)
from wire.tls.in_memory import shake_hands


def facts(notebook: KeptEvents, actor: str) -> list[tuple[str, dict[str, object]]]:
    """What an actor noted of TLS, without what differs by its nature: numbers, times, and how the connection was closed."""
    found = []
    for event in notebook.events:
        if event.actor == actor and not (isinstance(event, TlsClosed) and event.alert < 0):
            fields = {
                key: value
                for key, value in msgspec.structs.asdict(event).items()
                if key not in ("seq", "at", "cause", "connection")
            }
            if fields.get("description") != AlertDescription.CLOSE_NOTIFY:
                found.append((type(event).__name__, fields))
    return found


@pytest.mark.trio
@pytest.mark.parametrize("version", VERSIONS, ids=str)
@pytest.mark.parametrize("name", ["healthy", *MISHAPS])
async def test_both_ends_note_in_memory_what_they_note_on_a_socket(name: str, version: TlsVersion) -> None:
    pki, on_socket, in_memory = cluster_certificates(), KeptEvents(), KeptEvents()
    cast = make_cast(pki, on_socket.now)
    presented = cast.healthy() if name == "healthy" else MISHAPS[name].build(cast)
    client = ClientContext(wide_offer(version, version), pki.servers)
    server = ServerContext(
        pki.server,
        wide_offer(version, version, presented.security_level),
        presented.trust,
        check_crl=presented.check_crl,
    )
    outcome = await meet(on_socket, client, server, Credential(presented.identity))
    up = shake_hands(
        TlsEngine(client, in_memory.emitter("phone"), Credential(presented.identity)),
        TlsEngine(server, in_memory.emitter("server")),
    )
    assert up is outcome.server_up
    for actor in ("phone", "server"):
        assert facts(in_memory, actor) == facts(on_socket, actor)


@pytest.mark.parametrize("version", VERSIONS, ids=str)
def test_a_handshake_that_succeeds_leaves_both_ends_up(version: TlsVersion, wired: Callable[..., Wire]) -> None:
    wire = wired(version)
    assert shake_hands(wire.client, wire.server)
    assert (wire.client.ended, wire.server.ended) == (None, None)
    assert wire.client.version == wire.server.version == str(version)
    wire.client.write(b"hello")
    wire.server.receive(wire.client.data_to_send())
    assert wire.server.read(100) == b"hello"


@pytest.mark.parametrize("version", VERSIONS, ids=str)
def test_a_client_that_was_up_before_it_was_judged_still_hears_the_alert(
    version: TlsVersion, refusing: Callable[..., Wire]
) -> None:
    wire = refusing(version)
    assert not shake_hands(wire.client, wire.server)
    assert wire.client.alert_read is not None
    assert wire.client.alert_read.description == AlertDescription.UNKNOWN_CA
    assert isinstance(wire.client.ended, TlsClosed if version is TlsVersion.TLSv1_3 else HandshakeFailed)
    assert isinstance(wire.server.ended, HandshakeFailed)
    assert wire.server.ended.verify_code == VerifyCode.UNABLE_TO_GET_ISSUER_CERT_LOCALLY


@pytest.mark.parametrize("version", VERSIONS, ids=str)
def test_a_phone_that_distrusts_the_server_says_so_and_the_server_hears_it(
    version: TlsVersion, notebook: KeptEvents, pki: Fixture
) -> None:
    client = TlsEngine(
        ClientContext(offer(version), TrustStore("trust list")), notebook.emitter("phone"), Credential(pki.phone)
    )
    server = TlsEngine(ServerContext(pki.server, offer(version), pki.phones), notebook.emitter("server"))
    assert not shake_hands(client, server)
    assert isinstance(client.ended, HandshakeFailed)
    assert (client.ended.reason, client.ended.alert_direction) == ("verify", "write")
    assert server.alert_read is not None
    assert server.alert_read.description == AlertDescription.UNKNOWN_CA


def test_versions_that_do_not_meet_are_refused_by_the_server(notebook: KeptEvents, pki: Fixture) -> None:
    client = TlsEngine(ClientContext(offer(TlsVersion.TLSv1), pki.servers), notebook.emitter("phone"))
    server = TlsEngine(ServerContext(pki.server, offer(TlsVersion.TLSv1_2), pki.phones), notebook.emitter("server"))
    assert not shake_hands(client, server)
    assert client.alert_read is not None
    assert client.alert_read.description == AlertDescription.PROTOCOL_VERSION


def test_a_client_with_nothing_to_offer_ends_before_a_word_is_said(notebook: KeptEvents, pki: Fixture) -> None:
    null_on_1_3 = wide_offer(TlsVersion.TLSv1_3, TlsVersion.TLSv1_3)
    client = TlsEngine(ClientContext(offer(TlsVersion.TLSv1_3, suites_1_3=()), pki.servers), notebook.emitter("phone"))
    server = TlsEngine(ServerContext(pki.server, null_on_1_3, pki.phones), notebook.emitter("server"))
    assert not shake_hands(client, server)
    assert isinstance(client.ended, HandshakeFailed)
    assert isinstance(server.ended, HandshakeFailed)
    assert client.ended.reason == "no common ground"


@given(st.binary(max_size=80))
@settings(max_examples=60, deadline=None)
def test_whatever_was_said_before_the_handshake_ends_on_both_sides(noise: bytes) -> None:
    pki, notebook = cluster_certificates(), KeptEvents()
    version = TlsVersion.TLSv1_2
    client = TlsEngine(ClientContext(offer(version), pki.servers), notebook.emitter("phone"), Credential(pki.phone))
    server = TlsEngine(ServerContext(pki.server, offer(version), pki.phones), notebook.emitter("server"))
    if noise:
        server.receive(noise)
    assert shake_hands(client, server) is not bool(noise)
    assert (client.ended is None) is (server.ended is None) is not bool(noise)


@pytest.mark.parametrize("days", [-400, 4000])
def test_the_moment_is_the_journals(days: int, pki: Fixture) -> None:
    notebook = KeptEvents(now=NOW + timedelta(days=days))
    client = TlsEngine(ClientContext(offer(TlsVersion.TLSv1_2), None), notebook.emitter("phone"), Credential(pki.phone))
    server = TlsEngine(ServerContext(pki.server, offer(TlsVersion.TLSv1_2), pki.phones), notebook.emitter("server"))
    assert not shake_hands(client, server)
    assert isinstance(server.ended, HandshakeFailed)
    wanted = VerifyCode.CERT_NOT_YET_VALID if days < 0 else VerifyCode.CERT_HAS_EXPIRED
    assert server.ended.verify_code == wanted
