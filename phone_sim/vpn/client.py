"""A phone's VPN in one power cycle: whether it is on, the gateways in turn, the tunnel, and the connections inside it.

A phone whose VPN is on connects to its servers from the address that the gateway assigned, and only while the tunnel is up; those
connections end with it. They are TCP connections on loopback beside the tunnel, not IP packets in its data frames: assumed, as no
lab can ask for a tun device. A tunnel that broke leaves its cookie behind, and the next one begins with that; after a tunnel that
either side ended on purpose the phone logs in anew.
"""

from __future__ import annotations

import errno
import ipaddress
from collections.abc import Callable
from dataclasses import dataclass
from weakref import WeakSet

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
from phone_sim.vpn.gateway import GatewayAttempt, Reached
from pki import NO_NAME
from wire.cstp import DisconnectReason, push_disconnect
from wire.faults import contained
from wire.phone_file import PhoneFile, VpnAuthMethod, VpnGroup
from wire.streams import Transport
from wire.tunnel import Tunnel, TunnelEnd, TunnelNote

KEEP_ALIVE = 60
"""Seconds: CUCM's default for Keep Alive, which the gateway's own value overrides. The phone's file has no element for it."""

_ON_PURPOSE = frozenset({TunnelEnd.CLOSED_HERE, TunnelEnd.DISCONNECT, TunnelEnd.TERMINATE})
"""Ends after which the cookie is invalid."""


@dataclass(frozen=True, slots=True)
class _Login:
    """Where the last tunnel came from."""

    group: VpnGroup
    number: int
    cookie: str


class TunnelSession:
    """One tunnel, what is counted in it, and the connections that the phone opened inside."""

    def __init__(self, reached: Reached, connected: VpnConnected) -> None:
        self.stream = reached.stream
        self.connected = connected
        self.inside: WeakSet[Transport] = WeakSet()
        self.notes: dict[TunnelNote, int] = {}
        self.over = trio.Event()
        self.ended: VpnEnded | None = None
        self.tunnel = Tunnel(
            reached.stream,
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
    """The boot calls `ready` before each download, and `build` where that gives False. A Network while the VPN is on."""

    def __init__(self, hardware: Hardware) -> None:
        self.nursery: trio.Nursery | None = None
        """Its tunnels run in this one: the power cycle's."""
        self._hardware = hardware
        self._emitter = hardware.emitter
        self._session: TunnelSession | None = None
        self._login: _Login | None = None
        self._away = False
        """Auto network detect found the phone outside its network."""

    # Whether it is on

    @property
    def connected(self) -> VpnConnected | None:
        """None while there is no tunnel."""
        session = self._session
        return session.connected if session is not None and session.tunnel.ended is None else None

    async def ready(self) -> bool:
        """Whether the phone may connect to its servers: its VPN is off, or its tunnel is up. Ends a tunnel when the VPN is off."""
        vpn = self._hardware.flash.vpn
        if vpn.group is None or not (vpn.enabled or self._away):
            await self.hang_up()
            self._hardware.tunnel = None
            return True
        self._hardware.tunnel = self
        return self.connected is not None

    def detects(self, unreachable: ServerUnreachable) -> NetworkDetected | None:
        """Auto network detect: the TFTP did not answer, so the phone is outside its network. None where that is off.

        Assumed: a real phone pings its TFTP; here its TCP connection failed.
        """
        vpn = self._hardware.flash.vpn
        if vpn.group is None or not vpn.group.auto_net_detect or self._hardware.tunnel is not None:
            return None
        self._away = True
        found = NetworkDetected(address=unreachable.address, port=unreachable.port)
        return self._emitter.emit(found, cause=unreachable)

    def apply_config(self, file: PhoneFile, cause: Event | None) -> None:
        """Keep the file's group; it takes effect at the next download; a tunnel that is up stays."""
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
        """Try the gateways in turn, the one of the last tunnel first. Gives whether there is a tunnel, and its event.

        What gateways do is an event and a return value, never an exception.
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
            attempt = GatewayAttempt(self._hardware, group, number, cookie)
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
            tls_version=stream.tls_version,
            cipher=stream.cipher,
        )
        self._login = _Login(group, number, reached.dialogue.cookie)
        session = self._session = TunnelSession(
            reached, self._emitter.on(stream.connection).emit(connected, cause=reached.event)
        )
        assert self.nursery is not None, "a power cycle that runs has one"
        self.nursery.start_soon(self._carry, session)
        return session.connected

    async def _carry(self, session: TunnelSession) -> None:
        try:
            with contained(self._emitter, session.stream.connection, cause=session.connected):
                await self._carry_on(session)
        finally:
            session.over.set()  # a fault ends the tunnel too, and must wake who waits for its end

    async def _carry_on(self, session: TunnelSession) -> None:
        emitter = self._emitter.on(session.stream.connection)
        probe: DpdSent | None = None

        def note_dpd(note: TunnelNote) -> None:
            nonlocal probe
            if note is TunnelNote.DPD_SENT:
                probe = emitter.emit(DpdSent(), cause=session.connected)
            elif note is TunnelNote.DPD_ANSWERED:
                emitter.emit(DpdAnswered(), cause=probe)

        session.on_note = note_dpd
        try:
            try:
                ended = await session.tunnel.run()
            finally:
                for stream in sorted(session.inside, key=lambda stream: stream.connection):
                    stream.break_now()
            if ended.how in _ON_PURPOSE:
                self._login = None
            session.ended = emitter.emit(
                VpnEnded(
                    how=ended.how,
                    reason=ended.reason,
                    text=ended.text,
                    packets_dropped=session.tunnel.dropped,
                    keepalives_sent=session.notes.get(TunnelNote.KEEPALIVE_SENT, 0),
                    dpd_answered=session.notes.get(TunnelNote.DPD_CAME, 0),
                ),
                cause=probe if ended.how is TunnelEnd.DEAD_PEER else session.connected,
            )
            session.over.set()
            await session.stream.aclose()
        finally:
            session.stream.close_now()

    async def loss(self) -> VpnEnded | None:
        """The tunnel's end where it is what the phone lost; None while it is up, and where there was none."""
        session = self._session
        if session is None or session.tunnel.ended is None:
            return None
        await session.over.wait()
        return session.ended

    async def hang_up(self) -> None:
        """Send DISCONNECT to the gateway and forget the login."""
        session, self._session, self._login = self._session, None, None
        if session is not None and session.tunnel.ended is None:
            session.tunnel.close(push_disconnect(DisconnectReason.USER_LEFT, "Phone hangs up"))
            await session.over.wait()

    async def restart(self) -> None:
        """The phone starts anew: nothing is left of the VPN but what flash holds."""
        await self.hang_up()
        self._away = False
        self._hardware.tunnel = None

    def abort(self) -> None:
        """The phone's switch port is unauthorised: close the tunnel's socket without a DISCONNECT, and keep the cookie."""
        if self._session is not None:
            self._session.stream.close_now()

    # Connections inside

    async def connect(self, address: str, port: int, source: str = "") -> Transport:
        """As `Network.connect`, from the address inside the tunnel. Raises OSError: ENETDOWN without a tunnel, ENETUNREACH where
        the gateway assigned no loopback address, EACCES for a server that has none."""
        session = self._session
        if session is None or session.tunnel.ended is not None:
            raise OSError(errno.ENETDOWN, "there is no VPN tunnel")
        inner = session.connected.address
        if not _is_loopback(inner):
            raise OSError(errno.ENETUNREACH, f"this lab has no network behind {inner}")
        if not _is_loopback(address):
            raise OSError(errno.EACCES, f"{address} is no loopback address")
        stream = await self._hardware.network.connect(address, port, inner)
        session.inside.add(stream)
        if session.tunnel.finished.is_set():
            stream.break_now()  # its first read or write raises
        return stream


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
