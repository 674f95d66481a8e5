"""The other doors of a lab as services: authentication servers with the switch in front of them, and VPN gateways."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Protocol, runtime_checkable

import trio

from cisco_data import PortMode
from cucm_sim.administration import AdministrationError
from edge_sim.authentication_server import AuthenticationServer, NetworkDevice, ServerSettings, eap_tls
from edge_sim.authenticator import RadiusServer, SwitchPort
from edge_sim.trust_events import EdgeTrustChanged
from edge_sim.vpn_gateway import GatewaySettings, Trustpoints, TunnelGroup, VpnGateway
from journal import Emitter, Journal
from pki import Certificate, Identity, TrustStore, names_of, read
from wire.cable import Cable, FrameTap
from wire.radius import PORT as RADIUS_PORT
from wire.tcp import Tap
from wire.tls import TlsVersion
from wire.tls.context import KeyLog
from wire.udp import DatagramTap, UdpSocket

__all__ = ["RADIUS_PORT", "EdgeTap", "LabGateway", "LabRadius", "LabSwitch"]

_SECRET = b"between switch and server"
_SWITCH = "switch"
GROUP_PATH = "/phones"
"""Of the gateway's tunnel group for phones."""


@runtime_checkable
class EdgeTap(Tap, DatagramTap, FrameTap, Protocol):
    """A capture that sees connections, datagrams and Ethernet frames."""


class LabRadius:
    """One authentication server. Its trust can change while it runs, and counts from its next start."""

    def __init__(
        self,
        name: str,
        *,
        identity: Identity,
        trusted: Iterable[Certificate],
        minimum_tls: TlsVersion,
        checks_names: bool,
        journal: Journal,
        address: str,
        port: int,
        switch_address: str,
        tap: DatagramTap | None = None,
        keylog: KeyLog | None = None,
    ) -> None:
        self.name = name
        self.identity = identity
        self.address = address
        self.port = port
        self.trust = TrustStore(f"trusted certificates of {name}", trusted)
        self.settings_in_use: ServerSettings | None = None
        """As of its last start; None before the first."""
        self._tls = eap_tls(minimum_tls)
        self._checks_names = checks_names
        self._emitter = journal.emitter(f"{name}/radius")
        self._administrator = journal.emitter(f"{name}/administration")
        self._devices = {switch_address: NetworkDevice(_SWITCH, _SECRET)}
        self._tap = tap
        self._keylog = keylog
        self._running: tuple[trio.CancelScope, trio.Event] | None = None

    @property
    def started(self) -> bool:
        return self._running is not None

    @property
    def settings(self) -> ServerSettings:
        """What it would read if it started now."""
        return ServerSettings(self.identity, self.trust, self._devices, self._tls, check_identity=self._checks_names)

    def set_minimum_tls(self, version: TlsVersion) -> None:
        """Counts from its next start."""
        self._tls = eap_tls(version)

    def change_trust(self, certificate: Certificate, *, trusted: bool) -> EdgeTrustChanged:
        """Import a certificate, or remove one. Raises AdministrationError for one that is not there."""
        self.trust = _changed(self.trust, certificate, trusted, self.name)
        return _noted(self._administrator, self.name, certificate, trusted, f"restart of {self.name}")

    def start(self, nursery: trio.Nursery) -> None:
        """Read the trust and answer from now on. Raises OSError where the address is taken, RuntimeError when started."""
        if self._running is not None:
            raise RuntimeError(f"{self.name} is started already")
        settings = self.settings
        self.settings_in_use = settings
        server = AuthenticationServer(settings, self._emitter, keylog=self._keylog)
        socket = UdpSocket(self.address, self.port, tap=self._tap)
        scope, ended = trio.CancelScope(), trio.Event()
        self._running = scope, ended
        server.begin(socket)  # here and not in its task: all services listen before the first step of a story

        async def run() -> None:
            try:
                with scope:
                    await server.serve(socket)
            finally:
                socket.close()
                ended.set()

        nursery.start_soon(run)

    async def stop(self) -> None:
        """No effect when stopped."""
        running, self._running = self._running, None
        if running is not None:
            scope, ended = running
            scope.cancel()
            await ended.wait()


class LabSwitch:
    """The switch that all phones with 802.1X are plugged into: a port and a cable for each."""

    def __init__(self, journal: Journal, address: str, tap: EdgeTap | None = None) -> None:
        self.address = address
        self.ports: dict[str, SwitchPort] = {}
        """By device name."""
        self._emitter = journal.emitter(_SWITCH)
        self._tap = tap

    def plug_in(self, device_name: str, server: LabRadius) -> tuple[Cable, SwitchPort]:
        """A cable to a port of its own, which asks that server once its `run` is started."""
        cable = Cable(self._tap)
        number = len(self.ports) + 1
        port = self.ports[device_name] = SwitchPort(
            f"GigabitEthernet1/0/{number}",
            cable.switch,
            self._emitter,
            mac=bytes.fromhex("0200000000") + bytes([number % 256]),
            switch=_SWITCH,
            address=self.address,
            server=RadiusServer(server.address, _SECRET, server.port),
            mode=PortMode.AUTO,
            tap=self._tap,
        )
        return cable, port


class LabGateway:
    """One VPN gateway. Trust counts at once, as an ASA's does; a new certificate from the restart on."""

    def __init__(
        self,
        name: str,
        *,
        identity: Identity,
        trusted: Iterable[Certificate],
        host: str,
        address: str,
        port: int,
        pool: tuple[str, ...],
        journal: Journal,
        tap: Tap | None = None,
        keylog: KeyLog | None = None,
    ) -> None:
        """`pool`: the addresses of phones inside."""
        self.name = name
        self.identity = identity
        self.host = host
        self.address = address
        self.port = port
        self._pool = pool
        self._trusted = TrustStore(name, trusted)
        self._emitter = journal.emitter(f"{name}/vpn")
        self._administrator = journal.emitter(f"{name}/administration")
        self._tap = tap
        self._keylog = keylog
        self._gateway: VpnGateway | None = None
        self.identity_in_use: Identity | None = None
        """As of its last start; None before the first."""

    @property
    def trust(self) -> TrustStore:
        """The certificates of all its trustpoints."""
        return self._trusted

    @property
    def url(self) -> str:
        """For phones."""
        return f"https://{self.host}{'' if self.port == 443 else f':{self.port}'}{GROUP_PATH}"

    @property
    def started(self) -> bool:
        return self._gateway is not None

    def change_trust(self, certificate: Certificate, *, trusted: bool) -> EdgeTrustChanged:
        """A trustpoint more or less. Raises AdministrationError for one that is not there."""
        self._trusted = _changed(self._trusted, certificate, trusted, self.name)
        event = _noted(self._administrator, self.name, certificate, trusted, "at once")
        if self._gateway is not None:
            self._gateway.set_trustpoints(self._trustpoints(), event)
        return event

    def _trustpoints(self) -> Trustpoints:
        """One for each certificate, named as its authority; of a second one of that name the serial number tells it apart."""
        named: dict[str, Certificate] = {}
        for certificate in self._trusted:
            name = read(certificate).subject.cn.replace(" ", "_")
            named[name if name not in named else f"{name}_{read(certificate).serial_number:x}"] = certificate
        return Trustpoints(TrustStore(name, [certificate]) for name, certificate in named.items())

    def start(self, nursery: trio.Nursery) -> None:
        """Raises OSError where the address is taken, RuntimeError when started."""
        if self._gateway is not None:
            raise RuntimeError(f"{self.name} is started already")
        settings = GatewaySettings(self.identity, (TunnelGroup("phones", GROUP_PATH),), self._pool)
        gateway = VpnGateway(settings, self._trustpoints(), self._emitter, tap=self._tap, keylog=self._keylog)
        gateway.start(nursery, self.address, self.port)
        self._gateway, self.identity_in_use = gateway, self.identity

    async def stop(self) -> None:
        """No effect when stopped."""
        gateway, self._gateway = self._gateway, None
        if gateway is not None:
            await gateway.stop()


def _changed(trust: TrustStore, certificate: Certificate, trusted: bool, server: str) -> TrustStore:
    try:
        return trust.with_certificate(certificate) if trusted else trust.without(certificate)
    except KeyError:
        raise AdministrationError(f"{server} does not hold {read(certificate).subject.cn}.") from None


def _noted(
    administrator: Emitter, server: str, certificate: Certificate, trusted: bool, takes_effect: str
) -> EdgeTrustChanged:
    return administrator.emit(
        EdgeTrustChanged(
            server=server,
            change="trusted" if trusted else "distrusted",
            subject=names_of(certificate).subject,
            serial_number=f"{read(certificate).serial_number:x}",
            takes_effect=takes_effect,
        )
    )
