"""The two MS-MPPE keys (RFC 2548 section 2.4): how the server hands the switch the first half of what EAP-TLS derived."""

from __future__ import annotations

from dataclasses import dataclass, field

from pyrad import packet as pyrad

from wire.buffer import Reader
from wire.errors import ProtocolError
from wire.radius.numbers import MICROSOFT, MS_MPPE_RECV_KEY, MS_MPPE_SEND_KEY, Attribute, RadiusCode
from wire.radius.packet import RadiusPacket

KEY = 32
"""Octets of each key."""


@dataclass(frozen=True, slots=True)
class MppeKeys:
    """Send and receive as the NAS does; keys are secrets and do not show in `repr`."""

    receive: bytes = field(repr=False)
    send: bytes = field(repr=False)


def keys_of(msk: bytes) -> MppeKeys:
    """What a master session key of 64 octets becomes: receive first, then send."""
    return MppeKeys(msk[:KEY], msk[KEY : 2 * KEY])


def push_mppe(keys: MppeKeys, request: RadiusPacket, secret: bytes) -> list[tuple[int, bytes]]:
    """Both keys as attributes of the answer to `request`, encrypted with the secret; their salts differ."""
    cipher = pyrad.Packet(RadiusCode.ACCESS_ACCEPT, request.identifier, secret, request.authenticator)
    received = cipher.SaltCrypt(keys.receive)
    sent = cipher.SaltCrypt(keys.send)
    while sent[:2] == received[:2]:
        sent = cipher.SaltCrypt(keys.send)
    return [_vendor(MS_MPPE_RECV_KEY, received), _vendor(MS_MPPE_SEND_KEY, sent)]


def pull_mppe_untrusted(reply: RadiusPacket, request: RadiusPacket, secret: bytes) -> MppeKeys | None:
    """The keys of an Access-Accept; None where it has not both. Raises ProtocolError for what cannot be decrypted."""
    found: dict[int, bytes] = {}
    for value in reply.all(Attribute.VENDOR_SPECIFIC):
        reader = Reader(value, "the Vendor-Specific attribute")
        if len(reader) < 4 or reader.u32() != MICROSOFT:
            continue
        while len(reader):
            kind, length = reader.u8(), reader.u8()
            if length < 2:
                raise ProtocolError(f"Microsoft's attribute {kind} has a length of {length}")
            found[kind] = reader.octets(length - 2)
    if MS_MPPE_RECV_KEY not in found or MS_MPPE_SEND_KEY not in found:
        return None
    return MppeKeys(
        *(_decrypted_untrusted(found[kind], request, secret) for kind in (MS_MPPE_RECV_KEY, MS_MPPE_SEND_KEY))
    )


def _decrypted_untrusted(value: bytes, request: RadiusPacket, secret: bytes) -> bytes:
    cipher = pyrad.Packet(RadiusCode.ACCESS_ACCEPT, request.identifier, secret, request.authenticator)
    try:
        key = bytes(cipher.SaltDecrypt(value))
    except pyrad.PacketError:
        raise ProtocolError(f"an encrypted key cannot have {len(value)} octets") from None
    if len(key) != KEY:
        raise ProtocolError(f"an MPPE key has {KEY} octets, not {len(key)}")
    return key


def _vendor(kind: int, value: bytes) -> tuple[int, bytes]:
    return Attribute.VENDOR_SPECIFIC, MICROSOFT.to_bytes(4, "big") + bytes((kind, len(value) + 2)) + value
