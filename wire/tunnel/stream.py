"""One relayed connection as a trio stream: TLS and SCCP run on it as they do on TCP."""

from __future__ import annotations

from operator import index
from typing import Protocol

import trio

from wire.relay import RelayEndpoint, ResetReason
from wire.streams import Transport

CHUNK = 32 * 1024


class Carrier(Protocol):
    """What carries the stream's frames."""

    relay: RelayEndpoint

    def flush(self) -> None:
        """Queue what the relay wants sent."""

    def over(self, number: int) -> None:
        """Nothing more will come for this stream."""


class RelayStream(Transport):
    """As TcpStream, with the tunnel in the place of the kernel: a write returns once the stream's window has taken it."""

    def __init__(self, carrier: Carrier, number: int, connection: str, *, client: bool) -> None:
        """`connection`: its name on the far side of the gateway; `client`: this is the phone's end."""
        self.connection = connection
        self.peer_address = connection.partition(">")[2 if client else 0].rpartition(":")[0]
        self.client = client
        self._carrier = carrier
        self._number = number
        self._arrived = bytearray()
        self._eof_came = self._eof_sent = self._broken = self._closed = False
        self._reading = self._writing = False
        self._readable, self._writable = trio.lowlevel.ParkingLot(), trio.lowlevel.ParkingLot()

    # What the tunnel tells

    def octets_came(self, data: bytes) -> None:
        """More than the window never comes. A closed stream refuses, as the kernel does."""
        if self._closed:
            self._reset()
            return
        self._arrived += data
        self._readable.unpark_all()

    def eof_came(self) -> None:
        self._eof_came = True
        self._let_go_when_over()
        self._readable.unpark_all()

    def window_grew(self) -> None:
        self._writable.unpark_all()

    def broke(self) -> None:
        """Reset by the other side, or the tunnel is over. What arrived before is gone, as with TCP."""
        self._broken = True
        self._arrived.clear()
        self._readable.unpark_all()
        self._writable.unpark_all()

    # The stream

    async def send_now(self, data: bytes | memoryview) -> None:
        self._check_sendable()
        self._writing = True
        try:
            view = memoryview(data)
            while view:
                view = view[self._carrier.relay.send(self._number, view) :]
                self._carrier.flush()
                if view:
                    await self._writable.park()
                    self._check_whole()
        finally:
            self._writing = False

    async def receive_now(self, max_bytes: int = CHUNK) -> bytes:
        self._check_open()
        if self._reading:
            raise trio.BusyResourceError("another task uses this direction of the connection")
        self._reading = True
        try:
            while not self._arrived:
                self._check_whole()
                if self._eof_came:
                    return b""
                await self._readable.park()
                self._check_whole()
            return self._taken(max_bytes)
        finally:
            self._reading = False

    def _taken(self, max_bytes: int) -> bytes:
        data = bytes(self._arrived[:max_bytes])
        del self._arrived[:max_bytes]
        self._carrier.relay.consumed(self._number, len(data))
        self._carrier.flush()
        return data

    async def send_all(self, data: bytes | bytearray | memoryview) -> None:
        self._check_sendable()
        self._writing = True
        try:
            await trio.lowlevel.checkpoint()
        finally:
            self._writing = False
        await self.send_now(bytes(data))

    async def receive_some(self, max_bytes: int | None = None) -> bytes:
        if max_bytes is not None and index(max_bytes) < 1:
            raise ValueError("max_bytes must be at least 1")
        self._check_open()
        await trio.lowlevel.checkpoint()
        return await self.receive_now(max_bytes or CHUNK)

    async def wait_send_all_might_not_block(self) -> None:
        self._check_sendable()
        self._writing = True
        try:
            await trio.lowlevel.checkpoint()
            self._check_whole()
            while not self._carrier.relay.sendable(self._number):
                await self._writable.park()
                self._check_whole()
        finally:
            self._writing = False

    async def send_eof(self) -> None:
        if self._writing:
            raise trio.BusyResourceError("another task uses this direction of the connection")
        self._check_open()
        await trio.lowlevel.checkpoint()
        self.send_eof_now()

    def send_eof_now(self) -> None:
        self._check_open()
        self._eof_sent = True
        self._send_eof()

    def discard_arrived(self) -> None:
        if self._arrived:
            self._taken(len(self._arrived))

    def abort(self, reason: ResetReason = ResetReason.ABORTED) -> None:
        """Close so that the other side reads a reset."""
        if not self._closed:
            self._reset(reason)
            self.close_now()

    def close_now(self) -> None:
        if self._closed:
            return
        self._closed = True
        if self._arrived:
            self._reset()  # as the kernel does where octets are unread
            self._arrived.clear()
        else:
            self._send_eof()
        self._readable.unpark_all()
        self._writable.unpark_all()

    async def aclose(self) -> None:
        self.close_now()
        await trio.lowlevel.checkpoint()

    def _send_eof(self) -> None:
        self._carrier.relay.send_eof(self._number)
        self._carrier.flush()
        self._let_go_when_over()

    def _reset(self, reason: ResetReason = ResetReason.ABORTED) -> None:
        self._carrier.relay.reset(self._number, reason)
        self._carrier.flush()
        self._let_go_when_over()

    def _let_go_when_over(self) -> None:
        if not self._carrier.relay.is_open(self._number):
            self._carrier.over(self._number)

    def _check_open(self) -> None:
        if self._closed:
            raise trio.ClosedResourceError("this connection was closed here")

    def _check_whole(self) -> None:
        self._check_open()
        if self._broken:
            raise trio.BrokenResourceError("the peer is gone")

    def _check_sendable(self) -> None:
        if self._writing:
            raise trio.BusyResourceError("another task uses this direction of the connection")
        self._check_whole()
        if self._eof_sent:
            raise trio.ClosedResourceError("send_eof was called on this connection")
