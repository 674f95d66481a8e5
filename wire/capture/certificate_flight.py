"""Where in a client's octets its certificate is: in the clear up to TLS 1.2, under encryption in TLS 1.3, but there."""

from __future__ import annotations

_HEADER = 5
_CHANGE_CIPHER_SPEC, _HANDSHAKE, _APPLICATION_DATA = 20, 22, 23
_CLIENT_HELLO = 1


def certificate_ends(data: bytes) -> int:
    """Octets of `data` up to the end of the record with the Certificate message, 0 where `data` is no such flight.

    `data` is what a client sends after the server has spoken. A second ClientHello (after a HelloRetryRequest) is none. A
    TLS 1.3 client may send a ChangeCipherSpec first (RFC 8446 appendix D.4). A record that goes on in later octets ends here.
    """
    at = 0
    while len(data) - at >= _HEADER:
        kind, end = data[at], at + _HEADER + int.from_bytes(data[at + 3 : at + 5], "big")
        if kind == _HANDSHAKE and data[at + _HEADER : at + _HEADER + 1] == bytes([_CLIENT_HELLO]):
            return 0
        if kind in (_HANDSHAKE, _APPLICATION_DATA):
            return min(end, len(data))
        if kind != _CHANGE_CIPHER_SPEC:
            return 0
        at = end
    return 0
