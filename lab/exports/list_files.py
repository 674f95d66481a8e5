"""CTL and ITL files out of exports: `.tlv` files, and what `show ctl` and `show itl` tell of them.

A text has no certificates. Each of its records is matched with a known certificate of the same issuer and serial number, and of the
same SHA-1 where the text has that; the file is then written again from them. It is octet for octet the node's where its SHA-1 says
so; else what the text says of the signature counts. A record that matches no known certificate stays without certificate and
key: of it issuer and serial number are known, and no certificate that is known can be meant by it.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding

from cisco_data.trust_roles import TrustRole
from lab.exports.devices import device_named
from lab.exports.show_list_text import ListName, ShownList, ShownRecord
from lab.fleet.trust import FleetList, fleet_list_untrusted
from pki import Certificate, read
from wire.certificate_id import CertificateId, certificate_id
from wire.errors import ProtocolError
from wire.signed_files import (
    MAX_TRUST_LIST,
    HeaderTag,
    TrustListFile,
    TrustListRecord,
    read_trust_list_untrusted,
    record_of,
    verifies_itself_untrusted,
    verify_untrusted,
    write_record,
)
from wire.signed_files.elements import element
from wire.signed_files.header import write_header
from wire.signed_files.signing import DIGESTS

ENDING = ".tlv"
MAX_OCTETS = 1024 * 1024
"""Octets: one that is too long for phones is taken all the same, as CUCM serves it."""
_OF_PHONE = re.compile(r"(?i)(CTL|ITL)[-_]?(SEP[0-9A-F]{12})(?:\.[^.]*)*")
_MODULUS = {64: 0, 128: 1, 256: 2, 512: 3}
"""Header tag 11 by octets of the signature."""
_NO_ADDRESS = "0.0.0.0"


class UnusableList(Exception):
    """A list that cannot be used; the message is a clause that says why."""


class ReadList(NamedTuple):
    """A list that was read."""

    kind: ListName
    listed: FleetList
    unmatched: tuple[CertificateId, ...] = ()
    """Records of a text of which no file has the certificate."""
    unchecked: bool = False
    """Whether nothing is known by which its signature could be checked."""


class KnownCertificates:
    """Certificates by issuer and serial number, as trust lists name them."""

    def __init__(self, certificates: Iterable[Certificate]) -> None:
        self._by_id: dict[CertificateId, list[Certificate]] = {}
        for certificate in dict.fromkeys(certificates):
            self._by_id.setdefault(certificate_id(certificate), []).append(certificate)

    def of(self, wanted: CertificateId) -> Sequence[Certificate]:
        return self._by_id.get(wanted, ())

    def of_record(self, record: ShownRecord) -> Certificate | None:
        """The certificate of a record; None where none is known, and where several are and the text has no SHA-1."""
        found = self.of(record.certificate_id)
        if record.sha1:
            found = [each for each in found if _sha1(each.public_bytes(Encoding.DER)) == record.sha1]
        return found[0] if len(found) == 1 else None


def phone_of_file(name: str) -> tuple[ListName, str] | None:
    """Which list of which phone a file is by its name, `ITLSEP001122334455.tlv`; None for that of a node."""
    found = _OF_PHONE.fullmatch(name)
    device = device_named(found[2]) if found is not None else None
    if found is None or device is None:
        return None
    return ("CTL" if found[1].upper() == "CTL" else "ITL"), device


def kind_of_file(name: str, content: TrustListFile) -> ListName:
    """CTL or ITL: by the file's own header, else by its name."""
    own = content.header.file_name.upper()
    if own.startswith(("CTL", "ITL")):
        return "CTL" if own.startswith("CTL") else "ITL"
    return "CTL" if name.upper().startswith("CTL") else "ITL"


def read_list_file_untrusted(octets: bytes, name: str, origin: str, known: KnownCertificates) -> ReadList:
    """
    Args:
        name: of the file.
        origin: as messages name it.

    Raises UnusableList where it cannot be read, and where its signature is not good.
    """
    if len(octets) > MAX_OCTETS:
        raise UnusableList(f"has {len(octets)} octets, and no CTL or ITL file has more than {MAX_OCTETS}")
    try:
        listed = fleet_list_untrusted(octets, origin)
        content = listed.content
        verified = verifies_itself_untrusted(octets) if len(octets) <= MAX_TRUST_LIST else None
        if verified is None:
            signers = known.of(content.header.signer)
            verified = any(verify_untrusted(octets, each) for each in signers) if signers else None
    except ProtocolError as problem:
        raise UnusableList(f"cannot be read as a CTL or ITL file: {problem}") from None
    if verified is False:
        raise UnusableList("has a signature that is not its signer's: the file was changed, or is not whole")
    return ReadList(kind_of_file(name, content), listed, unchecked=verified is None)


def list_of_text(shown: ShownList, origin: str, known: KnownCertificates, addresses: dict[str, str]) -> ReadList:
    """
    Args:
        addresses: IPv4 of nodes by their names, as far as they are known: the text does not have them.

    Raises UnusableList.
    """
    if shown.problem or shown.signer is None:
        raise UnusableList(shown.problem or "does not name who signed it")
    if shown.verified is False:
        raise UnusableList("has a signature that is not good, as CUCM says itself")
    unmatched, records = list[CertificateId](), list[TrustListRecord]()
    for record in shown.records:
        certificate = known.of_record(record)
        if certificate is None:
            unmatched.append(record.certificate_id)
        records.append(_record(record, certificate, addresses))
    signer = _signer(shown, records, known)
    try:
        octets = _written(shown, records, signer, shown.signature)
        real = bool(shown.sha1) and _sha1(octets) == shown.sha1
        if not real:
            octets = _written(shown, records, signer, b"")
        content = read_trust_list_untrusted(octets)
    except (ProtocolError, ValueError, OverflowError) as problem:
        raise UnusableList(f"cannot be made into a file again: {problem}") from None
    if real and verifies_itself_untrusted(octets) is False:
        raise UnusableList("has a signature that is not its signer's")
    key = b"" if real or signer is None else read(signer).parts.public_key
    unchecked = signer is None or (not real and shown.verified is None)
    return ReadList(
        shown.kind, FleetList(octets, content, key, origin), tuple(dict.fromkeys(unmatched)), unchecked=unchecked
    )


def _record(shown: ShownRecord, certificate: Certificate | None, addresses: dict[str, str]) -> TrustListRecord:
    address = addresses.get(shown.dns_name.casefold(), _NO_ADDRESS) if shown.has_address else ""
    if certificate is not None:
        try:
            return record_of(certificate, shown.role, dns_name=shown.dns_name, address=address)
        except ValueError:
            pass  # a key that no list can have: as if the certificate were not known
    return TrustListRecord(shown.certificate_id, shown.role, b"", dns_name=shown.dns_name, address=address)


def _signer(shown: ShownList, records: Iterable[TrustListRecord], known: KnownCertificates) -> Certificate | None:
    """The certificate that signed, that of its record first; None where it is not known."""
    assert shown.signer is not None
    own = [one.certificate for one in records if one.role is TrustRole.SAST and one.certificate_id == shown.signer]
    found = [each for each in known.of(shown.signer) if not own or each.public_bytes(Encoding.DER) in own]
    return found[0] if len(found) == 1 else None


def _written(
    shown: ShownList, records: Sequence[TrustListRecord], signer: Certificate | None, signature: bytes
) -> bytes:
    """The file; without a signature with zeros for one.

    Raises ValueError and OverflowError for what no such file can hold.
    """
    assert shown.signer is not None
    size = len(shown.signature)
    if not size:
        key = read(signer).usable_key if signer is not None else None
        size = key.key_size // 8 if isinstance(key, rsa.RSAPublicKey) else 256
    before, behind = write_header(
        version=shown.version,
        signer=shown.signer,
        digest=shown.digest if shown.digest in DIGESTS else next(iter(DIGESTS)),
        modulus=_MODULUS.get(size, 2),
        signature_octets=size,
        file_name=shown.file_name or f"{shown.kind}File{ENDING}",
        timestamp=shown.timestamp,
        signer_version=shown.signer_version,
        encryption=b"",
    )
    signed = element(HeaderTag.SIGNATURE, signature or bytes(size))
    return b"".join((before, signed, behind, *map(write_record, records)))


def _sha1(octets: bytes) -> bytes:
    return hashlib.sha1(octets, usedforsecurity=False).digest()
