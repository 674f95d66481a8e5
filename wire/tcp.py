"""A TCP connection as a trio stream over a raw non-blocking socket: the only place where bytes meet the network.

trio.SocketStream would do, but it pays for a scheduler round trip at every call that does not block; a TLS handshake makes a
dozen of them. The TLS stream therefore calls `send_now` and `receive_now`, which wait only when the kernel says so, and
makes the one checkpoint that trio's contract asks for itself.
"""

from __future__ import annotations

import errno
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from typing import NoReturn, Protocol

import trio

from wire.streams import Stream

CHUNK = 32 * 1024
"""Octets that one read asks for at most."""

_GONE = frozenset({errno.EPIPE, errno.ECONNRESET, errno.ECONNABORTED, errno.ENOTCONN, errno.ETIMEDOUT, errno.ESHUTDOWN})


class Tap(Protocol):
    """Whoever wants to see the bytes: a capture. `outgoing` is seen from the end that carries the tap."""

    def octets(self, connection: str, outgoing: bool, data: bytes) -> None: ...


class TcpStream(Stream, trio.abc.HalfCloseableStream):
    """One connected, non-blocking TCP socket."""

    def __init__(self, sock: socket.socket, *, client: bool, tap: Tap | None = None) -> None:
        """`client` says which end this is, for the connection's name. Raises OSError where the peer is gone already."""
        sock.setblocking(False)
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, True)
        here, there = sock.getsockname()[:2], sock.getpeername()[:2]
        first, second = (here, there) if client else (there, here)
        self.connection = f"{first[0]}:{first[1]}>{second[0]}:{second[1]}"
        self.client = client
        self.local_address: str = here[0]
        self.peer_address = there[0]
        self._sock = sock
        self._tap = tap
        self._sending = self._receiving = self._eof_sent = False

    # The guard of these two is written out: as a context manager it costs as much as the system call.

    async def send_now(self, data: bytes | memoryview) -> None:
        """Send it all, waiting only for room. Raises BrokenResourceError once the peer is gone."""
        if self._sending or self._sock.fileno() == -1:
            self._refuse()
        self._sending = True
        try:
            await self._send(data)
        finally:
            self._sending = False

    async def receive_now(self, max_bytes: int = CHUNK) -> bytes:
        """What has arrived, waiting only when nothing has; b"" at the peer's EOF. Raises BrokenResourceError on a reset."""
        if self._receiving or self._sock.fileno() == -1:
            self._refuse()
        self._receiving = True
        try:
            return await self._receive(max_bytes)
        finally:
            self._receiving = False

    def _refuse(self) -> NoReturn:
        self._check_open()
        raise trio.BusyResourceError("another task uses this direction of the connection")

    @contextmanager
    def _only_sender(self) -> Iterator[None]:
        self._check_open()
        if self._sending:
            self._refuse()
        self._sending = True
        try:
            yield
        finally:
            self._sending = False

    @contextmanager
    def _only_receiver(self) -> Iterator[None]:
        self._check_open()
        if self._receiving:
            self._refuse()
        self._receiving = True
        try:
            yield
        finally:
            self._receiving = False

    def _check_open(self) -> None:
        if self._sock.fileno() == -1:
            raise trio.ClosedResourceError("this connection was closed here")

    async def _send(self, data: bytes | memoryview) -> None:
        if self._tap is not None and data:
            self._tap.octets(self.connection, True, bytes(data))
        try:
            while data:
                try:
                    sent = self._sock.send(data)
                except BlockingIOError:
                    await trio.lowlevel.wait_writable(self._sock)
                    continue
                if sent == len(data):
                    return
                data = memoryview(data)[sent:]
        except OSError as error:
            raise self._broken(error) from error

    async def _receive(self, max_bytes: int) -> bytes:
        while True:
            try:
                data = self._sock.recv(max_bytes)
            except BlockingIOError:
                await trio.lowlevel.wait_readable(self._sock)
                continue
            except OSError as error:
                raise self._broken(error) from error
            if self._tap is not None and data:
                self._tap.octets(self.connection, False, data)
            return data

    def _broken(self, error: OSError) -> Exception:
        if error.errno == errno.EBADF:
            return trio.ClosedResourceError("this connection was closed here")
        if error.errno in _GONE:
            return trio.BrokenResourceError("the peer is gone")
        return trio.BrokenResourceError(str(error))

    async def send_all(self, data: bytes | bytearray | memoryview) -> None:
        with self._only_sender():
            await trio.lowlevel.checkpoint()
            self._check_open()
            if self._eof_sent:
                raise trio.ClosedResourceError("send_eof was called on this connection")
            await self._send(bytes(data))

    async def receive_some(self, max_bytes: int | None = None) -> bytes:
        if max_bytes is not None and max_bytes < 1:
            raise ValueError("max_bytes must be at least 1")
        with self._only_receiver():
            await trio.lowlevel.checkpoint()
            self._check_open()
            return await self._receive(max_bytes or CHUNK)

    async def wait_send_all_might_not_block(self) -> None:
        with self._only_sender():
            await trio.lowlevel.checkpoint()
            self._check_open()
            await trio.lowlevel.wait_writable(self._sock)

    async def send_eof(self) -> None:
        with self._only_sender():
            await trio.lowlevel.checkpoint()
            self.send_eof_now()

    def send_eof_now(self) -> None:
        """Say that nothing more will be sent; the peer can still send. Raises ClosedResourceError on a closed stream."""
        self._check_open()
        if not self._eof_sent:
            self._eof_sent = True
            try:
                self._sock.shutdown(socket.SHUT_WR)
            except OSError:
                pass  # the peer was faster; there is nobody left to tell

    def discard_arrived(self) -> None:
        """Read and forget what has arrived: closing with octets unread makes the kernel send a reset, which overtakes our own."""
        try:
            while self._sock.recv(CHUNK):
                pass
        except OSError:
            pass  # nothing more, or nobody there

    def close_now(self) -> None:
        """Close at once; a task that waits in this stream gets ClosedResourceError."""
        if self._sock.fileno() != -1:
            trio.lowlevel.notify_closing(self._sock)
            self._sock.close()

    async def aclose(self) -> None:
        self.close_now()
        await trio.lowlevel.checkpoint()
