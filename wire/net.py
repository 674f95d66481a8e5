"""Listening, accepting and connecting: how a TcpStream comes to be."""

from __future__ import annotations

import errno
import select
import socket
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar

import trio

from journal import Emitter, Event
from wire.faults import contained
from wire.tcp import Tap, TcpStream

BACKLOG = 4096
"""With 128, a thousand phones that boot at once lose SYNs and wait a second each."""

_ANSWER = 250
"""Milliseconds in which the kernel answers a connection on loopback, however busy the machine is, unless the listener is full."""
_NO_ROOM = frozenset({errno.EMFILE, errno.ENFILE, errno.ENOMEM, errno.ENOBUFS})


class ConnectionDisplaced(Event, frozen=True, kw_only=True):
    """The service closed this connection, the oldest that waited for its client, since it had no room for another one."""


class Served:
    """One connection of a listener: whether it waits for its client, and how to end it then."""

    waits = False

    def __init__(self) -> None:
        self.scope = trio.CancelScope()

    @property
    def displaced(self) -> bool:
        """It was closed for another one, which `ConnectionDisplaced` says."""
        return self.scope.cancel_called


_served: ContextVar[Served | None] = ContextVar("served", default=None)


@contextmanager
def waiting() -> Iterator[Served]:
    """While this lasts, the connection that this task serves waits for its client: a listener without room may close it.

    No effect outside a handler of `Listener.serve`.
    """
    served = _served.get() or Served()
    served.waits = True
    try:
        yield served
    finally:
        served.waits = False


class Listener:
    """One listening address and port, bound when it is made. Raises OSError where that is taken or not allowed."""

    def __init__(self, address: str, port: int, *, at_most: int = 20_000, tap: Tap | None = None) -> None:
        """`at_most` connections are open at a time, fewer where the process has no file descriptor left.

        For a further one the oldest that is `waiting` is closed; where none is, the further one waits in the backlog.
        """
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
        self._room = trio.Semaphore(at_most)
        self._open: dict[Served, None] = {}
        self._tap = tap

    async def serve(self, handler: Callable[[TcpStream], Awaitable[None]], emitter: Emitter | None = None) -> None:
        """Give each connection to `handler` in a task of its own and close it after; stop listening when cancelled.

        After `close` it accepts no more, and returns when the connections that are open have ended.

        Args:
            emitter: the service's own. An unexpected exception of `handler` is then an event, and ends its connection only;
                without one it ends `serve`.
        """

        async def handle(stream: TcpStream, served: Served) -> None:
            _served.set(served)
            try:
                with served.scope:
                    if emitter is None:
                        await handler(stream)
                    else:
                        with contained(emitter, stream.connection):
                            await handler(stream)
            finally:
                stream.close_now()
                del self._open[served]
                self._room.release()
            if served.scope.cancelled_caught and emitter is not None:
                emitter.on(stream.connection).emit(ConnectionDisplaced())

        try:
            async with trio.open_nursery() as nursery:
                while True:
                    try:
                        stream = await self._accept()
                    except trio.ClosedResourceError:
                        return
                    served = Served()
                    self._open[served] = None
                    nursery.start_soon(handle, stream, served)
        finally:
            self.close()

    async def _accept(self) -> TcpStream:
        """The next connection, which takes one place of the room."""
        while True:
            if self._sock.fileno() == -1:  # closed while no task waited on it; trio would call that a wrong value
                raise trio.ClosedResourceError("this listener was closed")
            await trio.lowlevel.wait_readable(self._sock)
            if not self._room.value:
                self._displace()
            await self._room.acquire()
            try:
                sock, _ = self._sock.accept()
                try:
                    return TcpStream(sock, client=False, tap=self._tap)
                except OSError:
                    sock.close()  # it was gone already
            except OSError as error:
                if error.errno in _NO_ROOM:
                    self._displace()
                    await trio.sleep(0.1)  # connections that end give the room back
            self._room.release()

    def _displace(self) -> None:
        """End the oldest connection that waits for its client, if there is one."""
        for served in self._open:
            if served.waits and not served.displaced:
                served.scope.cancel()
                return

    def close(self) -> None:
        """Stop listening; connections that are open stay open."""
        if self._sock.fileno() != -1:
            trio.lowlevel.notify_closing(self._sock)
            self._sock.close()


_TRIES_FOR_A_PORT = 20
"""The kernel draws from about 28,000: so many used ones in a row say that most are used."""


def _socket_from(address: str, used: set[tuple[str, int]] | None) -> socket.socket:
    """A socket without waiting, bound to the address where there is one, to a port that is not among the used ones."""
    for left in reversed(range(_TRIES_FOR_A_PORT)):
        sock = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        try:
            sock.setblocking(False)
            if not address:
                return sock
            sock.bind((address, 0))
        except BaseException:
            sock.close()
            raise
        if used is None:
            return sock
        if not left or sock.getsockname() not in used:
            used.add(sock.getsockname())
            return sock
        sock.close()
    raise AssertionError("the last try is taken as it is")


def _await_answer(sock: socket.socket) -> None:
    """Wait in real time, at most `_ANSWER`, until the kernel has answered a connection on loopback.

    It normally does so within `connect`, but on a busy machine a thread of the kernel does it later, and virtual time, which jumps
    when no socket is ready, would pass the timers of tasks that wait for this connection.
    """
    answered = select.poll()
    answered.register(sock, select.POLLOUT)
    answered.poll(_ANSWER)


async def connect(
    address: str,
    port: int,
    *,
    local_address: str = "",
    tap: Tap | None = None,
    used: set[tuple[str, int]] | None = None,
) -> TcpStream:
    """A connection from `local_address` (any, when empty). Raises OSError where no listener answers there.

    `used`: addresses and ports of earlier connections, which this one avoids and joins: in a journal and in a capture, two
    connections of one name cannot be told apart.
    """
    sock = _socket_from(local_address, used)
    try:
        try:
            sock.connect((address, port))
        except BlockingIOError:
            if address.startswith("127."):
                _await_answer(sock)
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
