"""CTL and ITL files (`.tlv`): the certificates that a phone trusts, and what for.

The writer lays a file out as CUCM does, to the octet (`show ctl` of Cisco document 118893). The reader takes what other writers
make of it too: elements and records in any order, names with `;` or `,`, records without DNSNAME and IPADDRESS as well as those
of eTokens, headers of version 1.0 to 1.2. Unknown elements are skipped, and can be seen in `unknown_tags()`.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable
from functools import lru_cache

from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding

from cisco_data.trust_roles import TrustRole
from pki import Certificate, Identity, read
from wire.certificate_id import CertificateId, certificate_id
from wire.errors import ProtocolError
from wire.signed_files.elements import (
    RECORD_TAGS,
    RecordTag,
    TlvElement,
    block_untrusted,
    by_tag,
    element,
    number,
    serial_number,
    text,
    text_element,
)
from wire.signed_files.header import ENCRYPTED_VERSION, read_header_untrusted
from wire.signed_files.model import MAX_TRUST_LIST, SignatureDigest, TrustListFile, TrustListRecord
from wire.signed_files.signing import (
    record_key_octets,
    record_key_untrusted,
    sign_file,
    unsigned_file,
    verify_untrusted,
)

LIST_VERSION = (1, 2)
EC_SIGNER_VERSION = (1, 1)
NO_ADDRESS = "0.0.0.0"
_REQUIRED = (RecordTag.FUNCTION, RecordTag.ISSUER_NAME, RecordTag.SERIAL_NUMBER)


def is_trust_list_untrusted(data: bytes) -> bool:
    """Whether a signed file is a CTL or ITL file, by the name in its header or by what follows it. Raises ProtocolError."""
    header = read_header_untrusted(data)
    begins_a_record = data.startswith(bytes([RecordTag.RECORD_LENGTH, 0, 2]), header.length)
    return header.version < ENCRYPTED_VERSION and (header.file_name.lower().endswith(".tlv") or begins_a_record)


@lru_cache(maxsize=64)
def read_trust_list_untrusted(data: bytes) -> TrustListFile:
    """The list, one and the same object for the same octets. Its signature is not checked.

    Raises ProtocolError, for more than MAX_TRUST_LIST octets too.
    """
    if len(data) > MAX_TRUST_LIST:
        raise ProtocolError(f"a CTL or ITL file has at most {MAX_TRUST_LIST} octets, and this one has {len(data)}")
    header = read_header_untrusted(data)
    if header.version >= ENCRYPTED_VERSION:
        raise ProtocolError(f"version {header.version[0]}.{header.version[1]} is no version of a CTL or ITL file")
    records, at = list[TrustListRecord](), header.length
    while at < len(data):
        record, at = _record_untrusted(data, at, f"record {len(records) + 1} at octet {at}")
        records.append(record)
    return TrustListFile(header, tuple(records))


def _record_untrusted(data: bytes, start: int, what: str) -> tuple[TrustListRecord, int]:
    elements, end = block_untrusted(data, start, RecordTag.RECORD_LENGTH, what)
    found = by_tag(elements, RECORD_TAGS, what)
    if missing := [tag for tag in _REQUIRED if tag not in found]:
        raise ProtocolError(f"{what} has no element with tag {missing[0]:d}")
    certificate_of = CertificateId(
        text(found.get(RecordTag.SUBJECT_NAME)),
        text(found[RecordTag.ISSUER_NAME]),
        int.from_bytes(found[RecordTag.SERIAL_NUMBER].value, "big"),
    )
    certificate = found.get(RecordTag.CERTIFICATE)
    record = TrustListRecord(
        certificate_of,
        _role(number(found[RecordTag.FUNCTION], 2, what)),
        _octets(found.get(RecordTag.PUBLIC_KEY)),
        _octets(found.get(RecordTag.SIGNATURE)),
        certificate.value if certificate is not None else None,
        text(found.get(RecordTag.DNS_NAME)),
        _address_untrusted(found.get(RecordTag.IP_ADDRESS), what),
        elements,
    )
    return record, end


def _role(value: int) -> TrustRole:
    try:
        return TrustRole(value)
    except ValueError:
        return TrustRole.UNKNOWN


def _octets(of: TlvElement | None) -> bytes:
    return of.value if of is not None else b""


def _address_untrusted(of: TlvElement | None, what: str) -> str:
    if of is None:
        return ""
    if len(of.value) not in (4, 16):
        raise ProtocolError(f"the element with tag {of.tag} at octet {of.at - 3} of {what} is no IP address")
    return str(ipaddress.ip_address(of.value))


def record_of(
    certificate: Certificate, role: TrustRole, *, dns_name: str = "", address: str = NO_ADDRESS
) -> TrustListRecord:
    """CUCM's record of a certificate.

    Args:
        dns_name: host name of the node.
        address: IPv4.

    Raises:
        ValueError: the key is neither RSA nor EC.
    """
    return TrustListRecord(
        certificate_id(certificate),
        role,
        record_key_octets(certificate),
        read(certificate).parts.signature,
        certificate.public_bytes(Encoding.DER),
        dns_name,
        address,
    )


def write_trust_list(
    records: Iterable[TrustListRecord],
    signer: Identity,
    *,
    file_name: str,
    digest: SignatureDigest,
    timestamp: int,
    signer_version: tuple[int, int] | None = None,
) -> bytes:
    """A CTL or ITL file in CUCM's layout, signed: one RSA signature. It may be too long for phones, as CUCM's own may.

    Args:
        file_name: `CTLFile.tlv`, `ITLSEP001122334455.tlv`.
        timestamp: seconds since 1970.
        signer_version: header tag 28; 1.1 where a record has an EC key.

    Raises:
        ValueError: the signer's key is not RSA of a size that files are signed with, a SAST record has no RSA key, or an EC key is
            listed without `signer_version` 1.1.
    """
    return sign_file(
        _payload(records, signer_version),
        signer,
        version=LIST_VERSION,
        file_name=file_name,
        digest=digest,
        timestamp=timestamp,
        signer_version=signer_version,
    )


def unsigned_trust_list(
    records: Iterable[TrustListRecord],
    signer: Certificate,
    *,
    file_name: str,
    digest: SignatureDigest,
    timestamp: int,
) -> bytes:
    """The same with zeros for a signature: for data, never for phones. Raises ValueError as `write_trust_list`."""
    return unsigned_file(
        _payload(records, None),
        signer,
        version=LIST_VERSION,
        file_name=file_name,
        digest=digest,
        timestamp=timestamp,
    )


def _payload(records: Iterable[TrustListRecord], signer_version: tuple[int, int] | None) -> bytes:
    listed = tuple(records)
    for record in listed:
        if isinstance(record_key_untrusted(record), rsa.RSAPublicKey):
            continue
        if record.role is TrustRole.SAST:
            raise ValueError("The key of a SAST record is RSA.")
        if signer_version != EC_SIGNER_VERSION:
            raise ValueError("A list with an EC key has signer version 1.1.")
    return b"".join(map(write_record, listed))


def write_record(record: TrustListRecord) -> bytes:
    """Tags in ascending order. A record without address, certificate's signature or certificate has no such element."""
    tag, names = RecordTag, record.certificate_id
    elements = b"".join(
        (
            text_element(tag.DNS_NAME, record.dns_name),
            text_element(tag.SUBJECT_NAME, names.subject),
            element(tag.FUNCTION, record.role.to_bytes(2, "big")),
            text_element(tag.ISSUER_NAME, names.issuer),
            element(tag.SERIAL_NUMBER, serial_number(names.serial_number)),
            element(tag.PUBLIC_KEY, record.public_key),
            element(tag.SIGNATURE, record.signature) if record.signature else b"",
            element(tag.CERTIFICATE, record.certificate) if record.certificate is not None else b"",
            element(tag.IP_ADDRESS, ipaddress.ip_address(record.address).packed) if record.address else b"",
        )
    )
    return element(tag.RECORD_LENGTH, (5 + len(elements)).to_bytes(2, "big")) + elements


def verifies_itself_untrusted(data: bytes) -> bool | None:
    """Whether the list's own SAST record of its signer verifies it; None where it has no such record. Raises ProtocolError."""
    signer = read_trust_list_untrusted(data).signed_by()
    return verify_untrusted(data, record_key_untrusted(signer)) if signer is not None else None
