"""What a ClientHello offers (RFC 8446 section 4.1.2), read from the first bytes that a peer sends to a TLS port."""

from __future__ import annotations

from typing import NamedTuple

from cisco_data.tls import TlsVersion
from wire.buffer import Reader
from wire.errors import ProtocolError

MAX_OCTETS = 16 * 1024
"""Octets looked at; a longer ClientHello is not described, OpenSSL still judges it."""

_HEADER = 5
_HANDSHAKE = 22
_CLIENT_HELLO = 1
_SUPPORTED_VERSIONS = 43
_VERSIONS = {int(version): str(version) for version in sorted(TlsVersion, reverse=True)}
"""Best first."""


class ClientHello(NamedTuple):
    versions: tuple[str, ...]
    cipher_suites: tuple[int, ...]


class ClientHelloReader:
    """Reads one ClientHello in whatever pieces it comes, and looks at each octet once: single octets in records of one
    would otherwise cost a server half a minute of work for 16 KiB."""

    __slots__ = ("_fed", "_handshake", "_waiting")

    def __init__(self) -> None:
        self._fed = 0
        self._waiting = bytearray()
        self._handshake = bytearray()

    def feed_untrusted(self, data: bytes) -> ClientHello | None:
        """The offer once it is whole, None before. Raises ProtocolError where it is none, or longer than MAX_OCTETS; the reader
        is of no use after either."""
        waiting, handshake = self._waiting, self._handshake
        self._fed += len(data)
        waiting += data
        while len(waiting) >= _HEADER:  # one handshake message may span several records
            if waiting[0] != _HANDSHAKE or waiting[1] != 3:
                raise ProtocolError("the first record is not a TLS handshake")
            end = _HEADER + int.from_bytes(waiting[3:5], "big")
            if len(waiting) < end:
                break
            handshake += waiting[_HEADER:end]
            del waiting[:end]
            if len(handshake) < 4:
                continue
            if handshake[0] != _CLIENT_HELLO:
                raise ProtocolError("the first handshake message is not a ClientHello")
            length = int.from_bytes(handshake[1:4], "big")
            if len(handshake) - 4 >= length:
                return _pull(Reader(bytes(handshake[4 : 4 + length]), "the ClientHello"))
        if self._fed > MAX_OCTETS:
            raise ProtocolError(f"a ClientHello of more than {MAX_OCTETS} octets")
        return None


def _pull(reader: Reader) -> ClientHello:
    legacy = reader.u16()
    reader.octets(32)  # random
    reader.octets(reader.u8())  # session id
    suites = reader.octets(reader.u16())
    reader.octets(reader.u8())  # compression methods
    offered = {number for number in _VERSIONS if number <= min(legacy, TlsVersion.TLSv1_2)}
    if len(reader):
        extensions = Reader(reader.octets(reader.u16()), "the ClientHello's extensions")
        while len(extensions):
            kind, body = extensions.u16(), extensions.octets(extensions.u16())
            if kind == _SUPPORTED_VERSIONS:
                offered = {int.from_bytes(body[i : i + 2], "big") for i in range(1, len(body) - 1, 2)}
    return ClientHello(
        tuple(name for number, name in _VERSIONS.items() if number in offered),
        tuple(int.from_bytes(suites[i : i + 2], "big") for i in range(0, len(suites) - 1, 2)),
    )
