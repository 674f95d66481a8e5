"""Reading untrusted bytes: a cursor that never runs past the end and raises ProtocolError only."""

from __future__ import annotations

import struct

from wire.errors import ProtocolError


class Reader:
    """A cursor over one message. `what` names the message in the error."""

    __slots__ = ("_at", "_data", "_end", "_what")

    def __init__(self, data: bytes, what: str) -> None:
        self._data = data
        self._at = 0
        self._end = len(data)
        self._what = what

    def __len__(self) -> int:
        """Octets not read yet."""
        return self._end - self._at

    def octets(self, count: int) -> bytes:
        at = self._at
        if count < 0 or count > self._end - at:
            raise ProtocolError(f"{self._what} ends after {self._end} octets, {count} more were due at {at}")
        self._at = at + count
        return self._data[at : at + count]

    def rest(self) -> bytes:
        return self.octets(len(self))

    def unpack(self, layout: struct.Struct) -> tuple[int, ...]:
        return layout.unpack(self.octets(layout.size))

    def u8(self) -> int:
        return self.octets(1)[0]

    def u16(self) -> int:
        """Big-endian."""
        return int.from_bytes(self.octets(2), "big")

    def u32(self) -> int:
        """Big-endian."""
        return int.from_bytes(self.octets(4), "big")
