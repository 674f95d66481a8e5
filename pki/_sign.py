"""Writing and signing certificates and revocation lists, with SHA-1 too where Cisco's old authorities used it.

cryptography's own builders refuse SHA-1, and RSA below 1024 bits; building with one algorithm and splicing in another
costs a second signature. So the to-be-signed part is written here, which serves every digest the same way and takes a
few microseconds instead of a hundred. What comes out is read back by cryptography's strict parser.

An RSA signature is made once: by PKCS#1 v1.5 it is the same octets each time (RFC 8017 section 8.2.1). A lab that is built again,
as for a cure that is tried, and a plan that is judged in another order have the same keys and write the same certificates and
files, and a signature costs more than all else in a certificate.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from datetime import datetime
from functools import lru_cache
from typing import Literal

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa

from pki import _der
from pki._keys import PrivateKey, PublicKey
from pki.untrusted import Certificate, made

Digest = Literal["sha1", "sha256"]

_HASHES: dict[Digest, hashes.HashAlgorithm] = {"sha1": hashes.SHA1(), "sha256": hashes.SHA256()}
# AlgorithmIdentifier: RFC 4055 section 5 (parameters NULL) and RFC 5758 section 3.2 (parameters absent).
_RSA_ALGORITHMS: dict[Digest, bytes] = {
    "sha1": bytes.fromhex("300d06092a864886f70d0101050500"),
    "sha256": bytes.fromhex("300d06092a864886f70d01010b0500"),
}
_ECDSA_ALGORITHMS: dict[Digest, bytes] = {
    "sha1": bytes.fromhex("300906072a8648ce3d0401"),
    "sha256": bytes.fromhex("300a06082a8648ce3d040302"),
}
_PADDING = padding.PKCS1v15()
_VERSION_3 = _der.explicit(0, _der.integer(2))
_CRITICAL = b"\x01\x01\xff"


def public_octets(key: PublicKey) -> bytes:
    """SubjectPublicKeyInfo, DER."""
    return key.public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)


def key_identifier(spki: bytes) -> bytes:
    """20 octets: SHA-1 of the key bits, method 1 of RFC 5280 section 4.2.1.2."""
    return hashlib.sha1(_der.key_bits(spki), usedforsecurity=False).digest()


def extension(oid: bytes, critical: bool, value: bytes) -> bytes:
    """One Extension; `oid` is the whole DER element, `value` the DER of what it holds."""
    return _der.sequence(oid, _CRITICAL if critical else b"", _der.octet_string(value))


def certificate(
    key: PrivateKey,
    digest: Digest,
    *,
    serial: int,
    issuer: bytes,
    not_before: datetime,
    not_after: datetime,
    subject: bytes,
    spki: bytes,
    extensions: bytes,
) -> bytes:
    """A signed certificate, DER. Names, key and extensions (joined) are DER already."""
    return _signed(
        key,
        digest,
        _VERSION_3 + _der.integer(serial),
        issuer,
        _der.sequence(_der.time(not_before), _der.time(not_after)),
        subject,
        spki,
        _der.explicit(3, _der.sequence(extensions)) if extensions else b"",
    )


def revocation_list(
    key: PrivateKey,
    digest: Digest,
    *,
    issuer: bytes,
    this_update: datetime,
    next_update: datetime,
    revoked: Iterable[int],
    extensions: bytes,
) -> bytes:
    """A signed list of revoked serial numbers, DER; each counts as revoked since `this_update`."""
    since = _der.time(this_update)
    entries = [_der.sequence(_der.integer(serial), since) for serial in sorted(set(revoked))]
    return _signed(
        key,
        digest,
        _der.integer(1),
        issuer,
        since,
        _der.time(next_update),
        _der.sequence(*entries) if entries else b"",  # RFC 5280 5.1.2.6: the empty list is left out, not empty
        _der.explicit(0, _der.sequence(extensions)),
    )


def tampered(signed: Certificate) -> Certificate:
    """The same certificate with one bit of its signature turned over."""
    der = bytearray(signed.public_bytes(serialization.Encoding.DER))
    der[-1] ^= 1
    return made(bytes(der))


def _signed(key: PrivateKey, digest: Digest, head: bytes, *rest: bytes) -> bytes:
    """SEQUENCE { body, algorithm, signature }, where the body repeats the algorithm after its head."""
    if isinstance(key, rsa.RSAPrivateKey):
        algorithm = _RSA_ALGORITHMS[digest]
        body = _der.sequence(head, algorithm, *rest)
        signature = rsa_signature(key, body, _HASHES[digest])
    else:
        algorithm = _ECDSA_ALGORITHMS[digest]
        body = _der.sequence(head, algorithm, *rest)
        signature = key.sign(body, ec.ECDSA(_HASHES[digest]))
    return _der.sequence(body, algorithm, _der.bit_string(signature))


_KEPT = 2048
"""RSA signatures, the latest. Most certificates have less than 2000 octets and most files less than 10000: some megabytes."""


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
