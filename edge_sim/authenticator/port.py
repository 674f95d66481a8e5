"""A switch port: asks its phone for an identity, carries EAP between phone and server, and opens its network or not.

Everything happens in one task, in the order in which it came: a frame, an answer of the server, a timer, or an order. The table
says what follows; the port keeps which request the phone has yet to answer.
"""

from __future__ import annotations

import math
from typing import Final

import trio

from cisco_data import PortMode
from edge_sim.authenticator.events import (
    EapolDropped,
    IdentityReceived,
    PortAuthorized,
    PortModeSet,
    PortStateChanged,
    PortUnauthorized,
)
from edge_sim.authenticator.gate import GatedNetwork, NetworkBehindPort
from edge_sim.authenticator.radius import Backend, RadiusAnswer
from edge_sim.authenticator.session import PortSession
from edge_sim.authenticator.settings import PortTimers, RadiusServer
from edge_sim.authenticator.table import PortEvent, PortState, authorised_after, next_state
from journal import Emitter, Event
from wire.cable import CableEnd, Link, LinkDown
from wire.eap import Eap, EapCode, EapType, eap_connection, pull_eap_untrusted, push_eap
from wire.eapol import ETHERTYPE, PAE_GROUP, Eapol, EapolType, dashed, pull_eapol_untrusted, push_eapol
from wire.errors import ProtocolError
from wire.ethernet import Frame, pull_frame_untrusted, push_frame
from wire.faults import contained
from wire.radius import MppeKeys, RadiusCode
from wire.udp import DatagramTap, UdpSocket

DROPPED_NOTED: Final = 32
"""So many dropped frames of one link enter the journal. Assumed."""

_CANNED: Final = {PortState.FORCE_AUTHORIZED: EapCode.SUCCESS, PortState.FORCE_UNAUTHORIZED: EapCode.FAILURE}
"""What a forced port says unasked, and to each Start."""
_ORDERED: Final = {
    PortMode.AUTO: PortEvent.AUTO,
    PortMode.FORCE_AUTHORIZED: PortEvent.FORCE_AUTHORIZED,
    PortMode.FORCE_UNAUTHORIZED: PortEvent.FORCE_UNAUTHORIZED,
    PortMode.NO_DOT1X: PortEvent.NO_DOT1X,
}


class SwitchPort:
    """One port with one phone behind it. Implements `gate.PortGate`."""

    def __init__(
        self,
        name: str,
        end: CableEnd,
        emitter: Emitter,
        *,
        mac: bytes,
        switch: str = "switch",
        address: str = "127.0.0.1",
        server: RadiusServer | None = None,
        mode: PortMode = PortMode.AUTO,
        timers: PortTimers | None = None,
        tap: DatagramTap | None = None,
    ) -> None:
        """`name`: `GigabitEthernet1/0/1`; `mac`: the port's own, six octets; `switch`: its NAS-Identifier; `address`: from where
        it asks the server; `server` None is a switch that has none configured: no identity is good enough then."""
        self.name = name
        self.mode = mode
        self.state = PortState.DOWN
        self.keys: MppeKeys | None = None
        """Of the last accept; None where it had none. A port without MACsec has no use for them."""
        self._end = end
        self._mac = mac
        self._switch = switch
        self._address = address
        self._server = server
        self._timers = PortTimers() if timers is None else timers
        self._tap = tap
        self._journal = self._emitter = emitter
        self._networks: list[GatedNetwork] = []
        self._authorized = False
        self._orders: list[tuple[PortEvent, Event | None]] = []
        self._step = trio.CancelScope()
        self._link: Link | None = None
        self._session = PortSession()
        self._deadline = math.inf
        self._last: Event | None = None

    # What others see and order

    @property
    def authorized(self) -> bool:
        """Whether anything but EAPOL goes through. A link that is down carries nothing, before the port's task knows."""
        return self._authorized and self._end.link is not None

    def network(self, behind: NetworkBehindPort) -> GatedNetwork:
        """What the phone on this port has of the network behind it."""
        gated = GatedNetwork(behind, self)
        self._networks.append(gated)
        return gated

    def set_mode(self, mode: PortMode) -> None:
        """`authentication port-control ...`; it counts at once."""
        self.mode = mode
        self._order(_ORDERED[mode], self._emitter.emit(PortModeSet(port=self.name, mode=mode.value)))

    def _order(self, order: PortEvent, cause: Event | None) -> None:
        if self._link is not None:
            self._orders.append((order, cause))
            self._step.cancel()

    async def run(self) -> None:
        """Live until cancelled. Raises OSError where the address is none of this machine's."""
        socket = UdpSocket(self._address, tap=self._tap)
        backend = Backend(self.name, self._switch, self._mac, self._server, socket)
        self._end.up()
        try:
            while True:
                link = await self._end.wait_link()
                with contained(self._journal) as held:
                    try:
                        await self._live_on(link, backend)
                    except LinkDown:
                        self._happen(PortEvent.LINK_DOWN, self._last)
                if held.failed is not None:  # it may fail again at once: this link is served no more
                    self.state, self._deadline = PortState.DOWN, math.inf
                    with contained(self._journal):
                        if self._authorized:
                            self._turn(False, PortEvent.LINK_DOWN, held.failed)
                    await link.down.wait()
        finally:
            socket.close()
            self._end.down()
            self._link, self._authorized, self.state = None, False, PortState.DOWN
            for network in self._networks:
                network.leave()

    async def _live_on(self, link: Link, backend: Backend) -> None:
        self._link, self._session, self._emitter, self._last = link, PortSession(), self._journal, None
        self._orders = [(_ORDERED[self.mode], None)]
        try:
            while True:
                while self._orders:
                    self._happen(*self._orders.pop(0))
                with trio.CancelScope(deadline=self._deadline) as self._step:
                    if self._session.asking:
                        await self._ask(link, backend)
                    else:
                        self._frame_untrusted(await link.receive())
                    continue
                if not self._orders:
                    self._ring()
        finally:
            self._link = None

    # The phone

    def _frame_untrusted(self, octets: bytes) -> None:
        session = self._session
        try:
            frame = pull_frame_untrusted(octets)
            if self.mode is PortMode.NO_DOT1X or frame.ethertype != ETHERTYPE:
                return
            if session.phone and frame.source != session.phone:
                raise ProtocolError(f"EAPOL from {dashed(frame.source)}, a second device on the port")
            eapol = pull_eapol_untrusted(frame.payload)
            packet = pull_eap_untrusted(eapol.body) if eapol.type == EapolType.EAP_PACKET else None
        except ProtocolError as problem:
            session.dropped += 1
            if session.dropped <= DROPPED_NOTED:
                self._emitter.emit(EapolDropped(port=self.name, error=str(problem)), cause=self._last)
            return
        if not session.phone:
            session.phone = frame.source
            self._emitter = self._journal.on(eap_connection(dashed(frame.source)))
        if eapol.type == EapolType.START:
            self._happen(PortEvent.START, self._last)
        elif eapol.type == EapolType.LOGOFF:
            self._happen(PortEvent.LOGOFF, self._last)
        elif packet is not None and packet.code == EapCode.RESPONSE:
            self._response(packet, eapol.body)

    def _response(self, packet: Eap, octets: bytes) -> None:
        session = self._session
        if not session.request or packet.identifier != session.identifier:
            return  # an answer that came before, most likely, to a request that was repeated
        if self.state is PortState.CONNECTING:
            if packet.type != EapType.IDENTITY:
                return
            session.identity, session.radius_state = packet.data, None
            text = packet.data.decode("utf-8", "replace")
            received = IdentityReceived(port=self.name, mac=dashed(session.phone), identity=text)
            self._last = self._emitter.emit(received, cause=self._last)
            self._happen(PortEvent.IDENTITY, self._last)
        elif self.state is not PortState.AUTHENTICATING:
            return
        session.request, session.asking = b"", octets
        self._deadline = math.inf

    def _say(self, octets: bytes) -> None:
        """An EAP packet to the phone."""
        session = self._session
        session.identifier = octets[1]
        if self._link is not None:
            eapol = push_eapol(Eapol(EapolType.EAP_PACKET, octets))
            self._link.send(push_frame(Frame(session.phone or PAE_GROUP, self._mac, ETHERTYPE, eapol)))

    def _request(self, octets: bytes, patience: float) -> None:
        session = self._session
        session.sent = session.sent + 1 if octets == session.request else 1
        session.request = octets
        self._deadline = trio.current_time() + patience
        self._say(octets)

    # The server

    async def _ask(self, link: Link, backend: Backend) -> None:
        session = self._session
        answer, cause = await backend.ask(session, link, self._emitter, self._last)
        session.asking = b""
        if answer is None:
            self._finish(PortEvent.SERVER_DEAD, None, cause)
        elif answer.code == RadiusCode.ACCESS_CHALLENGE:
            session.radius_state = answer.state
            self._request(answer.octets, self._timers.supp_timeout)
        else:
            accepted = answer.code == RadiusCode.ACCESS_ACCEPT
            self._finish(PortEvent.ACCEPT if accepted else PortEvent.REJECT, answer, cause)

    def _finish(self, event: PortEvent, answer: RadiusAnswer | None, cause: Event) -> None:
        """Tell the phone how it ended, in the server's words where it has some, and go by it."""
        if answer is not None and answer.octets:
            self._say(answer.octets)
        else:
            self._say(push_eap(Eap(EapCode.FAILURE, self._session.identifier)))
        if event is PortEvent.ACCEPT and answer is not None:
            self.keys = answer.keys
        self._happen(event, cause)

    # The table

    def _ring(self) -> None:
        """The timer of the present state went by."""
        session, timers = self._session, self._timers
        if self.state is PortState.CONNECTING:
            again = session.sent <= timers.max_reauth_req
            self._happen(PortEvent.ASK_AGAIN if again else PortEvent.NO_SUPPLICANT, self._last)
        elif self.state is PortState.AUTHENTICATING and session.sent <= timers.max_req:
            self._request(session.request, timers.supp_timeout)
        elif self.state is PortState.AUTHENTICATING:
            self._happen(PortEvent.PHONE_SILENT, self._last)
        elif self.state is PortState.AUTHENTICATED:
            self._happen(PortEvent.REAUTHENTICATE, self._last)
        else:
            self._happen(PortEvent.QUIET_OVER, self._last)

    def _happen(self, event: PortEvent, cause: Event | None) -> None:
        before, after = self.state, next_state(self.state, event)
        if after is None:
            return
        self.state = after
        refused = event is PortEvent.START and after is PortState.FORCE_UNAUTHORIZED
        if (
            after is not before or refused
        ):  # a phone that is refused without being asked meets nothing else that tells why
            step = PortStateChanged(port=self.name, state=before.value, event_name=event.value, next_state=after.value)
            self._last = cause = self._emitter.emit(step, cause=cause)
        self._deadline = math.inf
        self._enter(after, again=after is before and event is not PortEvent.NO_SUPPLICANT)
        authorized = authorised_after(event, after)
        if authorized is not None and (authorized is not self._authorized or after is PortState.AUTHENTICATED):
            self._turn(authorized, event, cause)

    def _enter(self, state: PortState, *, again: bool) -> None:
        """What a state begins with. `again`: it asks the same once more, since the answer may have been lost."""
        session, timers = self._session, self._timers
        if state is PortState.CONNECTING:
            session.asking = b""
            if not again:
                session.identifier = (session.identifier + 1) % 256
                session.request = push_eap(Eap(EapCode.REQUEST, session.identifier, EapType.IDENTITY))
                session.sent = 0
            self._request(session.request, timers.tx_period)
        elif state is PortState.HELD:
            self._deadline = trio.current_time() + timers.quiet_period
        elif state is PortState.AUTHENTICATED and timers.reauthenticate_after is not None:
            self._deadline = trio.current_time() + timers.reauthenticate_after
        elif state in _CANNED:
            session.asking = b""
            session.identifier = (session.identifier + 1) % 256
            self._say(push_eap(Eap(_CANNED[state], session.identifier)))
        if state is not PortState.CONNECTING and state is not PortState.AUTHENTICATING:
            session.request = session.asking = b""

    def _turn(self, authorized: bool, event: PortEvent, cause: Event | None) -> None:
        was, self._authorized = self._authorized, authorized
        session = self._session
        mac = dashed(session.phone)
        if authorized:
            asked = event is PortEvent.ACCEPT
            opened = PortAuthorized(
                port=self.name,
                mac=mac,
                identity=session.identity.decode("utf-8", "replace") if asked else "",
                why=event.value,
                keys=asked and self.keys is not None,
            )
            self._last = self._emitter.emit(opened, cause=cause)
        else:
            self._last = self._emitter.emit(PortUnauthorized(port=self.name, mac=mac, why=event.value), cause=cause)
        if authorized is not was:
            for network in self._networks:
                network.moved()
