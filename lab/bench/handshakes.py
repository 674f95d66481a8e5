"""What the figures about handshakes measure: TLS through `TlsStream`, the same without it, and bare cryptography."""

from __future__ import annotations

import select
import socket
import time
from collections.abc import Callable
from datetime import UTC, datetime

import trio
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from OpenSSL import SSL

from cisco_data import StoreName
from journal import Clock, Event, Journal
from pki import (
    RSA_2048,
    Authority,
    Identity,
    KeyPool,
    PrivateKey,
    TrustStore,
    callmanager_identity,
    capf_authority,
    lsc,
)
from wire.net import Listener, connect
from wire.tcp import TcpStream
from wire.tls import ClientContext, Credential, ServerContext, TlsProfile, TlsStream, TlsVersion

NOW = datetime(2026, 11, 23, 8, tzinfo=UTC)
SINCE = datetime(2026, 1, 1, tzinfo=UTC)
PLACE = {"C": "AU", "O": "Lab", "OU": "Voice", "ST": "NSW", "L": "Sydney"}
PHONES = 20

TLS_1_2 = TlsProfile(TlsVersion.TLSv1_2, TlsVersion.TLSv1_2, ("AES256-SHA",))
TLS_1_3 = TlsProfile(TlsVersion.TLSv1_3, TlsVersion.TLSv1_3)


def bare_crypto(key: rsa.RSAPrivateKey) -> Callable[[], None]:
    """The RSA-2048 operations of one mutual handshake with RSA key exchange: 2 private and 4 public."""
    public, message, scheme = key.public_key(), b"x" * 32, (padding.PKCS1v15(), hashes.SHA256())
    signature = key.sign(message, *scheme)

    def once() -> None:
        for _ in range(2):
            key.sign(message, *scheme)
        for _ in range(4):
            public.verify(signature, message, *scheme)

    return once


def _phone(number: int, key: PrivateKey, capf: Authority) -> Credential:
    device = f"SEP{number:012X}"
    certificate = lsc(capf, device_name=device, model="7965G", public_key=key.public_key(), not_before=SINCE)
    return Credential(Identity(key, certificate))


class Handshakes:
    """Mutual handshakes over loopback, both ends in this process: through `TlsStream` with the journal on, or in an epoll loop."""

    def __init__(self, profile: TlsProfile, keys: KeyPool) -> None:
        ring = keys.ring()
        ring.prepare({RSA_2048: PHONES + 2})
        capf = capf_authority(keys=ring, subject=PLACE, not_before=SINCE)
        server = callmanager_identity(keys=ring, subject=PLACE, host_name="cucm-pub", not_before=SINCE)
        self._client = ClientContext(profile, TrustStore("trust list", [server.certificate]))
        self._server = ServerContext(server, profile, TrustStore(StoreName.CALLMANAGER, [capf.certificate]))
        self._phones = [_phone(number, ring.take(RSA_2048), capf) for number in range(PHONES)]
        self.events: list[Event] = []
        journal = Journal(Clock(NOW, time.monotonic))
        journal.subscribe(self.events.append)
        self._phone_emitter, self._server_emitter = (
            journal.emitter("SEP001122334455"),
            journal.emitter("cluster/callmanager"),
        )

    async def _serve(self, tcp: TcpStream) -> None:
        stream = TlsStream(tcp, self._server, self._server_emitter)
        assert await stream.handshake()
        await stream.receive_some()  # the phone's close notify
        await stream.aclose()

    async def run(self, count: int) -> None:
        """So many handshakes, one after the other, each with its TCP connection and its close."""
        self.events.clear()
        listener = Listener("127.0.0.1", 0)
        async with trio.open_nursery() as nursery:
            nursery.start_soon(listener.serve, self._serve)
            for number in range(count):
                tcp = await connect("127.0.0.1", listener.port)
                stream = TlsStream(tcp, self._client, self._phone_emitter, credential=self._phones[number % PHONES])
                assert await stream.handshake()
                await stream.aclose()
            nursery.cancel_scope.cancel()

    def run_epoll(self, count: int) -> None:
        """As `run`, with the same Contexts and keys: pyOpenSSL over memory BIOs and epoll, without trio, journal and engine."""
        with socket.create_server(("127.0.0.1", 0)) as listener, select.epoll() as epoll:
            for number in range(count):
                called = socket.create_connection(listener.getsockname())
                called.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, True)
                accepted, _ = listener.accept()
                client = _End(called, self._client.new_connection(self._phones[number % PHONES], [], NOW))
                server = _End(accepted, self._server.new_connection(None, [], NOW))
                ends = {end.socket.fileno(): end for end in (client, server)}
                for descriptor, end in ends.items():
                    end.socket.setblocking(False)
                    epoll.register(descriptor, select.EPOLLIN)
                client.step()
                while not (client.up and server.up):
                    for descriptor, _ in epoll.poll():
                        ends[descriptor].take()
                client.tls.shutdown()
                client.flush()
                epoll.poll()
                server.take()
                for end in (client, server):
                    epoll.unregister(end.socket)
                    end.socket.close()


class _End:
    """One end of a bare connection."""

    def __init__(self, connected: socket.socket, tls: SSL.Connection) -> None:
        self.socket, self.tls, self.up = connected, tls, False

    def take(self) -> None:
        self.tls.bio_write(self.socket.recv(65536))
        self.step()

    def step(self) -> None:
        try:
            if self.up:
                self.tls.recv(1)
            self.tls.do_handshake()
            self.up = True
        except (SSL.WantReadError, SSL.ZeroReturnError):
            pass
        self.flush()

    def flush(self) -> None:
        try:
            self.socket.send(self.tls.bio_read(65536))
        except SSL.WantReadError:
            pass
