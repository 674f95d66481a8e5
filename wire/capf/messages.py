"""CAPF's messages and their bytes: each kind once, its pull beside its push, the phone's and the server's alike."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Self

from wire.capf import elements as el
from wire.capf.elements import Elements, Sudi
from wire.capf.numbers import MAX_PUBLIC_KEY, CapfCommand, Tag
from wire.errors import ProtocolError


@dataclass(frozen=True, slots=True)
class _Message:
    """`session_id` is the server's choice, 0 to 2**32 - 1; the phone repeats it in every message."""

    session_id: int


@dataclass(frozen=True, slots=True)
class AuthRequest(_Message):
    """Server: who are you? The first message of a connection."""

    version: int
    auth_type: int | None = None

    @classmethod
    def pull_untrusted(cls, session_id: int, elements: Elements) -> Self:
        return cls(session_id, el.pull_u8_untrusted(elements, Tag.VERSION), _optional_u8(elements, Tag.AUTH_TYPE))

    def push(self) -> bytes:
        return el.push_elements(
            (Tag.VERSION, el.push_u8(self.version)),
            (Tag.AUTH_TYPE, el.push_u8(self.auth_type)),
        )


@dataclass(frozen=True, slots=True)
class AuthResponse(_Message):
    """Phone: my name, and a string, or a certificate with the proof that I hold its key, or nothing."""

    version: int
    device_name: str
    reason: int | None = 1
    password: bytes | None = field(default=None, repr=False)
    """Without its NUL; b"" in null-string mode; None where the phone sends no such element."""
    certificate: bytes | None = None
    """DER."""
    signed_data: bytes | None = None
    """Signature with SHA-1."""
    sudi: Sudi | None = None
    sha2_signed_data: bytes | None = None
    """Signature with SHA-512."""

    @classmethod
    def pull_untrusted(cls, session_id: int, elements: Elements) -> Self:
        certificate, signed = elements.get(Tag.CERTIFICATE), elements.get(Tag.SIGNED_DATA)
        sudi, sha2 = elements.get(Tag.SUDI_DATA), elements.get(Tag.SHA2_SIGNED_DATA)
        return cls(
            session_id,
            version=el.pull_u8_untrusted(elements, Tag.VERSION),
            device_name=el.pull_device_name_untrusted(elements),
            reason=_optional_u8(elements, Tag.REASON),
            password=el.pull_password_untrusted(elements),
            certificate=None if certificate is None else el.pull_certificate_untrusted(certificate),
            signed_data=None if signed is None else el.pull_signature_untrusted(signed),
            sudi=None if sudi is None else el.pull_sudi_untrusted(sudi),
            sha2_signed_data=None if sha2 is None else el.pull_sha2_signature_untrusted(sha2),
        )

    def push(self) -> bytes:
        return el.push_elements(
            (Tag.REASON, el.push_u8(self.reason)),
            (Tag.VERSION, el.push_u8(self.version)),
            (Tag.PASSWORD, el.push_password(self.password)),
            (Tag.DEVICE_NAME, el.push_device_name(self.device_name)),
            (Tag.CERTIFICATE, el.push_certificate(self.certificate)),
            (Tag.SIGNED_DATA, self.signed_data),
            (Tag.SUDI_DATA, el.push_sudi(self.sudi)),
            (Tag.SHA2_SIGNED_DATA, el.push_sha2_signature(self.sha2_signed_data)),
        )


@dataclass(frozen=True, slots=True)
class KeyGenerateRequest(_Message):
    """Server: make a key pair and send me the public key. Without a key type, RSA is meant."""

    key_size: int | None = None
    """RSA, in bits."""
    key_type: int | None = None
    curve: int | None = None

    @classmethod
    def pull_untrusted(cls, session_id: int, elements: Elements) -> Self:
        size = el.pull_u16_untrusted(elements, Tag.KEY_SIZE) if Tag.KEY_SIZE in elements else None
        return cls(session_id, size, _optional_u8(elements, Tag.KEY_TYPE), _optional_u8(elements, Tag.CURVE))

    def push(self) -> bytes:
        return el.push_elements(
            (Tag.KEY_SIZE, el.push_u16(self.key_size)),
            (Tag.KEY_TYPE, el.push_u8(self.key_type)),
            (Tag.CURVE, el.push_u8(self.curve)),
        )


@dataclass(frozen=True, slots=True)
class KeyGenerateResponse(_Message):
    """Phone: the public key, or a reason why there is none."""

    public_key: bytes | None = None
    """DER SubjectPublicKeyInfo; not a certificate request."""
    reason: int | None = None

    @classmethod
    def pull_untrusted(cls, session_id: int, elements: Elements) -> Self:
        key = elements.get(Tag.PUBLIC_KEY)
        if key is not None and not 1 <= len(key) <= MAX_PUBLIC_KEY:
            raise ProtocolError(f"a CAPF public key of {len(key)} octets; 1 to {MAX_PUBLIC_KEY} are taken")
        reason = _optional_u8(elements, Tag.REASON)
        if key is None and reason is None:
            raise ProtocolError("the CAPF key response has neither a key nor a reason")
        return cls(session_id, key, reason)

    def push(self) -> bytes:
        return el.push_elements((Tag.REASON, el.push_u8(self.reason)), (Tag.PUBLIC_KEY, self.public_key))


@dataclass(frozen=True, slots=True)
class StoreCertificateRequest(_Message):
    """Server: your new certificate."""

    certificate: bytes
    """DER."""
    certificate_type: int | None = 1

    @classmethod
    def pull_untrusted(cls, session_id: int, elements: Elements) -> Self:
        kind, value = _optional_u8(elements, Tag.CERTIFICATE_TYPE), elements.get(Tag.CERTIFICATE)
        if value is None:
            raise ProtocolError("the CAPF store request has no certificate")
        return cls(session_id, el.pull_certificate_untrusted(value), kind)

    def push(self) -> bytes:
        return el.push_elements(
            (Tag.CERTIFICATE_TYPE, el.push_u8(self.certificate_type)),
            (Tag.CERTIFICATE, el.push_certificate(self.certificate)),
        )


@dataclass(frozen=True, slots=True)
class FetchCertificateRequest(_Message):
    """Server: show me your certificate; without a type, the LSC."""

    certificate_type: int | None = None

    @classmethod
    def pull_untrusted(cls, session_id: int, elements: Elements) -> Self:
        return cls(session_id, _optional_u8(elements, Tag.CERTIFICATE_TYPE))

    def push(self) -> bytes:
        return el.push_elements((Tag.CERTIFICATE_TYPE, el.push_u8(self.certificate_type)))


@dataclass(frozen=True, slots=True)
class FetchCertificateResponse(_Message):
    """Phone: the certificate, or a reason why there is none."""

    reason: int
    certificate: bytes | None = None
    """DER."""

    @classmethod
    def pull_untrusted(cls, session_id: int, elements: Elements) -> Self:
        reason, value = el.pull_u8_untrusted(elements, Tag.REASON), elements.get(Tag.CERTIFICATE)
        return cls(session_id, reason, None if value is None else el.pull_certificate_untrusted(value))

    def push(self) -> bytes:
        return el.push_elements(
            (Tag.REASON, el.push_u8(self.reason)),
            (Tag.CERTIFICATE, el.push_certificate(self.certificate)),
        )


@dataclass(frozen=True, slots=True)
class _WithoutElements(_Message):
    @classmethod
    def pull_untrusted(cls, session_id: int, elements: Elements) -> Self:
        return cls(session_id)

    def push(self) -> bytes:
        return b""


@dataclass(frozen=True, slots=True)
class RequestInProgress(_WithoutElements):
    """Phone: the key takes a while. May come before a key response; some phones never send it."""


@dataclass(frozen=True, slots=True)
class DeleteCertificateRequest(_WithoutElements):
    """Server: delete your LSC."""


@dataclass(frozen=True, slots=True)
class _WithReason(_Message):
    reason: int

    @classmethod
    def pull_untrusted(cls, session_id: int, elements: Elements) -> Self:
        return cls(session_id, el.pull_u8_untrusted(elements, Tag.REASON))

    def push(self) -> bytes:
        return el.push_elements((Tag.REASON, el.push_u8(self.reason)))


@dataclass(frozen=True, slots=True)
class StoreCertificateResponse(_WithReason):
    """Phone: 1 stored, anything else not."""


@dataclass(frozen=True, slots=True)
class DeleteCertificateResponse(_WithReason):
    """Phone: 1 deleted, 7 there was none."""


@dataclass(frozen=True, slots=True)
class EndSession(_WithReason):
    """Server: 0 nothing to do, 1 done, 7 declined, 9 unknown device. The last message of a connection."""


@dataclass(frozen=True, slots=True)
class OpaqueMessage(_Message):
    """A command whose elements are not published, kept as it came."""

    command: CapfCommand
    payload: bytes


ParsedMessage = (
    AuthRequest
    | AuthResponse
    | KeyGenerateRequest
    | KeyGenerateResponse
    | RequestInProgress
    | StoreCertificateRequest
    | StoreCertificateResponse
    | FetchCertificateRequest
    | FetchCertificateResponse
    | DeleteCertificateRequest
    | DeleteCertificateResponse
    | EndSession
)
Message = ParsedMessage | OpaqueMessage


def _optional_u8(elements: Elements, tag: Tag) -> int | None:
    return el.pull_u8_untrusted(elements, tag) if tag in elements else None
