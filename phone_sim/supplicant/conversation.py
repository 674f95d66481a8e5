"""What a phone says in EAP: who it is, that it wants EAP-TLS and nothing else, and then EAP-TLS."""

from __future__ import annotations

from typing import Final

from journal import Emitter, Event
from phone_sim.hardware import Hardware
from phone_sim.supplicant.eap_tls import EapTlsExchange
from phone_sim.supplicant.events import EapDropped, EapMethodRefused
from phone_sim.supplicant.settings import Dot1x
from pki import device_common_name
from wire.eap import Eap, EapCode, EapTlsOutcome, EapType, nak

MAX_REQUESTS: Final = 128
"""Of one conversation, identities aside: further ones get no answer. Assumed: the value; EAP-TLS takes about ten."""
DROPPED_NOTED: Final = 32
"""So many dropped packets of one link enter the journal. Assumed: the value."""


class EapConversation:
    """The phone's EAP on one link, from identity to identity. Knows no timers and no port."""

    def __init__(self, hardware: Hardware, settings: Dot1x, emitter: Emitter) -> None:
        self._hardware = hardware
        self._settings = settings
        self._emitter = emitter
        self._identity = device_common_name(hardware.model.product, hardware.flash.device_name).encode()
        self.exchange: EapTlsExchange | None = None
        """The last one, with its keys once it succeeded; None before a server started one."""
        self._answered: Eap | None = None
        self._requests = 0
        self._dropped = 0

    def again(self, packet: Eap) -> bool:
        """Whether this Request was answered already: the answer got lost, most likely."""
        return (
            packet.type != EapType.IDENTITY
            and self._answered is not None
            and packet.identifier == self._answered.identifier
        )

    def answer(self, packet: Eap, cause: Event) -> Eap | None:
        """To a Request; None where there is nothing to say."""
        if packet.type == EapType.IDENTITY:
            self.end("closed here")
            answer: Eap | None = Eap(EapCode.RESPONSE, packet.identifier, EapType.IDENTITY, self._identity)
        elif self.again(packet):
            return self._answered
        elif self._requests >= MAX_REQUESTS:
            self.drop(f"more than {MAX_REQUESTS} EAP requests in one conversation", cause)
            return None
        else:
            self._requests += 1
            answer = self._to_method(packet, cause)
        if answer is not None:
            self._answered = answer
        return answer

    def _to_method(self, packet: Eap, cause: Event) -> Eap | None:
        if packet.type == EapType.NOTIFICATION:
            return Eap(EapCode.RESPONSE, packet.identifier, EapType.NOTIFICATION)
        if packet.type != EapType.TLS:
            self._emitter.emit(EapMethodRefused(type=packet.type), cause=cause)
            return nak(packet.identifier, EapType.TLS)
        if self.exchange is None:
            self.exchange = EapTlsExchange(self._hardware, self._settings, self._emitter, cause)
        result = self.exchange.receive(packet)
        if isinstance(result, Eap):
            return result
        if result is EapTlsOutcome.FAILURE:  # the server broke the rules; whatever it says now, authWhile ends it
            self.drop(self.exchange.problem, cause)
        return None

    def result_counts(self, packet: Eap) -> bool:
        """Whether Success or Failure means anything: it fits the last answer, and Success was earned (RFC 3748 section 4.2)."""
        if self._answered is None or packet.identifier != self._answered.identifier:
            return False
        if self.exchange is not None:
            self.exchange.receive(packet)
        earned = self.exchange is not None and self.exchange.keys is not None
        return packet.code == EapCode.FAILURE or earned

    def drop(self, error: str, cause: Event | None) -> None:
        """Note what is not answered."""
        self._dropped += 1
        if self._dropped <= DROPPED_NOTED:
            self._emitter.emit(EapDropped(error=error), cause=cause)

    def end(self, reason: str) -> None:
        """Forget it; an exchange that was under way ends. `reason`: one of HandshakeFailed's."""
        if self.exchange is not None:
            self.exchange.end_by(reason)
        self.exchange = self._answered = None
        self._requests = 0
