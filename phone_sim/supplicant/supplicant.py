"""The supplicant on its cable: frames in and out, timers, and what each of them does to the Port Access Entity.

One timer runs at a time, since the states that have one exclude each other. A phone never needs an alert to know that it
failed: EAP-Failure is enough, and silence as well.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Final

import trio

from journal import Event
from phone_sim.hardware import Hardware
from phone_sim.supplicant.conversation import EapConversation
from phone_sim.supplicant.eap_tls import EapTlsExchange
from phone_sim.supplicant.events import (
    Dot1xFailed,
    Dot1xSucceeded,
    EapolStartSent,
    EapReceived,
    EapResponseSent,
    PaeStateChanged,
    PaeTimerSet,
)
from phone_sim.supplicant.pae import (
    AUTH_WHILE_SECONDS,
    AUTHORISED,
    HELD_WHILE_SECONDS,
    IN_CONVERSATION,
    MAX_START,
    START_PERIOD_SECONDS,
    PaeEvent,
    PaeState,
    next_state,
)
from pki import NO_NAME
from wire.cable import Link, LinkDown
from wire.capture.frames import mac_of_device
from wire.eap import Eap, EapCode, EapType, eap_connection, pull_eap_untrusted, push_eap
from wire.eapol import ETHERTYPE, PAE_GROUP, Eapol, EapolType, dashed, pull_eapol_untrusted, push_eapol
from wire.errors import ProtocolError
from wire.ethernet import Frame, pull_frame_untrusted, push_frame
from wire.faults import contained

_RESULTS: Final = {EapCode.SUCCESS: PaeEvent.SUCCESS, EapCode.FAILURE: PaeEvent.FAILURE}
_TIMERS: Final = {
    PaeState.CONNECTING: ("startWhen", START_PERIOD_SECONDS),
    PaeState.ACQUIRED: ("authWhile", AUTH_WHILE_SECONDS),
    PaeState.AUTHENTICATING: ("authWhile", AUTH_WHILE_SECONDS),
    PaeState.HELD: ("heldWhile", HELD_WHILE_SECONDS),
}


class Supplicant:
    """One power cycle's. It belongs to no step of the boot: it answers also when the port asks again years later."""

    def __init__(self, hardware: Hardware, lost: Callable[[Event], None]) -> None:
        """`lost` hears when an authorised port is so no more. Raises ValueError for a device whose name holds no MAC."""
        settings, mac = hardware.dot1x, mac_of_device(hardware.flash.device_name)
        if settings is None or mac is None:
            raise ValueError(f"{hardware.flash.device_name} has no MAC in its name or no cable, and 802.1X needs both")
        self.state = PaeState.DISCONNECTED
        self._settings = settings
        self._emitter = hardware.emitter.on(eap_connection(dashed(mac)))
        self._conversation = EapConversation(hardware, settings, self._emitter)
        self._lost = lost
        self._mac = mac
        self._active = False
        self._cause: Event | None = None
        self._link: Link | None = None
        self._authorised: Event | None = None
        self._news = trio.Event()
        self._starts = 0
        self._deadline = math.inf

    # What the boot wants of it

    @property
    def exchange(self) -> EapTlsExchange | None:
        """The last one, with its keys once it succeeded."""
        return self._conversation.exchange

    def restart(self, cause: Event) -> bool:
        """The phone starts: its end of the cable goes down and up. True where 802.1X is on, and has to be waited for."""
        self.power_off()
        self._active, self._cause = self._settings.enabled, cause
        self._settings.end.up()
        return self._active

    def power_off(self) -> None:
        """Nothing is sent or received any more; no event says that the port is lost."""
        self._active, self._authorised, self._link = False, None, None
        self.state, self._deadline = PaeState.DISCONNECTED, math.inf
        self._settings.end.down()
        self._conversation.end("closed here")

    async def wait_authorised(self) -> Event:
        """What made the port authorised, once it is."""
        await trio.lowlevel.checkpoint()
        while self._authorised is None:
            await self._news.wait()
        return self._authorised

    async def run(self) -> None:
        """Live on the cable, from link to link, until cancelled."""
        while True:
            link = self._link = await self._settings.end.wait_link()
            with contained(self._emitter, cause=self._cause) as held:
                try:
                    await self._live_on(link)
                except LinkDown:  # where the phone itself took it down, there is nothing left that this could end
                    self._conversation.end("reset")
                    self._happen(PaeEvent.LINK_DOWN, self._cause)
            if held.failed is not None:  # it may fail again at once: nothing is sent or heard until the next link
                self._active, self._deadline = False, math.inf
                await link.down.wait()

    async def _live_on(self, link: Link) -> None:
        if self._active:
            self._happen(PaeEvent.LINK_UP, self._cause)
        while True:
            with trio.move_on_at(self._deadline):
                frame = await link.receive()
                if self._active:
                    self._frame_untrusted(frame)
                continue
            self._ring()

    # What comes

    def _frame_untrusted(self, octets: bytes) -> None:
        try:
            frame = pull_frame_untrusted(octets)
            if frame.ethertype != ETHERTYPE or frame.destination not in (PAE_GROUP, self._mac):
                return
            eapol = pull_eapol_untrusted(frame.payload)
            if eapol.type != EapolType.EAP_PACKET:
                return
            packet = pull_eap_untrusted(eapol.body)
        except ProtocolError as problem:
            self._conversation.drop(str(problem), self._cause)
            return
        if packet.code == EapCode.REQUEST:
            self._request(packet)
        elif packet.code in _RESULTS:
            self._result(packet, _RESULTS[EapCode(packet.code)])

    def _request(self, packet: Eap) -> None:
        event = PaeEvent.IDENTITY if packet.type == EapType.IDENTITY else PaeEvent.REQUEST
        if next_state(self.state, event) is None:
            return
        received = EapReceived(code=packet.code, identifier=packet.identifier, type=packet.type)
        cause = self._emitter.emit(received, cause=self._cause)
        self._happen(event, cause)
        again = self._conversation.again(packet)
        answer = self._conversation.answer(packet, cause)
        if answer is not None:
            self._send(Eapol(EapolType.EAP_PACKET, push_eap(answer)))
            sent = EapResponseSent(type=int(answer.type), identifier=answer.identifier, again=again)
            self._emitter.emit(sent, cause=cause)
            self._set_timer(cause)

    def _result(self, packet: Eap, event: PaeEvent) -> None:
        if next_state(self.state, event) is None:
            return
        if self.state not in IN_CONVERSATION:
            self._conversation.end("closed here")
        elif not self._conversation.result_counts(packet):
            self._conversation.drop(f"an EAP code {packet.code} that is not due", self._cause)
            return
        exchange = self.exchange
        received = EapReceived(code=packet.code, identifier=packet.identifier)
        self._happen(event, self._emitter.emit(received, cause=exchange.why if exchange is not None else self._cause))

    # What goes by

    def _ring(self) -> None:
        """The timer of the present state went by."""
        self._conversation.end("timeout")
        if self.state is PaeState.HELD:
            self._happen(PaeEvent.HELD_WHILE, self._cause)
        elif self.state in IN_CONVERSATION:
            self._happen(PaeEvent.AUTH_WHILE, self._cause)
        else:
            event = PaeEvent.START_WHEN if self._starts < MAX_START else PaeEvent.NO_AUTHENTICATOR
            self._happen(event, self._cause)

    # What follows

    def _happen(self, event: PaeEvent, cause: Event | None) -> None:
        before, after = self.state, next_state(self.state, event)
        if after is None:
            return
        self.state = after
        if after is not before:
            step = PaeStateChanged(event_name=event.value, state=before.value, next_state=after.value)
            cause = self._emitter.emit(step, cause=cause)
        if after is PaeState.AUTHENTICATED:
            self._open(event, cause)
        elif AUTHORISED.get(after) is False:
            self._shut(event, cause)
        if after is PaeState.CONNECTING:
            self._starts = self._starts + 1 if event is PaeEvent.START_WHEN else 1
            self._send(Eapol(EapolType.START))
            self._emitter.emit(EapolStartSent(attempt=self._starts), cause=cause)
        if after in (PaeState.CONNECTING, PaeState.HELD):
            self._set_timer(cause)
        elif after not in IN_CONVERSATION:  # there it runs on until the next answer
            self._deadline = math.inf

    def _open(self, event: PaeEvent, cause: Event | None) -> None:
        exchange = self.exchange
        succeeded = Dot1xSucceeded(
            authenticator=event is PaeEvent.SUCCESS,
            kind=exchange.kind if exchange is not None else "",
            issuer=exchange.issuer if exchange is not None else NO_NAME,
            tls_version=exchange.engine.version if exchange is not None else "",
            cipher=exchange.engine.cipher if exchange is not None else "",
        )
        self._authorised = self._emitter.emit(succeeded, cause=cause)
        self._news.set()
        self._news = trio.Event()

    def _shut(self, event: PaeEvent, cause: Event | None) -> None:
        was, self._authorised = self._authorised, None
        if event is PaeEvent.FAILURE:
            cause = self._emitter.emit(_failure(self.exchange), cause=cause)
        if was is not None:
            self._lost(cause or was)

    def _set_timer(self, cause: Event | None) -> None:
        timer, seconds = _TIMERS[self.state]
        self._deadline = trio.current_time() + seconds
        self._emitter.emit(PaeTimerSet(timer=timer, seconds=seconds), cause=cause)

    def _send(self, eapol: Eapol) -> None:
        if self._link is not None:
            self._link.send(push_frame(Frame(PAE_GROUP, self._mac, ETHERTYPE, push_eapol(eapol))))


def _failure(exchange: EapTlsExchange | None) -> Dot1xFailed:
    ended = exchange.engine.ended if exchange is not None else None
    return Dot1xFailed(
        kind=exchange.kind if exchange is not None else "",
        issuer=exchange.issuer if exchange is not None else NO_NAME,
        alert=ended.alert if ended is not None else -1,
        alert_direction=ended.alert_direction if ended is not None else "",
        verify_code=getattr(ended, "verify_code", -1),
    )
