"""One TLS connection of a client: who it is, its requests one after the other, and the tunnel if one of them is CONNECT."""

from __future__ import annotations

from http import HTTPStatus

import trio

from edge_sim.vpn_gateway.client import Client, identify, note_refusal, printable
from edge_sim.vpn_gateway.events import (
    LoginRefusal,
    LoginRefused,
    LoginSucceeded,
    RequestRefusal,
    VpnRequestRefused,
)
from edge_sim.vpn_gateway.login import Form, Refused, Welcome, refusal
from edge_sim.vpn_gateway.state import GatewayState
from edge_sim.vpn_gateway.tunnelling import Admitted, admit, run_tunnel
from journal import Emitter, Event
from wire.http.messages import CLOSE, HttpError, Request, Response
from wire.http.streams import RequestStream
from wire.net import waiting
from wire.tcp import TcpStream
from wire.tls import TlsStream


class Conversation:
    """Runs to its end whatever the client does."""

    def __init__(self, state: GatewayState, tcp: TcpStream) -> None:
        self._state = state
        self._limits = state.settings.limits
        self._emitter: Emitter = state.emitter.on(tcp.connection)
        self._stream = TlsStream(tcp, state.context, state.emitter)
        self._trustpoints = state.trustpoints  # those of the context that judges this client
        self._requests = RequestStream(self._stream, timeout=self._limits.request)

    async def run(self) -> None:
        async with self._stream as stream:
            with waiting():
                up = await stream.handshake(self._limits.handshake)
            if not up:
                note_refusal(stream.engine, self._emitter)
                return
            client = identify(stream.engine, self._trustpoints, self._emitter)
            try:
                await self._serve(client)
            except HttpError as error:
                self._note(RequestRefusal(error.refusal), str(error))
                await self._requests.refuse(error)
            except trio.BrokenResourceError:
                pass  # TLS has noted how it ended

    async def _serve(self, client: Client) -> None:
        last: Event = client.noted
        for served in range(self._limits.requests):
            request = await self._requests.next_request_untrusted()
            if request is None:
                if not served:
                    self._note(RequestRefusal.CUT_SHORT)
                return
            if request.method == "CONNECT":
                await self._connect(request, client, last)
                return
            last = await self._log_in(request, client, last)
            if not self._requests.http.reusable:
                return
        if await self._requests.next_request_untrusted() is not None:
            self._note(RequestRefusal.TOO_MANY)
            await self._requests.answer(Response(HTTPStatus.SERVICE_UNAVAILABLE, headers=(CLOSE,)))

    async def _log_in(self, request: Request, client: Client, cause: Event) -> Event:
        step = self._state.login.step_untrusted(request, client)
        if isinstance(step, Form):
            await self._requests.answer(step.answer)
            return cause
        if isinstance(step, Welcome):
            answer, noted = self._welcome(step, request, client, cause)
        else:
            answer, noted = step.answer, self._note_refusal(step, request, client, cause)
        await self._requests.answer(answer)
        return noted

    def _welcome(self, welcome: Welcome, request: Request, client: Client, cause: Event) -> tuple[Response, Event]:
        state = self._state
        state.make_room_for(client.user)
        if state.sessions.full:
            full = refusal(LoginRefusal.TOO_MANY_SESSIONS, HTTPStatus.SERVICE_UNAVAILABLE)
            return full.answer, self._note_refusal(full, request, client, cause)
        session, cookie = state.sessions.open(
            group=welcome.group.name,
            user=client.user,
            address=self._stream.peer_address,
            client_type=printable(request.header("user-agent")),
            now=trio.current_time(),
        )
        noted = self._emitter.emit(
            LoginSucceeded(
                session=session.number,
                group=session.group,
                user=session.user,
                address=session.address,
                client_type=session.client_type,
            ),
            cause=cause,
        )
        session.started = noted.seq
        state.wake_sweeper()
        return welcome.answer(cookie), noted

    async def _connect(self, request: Request, client: Client, cause: Event) -> None:
        admitted = admit(self._state, request, client, self._stream.peer_address, self._emitter, cause)
        if not isinstance(admitted, Admitted):
            await self._requests.answer(admitted)
            return
        try:
            await self._requests.answer(admitted.answer)
        finally:
            first = self._requests.http.tunnel_octets or b""
            await run_tunnel(self._state, self._stream, admitted, self._emitter, first)

    def _note(self, reason: RequestRefusal, error: str = "") -> None:
        self._emitter.emit(VpnRequestRefused(reason=reason, error=error))

    def _note_refusal(self, refused: Refused, request: Request, client: Client, cause: Event) -> Event:
        path = printable(request.path)
        if isinstance(refused.reason, LoginRefusal):
            event: Event = LoginRefused(
                reason=refused.reason,
                path=path,
                user=client.user,
                subject=client.subject,
                issuer=client.issuer,
                serial_number=client.serial_number,
            )
        else:
            event = VpnRequestRefused(
                reason=refused.reason, method=printable(request.method), path=path, error=refused.error
            )
        return self._emitter.emit(event, cause=cause)
