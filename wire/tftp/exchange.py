"""One transfer on one UDP socket, and the ports that such sockets take."""

from __future__ import annotations

import trio

from wire.errors import ProtocolError
from wire.tftp.numbers import TftpErrorCode
from wire.tftp.packet import ErrorPacket, pull_tftp_untrusted, push_tftp
from wire.tftp.transfer import Transfer
from wire.udp import DatagramTap, Endpoint, UdpSocket

_PORTS = range(20000, 32001)
"""Below those that the kernel gives to clients, so that a transfer has the same port in every run."""


class TransferPorts:
    """Sockets on one address, each on the next port from 20000 to 32000: the transfer identifiers of RFC 1350 section 4."""

    def __init__(self, address: str, *, tap: DatagramTap | None = None) -> None:
        self._address = address
        self._tap = tap
        self._used = 0

    def open(self) -> UdpSocket:
        """The caller's to close. Raises OSError where every port is taken, or the address is not this machine's."""
        for _ in _PORTS[1:]:
            try:
                return self._open_next()
            except OSError:
                continue
        return self._open_next()

    def _open_next(self) -> UdpSocket:
        port = _PORTS[self._used % len(_PORTS)]
        self._used += 1
        return UdpSocket(self._address, port, tap=self._tap)


async def carry_out(transfer: Transfer, socket: UdpSocket, peer: Endpoint, *, port_known: bool) -> Endpoint:
    """Exchange datagrams until the transfer has its outcome; the peer with the port that it transfers from.

    `port_known`: False for a client, whose server answers from another port than the one that was asked. What comes from elsewhere
    is answered by ERROR 5 and changes nothing here. Raises ClosedResourceError once the socket is closed.
    """
    socket.send_now(transfer.begin(trio.current_time()), peer)
    while transfer.outcome is None:
        answer = None
        with trio.move_on_at(transfer.retransmit_at) as waiting:
            data, sender = await socket.receive()
            if not port_known and sender[0] == peer[0]:
                peer, port_known = sender, True
            if sender == peer:
                answer = transfer.receive_untrusted(data, trio.current_time())
            else:
                refuse_untrusted(data, sender, socket, TftpErrorCode.UNKNOWN_TRANSFER_ID, "Unknown transfer ID")
        if waiting.cancelled_caught:
            answer = transfer.expire(trio.current_time())
        if answer is not None:
            socket.send_now(answer, peer)
    return peer


def refuse_untrusted(data: bytes, sender: Endpoint, socket: UdpSocket, code: TftpErrorCode, message: str) -> None:
    """Answer a datagram by ERROR, unless it is one: two ends that answer each other's errors would never stop."""
    try:
        if isinstance(pull_tftp_untrusted(data), ErrorPacket):
            return
    except ProtocolError:
        pass
    socket.send_now(push_tftp(ErrorPacket(code, message)), sender)
