"""One end of an SCCP connection, spoken by hand."""

from __future__ import annotations

from typing import TypeVar

import trio

from wire.sccp import SccpDecoder, SccpMessage, UnknownMessage, encode
from wire.streams import Stream

M = TypeVar("M", bound=SccpMessage)


class SccpPeer:
    """`got` has every message that it has read."""

    def __init__(self, stream: Stream) -> None:
        self.stream = stream
        self.got: list[SccpMessage | UnknownMessage] = []
        self._decoder = SccpDecoder()

    async def say(self, *messages: SccpMessage | UnknownMessage, version: int = 0) -> None:
        await self.stream.send_all(b"".join(encode(message, version) for message in messages))

    async def hear(self, kind: type[M]) -> M:
        """The next message, which must be of this kind."""
        message = await self.next()
        assert isinstance(message, kind), message
        return message

    async def hear_later(self, kind: type[M]) -> M:
        """The next message of this kind; others before it are passed over."""
        while not isinstance(message := await self.next(), kind):
            assert message is not None, f"the other end left before {kind.__name__}"
        return message

    async def next(self) -> SccpMessage | UnknownMessage | None:
        """The next message; None where the connection ended."""
        while (message := self._decoder.next_untrusted()) is None:
            try:
                data = await self.stream.receive_some(4096)
            except trio.BrokenResourceError:
                return None
            if not data:
                return None
            self._decoder.feed(bytes(data))
        self.got.append(message)
        return message
