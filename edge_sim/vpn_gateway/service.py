"""The VPN gateway as a service on TCP 443: starts, stops, and takes new trustpoints while it runs."""

from __future__ import annotations

from dataclasses import replace

import trio

from edge_sim.trust_events import EdgeTrustChanged, changed, trust_changed
from edge_sim.vpn_gateway.conversation import Conversation
from edge_sim.vpn_gateway.events import SessionEnd, TrustpointsChanged, VpnGatewayStarted, VpnGatewayStopped
from edge_sim.vpn_gateway.settings import GatewaySettings
from edge_sim.vpn_gateway.state import GatewayState
from edge_sim.vpn_gateway.trustpoints import Trustpoints, trustpoints_of
from journal import Emitter, Event
from pki import Certificate, Identity, TrustStore
from wire.cstp import Packet, PacketType
from wire.faults import contained
from wire.net import Listener
from wire.service import InUse, Run, Service
from wire.tcp import Tap, TcpStream
from wire.tls.context import KeyLog

PORT = 443


class VpnGateway(Service):
    """One gateway, from its power-on; `start` and `stop` may follow each other."""

    def __init__(
        self,
        settings: GatewaySettings,
        trustpoints: Trustpoints,
        emitter: Emitter,
        *,
        address: str,
        port: int = PORT,
        name: str = "VPN gateway",
        host: str = "",
        administrator: Emitter | None = None,
        tap: Tap | None = None,
        keylog: KeyLog | None = None,
    ) -> None:
        """`host` is its name in URLs, `administrator` notes changes of trust, `tap` gets the octets, for a capture.

        Raises TlsUnavailable where OpenSSL lacks what `settings.tls` asks for, ValueError for tunnel groups that
        share a name or a URL.
        """
        super().__init__(name)
        self.settings = settings
        """Others count from the next start."""
        self.address = address
        self.port = port
        """The one that it listens on, once it has started; 0 lets the system choose."""
        self.host = host or address
        self._emitter, self._tap, self._keylog = emitter, tap, keylog
        self._administrator = administrator or emitter
        self._state = GatewayState(settings, trustpoints, emitter, keylog)

    @property
    def trustpoints(self) -> Trustpoints:
        return self._state.trustpoints

    @property
    def trust(self) -> TrustStore:
        """The certificates of all its trustpoints."""
        return TrustStore(self.name, self.trustpoints.certificates)

    @property
    def identity(self) -> Identity:
        """What it presents from its next start on."""
        return self.settings.identity

    @identity.setter
    def identity(self, identity: Identity) -> None:
        self.settings = replace(self.settings, identity=identity)

    @property
    def url(self) -> str:
        """Of its first tunnel group."""
        port = "" if self.port == PORT else f":{self.port}"
        return f"https://{self.host}{port}{self.settings.tunnel_groups[0].path}"

    @property
    def open_sessions(self) -> int:
        return len(self._state.sessions)

    def set_trustpoints(self, trustpoints: Trustpoints, cause: Event | int | None = None) -> None:
        """What `crypto ca trustpoint` does on an ASA: the next handshake is verified with these; tunnels stay up."""
        self._state.trust(trustpoints)
        if self._running is not None:
            self._running.in_use = replace(self._running.in_use, trust=self.trust)
            self._emitter.emit(TrustpointsChanged(trusted=trustpoints.described()), cause=cause)

    def change_trust(self, certificate: Certificate, *, trusted: bool) -> EdgeTrustChanged:
        """One trustpoint more, or one less. Raises NotHeld for a certificate that is not there."""
        trust = changed(self.trust, certificate, trusted, self.name)
        event = trust_changed(self._administrator, self.name, certificate, trusted, "at once")
        self.set_trustpoints(trustpoints_of(trust), event)
        return event

    def _begin(self) -> Run:
        settings = self.settings
        if settings is not self._state.settings:
            self._state = GatewayState(settings, self.trustpoints, self._emitter, self._keylog)
        listener = Listener(self.address, self.port, at_most=settings.limits.connections, tap=self._tap)
        self.port = listener.port
        self._emitter.emit(
            VpnGatewayStarted(
                address=self.address,
                port=listener.port,
                trusted=self.trustpoints.described(),
                tunnel_groups=tuple(f"{group.name}: {group.path}" for group in settings.tunnel_groups),
            )
        )

        async def serve() -> None:
            async with trio.open_nursery() as nursery:
                nursery.start_soon(self._sweep)
                await listener.serve(self.accept, self._emitter)
                nursery.cancel_scope.cancel()

        return Run(InUse(self.trust, settings.identity, settings.tls.minimum), serve, listener.close)

    async def _end_connections(self) -> None:
        """Send TERMINATE into every tunnel; no cookie is valid after it."""
        sessions = self._state.sessions.all()
        tunnels = [session.tunnel for session in sessions if session.tunnel is not None]
        for tunnel in tunnels:
            tunnel.close(Packet(PacketType.TERMINATE))
        try:
            for tunnel in tunnels:
                await tunnel.finished.wait()
        finally:
            for session in sessions:
                self._state.end_session(session, SessionEnd.GATEWAY_STOPPED)
            self._emitter.emit(VpnGatewayStopped(sessions=len(sessions)))

    async def accept(self, tcp: TcpStream) -> None:
        """One connection, from its first octet to its close."""
        await Conversation(self._state, tcp).run()

    async def _sweep(self) -> None:
        with contained(self._emitter):
            await self._state.sweep()
