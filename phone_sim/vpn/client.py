"""A phone's VPN in one power cycle: whether it is wanted, the gateways in turn, the tunnel while it is up, and the way through it.

A phone whose VPN is on never speaks past it: without a tunnel its servers are out of reach. A tunnel that broke leaves its cookie
behind, and the next one begins with that; one that either side ended on purpose begins with a login.
"""

from __future__ import annotations

import errno
from collections.abc import Callable
from dataclasses import dataclass

import trio

from journal import Event
from phone_sim.events import ServerUnreachable
from phone_sim.hardware import Hardware
from phone_sim.vpn.events import (
    DpdAnswered,
    DpdSent,
    NetworkDetected,
    VpnConnected,
    VpnEnded,
    VpnFailed,
    VpnGroupStored,
    VpnNotAttempted,
    VpnObstacle,
)
from phone_sim.vpn.gateway import Attempt, Reached
from pki import NO_NAME
from wire.cstp import DisconnectReason, push_disconnect
from wire.faults import contained
from wire.phone_file import PhoneFile, VpnAuthMethod, VpnGroup
from wire.streams import Transport
from wire.tunnel import Tunnel, TunnelEnd, TunnelNote

KEEP_ALIVE = 60
"""Seconds: CUCM's default for Keep Alive, which the gateway's own value overrides. The phone's file has no element for it."""

_ON_PURPOSE = frozenset({TunnelEnd.CLOSED_HERE, TunnelEnd.DISCONNECT, TunnelEnd.TERMINATE})
"""Ends after which the gateway knows the cookie no more."""


@dataclass(frozen=True, slots=True)
class _Login:
    """Where the last tunnel came from."""

    group: VpnGroup
    number: int
    cookie: str


class _Life:
    """One tunnel with what is counted in it."""

    def __init__(self, reached: Reached, connected: VpnConnected) -> None:
        self.stream = reached.stream
        self.connected = connected
        self.notes: dict[TunnelNote, int] = {}
        self.over = trio.Event()
        self.ended: VpnEnded | None = None
        self.tunnel = Tunnel(
            reached.stream,
            client=True,
            mtu=connected.mtu,
            dpd=connected.dpd,
            keepalive=connected.keepalive,
            first=reached.dialogue.trailing,
            note=self._count,
        )
        self.on_note: Callable[[TunnelNote], None] = lambda note: None

    def _count(self, note: TunnelNote) -> None:
        self.notes[note] = self.notes.get(note, 0) + 1
        self.on_note(note)


class VpnClient:
    """The boot asks `ready` before each download and calls `build` where that says no; a Network of its own besides."""

    def __init__(self, hardware: Hardware) -> None:
        self.nursery: trio.Nursery | None = None
        """Where its tunnels live: the power cycle's."""
        self._hardware = hardware
        self._emitter = hardware.emitter
        self._life: _Life | None = None
        self._login: _Login | None = None
        self._away = False
        """Auto network detect found the phone away from home."""

    # Whether it is wanted

    @property
    def connected(self) -> VpnConnected | None:
        """None while there is no tunnel."""
        life = self._life
        return life.connected if life is not None and life.tunnel.ended is None else None

    async def ready(self) -> bool:
        """Whether the phone may turn to its servers: it wants no VPN, or has its tunnel. Hangs up one that nobody wants."""
        vpn = self._hardware.flash.vpn
        if vpn.group is None or not (vpn.enabled or self._away):
            await self.hang_up()
            self._hardware.tunnel = None
            return True
        self._hardware.tunnel = self
        return self.connected is not None

    def detects(self, unreachable: ServerUnreachable) -> NetworkDetected | None:
        """Auto network detect: the TFTP did not answer, so the phone is not at home. None where that is switched off.

        A real phone pings its TFTP; here its TCP connection did not come up, which is ours.
        """
        vpn = self._hardware.flash.vpn
        if vpn.group is None or not vpn.group.auto_net_detect or self._hardware.tunnel is not None:
            return None
        self._away = True
        found = NetworkDetected(address=unreachable.address, port=unreachable.port)
        return self._emitter.emit(found, cause=unreachable)

    def obey(self, file: PhoneFile, cause: Event | None) -> None:
        """Keep the file's group; it counts from the next download on, a tunnel that is up stays."""
        vpn = self._hardware.flash.vpn
        if vpn.group == file.vpn_group:
            return
        vpn.group = group = file.vpn_group
        stored = VpnGroupStored(
            urls=group.urls if group is not None else (),
            cert_hashes=tuple(digest.hex() for digest in group.cert_hashes) if group is not None else (),
        )
        self._emitter.emit(stored, cause=cause)

    # The tunnel

    async def build(self, cause: Event | None) -> tuple[bool, Event]:
        """Try the gateways in turn, the one of the last tunnel first. Gives whether there is a tunnel, and the event that says so.

        Whatever gateways do is an event and a return, never an exception.
        """
        group = self._hardware.flash.vpn.group
        assert group is not None
        if group.auth_method is not VpnAuthMethod.CERTIFICATE:
            return False, self._emitter.emit(VpnNotAttempted(obstacle=VpnObstacle.PASSWORD), cause=cause)
        login, self._login = self._login, None
        held = {login.number: login.cookie} if login is not None and login.group == group else {}
        numbers = sorted(range(1, len(group.urls) + 1), key=lambda number: number not in held)
        last = cause
        for number in numbers:
            cookie = held.get(number, "")
            attempt = Attempt(self._hardware, group, number, cookie)
            outcome = await attempt.run(last)
            if isinstance(outcome, Reached):
                return True, self._begin(outcome, group, number, resumed=bool(cookie))
            if cookie and not attempt.cookie_sent:
                self._login = login
            last = outcome
        self._away = False
        return False, self._emitter.emit(VpnFailed(tried=len(numbers)), cause=last)

    def _begin(self, reached: Reached, group: VpnGroup, number: int, *, resumed: bool) -> VpnConnected:
        offer, choice, stream = reached.dialogue.offer, reached.choice, reached.stream
        assert offer is not None
        connected = VpnConnected(
            url=group.urls[number - 1],
            kind=choice.kind.value if choice is not None else "",
            issuer=choice.event.issuer if choice is not None else NO_NAME,
            resumed=resumed and not reached.dialogue.logged_in,
            address=offer.address,
            mtu=min(offer.mtu, group.mtu),
            dpd=offer.dpd,
            keepalive=offer.keepalive or KEEP_ALIVE,
            relays=offer.relays,
            tls_version=stream.tls_version,
            cipher=stream.cipher,
        )
        self._login = _Login(group, number, reached.dialogue.cookie)
        life = self._life = _Life(reached, self._emitter.on(stream.connection).emit(connected, cause=reached.event))
        assert self.nursery is not None, "a power cycle that runs has one"
        self.nursery.start_soon(self._carry, life)
        return life.connected

    async def _carry(self, life: _Life) -> None:
        try:
            with contained(self._emitter, life.stream.connection, cause=life.connected):
                await self._carry_on(life)
        finally:
            life.over.set()  # a fault ends the tunnel too, and nobody may wait for it any more

    async def _carry_on(self, life: _Life) -> None:
        pen = self._emitter.on(life.stream.connection)
        probe: DpdSent | None = None

        def tell(note: TunnelNote) -> None:
            nonlocal probe
            if note is TunnelNote.DPD_SENT:
                probe = pen.emit(DpdSent(), cause=life.connected)
            elif note is TunnelNote.DPD_ANSWERED:
                pen.emit(DpdAnswered(), cause=probe)

        life.on_note = tell
        try:
            ended = await life.tunnel.run()
            if ended.how in _ON_PURPOSE:
                self._login = None
            life.ended = pen.emit(
                VpnEnded(
                    how=ended.how,
                    reason=ended.reason,
                    text=ended.text,
                    packets_dropped=life.tunnel.dropped,
                    keepalives_sent=life.notes.get(TunnelNote.KEEPALIVE_SENT, 0),
                    dpd_answered=life.notes.get(TunnelNote.DPD_CAME, 0),
                ),
                cause=probe if ended.how is TunnelEnd.DEAD_PEER else life.connected,
            )
            life.over.set()
            await life.stream.aclose()
        finally:
            life.stream.close_now()

    async def loss(self) -> VpnEnded | None:
        """The tunnel's end where it is what the phone lost; None while it is up, and where there was none."""
        life = self._life
        if life is None or life.tunnel.ended is None:
            return None
        await life.over.wait()
        return life.ended

    async def hang_up(self) -> None:
        """Say goodbye to the gateway and forget the login."""
        life, self._life, self._login = self._life, None, None
        if life is not None and life.tunnel.ended is None:
            life.tunnel.close(push_disconnect(DisconnectReason.USER_LEFT, "Phone hangs up"))
            await life.over.wait()

    async def restart(self) -> None:
        """The phone starts anew: nothing is left of the VPN but what flash holds."""
        await self.hang_up()
        self._away = False
        self._hardware.tunnel = None

    def abort(self) -> None:
        """The phone's port is closed: the tunnel's socket dies without a word, its cookie stays."""
        if self._life is not None:
            self._life.stream.close_now()

    # The way through it

    async def connect(self, address: str, port: int) -> Transport:
        """As `Network.connect`, through the tunnel. Raises OSError where there is none."""
        if self._life is None:
            raise OSError(errno.ENETDOWN, "there is no VPN tunnel")
        if not self._life.connected.relays:
            raise OSError(errno.ENETUNREACH, "this gateway wants IP packets, which the phone has not")
        return await self._life.tunnel.connect(address, port)
