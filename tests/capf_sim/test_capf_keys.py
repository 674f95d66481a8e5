"""Which keys CAPF orders, and which it takes."""

from __future__ import annotations

import math

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from hypothesis import given, settings
from hypothesis import strategies as st

from capf_sim import PendingOperation
from capf_sim.keys import KeyFault, key_plan, key_request, public_key_untrusted
from capf_sim.moduli import _product_of_small_primes, _root, is_perfect_power
from cisco_data import CertificateOperation, KeyOrder
from pki import KeyPool, KeySpec
from wire import capf

POOL = KeyPool()
SPECS = [KeySpec("RSA", 1024), KeySpec("RSA", 2048), KeySpec("EC", 256), KeySpec("EC", 384), KeySpec("EC", 521)]
RSA_KEY, EC_KEY = KeySpec("RSA", 3072), KeySpec("EC", 521)


def octets(key: object) -> bytes:
    return key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)  # type: ignore[attr-defined,no-any-return]


@pytest.mark.parametrize(
    ("order", "version", "keys"),
    [
        (KeyOrder.RSA_ONLY, 2, (RSA_KEY,)),
        (KeyOrder.RSA_ONLY, 3, (RSA_KEY,)),
        (KeyOrder.EC_PREFERRED, 2, (RSA_KEY,)),
        (KeyOrder.EC_PREFERRED, 3, (EC_KEY, RSA_KEY)),
        (KeyOrder.EC_ONLY, 2, ()),
        (KeyOrder.EC_ONLY, 3, ()),
        (KeyOrder.EC_ONLY, 4, (EC_KEY,)),
    ],
)
def test_key_order_by_version(order: KeyOrder, version: int, keys: tuple[KeySpec, ...]) -> None:
    install = CertificateOperation.INSTALL_UPGRADE
    pending = PendingOperation("SEP001122334455", "8861", install, key_order=order, rsa_key_size=3072, ec_key_size=521)
    assert key_plan(pending, version) == keys


def test_version_2_is_told_the_size_alone() -> None:
    assert key_request(1, KeySpec("RSA", 2048), 2) == capf.KeyGenerateRequest(1, 2048)
    assert key_request(1, KeySpec("RSA", 2048), 3) == capf.KeyGenerateRequest(1, 2048, capf.KeyType.RSA)


@pytest.mark.parametrize("ordered", SPECS, ids=str)
@pytest.mark.parametrize("sent", SPECS, ids=str)
def test_only_the_ordered_kind_is_taken(ordered: KeySpec, sent: KeySpec) -> None:
    key = POOL.key(sent, 1).public_key()
    found = public_key_untrusted(octets(key), ordered)
    assert found == (key if sent == ordered else KeyFault.WRONG_KIND)


def test_kinds_that_no_phone_has_are_not_taken() -> None:
    for key in (ed25519.Ed25519PrivateKey.generate(), ec.generate_private_key(ec.SECP256K1())):
        for ordered in (KeySpec("EC", 256), KeySpec("RSA", 2048)):
            assert public_key_untrusted(octets(key.public_key()), ordered) is KeyFault.WRONG_KIND


@pytest.mark.parametrize(("exponent", "taken"), [(3, True), (65537, True), ((1 << 32) + 1, False)])
def test_rsa_exponent_is_looked_at(exponent: int, taken: bool) -> None:
    own = POOL.key(KeySpec("RSA", 1024), 1).public_key()
    assert isinstance(own, rsa.RSAPublicKey)
    key = rsa.RSAPublicNumbers(exponent, own.public_numbers().n).public_key()
    found = public_key_untrusted(octets(key), KeySpec("RSA", 1024))
    assert found == (key if taken else KeyFault.BAD_EXPONENT)


def modulus_of(base: int, power: int = 1) -> int:
    """The first number of 1024 bits that is such a power of an odd number times `base`, without another small factor."""
    root = _root((1 << 1024) - 1, power) // base
    while math.gcd(root, _product_of_small_primes()) != 1:
        root -= 1
    return int((base * root) ** power)


def prime_of_1024_bits() -> int:
    key = POOL.key(KeySpec("RSA", 2048), 1)
    assert isinstance(key, rsa.RSAPrivateKey)
    return key.private_numbers().p


@pytest.mark.parametrize(
    ("modulus", "fault"),
    [
        pytest.param(modulus_of(2), KeyFault.EVEN_MODULUS, id="even"),
        pytest.param(modulus_of(3), KeyFault.SMALL_FACTOR, id="3"),
        pytest.param(modulus_of(65_521), KeyFault.SMALL_FACTOR, id="the largest prime below 65,536"),
        pytest.param(modulus_of(65_537), None, id="the smallest prime above 65,536"),
        pytest.param(modulus_of(1, 2), KeyFault.PERFECT_POWER, id="a square"),
        pytest.param(modulus_of(1, 3), KeyFault.PERFECT_POWER, id="a cube"),
        pytest.param(modulus_of(1, 61), KeyFault.PERFECT_POWER, id="the 61st power"),
        pytest.param(prime_of_1024_bits(), KeyFault.PRIME_MODULUS, id="a prime"),
    ],
)
def test_a_modulus_that_is_no_product_of_large_primes_is_refused(modulus: int, fault: KeyFault | None) -> None:
    key = rsa.RSAPublicNumbers(65537, modulus).public_key()
    assert public_key_untrusted(octets(key), KeySpec("RSA", 1024)) == (fault or key)


@given(st.integers(1 << 17, 1 << 64), st.integers(2, 60))
@settings(deadline=None, max_examples=50)
def test_each_power_is_found_and_its_neighbour_is_not(base: int, exponent: int) -> None:
    assert is_perfect_power(base**exponent)
    assert not is_perfect_power(base**exponent + 1)


@given(st.binary(max_size=300))
@settings(deadline=None)
def test_any_octets_as_key_are_a_fault(octets: bytes) -> None:
    assert isinstance(public_key_untrusted(octets, KeySpec("RSA", 1024)), KeyFault)


@given(st.integers(0, 161), st.integers(0, 255))
@settings(deadline=None)
def test_changed_octet_in_a_key_never_raises(place: int, octet: int) -> None:
    changed = bytearray(octets(POOL.key(KeySpec("RSA", 1024), 1).public_key()))
    changed[place] = octet
    public_key_untrusted(bytes(changed), KeySpec("RSA", 1024))


@given(st.integers(0, 90), st.integers(0, 255))
@settings(deadline=None)
def test_changed_octet_in_an_ec_key_never_raises(place: int, octet: int) -> None:
    changed = bytearray(octets(POOL.key(KeySpec("EC", 256), 1).public_key()))
    changed[place] = octet
    public_key_untrusted(bytes(changed), KeySpec("EC", 256))
