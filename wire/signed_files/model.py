"""What CUCM's signed files say, as data. Readers and writers are in the modules beside this one."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import IntEnum

from cisco_data.trust_roles import TrustRole
from wire.certificate_id import CertificateId
from wire.signed_files.elements import HEADER_TAGS, RECORD_TAGS, TlvElement

MAX_TRUST_LIST = 64 * 1024
"""Octets: a phone cannot load a larger CTL or ITL file (Security Guide 14: an ITL of more than 39 certificates is over 64 KB)."""
MAX_SIGNED_FILE = 2048 * 1024
"""Octets: a phone's limit for a download (Cisco document 214535)."""


class SignatureDigest(IntEnum):
    """Header tag 8."""

    SHA1 = 1
    SHA256 = 2
    SHA512 = 3


DIGEST_OF_ALGORITHM = {"SHA-1": SignatureDigest.SHA1, "SHA-512": SignatureDigest.SHA512}
"""By value of CUCM's parameter TFTP File Signature Algorithm."""


@dataclass(frozen=True, slots=True)
class SignedHeader:
    """The header that all of these files begin with."""

    version: tuple[int, int]
    """Header tag 1: 1.0 to 1.2 of CTL and ITL, 1.0 of `.sgn`, 2.0 of `.enc.sgn`."""
    signer: CertificateId
    digest: SignatureDigest
    file_name: str
    """Header tag 14; "" where the file has none."""
    timestamp: int
    """Seconds since 1970; 0 where the file has none."""
    signature: bytes
    """Header tag 12."""
    length: int
    """Octets from the start of the file to its payload."""
    signer_version: tuple[int, int] | None = None
    """Header tag 28: 1.1 tells phones that they may use EC certificates and HTTPS on 6971; None where the file has no such tag."""
    elements: tuple[TlvElement, ...] = field(default=(), compare=False, repr=False)
    """All of them in the order of the file, one that holds others before these; no padding."""

    def unknown_tags(self) -> tuple[int, ...]:
        """Tags that were skipped, in the order of the file."""
        return tuple(one.tag for one in self.elements if one.tag not in HEADER_TAGS)


@dataclass(frozen=True, slots=True)
class TrustListRecord:
    """One certificate of a CTL or ITL file, and what it is trusted for."""

    certificate_id: CertificateId
    role: TrustRole
    """UNKNOWN for a number that is no role."""
    public_key: bytes
    """RSA: RSAPublicKey of RFC 8017 in DER. EC: the uncompressed point. Empty where the record has none."""
    signature: bytes = b""
    """The certificate's own; empty in the records of eTokens."""
    certificate: bytes | None = None
    """DER; None where the record has none."""
    dns_name: str = ""
    address: str = ""
    """IPv4 or IPv6; empty where the record has none."""
    elements: tuple[TlvElement, ...] = field(default=(), compare=False, repr=False)
    """In the order of the file; empty for a record that was not read from one."""

    def unknown_tags(self) -> tuple[int, ...]:
        """Tags that were skipped, in the order of the file."""
        return tuple(one.tag for one in self.elements if one.tag not in RECORD_TAGS)


@dataclass(frozen=True, slots=True)
class TrustListFile:
    """A CTL or ITL file."""

    header: SignedHeader
    records: tuple[TrustListRecord, ...]

    def signed_by(self) -> TrustListRecord | None:
        """The file's own record of its signer: a SAST record of that issuer and serial number; None where it has none."""
        wanted = self.header.signer
        return next((one for one in self.records if one.role is TrustRole.SAST and one.certificate_id == wanted), None)


@dataclass(frozen=True, slots=True)
class Encryption:
    """What the header of a `.enc.sgn` file says about its payload."""

    initialization_vector: bytes
    pads: int
    """Octets of padding behind the plaintext, 1 to 16."""
    wrapped_key: bytes
    """The AES-128 key under the public key of the phone's LSC or MIC: RSAES-PKCS1-v1_5 (RFC 8017 section 7.2)."""
    digest: SignatureDigest
    plaintext_hash: bytes


@dataclass(frozen=True, slots=True)
class SignedFile:
    """A `.sgn` or `.enc.sgn` file."""

    header: SignedHeader
    payload: bytes
    """The file that was signed, verbatim; of an encrypted one the ciphertext."""
    encryption: Encryption | None = None
    """None of a `.sgn` file."""
