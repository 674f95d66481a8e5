"""A TFTP server that files are read from: requests on its port, each transfer in a task and on a port of its own.

A request that comes again while the first packet of its transfer waits for an answer is the client's repetition, and ignored: that
packet is sent again by its own timer. Any other request from the same client and port is a new one, and ends the transfer before.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import trio

from journal import Emitter
from wire.errors import ProtocolError
from wire.faults import contained
from wire.tftp.exchange import TransferPorts, carry_out, refuse_untrusted
from wire.tftp.netascii import to_netascii
from wire.tftp.numbers import TftpErrorCode, TftpMode, TftpOpcode
from wire.tftp.options import NO_OPTIONS, TransferOptions, accepted_untrusted
from wire.tftp.packet import ErrorPacket, TransferRequest, pull_tftp_untrusted
from wire.tftp.sender import TftpSender
from wire.tftp.transfer import TransferOutcome
from wire.udp import DatagramTap, Endpoint, UdpSocket

MAX_TRANSFERS = 1000
"""At a time; further requests are refused. Assumed."""


@dataclass(frozen=True, slots=True)
class TftpRead:
    """What became of one read request."""

    connection: str
    """`client:port>server:port`, the server's port being the one that was asked."""
    file: str
    """As the request named it: untrusted text."""
    outcome: TransferOutcome
    octets: int = 0
    """That the client has acknowledged."""
    options: TransferOptions = NO_OPTIONS
    retransmissions: int = 0
    error: ErrorPacket | None = None
    """What was sent, where the outcome is ENDED_HERE, or what came, where it is REFUSED. Its text is untrusted then."""


class _Served:
    """One transfer that lasts."""

    def __init__(self, request: bytes, sender: TftpSender) -> None:
        self.request = request
        self.sender = sender
        self.scope = trio.CancelScope()


class TftpServer:
    """One listening address and port, bound when it is made. Raises OSError where that is taken or not allowed."""

    def __init__(
        self,
        address: str,
        port: int,
        file_of: Callable[[str, Endpoint], bytes | None],
        emitter: Emitter,
        *,
        ended: Callable[[TftpRead], object] = lambda read: None,
        max_transfers: int = MAX_TRANSFERS,
        tap: DatagramTap | None = None,
    ) -> None:
        """Listen from now on; what arrives waits in the socket for `serve`.

        Args:
            port: 69 (`wire.tftp.PORT`) where this user may open it.
            file_of: the content of a file by its name, an untrusted text, for a client; None where there is none.
            emitter: the service's own; for faults of the lab, which end one transfer only.
            ended: told once of each read request, when its transfer has ended or it was refused.
        """
        self._socket = UdpSocket(address, port, tap=tap)
        self.address = address
        self.port = self._socket.port
        self._ports = TransferPorts(address, tap=tap)
        self._file_of = file_of
        self._emitter = emitter
        self._ended = ended
        self._max_transfers = max_transfers
        self._served: dict[Endpoint, _Served] = {}

    async def serve(self) -> None:
        """Until it is cancelled, or `close` is called; the transfers that last then end without a word."""
        try:
            async with trio.open_nursery() as nursery:
                while True:
                    try:
                        data, client = await self._socket.receive()
                    except trio.ClosedResourceError:
                        nursery.cancel_scope.cancel()
                        return
                    with contained(self._emitter, self._connection(client)) as taken:
                        self._take_untrusted(data, client, nursery)
                    if taken.failed is not None:
                        self._refuse(data, client, TftpErrorCode.NOT_DEFINED, "The server failed")
        finally:
            self.close()

    def close(self) -> None:
        """Stop listening. No effect the second time."""
        self._socket.close()

    def _connection(self, client: Endpoint) -> str:
        return f"{client[0]}:{client[1]}>{self.address}:{self.port}"

    def _take_untrusted(self, data: bytes, client: Endpoint, nursery: trio.Nursery) -> None:
        before = self._served.get(client)
        if before is not None and before.request == data and not before.sender.octets:
            return
        try:
            request = pull_tftp_untrusted(data)
        except ProtocolError as error:
            self._refuse(data, client, TftpErrorCode.ILLEGAL_OPERATION, str(error))
            return
        if not isinstance(request, TransferRequest):
            self._refuse(data, client, TftpErrorCode.ILLEGAL_OPERATION, "No transfer takes place on this port")
            return
        if before is not None:
            before.scope.cancel()
        answer = self._answer(request, client)
        if isinstance(answer, TftpSender):
            try:
                socket = self._ports.open()
            except OSError as error:
                answer = ErrorPacket(TftpErrorCode.NOT_DEFINED, f"No port for a transfer: {error.strerror}")
            else:
                served = self._served[client] = _Served(data, answer)
                nursery.start_soon(self._serve_one, served, socket, request.file, client)
                return
        self._refuse(data, client, TftpErrorCode(answer.code), answer.message)
        if request.opcode is TftpOpcode.RRQ:
            self._ended(TftpRead(self._connection(client), request.file, TransferOutcome.ENDED_HERE, error=answer))

    def _refuse(self, data: bytes, client: Endpoint, code: TftpErrorCode, message: str) -> None:
        refuse_untrusted(data, client, self._socket, code, message)

    def _answer(self, request: TransferRequest, client: Endpoint) -> TftpSender | ErrorPacket:
        """What sends the file, or why it is not sent."""
        if request.opcode is TftpOpcode.WRQ:
            return ErrorPacket(TftpErrorCode.ACCESS_VIOLATION, "Files can only be read")
        mode = request.mode.lower()
        if mode not in tuple(TftpMode):
            return ErrorPacket(TftpErrorCode.ILLEGAL_OPERATION, "The mode is neither octet nor netascii")
        if len(self._served) >= self._max_transfers:
            return ErrorPacket(TftpErrorCode.NOT_DEFINED, "Too many transfers")
        content = self._file_of(request.file, client)
        if content is None:
            return ErrorPacket(TftpErrorCode.FILE_NOT_FOUND, "File not found")
        travels = to_netascii(content) if mode == TftpMode.NETASCII else content
        return TftpSender(travels, accepted_untrusted(request.options, len(travels)))

    async def _serve_one(self, served: _Served, socket: UdpSocket, file: str, client: Endpoint) -> None:
        connection = self._connection(client)
        sender = served.sender
        with contained(self._emitter, connection):
            try:
                with served.scope:
                    await carry_out(sender, socket, client, port_known=True)
            finally:
                socket.close()
                if self._served.get(client) is served:
                    del self._served[client]
            ended = sender.outcome in (TransferOutcome.REFUSED, TransferOutcome.ENDED_HERE)
            self._ended(
                TftpRead(
                    connection,
                    file,
                    sender.outcome or TransferOutcome.REPLACED,
                    sender.octets,
                    sender.options,
                    sender.retransmissions,
                    sender.error if ended else None,
                )
            )
