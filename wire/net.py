"""Listening, accepting and connecting: how a TcpStream comes to be."""

from __future__ import annotations

import errno
import socket
from collections.abc import Awaitable, Callable

import trio

from journal import Emitter
from wire.faults import contained
from wire.tcp import Tap, TcpStream

BACKLOG = 4096
"""With 128, a thousand phones that boot at once lose SYNs and wait a second each."""

_NO_ROOM = frozenset({errno.EMFILE, errno.ENFILE, errno.ENOMEM, errno.ENOBUFS})


class Listener:
    """One listening address and port, bound when it is made. Raises OSError where that is taken or not allowed."""

    def __init__(self, address: str, port: int, *, at_most: int = 20_000, tap: Tap | None = None) -> None:
        """`at_most` connections are open at a time; further ones wait in the backlog."""
        self._sock = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        try:
            self._sock.setblocking(False)
            self._sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, True)
            self._sock.bind((address, port))
            self._sock.listen(BACKLOG)
        except OSError:
            self._sock.close()
            raise
        self.address: str = address
        self.port: int = self._sock.getsockname()[1]
        self._room = trio.CapacityLimiter(at_most)
        self._tap = tap

    async def serve(self, handler: Callable[[TcpStream], Awaitable[None]], emitter: Emitter | None = None) -> None:
        """Give each connection to `handler` in a task of its own and close it after; stop listening when cancelled.

        After `close` it accepts no more, and returns when the connections that are open have ended.

        Args:
            emitter: the service's own. An unexpected exception of `handler` is then an event, and ends its connection only;
                without one it ends `serve`.
        """

        async def handle(stream: TcpStream, ticket: object) -> None:
            try:
                if emitter is None:
                    await handler(stream)
                else:
                    with contained(emitter, stream.connection):
                        await handler(stream)
            finally:
                stream.close_now()
                self._room.release_on_behalf_of(ticket)

        try:
            async with trio.open_nursery() as nursery:
                while True:
                    ticket = object()
                    await self._room.acquire_on_behalf_of(ticket)
                    try:
                        stream = await self._accept()
                    except trio.ClosedResourceError:
                        return
                    nursery.start_soon(handle, stream, ticket)
        finally:
            self.close()

    async def _accept(self) -> TcpStream:
        while True:
            if self._sock.fileno() == -1:  # closed while nobody waited on it; trio would call that a wrong value
                raise trio.ClosedResourceError("this listener was closed")
            await trio.lowlevel.wait_readable(self._sock)
            try:
                sock, _ = self._sock.accept()
            except BlockingIOError:
                continue
            except OSError as error:
                if error.errno in _NO_ROOM:  # pragma: no cover - needs an exhausted process
                    await trio.sleep(0.1)  # connections that end give the room back
                continue
            try:
                return TcpStream(sock, client=False, tap=self._tap)
            except OSError:
                sock.close()  # it was gone before we looked

    def close(self) -> None:
        """Stop listening; connections that are open stay open."""
        if self._sock.fileno() != -1:
            trio.lowlevel.notify_closing(self._sock)
            self._sock.close()


async def connect(address: str, port: int, *, local_address: str = "", tap: Tap | None = None) -> TcpStream:
    """A connection from `local_address` (any, when empty). Raises OSError where nobody answers there."""
    sock = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    try:
        sock.setblocking(False)
        if local_address:
            sock.bind((local_address, 0))
        try:
            sock.connect((address, port))
        except BlockingIOError:
            await trio.lowlevel.wait_writable(sock)
            problem = sock.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
            if problem:
                raise OSError(problem, errno.errorcode.get(problem, str(problem))) from None
        return TcpStream(sock, client=True, tap=tap)
    except ConnectionRefusedError:
        if tap is not None:
            here = sock.getsockname()
            tap.refused(f"{here[0]}:{here[1]}>{address}:{port}")
        sock.close()
        raise
    except BaseException:
        sock.close()
        raise
