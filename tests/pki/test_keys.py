"""Kinds of keys, and making them."""

from __future__ import annotations

import math

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from hypothesis import given, settings
from hypothesis import strategies as st

from pki import KeyRing, KeySpec, generate, is_prime, spec_of
from pki._keys import EC_CURVES, RSA_SIZES

SPECS = [
    *(KeySpec("RSA", size, exponent) for size in RSA_SIZES for exponent in (65537, 3)),
    *(KeySpec("EC", size) for size in EC_CURVES),
]


@pytest.mark.parametrize("spec", SPECS, ids=str)
def test_what_is_written_is_read_back(spec: KeySpec) -> None:
    assert KeySpec.parse(str(spec)) == spec


def test_spelling_is_forgiving() -> None:
    assert KeySpec.parse(" rsa   2048 ") == KeySpec("RSA", 2048)
    assert str(KeySpec("EC", 256)) == "EC 256"


@given(st.text())
def test_any_text_is_a_kind_or_one_sentence(text: str) -> None:
    said = ""
    try:
        assert KeySpec.parse(text) in SPECS
    except ValueError as error:
        said = str(error)
    assert not said or said.endswith(".")


@pytest.mark.parametrize("text", ["RSA 2047", "EC 255", "DSA 1024", "RSA", "2048", "RSA 2048 e=17", "EC 256 e=3", ""])
def test_other_kinds_are_refused(text: str) -> None:
    with pytest.raises(ValueError):
        KeySpec.parse(text)


@pytest.mark.parametrize(
    "spec", [KeySpec("RSA", 512), KeySpec("RSA", 512, 3), KeySpec("RSA", 1024), *(KeySpec("EC", n) for n in EC_CURVES)]
)
def test_a_new_key_is_of_the_kind_asked_for_and_signs(spec: KeySpec) -> None:
    key = generate(spec)
    assert spec_of(key) == spec_of(key.public_key()) == spec
    if isinstance(key, rsa.RSAPrivateKey):
        signature = key.sign(b"x", padding.PKCS1v15(), hashes.SHA256())
        key.public_key().verify(signature, b"x", padding.PKCS1v15(), hashes.SHA256())
    else:
        key.public_key().verify(key.sign(b"x", ec.ECDSA(hashes.SHA256())), b"x", ec.ECDSA(hashes.SHA256()))


def test_exponent_three_of_the_old_roots(ring: KeyRing) -> None:
    key = ring.take(KeySpec("RSA", 2048, 3))
    assert isinstance(key, rsa.RSAPrivateKey)
    assert key.public_key().public_numbers().e == 3


def test_a_foreign_curve_is_not_ours() -> None:
    with pytest.raises(ValueError, match="NIST"):
        spec_of(ec.generate_private_key(ec.SECP256K1()))


@given(st.integers(2, 1 << 34))
@settings(deadline=None, max_examples=50)
def test_primes_are_what_trial_division_calls_primes(number: int) -> None:
    by_trial = all(number % each for each in range(2, math.isqrt(number) + 1))
    assert is_prime(number) == by_trial
