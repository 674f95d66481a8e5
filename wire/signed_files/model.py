"""What CUCM's signed files say, as data. Readers and writers are in the modules beside this one."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

from cisco_data.trust_roles import TrustRole
from wire.certificate_id import CertificateId

MAX_TRUST_LIST = 64 * 1024
"""Octets: a phone cannot load a larger CTL or ITL file (Security Guide 14: an ITL of more than 39 certificates is over 64 KB)."""


class SignatureDigest(IntEnum):
    """Header tag 8."""

    SHA1 = 1
    SHA256 = 2
    SHA512 = 3


@dataclass(frozen=True, slots=True)
class SignedHeader:
    """The header that all of these files begin with."""

    version: tuple[int, int]
    """Header tag 1: 1.0 to 1.2 of CTL and ITL, 1.0 of `.sgn`, 2.0 of `.enc.sgn`."""
    signer: CertificateId
    digest: SignatureDigest
    file_name: str
    timestamp: int
    """Seconds since 1970; 0 where the file has none."""
    signature: bytes
    """Header tag 12."""
    length: int
    """Octets from the start of the file to its payload."""
    signer_version: tuple[int, int] | None = None
    """Header tag 28: 1.1 tells phones that they may use EC certificates and HTTPS on 6971; None where the file has no such tag."""


@dataclass(frozen=True, slots=True)
class Record:
    """One certificate of a CTL or ITL file, and what it is trusted for."""

    certificate_id: CertificateId
    role: TrustRole
    public_key: bytes
    """RSA: RSAPublicKey of RFC 8017 in DER. EC: the uncompressed point."""
    signature: bytes = b""
    """The certificate's own; empty in the records of eTokens."""
    certificate: bytes | None = None
    """DER; None where the record has none."""
    dns_name: str = ""
    address: str = ""
    """IPv4; empty where the record has none."""


@dataclass(frozen=True, slots=True)
class TrustListFile:
    """A CTL or ITL file."""

    header: SignedHeader
    records: tuple[Record, ...]

    def signed_by(self) -> Record | None:
        """The file's own record of its signer: a SAST record of that issuer and serial number; None where it has none."""
        wanted = self.header.signer
        return next((one for one in self.records if one.role is TrustRole.SAST and one.certificate_id == wanted), None)
