"""The switch that phones with 802.1X are plugged into: a port and a cable for each."""

from __future__ import annotations

from typing import Protocol, runtime_checkable

from cisco_data import PortMode
from edge_sim.authenticator.port import SwitchPort
from edge_sim.authenticator.settings import RadiusServer
from journal import Journal
from wire.cable import Cable, FrameTap
from wire.tcp import Tap
from wire.udp import DatagramTap

NAME = "switch"


@runtime_checkable
class EdgeTap(Tap, DatagramTap, FrameTap, Protocol):
    """A capture that sees connections, datagrams and Ethernet frames."""


class Switch:
    """One switch with as many ports as phones are plugged into it."""

    def __init__(self, journal: Journal, address: str, secret: bytes, tap: EdgeTap | None = None) -> None:
        """`address` is its own, from which it asks authentication servers with the shared `secret`."""
        self.address = address
        self.secret = secret
        self.ports: dict[str, SwitchPort] = {}
        """By device name."""
        self._emitter = journal.emitter(NAME)
        self._tap = tap

    def plug_in(self, device_name: str, address: str, port: int) -> tuple[Cable, SwitchPort]:
        """A cable to a port of its own, which asks the authentication server at that address and port once its `run` is started."""
        cable = Cable(self._tap)
        number = len(self.ports) + 1
        made = self.ports[device_name] = SwitchPort(
            f"GigabitEthernet1/0/{number}",
            cable.switch,
            self._emitter,
            mac=bytes.fromhex("0200000000") + bytes([number % 256]),
            switch=NAME,
            address=self.address,
            server=RadiusServer(address, self.secret, port),
            mode=PortMode.AUTO,
            tap=self._tap,
        )
        return cable, made
