"""The Cisco TFTP service: files for phones over HTTP on 6970, HTTPS on 6971 and 6972, and TFTP over UDP on 69.

All transports serve the same files, which `tftp_files` makes. Assumed: both HTTPS ports present CallManager.pem and ask the client
for no certificate.
"""

from __future__ import annotations

import os
from collections import defaultdict, deque
from collections.abc import Awaitable, Callable, Sequence
from contextlib import ExitStack
from functools import partial

import trio

from cisco_data import CAPF_AUTH_MODES, ServiceName, tls
from cucm_sim.database import Database
from cucm_sim.file_signing import FileSigner
from cucm_sim.phone_files import phone_file
from cucm_sim.profiles import ENCRYPTED_CIPHERS, TLS13_CIPHERSUITES
from cucm_sim.tftp_events import (
    DefaultFileServed,
    FileNotFound,
    FileNotSent,
    FileServed,
    RequestRefused,
    TftpStarted,
    TftpStopped,
    TrustListServed,
    trust_list_made,
)
from cucm_sim.tftp_files import LIST, PhoneServers, TftpFile, TftpFiles, TftpNode
from journal import Emitter, Event
from pki import Octets, read
from wire.http.messages import Request, Response
from wire.http.streams import serve_connection
from wire.net import Listener, waiting
from wire.phone_file import CapfServer, Member, TvsServer, VpnGroup
from wire.plain_text import plain
from wire.service import InUse, Run, Service
from wire.signed_files import SignatureDigest
from wire.streams import Stream
from wire.tcp import Tap, TcpStream
from wire.tftp import TftpRead, TftpServer, TransferOutcome
from wire.tls import ServerContext, TlsProfile, TlsStream
from wire.tls.context import KeyLog
from wire.udp import DatagramTap, Endpoint

__all__ = [
    "PORT",
    "CiscoTftp",
    "FileNotFound",
    "FileServed",
    "RequestRefused",
    "TftpStarted",
    "TftpStopped",
    "TrustListServed",
    "phone_file",
]

PORT = 6970
"""Of HTTP."""
_ANY = TlsProfile(tls.TlsVersion.TLSv1, tls.TlsVersion.TLSv1_3, ENCRYPTED_CIPHERS, TLS13_CIPHERSUITES)
"""Assumed: the suites of CallManager's encrypted phones."""
_NO_STORE = (("Cache-Control", "no-store"),)


class CiscoTftp(Service):
    """One node's Cisco TFTP service."""

    def __init__(
        self,
        database: Database,
        emitter: Emitter,
        *,
        address: str,
        port: int = PORT,
        https_ports: Sequence[int] = (),
        tftp_port: int | None = None,
        call_managers: Sequence[Member],
        capf_servers: Sequence[CapfServer] = (),
        tvs_members: Sequence[TvsServer] = (),
        certificate_of: Callable[[str], bytes | None] = lambda device_name: None,
        vpn_group_of: Callable[[str], VpnGroup | None] = lambda device_name: None,
        node: TftpNode | None = None,
        octets: Octets = os.urandom,
        tap: Tap | None = None,
        keylog: KeyLog | None = None,
    ) -> None:
        """`certificate_of` gives the DER that the cluster last saw of a device, None where it knows none, `vpn_group_of` the
        group that a device was assigned. Without `node` there are no lists, no signed files and no HTTPS. `https_ports` and
        `tftp_port`, over UDP, are those where it listens besides. `octets` gives random ones, for encrypted files; `tap` sees
        the octets and `keylog` the TLS secrets, for a capture.

        Raises ValueError where a phone's file cannot hold these servers: 1 to 5 CallManagers, at most 5 CAPF servers and
        5 Trust Verification Services.
        """
        servers = PhoneServers(tuple(call_managers), tuple(capf_servers), tuple(tvs_members))
        super().__init__(ServiceName.TFTP)
        self.address = address
        self.port = port
        self.https_ports = tuple(https_ports) if node is not None else ()
        self.tftp_port = tftp_port
        self._emitter = emitter
        self._node = node
        self._signer = FileSigner(emitter, octets)
        self._files = TftpFiles(
            database,
            node,
            self._signer,
            servers,
            certificate_of=certificate_of,
            vpn_group_of=vpn_group_of,
        )
        self._tap = tap
        self._keylog = keylog
        self._udp = ""
        """Address and port where it listens over UDP."""
        self._in_transfer: defaultdict[tuple[str, str], deque[Event]] = defaultdict(deque)
        """By connection and file: what to note when the transfer over UDP is complete."""

    def name_servers(self, servers: PhoneServers) -> None:
        """Phones' files name these from the service's next start on."""
        self._files.servers = servers

    def _begin(self) -> Run:
        with ExitStack() as opened:
            return self._listen(opened)

    def _listen(self, opened: ExitStack) -> Run:
        serving: list[Callable[[], Awaitable[None]]] = []
        listener = self._listener(self.port, opened)
        serving.append(lambda: listener.serve(self.serve, self._emitter))
        in_use, ports = InUse(), list[int]()
        if self._node is not None:
            identity, minimum = self._node.callmanager_identity, self._node.minimum_tls_version
            in_use = InUse(None, identity, minimum)
            if self.https_ports:
                offer = tls.TFTP_HTTPS.offer(minimum, _ANY, self._node.maximum_tls_version)
                context = ServerContext(identity, offer, keylog=self._keylog)
                for port in self.https_ports:
                    secure = self._listener(port, opened)
                    ports.append(secure.port)
                    serving.append(partial(secure.serve, partial(self._serve_tls, context), self._emitter))
        udp = self._udp_server(opened)
        if udp is not None:
            serving.append(udp.serve)
        closing = opened.pop_all()
        self._files.read_settings()
        started = self._emitter.emit(
            TftpStarted(
                address=self.address,
                port=listener.port,
                https_ports=tuple(ports),
                tftp_port=udp.port if udp is not None else 0,
                serial_number=f"{read(in_use.identity.certificate).serial_number:x}" if in_use.identity else "",
            )
        )
        if self._node is not None:
            made, changed = self._node.make_itl_file()
            self._emitter.emit(trust_list_made(made, changed=changed), cause=started)

        async def serve() -> None:
            async with trio.open_nursery() as nursery:
                for each in serving:
                    nursery.start_soon(each)

        return Run(in_use, serve, closing.close)

    def _listener(self, port: int, opened: ExitStack) -> Listener:
        listener = Listener(self.address, port, tap=self._tap)
        opened.callback(listener.close)
        return listener

    def _udp_server(self, opened: ExitStack) -> TftpServer | None:
        if self.tftp_port is None:
            return None
        server = TftpServer(
            self.address,
            self.tftp_port,
            self._give_untrusted,
            self._emitter,
            ended=self._transfer_ended,
            tap=self._tap if isinstance(self._tap, DatagramTap) else None,
        )
        opened.callback(server.close)
        self._udp = f"{self.address}:{server.port}"
        return server

    def _stopped(self) -> None:
        self._in_transfer.clear()
        self._emitter.emit(TftpStopped())

    @property
    def signature_digest(self) -> SignatureDigest:
        """With which it signs files, as it read at its last start."""
        return self._files.digest

    def signed_file(self, name: str) -> bytes | None:
        """The `.sgn` or `.enc.sgn` file of this name as the service signed it last; None where it has not."""
        return self._signer.last_signed(name)

    # HTTP and HTTPS

    async def serve(self, stream: Stream) -> None:
        """Answer one connection until it ends."""
        await self._converse(stream, "HTTP")

    async def _serve_tls(self, context: ServerContext, tcp: TcpStream) -> None:
        async with TlsStream(tcp, context, self._emitter) as stream:
            with waiting():
                up = await stream.handshake()
            if up:
                await self._converse(stream, "HTTPS")

    async def _converse(self, stream: Stream, transport: str) -> None:
        emitter = self._emitter.on(stream.connection)
        refusal = await serve_connection(stream, lambda request: self._answer(request, emitter, transport))
        if refusal is not None:
            emitter.emit(RequestRefused(reason=refusal))

    def _answer(self, request: Request, emitter: Emitter, transport: str = "HTTP") -> Response:
        name = request.target.removeprefix("/")
        file = self._files.file_untrusted(name)
        if file is None:
            emitter.emit(FileNotFound(file=name, transport=transport))
            return Response(503 if self._files.is_missing_ctl_untrusted(name) else 404)
        emitter.emit(_served(name, file, transport))
        return Response(200, file.content, "*/*", _NO_STORE)

    # TFTP over UDP

    def _give_untrusted(self, name: str, client: Endpoint) -> bytes | None:
        connection = f"{client[0]}:{client[1]}>{self._udp}"
        file = self._files.file_untrusted(name)
        if file is None:
            self._emitter.on(connection).emit(FileNotFound(file=plain(name), transport="TFTP"))
            return None
        self._in_transfer[connection, name].append(_served(name, file, "TFTP"))
        return file.content

    def _transfer_ended(self, ended: TftpRead) -> None:
        waiting_here = self._in_transfer.get((ended.connection, ended.file))
        if not waiting_here:
            return
        event = waiting_here.popleft()
        if not waiting_here:
            del self._in_transfer[ended.connection, ended.file]
        if ended.outcome is not TransferOutcome.COMPLETED:
            event = FileNotSent(file=ended.file, outcome=ended.outcome)
        self._emitter.on(ended.connection).emit(event)


def _served(name: str, file: TftpFile, transport: str) -> Event:
    says, octets = file.phone_file, len(file.content)
    if says is None:
        kind = TrustListServed if name.endswith(LIST) else DefaultFileServed
        return kind(file=name, octets=octets, transport=transport)
    return FileServed(
        file=name,
        octets=octets,
        device_security_mode=says.device_security_mode.number,
        capf_auth_mode=CAPF_AUTH_MODES.index(says.capf_auth_mode),
        version_stamp=says.version_stamp,
        transport=transport,
    )
