"""The client's end of a read: the request, then an acknowledgment for each block.

It ends with the last acknowledgment. RFC 1350 section 6 lets a client wait then, in case that acknowledgment is lost; without that
the server repeats its last block to no one, and gives up though the client has the file.
"""

from __future__ import annotations

from typing import ClassVar

from wire.errors import ProtocolError
from wire.tftp.numbers import BLOCK_NUMBERS, TftpErrorCode, TftpMode, TftpOpcode
from wire.tftp.options import TransferOptions, agreed_untrusted
from wire.tftp.packet import AckPacket, DataPacket, OptionAck, TftpPacket, TransferRequest, push_tftp
from wire.tftp.transfer import Transfer, TransferAction, TransferFault, TransferInput, TransferState, Transitions

RECEIVER_TIMEOUT = 4.0
"""Seconds until a request or an acknowledgment is sent again where no other time was negotiated: longer than the sender's, so
that a lost packet is sent again by one end only. Assumed."""


class TftpReceiver(Transfer):
    """Asks for one file and receives it."""

    TRANSITIONS: ClassVar[Transitions] = {
        (TransferState.REQUESTED, TransferInput.OACK): (TransferState.OFFERED, TransferAction.SEND_NEXT),
        (TransferState.OFFERED, TransferInput.OACK): (TransferState.OFFERED, TransferAction.SEND_AGAIN),
        (TransferState.TRANSFERRING, TransferInput.SAME_BLOCK): (
            TransferState.TRANSFERRING,
            TransferAction.SEND_AGAIN,
        ),
        **{
            (state, came): (after, action)
            for state in (TransferState.REQUESTED, TransferState.OFFERED, TransferState.TRANSFERRING)
            for came, after, action in (
                (TransferInput.NEXT_BLOCK, TransferState.TRANSFERRING, TransferAction.SEND_NEXT),
                (TransferInput.LAST_BLOCK, TransferState.ENDED, TransferAction.COMPLETE_AND_SEND),
                (TransferInput.TIMEOUT, state, TransferAction.SEND_AGAIN),
            )
        },
    }

    def __init__(self, file: str, mode: TftpMode, asked: TransferOptions, max_octets: int) -> None:
        """`max_octets` of the file as it travels. Raises ValueError for a name that no request can carry."""
        super().__init__(TransferState.REQUESTED, RECEIVER_TIMEOUT if asked.timeout is None else float(asked.timeout))
        self._request = push_tftp(TransferRequest(TftpOpcode.RRQ, file, mode, asked.pairs()))
        self._asked = asked
        self._max_octets = max_octets
        self._received: list[bytes] = []
        self._block = 0

    @property
    def data(self) -> bytes:
        """The octets that came, as they travelled."""
        return b"".join(self._received)

    def _next(self) -> bytes:
        if self.state is TransferState.REQUESTED:
            return self._request
        return push_tftp(AckPacket(self._block % BLOCK_NUMBERS))

    def _meaning_untrusted(self, packet: TftpPacket) -> TransferInput:
        if isinstance(packet, OptionAck) and self._asked.pairs():
            return self._take_options_untrusted(packet)
        if not isinstance(packet, DataPacket):
            raise TransferFault(TftpErrorCode.ILLEGAL_OPERATION, "only DATA or a due OACK answers a read request")
        if packet.block != (self._block + 1) % BLOCK_NUMBERS:
            repeated = self._block and packet.block == self._block % BLOCK_NUMBERS
            return TransferInput.SAME_BLOCK if repeated else TransferInput.OLD
        size = self.options.octets_per_block
        if len(packet.data) > size:
            raise TransferFault(TftpErrorCode.ILLEGAL_OPERATION, f"a block of {len(packet.data)} octets, not {size}")
        self._check_size(self.octets + len(packet.data))
        self.octets += len(packet.data)
        self._received.append(packet.data)
        self._block += 1
        return TransferInput.NEXT_BLOCK if len(packet.data) == size else TransferInput.LAST_BLOCK

    def _take_options_untrusted(self, packet: OptionAck) -> TransferInput:
        if self.state is TransferState.REQUESTED:
            try:
                self.options = agreed_untrusted(packet.options, self._asked)
            except ProtocolError as error:
                raise TransferFault(TftpErrorCode.OPTION_REFUSED, str(error)) from None
            self._check_size(self.options.transfer_size or 0)
        return TransferInput.OACK

    def _check_size(self, octets: int) -> None:
        if octets > self._max_octets:
            raise TransferFault(TftpErrorCode.DISK_FULL, f"the file has more than {self._max_octets} octets")
