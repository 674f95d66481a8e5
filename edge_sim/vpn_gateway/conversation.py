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
from edge_sim.vpn_gateway.login import CLOSE, Form, Refused, Welcome, refusal
from edge_sim.vpn_gateway.state import GatewayState
from edge_sim.vpn_gateway.tunnelling import Admitted, admit, run_tunnel
from journal import Emitter, Event
from wire.errors import ProtocolError
from wire.tcp import TcpStream
from wire.tls import TlsStream
from wire.vpn_http import VpnRequest, VpnResponse, VpnServer

_CHUNK = 16 * 1024
_REFUSED_STATUS = {
    RequestRefusal.NOT_HTTP: HTTPStatus.BAD_REQUEST,
    RequestRefusal.TOO_SLOW: HTTPStatus.REQUEST_TIMEOUT,
    RequestRefusal.TOO_MANY: HTTPStatus.SERVICE_UNAVAILABLE,
}


class Conversation:
    """Runs to its end whatever the client does."""

    def __init__(self, state: GatewayState, tcp: TcpStream) -> None:
        self._state = state
        self._limits = state.settings.limits
        self._emitter: Emitter = state.emitter.on(tcp.connection)
        self._stream = TlsStream(tcp, state.context, state.emitter)
        self._trustpoints = state.trustpoints  # those of the context that judges this client
        self._http = VpnServer()

    async def run(self) -> None:
        async with self._stream as stream:
            if not await stream.handshake(self._limits.handshake):
                note_refusal(stream.engine, self._emitter)
                return
            client = identify(stream.engine, self._trustpoints, self._emitter)
            try:
                await self._serve(client)
            except trio.BrokenResourceError:
                pass  # TLS has noted how it ended

    async def _serve(self, client: Client) -> None:
        last: Event = client.noted
        for served in range(self._limits.requests + 1):
            request = await self._receive_untrusted(quiet=served > 0)
            if request is None:
                return
            if served == self._limits.requests:
                await self._refuse(RequestRefusal.TOO_MANY)
                return
            if request.method == "CONNECT":
                await self._connect(request, client, last)
                return
            last = await self._log_in(request, client, last)
            if not self._http.reusable:
                return

    async def _receive_untrusted(self, *, quiet: bool) -> VpnRequest | None:
        """The next request; None when there is none to answer, which is noted unless a served client just left."""
        http = self._http
        with trio.move_on_after(self._limits.request):
            try:
                while (request := http.next_request_untrusted()) is None:
                    data = bytes(await self._stream.receive_some(_CHUNK))
                    if not data:
                        if not (quiet and http.nothing_came):
                            self._note(RequestRefusal.CUT_SHORT)
                        return None
                    http.receive(data)
            except ProtocolError as error:
                await self._refuse(RequestRefusal.NOT_HTTP, str(error))
                return None
            return request
        if not (quiet and http.nothing_came):
            await self._refuse(RequestRefusal.TOO_SLOW)
        return None

    async def _log_in(self, request: VpnRequest, client: Client, cause: Event) -> Event:
        step = self._state.login.step_untrusted(request, client)
        if isinstance(step, Form):
            await self._answer(step.answer)
            return cause
        if isinstance(step, Welcome):
            answer, noted = self._welcome(step, request, client, cause)
        else:
            answer, noted = step.answer, self._note_refusal(step, request, client, cause)
        await self._answer(answer)
        return noted

    def _welcome(
        self, welcome: Welcome, request: VpnRequest, client: Client, cause: Event
    ) -> tuple[VpnResponse, Event]:
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

    async def _connect(self, request: VpnRequest, client: Client, cause: Event) -> None:
        admitted = admit(self._state, request, client, self._stream.peer_address, self._emitter, cause)
        if not isinstance(admitted, Admitted):
            await self._answer(admitted)
            return
        try:
            await self._answer(admitted.answer)
        finally:
            first = self._http.tunnel_octets or b""
            await run_tunnel(self._state, self._stream, admitted, self._emitter, first)

    async def _answer(self, answer: VpnResponse) -> None:
        with trio.move_on_after(self._limits.request) as patience:
            await self._stream.send_all(self._http.respond(answer))
        if patience.cancelled_caught:
            raise trio.BrokenResourceError("the client does not read its answer")

    async def _refuse(self, reason: RequestRefusal, error: str = "") -> None:
        """Note it, and answer with the status where HTTP still allows an answer."""
        self._note(reason, error)
        status = _REFUSED_STATUS[reason]
        try:
            await self._answer(VpnResponse(int(status), status.phrase, (CLOSE,)))
        except ValueError:
            return  # the head that it would answer was never whole

    def _note(self, reason: RequestRefusal, error: str = "") -> None:
        self._emitter.emit(VpnRequestRefused(reason=reason, error=error))

    def _note_refusal(self, refused: Refused, request: VpnRequest, client: Client, cause: Event) -> Event:
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
