"""Signatures with RSA, each made once: a signature by PKCS#1 v1.5 is the same octets each time (RFC 8017 section 8.2.1).

A lab that is built again, as for a cure that is tried, and a plan that is judged in another order have the same keys and write
the same certificates and files. A signature costs more than all else in a certificate.
"""

from __future__ import annotations

from functools import lru_cache

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa

_KEPT = 2048
"""Signatures, the latest. Most certificates have less than 2000 octets and most files less than 10000: some megabytes at most."""
_PADDING = padding.PKCS1v15()


class _Signer:
    """A private key, equal to another one of the same public key."""

    __slots__ = ("_public", "key")

    def __init__(self, key: rsa.RSAPrivateKey) -> None:
        self.key = key
        self._public = key.public_key().public_bytes(serialization.Encoding.DER, serialization.PublicFormat.PKCS1)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Signer) and self._public == other._public

    def __hash__(self) -> int:
        return hash(self._public)


class _Hash:
    """A digest, equal to another one of the same name: cryptography's own objects are equal to themselves only."""

    __slots__ = ("algorithm",)

    def __init__(self, algorithm: hashes.HashAlgorithm) -> None:
        self.algorithm = algorithm

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Hash) and self.algorithm.name == other.algorithm.name

    def __hash__(self) -> int:
        return hash(self.algorithm.name)


def rsa_signature(key: rsa.RSAPrivateKey, octets: bytes, digest: hashes.HashAlgorithm) -> bytes:
    """RSASSA-PKCS1-v1_5 over `octets`, as long as the key's modulus.

    Raises UnsupportedAlgorithm for a digest that cryptography does not sign with, ValueError for a key that is too short.
    """
    return _signature(_Signer(key), octets, _Hash(digest))


@lru_cache(maxsize=_KEPT)
def _signature(signer: _Signer, octets: bytes, digest: _Hash) -> bytes:
    return signer.key.sign(octets, _PADDING, digest.algorithm)
