"""CUCM's signed files: CTL and ITL (`.tlv`), signed (`.sgn`) and encrypted (`.enc.sgn`) configuration."""

from __future__ import annotations

from wire.signed_files.elements import HeaderTag, RecordTag, TlvElement
from wire.signed_files.encrypted import decrypt_untrusted, write_encrypted_file
from wire.signed_files.header import read_header_untrusted, signed_octets
from wire.signed_files.model import (
    DIGEST_OF_ALGORITHM,
    MAX_SIGNED_FILE,
    MAX_TRUST_LIST,
    Encryption,
    SignatureDigest,
    SignedFile,
    SignedHeader,
    TrustListFile,
    TrustListRecord,
)
from wire.signed_files.signed import read_signed_file_untrusted, write_signed_file
from wire.signed_files.signing import record_key_untrusted, verify_untrusted
from wire.signed_files.trust_list import (
    EC_SIGNER_VERSION,
    is_trust_list_untrusted,
    read_trust_list_untrusted,
    record_of,
    unsigned_trust_list,
    verifies_itself_untrusted,
    write_record,
    write_trust_list,
)

__all__ = [
    "DIGEST_OF_ALGORITHM",
    "EC_SIGNER_VERSION",
    "MAX_SIGNED_FILE",
    "MAX_TRUST_LIST",
    "Encryption",
    "HeaderTag",
    "RecordTag",
    "SignatureDigest",
    "SignedFile",
    "SignedHeader",
    "TlvElement",
    "TrustListFile",
    "TrustListRecord",
    "decrypt_untrusted",
    "is_trust_list_untrusted",
    "read_header_untrusted",
    "read_signed_file_untrusted",
    "read_trust_list_untrusted",
    "record_key_untrusted",
    "record_of",
    "signed_octets",
    "unsigned_trust_list",
    "verifies_itself_untrusted",
    "verify_untrusted",
    "write_encrypted_file",
    "write_record",
    "write_signed_file",
    "write_trust_list",
]
