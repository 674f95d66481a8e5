"""A TFTP client: one file from one server, bounded in octets and in time."""

from __future__ import annotations

from dataclasses import dataclass

import trio

from wire.tftp.exchange import TransferPorts, carry_out
from wire.tftp.netascii import from_netascii_untrusted
from wire.tftp.numbers import PORT, TftpMode
from wire.tftp.options import NO_OPTIONS, TransferOptions
from wire.tftp.packet import ErrorPacket
from wire.tftp.receiver import TftpReceiver
from wire.tftp.transfer import TransferOutcome
from wire.udp import DatagramTap

FETCH_TIMEOUT = 60.0
"""Seconds for a whole file. Assumed."""


@dataclass(frozen=True, slots=True)
class TftpFetch:
    """What became of one request of this client."""

    connection: str
    """`client:port>server:port`, the server's port being the one that was asked."""
    outcome: TransferOutcome
    data: bytes = b""
    """The file, where the outcome is COMPLETED."""
    options: TransferOptions = NO_OPTIONS
    """What the server accepted."""
    retransmissions: int = 0
    error: ErrorPacket | None = None
    """What came, where the outcome is REFUSED, its text untrusted; what was sent, where it is ENDED_HERE."""


class TftpClient:
    """Fetches files from one local address."""

    def __init__(self, address: str, *, tap: DatagramTap | None = None) -> None:
        self._address = address
        self._ports = TransferPorts(address, tap=tap)

    async def fetch(
        self,
        file: str,
        server: str,
        port: int = PORT,
        *,
        max_octets: int,
        mode: TftpMode = TftpMode.OCTET,
        options: TransferOptions = NO_OPTIONS,
        timeout: float = FETCH_TIMEOUT,  # noqa: ASYNC109
    ) -> TftpFetch:
        """The file, or why there is none.

        Args:
            server: its IPv4 address.
            max_octets: of the file as it travels; for a larger one the server is sent ERROR 3.
            timeout: seconds for all of it. A request without any answer is given up after 20 seconds, or after five times the
                timeout in `options`.

        Raises ValueError for a name that no request can carry, OSError where this machine has no socket for it.
        """
        receiver = TftpReceiver(file, mode, options, max_octets)
        socket = self._ports.open()
        try:
            with trio.move_on_after(timeout):
                await carry_out(receiver, socket, (server, port), port_known=False)
        finally:
            socket.close()
        outcome = receiver.outcome or TransferOutcome.TIMED_OUT
        data = receiver.data if outcome is TransferOutcome.COMPLETED else b""
        return TftpFetch(
            f"{self._address}:{socket.port}>{server}:{port}",
            outcome,
            from_netascii_untrusted(data) if mode is TftpMode.NETASCII else data,
            receiver.options,
            receiver.retransmissions,
            receiver.error if outcome in (TransferOutcome.REFUSED, TransferOutcome.ENDED_HERE) else None,
        )
