"""The four messages of TVS as data. Each says how it is pulled from elements and pushed into them."""

from __future__ import annotations

from dataclasses import dataclass

import msgspec

from cisco_data.trust_roles import TrustRole
from wire.buffer import Reader
from wire.certificate_id import CertificateId
from wire.errors import ProtocolError
from wire.plain_text import plain
from wire.tvs import numbers
from wire.tvs.numbers import TvsCommand, TvsStatus, TvsTag

Elements = dict[int, bytes]
"""Values by tag."""

_KNOWN = frozenset(TvsTag)
_ROLES = frozenset(TrustRole)
_TEXT = 1
"""The octet in front of a device name. Assumed: what it means."""


class RequestedCertificate(msgspec.Struct, frozen=True):
    """A certificate as a request names it, for events. These are texts of the protocol, which no code cuts apart; `?` stands for
    each character that cannot be printed."""

    subject: str
    """`CN=..;OU=..`"""
    issuer: str
    serial_number: str
    """Upper-case hex, as TVS prints it."""

    @classmethod
    def of(cls, one: CertificateId) -> RequestedCertificate:
        return cls(plain(one.subject), plain(one.issuer), f"{one.serial_number:X}")


@dataclass(frozen=True, slots=True)
class CertVerificationReq:
    """A phone asks whether TVS knows this very certificate."""

    session_id: int
    """32 bits, of the phone's choice; the answer repeats it."""
    device_name: str
    """`CP-8861-SEP001122334455`"""
    certificate: bytes
    """DER, not looked into."""

    @classmethod
    def pull_untrusted(cls, session_id: int, elements: Elements) -> CertVerificationReq:
        return cls(session_id, _device_name_untrusted(elements), _certificate_untrusted(elements))

    def push(self) -> bytes:
        return _push((TvsTag.DEVICE_NAME, _device_name(self.device_name)), (TvsTag.CERTIFICATE, self.certificate))


@dataclass(frozen=True, slots=True)
class QueryCertReq:
    """A phone asks for the certificate of these names and this serial number."""

    session_id: int
    device_name: str
    certificate_id: CertificateId

    @classmethod
    def pull_untrusted(cls, session_id: int, elements: Elements) -> QueryCertReq:
        serial = _required(elements, TvsTag.SERIAL_NUMBER, numbers.MAX_SERIAL)
        wanted = CertificateId(
            _name_untrusted(elements, TvsTag.SUBJECT),
            _name_untrusted(elements, TvsTag.ISSUER),
            int.from_bytes(serial, "big"),
        )
        return cls(session_id, _device_name_untrusted(elements), wanted)

    def push(self) -> bytes:
        """A serial number goes as few octets as it needs; assumed of those whose first bit is set."""
        wanted = self.certificate_id
        serial = wanted.serial_number.to_bytes(max(1, (wanted.serial_number.bit_length() + 7) // 8), "big")
        return _push(
            (TvsTag.DEVICE_NAME, _device_name(self.device_name)),
            (TvsTag.SUBJECT, wanted.subject.encode() + b"\0"),
            (TvsTag.ISSUER, wanted.issuer.encode() + b"\0"),
            (TvsTag.SERIAL_NUMBER, serial),
        )


@dataclass(frozen=True, slots=True)
class CertVerificationRes:
    """TVS's answer: whether it knows that certificate, and what it is trusted for."""

    session_id: int
    status: TvsStatus
    roles: tuple[int, ...] = ()
    """TrustRole where the number is one, in the order of the message."""
    ttl: int = 0
    """Seconds; 0 where the answer has none."""

    @classmethod
    def pull_untrusted(cls, session_id: int, elements: Elements) -> CertVerificationRes:
        return cls(session_id, _status_untrusted(elements), _roles_untrusted(elements), _ttl_untrusted(elements))

    def push(self) -> bytes:
        return _push(*_verdict(self.status, self.roles, self.ttl))


@dataclass(frozen=True, slots=True)
class QueryCertRes:
    """TVS's answer with the certificate. Assumed: where it knows none, the status alone, as after a verification."""

    session_id: int
    status: TvsStatus
    certificate: bytes = b""
    """DER, not looked into; empty where TVS knows none."""
    roles: tuple[int, ...] = ()
    ttl: int = 0

    @classmethod
    def pull_untrusted(cls, session_id: int, elements: Elements) -> QueryCertRes:
        status = _status_untrusted(elements)
        certificate = _certificate_untrusted(elements) if status is TvsStatus.VALID else b""
        return cls(session_id, status, certificate, _roles_untrusted(elements), _ttl_untrusted(elements))

    def push(self) -> bytes:
        first, *rest = _verdict(self.status, self.roles, self.ttl)
        return _push(first, *([(TvsTag.CERTIFICATE, self.certificate)] if self.certificate else []), *rest)


TvsRequest = CertVerificationReq | QueryCertReq
TvsResponse = CertVerificationRes | QueryCertRes
TvsMessage = TvsRequest | TvsResponse

KINDS: dict[TvsCommand, type[TvsMessage]] = {
    TvsCommand.CERT_VERIFICATION_REQ: CertVerificationReq,
    TvsCommand.CERT_VERIFICATION_RES: CertVerificationRes,
    TvsCommand.QUERY_CERT_REQ: QueryCertReq,
    TvsCommand.QUERY_CERT_RES: QueryCertRes,
}
COMMANDS = {kind: command for command, kind in KINDS.items()}


def pull_elements_untrusted(payload: bytes) -> Elements:
    """The elements in any order. Unknown tags are passed over; a known one that comes twice is an error."""
    reader = Reader(payload, "the TVS message")
    elements: Elements = {}
    while len(reader):
        tag, value = reader.u8(), reader.octets(reader.u16())
        if tag in elements:
            raise ProtocolError(f"TVS element {tag} comes twice")
        if tag in _KNOWN:
            elements[tag] = value
    return elements


def _push(*elements: tuple[TvsTag, bytes]) -> bytes:
    """Raises ValueError for a value that is too long for any message."""
    for tag, value in elements:
        if len(value) > numbers.MAX_PAYLOAD:
            raise ValueError(f"TVS element {tag} of {len(value)} octets; {numbers.MAX_PAYLOAD} are the limit")
    return b"".join(bytes((tag,)) + len(value).to_bytes(2, "big") + value for tag, value in elements)


def _verdict(status: TvsStatus, roles: tuple[int, ...], ttl: int) -> list[tuple[TvsTag, bytes]]:
    told = [(TvsTag.STATUS, bytes((status,)))]
    if status is TvsStatus.VALID:
        told += [(TvsTag.ROLES, bytes(roles)), (TvsTag.TTL, ttl.to_bytes(4, "big"))]
    return told


def _required(elements: Elements, tag: TvsTag, longest: int) -> bytes:
    value = elements.get(tag)
    if not value:
        raise ProtocolError(f"the TVS message has no element {tag}")
    if len(value) > longest:
        raise ProtocolError(f"TVS element {tag} has {len(value)} octets, {longest} is the most")
    return value


def _device_name(name: str) -> bytes:
    return bytes((_TEXT,)) + name.encode("ascii")


def _device_name_untrusted(elements: Elements) -> str:
    """Printable ASCII without a space. The octet in front of it is read and not looked at, and so is a NUL after it."""
    octets = _required(elements, TvsTag.DEVICE_NAME, numbers.MAX_DEVICE_NAME)[1:].removesuffix(b"\0")
    if not octets or not all(0x21 <= octet <= 0x7E for octet in octets):
        raise ProtocolError("the TVS device name is empty or has characters that no device name has")
    return octets.decode("ascii")


def _name_untrusted(elements: Elements, tag: TvsTag) -> str:
    """A subject or issuer without its NUL. What is no UTF-8 becomes U+FFFD, and so equals no name."""
    return _required(elements, tag, numbers.MAX_NAME).removesuffix(b"\0").decode("utf-8", "replace")


def _certificate_untrusted(elements: Elements) -> bytes:
    return _required(elements, TvsTag.CERTIFICATE, numbers.MAX_CERTIFICATE)


def _status_untrusted(elements: Elements) -> TvsStatus:
    """Assumed: any other number says no, too."""
    octets = _required(elements, TvsTag.STATUS, 1)
    return TvsStatus.VALID if octets[0] == TvsStatus.VALID else TvsStatus.INVALID


def _roles_untrusted(elements: Elements) -> tuple[int, ...]:
    roles = elements.get(TvsTag.ROLES, b"")
    if len(roles) > numbers.MAX_ROLES:
        raise ProtocolError(f"a TVS answer has {len(roles)} trust roles, {numbers.MAX_ROLES} is the most")
    return tuple(TrustRole(role) if role in _ROLES else role for role in roles)


def _ttl_untrusted(elements: Elements) -> int:
    octets = elements.get(TvsTag.TTL, bytes(4))
    if len(octets) != 4:
        raise ProtocolError(f"the TTL of a TVS answer has {len(octets)} octets, not 4")
    return int.from_bytes(octets, "big")
