"""An RSA signature is made once for the same key, octets and digest, and anew where one of them differs."""

from __future__ import annotations

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa

from pki import KeyPool, KeySpec, _sign, rsa_signature

PADDING = padding.PKCS1v15()


def an_rsa_key(pool: KeyPool, number: int = 0) -> rsa.RSAPrivateKey:
    ring = pool.ring()
    keys = [ring.take(KeySpec("RSA", 1024)) for _ in range(number + 1)]
    assert isinstance(keys[number], rsa.RSAPrivateKey)
    return keys[number]


def again(key: rsa.RSAPrivateKey) -> rsa.RSAPrivateKey:
    """Another object of the same key."""
    return key.private_numbers().private_key(unsafe_skip_rsa_key_validation=True)


def made() -> int:
    return _sign._signature.cache_info().misses


def test_the_same_is_signed_once_also_by_another_object_of_the_key(pool: KeyPool) -> None:
    key, octets = an_rsa_key(pool), b"the same, once"
    before = made()
    first = rsa_signature(key, octets, hashes.SHA256())
    assert rsa_signature(again(key), bytes(bytearray(octets)), hashes.SHA256()) is first
    assert made() == before + 1
    assert first == key.sign(octets, PADDING, hashes.SHA256())


@pytest.mark.parametrize("digest", [hashes.SHA1(), hashes.SHA512()], ids=lambda each: str(each.name))
def test_another_digest_signs_anew(digest: hashes.HashAlgorithm, pool: KeyPool) -> None:
    key = an_rsa_key(pool)
    assert rsa_signature(key, b"x", digest) != rsa_signature(key, b"x", hashes.SHA256())
    key.public_key().verify(rsa_signature(key, b"x", digest), b"x", PADDING, digest)


def test_another_key_and_other_octets_sign_anew(pool: KeyPool) -> None:
    one, other = an_rsa_key(pool), an_rsa_key(pool, 1)
    signatures = {rsa_signature(key, octets, hashes.SHA256()) for key in (one, other) for octets in (b"x", b"y")}
    assert len(signatures) == 4
    other.public_key().verify(rsa_signature(other, b"y", hashes.SHA256()), b"y", PADDING, hashes.SHA256())


def test_what_cannot_be_signed_is_refused_each_time(pool: KeyPool) -> None:
    short = pool.ring().take(KeySpec("RSA", 512))
    assert isinstance(short, rsa.RSAPrivateKey)
    for _ in range(2):
        with pytest.raises(ValueError):
            rsa_signature(short, b"x", hashes.SHA512())
