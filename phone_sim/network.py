"""What a phone needs of the network it is plugged into."""

from __future__ import annotations

import ipaddress
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from wire.streams import Transport


class Network(Protocol):
    async def connect(self, address: str, port: int, source: str = "") -> Transport:
        """A connection from `source`, an address that the phone has inside a tunnel; from its own address where that is empty.

        Raises OSError where nothing answers.
        """


Resolver = Callable[[str], str | None]
"""The address of a host name, None for one that the network does not know."""


def addresses_only(host: str) -> str | None:
    """The resolver of a network without DNS: an address is its own name, and there are no others."""
    try:
        return str(ipaddress.ip_address(host))
    except ValueError:
        return None


@dataclass(frozen=True, slots=True)
class TftpAddress:
    """Where the phone finds its configuration file: DHCP option 150 in a real network."""

    address: str
    port: int = 6970
    """Of HTTP."""
    second: TftpAddress | None = None
    """The TFTP server that it asks where the first one does not answer."""
    tftp_port: int | None = None
    """Of TFTP over UDP; None where the server does not offer it."""
    https_port: int | None = None
    """Of HTTPS, 6971; None where the server does not offer it."""
    host_name: str = ""
    """By which the trust lists know it."""

    @property
    def servers(self) -> tuple[TftpAddress, ...]:
        """This one and the second, where there is one."""
        return (self,) if self.second is None else (self, self.second)
