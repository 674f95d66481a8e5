"""EAP packets (RFC 3748 section 4): code, identifier, length, and in requests and responses a type with its data."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

from wire.buffer import Reader
from wire.errors import ProtocolError

HEADER = 4
"""Octets: code, identifier and length."""
MAX_OCTETS = 0xFFFF
"""What the length field can say."""


class EapCode(IntEnum):
    """RFC 3748 section 4."""

    REQUEST = 1
    RESPONSE = 2
    SUCCESS = 3
    FAILURE = 4


class EapType(IntEnum):
    """The IANA registry "EAP Method Types", as far as phones know them."""

    IDENTITY = 1
    NOTIFICATION = 2
    NAK = 3
    """Response only; its data are the types that the peer would rather have, one octet each."""
    MD5 = 4
    TLS = 13
    FAST = 43


@dataclass(frozen=True, slots=True)
class Eap:
    """One packet. `type` and `data` belong to requests and responses; Success and Failure have neither."""

    code: int
    identifier: int
    """0 to 255. A response bears that of its request, Success and Failure that of the last response."""
    type: int = 0
    """0 where the code has none."""
    data: bytes = b""


def push_eap(packet: Eap) -> bytes:
    """The packet's octets. Raises ValueError for more than 65535 of them, or data where the code allows none."""
    if packet.code in (EapCode.SUCCESS, EapCode.FAILURE):
        if packet.type or packet.data:
            raise ValueError("Success and Failure carry neither a type nor data")
        return bytes((packet.code, packet.identifier, 0, HEADER))
    length = HEADER + 1 + len(packet.data)
    if length > MAX_OCTETS:
        raise ValueError(f"an EAP packet holds {MAX_OCTETS} octets at most, not {length}")
    return bytes((packet.code, packet.identifier, *length.to_bytes(2, "big"), packet.type)) + packet.data


def pull_eap_untrusted(data: bytes) -> Eap:
    """One untrusted packet. Octets after its length are the link's padding, and ignored (RFC 3748 section 4.1).

    Raises ProtocolError: no such code, a length that is not so, a request or response without a type.
    """
    reader = Reader(data, "the EAP packet")
    code, identifier, length = reader.u8(), reader.u8(), reader.u16()
    if code not in (EapCode.REQUEST, EapCode.RESPONSE, EapCode.SUCCESS, EapCode.FAILURE):
        raise ProtocolError(f"EAP has no code {code}")
    if length > len(data):
        raise ProtocolError(f"the EAP packet claims {length} octets and has {len(data)}")
    if code in (EapCode.SUCCESS, EapCode.FAILURE):
        if length != HEADER:
            raise ProtocolError(f"EAP Success and Failure have {HEADER} octets, not {length}")
        return Eap(code, identifier)
    if length <= HEADER:
        raise ProtocolError("an EAP request or response without a type")
    return Eap(code, identifier, reader.u8(), reader.octets(length - HEADER - 1))


def identity_request(identifier: int) -> Eap:
    """What an authenticator asks first."""
    return Eap(EapCode.REQUEST, identifier, EapType.IDENTITY)


def identity_response(identifier: int, identity: str) -> Eap:
    """What a phone answers: for Cisco phones, the common name of their certificates."""
    return Eap(EapCode.RESPONSE, identifier, EapType.IDENTITY, identity.encode())


def nak(identifier: int, *wanted: int) -> Eap:
    """Not that method but one of these; 0 says none (RFC 3748 section 5.3.1)."""
    return Eap(EapCode.RESPONSE, identifier, EapType.NAK, bytes(wanted or (0,)))
