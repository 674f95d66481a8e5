"""The server's end of a read: the options, then block after block, each until it is acknowledged."""

from __future__ import annotations

from typing import ClassVar

from wire.tftp.numbers import BLOCK_NUMBERS, TftpErrorCode
from wire.tftp.options import TransferOptions
from wire.tftp.packet import AckPacket, DataPacket, OptionAck, TftpPacket, push_tftp
from wire.tftp.transfer import Transfer, TransferAction, TransferFault, TransferInput, TransferState, Transitions

SENDER_TIMEOUT = 2.0
"""Seconds until a block is sent again where the client does not ask for another time. Assumed."""


class TftpSender(Transfer):
    """Sends one file."""

    TRANSITIONS: ClassVar[Transitions] = {
        (TransferState.OFFERED, TransferInput.ACK_OF_BLOCK): (TransferState.TRANSFERRING, TransferAction.SEND_NEXT),
        (TransferState.OFFERED, TransferInput.TIMEOUT): (TransferState.OFFERED, TransferAction.SEND_AGAIN),
        (TransferState.TRANSFERRING, TransferInput.ACK_OF_BLOCK): (
            TransferState.TRANSFERRING,
            TransferAction.SEND_NEXT,
        ),
        (TransferState.TRANSFERRING, TransferInput.ACK_OF_LAST_BLOCK): (TransferState.ENDED, TransferAction.COMPLETE),
        (TransferState.TRANSFERRING, TransferInput.TIMEOUT): (TransferState.TRANSFERRING, TransferAction.SEND_AGAIN),
    }

    def __init__(self, data: bytes, options: TransferOptions) -> None:
        """`data`: the octets as they travel; `options`: those that the server accepted."""
        offered = bool(options.pairs())
        super().__init__(
            TransferState.OFFERED if offered else TransferState.TRANSFERRING,
            SENDER_TIMEOUT if options.timeout is None else float(options.timeout),
        )
        self.options = options
        self._data = data
        self._blocks = len(data) // options.octets_per_block + 1
        """A last block that is full would not be the last: an empty one follows."""
        self._block = 0 if offered else 1
        """That is sent next, or was sent and not acknowledged yet; 0 is the OACK."""

    def _next(self) -> bytes:
        if not self._block:
            return push_tftp(OptionAck(self.options.pairs()))
        start = self.octets
        return push_tftp(
            DataPacket(self._block % BLOCK_NUMBERS, self._data[start : start + self.options.octets_per_block])
        )

    def _meaning_untrusted(self, packet: TftpPacket) -> TransferInput:
        if not isinstance(packet, AckPacket):
            raise TransferFault(TftpErrorCode.ILLEGAL_OPERATION, "only an ACK answers a block")
        if packet.block != self._block % BLOCK_NUMBERS:
            return TransferInput.OLD
        if self._block:
            self.octets = min(self._block * self.options.octets_per_block, len(self._data))
        if self._block == self._blocks:
            return TransferInput.ACK_OF_LAST_BLOCK
        self._block += 1
        return TransferInput.ACK_OF_BLOCK
