"""UDP sockets for trio: one address and port each, datagrams in and out, seen by the capture that taps them.

Virtual time (`trio.testing.MockClock`) jumps to the next timer as soon as no task can run and no socket is readable. On loopback a
datagram is normally in its receiver's socket when `sendto` returns, but the kernel promises nothing: on a busy machine it
delivers a little later, from a thread of its own. The jump would then pass the timeout of a task whose answer is on its way. So a
datagram between two sockets of this process counts as in flight from its sending to its reading, and

- `send_now` returns when the receiver's socket is readable: a task that waits there runs before any jump;
- `receive` does not begin to wait while something is in flight to its socket, as an earlier one may have made it readable.

Both wait for real time, at most `_DELIVERY`: what has not come then was dropped by the kernel, for want of room in the receiver's
buffer, and counts as lost. A socket that no task reads is readable, and holds nothing up.
"""

from __future__ import annotations

import select
import socket
from collections import Counter
from typing import Protocol, runtime_checkable
from weakref import WeakKeyDictionary, WeakValueDictionary

import trio

Endpoint = tuple[str, int]
"""Address and port."""

MAX_OCTETS = 0xFFFF
_RECEIVE_BUFFER = 4 * 1024 * 1024
"""Octets asked of the kernel: a storm of phones must not lose datagrams while one handshake is computed."""
_MAX_WITHOUT_WAITING = 16
_DELIVERY = 250
"""Milliseconds in which the kernel delivers on loopback, however busy the machine is."""


@runtime_checkable
class DatagramTap(Protocol):
    """An observer of datagrams, such as `wire.capture.PcapngWriter`. It gets each once."""

    def udp(self, source: Endpoint, destination: Endpoint, payload: bytes) -> None: ...


_own_sockets: WeakKeyDictionary[DatagramTap, set[Endpoint]] = WeakKeyDictionary()
"""Endpoints that tell a tap what they send, so that who receives it need not."""


_bound: WeakValueDictionary[Endpoint, UdpSocket] = WeakValueDictionary()
"""The open sockets of this process."""


class UdpSocket:
    """One bound socket. Datagrams get lost: that is what UDP is, and a caller that needs an answer asks again."""

    def __init__(self, address: str, port: int = 0, *, tap: DatagramTap | None = None) -> None:
        """Port 0: any. Raises OSError where the address and port are taken or not allowed."""
        self._sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        try:
            self._sock.setblocking(False)
            self._sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, _RECEIVE_BUFFER)
            self._sock.bind((address, port))
        except OSError:
            self._sock.close()
            raise
        self.address: str = address
        self.port: int = self._sock.getsockname()[1]
        self._tap = tap
        self._without_waiting = 0
        self._in_flight: Counter[Endpoint] = Counter()
        """By sender: how many datagrams of this process are on their way to this socket, or wait in it."""
        self._readable = select.poll()
        self._readable.register(self._sock, select.POLLIN)
        _bound[address, self.port] = self
        if tap is not None:
            _own_sockets.setdefault(tap, set()).add((address, self.port))

    def send_now(self, data: bytes, to: Endpoint) -> bool:
        """One datagram; False where the kernel did not take it: lost, as on a network. Raises ClosedResourceError."""
        self._check_open()
        try:
            self._sock.sendto(data, to)
        except OSError:
            return False
        if self._tap is not None:
            self._tap.udp((self.address, self.port), to, data)
        receiver = _bound.get(to)
        if receiver is not None:
            receiver._in_flight[self.address, self.port] += 1
            receiver._await_delivery()
        return True

    async def receive(self) -> tuple[bytes, Endpoint]:
        """The next datagram and who sent it. Raises ClosedResourceError once this socket is closed."""
        self._without_waiting += 1
        if self._without_waiting > _MAX_WITHOUT_WAITING:  # a flood must not hold all other tasks up
            self._without_waiting = 0
            await trio.lowlevel.checkpoint()
        while True:
            self._check_open()
            try:
                data, sender = self._sock.recvfrom(MAX_OCTETS)
            except BlockingIOError:
                self._without_waiting = 0
                if self._in_flight and self._await_delivery():
                    continue
                await trio.lowlevel.wait_readable(self._sock)
                continue
            if sender in self._in_flight:
                self._in_flight[sender] -= 1
                if not self._in_flight[sender]:
                    del self._in_flight[sender]
            if self._tap is not None and sender not in _own_sockets.get(self._tap, ()):
                self._tap.udp(sender, (self.address, self.port), data)
            return data, sender

    def close(self) -> None:
        """A task that waits in `receive` gets ClosedResourceError."""
        if self._sock.fileno() != -1:
            trio.lowlevel.notify_closing(self._sock)
            self._sock.close()
            del _bound[self.address, self.port]

    def _await_delivery(self) -> bool:
        """Whether a datagram is in this socket, now or when the kernel has delivered it; what is in flight is lost where not."""
        if self._readable.poll(_DELIVERY):
            return True
        self._in_flight.clear()
        return False

    def _check_open(self) -> None:
        if self._sock.fileno() == -1:
            raise trio.ClosedResourceError("this socket was closed here")
