"""What an onlooker sees of a TLS handshake without any key: up to TLS 1.2 the certificates and the alerts are in the clear.

RFC 5246 sections 6.2.1, 7.2 and 7.4. In TLS 1.3 (RFC 8446) all that follows ServerHello is encrypted, and nothing is seen here.
"""

from __future__ import annotations

from typing import NamedTuple

from wire.buffer import Reader
from wire.errors import ProtocolError

MAX_KEPT = 64 * 1024
"""Octets of one direction that are looked at: a handshake's flight is a few thousand."""

_RECORD = 5
_CHANGE_CIPHER_SPEC, _ALERT, _HANDSHAKE, _APPLICATION_DATA = 20, 21, 22, 23
_SERVER_HELLO, _CERTIFICATE, _CERTIFICATE_VERIFY, _CLIENT_KEY_EXCHANGE = 2, 11, 15, 16
_SUPPORTED_VERSIONS = 43


class SeenFlight(NamedTuple):
    """One direction of a handshake, as far as it is in the clear."""

    messages: tuple[int, ...]
    """HandshakeType of each message, in order."""
    certificates: tuple[bytes, ...] | None
    """DER of the Certificate message, the sender's own first; empty for an empty list, None where there was no message."""
    alert: int | None
    """AlertDescription of the last alert."""
    encrypted_from_server_hello: bool
    """A ServerHello of TLS 1.3: nothing after it can be read."""

    @property
    def client_key_exchange(self) -> bool:
        return _CLIENT_KEY_EXCHANGE in self.messages


def seen_flight_untrusted(data: bytes) -> SeenFlight:
    """Read one direction from its first octet; what is cut off at the end is left out.

    Raises ProtocolError where it is no TLS, or a message in the clear contradicts itself.
    """
    handshake, alert = bytearray(), None
    at = 0
    data = data[:MAX_KEPT]
    while len(data) - at >= _RECORD:
        kind, end = data[at], at + _RECORD + int.from_bytes(data[at + 3 : at + _RECORD], "big")
        if kind not in (_CHANGE_CIPHER_SPEC, _ALERT, _HANDSHAKE, _APPLICATION_DATA) or data[at + 1] != 3:
            raise ProtocolError(f"at octet {at} there is no TLS record")
        if kind in (_CHANGE_CIPHER_SPEC, _APPLICATION_DATA):
            break  # all that this side sends from here on is encrypted
        body = data[at + _RECORD : end]
        if kind == _ALERT and len(body) == 2:
            alert = body[1]
        elif kind == _HANDSHAKE:
            handshake += body
        at = end
    return _pull(bytes(handshake), alert)


def _pull(handshake: bytes, alert: int | None) -> SeenFlight:
    messages: list[int] = []
    certificates = None
    tls13 = False
    at = 0
    while len(handshake) - at >= 4:
        end = at + 4 + int.from_bytes(handshake[at + 1 : at + 4], "big")
        if end > len(handshake):
            break
        messages.append(handshake[at])
        body = handshake[at + 4 : end]
        if handshake[at] == _CERTIFICATE:
            certificates = _certificates(Reader(body, "the Certificate message"))
        elif handshake[at] == _SERVER_HELLO:
            tls13 = _is_tls13(Reader(body, "the ServerHello"))
        at = end
    return SeenFlight(tuple(messages), certificates, alert, tls13)


def _certificates(reader: Reader) -> tuple[bytes, ...]:
    listed = Reader(reader.octets(_u24(reader)), "the list of certificates")
    found = []
    while len(listed):
        found.append(listed.octets(_u24(listed)))
    return tuple(found)


def _is_tls13(reader: Reader) -> bool:
    reader.octets(2 + 32)  # version, random
    reader.octets(reader.u8())  # session id
    reader.octets(2 + 1)  # cipher suite, compression method
    if not len(reader):
        return False
    extensions = Reader(reader.octets(reader.u16()), "the ServerHello's extensions")
    while len(extensions):
        kind, body = extensions.u16(), extensions.octets(extensions.u16())
        if kind == _SUPPORTED_VERSIONS:
            return body == b"\x03\x04"
    return False


def _u24(reader: Reader) -> int:
    return int.from_bytes(reader.octets(3), "big")
