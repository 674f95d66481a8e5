"""One attempt at one gateway: TCP, TLS with the phone's certificate, host ID check, login, and a tunnel or the reason why not."""

from __future__ import annotations

from dataclasses import dataclass

import trio

from journal import Emitter, Event
from phone_sim.dialing import PhoneTlsStream, dial
from phone_sim.events import SecureConnectionRefused, SecureConnectionUp, ServerUnreachable
from phone_sim.hardware import Hardware
from phone_sim.registration import Choice, choose
from phone_sim.vpn.dialogue import Dialogue, VpnReply, VpnStep
from phone_sim.vpn.events import HostIdRefused, VpnAnswerReceived, VpnAttempted, VpnFailure, VpnGatewayFailed
from phone_sim.vpn.host_id import check_host_id_untrusted
from wire.errors import ProtocolError
from wire.phone_file import VpnGroup, VpnUrl

SERVICE = "VPN"
MAX_CONNECTIONS = 4
"""TLS connections that a phone makes for one login: a gateway may require another one for each request. Assumed: the number."""
MAX_LOGIN = 600.0
"""Seconds, where failConnectTime is 0: its largest value. Assumed: what 0 means is not published."""
_CHUNK = 16 * 1024


@dataclass(frozen=True, slots=True)
class Reached:
    """The gateway granted a tunnel; it runs on this stream from here on."""

    stream: PhoneTlsStream
    dialogue: Dialogue
    choice: Choice | None
    event: Event


@dataclass(frozen=True, slots=True)
class _Failed:
    failure: VpnFailure
    why: Event | None
    status: int = 0
    fault: str = ""
    stream: PhoneTlsStream | None = None


class GatewayAttempt:
    """One attempt at one URL of a group."""

    def __init__(self, hardware: Hardware, group: VpnGroup, number: int, cookie: str) -> None:
        """`number`: which of the group's URLs, from 1. `cookie`: of a login there before, empty for none."""
        self._hardware = hardware
        self._group = group
        self._number = number
        self._text = group.urls[number - 1]
        self._url = VpnUrl.of(self._text)
        self._resumed = bool(cookie)
        self._choice: Choice | None = None
        self._dialogue = Dialogue(
            self._url,
            hardware.flash.device_name,
            strict=hardware.flash.vpn.strict,
            mtu=group.mtu,
            cookie=cookie,
        )

    @property
    def cookie_sent(self) -> bool:
        """The gateway has seen the cookie that the attempt began with."""
        return self._dialogue.cookie_sent

    async def run(self, cause: Event | None) -> Reached | VpnGatewayFailed:
        """Whatever the gateway does is an event and a return, never an exception."""
        emitter = self._hardware.emitter
        attempted = emitter.emit(VpnAttempted(url=self._text, number=self._number, resumed=self._resumed), cause=cause)
        outcome: Reached | _Failed = _Failed(VpnFailure.TIMED_OUT, attempted)
        with trio.move_on_after(self._group.fail_connect_time or MAX_LOGIN):
            outcome = await self._log_in(attempted)
        if isinstance(outcome, Reached):
            return outcome
        ended = outcome.stream.ended if outcome.stream is not None else None
        return emitter.emit(
            VpnGatewayFailed(
                url=self._text,
                number=self._number,
                failure=outcome.failure,
                status=outcome.status,
                kind=self._choice.kind.value if self._choice is not None else "",
                alert=ended.alert if ended is not None else -1,
                alert_direction=ended.alert_direction if ended is not None else "",
                fault=outcome.fault,
            ),
            cause=outcome.why,
        )

    async def _log_in(self, attempted: Event) -> Reached | _Failed:
        address = self._hardware.resolve(self._url.host)
        if address is None:
            return _Failed(VpnFailure.UNRESOLVED, attempted)
        last = attempted
        for _ in range(MAX_CONNECTIONS):
            outcome = await self._over_one_connection(address, last)
            if not isinstance(outcome, Event):
                return outcome
            last = outcome
            self._dialogue.on_new_connection()
        return _Failed(VpnFailure.CONNECTION_LOST, last)

    async def _over_one_connection(self, address: str, cause: Event) -> Reached | _Failed | Event:
        """An event where the gateway wants another connection for the rest."""
        hardware = self._hardware
        tcp = await dial(hardware.network, SERVICE, address, self._url.port, hardware.emitter, cause)
        if isinstance(tcp, ServerUnreachable):
            return _Failed(VpnFailure.UNREACHABLE, tcp)
        emitter = hardware.emitter.on(tcp.connection)
        offer = hardware.model.tls
        try:
            # No trust list: the hashes of the phone's file stand in its place, and they are compared below.
            context = hardware.contexts.get(offer, None)
            found = choose(hardware.flash, SERVICE, offer, emitter, cause)
            self._choice = found if isinstance(found, Choice) else None
            because = found.event if isinstance(found, Choice) else found
            credential = self._choice.credential if self._choice is not None else None
            stream = PhoneTlsStream(tcp, context, hardware.emitter, credential=credential, cause=because)
            outcome = await self._speak(stream, emitter, because)
        except BaseException:  # a timeout, loss of power, or an interruption of the boot step
            tcp.close_now()
            raise
        if not isinstance(outcome, Reached):
            await stream.aclose()
        return outcome

    async def _speak(self, stream: PhoneTlsStream, emitter: Emitter, cause: Event) -> Reached | _Failed | Event:
        try:
            if not await stream.handshake():
                return self._refused(stream, emitter, cause)
            up = SecureConnectionUp(service=SERVICE, tls_version=stream.tls_version, cipher=stream.cipher)
            last: Event = emitter.emit(up, cause=cause)
            verdict = emitter.emit(
                check_host_id_untrusted(stream.engine.peer_chain, self._group, self._url.host), cause=last
            )
            if isinstance(verdict, HostIdRefused):
                return _Failed(VpnFailure.HOST_ID, verdict, stream=stream)
            last = verdict
            return await self._converse(stream, emitter, last)
        except BaseException:
            stream.close_now()
            raise

    async def _converse(self, stream: PhoneTlsStream, emitter: Emitter, last: Event) -> Reached | _Failed | Event:
        dialogue = self._dialogue
        try:
            while True:
                reply = await self._exchange_untrusted(stream)
                if not reply.status:
                    break
                last = emitter.emit(
                    VpnAnswerReceived(
                        step=reply.step.value, status=reply.status, reason=reply.text, cookies=reply.cookies
                    ),
                    cause=last,
                )
                if reply.failure is not None:
                    return _Failed(reply.failure, last, reply.status, stream=stream)
                if reply.next_step is VpnStep.UP:
                    return Reached(stream, dialogue, self._choice, last)
                if dialogue.needs_new_connection:
                    return last
            if reply.next_step is VpnStep.GREET:
                return last
            if stream.alert_read is not None and stream.alert_read.description:
                # TLS 1.3: the gateway verifies the certificate after the phone's handshake succeeded
                return self._refused(stream, emitter, last)
            return _Failed(VpnFailure.CONNECTION_LOST, last, stream=stream)
        except ProtocolError as error:
            return _Failed(VpnFailure.MALFORMED, last, fault=str(error), stream=stream)

    async def _exchange_untrusted(self, stream: PhoneTlsStream) -> VpnReply:
        """The answer to the present request, with status 0 where the connection broke before there was one."""
        try:
            await stream.send_all(self._dialogue.request())
            while True:
                reply = self._dialogue.receive_untrusted(await stream.receive_some(_CHUNK))
                if reply is not None:
                    return reply
        except trio.BrokenResourceError:
            return self._dialogue.cut_off_untrusted()

    def _refused(self, stream: PhoneTlsStream, emitter: Emitter, cause: Event) -> _Failed:
        ended = stream.ended
        refused = SecureConnectionRefused(
            service=SERVICE,
            kind=self._choice.kind.value if self._choice is not None else "",
            alert=ended.alert if ended is not None else -1,
            alert_direction=ended.alert_direction if ended is not None else "",
        )
        return _Failed(VpnFailure.TLS_REFUSED, emitter.emit(refused, cause=ended or cause), stream=stream)
