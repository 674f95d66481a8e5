"""The NAS's end of RADIUS: an Access-Request goes out, again and again if need be, until an answer comes that can be believed."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import trio

from wire.errors import ProtocolError
from wire.radius.mppe import MppeKeys, pull_mppe_untrusted
from wire.radius.numbers import Attribute, RadiusCode
from wire.radius.packet import (
    RadiusPacket,
    eap_attributes,
    new_authenticator,
    pull_radius_untrusted,
    push_request,
    reply_holds,
)
from wire.udp import Endpoint, UdpSocket

RETRANSMIT_AFTER = 3.0
"""Seconds; what eapol_test does. RFC 2865 leaves it open."""
TRIES = 3
"""Assumed: one request and two repetitions."""


@dataclass(frozen=True, slots=True)
class RadiusReply:
    """An answer whose authenticator holds."""

    code: int
    """A RadiusCode: accept, reject or challenge."""
    eap: bytes
    """The EAP packet within; empty in FreeRADIUS's answer to a State that it does not know."""
    state: bytes | None
    """To be returned unchanged with the next request; None where there was none."""
    keys: MppeKeys | None
    signed: bool
    """It had a Message-Authenticator, and that held."""
    message: str
    """Reply-Message."""


class RadiusClient:
    """One NAS that asks one server, one request at a time; each conversation keeps its own State."""

    def __init__(
        self,
        socket: UdpSocket,
        server: Endpoint,
        secret: bytes,
        *,
        retransmit_after: float = RETRANSMIT_AFTER,
        tries: int = TRIES,
    ) -> None:
        """`socket` is the caller's to close. `retransmit_after`: seconds before the same octets are sent again."""
        self._socket = socket
        self._server = server
        self._secret = secret
        self._patience = retransmit_after
        self._tries = tries
        self._identifier = 0
        self.ignored = 0
        """Datagrams that were no answer to what was asked, or not by who was asked."""

    async def ask(
        self, eap: bytes, state: bytes | None, attributes: Iterable[tuple[int, bytes]] = ()
    ) -> RadiusReply | None:
        """Carry an EAP packet to the server. None where no answer came in time: it is down, or does not know us.

        `attributes`: User-Name, NAS-Identifier and so on; State, EAP-Message and Message-Authenticator are put in here.
        Raises ValueError for an EAP packet that does not fit into 4096 octets.
        """
        self._identifier = (self._identifier + 1) % 256
        wanted = [*attributes, *eap_attributes(eap)]
        if state is not None:
            wanted.append((Attribute.STATE, state))
        data = push_request(self._identifier, new_authenticator(), wanted, self._secret)
        request = pull_radius_untrusted(data)
        for _ in range(self._tries):
            self._socket.send_now(data, self._server)
            with trio.move_on_after(self._patience):
                return await self._answer_to(request)
        return None

    async def _answer_to(self, request: RadiusPacket) -> RadiusReply:
        while True:
            data, sender = await self._socket.receive()
            if sender == self._server:
                try:
                    reply = pull_reply_untrusted(data, request, self._secret)
                except ProtocolError:
                    reply = None
                if reply is not None:
                    return reply
            self.ignored += 1


def pull_reply_untrusted(data: bytes, request: RadiusPacket, secret: bytes) -> RadiusReply | None:
    """The answer to `request`; None where it is not, or was made with another secret. Raises ProtocolError."""
    packet = pull_radius_untrusted(data)
    if packet.code not in (RadiusCode.ACCESS_ACCEPT, RadiusCode.ACCESS_REJECT, RadiusCode.ACCESS_CHALLENGE):
        raise ProtocolError(f"RADIUS code {packet.code} is no answer to an Access-Request")
    if not reply_holds(packet, request, secret):
        return None
    keys = pull_mppe_untrusted(packet, request, secret) if packet.code == RadiusCode.ACCESS_ACCEPT else None
    return RadiusReply(
        packet.code,
        packet.eap,
        packet.first(Attribute.STATE),
        keys,
        packet.signed,
        packet.text(Attribute.REPLY_MESSAGE),
    )
