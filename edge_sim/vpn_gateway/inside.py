"""What lies behind the gateway, as far as it needs to know: somewhere to open connections to."""

from __future__ import annotations

import errno
import re
from typing import Protocol

from wire.net import connect
from wire.streams import Transport
from wire.tcp import Tap

_LOOPBACK = re.compile(r"127(\.\d{1,3}){3}")


class Inside(Protocol):
    """The network behind the gateway."""

    async def connect(self, host: str, port: int, from_address: str) -> Transport:
        """A connection from the address that the client was given. Raises OSError: EACCES for a place it may not reach."""


class LoopbackInside:
    """Loopback addresses only, so that a gateway of this lab opens no way into a real network."""

    def __init__(self, tap: Tap | None = None) -> None:
        """`tap` sees the octets, for a capture."""
        self._tap = tap

    async def connect(self, host: str, port: int, from_address: str) -> Transport:
        """From the client's address where that is a loopback one; else from this machine's, as behind an address translation."""
        if not _LOOPBACK.fullmatch(host):
            raise OSError(errno.EACCES, "this gateway relays to loopback addresses only")
        local = from_address if _LOOPBACK.fullmatch(from_address) else ""
        return await connect(host, port, local_address=local, tap=self._tap)
