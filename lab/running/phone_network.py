"""The cable of each phone, and of the administrator's workstation: from which address its connections leave."""

from __future__ import annotations

from wire.net import connect
from wire.tcp import Tap, TcpStream


class PhoneNetwork:
    """One phone's cable: connections leave from the phone's own address, or from `source`, its address inside a tunnel."""

    def __init__(self, address: str, tap: Tap | None, used: set[tuple[str, int]] | None = None) -> None:
        """`used`: as of `wire.net.connect`; of all phones, where they share an address."""
        self.address = address
        self._tap = tap
        self._used = set() if used is None else used

    async def connect(self, address: str, port: int, source: str = "") -> TcpStream:
        return await connect(address, port, local_address=source or self.address, tap=self._tap, used=self._used)
