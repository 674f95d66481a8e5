"""The VPN gateway as a service on TCP 443: starts, stops, and takes new trustpoints while it runs."""

from __future__ import annotations

import trio

from edge_sim.vpn_gateway.conversation import Conversation
from edge_sim.vpn_gateway.events import SessionEnd, TrustpointsChanged, VpnGatewayStarted, VpnGatewayStopped
from edge_sim.vpn_gateway.settings import GatewaySettings
from edge_sim.vpn_gateway.state import GatewayState
from edge_sim.vpn_gateway.trustpoints import Trustpoints
from journal import Emitter, Event
from wire.cstp import Packet, PacketType
from wire.faults import contained
from wire.net import Listener
from wire.tcp import Tap, TcpStream
from wire.tls.context import KeyLog

PORT = 443


class VpnGateway:
    """One gateway, from its power-on; `start` and `stop` may follow each other."""

    def __init__(
        self,
        settings: GatewaySettings,
        trustpoints: Trustpoints,
        emitter: Emitter,
        *,
        tap: Tap | None = None,
        keylog: KeyLog | None = None,
    ) -> None:
        """`tap` gets the octets, for a capture.

        Raises TlsUnavailable where OpenSSL lacks what `settings.tls` asks for, ValueError for tunnel groups that
        share a name or a URL.
        """
        self._emitter, self._tap = emitter, tap
        self._state = GatewayState(settings, trustpoints, emitter, keylog)
        self._running: tuple[Listener, trio.CancelScope] | None = None

    @property
    def started(self) -> bool:
        return self._running is not None

    @property
    def trustpoints(self) -> Trustpoints:
        return self._state.trustpoints

    @property
    def open_sessions(self) -> int:
        return len(self._state.sessions)

    def set_trustpoints(self, trustpoints: Trustpoints, cause: Event | int | None = None) -> None:
        """What `crypto ca trustpoint` does on an ASA: the next handshake is verified with these; tunnels stay up."""
        self._state.trust(trustpoints)
        self._emitter.emit(TrustpointsChanged(trusted=trustpoints.described()), cause=cause)

    def start(self, nursery: trio.Nursery, address: str, port: int = PORT) -> int:
        """Listen from now on; gives the port. Raises OSError where that is taken, RuntimeError when it runs already."""
        if self._running is not None:
            raise RuntimeError("this VPN gateway is started already")
        settings = self._state.settings
        listener = Listener(address, port, at_most=settings.limits.connections, tap=self._tap)
        self._running = listener, trio.CancelScope()
        self._emitter.emit(
            VpnGatewayStarted(
                address=address,
                port=listener.port,
                trusted=self.trustpoints.described(),
                tunnel_groups=tuple(f"{group.name}: {group.path}" for group in settings.tunnel_groups),
            )
        )
        nursery.start_soon(self._run, *self._running)
        return listener.port

    async def stop(self) -> None:
        """Send TERMINATE into every tunnel, then close everything; no cookie is valid after it. No effect when stopped."""
        if self._running is None:
            await trio.lowlevel.checkpoint()
            return
        (listener, scope), self._running = self._running, None
        listener.close()
        sessions = self._state.sessions.all()
        tunnels = [session.tunnel for session in sessions if session.tunnel is not None]
        for tunnel in tunnels:
            tunnel.close(Packet(PacketType.TERMINATE))
        try:
            for tunnel in tunnels:
                await tunnel.finished.wait()
        finally:
            scope.cancel()
            for session in sessions:
                self._state.end_session(session, SessionEnd.GATEWAY_STOPPED)
            self._emitter.emit(VpnGatewayStopped(sessions=len(sessions)))

    async def accept(self, tcp: TcpStream) -> None:
        """One connection, from its first octet to its close."""
        await Conversation(self._state, tcp).run()

    async def _sweep(self) -> None:
        with contained(self._emitter):
            await self._state.sweep()

    async def _run(self, listener: Listener, scope: trio.CancelScope) -> None:
        with scope:
            async with trio.open_nursery() as nursery:
                nursery.start_soon(self._sweep)
                await listener.serve(self.accept, self._emitter)
                nursery.cancel_scope.cancel()
