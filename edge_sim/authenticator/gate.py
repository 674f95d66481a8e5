"""A phone's network as its switch port lets it through: nothing goes while the port is Unauthorized.

Behind a closed port a phone has no DHCP lease, so a new connection fails at once: the network is unreachable. A connection
that was there when the port closed is neither closed nor reset, as nobody tells either end: octets wait as they would in TCP's
buffers, and go on their way if the port opens again before somebody's patience ends. Simpler than the real thing in two
ways, both assumed: TCP itself never gives up waiting, and a phone's own web pages, which others open, do not pass here.
"""

from __future__ import annotations

import errno
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final, Protocol

import trio

from pki import Certificate
from wire.streams import Transport

MAX_BUFFERED: Final = 64 * 1024
"""Octets that one connection keeps for a closed port; whoever sends more waits. Assumed."""
_CHUNK = 32 * 1024


class Network(Protocol):
    """What is behind the port."""

    async def connect(self, address: str, port: int, source: str = "") -> Transport:
        """Raises OSError where nobody answers."""


class PortGate(Protocol):
    """What the gate needs of its port."""

    @property
    def authorized(self) -> bool: ...


class GatedNetwork:
    """The network of one phone behind one port; the port tells it when it opens and closes."""

    def __init__(self, network: Network, port: PortGate) -> None:
        self._network = network
        self._port = port
        self._streams: set[_GatedStream] = set()
        self._buried: list[Transport] = []
        self._gone = False

    @property
    def open(self) -> bool:
        return self._port.authorized

    async def connect(self, address: str, port: int, source: str = "") -> Transport:
        """Raises OSError: ENETUNREACH while the port is closed, else where nobody answers."""
        await trio.lowlevel.checkpoint()
        if not self.open:
            raise OSError(errno.ENETUNREACH, "the switch port is not authorized")
        stream = _GatedStream(await self._network.connect(address, port, source), self)
        self._streams.add(stream)
        return stream

    def moved(self) -> None:
        """The port opened or closed."""
        for stream in self._streams:
            stream.wake()
        if self.open:
            self.end()

    def end(self) -> None:
        """Let go of the connections that their phone closed behind a closed port; their peers hear of it now."""
        buried, self._buried = self._buried, []
        for inner in buried:
            inner.close_now()

    def leave(self) -> None:
        """The port is no more: whatever is closed from now on is closed at once."""
        self._gone = True
        self.end()

    def _closed(self, stream: _GatedStream, inner: Transport) -> None:
        self._streams.discard(stream)
        if self.open or self._gone:
            inner.close_now()
        else:  # the peer shall not hear of it: what would tell it does not come through
            self._buried.append(inner)


class _GatedStream(Transport):
    """One connection through the gate."""

    def __init__(self, inner: Transport, gate: GatedNetwork) -> None:
        self.connection = inner.connection
        self.peer_address = inner.peer_address
        self.client = inner.client
        self._inner = inner
        self._gate = gate
        self._waits: set[trio.CancelScope] = set()
        self._sending = trio.Lock()
        self._unsent = bytearray()
        self._eof_unsent = self._broken = self._closed = False

    @property
    def peer_certificate(self) -> Certificate | None:
        return self._inner.peer_certificate

    def wake(self) -> None:
        """Whoever waits in here looks at the gate again."""
        for scope in self._waits:
            scope.cancel()

    async def send_now(self, data: bytes | memoryview) -> None:
        self._check_open()
        async with self._sending:
            while not self._gate.open:
                if len(self._unsent) + len(data) <= MAX_BUFFERED:
                    self._unsent += data
                    return
                with self._waiting():
                    await trio.sleep_forever()
            await self._send_unsent()
            await self._inner.send_now(data)

    async def receive_now(self, max_bytes: int = _CHUNK) -> bytes:
        self._check_open()
        while True:
            if self._gate.open and (self._unsent or self._eof_unsent):
                async with self._sending:
                    await self._send_unsent()
            with self._waiting():
                if self._gate.open:
                    return await self._inner.receive_now(max_bytes)
                await trio.sleep_forever()

    async def send_all(self, data: bytes | bytearray | memoryview) -> None:
        await trio.lowlevel.checkpoint()
        await self.send_now(bytes(data))

    async def receive_some(self, max_bytes: int | None = None) -> bytes:
        await trio.lowlevel.checkpoint()
        return await self.receive_now(max_bytes or _CHUNK)

    async def wait_send_all_might_not_block(self) -> None:
        self._check_open()
        await trio.lowlevel.checkpoint()
        if self._gate.open:
            await self._inner.wait_send_all_might_not_block()

    async def send_eof(self) -> None:
        await trio.lowlevel.checkpoint()
        self.send_eof_now()

    def send_eof_now(self) -> None:
        self._check_open()
        if self._gate.open and not self._unsent:
            self._inner.send_eof_now()
        else:
            self._eof_unsent = True

    def discard_arrived(self) -> None:
        if self._gate.open:
            self._inner.discard_arrived()

    def break_now(self) -> None:
        """As `Transport.break_now`. Behind a closed port the peer does not hear of it."""
        self._broken = True
        if self._gate.open:
            self._inner.break_now()
        self.wake()

    def close_now(self) -> None:
        if not self._closed:
            self._closed = True
            self._gate._closed(self, self._inner)
            self.wake()

    async def aclose(self) -> None:
        self.close_now()
        await trio.lowlevel.checkpoint()

    async def _send_unsent(self) -> None:
        unsent, self._unsent = bytes(self._unsent), bytearray()
        if unsent:
            await self._inner.send_now(unsent)
        if self._eof_unsent:
            self._eof_unsent = False
            self._inner.send_eof_now()

    def _check_open(self) -> None:
        if self._closed:
            raise trio.ClosedResourceError("this connection was closed here")
        if self._broken:
            raise trio.BrokenResourceError("what carried this connection ended")

    @contextmanager
    def _waiting(self) -> Iterator[None]:
        """What the gate's next move interrupts; the loop around it then looks again."""
        scope = trio.CancelScope()
        self._waits.add(scope)
        try:
            with scope:
                yield
        finally:
            self._waits.discard(scope)
        self._check_open()
