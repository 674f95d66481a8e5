"""The TLS engine alone, without sockets and without trio: octets in, octets out, and the right events, whatever comes in."""

from __future__ import annotations

import gc
import sys
import time
import weakref
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import timedelta
from typing import Any

import pytest
from cryptography.hazmat.primitives.serialization import Encoding
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from OpenSSL import SSL, crypto

from journal import Event
from pki import MISHAPS, Authority, Cast, Identity, KeyPool, KeyRing, KeySpec, TrustStore, lsc
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
    description,
)

VERSIONS = [TlsVersion.TLSv1, TlsVersion.TLSv1_2, TlsVersion.TLSv1_3]
DEVICE = "SEP001122334455"
WHOLE = 1 << 20
Fixture = Any


def offer(
    minimum: TlsVersion, maximum: TlsVersion | None = None, *suites: str, suites_1_3: tuple[str, ...] | None = None
) -> TlsProfile:
    given_1_3 = {} if suites_1_3 is None else {"ciphersuites": suites_1_3}
    return TlsProfile(minimum, maximum or minimum, suites or ("AES256-SHA", "AES128-SHA"), **given_1_3)


class Wire:
    """Two engines and what is between them: every octet of it counted, and cut into pieces of `size`."""

    def __init__(self, client: TlsEngine, server: TlsEngine, size: int = WHOLE) -> None:
        self.client, self.server, self._size = client, server, size
        self.carried = {client: bytearray(), server: bytearray()}
        """What each sent."""
        self.heard = {client: bytearray(), server: bytearray()}
        """What each read in the clear."""
        self.stop_after: tuple[TlsEngine, int] | None = None
        """An engine, and after how many octets of it the wire is cut."""

    def other(self, engine: TlsEngine) -> TlsEngine:
        return self.server if engine is self.client else self.client

    def step(self, engine: TlsEngine) -> None:
        """Let an engine do what it can."""
        with suppress(TlsRefused):
            if not engine.established and not engine.handshake():
                return
            while data := engine.read(WHOLE):
                self.heard[engine] += data

    def carry(self, engine: TlsEngine) -> bool:
        """Bring what an engine has to say to the other, which gets to work on each piece; False when it says nothing."""
        data = engine.data_to_send()
        if self.stop_after is not None and self.stop_after[0] is engine:
            data = data[: max(0, self.stop_after[1] - len(self.carried[engine]))]
        self.carried[engine] += data
        for at in range(0, len(data), self._size):
            self.other(engine).receive(data[at : at + self._size])
            self.step(self.other(engine))
        return bool(data)

    def run(self) -> None:
        """Until both are silent."""
        self.step(self.client)
        while self.carry(self.client) | self.carry(self.server):
            pass


@pytest.fixture
def wired(notebook: Fixture, contexts: Fixture) -> Callable[..., Wire]:
    def make(version: TlsVersion, size: int = WHOLE, cause: int = 0) -> Wire:
        client_context, server_context, credential = contexts(version)
        return Wire(
            TlsEngine(client_context, notebook.pen("phone"), credential, cause),
            TlsEngine(server_context, notebook.pen("server"), cause=cause),
            size,
        )

    return make


@pytest.fixture
def refusing(notebook: Fixture, pki: Fixture) -> Callable[..., Wire]:
    """A server that does not trust the phone's CAPF."""

    def make(version: TlsVersion, size: int = WHOLE, cause: int = 0) -> Wire:
        trust = TrustStore("CallManager-trust", [pki.server.certificate])
        return Wire(
            TlsEngine(ClientContext(offer(version), pki.servers), notebook.pen("phone"), Credential(pki.phone), cause),
            TlsEngine(ServerContext(pki.server, offer(version), trust), notebook.pen("server"), cause=cause),
            size,
        )

    return make


def kinds(events: list[Event]) -> list[type[Event]]:
    return [type(event) for event in events]


def by(notebook: Fixture, actor: str) -> list[Event]:
    return [event for event in notebook.events if event.actor == actor]


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
    assert [step.depth for step in notebook.of("server", CertificateVerified)] == [1, 0]
    assert [completed.cause for completed in notebook.of("server", HandshakeCompleted)] == [7]
    (closed,) = notebook.of("server", TlsClosed)
    assert closed.reason == "close notify"
    (bye,) = notebook.of("server", AlertSeen)
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
    assert [closed.reason for closed in notebook.of("phone", TlsClosed)] == ["close notify"]
    wire.client.close()
    assert wire.client.data_to_send() == b""
    assert notebook.of("server", TlsClosed) == []  # who closed is not told that it closed
    wire.server.end_by("closed here")
    wire.server.end_by("timeout")
    assert [closed.reason for closed in notebook.of("server", TlsClosed)] == ["closed here"]


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
        TlsEngine(ClientContext(offer(version), pki.servers), notebook.pen("phone"), Credential(pki.phone)),
        TlsEngine(ServerContext(pki.server, offer(other), pki.phones), notebook.pen("server")),
    )
    wire.run()
    for actor, direction in (("server", "write"), ("phone", "read")):
        (failed,) = notebook.of(actor, HandshakeFailed)
        assert (failed.reason, failed.alert, failed.alert_direction) == (
            "alert",
            AlertDescription.PROTOCOL_VERSION,
            direction,
        )


def test_an_engine_that_cannot_even_begin_says_so(notebook: Fixture, pki: Fixture) -> None:
    """TLS 1.0 alone, and a suite that only TLS 1.2 has: OpenSSL finds nothing to offer before an octet has come."""
    profile = TlsProfile(TlsVersion.TLSv1, TlsVersion.TLSv1, ("ECDHE-RSA-AES256-GCM-SHA384",))
    client = TlsEngine(ClientContext(profile, pki.servers), notebook.pen("phone"))
    with pytest.raises(TlsRefused):
        client.handshake()
    (failed,) = notebook.of("phone", HandshakeFailed)
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
    assert [failed.reason for failed in notebook.of("phone", HandshakeFailed)] == ["timeout"]
    wire = wired(TlsVersion.TLSv1_2)
    wire.run()
    wire.server.end_by("reset")
    assert [closed.reason for closed in notebook.of("server", TlsClosed)] == ["reset"]
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
    server = TlsEngine(context, notebook.pen("server"))
    server.receive(first)
    with pytest.raises(TlsRefused):
        server.handshake()
    assert [failed.reason for failed in notebook.of("server", HandshakeFailed)] == ["not TLS"]


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
    (closed,) = notebook.of("server", TlsClosed)
    assert (closed.reason, closed.alert) == ("alert", AlertDescription.BAD_RECORD_MAC)


def test_each_octet_of_a_client_hello_is_looked_at_once(contexts: Fixture, notebook: Fixture) -> None:
    """16 KiB of single octets, in records of one: half a minute of work where each is read again and again."""
    _, context, _ = contexts(TlsVersion.TLSv1_2)
    server = TlsEngine(context, notebook.pen("server"))
    message = b"\x01" + (15000).to_bytes(3, "big") + b"\x03\x03" + bytes(2700)
    began = time.process_time()
    for octet in b"".join(b"\x16\x03\x01\x00\x01" + bytes([part]) for part in message):
        server.receive(bytes([octet]))
        assert not server.handshake()
    assert time.process_time() - began < 5
    assert notebook.of("server", ClientHelloSeen) == []


def test_a_client_hello_longer_than_what_we_describe_is_left_to_openssl(contexts: Fixture, notebook: Fixture) -> None:
    _, context, _ = contexts(TlsVersion.TLSv1_2)
    server = TlsEngine(context, notebook.pen("server"))
    body = b"\x01" + (40000).to_bytes(3, "big") + bytes(30000)
    for at in range(0, len(body), 10000):
        part = body[at : at + 10000]
        server.receive(b"\x16\x03\x01" + len(part).to_bytes(2, "big") + part)
        assert not server.handshake()
    assert server._hello is None
    assert notebook.events == []


# --- Certificates that only OpenSSL can read


def element(tag: int, *contents: bytes) -> bytes:
    body = b"".join(contents)
    size = len(body).to_bytes(3, "big").lstrip(b"\0") or b"\0"
    return bytes([tag]) + (size if len(body) < 0x80 else bytes([0x80 | len(size)]) + size) + body


def common_name_of(value: bytes, oid: bytes = b"\x55\x04\x03") -> bytes:
    return element(0x30, element(0x31, element(0x30, element(6, oid), value)))


def hand_made(
    identity: Identity, name: bytes, *, serial: bytes = b"\x01", version: int = 2, begins: bytes = b"260101000000Z"
) -> crypto.X509:
    """A self-signed certificate as a stranger may write it."""
    from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
    from cryptography.hazmat.primitives.hashes import SHA256
    from cryptography.hazmat.primitives.serialization import PublicFormat

    algorithm = element(0x30, element(6, bytes.fromhex("2a864886f70d01010b")), element(5))
    dates = element(0x30, element(0x17, begins), element(0x17, b"360101000000Z"))
    spki = identity.key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    head = element(0xA0, element(2, bytes([version]))) + element(2, serial)
    body = element(0x30, head, algorithm, name, dates, name, spki)
    signature = identity.key.sign(body, PKCS1v15(), SHA256())  # type: ignore[union-attr, call-arg, arg-type]
    der = element(0x30, body, algorithm, element(3, b"\0", signature))
    return crypto.load_certificate(crypto.FILETYPE_ASN1, der)


UTF8, PRINTABLE, T61, IA5, BITS, SEQUENCE = 0x0C, 0x13, 0x14, 0x16, 0x03, 0x30
STRANGE: dict[str, dict[str, Any]] = {
    "a PrintableString that is not": {"name": common_name_of(element(PRINTABLE, b"\xff*"))},
    "an IA5String that is not": {"name": common_name_of(element(IA5, b"\xff"))},
    "Latin-1 in a T61String": {"name": common_name_of(element(T61, b"\xe9\xff"))},
    "a BIT STRING for a name": {"name": common_name_of(element(BITS, b"\0abc"))},
    "a SEQUENCE for a name": {"name": common_name_of(element(SEQUENCE))},
    "an empty value": {"name": common_name_of(element(UTF8))},
    "an empty set": {"name": element(0x30, element(0x31))},
    "a country of three letters": {"name": common_name_of(element(PRINTABLE, b"AUS"), b"\x55\x04\x06")},
    "an object identifier without end": {"name": common_name_of(element(UTF8, b"x"), b"\xff" * 40 + b"\x01")},
    "a serial number of zero": {"serial": b"\0"},
    "a negative serial number": {"serial": b"\x80"},
    "a serial number of 400 octets": {"serial": b"\x01" + bytes(399)},
    "version 4": {"version": 3},
    "version 10": {"version": 9},
    "version 1 written out": {"version": 0},
    "the 99th month": {"begins": b"269999000000Z"},
    "a name of 40000 letters": {"name": common_name_of(element(UTF8, b"x" * 40000))},
}


@pytest.mark.parametrize("version", [TlsVersion.TLSv1_2, TlsVersion.TLSv1_3], ids=str)
@pytest.mark.parametrize("strange", STRANGE)
def test_a_certificate_that_breaks_the_rules_is_refused_and_breaks_nothing(
    strange: str, version: TlsVersion, notebook: Fixture, pki: Fixture
) -> None:
    """OpenSSL reads more than cryptography does; what a stranger presents may be any of it."""
    made = hand_made(pki.phone, **{"name": common_name_of(element(UTF8, b"x")), **STRANGE[strange]})
    client = TlsEngine(ClientContext(offer(version), None), notebook.pen("phone"))
    client._connection.use_certificate(made)
    client._connection.use_privatekey(crypto.PKey.from_cryptography_key(pki.phone.key))
    server = TlsEngine(ServerContext(pki.server, offer(version), pki.phones), notebook.pen("server"))
    Wire(client, server).run()
    (failed,) = notebook.of("server", HandshakeFailed)
    assert failed.reason == "verify"
    (step,) = notebook.of("server", CertificateVerified)
    assert step.verify_code == failed.verify_code != VerifyCode.OK
    assert max(map(len, (step.subject, step.issuer, step.serial_number))) <= description.LONGEST
    assert server.peer_certificate is None or server.peer_certificate.subject is not None


def test_a_server_whose_certificate_cannot_be_read_breaks_no_client_that_accepts_any(
    notebook: Fixture, pki: Fixture
) -> None:
    made = hand_made(pki.server, common_name_of(element(UTF8, b"x")), version=3)
    context = ServerContext(pki.server, offer(TlsVersion.TLSv1_2))
    server = TlsEngine(context, notebook.pen("server"))
    server._connection.use_certificate(made)
    server._connection.use_privatekey(crypto.PKey.from_cryptography_key(pki.server.key))
    client = TlsEngine(ClientContext(offer(TlsVersion.TLSv1_2), None), notebook.pen("phone"))
    Wire(client, server).run()
    assert client.established
    assert client.peer_certificate is None


# --- Chains and keys


@pytest.fixture
def cast(pki: Fixture, notebook: Fixture) -> Callable[[], Cast]:
    def make() -> Cast:
        ring = KeyPool().ring()
        for _ in range(3):
            ring.take(KeySpec("RSA", 2048))
        return Cast(keys=ring, issuer=pki.capf, now=notebook.now, device_name=DEVICE, model="7965G", trust=pki.phones)

    return make


@pytest.mark.parametrize("version", VERSIONS, ids=str)
def test_a_client_sends_the_chain_of_its_identity(
    version: TlsVersion, cast: Fixture, notebook: Fixture, pki: Fixture
) -> None:
    """The mishaps that bring a chain: the depth of the fault shows that it came; before TLS 1.3 so does the wire."""
    context = ClientContext(offer(version), None)
    seen = 0
    for name, mishap in MISHAPS.items():
        presented = mishap.build(cast())
        if not presented.identity.chain:
            continue
        notebook.events.clear()
        server = TlsEngine(ServerContext(pki.server, offer(version), presented.trust), notebook.pen("server"))
        wire = Wire(TlsEngine(context, notebook.pen("phone"), Credential(presented.identity)), server)
        wire.run()
        (failed,) = notebook.of("server", HandshakeFailed)
        assert mishap.verdict is not None
        assert (failed.verify_code, failed.depth) == (mishap.verdict.verify_code, mishap.verdict.depth), name
        if version < TlsVersion.TLSv1_3:
            for certificate in (presented.identity.certificate, *presented.identity.chain):
                assert wire.carried[wire.client].count(certificate.public_bytes(Encoding.DER)) == 1, name
        seen += 1
    assert seen >= 3


@pytest.mark.parametrize("version", VERSIONS, ids=str)
@pytest.mark.parametrize("sends", [True, False], ids=["sent", "not sent"])
def test_a_chain_that_ends_in_a_trusted_root_is_accepted_where_it_is_sent(
    sends: bool, version: TlsVersion, cast: Fixture, notebook: Fixture, pki: Fixture
) -> None:
    presented = MISHAPS["intermediate-missing"].build(cast())
    (root,) = presented.trust.certificates
    with_chain = MISHAPS["untrusted-intermediate-sent"].build(cast()).identity
    assert with_chain.chain[0].issuer == root.subject
    identity = with_chain if sends else Identity(with_chain.key, with_chain.certificate)
    server = TlsEngine(ServerContext(pki.server, offer(version), presented.trust), notebook.pen("server"))
    Wire(TlsEngine(ClientContext(offer(version), None), notebook.pen("phone"), Credential(identity)), server).run()
    assert server.established == sends
    if sends:
        sent = server._connection.get_peer_cert_chain() or []  # at a server it comes without the leaf
        assert [certificate.to_cryptography() for certificate in sent] == list(identity.chain)


def test_contexts_with_a_chain_are_made_once_for_each_chain(
    cast: Fixture, notebook: Fixture, monkeypatch: Fixture
) -> None:
    context = ClientContext(offer(TlsVersion.TLSv1_2), None)
    made: list[object] = []
    honest = SSL.Context.__init__

    def counted(self: Any, *arguments: Any) -> None:
        made.append(self)
        honest(self, *arguments)

    monkeypatch.setattr(SSL.Context, "__init__", counted)
    one, other = (MISHAPS[name].build(cast()).identity for name in ("unknown-root-sent", "untrusted-intermediate-sent"))
    longer = Identity(one.key, one.certificate, (*one.chain, *other.chain))
    for identity in (one, other, longer) * 5:
        engine = TlsEngine(context, notebook.pen("phone"), Credential(identity))
        assert not engine.handshake()
    assert len(made) == 3
    TlsEngine(context, notebook.pen("phone"), Credential(Identity(one.key, one.certificate)))
    assert len(made) == 3  # without a chain the shared one serves


def test_the_same_leaf_with_another_chain_sends_that_chain(cast: Fixture, notebook: Fixture, pki: Fixture) -> None:
    version = TlsVersion.TLSv1_2
    context = ClientContext(offer(version), None)
    identity = MISHAPS["unknown-root-sent"].build(cast()).identity
    stranger = pki.server.certificate
    for chain in (identity.chain, (*identity.chain, stranger), (stranger,)):
        server = TlsEngine(ServerContext(pki.server, offer(version), pki.phones), notebook.pen("server"))
        credential = Credential(Identity(identity.key, identity.certificate, chain))
        wire = Wire(TlsEngine(context, notebook.pen("phone"), credential), server)
        wire.run()
        for certificate in (*identity.chain, stranger):
            assert (certificate.public_bytes(Encoding.DER) in wire.carried[wire.client]) == (certificate in chain)


def test_contexts_of_chains_do_not_pile_up(cast: Fixture, notebook: Fixture, monkeypatch: Fixture) -> None:
    monkeypatch.setattr("wire.tls.context._CHAINS_KEPT", 2)
    context = ClientContext(offer(TlsVersion.TLSv1_2), None)
    identity = MISHAPS["unknown-root-sent"].build(cast()).identity
    for extra in range(5):
        credential = Credential(Identity(identity.key, identity.certificate, identity.chain * (1 + extra)))
        TlsEngine(context, notebook.pen("phone"), credential).handshake()
    assert len(context._of_chains) == 2


ECDHE = ("ECDHE-RSA-AES256-GCM-SHA384", "ECDHE-RSA-AES256-SHA")
KEY_EXCHANGES = {"ECDHE": ECDHE, "RSA": ("AES256-SHA", "AES128-SHA")}
KEYS = [
    *(KeySpec("EC", size) for size in (256, 384, 521)),
    *(KeySpec("RSA", size) for size in (512, 1024, 2048)),
]


def credential_of(spec: KeySpec, capf: Authority, notebook: Fixture) -> Credential:
    ring: KeyRing = KeyPool().ring()
    key = ring.named(spec, "a phone in the engine's tests")
    since = notebook.now - timedelta(days=1)
    certificate = lsc(capf, device_name=DEVICE, model="8861", public_key=key.public_key(), not_before=since)
    return Credential(Identity(key, certificate))


@pytest.mark.parametrize("exchange", KEY_EXCHANGES)
@pytest.mark.parametrize(
    ("phone", "server"),
    [
        ((TlsVersion.TLSv1, TlsVersion.TLSv1), (TlsVersion.TLSv1, TlsVersion.TLSv1_3)),
        ((TlsVersion.TLSv1, TlsVersion.TLSv1_2), (TlsVersion.TLSv1, TlsVersion.TLSv1_3)),
        ((TlsVersion.TLSv1_2, TlsVersion.TLSv1_3), (TlsVersion.TLSv1, TlsVersion.TLSv1_2)),
        ((TlsVersion.TLSv1_2, TlsVersion.TLSv1_3), (TlsVersion.TLSv1_2, TlsVersion.TLSv1_3)),
    ],
    ids=["1.0", "1.2", "1.3 meets 1.2", "1.3"],
)
@pytest.mark.parametrize("spec", KEYS, ids=str)
def test_every_kind_of_key_that_an_lsc_may_have(
    spec: KeySpec,
    phone: tuple[TlsVersion, TlsVersion],
    server: tuple[TlsVersion, TlsVersion],
    exchange: str,
    notebook: Fixture,
    pki: Fixture,
) -> None:
    suites = KEY_EXCHANGES[exchange]
    credential = credential_of(spec, pki.capf, notebook)
    wire = Wire(
        TlsEngine(ClientContext(offer(*phone, *suites), pki.servers), notebook.pen("phone"), credential),
        TlsEngine(ServerContext(pki.server, offer(*server, *suites), pki.phones), notebook.pen("server")),
    )
    wire.run()
    version = min(phone[1], server[1])
    if spec == KeySpec("RSA", 512) and version == TlsVersion.TLSv1_3:
        # PSS with SHA-256 does not fit into 512 bits, so the phone has nothing to sign with and shows no certificate.
        (failed,) = notebook.of("server", HandshakeFailed)
        assert failed.alert == AlertDescription.CERTIFICATE_REQUIRED
        return
    for actor in ("phone", "server"):
        (completed,) = notebook.of(actor, HandshakeCompleted)
        assert completed.version == str(version)
        if version < TlsVersion.TLSv1_3:
            assert completed.cipher.startswith("ECDHE") == (exchange == "ECDHE")
    assert wire.server.peer_certificate == credential.identity.certificate


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
        client = TlsEngine(client_context, notebook.pen("phone"), credential)
        server = TlsEngine(server_context, notebook.pen("server"))
        Wire(client, server).run()
        assert server.ended is not None
        yield from (client, server, client._connection, server._connection)

    for _ in range(200):
        remains += map(weakref.ref, fail())
        notebook.events.clear()
    gc.collect()
    assert [ref() for ref in remains if ref() is not None] == []


def test_descriptions_of_certificates_do_not_pile_up(notebook: Fixture, pki: Fixture, monkeypatch: Fixture) -> None:
    monkeypatch.setattr(description, "_KEPT", 5)
    monkeypatch.setattr(description, "_described", type(description._described)())
    for number in range(1, 20):
        made = hand_made(pki.phone, common_name_of(element(UTF8, b"x")), serial=bytes([number]))
        for _ in range(2):
            assert description.describe_untrusted(made) == ("/CN=x", "/CN=x", f"{number:x}")
        assert len(description._described) == min(number, 5)
