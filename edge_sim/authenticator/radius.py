"""What a switch port asks of its authentication server, and what it makes of the answers (RFC 3579 section 2)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Final

import trio

from edge_sim.authenticator.events import RadiusAnswered, RadiusAnswerRefused, RadiusServerDead
from edge_sim.authenticator.session import PortSession
from edge_sim.authenticator.settings import RadiusServer
from journal import Emitter, Event
from wire.cable import Link, LinkDown
from wire.eap import Eap, EapCode, pull_eap_untrusted
from wire.eapol import MAX_BODY, dashed
from wire.errors import ProtocolError
from wire.radius import ETHERNET, FRAMED, Attribute, MppeKeys, RadiusClient, RadiusCode, RadiusReply
from wire.udp import UdpSocket

FRAMED_MTU: Final = 1400
"""Octets that an EAP packet may have on the cable, as the server is told. Assumed; eapol_test says the same."""
_MAX_TEXT = 253


@dataclass(frozen=True, slots=True)
class RadiusAnswer:
    """What the port goes by."""

    code: int
    """Accept, reject or challenge."""
    eap: Eap | None
    """For the phone; None where the server sent none, as FreeRADIUS does with a State that it does not know."""
    octets: bytes
    """The same as it came."""
    keys: MppeKeys | None = field(default=None, repr=False)
    state: bytes | None = None
    """To be returned unchanged with the next request."""
    error: str = ""
    """Which rule the server broke; the answer then counts as a reject."""


def request_attributes(
    port: str, switch: str, switch_mac: bytes, phone_mac: bytes, identity: bytes
) -> Iterable[tuple[int, bytes]]:
    """All but State, EAP-Message and Message-Authenticator. `switch`: its NAS-Identifier; `identity`: as the phone gave it."""
    yield Attribute.USER_NAME, identity[:_MAX_TEXT]
    yield Attribute.NAS_IDENTIFIER, switch.encode()[:_MAX_TEXT]
    yield Attribute.NAS_PORT_ID, port.encode()[:_MAX_TEXT]
    yield Attribute.NAS_PORT_TYPE, ETHERNET.to_bytes(4, "big")
    yield Attribute.SERVICE_TYPE, FRAMED.to_bytes(4, "big")
    yield Attribute.FRAMED_MTU, FRAMED_MTU.to_bytes(4, "big")
    yield Attribute.CALLED_STATION_ID, dashed(switch_mac).encode()
    yield Attribute.CALLING_STATION_ID, dashed(phone_mac).encode()


def answer_untrusted(reply: RadiusReply) -> RadiusAnswer:
    """The one thing that a reply says, however it contradicts itself. Never raises."""
    reject = RadiusCode.ACCESS_REJECT
    if reply.code == reject and not reply.signed:  # nothing in it can be believed but that it is no accept
        return RadiusAnswer(reject, None, b"")
    if not reply.signed:
        return RadiusAnswer(reject, None, b"", error="an answer with EAP and without a Message-Authenticator")
    if not reply.eap:
        silent = "" if reply.code == reject else f"RADIUS code {reply.code} without EAP"
        return RadiusAnswer(reject, None, b"", error=silent)
    if len(reply.eap) > MAX_BODY:
        return RadiusAnswer(reject, None, b"", error=f"an EAP packet of {len(reply.eap)} octets, {MAX_BODY} at most")
    try:
        eap = pull_eap_untrusted(reply.eap)
    except ProtocolError as problem:
        return RadiusAnswer(reject, None, b"", error=str(problem))
    due = {
        RadiusCode.ACCESS_CHALLENGE: EapCode.REQUEST,
        RadiusCode.ACCESS_ACCEPT: EapCode.SUCCESS,
        RadiusCode.ACCESS_REJECT: EapCode.FAILURE,
    }[RadiusCode(reply.code)]
    if eap.code != due:  # RFC 3579 section 2.6.3: what RADIUS says and what EAP says shall agree
        return RadiusAnswer(reject, None, b"", error=f"RADIUS code {reply.code} with EAP code {eap.code}")
    return RadiusAnswer(reply.code, eap, reply.eap, reply.keys, reply.state)


class Backend:
    """One port's way to its server. Without a server every identity ends as if that were dead."""

    def __init__(self, port: str, switch: str, mac: bytes, server: RadiusServer | None, socket: UdpSocket) -> None:
        """`socket` is the caller's to close; the rest is as SwitchPort has it."""
        self._port, self._switch, self._mac = port, switch, mac
        self._server = server
        self._client = (
            RadiusClient(
                socket,
                (server.address, server.port),
                server.secret,
                retransmit_after=server.retransmit_after,
                tries=server.tries,
            )
            if server is not None
            else None
        )

    async def ask(
        self, session: PortSession, link: Link, emitter: Emitter, cause: Event | None
    ) -> tuple[RadiusAnswer | None, Event]:
        """The server's answer to `session.asking`, None where there is none; and the event of it. Raises LinkDown."""
        attributes = request_attributes(self._port, self._switch, self._mac, session.phone, session.identity)
        reply = None
        async with trio.open_nursery() as nursery:
            nursery.start_soon(_until_down, link, nursery.cancel_scope)
            if self._client is not None:
                reply = await self._client.ask(session.asking, session.radius_state, attributes)
            nursery.cancel_scope.cancel()
        if link.down.is_set():
            raise LinkDown
        if reply is None:
            server = self._server
            dead = RadiusServerDead(
                port=self._port,
                server=f"{server.address}:{server.port}" if server is not None else "",
                tries=server.tries if server is not None else 0,
            )
            return None, emitter.emit(dead, cause=cause)
        answered = RadiusAnswered(port=self._port, code=reply.code, signed=reply.signed)
        because: Event = emitter.emit(answered, cause=cause)
        answer = answer_untrusted(reply)
        if answer.error:
            because = emitter.emit(RadiusAnswerRefused(port=self._port, error=answer.error), cause=because)
        return answer, because


async def _until_down(link: Link, scope: trio.CancelScope) -> None:
    await link.down.wait()
    scope.cancel()
