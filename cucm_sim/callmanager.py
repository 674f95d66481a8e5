"""The Cisco CallManager service: TCP 2000 and TLS 2443, the trust it read at its start, and who is registered."""

from __future__ import annotations

from typing import Protocol

import trio

from cisco_data import ClusterSecurityMode, ServiceName
from cisco_data.registration import ResetType
from cisco_data.release_table import Release
from cucm_sim import events as ev
from cucm_sim.causes import CcmDevRegFailCauseCode
from cucm_sim.connection import StationConnection
from cucm_sim.database import Database
from cucm_sim.events import ConnectionEnd
from cucm_sim.parameters import ServiceParameters
from cucm_sim.profiles import server_tls_profile
from cucm_sim.session import DeviceSession
from cucm_sim.station import Station, TransportSecurity
from journal import Emitter, Event
from pki import Identity, TrustStore, names_of, read
from wire.net import Listener, waiting
from wire.sccp import SccpServer
from wire.service import InUse, Run, Service
from wire.streams import Stream
from wire.tcp import Tap, TcpStream
from wire.tls import HandshakeFailed, ServerContext, TlsClosed, TlsStream
from wire.tls.context import KeyLog

_NO_TLS = frozenset({"not TLS", "closed by peer", "timeout", "reset"})
"""Reasons of HandshakeFailed that say nothing about the peer's certificate, version or suites."""


class Configuration(Protocol):
    """What the service reads: the database all the time, the rest when it starts."""

    @property
    def database(self) -> Database: ...

    @property
    def parameters(self) -> ServiceParameters: ...

    @property
    def callmanager_identity(self) -> Identity:
        """CallManager.pem and its key."""

    @property
    def callmanager_trust(self) -> TrustStore:
        """CallManager-trust."""

    @property
    def release(self) -> Release: ...


class CallManager(Service):
    """One node's service. A change of trust, mode, certificate or parameters takes effect at the next start."""

    def __init__(
        self,
        configuration: Configuration,
        emitter: Emitter,
        *,
        node_name: str,
        address: str,
        tap: Tap | None = None,
        keylog: KeyLog | None = None,
    ) -> None:
        """`emitter` is the service's own; `tap` sees the octets on the wire and `keylog` the TLS secrets, for a capture."""
        super().__init__(ServiceName.CALLMANAGER)
        self._configuration = configuration
        self._emitter = emitter
        self.node_name = node_name
        """The node's host name, which phones are told."""
        self.address = address
        self._tap = tap
        self._keylog = keylog
        self._registered: dict[str, DeviceSession] = {}
        """By device name."""
        self._open: dict[DeviceSession, None] = {}
        """In the order in which they came, so that a stop ends them in the same order every time."""
        self._context: ServerContext | None = None
        self.database = configuration.database
        self._read_configuration()

    @property
    def registrations(self) -> dict[str, ev.DeviceRegistered]:
        """Who is registered now, by device name, with the event that tells how."""
        return {
            name: session.registered for name, session in self._registered.items() if session.registered is not None
        }

    def _begin(self) -> Run:
        """On 2443 nothing listens in a cluster that is not in mixed mode. Assumed: no source says how a real one declines."""
        self._read_configuration()
        parameters, trust = self.parameters, self._configuration.callmanager_trust
        identity, secure, context = self._configuration.callmanager_identity, None, None
        if self.cluster_security_mode is ClusterSecurityMode.MIXED:
            context = ServerContext(
                identity,
                server_tls_profile(parameters.minimum_tls_version, self._configuration.release.maximum_tls),
                trust,
                keylog=self._keylog,
            )
        listener = Listener(self.address, parameters.port, tap=self._tap)
        try:
            secure = Listener(self.address, parameters.secure_port, tap=self._tap) if context is not None else None
        except OSError:
            listener.close()
            raise
        self._context = context
        self.server = SccpServer(self.node_name, secure.port if secure else listener.port, self.address)
        self._emitter.emit(
            ev.CallManagerStarted(
                address=self.address,
                port=listener.port,
                secure_port=secure.port if secure else 0,
                minimum_tls_version=str(parameters.minimum_tls_version),
                trusted=tuple(names_of(certificate).subject for certificate in trust.certificates),
                serial_number=f"{read(identity.certificate).serial_number:x}",
                release=self._configuration.release.name,
            )
        )

        async def serve() -> None:
            async with trio.open_nursery() as nursery:
                nursery.start_soon(listener.serve, self.serve, self._emitter)
                if secure is not None:
                    nursery.start_soon(secure.serve, self.serve_secure, self._emitter)

        def close() -> None:
            listener.close()
            if secure is not None:
                secure.close()

        return Run(InUse(trust, identity, parameters.minimum_tls_version), serve, close)

    async def _end_connections(self) -> None:
        """End every registration and connection."""
        self._context = None
        stopped = self._emitter.emit(ev.CallManagerStopped())
        for session in list(self._open):
            session.end(ConnectionEnd.SERVICE_STOPPED, stopped)

    async def reset(self, device_name: str, reset_type: ResetType) -> bool:
        """Tell a registered phone to reset; False where it is not registered."""
        session = self._registered.get(device_name)
        if session is None:
            await trio.lowlevel.checkpoint()
            return False
        await session.reset(reset_type)
        return True

    async def serve(self, stream: Stream) -> None:
        """Serve one plain TCP connection until it ends."""
        await self._serve(stream, TransportSecurity())

    async def serve_secure(self, tcp: TcpStream) -> None:
        """Serve one connection of the secure port: TLS first, with the trust of the last start."""
        context = self._context
        if context is None:
            await tcp.aclose()
            return
        stream = TlsStream(tcp, context, self._emitter)
        up, otherwise = False, ConnectionEnd.SERVICE_STOPPED
        try:
            with waiting() as place:
                up = await stream.handshake(self.parameters.handshake_timeout)
        except Exception:
            otherwise = ConnectionEnd.LAB_FAULT
            raise
        finally:
            if not up and not place.displaced:
                self._note_refusal(stream, otherwise)
        if up:
            await self._serve(
                stream, TransportSecurity(True, stream.tls_version, stream.cipher, stream.peer_certificate)
            )
            return
        with trio.move_on_after(1):
            await stream.aclose()

    def _note_refusal(self, stream: TlsStream, otherwise: ConnectionEnd) -> None:
        """`otherwise`: how a handshake ended that TLS did not end."""
        emitter = self._emitter.on(stream.connection)
        if stream.ended is None:
            emitter.emit(ev.ConnectionClosed(reason=otherwise))
            return
        refused = emitter.emit(refusal_of(stream.ended), cause=stream.ended)
        emitter.emit(ev.ConnectionClosed(reason=ConnectionEnd.TLS_REFUSED), cause=refused)

    # What connections and stations need of their service

    def is_registered_over_tls(self, device_name: str) -> bool:
        session = self._registered.get(device_name)
        return session is not None and session.tls

    def displace(self, device_name: str, because: Event) -> None:
        if session := self._registered.get(device_name):
            session.end(ConnectionEnd.DUPLICATE, because)

    def now_registered(self, session: DeviceSession) -> None:
        assert session.registered is not None
        self._registered[session.registered.device_name] = session

    def no_longer_registered(self, session: DeviceSession) -> None:
        assert session.registered is not None
        self._registered.pop(session.registered.device_name, None)

    async def _serve(self, stream: Stream, link: TransportSecurity) -> None:
        emitter = self._emitter.on(stream.connection)
        connection = StationConnection(stream, self, emitter, Station(link, self, emitter), tls=link.tls)
        self._open[connection] = None
        try:
            await connection.run()
        finally:
            self._open.pop(connection, None)

    def _read_configuration(self) -> None:
        self.parameters = self._configuration.parameters
        self.cluster_security_mode = self.database.cluster_security_mode
        self.server = SccpServer(self.node_name, self.parameters.port, self.address)


def refusal_of(ended: HandshakeFailed | TlsClosed | None) -> ev.TlsPeerRefused:
    """What CallManager notes of a handshake that ended so; None for one that never began."""
    failed = ended if isinstance(ended, HandshakeFailed) else None
    cause = CcmDevRegFailCauseCode.authenticationError
    if failed is None or failed.reason in _NO_TLS:
        cause = CcmDevRegFailCauseCode.connectivityError
    return ev.TlsPeerRefused(
        cause_code=cause,
        cause_name=cause.name,
        verify_code=failed.verify_code if failed else -1,
        depth=failed.depth if failed else -1,
        alert=failed.alert if failed else -1,
    )
