"""The TLS engine alone, without sockets and without trio: octets in, octets out, and the right events, whatever comes in."""

from __future__ import annotations

import gc
import sys
import time
import weakref
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pki import TrustStore
from tests.wire_tls.wires import VERSIONS, WHOLE, Fixture, Wire, by, kinds, offer
from wire.tls import (
    AlertDescription,
    AlertSeen,
    CertificateVerified,
    ClientContext,
    ClientHelloSeen,
    Credential,
    HandshakeCompleted,
    HandshakeFailed,
    ServerContext,
    TlsClosed,
    TlsEngine,
    TlsProfile,
    TlsRefused,
    TlsVersion,
    VerifyCode,
)

# --- What goes well


@pytest.mark.parametrize("size", [1, 7, WHOLE], ids=["octet by octet", "sevens", "whole"])
@pytest.mark.parametrize("version", VERSIONS, ids=str)
def test_a_handshake_and_both_directions_in_pieces(version: TlsVersion, size: int, wired: Fixture) -> None:
    wire = wired(version, size)
    wire.run()
    assert wire.client.established
    assert wire.server.established
    for engine, words in ((wire.client, b"Register"), (wire.server, b"RegisterAck")):
        engine.write(words)
        wire.carry(engine)
        assert wire.heard[wire.other(engine)] == words


@pytest.mark.parametrize("version", VERSIONS, ids=str)
def test_events_of_a_good_connection_are_in_order(version: TlsVersion, wired: Fixture, notebook: Fixture) -> None:
    wire = wired(version, cause=7)
    wire.run()
    wire.client.close()
    wire.run()
    assert kinds(by(notebook, "server")) == [
        ClientHelloSeen,
        CertificateVerified,
        CertificateVerified,
        HandshakeCompleted,
        AlertSeen,
        TlsClosed,
    ]
    assert [step.depth for step in notebook.of(CertificateVerified, "server")] == [1, 0]
    assert [completed.cause for completed in notebook.of(HandshakeCompleted, "server")] == [7]
    (closed,) = notebook.of(TlsClosed, "server")
    assert closed.reason == "close notify"
    (bye,) = notebook.of(AlertSeen, "server")
    assert (bye.direction, bye.description) == ("read", AlertDescription.CLOSE_NOTIFY)


@pytest.mark.parametrize("version", VERSIONS, ids=str)
def test_two_megabytes_in_one_write_arrive(version: TlsVersion, wired: Fixture, monkeypatch: Fixture) -> None:
    """With so small a chunk the octets leave in some thousands: more than Python may call itself deep."""
    monkeypatch.setattr("wire.tls.engine._BIO_CHUNK", 1024)
    wire = wired(version)
    wire.run()
    words = bytes(range(256)) * 8192
    assert len(words) // 1024 > sys.getrecursionlimit()
    wire.server.write(words)
    wire.carry(wire.server)
    assert wire.heard[wire.client] == words


@pytest.mark.parametrize("version", VERSIONS, ids=str)
def test_a_reader_may_ask_for_any_number_of_octets(version: TlsVersion, wired: Fixture) -> None:
    wire = wired(version)
    wire.run()
    wire.client.write(b"hello")
    wire.server.receive(wire.client.data_to_send())
    assert wire.server.read(1) == b"h"
    assert wire.server.read(1 << 40) == b"ello"
    assert wire.server.read(1) is None


@pytest.mark.parametrize("version", VERSIONS, ids=str)
def test_close_is_said_once_and_heard_once(version: TlsVersion, wired: Fixture, notebook: Fixture) -> None:
    wire = wired(version)
    wire.run()
    for _ in range(3):
        wire.server.close()
    farewell = wire.server.data_to_send()
    assert farewell
    wire.server.close()
    assert wire.server.data_to_send() == b""
    with pytest.raises(TlsRefused):
        wire.server.write(b"one thing more")
    wire.client.receive(farewell)
    assert [wire.client.read(10) for _ in range(3)] == [b"", b"", b""]
    assert [closed.reason for closed in notebook.of(TlsClosed, "phone")] == ["close notify"]
    wire.client.close()
    assert wire.client.data_to_send() == b""
    assert notebook.of(TlsClosed, "server") == []  # who closed is not told that it closed
    wire.server.end_by("closed here")
    wire.server.end_by("timeout")
    assert [closed.reason for closed in notebook.of(TlsClosed, "server")] == ["closed here"]


def test_closing_before_any_handshake_says_nothing(wired: Fixture, notebook: Fixture) -> None:
    wire = wired(TlsVersion.TLSv1_2)
    wire.client.close()
    assert (wire.client.data_to_send(), notebook.events) == (b"", [])


# --- What is refused


@pytest.mark.parametrize("size", [1, WHOLE], ids=["octet by octet", "whole"])
@pytest.mark.parametrize("version", VERSIONS, ids=str)
def test_each_event_of_a_refusal_points_back_to_its_reason(
    version: TlsVersion, size: int, refusing: Fixture, notebook: Fixture
) -> None:
    """The server: certificate, alert, failure. The client: whatever made it connect, alert, failure."""
    wire = refusing(version, size, cause=7)
    wire.run()
    verified, alert, failed = by(notebook, "server")[-3:]
    assert kinds([verified, alert, failed]) == [CertificateVerified, AlertSeen, HandshakeFailed]
    assert (alert.cause, failed.cause) == (verified.seq, alert.seq)
    assert verified.verify_code == failed.verify_code == VerifyCode.UNABLE_TO_GET_ISSUER_CERT_LOCALLY  # type: ignore[attr-defined]
    read, ended = by(notebook, "phone")[-2:]
    assert kinds([read, ended]) == [AlertSeen, TlsClosed if version == TlsVersion.TLSv1_3 else HandshakeFailed]
    assert (read.cause, ended.cause) == (7, read.seq)
    assert alert.description == read.description == ended.alert == AlertDescription.UNKNOWN_CA  # type: ignore[attr-defined]


@pytest.mark.parametrize("version", VERSIONS, ids=str)
def test_after_a_refusal_everything_is_refused_and_nothing_more_is_noted(
    version: TlsVersion, refusing: Fixture, notebook: Fixture
) -> None:
    wire = refusing(version)
    wire.run()
    before = list(notebook.events)
    for engine in (wire.client, wire.server):
        assert engine.ended is not None
        for late in (lambda e: e.handshake(), lambda e: e.read(10), lambda e: e.write(b"x")):
            with pytest.raises(TlsRefused):
                late(engine)
        engine.receive(b"octets that come late")
        engine.receive(b"")
        engine.close()
        engine.end_by("timeout")
        assert engine.data_to_send() == b""
    assert notebook.events == before


@pytest.mark.parametrize("version", VERSIONS, ids=str)
def test_no_common_version_is_an_alert_on_both_sides(version: TlsVersion, notebook: Fixture, pki: Fixture) -> None:
    other = TlsVersion.TLSv1_3 if version != TlsVersion.TLSv1_3 else TlsVersion.TLSv1_2
    wire = Wire(
        TlsEngine(ClientContext(offer(version), pki.servers), notebook.emitter("phone"), Credential(pki.phone)),
        TlsEngine(ServerContext(pki.server, offer(other), pki.phones), notebook.emitter("server")),
    )
    wire.run()
    for actor, direction in (("server", "write"), ("phone", "read")):
        (failed,) = notebook.of(HandshakeFailed, actor)
        assert (failed.reason, failed.alert, failed.alert_direction) == (
            "alert",
            AlertDescription.PROTOCOL_VERSION,
            direction,
        )


def test_an_engine_that_cannot_even_begin_says_so(notebook: Fixture, pki: Fixture) -> None:
    """TLS 1.0 alone, and a suite that only TLS 1.2 has: OpenSSL finds nothing to offer before an octet has come."""
    profile = TlsProfile(TlsVersion.TLSv1, TlsVersion.TLSv1, ("ECDHE-RSA-AES256-GCM-SHA384",))
    client = TlsEngine(ClientContext(profile, pki.servers), notebook.emitter("phone"))
    with pytest.raises(TlsRefused):
        client.handshake()
    (failed,) = notebook.of(HandshakeFailed, "phone")
    assert failed.reason == "no common ground"


# --- The wire is cut


@pytest.mark.parametrize("sender", ["client", "server"])
@pytest.mark.parametrize("version", VERSIONS, ids=str)
def test_an_end_at_any_point_of_the_handshake_is_closed_by_peer(
    version: TlsVersion, sender: str, wired: Fixture, notebook: Fixture
) -> None:
    probe = wired(version)
    probe.run()
    total = len(probe.carried[getattr(probe, sender)])
    for count in [*range(0, total, max(1, total // 40)), total - 1]:
        wire = wired(version)
        speaker = getattr(wire, sender)
        listener = wire.other(speaker)
        wire.stop_after = speaker, count
        wire.run()
        notebook.events.clear()
        was_established = listener.established
        listener.receive(b"")
        with suppress(TlsRefused):
            if was_established or listener.handshake():
                assert listener.read(10) == b""
        listener.data_to_send()
        (end,) = [event for event in notebook.events if isinstance(event, HandshakeFailed | TlsClosed)]
        if was_established:  # a TLS 1.3 client is through before the server's tickets have come
            assert (type(end), end.reason) == (TlsClosed, "eof")
        else:
            assert (type(end), end.reason, end.alert) == (HandshakeFailed, "closed by peer", -1)


def test_timeout_and_reset_are_what_the_owner_says_they_are(wired: Fixture, notebook: Fixture) -> None:
    wire = wired(TlsVersion.TLSv1_2)
    wire.client.end_by("timeout")
    assert [failed.reason for failed in notebook.of(HandshakeFailed, "phone")] == ["timeout"]
    wire = wired(TlsVersion.TLSv1_2)
    wire.run()
    wire.server.end_by("reset")
    assert [closed.reason for closed in notebook.of(TlsClosed, "server")] == ["reset"]
    with pytest.raises(TlsRefused):
        wire.server.read(10)


# --- Garbage


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    version=st.sampled_from(VERSIONS),
    sender=st.sampled_from(["client", "server"]),
    share=st.floats(0, 1),
    garbage=st.binary(min_size=1, max_size=600)
    | st.sampled_from([20, 21, 22, 23]).flatmap(
        lambda kind: st.binary(max_size=300).map(lambda body: bytes([kind, 3, 3]) + len(body).to_bytes(2, "big") + body)
    ),
    size=st.sampled_from([1, 100, WHOLE]),
)
def test_garbage_at_any_point_ends_in_a_refusal_and_an_event_or_waits_for_more(
    version: TlsVersion,
    sender: str,
    share: float,
    garbage: bytes,
    size: int,
    wired: Fixture,
    notebook: Fixture,
) -> None:
    wire = wired(version)
    speaker = getattr(wire, sender)
    listener = wire.other(speaker)
    wire.stop_after = speaker, int(share * 3000)
    wire.run()
    notebook.events.clear()
    refused = False
    for at in range(0, len(garbage), size):
        listener.receive(garbage[at : at + size])
        try:
            if listener.established or listener.handshake():
                while listener.read(WHOLE):
                    pass
        except TlsRefused:
            refused = True
            break
    ends = [event for event in notebook.events if isinstance(event, HandshakeFailed | TlsClosed)]
    assert len(ends) == (listener.ended is not None)
    if refused:
        assert listener.ended is not None
        assert listener.ended.reason in {"alert", "verify", "not TLS", "bad record", "closed by peer"}
    for event in notebook.events:
        assert event.actor == ("phone" if listener is wire.client else "server")


@pytest.mark.parametrize(
    "first",
    [
        b"GET / HTTP/1.1\r\n\r\n",
        bytes(64),
        b"\xff" * 5000,
        b"\x80\x2e\x01\x03\x01" + bytes(60),
        b"\x16\x03\x01\x00\x05hello",
        b"\x17\x03\x01\x00\x05hello",
        b"\x16\x03\x01\xff\xff" + bytes(3000),
    ],
)
@pytest.mark.parametrize("version", VERSIONS, ids=str)
def test_what_is_no_client_hello_is_not_tls_whatever_alert_goes_out(
    version: TlsVersion, first: bytes, contexts: Fixture, notebook: Fixture
) -> None:
    _, context, _ = contexts(version)
    server = TlsEngine(context, notebook.emitter("server"))
    server.receive(first)
    with pytest.raises(TlsRefused):
        server.handshake()
    assert [failed.reason for failed in notebook.of(HandshakeFailed, "server")] == ["not TLS"]


@pytest.mark.parametrize("version", VERSIONS, ids=str)
def test_a_flipped_bit_in_a_record_is_an_alert(version: TlsVersion, wired: Fixture, notebook: Fixture) -> None:
    wire = wired(version)
    wire.run()
    wire.client.write(b"hello")
    record = bytearray(wire.client.data_to_send())
    record[-1] ^= 1
    wire.server.receive(bytes(record))
    with pytest.raises(TlsRefused):
        wire.server.read(10)
    (closed,) = notebook.of(TlsClosed, "server")
    assert (closed.reason, closed.alert) == ("alert", AlertDescription.BAD_RECORD_MAC)


def test_each_octet_of_a_client_hello_is_looked_at_once(contexts: Fixture, notebook: Fixture) -> None:
    """16 KiB of single octets, in records of one: half a minute of work where each is read again and again."""
    _, context, _ = contexts(TlsVersion.TLSv1_2)
    server = TlsEngine(context, notebook.emitter("server"))
    message = b"\x01" + (15000).to_bytes(3, "big") + b"\x03\x03" + bytes(2700)
    began = time.process_time()
    for octet in b"".join(b"\x16\x03\x01\x00\x01" + bytes([part]) for part in message):
        server.receive(bytes([octet]))
        assert not server.handshake()
    assert time.process_time() - began < 5
    assert notebook.of(ClientHelloSeen, "server") == []


def test_a_client_hello_longer_than_what_we_describe_is_left_to_openssl(contexts: Fixture, notebook: Fixture) -> None:
    _, context, _ = contexts(TlsVersion.TLSv1_2)
    server = TlsEngine(context, notebook.emitter("server"))
    body = b"\x01" + (40000).to_bytes(3, "big") + bytes(30000)
    for at in range(0, len(body), 10000):
        part = body[at : at + 10000]
        server.receive(b"\x16\x03\x01" + len(part).to_bytes(2, "big") + part)
        assert not server.handshake()
    assert server._hello is None
    assert notebook.events == []


# --- Nothing is left behind


@pytest.mark.parametrize("version", VERSIONS, ids=str)
def test_two_hundred_refusals_leave_nothing_behind(version: TlsVersion, notebook: Fixture, pki: Fixture) -> None:
    trust = TrustStore("CallManager-trust", [pki.server.certificate])
    client_context, server_context = (
        ClientContext(offer(version), pki.servers),
        ServerContext(pki.server, offer(version), trust),
    )
    credential = Credential(pki.phone)
    remains: list[weakref.ref[Any]] = []

    def fail() -> Iterator[Any]:
        client = TlsEngine(client_context, notebook.emitter("phone"), credential)
        server = TlsEngine(server_context, notebook.emitter("server"))
        Wire(client, server).run()
        assert server.ended is not None
        yield from (client, server, client._connection, server._connection)

    for _ in range(200):
        remains += map(weakref.ref, fail())
        notebook.events.clear()
    gc.collect()
    assert [ref() for ref in remains if ref() is not None] == []
