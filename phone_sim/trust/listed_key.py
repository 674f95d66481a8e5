"""The public key of a trust list's record: a phone knows a certificate by issuer, serial number and this key."""

from __future__ import annotations

from functools import lru_cache

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import load_der_public_key

from pki import Certificate, PublicKey, read
from wire.certificate_id import certificate_id
from wire.signed_files.model import Record

_CURVES = {65: ec.SECP256R1(), 97: ec.SECP384R1(), 133: ec.SECP521R1()}
"""By the octets of an uncompressed point (SEC 1 section 2.3.3)."""


@lru_cache(maxsize=256)
def listed_key_untrusted(octets: bytes) -> PublicKey | None:
    """From RSAPublicKey (RFC 8017 appendix A.1.1) or an uncompressed point; None for what is neither."""
    curve = _CURVES.get(len(octets)) if octets[:1] == b"\x04" else None
    try:
        if curve is not None:
            return ec.EllipticCurvePublicKey.from_encoded_point(curve, octets)
        key = load_der_public_key(octets)
    except (ValueError, UnsupportedAlgorithm):
        return None
    return key if isinstance(key, rsa.RSAPublicKey) else None


def is_listed(certificate: Certificate, records: tuple[Record, ...]) -> bool:
    """Whether one of the records is of exactly this certificate."""
    wanted, key = certificate_id(certificate), read(certificate).usable_key
    return key is not None and any(
        one.certificate_id == wanted and listed_key_untrusted(one.public_key) == key for one in records
    )
