"""A block of loopback addresses for one lab, so that a capture reads like a network.

Each server gets an address of its own with its standard ports, each phone an address of its own. Where the system has
only 127.0.0.1 (macOS), all share it: servers then take ports of their own below the ephemeral range, and phones none.
"""

from __future__ import annotations

import errno
import socket
import sys

from lab.base.failures import MachineCannot

STANDARD_PORTS = (2000, 2443, 2445, 3804, 6970, 6971, 6972, 8443)
"""SCCP, SCCP over TLS, CAPF, TFTP over HTTP."""
_BLOCKS = [(x, y) for x in range(77, 127) for y in range(256)]
_FIRST_FREE_PORT, _LAST_FREE_PORT = 20000, 32000
"""Below 32768, where the kernel picks ports for clients."""


class NoAddress(MachineCannot):
    """This machine has no room for a lab."""


class AddressPlan:
    """The addresses of a lab that is described and never run: those of the first block, with standard ports. It opens no socket."""

    binds = False
    """Whether what has such an address will listen there."""
    prefix = "127.{}.{}".format(*_BLOCKS[0])
    """Of the block; empty where all share 127.0.0.1."""

    def __init__(self) -> None:
        self._servers = 0
        self._phones = 0

    def server(self) -> str:
        """An address for one more server. Raises NoAddress beyond 99 of them."""
        self._servers += 1
        if self._servers > 99:
            raise NoAddress("a lab has room for 99 servers")
        return f"{self.prefix}.{self._servers}" if self.prefix else "127.0.0.1"

    def phone(self) -> str:
        """An address for one more phone; from the 150th on they share the first ones again, ports tell them apart."""
        host = 100 + self._phones % 150
        self._phones += 1
        return f"{self.prefix}.{host}" if self.prefix else "127.0.0.1"

    @property
    def workstation(self) -> str:
        """The address of an administrator's workstation in this network."""
        return f"{self.prefix}.250" if self.prefix else "127.0.0.1"

    def port(self, standard: int) -> int:
        """The port for a server's service."""
        return standard

    def privileged(self, address: str, standard: int, instead: int, *, datagrams: bool = False) -> int:
        """The port for a service below 1024."""
        return standard


class Block(AddressPlan):
    """127.x.y.0/24, held for this lab as long as it is open. Another lab, in this process or not, takes another one."""

    binds = True

    def __init__(self) -> None:
        """Takes the first free block. Raises NoAddress, also where the loopback interface is down."""
        check_loopback()
        super().__init__()
        self._held: socket.socket | None = None
        self._ports = iter(range(_FIRST_FREE_PORT, _LAST_FREE_PORT))
        self.prefix = ""
        if sys.platform == "linux":
            self._take()

    def _take(self) -> None:
        for x, y in _BLOCKS:
            prefix = f"127.{x}.{y}"
            held = _hold(f"{prefix}.254")
            if held is None:
                continue
            if all(_is_free(f"{prefix}.{host}", port) for host in (1, 2) for port in STANDARD_PORTS):
                self.prefix, self._held = prefix, held
                return
            held.close()
        x, y = _BLOCKS[0]
        raise NoAddress(f"all {len(_BLOCKS)} loopback blocks from 127.{x}.{y}.0/24 on are taken, by other labs perhaps")

    def close(self) -> None:
        """Give the block back."""
        if self._held is not None:
            self._held.close()
            self._held = None

    def port(self, standard: int) -> int:
        """The standard one where each server has its address, else a free one. Raises NoAddress."""
        if self.prefix:
            return standard
        for port in self._ports:
            if _is_free("127.0.0.1", port):
                return port
        raise NoAddress("no port between 20000 and 32000 is free on 127.0.0.1")

    def privileged(self, address: str, standard: int, instead: int, *, datagrams: bool = False) -> int:
        """The standard one where this user may have it, of UDP for `datagrams`. Raises NoAddress as `port` does."""
        if not self.prefix:
            return self.port(standard)
        try:
            return standard if _is_free(address, standard, datagrams=datagrams) else instead
        except NoAddress:
            return instead

    def __enter__(self) -> Block:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def check_loopback() -> None:
    """Ask for the route to 127.0.0.1, which sends nothing: a system may let listen on an interface that is down.

    Raises NoAddress where there is none.
    """
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("127.0.0.1", STANDARD_PORTS[0]))
        except OSError as error:
            raise NoAddress(
                f"127.0.0.1 cannot be reached ({error.strerror}): is the loopback interface down?"
            ) from None


def _is_free(address: str, port: int, *, datagrams: bool = False) -> bool:
    with socket.socket(type=socket.SOCK_DGRAM if datagrams else socket.SOCK_STREAM) as probe:
        if not datagrams:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, True)
        try:
            probe.bind((address, port))
        except OSError as error:
            if error.errno in (errno.EADDRINUSE, errno.EADDRNOTAVAIL):
                return False
            raise NoAddress(f"{address} port {port} cannot be used here: {error.strerror}") from None
    return True


def _hold(address: str) -> socket.socket | None:
    """A socket that marks the block as taken for other labs; None where it is."""
    mark = socket.socket()
    try:
        mark.bind((address, STANDARD_PORTS[0]))
    except OSError:
        mark.close()
        return None
    return mark
