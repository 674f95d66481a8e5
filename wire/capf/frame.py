"""The frame around CAPF's messages: whole messages to bytes, and bytes, as they arrive, to whole messages."""

from __future__ import annotations

import struct

from wire.capf import messages as m
from wire.capf.elements import pull_elements_untrusted
from wire.capf.messages import Message, OpaqueMessage, ParsedMessage
from wire.capf.numbers import HEADER_SIZE, MAX_PAYLOAD, PROTOCOL_ID, CapfCommand
from wire.errors import ProtocolError

_HEADER = struct.Struct(">BBIH")
_COMMANDS = frozenset(CapfCommand)
_KINDS: dict[CapfCommand, type[ParsedMessage]] = {
    CapfCommand.AUTH_REQUEST: m.AuthRequest,
    CapfCommand.AUTH_RESPONSE: m.AuthResponse,
    CapfCommand.KEY_GENERATE_REQUEST: m.KeyGenerateRequest,
    CapfCommand.KEY_GENERATE_RESPONSE: m.KeyGenerateResponse,
    CapfCommand.REQUEST_IN_PROGRESS: m.RequestInProgress,
    CapfCommand.STORE_CERTIFICATE_REQUEST: m.StoreCertificateRequest,
    CapfCommand.STORE_CERTIFICATE_RESPONSE: m.StoreCertificateResponse,
    CapfCommand.FETCH_CERTIFICATE_REQUEST: m.FetchCertificateRequest,
    CapfCommand.FETCH_CERTIFICATE_RESPONSE: m.FetchCertificateResponse,
    CapfCommand.DELETE_CERTIFICATE_REQUEST: m.DeleteCertificateRequest,
    CapfCommand.DELETE_CERTIFICATE_RESPONSE: m.DeleteCertificateResponse,
    CapfCommand.END_SESSION: m.EndSession,
}
_NUMBERS = {kind: command for command, kind in _KINDS.items()}


def command_of(message: Message) -> CapfCommand:
    return message.command if isinstance(message, OpaqueMessage) else _NUMBERS[type(message)]


def pull_message_untrusted(command: int, session_id: int, payload: bytes) -> Message:
    """One message from its frame's parts."""
    if command not in _COMMANDS:
        raise ProtocolError(f"CAPF has no command {command}")
    kind = _KINDS.get(CapfCommand(command))
    if kind is None:
        return OpaqueMessage(session_id, CapfCommand(command), payload)
    return kind.pull_untrusted(session_id, pull_elements_untrusted(payload))


def push_message(message: Message) -> bytes:
    """One whole message. It must go out in one write: real phones stall when a message comes in two.

    Raises ValueError for a message over the bounds, which is the caller's fault.
    """
    payload = message.payload if isinstance(message, OpaqueMessage) else message.push()
    if len(payload) > MAX_PAYLOAD:
        raise ValueError(f"a CAPF message of {len(payload)} octets; {MAX_PAYLOAD} are the limit")
    return _HEADER.pack(PROTOCOL_ID, command_of(message), message.session_id, len(payload)) + payload


class CapfDecoder:
    """Bytes in with `feed`, messages out with `next`. It judges a header as soon as it can, so garbage ends early.

    A ProtocolError ends it: every later call raises the same.
    """

    def __init__(self) -> None:
        self._buffer = bytearray()
        self._error: ProtocolError | None = None

    @property
    def inside_message(self) -> bool:
        """Whether octets wait for the rest of their message."""
        return bool(self._buffer)

    def feed(self, data: bytes) -> None:
        """Raises ProtocolError where more waits than a peer in lock step can have reason to send."""
        if len(self._buffer) + len(data) > 4 * MAX_PAYLOAD:
            self._error = self._error or ProtocolError("a CAPF peer sends on and on without waiting for an answer")
            self._buffer.clear()
        if self._error is not None:
            raise self._error
        self._buffer += data

    def next(self) -> Message | None:
        """The next whole message, None where more octets are due. Raises ProtocolError."""
        if self._error is not None:
            raise self._error
        try:
            return self._next_untrusted()
        except ProtocolError as error:
            self._error = error
            self._buffer.clear()
            raise

    def _next_untrusted(self) -> Message | None:
        buffer = self._buffer
        if buffer and buffer[0] != PROTOCOL_ID:
            raise ProtocolError(f"the first octet is {buffer[0]:#04x}, not CAPF's {PROTOCOL_ID:#04x}")
        if len(buffer) > 1 and buffer[1] not in _COMMANDS:
            raise ProtocolError(f"CAPF has no command {buffer[1]}")
        if len(buffer) < HEADER_SIZE:
            return None
        _, command, session_id, length = _HEADER.unpack_from(buffer)
        if length > MAX_PAYLOAD:
            raise ProtocolError(f"a CAPF message of {length} octets; {MAX_PAYLOAD} are the limit")
        end = HEADER_SIZE + length
        if len(buffer) < end:
            return None
        payload = bytes(buffer[HEADER_SIZE:end])
        del buffer[:end]
        return pull_message_untrusted(command, session_id, payload)
