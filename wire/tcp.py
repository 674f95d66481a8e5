"""A TCP connection as a trio stream over a raw non-blocking socket: the only place where bytes meet the network.

trio.SocketStream would do, but it pays for a scheduler round trip at every call that does not block; a TLS handshake makes a
dozen of them. The TLS stream therefore calls `send_now` and `receive_now`, which wait only when the kernel says so, and
makes the one checkpoint that trio's contract asks for itself.
"""

from __future__ import annotations

import errno
import socket
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import NoReturn, Protocol

import trio

from wire.streams import Transport

CHUNK = 32 * 1024
"""Octets that one read asks for at most."""

_MAX_WITHOUT_WAITING = 8
_CARRIER_ENDED = "what carried this connection ended"
_MAX_DISCARDED = 1024 * 1024
"""Octets: a peer that has sent more will send more still."""

_GONE = frozenset({errno.EPIPE, errno.ECONNRESET, errno.ECONNABORTED, errno.ENOTCONN, errno.ETIMEDOUT, errno.ESHUTDOWN})


class Tap(Protocol):
    """Whoever wants to see the connections: a capture. `client` says which end tells; `outgoing` is seen from that end.

    An end tells what it sent when the kernel has taken it, and what came when it was read. Nothing here may raise.
    """

    def opened(self, connection: str, client: bool) -> None: ...
    def refused(self, connection: str) -> None:
        """A client found no listener there."""

    def octets(self, connection: str, client: bool, outgoing: bool, data: bytes) -> None: ...
    def finished(self, connection: str, client: bool, outgoing: bool) -> None:
        """FIN. May be told again."""

    def reset(self, connection: str, client: bool, outgoing: bool) -> None:
        """RST. May be told again, and by both ends."""

    def closed(self, connection: str, client: bool) -> None:
        """This end's socket is gone, and it tells nothing any more."""


class TcpStream(Transport):
    """One connected, non-blocking TCP socket."""

    _without_waiting = 0
    _broken_here = False

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
        if tap is not None:
            tap.opened(self.connection, client)

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
        """What has arrived, waiting when nothing has; b"" at the peer's EOF. Raises BrokenResourceError on a reset.

        Every eighth call in a row that would not wait makes a checkpoint: a peer that sends without end could otherwise
        hold all other tasks up, and no timeout around this call would ever be noticed.
        """
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
        if self._broken_here:
            raise trio.BrokenResourceError(_CARRIER_ENDED)

    async def _send(self, data: bytes | memoryview) -> None:
        try:
            while data:
                try:
                    sent = self._sock.send(data)
                except BlockingIOError:
                    await trio.lowlevel.wait_writable(self._sock)
                    continue
                if self._tap is not None:
                    self._tap.octets(self.connection, self.client, True, bytes(data[:sent]))
                if sent == len(data):
                    return
                data = memoryview(data)[sent:]
        except OSError as error:
            raise self._broken(error) from error

    async def _receive(self, max_bytes: int) -> bytes:
        self._without_waiting += 1
        if self._without_waiting > _MAX_WITHOUT_WAITING:
            self._without_waiting = 0
            await trio.lowlevel.checkpoint()
        while not self._broken_here:
            try:
                data = self._sock.recv(max_bytes)
            except BlockingIOError:
                self._without_waiting = 0
                await trio.lowlevel.wait_readable(self._sock)
                continue
            except OSError as error:
                raise self._broken(error) from error
            if self._tap is not None:
                self._tell_arrived(self._tap, data)
            return data
        raise trio.BrokenResourceError(_CARRIER_ENDED)

    def _tell_arrived(self, tap: Tap, data: bytes) -> None:
        if data:
            tap.octets(self.connection, self.client, False, data)
        elif not self._broken_here:
            tap.finished(self.connection, self.client, False)

    def _tell_broken(self, tap: Tap, error: OSError) -> None:
        # EPIPE has two meanings: a reset that came earlier, and that this end itself said it would send no more.
        if error.errno == errno.ECONNRESET or (error.errno == errno.EPIPE and not self._eof_sent):
            tap.reset(self.connection, self.client, False)

    def _tell_closing(self, tap: Tap) -> None:
        """What the kernel says when the socket closes: RST where octets are unread, else FIN, if it has not yet."""
        try:
            unread = self._sock.recv(CHUNK, socket.MSG_PEEK)
        except BlockingIOError:
            unread = None
        except OSError as error:
            unread = None
            self._tell_broken(tap, error)
        if unread is not None:
            self._tell_arrived(tap, unread)
        if unread:
            tap.reset(self.connection, self.client, True)
        else:
            tap.finished(self.connection, self.client, True)
        tap.closed(self.connection, self.client)

    def _broken(self, error: OSError) -> Exception:
        if error.errno == errno.EBADF:
            return trio.ClosedResourceError("this connection was closed here")
        if self._tap is not None:
            self._tell_broken(self._tap, error)
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
                return  # the peer was faster
            if self._tap is not None:
                self._tap.finished(self.connection, self.client, True)

    def discard_arrived(self) -> None:
        """Read and forget what has arrived: closing with octets unread makes the kernel send a reset, which overtakes our own."""
        try:
            for _ in range(_MAX_DISCARDED // CHUNK):
                data = self._sock.recv(CHUNK)
                if self._tap is not None:
                    self._tell_arrived(self._tap, data)
                if not data:
                    return
        except OSError:
            pass  # nothing more, or no peer

    def break_now(self) -> None:
        """As `Transport.break_now`. The peer reads EOF. No effect on a closed stream."""
        if self._sock.fileno() != -1 and not self._broken_here:
            self.send_eof_now()
            self._broken_here = True
            with suppress(OSError):
                self._sock.shutdown(socket.SHUT_RD)  # a task that waits in a read goes on

    def close_now(self) -> None:
        """Close at once; a task that waits in this stream gets ClosedResourceError."""
        if self._sock.fileno() != -1:
            trio.lowlevel.notify_closing(self._sock)
            if self._tap is not None:
                self._tell_closing(self._tap)
            self._sock.close()

    async def aclose(self) -> None:
        self.close_now()
        await trio.lowlevel.checkpoint()
