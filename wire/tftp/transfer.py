"""What both ends of a TFTP transfer share: a table of states, retransmission by the clock of the caller, and how it ended.

A transfer is lock-step: one packet is sent, and again after the timeout, until the packet comes that answers it. `TftpSender` and
`TftpReceiver` name each packet that comes by what it means to them (`TransferInput`), and a table says what follows. What the
table of an end does not name is ignored, so that an old acknowledgment never causes a second copy of every later block (RFC 1123
section 4.2.3.1, "Sorcerer's Apprentice").

Nothing here reads a clock: the caller passes `now` in seconds, and calls `expire` when it has come to `retransmit_at`.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum, StrEnum, auto
from typing import ClassVar

from wire.errors import ProtocolError
from wire.tftp.numbers import TftpErrorCode
from wire.tftp.options import TransferOptions
from wire.tftp.packet import ErrorPacket, TftpPacket, pull_tftp_untrusted, push_tftp

TRANSMISSIONS = 5
"""Of one packet, before the transfer is given up. Assumed."""


class TransferOutcome(StrEnum):
    """How a transfer ended."""

    COMPLETED = "completed"
    REFUSED = "refused"
    """The peer sent ERROR."""
    ENDED_HERE = "ended here"
    """This end sent ERROR: the peer broke the protocol, or asked for what cannot be had."""
    TIMED_OUT = "timed out"
    REPLACED = "replaced"
    """The client sent the server another request from the same port."""


class TransferState(Enum):
    REQUESTED = auto()
    """Receiver: the request is sent."""
    OFFERED = auto()
    """Sender: the OACK is sent; receiver: it came, and block 0 is acknowledged."""
    TRANSFERRING = auto()
    ENDED = auto()


class TransferInput(Enum):
    """What has happened, as the end sees it to which it happens."""

    ACK_OF_LAST_BLOCK = auto()
    ACK_OF_BLOCK = auto()
    """Of the block, or of the OACK, that was sent last; more follow."""
    OACK = auto()
    NEXT_BLOCK = auto()
    LAST_BLOCK = auto()
    """The next one, and shorter than a block."""
    SAME_BLOCK = auto()
    """The one that was acknowledged last."""
    OLD = auto()
    """What was answered long ago, or is not due yet."""
    ERROR = auto()
    FAULT = auto()
    """What no peer may send now."""
    TIMEOUT = auto()
    LAST_TIMEOUT = auto()


class TransferAction(Enum):
    SEND_NEXT = auto()
    SEND_AGAIN = auto()
    COMPLETE = auto()
    COMPLETE_AND_SEND = auto()
    SEND_ERROR = auto()
    TAKE_ERROR = auto()
    GIVE_UP = auto()


Transitions = Mapping[tuple[TransferState, TransferInput], tuple[TransferState, TransferAction]]

IN_EVERY_STATE: dict[TransferInput, TransferAction] = {
    TransferInput.ERROR: TransferAction.TAKE_ERROR,
    TransferInput.FAULT: TransferAction.SEND_ERROR,
    TransferInput.LAST_TIMEOUT: TransferAction.GIVE_UP,
}
"""What ends a transfer in every state but ENDED."""

_OUTCOMES = {
    TransferAction.COMPLETE: TransferOutcome.COMPLETED,
    TransferAction.COMPLETE_AND_SEND: TransferOutcome.COMPLETED,
    TransferAction.SEND_ERROR: TransferOutcome.ENDED_HERE,
    TransferAction.TAKE_ERROR: TransferOutcome.REFUSED,
    TransferAction.GIVE_UP: TransferOutcome.TIMED_OUT,
}


class TransferFault(ProtocolError):
    """What ends the transfer here, with the code that the peer is told."""

    def __init__(self, code: TftpErrorCode, message: str) -> None:
        super().__init__(message)
        self.code = code


class Transfer:
    """One end of one transfer."""

    TRANSITIONS: ClassVar[Transitions]

    def __init__(self, state: TransferState, timeout: float) -> None:
        self.state = state
        self.timeout = timeout
        """Seconds until a packet is sent again."""
        self.retransmit_at = 0.0
        self.options = TransferOptions()
        """What both ends agreed on."""
        self.octets = 0
        """Of the file: acknowledged by the peer, or received."""
        self.retransmissions = 0
        self.outcome: TransferOutcome | None = None
        """None while it lasts."""
        self.error = ErrorPacket(TftpErrorCode.NOT_DEFINED, "")
        """What the peer sent, or was sent, where the outcome is REFUSED or ENDED_HERE."""
        self._latest = b""
        self._transmissions = 0

    def begin(self, now: float) -> bytes:
        """The first datagram."""
        return self._transmit(self._next(), now)

    def receive_untrusted(self, data: bytes, now: float) -> bytes | None:
        """Take a datagram of the peer, and no one else's; what to send to it, if anything. Never raises."""
        if self.state is TransferState.ENDED:
            return None
        try:
            packet = pull_tftp_untrusted(data)
            if isinstance(packet, ErrorPacket):
                self.error = packet
                return self._apply(TransferInput.ERROR, now)
            return self._apply(self._meaning_untrusted(packet), now)
        except ProtocolError as fault:
            code = fault.code if isinstance(fault, TransferFault) else TftpErrorCode.ILLEGAL_OPERATION
            self.error = ErrorPacket(code, str(fault))
            return self._apply(TransferInput.FAULT, now)

    def expire(self, now: float) -> bytes | None:
        """What to send when `retransmit_at` has come; None where the transfer is given up."""
        last = self._transmissions >= TRANSMISSIONS
        return self._apply(TransferInput.LAST_TIMEOUT if last else TransferInput.TIMEOUT, now)

    def _apply(self, what: TransferInput, now: float) -> bytes | None:
        if what in IN_EVERY_STATE:
            self.state, action = TransferState.ENDED, IN_EVERY_STATE[what]
        elif (self.state, what) in self.TRANSITIONS:
            self.state, action = self.TRANSITIONS[self.state, what]
        else:
            return None
        self.outcome = _OUTCOMES.get(action)
        if action is TransferAction.SEND_NEXT:
            self._transmissions = 0
            return self._transmit(self._next(), now)
        if action is TransferAction.SEND_AGAIN:
            self.retransmissions += 1
            if what is TransferInput.TIMEOUT:
                return self._transmit(self._latest, now)
            return self._latest  # the timer goes on: repetitions alone must not keep a transfer alive
        if action is TransferAction.COMPLETE_AND_SEND:
            return self._next()
        return push_tftp(self.error) if action is TransferAction.SEND_ERROR else None

    def _transmit(self, datagram: bytes, now: float) -> bytes:
        self._latest = datagram
        self._transmissions += 1
        self.retransmit_at = now + self.timeout
        return datagram

    def _next(self) -> bytes:
        """The next datagram."""
        raise NotImplementedError

    def _meaning_untrusted(self, packet: TftpPacket) -> TransferInput:
        """What a packet of the peer, which is no ERROR, means now. Raises ProtocolError for what no peer may send."""
        raise NotImplementedError
