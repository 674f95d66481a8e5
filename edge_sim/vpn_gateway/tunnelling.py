"""CONNECT: which session it is for, whether there may be a tunnel, and the tunnel until it ends."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from http import HTTPStatus

import trio

from edge_sim.vpn_gateway.client import Client, printable
from edge_sim.vpn_gateway.events import SessionEnd, TunnelClosed, TunnelEstablished, TunnelRefusal, TunnelRefused
from edge_sim.vpn_gateway.sessions import Session
from edge_sim.vpn_gateway.state import GatewayState
from journal import Emitter, Event
from wire.cstp import Packet, PacketType
from wire.http.messages import CLOSE, Request, Response
from wire.streams import Stream
from wire.tunnel import Tunnel, TunnelEnd, TunnelNote
from wire.vpn_http import (
    CONNECT_TARGET,
    SESSION,
    TunnelOffer,
    is_phone,
    pull_cookies_untrusted,
    pull_mtu_untrusted,
    push_offer,
)

_DEAD_AFTER = 3
"""Times the DPD interval. Assumed: no source gives an ASA's number."""

_ANSWERS = {
    TunnelRefusal.WRONG_TARGET: (HTTPStatus.NOT_FOUND, "Not Found"),
    TunnelRefusal.NO_COOKIE: (HTTPStatus.UNAUTHORIZED, "Cookie is not acceptable"),
    TunnelRefusal.UNKNOWN_COOKIE: (HTTPStatus.UNAUTHORIZED, "Cookie is not acceptable"),
    TunnelRefusal.ANOTHER_USER: (HTTPStatus.UNAUTHORIZED, "Cookie is not acceptable"),
    TunnelRefusal.NO_ADDRESS: (HTTPStatus.SERVICE_UNAVAILABLE, "Service Unavailable"),
    TunnelRefusal.NO_LICENCE: (HTTPStatus.FORBIDDEN, "Forbidden"),
}
"""The answer to a CONNECT that gets no tunnel. Assumed: 403 where the licence for phones is missing."""


@dataclass(frozen=True, slots=True)
class Admitted:
    session: Session
    answer: Response
    noted: Event


def admit(
    state: GatewayState, request: Request, client: Client, address: str, emitter: Emitter, cause: Event
) -> Admitted | Response:
    """The tunnel's parameters, or the answer that refuses it; one event either way. `address`: the client's own."""
    agent = printable(request.header("user-agent"))
    session = _session_untrusted(state, request, client)
    reason = session if isinstance(session, TunnelRefusal) else _objection(state, session, agent)
    if reason is not None or isinstance(session, TunnelRefusal):
        assert reason is not None
        status, phrase = _ANSWERS[reason]
        of = None if isinstance(session, TunnelRefusal) else session
        emitter.emit(
            TunnelRefused(
                reason=reason,
                status=int(status),
                address=address,
                group=of.group if of is not None else "",
                user=of.user if of is not None else "",
                client_type=agent,
            ),
            cause=of.started if of is not None else cause,
        )
        why = (("X-Reason", str(reason)),) if status is HTTPStatus.SERVICE_UNAVAILABLE else ()
        return Response(int(status), headers=(CLOSE, *why), reason=phrase)
    settings = state.settings
    mtu = pull_mtu_untrusted(request, settings.mtu)
    hostname = printable(request.header("x-cstp-hostname"))
    reconnected, session.had_tunnel = session.had_tunnel, True
    noted = emitter.emit(
        TunnelEstablished(
            session=session.number,
            group=session.group,
            user=session.user,
            address=address,
            assigned_address=session.assigned_address,
            client_type=agent,
            hostname=hostname,
            mtu=mtu,
            reconnected=reconnected,
        ),
        cause=session.started,
    )
    offer = TunnelOffer(
        session.assigned_address,
        settings.netmask,
        mtu,
        settings.dpd,
        settings.keepalive,
        hostname=hostname,
        server_name=settings.server_name,
    )
    return Admitted(session, push_offer(offer), noted)


def _session_untrusted(state: GatewayState, request: Request, client: Client) -> Session | TunnelRefusal:
    if request.target != CONNECT_TARGET:
        return TunnelRefusal.WRONG_TARGET
    cookie = pull_cookies_untrusted(request).get(SESSION, "")
    if not cookie:
        return TunnelRefusal.NO_COOKIE
    session = state.sessions.find_untrusted(cookie, trio.current_time())
    if session is None:
        return TunnelRefusal.UNKNOWN_COOKIE
    if client.has_certificate and client.user != session.user:
        return TunnelRefusal.ANOTHER_USER
    return session


def _objection(state: GatewayState, session: Session, agent: str) -> TunnelRefusal | None:
    if is_phone(agent) and not state.settings.phone_licence:
        return TunnelRefusal.NO_LICENCE
    if not state.sessions.take_address(session):
        return TunnelRefusal.NO_ADDRESS
    return None


async def run_tunnel(state: GatewayState, stream: Stream, admitted: Admitted, emitter: Emitter, first: bytes) -> None:
    """Until the tunnel is over. A DISCONNECT of the client ends its session; after another end it may reconnect with its cookie."""
    session, settings = admitted.session, state.settings
    notes: Counter[TunnelNote] = Counter()
    tunnel = Tunnel(
        stream,
        dpd=settings.dpd,
        dead_after=_DEAD_AFTER,
        first=first,
        note=lambda note: notes.update((note,)),
    )
    older, session.tunnel = session.tunnel, tunnel
    if older is not None:
        older.close(Packet(PacketType.DISCONNECT))
    try:
        await tunnel.run()
    finally:
        _note_end(state, session, tunnel, notes, emitter, admitted.noted)


def _note_end(
    state: GatewayState, session: Session, tunnel: Tunnel, notes: Counter[TunnelNote], emitter: Emitter, cause: Event
) -> None:
    ended = tunnel.ended
    assert ended is not None, "run() settles it, cancelled or not"
    emitter.emit(
        TunnelClosed(
            session=session.number,
            group=session.group,
            user=session.user,
            address=session.address,
            how=ended.how,
            reason=ended.reason,
            text=ended.text,
            octets_received=tunnel.octets_in,
            octets_sent=tunnel.octets_out,
            packets_dropped=tunnel.dropped,
            dpd_sent=notes[TunnelNote.DPD_SENT],
            dpd_answered=notes[TunnelNote.DPD_ANSWERED],
        ),
        cause=cause,
    )
    if session.tunnel is not tunnel:  # a newer one took its place, or the session is over
        if session in state.sessions.all():
            session.octets_received += tunnel.octets_in
            session.octets_sent += tunnel.octets_out
        return
    if ended.how is TunnelEnd.DISCONNECT:
        state.end_session(session, SessionEnd.USER_REQUESTED)
        return
    session.octets_received += tunnel.octets_in
    session.octets_sent += tunnel.octets_out
    session.tunnel, session.last_seen = None, trio.current_time()
    state.wake_sweeper()
