"""TFTP's six packets (RFC 1350 section 5, RFC 2347), from and to octets."""

from __future__ import annotations

from dataclasses import dataclass

from wire.buffer import Reader
from wire.errors import ProtocolError
from wire.tftp.numbers import MAX_BLOCK_SIZE, MAX_REQUEST, TftpOpcode

_MAX_OPTIONS = 16
"""Assumed: five are defined."""
_MAX_MESSAGE = 512
"""Characters of an ERROR's text. Assumed."""

Options = tuple[tuple[str, str], ...]
"""Names and values in their order, as they came: names in any case, values of any text."""


@dataclass(frozen=True, slots=True)
class TransferRequest:
    """RRQ or WRQ."""

    opcode: TftpOpcode
    file: str
    mode: str
    """As it came, in any case."""
    options: Options = ()


@dataclass(frozen=True, slots=True)
class DataPacket:
    block: int
    data: bytes


@dataclass(frozen=True, slots=True)
class AckPacket:
    block: int


@dataclass(frozen=True, slots=True)
class ErrorPacket:
    code: int
    """A TftpErrorCode, or a number that no RFC knows."""
    message: str


@dataclass(frozen=True, slots=True)
class OptionAck:
    """OACK: the options that the server accepts."""

    options: Options


TftpPacket = TransferRequest | DataPacket | AckPacket | ErrorPacket | OptionAck


def pull_tftp_untrusted(data: bytes) -> TftpPacket:
    """The packet in one datagram. Texts are read octet by octet as Latin-1. Raises ProtocolError."""
    reader = Reader(data, "a TFTP packet")
    opcode = reader.u16()
    if opcode == TftpOpcode.DATA:
        block = reader.u16()
        if len(reader) > MAX_BLOCK_SIZE:
            raise ProtocolError(f"a TFTP block of {len(reader)} octets, {MAX_BLOCK_SIZE} at most")
        return DataPacket(block, reader.rest())
    if opcode == TftpOpcode.ACK:
        return AckPacket(reader.u16())  # some implementations send octets after it, which mean nothing
    if opcode == TftpOpcode.ERROR:
        code = reader.u16()  # some implementations leave the NUL at the end out
        return ErrorPacket(code, reader.rest()[:_MAX_MESSAGE].partition(b"\0")[0].decode("latin-1"))
    if opcode not in (TftpOpcode.RRQ, TftpOpcode.WRQ, TftpOpcode.OACK):
        raise ProtocolError(f"TFTP has no operation {opcode}")
    if len(data) > MAX_REQUEST:
        raise ProtocolError(f"a TFTP request or OACK of {len(data)} octets, {MAX_REQUEST} at most")
    *texts, rest = reader.rest().decode("latin-1").split("\0")
    if rest:
        raise ProtocolError("the last text of a TFTP packet has no NUL at its end")
    pairs = texts if opcode == TftpOpcode.OACK else texts[2:]
    if len(pairs) % 2 or len(pairs) > 2 * _MAX_OPTIONS:
        raise ProtocolError(f"{len(pairs)} texts for TFTP options: names and values, {_MAX_OPTIONS} of each at most")
    options = tuple(zip(pairs[::2], pairs[1::2], strict=True))
    if opcode == TftpOpcode.OACK:
        return OptionAck(options)
    if len(texts) < 2 or not texts[0]:
        raise ProtocolError("a TFTP request without file name or mode")
    return TransferRequest(TftpOpcode(opcode), texts[0], texts[1], options)


def push_tftp(packet: TftpPacket) -> bytes:
    """The opposite of `pull_tftp_untrusted`. Raises ValueError for texts that are no Latin-1 or hold a NUL, or are too long."""
    match packet:
        case DataPacket(block, data):
            return _numbers(TftpOpcode.DATA, block) + data
        case AckPacket(block):
            return _numbers(TftpOpcode.ACK, block)
        case ErrorPacket(code, message):
            return _numbers(TftpOpcode.ERROR, code) + _texts(message[:_MAX_MESSAGE])
        case OptionAck(options):
            return _bounded(_numbers(TftpOpcode.OACK) + _pairs(options))
        case TransferRequest(opcode, file, mode, options):
            return _bounded(_numbers(opcode) + _texts(file, mode) + _pairs(options))


def _numbers(*numbers: int) -> bytes:
    return b"".join(number.to_bytes(2, "big") for number in numbers)


def _pairs(options: Options) -> bytes:
    return b"".join(_texts(*pair) for pair in options)


def _texts(*texts: str) -> bytes:
    if any("\0" in text for text in texts):
        raise ValueError("a text of TFTP ends at a NUL")
    return b"".join(text.encode("latin-1") + b"\0" for text in texts)


def _bounded(octets: bytes) -> bytes:
    if len(octets) > MAX_REQUEST:
        raise ValueError(f"a TFTP request has at most {MAX_REQUEST} octets with its options")
    return octets
