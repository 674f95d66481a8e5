"""The authentication server as a service on UDP 1812. Its trust can change while it runs, and counts from its next start."""

from __future__ import annotations

from collections.abc import Mapping

from edge_sim.authentication_server.service import AuthenticationServer
from edge_sim.authentication_server.settings import NetworkDevice, ServerSettings, eap_tls
from edge_sim.trust_events import EdgeTrustChanged, changed, trust_changed
from journal import Actor, Journal
from pki import Certificate, Identity, TrustStore
from wire.service import InUse, Run, Service
from wire.tls import TlsVersion
from wire.tls.context import KeyLog
from wire.udp import DatagramTap, UdpSocket


class RadiusService(Service):
    """One authentication server."""

    def __init__(
        self,
        name: str,
        *,
        identity: Identity,
        trust: TrustStore,
        minimum_tls: TlsVersion,
        checks_names: bool,
        network_devices: Mapping[str, NetworkDevice],
        journal: Journal,
        address: str,
        port: int,
        tap: DatagramTap | None = None,
        keylog: KeyLog | None = None,
    ) -> None:
        """`identity`, `trust` and `minimum_tls` are read at each start, and can be replaced for the next one."""
        super().__init__(name)
        self.identity = identity
        self.trust = trust
        self.minimum_tls = minimum_tls
        self.checks_names = checks_names
        self.address = address
        self.port = port
        self._network_devices = network_devices
        self._emitter = journal.emitter(Actor.of(name, "radius"))
        self._administrator = journal.emitter(Actor.of(name, "administration"))
        self._tap = tap
        self._keylog = keylog

    def change_trust(self, certificate: Certificate, *, trusted: bool) -> EdgeTrustChanged:
        """Import a certificate, or remove one. Raises NotHeld for one that is not there."""
        self.trust = changed(self.trust, certificate, trusted, self.name)
        return trust_changed(self._administrator, self.name, certificate, trusted, f"restart of {self.name}")

    def _begin(self) -> Run:
        tls = eap_tls(self.minimum_tls)
        settings = ServerSettings(
            self.identity, self.trust, self._network_devices, tls, check_identity=self.checks_names
        )
        server = AuthenticationServer(settings, self._emitter, keylog=self._keylog)
        socket = UdpSocket(self.address, self.port, tap=self._tap)
        server.begin(socket)  # here and not in its task: all services listen before the first step of a story
        return Run(InUse(self.trust, self.identity, self.minimum_tls), lambda: server.serve(socket), socket.close)
