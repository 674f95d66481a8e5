"""What a phone needs of the network it is plugged into."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from wire.tcp import TcpStream


class Network(Protocol):
    async def connect(self, address: str, port: int) -> TcpStream:
        """A connection from this phone's own address. Raises OSError where nobody answers."""


@dataclass(frozen=True, slots=True)
class Tftp:
    """Where the phone finds its configuration file: DHCP option 150 in a real network."""

    address: str
    port: int = 6970
