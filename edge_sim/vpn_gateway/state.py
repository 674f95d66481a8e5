"""What all connections of one gateway share: its settings, its trust as of now, its groups, its sessions."""

from __future__ import annotations

import trio

from edge_sim.vpn_gateway.events import SessionEnd, VpnSessionEnded
from edge_sim.vpn_gateway.login import Login
from edge_sim.vpn_gateway.sessions import Session, Sessions
from edge_sim.vpn_gateway.settings import GatewaySettings
from edge_sim.vpn_gateway.trustpoints import Trustpoints
from journal import Emitter
from wire.cstp import Packet, PacketType
from wire.tls import ServerContext
from wire.tls.context import KeyLog


class GatewayState:
    def __init__(
        self,
        settings: GatewaySettings,
        trustpoints: Trustpoints,
        emitter: Emitter,
        keylog: KeyLog | None,
    ) -> None:
        """Raises TlsUnavailable where OpenSSL lacks what `settings.tls` asks for, ValueError for impossible groups."""
        limits = settings.limits
        self.settings, self.emitter = settings, emitter
        self.login = Login(settings.tunnel_groups)
        self.sessions = Sessions(
            at_most=limits.sessions,
            logins_of_user=limits.logins_of_user,
            cookie_timeout=limits.cookie,
            pool=settings.address_pool,
        )
        self._keylog = keylog
        self._asleep = trio.lowlevel.ParkingLot()
        self.trust(trustpoints)

    def trust(self, trustpoints: Trustpoints) -> None:
        """Verify handshakes that begin from now on with these."""
        self.trustpoints = trustpoints
        self.context = ServerContext(
            self.settings.identity,
            self.settings.tls,
            trustpoints,
            exact=True,  # a trustpoint need not be a root: its certificate is an anchor
            check_crl=self.settings.check_crl,
            certificate_optional=True,
            keylog=self._keylog,
        )

    # Sessions

    def make_room_for(self, user: str) -> None:
        """End the oldest logins of a user who has as many as are allowed."""
        for session in self.sessions.too_many_of(user):
            self.end_session(session, SessionEnd.REPLACED)

    def end_session(self, session: Session, reason: SessionEnd) -> None:
        """Remove it and close its tunnel; no effect on one that is over."""
        if not self.sessions.end(session):
            return
        tunnel, session.tunnel = session.tunnel, None
        received, sent = session.octets_received, session.octets_sent
        if tunnel is not None:
            received, sent = received + tunnel.octets_in, sent + tunnel.octets_out
            tunnel.close(Packet(PacketType.DISCONNECT))
        self.emitter.emit(
            VpnSessionEnded(
                session=session.number,
                group=session.group,
                user=session.user,
                address=session.address,
                reason=reason,
                seconds=trio.current_time() - session.since,
                octets_received=received,
                octets_sent=sent,
            ),
            cause=session.started,
        )

    async def sweep(self) -> None:
        """End sessions whose time is over, as long as the gateway runs."""
        while True:
            for session in self.sessions.expired(trio.current_time()):
                self.end_session(session, SessionEnd.LOST)
            with trio.move_on_at(self.sessions.next_expiry()):
                await self._asleep.park()

    def wake_sweeper(self) -> None:
        """A session's expiry changed."""
        self._asleep.unpark_all()
