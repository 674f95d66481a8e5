"""RADIUS packets around EAP (RFC 2865, RFC 3579): pyrad packs them and judges their digests, untrusted ones are pulled here first.

pyrad takes an attribute that runs past the packet's end for a shorter one, and any number of Message-Authenticators; so it
sees a packet only when that has been pulled apart without fault. It is used without a dictionary, numbers for names.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from dataclasses import dataclass, field

from pyrad import packet as pyrad

from wire.buffer import Reader
from wire.errors import ProtocolError
from wire.radius.numbers import Attribute, RadiusCode

HEADER = 20
MAX_OCTETS = 4096
"""RFC 2865 section 3."""
MAX_VALUE = 253
"""Octets of one attribute's value."""
MAX_ATTRIBUTES = 256
"""Assumed: the value."""

Attributes = Iterable[tuple[int, bytes]]


@dataclass(frozen=True, slots=True)
class RadiusPacket:
    """One packet as it came, its attributes in their order."""

    code: int
    identifier: int
    authenticator: bytes
    """16 octets: random in a request, a digest in an answer."""
    attributes: tuple[tuple[int, bytes], ...]
    raw: bytes = field(repr=False)
    """Without the padding behind it."""

    def all(self, attribute: int) -> tuple[bytes, ...]:
        """The values of an attribute, in order."""
        return tuple(value for kind, value in self.attributes if kind == attribute)

    def first(self, attribute: int) -> bytes | None:
        return next((value for kind, value in self.attributes if kind == attribute), None)

    def text(self, attribute: int) -> str:
        """The first value as text, what is no UTF-8 replaced; empty where there is none."""
        return (self.first(attribute) or b"").decode("utf-8", "replace")

    @property
    def eap(self) -> bytes:
        """The EAP packet, put together; empty where there is none."""
        return b"".join(self.all(Attribute.EAP_MESSAGE))

    @property
    def signed(self) -> bool:
        """It has a Message-Authenticator; whether that holds is another question."""
        return self.first(Attribute.MESSAGE_AUTHENTICATOR) is not None


def new_authenticator() -> bytes:
    """16 unpredictable octets for one request."""
    return secrets.token_bytes(16)


def eap_attributes(eap: bytes) -> list[tuple[int, bytes]]:
    """An EAP packet as EAP-Message attributes of at most 253 octets each."""
    return [(Attribute.EAP_MESSAGE, eap[at : at + MAX_VALUE]) for at in range(0, len(eap), MAX_VALUE)]


def push_request(identifier: int, authenticator: bytes, attributes: Attributes, secret: bytes) -> bytes:
    """An Access-Request with its Message-Authenticator, which goes first. Raises ValueError where it does not fit."""
    return _fitting(
        _packed(RadiusCode.ACCESS_REQUEST, identifier, authenticator, attributes, secret, sign=True).RequestPacket()
    )


def push_reply(code: int, request: RadiusPacket, attributes: Attributes, secret: bytes, *, sign: bool = True) -> bytes:
    """The answer to a request. `sign`: with a Message-Authenticator. Raises ValueError where it does not fit."""
    return _fitting(_packed(code, request.identifier, request.authenticator, attributes, secret, sign).ReplyPacket())


def pull_radius_untrusted(data: bytes) -> RadiusPacket:
    """One untrusted datagram; octets after its length are padding. Nothing is said yet about who sent it.

    Raises ProtocolError: too short, too long, attributes that do not add up, a Message-Authenticator that is not one of 16 octets.
    """
    reader = Reader(data, "the RADIUS packet")
    reader.octets(2)
    length = reader.u16()
    if not HEADER <= length <= min(len(data), MAX_OCTETS):
        raise ProtocolError(f"a RADIUS packet cannot claim {length} octets in a datagram of {len(data)}")
    attributes = _pull_attributes_untrusted(data[HEADER:length])
    return RadiusPacket(data[0], data[1], data[4:HEADER], attributes, data[:length])


def request_holds(request: RadiusPacket, secret: bytes) -> bool:
    """The Message-Authenticator of a request is there and was made with this secret."""
    return request.signed and bool(_decoded(request, secret).verify_message_authenticator())


def reply_holds(reply: RadiusPacket, request: RadiusPacket, secret: bytes) -> bool:
    """The answer belongs to this request and was made with this secret: its authenticator, and the other one if it has it.

    A Proxy-State that was not sent does not come back either: it is the mark of the BlastRADIUS forgery (CVE-2024-3596).
    FreeRADIUS leaves some rejects without a Message-Authenticator; whether that will do is the caller's to decide (`signed`).
    """
    return bool(_decoded(request, secret).VerifyReply(_decoded(reply, secret)))


def _packed(
    code: int, identifier: int, authenticator: bytes, attributes: Attributes, secret: bytes, sign: bool
) -> pyrad.AuthPacket:
    packet = pyrad.AuthPacket(code, identifier, secret, authenticator)
    if sign:
        packet.message_authenticator = True
        packet[int(Attribute.MESSAGE_AUTHENTICATOR)] = [bytes(16)]
    for kind, value in attributes:
        packet.setdefault(int(kind), []).append(value)
    return packet


def _decoded(packet: RadiusPacket, secret: bytes) -> pyrad.Packet:
    return pyrad.Packet(secret=secret, packet=packet.raw)


def _fitting(data: bytes) -> bytes:
    if len(data) > MAX_OCTETS:
        raise ValueError(f"a RADIUS packet holds {MAX_OCTETS} octets at most, not {len(data)}")
    return data


def _pull_attributes_untrusted(data: bytes) -> tuple[tuple[int, bytes], ...]:
    reader = Reader(data, "the RADIUS attributes")
    attributes: list[tuple[int, bytes]] = []
    signed = False
    while len(reader):
        kind, length = reader.octets(2)
        if length < 2:
            raise ProtocolError(f"RADIUS attribute {kind} has a length of {length}")
        attributes.append((kind, reader.octets(length - 2)))
        if len(attributes) > MAX_ATTRIBUTES:
            raise ProtocolError(f"a RADIUS packet of more than {MAX_ATTRIBUTES} attributes")
        if kind == Attribute.MESSAGE_AUTHENTICATOR:
            if signed or length != 18:
                raise ProtocolError("a Message-Authenticator has 16 octets, and there is one")
            signed = True
    return tuple(attributes)
