"""A phone's trust list as a file: who signed it, and the certificates of the servers that it lists.

Assumed: of Cisco's TLV file this one has the name of the signer (header tag 4) and each record's certificate (record tag 9), and no
signature: the phone goes by the name.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Final

from cryptography.hazmat.primitives.serialization import Encoding

from pki import Certificate, TrustStore
from pki.untrusted import load_untrusted
from wire.buffer import Reader
from wire.errors import ProtocolError

MAX_FILE: Final = 64 * 1024
"""Octets: a phone cannot load more."""
_SIGNER, _CERTIFICATE = 4, 9


def trust_list_names(device_name: str) -> tuple[str, str, str]:
    """The files that a phone asks for, in this order: its CTL, its ITL, and the ITL of phones without one of their own."""
    return f"CTL{device_name}.tlv", f"ITL{device_name}.tlv", "ITLFile.tlv"


def write_trust_list(trust: TrustStore) -> bytes:
    """The name of the store is the name of the signer."""
    parts = [(_SIGNER, trust.name.encode() + b"\0")]
    parts += [(_CERTIFICATE, certificate.public_bytes(Encoding.DER)) for certificate in trust]
    return b"".join(bytes([tag]) + len(value).to_bytes(2, "big") + value for tag, value in parts)


@lru_cache(maxsize=64)
def read_trust_list_untrusted(data: bytes) -> TrustStore:
    """The list, one and the same object for the same octets. Raises ProtocolError."""
    if len(data) > MAX_FILE:
        raise ProtocolError(f"a trust list has at most {MAX_FILE} octets")
    reader, signer, certificates = Reader(data, "trust list"), "", list[Certificate]()
    while len(reader):
        tag, value = reader.u8(), reader.octets(reader.u16())
        try:
            if tag == _SIGNER:
                signer = value.rstrip(b"\0").decode()
            elif tag == _CERTIFICATE:
                certificates.append(load_untrusted(value))
        except ValueError:
            raise ProtocolError(f"the element with tag {tag} of the trust list cannot be read") from None
    if not signer:
        raise ProtocolError("the trust list does not name its signer")
    return TrustStore(signer, certificates)
