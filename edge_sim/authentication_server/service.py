"""The authentication server: an Access-Request comes in, the answer goes out, or nothing does, as RFC 2865 and 3579 say.

`answer_untrusted` is all of it, without a socket; `serve` pumps datagrams through it and looks after conversations whose
endpoints have fallen silent.
"""

from __future__ import annotations

from collections.abc import Callable

import trio

from edge_sim.authentication_server.answers import AnswerCache
from edge_sim.authentication_server.events import (
    AuthenticationServerStarted,
    AuthenticationServerStopped,
    DropReason,
)
from edge_sim.authentication_server.session import Asked, Session, Step, readable_untrusted
from edge_sim.authentication_server.sessions import SessionTable
from edge_sim.authentication_server.settings import NetworkDevice, ServerSettings
from edge_sim.authentication_server.tally import Tally
from journal import Emitter
from pki import names_of
from wire.eap import Eap, EapCode, EapType, identity_request, pull_eap_untrusted, push_eap
from wire.errors import ProtocolError
from wire.faults import contained
from wire.radius import (
    INVALID_EAP_PACKET_IGNORED,
    Attribute,
    RadiusCode,
    RadiusPacket,
    eap_attributes,
    keys_of,
    pull_radius_untrusted,
    push_mppe,
    push_reply,
    request_holds,
)
from wire.tls import ServerContext
from wire.tls.context import KeyLog
from wire.udp import Endpoint, UdpSocket

_EAPOL_HEADER = 4
_SMALLEST_FRAGMENT = 256
"""Octets: a Framed-MTU below that is not believed. Assumed."""
_MAX_PROXY_STATES = 8
"""Assumed: RFC 2865 wants every one of them back."""


class AuthenticationServer:
    """One run of the server, from its start to its stop: trust, TLS and network devices are read when it is made."""

    def __init__(
        self,
        settings: ServerSettings,
        emitter: Emitter,
        *,
        now: Callable[[], float] = trio.current_time,
        keylog: KeyLog | None = None,
    ) -> None:
        """`now`: seconds, only growing. Raises TlsUnavailable where OpenSSL lacks what `settings.tls` asks for."""
        self._settings = settings
        self._emitter = emitter
        self._now = now
        self._context = ServerContext(
            settings.identity, settings.tls, settings.trust, check_crl=settings.check_crl, keylog=keylog
        )
        limits = settings.limits
        self._sessions: SessionTable[Session] = SessionTable(limits.sessions, limits.idle)
        self._answers = AnswerCache(limits.max_answers_kept, limits.answers_kept)
        self._asleep = trio.Event()
        self._numbered = 0
        self._begun = False
        self.unanswered = Tally()
        self.passed = self.failed = 0

    @property
    def open_sessions(self) -> int:
        return len(self._sessions)

    # Datagrams

    async def serve(self, socket: UdpSocket) -> None:
        """Answer until cancelled, or until the socket is closed, which is the caller's to do. The caller may have said already, by
        `begin`, that it listens."""
        if not self._begun:
            self.begin(socket)
        try:
            async with trio.open_nursery() as nursery:
                nursery.start_soon(self._look_after)
                try:
                    while True:
                        data, sender = await socket.receive()
                        connection = f"{sender[0]}:{sender[1]}>{socket.address}:{socket.port}"
                        with contained(self._emitter, connection):
                            answer = self.answer_untrusted(data, sender)
                            if answer is not None:
                                socket.send_now(answer, sender)
                except trio.ClosedResourceError:
                    nursery.cancel_scope.cancel()
        finally:
            self._emitter.emit(
                AuthenticationServerStopped(passed=self.passed, failed=self.failed, unanswered=self.unanswered.total)
            )

    def begin(self, socket: UdpSocket) -> None:
        """Note that the server listens: what arrives from now on waits in the socket for `serve`."""
        self._begun = True
        settings = self._settings
        self._emitter.emit(
            AuthenticationServerStarted(
                address=socket.address,
                port=socket.port,
                minimum_tls_version=str(settings.tls.minimum),
                maximum_tls_version=str(settings.tls.maximum),
                check_crl=settings.check_crl,
                network_devices=tuple(device.name for device in settings.network_devices.values()),
                trusted=tuple(names_of(certificate).subject for certificate in settings.trust),
            )
        )

    async def _look_after(self) -> None:
        with contained(self._emitter):
            await self._expire()

    async def _expire(self) -> None:
        """Sleeps for ever where no conversation is open: virtual time would otherwise run on by itself."""
        while True:
            self.expire_sessions()
            next_expiry = self._sessions.next_expiry
            if next_expiry is not None:
                await trio.sleep(max(next_expiry - self._now(), 0))
            else:
                self._asleep = trio.Event()
                await self._asleep.wait()

    def expire_sessions(self) -> None:
        """End the conversations that have waited for too long."""
        for session in self._sessions.expired(self._now()):
            self._give_up(session)

    def answer_untrusted(self, data: bytes, sender: Endpoint) -> bytes | None:
        """The answer to a datagram from anybody; None where silence is the answer, and counted."""
        address = sender[0]
        device = self._settings.network_devices.get(address)
        if device is None:
            self._count(DropReason.UNKNOWN_CLIENT, address)
            return None
        now = self._now()
        if (given := self._answers.get(sender, data, now)) is not None:
            return given
        request = _believed_untrusted(data, device.secret)
        if isinstance(request, DropReason):
            self._count(request, address)
            return None
        answer = self._answer(request, device, address, now)
        self._answers.put(sender, data, answer, now)
        return answer

    def _count(self, reason: DropReason, address: str) -> None:
        event = self.unanswered.add(reason, address)
        if event is not None:
            self._emitter.emit(event)

    # Requests of a network device that knows the secret; what is inside them still comes from anybody.

    def _answer(self, request: RadiusPacket, device: NetworkDevice, address: str, now: float) -> bytes:
        self.expire_sessions()
        octets = request.eap
        if not octets:
            if request.first(Attribute.EAP_MESSAGE) is not None:  # EAP-Start (RFC 3579 section 2.1)
                return self._reply(RadiusCode.ACCESS_CHALLENGE, request, device, identity_request(0))
            self._count(DropReason.NO_EAP, address)
            return self._reply(RadiusCode.ACCESS_REJECT, request, device, None)
        try:
            packet = pull_eap_untrusted(octets)
        except ProtocolError:
            packet = None
        state = request.first(Attribute.STATE)
        if state is None:
            if packet is None or packet.code != EapCode.RESPONSE or packet.type != EapType.IDENTITY:
                self._count(DropReason.UNKNOWN_STATE, address)
                return self._refuse(request, device, packet)
            session = self._open(request, device, address, packet, now)
            return self._tell(request, device, session, session.start(packet.identifier), now)
        found = self._sessions.get(state)
        if found is None or found.asked.nas_address != address:
            self._count(DropReason.UNKNOWN_STATE, address)
            return self._refuse(request, device, packet)
        self._sessions.take(state)
        if now >= found.ends_at:
            self._give_up(found)
            return self._refuse(request, device, packet)
        return self._tell(request, device, found, found.receive(packet), now)

    def _open(self, request: RadiusPacket, device: NetworkDevice, address: str, identity: Eap, now: float) -> Session:
        self._numbered += 1
        limits = self._settings.limits
        asked = Asked(
            network_device=device.name,
            nas_address=address,
            nas_port=_number(request, Attribute.NAS_PORT),
            calling_station_id=readable_untrusted(request.text(Attribute.CALLING_STATION_ID)),
        )
        size, mtu = self._settings.fragment_size, _number(request, Attribute.FRAMED_MTU)
        if mtu != -1:
            size = min(size, max(mtu - _EAPOL_HEADER, _SMALLEST_FRAGMENT))
        claimed = identity.data.decode("utf-8", "replace")
        return Session(
            self._numbered,
            claimed,
            asked,
            self._settings,
            self._context,
            self._emitter,
            size,
            now + limits.conversation,
        )

    def _tell(self, request: RadiusPacket, device: NetworkDevice, session: Session, step: Step, now: float) -> bytes:
        if not step.over:
            state, oldest = self._sessions.put(session, now)
            self._asleep.set()
            if oldest is not None:
                self._count(DropReason.TOO_MANY_SESSIONS, oldest.asked.nas_address)
            extra = [(Attribute.STATE, state)]
            if step.repeated:
                extra.append((Attribute.ERROR_CAUSE, INVALID_EAP_PACKET_IGNORED.to_bytes(4, "big")))
            return self._reply(RadiusCode.ACCESS_CHALLENGE, request, device, step.eap, extra)
        if step.keys is None:
            self.failed += 1
            return self._reply(RadiusCode.ACCESS_REJECT, request, device, step.eap)
        self.passed += 1
        keys = push_mppe(keys_of(step.keys.msk), request, device.secret)
        named = [(Attribute.USER_NAME, name)] if (name := session.claimed_octets) else []
        return self._reply(RadiusCode.ACCESS_ACCEPT, request, device, step.eap, [*keys, *named])

    def _give_up(self, session: Session) -> None:
        if session.speaks_tls:
            self.failed += 1
            session.give_up()
        else:
            self._count(DropReason.SUPPLICANT_SILENT, session.asked.nas_address)

    def _refuse(self, request: RadiusPacket, device: NetworkDevice, packet: Eap | None) -> bytes:
        """No conversation is meant, so none is harmed."""
        failure = Eap(EapCode.FAILURE, packet.identifier) if packet is not None else None
        return self._reply(RadiusCode.ACCESS_REJECT, request, device, failure)

    def _reply(
        self,
        code: RadiusCode,
        request: RadiusPacket,
        device: NetworkDevice,
        packet: Eap | None,
        extra: list[tuple[Attribute, bytes]] | list[tuple[int, bytes]] | None = None,
    ) -> bytes:
        attributes: list[tuple[int, bytes]] = eap_attributes(push_eap(packet)) if packet is not None else []
        attributes += extra or []
        proxied = request.all(Attribute.PROXY_STATE)[:_MAX_PROXY_STATES]
        attributes += [(Attribute.PROXY_STATE, value) for value in proxied]
        return push_reply(code, request, attributes, device.secret)


def _believed_untrusted(data: bytes, secret: bytes) -> RadiusPacket | DropReason:
    """The request, if whoever sent it knows the secret; else why it gets no answer (RFC 3579 section 3.2)."""
    try:
        request = pull_radius_untrusted(data)
    except ProtocolError:
        return DropReason.MALFORMED
    if request.code != RadiusCode.ACCESS_REQUEST:
        return DropReason.NOT_A_REQUEST
    if not request.signed:
        return DropReason.NO_MESSAGE_AUTHENTICATOR
    return request if request_holds(request, secret) else DropReason.INVALID_MESSAGE_AUTHENTICATOR


def _number(request: RadiusPacket, attribute: Attribute) -> int:
    """The attribute as a number; -1 where it is missing or none."""
    value = request.first(attribute)
    return int.from_bytes(value, "big") if value is not None and len(value) == 4 else -1
