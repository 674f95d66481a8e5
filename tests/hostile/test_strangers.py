"""Strangers at every port: whatever they send and however they leave, an event, a closed connection, a service that goes on."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any

import pytest
import trio

from cucm_sim.events import ConnectionClosed, ConnectionEnd, MalformedMessage, TlsPeerRefused
from cucm_sim.tftp import RequestRefused
from journal import Clock, Journal
from pki import Identity, made
from wire import capf
from wire.http.messages import HttpRefusal
from wire.sccp import KeepAlive, RegisterReq, encode
from wire.tls import (
    AlertDescription,
    ClientContext,
    Credential,
    HandshakeFailed,
    TlsEngine,
    TlsProfile,
    TlsStream,
    TlsVersion,
)

SCCP, SECURE_SCCP, CAPF, TFTP = 2000, 2443, 3804, 6970
PORTS = {"2000": SCCP, "2443": SECURE_SCCP, "3804": CAPF, "6970": TFTP}
SILENCE = {SCCP: 30.0, SECURE_SCCP: 10.0, CAPF: 10.0, TFTP: 10.0}
"""Seconds after which each service gives up a peer that does not get on: a registration, a handshake, a request."""
GRACE = 1.5
"""Seconds of goodbye."""
DEVICE = "SEP00BADBADBAD1"
REGISTER = encode(RegisterReq(DEVICE, 436, "127.0.0.1", protocol_version=20))
Lab = Any


def open_descriptors() -> int:
    return len(os.listdir("/proc/self/fd"))


def client_hello(maximum: TlsVersion = TlsVersion.TLSv1_2) -> bytes:
    context = ClientContext(TlsProfile(TlsVersion.TLSv1, maximum, ("AES256-SHA",)), None)
    client = TlsEngine(context, Journal(Clock()).emitter("stranger"))
    client.handshake()
    return client.data_to_send()


HELLO = client_hello()
WORDS: dict[str, bytes] = {
    "nothing": b"",
    "zeros": bytes(5000),
    "ones": b"\xff" * 5000,
    "a megabyte": bytes(range(256)) * 4096,
    "http": b"GET / HTTP/1.1\r\nHost: x\r\n\r\n",
    "half of http": b"GET /SEP",
    "http without end": b"GET / HTTP/1.1\r\n" + b"X: y\r\n" * 20000,
    "sip": b"REGISTER sip:x SIP/2.0\r\n\r\n",
    "hello": HELLO,
    "half a hello": HELLO[:40],
    "hello and zeros": HELLO + bytes(3000),
    "tls 1.3 hello, then its header again and again": client_hello(TlsVersion.TLSv1_3)
    + b"\x14\x03\x03\x00\x01\x01" * 5000,
    "a record of the greatest length": b"\x16\x03\x01\xff\xff" + bytes(70000),
    "a record without end": b"\x16\x03\x01\x3f\xff" + bytes(1000),
    "records of no octets": b"\x16\x03\x01\x00\x00" * 1000,
    "an alert": b"\x15\x03\x01\x00\x02\x02\x28",
    "sslv2": b"\x80\x2e\x01\x03\x01\x00\x15\x00\x00\x00\x10" + bytes(37),
    "register": REGISTER,
    "half of a register": REGISTER[:60],
    "a register of another device": encode(RegisterReq("SEPFFFFFFFFFFFF", 436, "127.0.0.1", protocol_version=20)),
    "keepalives": encode(KeepAlive()) * 1000,
    "the longest sccp message": b"\xff\xff\xff\xff\x00\x00\x00\x00\x01\x00\x00\x00" + bytes(10000),
    "a long sccp message": b"\x00\x10\x00\x00\x00\x00\x00\x00\x99\x99\x00\x00" + bytes(10000),
    "the shortest sccp message": bytes(12),
    "capf in the clear": capf.push_message(capf.AuthResponse(1, 3, DEVICE, password=b"1234")),
    "a long capf message": b"\x55\x02\x00\x00\x00\x01\xff\xff" + bytes(65535),
}
LEAVING: dict[str, Callable[[Any], Any]] = {
    "stays": lambda peer: None,
    "says eof": lambda peer: peer.tcp.send_eof_now(),
    "resets": lambda peer: peer.reset(),
}


async def attack(lab: Lab, port: int, leaving: str) -> dict[str, Any]:
    """All words at once, each on a connection of its own; the peers, by the name of their words."""
    peers: dict[str, Any] = {}

    async def speak(name: str) -> None:
        peer = peers[name] = await lab.call(port)
        with trio.move_on_after(1):  # a service that has given up may leave a megabyte unread
            await peer.say(WORDS[name])
        await trio.sleep(0.01)  # who is gone before the service has looked was never there
        LEAVING[leaving](peer)

    async with trio.open_nursery() as nursery:
        for name in WORDS:
            nursery.start_soon(speak, name)
    return peers


@pytest.mark.trio
@pytest.mark.parametrize("leaving", LEAVING)
@pytest.mark.parametrize("port", PORTS.values(), ids=PORTS)
async def test_whatever_is_said_ends_in_an_event_and_a_closed_connection(
    port: int, leaving: str, hostile_lab: Any, autojump_clock: object
) -> None:
    async with hostile_lab() as lab:
        peers = await attack(lab, port, leaving)
        late: dict[str, float] = {}

        async def wait(name: str, peer: Any) -> None:
            seconds = await peer.closed_after()
            if seconds > SILENCE[port] + GRACE:
                late[name] = seconds

        if leaving == "resets":
            await trio.sleep(2)
        else:
            async with trio.open_nursery() as nursery:
                for name, peer in peers.items():
                    nursery.start_soon(wait, name, peer)
        await trio.sleep(1)  # we have not closed yet, and a service that has lingers a moment
        assert late == {}
        unsaid = {name for name, peer in peers.items() if not lab.ends_of(peer)}
        # A caller that leaves the file server without a word has asked for nothing, and nothing was refused.
        assert unsaid <= ({"nothing"} if port == TFTP and leaving == "says eof" else set())
        for peer in peers.values():
            assert len([event for event in lab.said_of(peer) if isinstance(event, ConnectionClosed)]) <= 1
            assert len(lab.said_of(peer)) < 120


@pytest.mark.trio
@pytest.mark.parametrize("words", ["nothing", "half a hello", "half of http", "half of a register", "hello"])
@pytest.mark.parametrize("port", PORTS.values(), ids=PORTS)
async def test_an_octet_a_minute_and_an_octet_a_second_are_no_more_than_silence(
    port: int, words: str, hostile_lab: Any, autojump_clock: object
) -> None:
    """Nothing that trickles in may move a deadline."""
    async with hostile_lab() as lab:
        for pause in (60, 1):
            peer = await lab.call(port)
            lab.nursery.start_soon(lambda peer=peer, pause=pause: peer.say(*drops(WORDS[words]), every=pause))
            assert await peer.closed_after() <= SILENCE[port] + GRACE
            await trio.sleep(1)
            assert lab.ends_of(peer)


def drops(words: bytes) -> list[bytes]:
    return [bytes([octet]) for octet in words]


@pytest.mark.trio
@pytest.mark.parametrize("port", PORTS.values(), ids=PORTS)
async def test_a_peer_that_never_closes_is_closed_all_the_same(
    port: int, hostile_lab: Any, autojump_clock: object
) -> None:
    """It neither reads nor hangs up after the service is done with it: the service's end goes nevertheless."""
    async with hostile_lab() as lab:
        peer = await lab.call(port)
        await peer.say(b"\xff" * 100)
        await trio.sleep(SILENCE[port] + GRACE)
        assert lab.ends_of(peer)
        assert open_descriptors() == lab.descriptors + 1  # the peer's own


@pytest.mark.trio
@pytest.mark.parametrize("version", [TlsVersion.TLSv1, TlsVersion.TLSv1_3], ids=str)
@pytest.mark.parametrize("port", [SCCP, TFTP])
async def test_tls_on_a_plain_port_is_refused_as_what_it_is(
    port: int, version: TlsVersion, hostile_lab: Any, autojump_clock: object
) -> None:
    async with hostile_lab() as lab:
        peer = await lab.call(port)
        profile = TlsProfile(version, version, ("AES256-SHA",))
        stream = TlsStream(peer.tcp, ClientContext(profile, None), Journal(Clock()).emitter("phone"))
        assert not await stream.handshake()
        await stream.aclose()
        await trio.sleep(1)
        if port == SCCP:
            (malformed,) = lab.of(MalformedMessage, peer.connection)
            assert malformed.looks_like == "TLS"
            (closed,) = lab.of(ConnectionClosed, peer.connection)
            assert closed.reason == ConnectionEnd.MALFORMED
        else:
            (refused,) = lab.of(RequestRefused, peer.connection)
            assert refused.reason == HttpRefusal.NOT_HTTP


@pytest.mark.trio
@pytest.mark.parametrize("words", ["register", "http", "sip", "capf in the clear", "zeros"])
@pytest.mark.parametrize("port", [SECURE_SCCP, CAPF])
async def test_plain_words_on_a_tls_port_are_refused_as_what_they_are(
    port: int, words: str, hostile_lab: Any, autojump_clock: object
) -> None:
    async with hostile_lab() as lab:
        peer = await lab.call(port)
        await peer.say(WORDS[words])
        assert await peer.closed_after() <= GRACE
        await trio.sleep(1)  # we have not closed yet, and the service gives us a moment to do so
        (failed,) = lab.of(HandshakeFailed, peer.connection)
        assert failed.reason == "not TLS"
        if port == SECURE_SCCP:
            (refused,) = lab.of(TlsPeerRefused, peer.connection)
            assert refused.cause_name == "connectivityError"


@pytest.mark.trio
@pytest.mark.parametrize("version", [TlsVersion.TLSv1_2, TlsVersion.TLSv1_3], ids=str)
async def test_a_certificate_that_breaks_the_rules_breaks_no_service(
    version: TlsVersion, hostile_lab: Any, autojump_clock: object
) -> None:
    """Version 4 of X.509: OpenSSL reads it and says why it is refused, cryptography does not read it at all."""
    from cryptography.hazmat.primitives.serialization import Encoding

    async with hostile_lab() as lab:
        der = lab.rogue.certificate.public_bytes(Encoding.DER).replace(
            b"\xa0\x03\x02\x01\x02", b"\xa0\x03\x02\x01\x03", 1
        )
        peer = await lab.call(SECURE_SCCP)
        profile = TlsProfile(version, version, ("AES256-SHA",))
        credential = Credential(Identity(lab.rogue.key, made(der)))
        emitter = Journal(Clock()).emitter("stranger")
        stream = TlsStream(peer.tcp, ClientContext(profile, None), emitter, credential=credential)
        if await stream.handshake():
            with pytest.raises(trio.BrokenResourceError):
                await stream.receive_some()
        await stream.aclose()
        await trio.sleep(1)
        (failed,) = lab.of(HandshakeFailed, peer.connection)
        assert (failed.reason, failed.verify_code) == ("verify", 7)
        assert failed.alert == AlertDescription.DECRYPT_ERROR
