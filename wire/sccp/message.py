"""The base of every SCCP message, the one for ids this lab does not decode, and what reads and writes a kind of message."""

from __future__ import annotations

from typing import Any, ClassVar

import msgspec

from wire.buffer import Reader
from wire.sccp.fields import Field, Layout, Record, Variable, aligned
from wire.sccp.numbers import MessageId


class Message(Record, frozen=True):
    """One SCCP message; `ID` is what goes into its header."""

    ID: ClassVar[MessageId]
    LATER_FIELDS: ClassVar[tuple[str | Field | Variable, ...]] = ()
    """The same in the longer layout of later protocol versions: written where the field `LATER` of the message is true, and
    read, which makes that field true, where the payload is long enough."""
    LATER: ClassVar[str] = ""


class UnknownMessage(msgspec.Struct, frozen=True):
    """A message of an id that has no codec here; its payload is kept as it came."""

    id: int
    payload: bytes


class Codec:
    """Reads and writes one kind of message."""

    def __init__(self, kind: type[Message]) -> None:
        self.kind = kind
        self._layout = Layout(kind)
        self._later = Layout(kind, kind.LATER_FIELDS) if kind.LATER else None

    def pull_untrusted(self, payload: bytes) -> Message:
        """Raises ProtocolError; octets behind the last field are passed over."""
        reader = Reader(payload, self.kind.__name__)
        if self._later is None:
            return self.kind(**self._layout.pull(reader))
        later = len(payload) >= self._later.struct.size
        fields: dict[str, Any] = (self._later if later else self._layout).pull(reader)
        return self.kind(**fields, **{self.kind.LATER: later})

    def push(self, message: Message) -> bytes:
        """The payload. Raises ValueError or struct.error for a value that does not fit its field."""
        later = self._later is not None and getattr(message, self.kind.LATER)
        layout = self._later if later else self._layout
        assert layout is not None
        return aligned(layout.push(message))
