"""SCCP's framing: twelve octets of header, and messages that arrive in pieces."""

from __future__ import annotations

import struct
from collections.abc import Mapping

from wire.errors import ProtocolError
from wire.sccp import alarms, capabilities, display, lifecycle, registration, servers, stats, templates
from wire.sccp.message import Codec, Message, UnknownMessage
from wire.sccp.numbers import HIGHEST_PROTOCOL_VERSION, OLDEST_NAMED_HEADER_VERSION, name_of

HEADER = struct.Struct("<III")
"""Length of what follows the first eight octets, header version, message id."""
COUNTED = 4
"""Octets of the header that the length counts: the message id."""
MAX_LENGTH = 4096
"""Octets. Assumed: the longest message a phone sends around a registration, an XML alarm, has 2052."""
MAX_WAITING = 2 * MAX_LENGTH + 65536
"""Assumed: octets a decoder holds before its user must have called `next_untrusted`."""

CODECS: Mapping[int, Codec] = {
    kind.ID: Codec(kind)
    for module in (alarms, capabilities, display, lifecycle, registration, servers, stats, templates)
    for kind in vars(module).values()
    if isinstance(kind, type) and issubclass(kind, Message) and kind is not Message
}


def header_version(protocol_version: int, message: Message | UnknownMessage) -> int:
    """What CallManager writes into the header: 0 for an old phone and for the answers that every phone must read."""
    always_basic = (registration.RegisterAck, lifecycle.KeepAliveAck, lifecycle.UnregisterAck)
    if protocol_version < OLDEST_NAMED_HEADER_VERSION or isinstance(message, always_basic):
        return 0
    return protocol_version


def negotiated_version(phone: int, server: int) -> int:
    return min(phone, server)


def encode(message: Message | UnknownMessage, version: int = 0) -> bytes:
    """The message with its header; `version` goes into the header as it is. ValueError for what does not fit."""
    if isinstance(message, UnknownMessage):
        message_id, payload = message.id, message.payload
    else:
        try:
            message_id, payload = message.ID, CODECS[message.ID].push(message)
        except struct.error as error:
            raise ValueError(f"{message!r} has a number that does not fit its field: {error}") from None
    if COUNTED + len(payload) > MAX_LENGTH:
        raise ValueError(f"an SCCP message holds {MAX_LENGTH - COUNTED} octets of payload")
    return HEADER.pack(COUNTED + len(payload), version, message_id) + payload


def decode_untrusted(message_id: int, payload: bytes) -> Message | UnknownMessage:
    """The message of an untrusted payload. Octets behind its last field are passed over, as newer loads send more.

    Raises ProtocolError for a payload that breaks its layout; an id without a codec is an UnknownMessage.
    """
    codec = CODECS.get(message_id)
    if codec is None:
        return UnknownMessage(message_id, payload)
    return codec.pull_untrusted(payload)


class Decoder:
    """An untrusted stream, cut into messages. After a ProtocolError the stream is lost and the decoder with it."""

    def __init__(self) -> None:
        self._waiting = bytearray()
        self.header_version = 0
        """Of the message that `next_untrusted` read last, whether it could decode it or not."""
        self.message_id = -1
        """The same of its id; -1 before the first header."""

    @property
    def pending(self) -> int:
        """Octets of a message that is not whole yet."""
        return len(self._waiting)

    def feed(self, data: bytes) -> None:
        """Take what arrived. ProtocolError where more waits than a caller of `next_untrusted` could have left."""
        if len(self._waiting) + len(data) > MAX_WAITING:
            raise ProtocolError(f"more than {MAX_WAITING} octets wait")
        self._waiting += data

    def next_untrusted(self) -> Message | UnknownMessage | None:
        """The next whole message, or None until more is fed. Raises ProtocolError; a bad header is found at once."""
        waiting = self._waiting
        if len(waiting) < 4:
            return None
        length = int.from_bytes(waiting[:4], "little")
        if not COUNTED <= length <= MAX_LENGTH:
            raise ProtocolError(f"a length of {length} octets is not between {COUNTED} and {MAX_LENGTH}")
        if len(waiting) < HEADER.size:
            return None
        _, version, message_id = HEADER.unpack_from(waiting)
        if version > HIGHEST_PROTOCOL_VERSION:
            raise ProtocolError(f"{version} is no header version")
        end = HEADER.size - COUNTED + length
        if len(waiting) < end:
            return None
        payload = bytes(waiting[HEADER.size : end])
        del waiting[:end]
        self.header_version, self.message_id = version, message_id
        try:
            return decode_untrusted(message_id, payload)
        except ProtocolError as error:
            raise ProtocolError(f"{name_of(message_id)}: {error}") from None
