"""A lab whose services run on real sockets and virtual time, and what a hostile peer needs to get at them."""

from __future__ import annotations

import gc
import os
import socket
import struct
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager, suppress
from typing import TypeVar

import pytest
import trio

from capf_sim.events import CapfSessionEnded, OperationEnded
from cisco_data import AuthenticationMode, CertificateOperation
from cucm_sim.administration import set_capf
from cucm_sim.events import ConnectionClosed, DeviceRegistered
from cucm_sim.tftp import FileNotFound, FileServed, RequestRefused
from journal import Clock, Event, Journal
from lab.running.addresses import Block
from lab.running.lab import Lab
from lab.testing import NOW, held_lsc
from pki import Identity, KeyPool, KeySpec, TrustStore, callmanager_identity
from wire.tcp import TcpStream
from wire.tls import (
    ClientContext,
    Credential,
    HandshakeFailed,
    ServerContext,
    TlsEngine,
    TlsProfile,
    TlsStream,
    TlsVersion,
)

E = TypeVar("E", bound=Event)
SECURE, PLAIN, ROGUE = "SEP00AAAAAAAA01", "SEP00AAAAAAAA02", "SEP00BADBADBAD1"
RSA = KeySpec("RSA", 2048)
TLS_1_2 = TlsProfile(TlsVersion.TLSv1, TlsVersion.TLSv1_2, ("AES256-SHA",))
ENDS = (ConnectionClosed, CapfSessionEnded, HandshakeFailed, RequestRefused, FileServed, FileNotFound)
"""What the services say of a connection that is over."""


class Peer:
    """A stranger's end of one connection, on a bare socket."""

    def __init__(self, tcp: TcpStream) -> None:
        self.tcp = tcp
        self.connection = tcp.connection
        self.heard = b""
        self._began = trio.current_time()

    async def say(self, *pieces: bytes, every: float = 0) -> None:
        """Send, as long as somebody takes it."""
        with suppress(trio.BrokenResourceError, trio.ClosedResourceError):
            for piece in pieces:
                await self.tcp.send_all(piece)
                if every:
                    await trio.sleep(every)

    async def closed_after(self) -> float:
        """Seconds from the connection to its end by the other side, however it ends it; reads meanwhile."""
        with suppress(trio.BrokenResourceError):
            while data := await self.tcp.receive_some():
                self.heard += data
        return trio.current_time() - self._began

    def hang_up(self) -> None:
        self.tcp.close_now()

    def reset(self) -> None:
        """Close so that the other side gets RST."""
        self.tcp._sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.tcp.close_now()


class HostileLab(Lab):
    rogue: Identity
    """An LSC of this cluster, for a phone that the administrator knows and that misbehaves."""
    descriptors = 0
    """Open before the first call."""
    peers: list[Peer]

    @property
    def address(self) -> str:
        return self.clusters["new"].tftp_address.address

    async def call(self, port: int, *, receive_buffer: int = 0) -> Peer:
        sock = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        sock.setblocking(False)
        if receive_buffer:
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
        with suppress(BlockingIOError):
            sock.connect((self.address, port))
        await trio.lowlevel.wait_writable(sock)
        peer = Peer(TcpStream(sock, client=True))
        self.peers.append(peer)
        return peer

    async def call_tls(self, port: int, *, receive_buffer: int = 0) -> tuple[Peer, TlsStream]:
        """As a phone that the cluster knows, TLS already up."""
        peer = await self.call(port, receive_buffer=receive_buffer)
        emitter = Journal(Clock(NOW, trio.current_time)).emitter("rogue")
        stream = TlsStream(peer.tcp, ClientContext(TLS_1_2, None), emitter, credential=Credential(self.rogue))
        assert await stream.handshake()
        return peer, stream

    def of(self, kind: type[E], connection: str = "") -> list[E]:
        return [event for event in self.events if isinstance(event, kind) and connection in (event.connection, "")]

    def said_of(self, peer: Peer) -> list[Event]:
        return [event for event in self.events if event.connection == peer.connection]

    def ends_of(self, peer: Peer) -> list[Event]:
        return [event for event in self.said_of(peer) if isinstance(event, ENDS)]

    async def settle(self) -> None:
        """Give the services the time they may take to notice that everybody has hung up."""
        await trio.sleep(3)

    async def still_serves(self) -> None:
        """A phone registers over TLS, and another fetches its file, its LSC by CAPF, and registers over TCP."""
        set_capf(
            self.clusters["new"].cluster,
            PLAIN,
            certificate_operation=CertificateOperation.INSTALL_UPGRADE,
            authentication_mode=AuthenticationMode.BY_NULL_STRING,
        )
        seen = len(self.events)
        for phone in self.phones.values():
            if phone.device_name != ROGUE:
                phone.power_on(self.nursery)
        await trio.sleep(20)
        since = self.events[seen:]
        registered = {event.device_name for event in since if isinstance(event, DeviceRegistered)}
        assert {SECURE, PLAIN} <= registered
        assert [event.status for event in since if isinstance(event, OperationEnded)] == ["Upgrade Success"]

    async def nothing_is_left(self) -> None:
        """No socket more than there were, once the good phones are off too."""
        for phone in self.phones.values():
            phone.power_off()
        await trio.sleep(5)
        gc.collect()
        assert open_descriptors() <= self.descriptors


def open_descriptors() -> int:
    return len(os.listdir("/proc/self/fd"))


@pytest.fixture
def block() -> Iterator[Block]:
    with Block() as block:
        yield block


OpenLab = Callable[[], AbstractAsyncContextManager[HostileLab]]


@pytest.fixture
def hostile_lab(block: Block) -> OpenLab:
    """A lab that runs, with all services on their standard ports; at the end it must still serve and have forgotten all.

    The test asks for `autojump_clock` itself, as pytest-trio looks for clocks nowhere else.
    """

    @asynccontextmanager
    async def run() -> AsyncIterator[HostileLab]:
        async with HostileLab(block=block) as lab:
            lab.peers = []
            cluster = lab.add_cluster("new")
            lab.add_phone("secure", model="8861", cluster="new", device=SECURE, profile="Encrypted", lsc="new")
            lab.add_phone("plain", model="7965", cluster="new", device=PLAIN)
            lab.add_phone("rogue", model="7965", cluster="new", device=ROGUE, profile="Encrypted")
            lab.rogue = held_lsc(cluster.authority, lab.keys.take(RSA), ROGUE, not_before=NOW)
            await trio.sleep(1)
            lab.descriptors = open_descriptors()
            try:
                yield lab
            finally:
                for peer in lab.peers:
                    peer.hang_up()
            await lab.settle()
            await lab.still_serves()
            await lab.nothing_is_left()

    return run


FloodedServer = tuple[Callable[[TcpStream, float], Awaitable[None]], bytes, list[Event]]


@pytest.fixture
def flooded_server() -> FloodedServer:
    """A TLS server for one connection, with its handshake's limit; a TLS 1.3 ClientHello; its journal."""
    events: list[Event] = []
    journal = Journal(Clock(NOW, lambda: 0.0))
    journal.subscribe(events.append)
    ring = KeyPool().ring()
    identity = callmanager_identity(keys=ring, subject={"O": "Lab"}, host_name="cucm", not_before=NOW)
    profile = TlsProfile(TlsVersion.TLSv1, TlsVersion.TLSv1_3, ("AES256-SHA",))
    context = ServerContext(identity, profile, TrustStore("CallManager-trust", [identity.certificate]))
    client = TlsEngine(ClientContext(profile, None), Journal(Clock(NOW, lambda: 0.0)).emitter("stranger"))
    client.handshake()

    async def serve(tcp: TcpStream, limit: float) -> None:
        stream = TlsStream(tcp, context, journal.emitter("server"))
        assert not await stream.handshake(limit)
        await stream.aclose()

    return serve, client.data_to_send(), events
