"""The frame around TVS's messages: whole messages to bytes, and bytes, as they arrive, to one whole message."""

from __future__ import annotations

import struct

from wire.errors import ProtocolError
from wire.tvs.messages import COMMANDS, KINDS, TvsMessage, pull_elements_untrusted
from wire.tvs.numbers import HEADER_SIZE, MAX_PAYLOAD, PROTOCOL_ID, VERSION, TvsCommand

_HEADER = struct.Struct(">BBBBIH")
_COMMANDS = frozenset(TvsCommand)


def push_message(message: TvsMessage) -> bytes:
    """One whole message. Raises ValueError for one over the bounds, which is the caller's fault."""
    payload = message.push()
    if len(payload) > MAX_PAYLOAD:
        raise ValueError(f"a TVS message of {len(payload)} octets; {MAX_PAYLOAD} are the limit")
    header = _HEADER.pack(PROTOCOL_ID, VERSION, COMMANDS[type(message)], 0, message.session_id, len(payload))
    return header + payload


def pull_message_untrusted(octets: bytes) -> TvsMessage:
    """One whole message and nothing else. Raises ProtocolError."""
    decoder = TvsDecoder()
    decoder.feed(octets)
    message = decoder.next()
    if message is None:
        raise ProtocolError(f"the TVS message ends after {len(octets)} octets, more were due")
    if decoder.inside_message:
        raise ProtocolError("octets follow the TVS message")
    return message


class TvsDecoder:
    """Bytes in with `feed`, messages out with `next`. A header is looked at as soon as it can be, so garbage ends early."""

    def __init__(self) -> None:
        self._buffer = bytearray()

    @property
    def inside_message(self) -> bool:
        """Whether octets wait for the rest of their message."""
        return bool(self._buffer)

    def feed(self, data: bytes) -> None:
        """Raises ProtocolError where more waits than one exchange can need."""
        if len(self._buffer) + len(data) > 4 * MAX_PAYLOAD:
            raise ProtocolError("a TVS peer sends on and on without waiting for an answer")
        self._buffer += data

    def next(self) -> TvsMessage | None:
        """The next whole message, None where more octets are due. Raises ProtocolError."""
        return self._next_untrusted()

    def _next_untrusted(self) -> TvsMessage | None:
        """The fourth octet is not looked at: in real answers it is whatever the memory held."""
        buffer = self._buffer
        if buffer and buffer[0] != PROTOCOL_ID:
            raise ProtocolError(f"the first octet is {buffer[0]:#04x}, not TVS's {PROTOCOL_ID:#04x}")
        if len(buffer) > 1 and buffer[1] != VERSION:
            raise ProtocolError(f"TVS version {buffer[1]} is not known")
        if len(buffer) > 2 and buffer[2] not in _COMMANDS:
            raise ProtocolError(f"TVS has no command {buffer[2]}")
        if len(buffer) < HEADER_SIZE:
            return None
        _, _, command, _, session_id, length = _HEADER.unpack_from(buffer)
        if length > MAX_PAYLOAD:
            raise ProtocolError(f"a TVS message of {length} octets; {MAX_PAYLOAD} are the limit")
        end = HEADER_SIZE + length
        if len(buffer) < end:
            return None
        elements = pull_elements_untrusted(bytes(buffer[HEADER_SIZE:end]))
        del buffer[:end]
        return KINDS[TvsCommand(command)].pull_untrusted(session_id, elements)
