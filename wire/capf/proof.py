"""Proof of possession: a phone signs its name and its certificate, and CAPF checks it. facts/wire.md 1.5.

With an RSA key the block is `00 01 FF..FF 00` and the bare digest: PKCS#1 v1.5 padding without the DigestInfo that an
ordinary signature has, so an ordinary verifier refuses it. Verification is of the whole block, not of its tail; that is
what makes up for the missing DigestInfo. With an EC key it is ordinary ECDSA.

Each proof comes twice, with SHA-1 and with SHA-512. A digest of 64 octets and 11 of padding do not fit under an RSA key
below 600 bits. Assumed: such a key gives and owes the first signature only.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from enum import Enum

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.types import PublicKeyTypes
from cryptography.hazmat.primitives.asymmetric.utils import NoDigestInfo

_SHA512_RSA_BITS = 8 * (64 + 11)

PrivateKey = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey


@dataclass(frozen=True, slots=True)
class Proof:
    sha1: bytes
    """Element 6, or part 1 of element 16."""
    sha512: bytes | None
    """Element 20, or part 3 of element 16."""


class ProofVerdict(Enum):
    """What a check of a proof found; the value is a sentence's end."""

    VALID = "valid"
    KEY_UNUSABLE = "the key is neither RSA nor EC"
    SHA1_WRONG = "the SHA-1 signature is not by the certificate's key"
    SHA512_MISSING = "the SHA-512 signature is missing"
    SHA512_WRONG = "the SHA-512 signature is not by the certificate's key"


def signed_octets(device_name: str, certificate: bytes) -> bytes:
    """What elements 6 and 20 sign: the name, a NUL, the certificate in DER."""
    return device_name.encode("ascii") + b"\0" + certificate


def sudi_octets(session_id: int, certificate: bytes) -> bytes:
    """What element 16 signs. The session id is little-endian here, and big-endian in the frame: CUCM's own slip."""
    return session_id.to_bytes(4, "little") + certificate


def sign(key: PrivateKey, octets: bytes) -> Proof:
    """Raises ValueError for a key under 248 bits, which holds no SHA-1 digest either."""
    return Proof(
        sha1=_sign(key, octets, hashes.SHA1()),
        sha512=_sign(key, octets, hashes.SHA512()) if _owes_sha512(key) else None,
    )


def verify_untrusted(key: PublicKeyTypes, octets: bytes, proof: Proof) -> ProofVerdict:
    """Check both signatures. Never raises: every fault is a verdict."""
    if not isinstance(key, rsa.RSAPublicKey | ec.EllipticCurvePublicKey):
        return ProofVerdict.KEY_UNUSABLE
    if not _matches(key, octets, hashes.SHA1(), proof.sha1):
        return ProofVerdict.SHA1_WRONG
    if proof.sha512 is None:
        return ProofVerdict.SHA512_MISSING if _owes_sha512(key) else ProofVerdict.VALID
    if not _matches(key, octets, hashes.SHA512(), proof.sha512):
        return ProofVerdict.SHA512_WRONG
    return ProofVerdict.VALID


def _owes_sha512(key: PrivateKey | rsa.RSAPublicKey | ec.EllipticCurvePublicKey) -> bool:
    if isinstance(key, rsa.RSAPrivateKey | rsa.RSAPublicKey):
        return key.key_size >= _SHA512_RSA_BITS
    return True


def _sign(key: PrivateKey, octets: bytes, digest: hashes.SHA1 | hashes.SHA512) -> bytes:
    if isinstance(key, rsa.RSAPrivateKey):
        return key.sign(_digest(octets, digest), padding.PKCS1v15(), NoDigestInfo())
    return key.sign(octets, ec.ECDSA(digest))


def _matches(
    key: rsa.RSAPublicKey | ec.EllipticCurvePublicKey,
    octets: bytes,
    digest: hashes.SHA1 | hashes.SHA512,
    signature: bytes,
) -> bool:
    try:
        if isinstance(key, rsa.RSAPublicKey):
            # cryptography's stub forgets NoDigestInfo here; the method takes it
            key.verify(signature, _digest(octets, digest), padding.PKCS1v15(), NoDigestInfo())  # type: ignore[arg-type]
        else:
            key.verify(signature, octets, ec.ECDSA(digest))
    except (InvalidSignature, UnsupportedAlgorithm, ValueError):
        return False
    return True


def _digest(octets: bytes, digest: hashes.SHA1 | hashes.SHA512) -> bytes:
    # hashlib, so that an OpenSSL that forbids SHA-1 for signing still lets a phone of 2004 be simulated
    return hashlib.new(digest.name, octets, usedforsecurity=False).digest()
