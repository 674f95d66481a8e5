"""Proof of possession: what is signed, with which padding, and what a forger cannot do."""

from __future__ import annotations

import hashlib
import subprocess
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from hypothesis import given, settings
from hypothesis import strategies as st

from pki import KeyPool, KeySpec, PrivateKey
from wire.capf import Proof, ProofVerdict, sign, signed_octets, sudi_octets, verify_untrusted

DER = b"\x30\x03\x02\x01\x05"
OCTETS = signed_octets("SEP001122334455", DER)
SPECS = [KeySpec("RSA", 1024), KeySpec("RSA", 2048), KeySpec("EC", 256), KeySpec("EC", 384), KeySpec("EC", 521)]
Keys = Callable[[KeySpec], PrivateKey]


@pytest.fixture(scope="module")
def keys() -> Keys:
    pool = KeyPool()
    return lambda spec: pool.key(spec, 0)


@pytest.fixture(scope="module")
def other_keys() -> Keys:
    pool = KeyPool()
    return lambda spec: pool.key(spec, 1)


def raw_sign(key: PrivateKey, block: bytes) -> bytes:
    """The bare RSA private operation on a block."""
    assert isinstance(key, rsa.RSAPrivateKey)
    size, numbers = key.key_size // 8, key.private_numbers()
    assert len(block) == size
    return pow(int.from_bytes(block, "big"), numbers.d, numbers.public_numbers.n).to_bytes(size, "big")


def opened(key: PrivateKey, signature: bytes) -> bytes:
    """The bare RSA public operation on a signature."""
    assert isinstance(key, rsa.RSAPrivateKey)
    public = key.public_key().public_numbers()
    return pow(int.from_bytes(signature, "big"), public.e, public.n).to_bytes(key.key_size // 8, "big")


def test_signed_octets_are_name_nul_certificate() -> None:
    assert OCTETS == b"SEP001122334455\0" + DER


def test_sudi_octets_start_with_the_session_id_little_endian() -> None:
    assert sudi_octets(0x01020304, DER) == b"\x04\x03\x02\x01" + DER


def test_rsa_block_is_type_1_padding_around_the_bare_digest(keys: Keys) -> None:
    key = keys(KeySpec("RSA", 1024))
    proof = sign(key, OCTETS)
    assert proof.sha512 is not None
    assert opened(key, proof.sha1) == b"\0\1" + b"\xff" * 105 + b"\0" + hashlib.sha1(OCTETS).digest()
    assert opened(key, proof.sha512) == b"\0\1" + b"\xff" * 61 + b"\0" + hashlib.sha512(OCTETS).digest()


@pytest.mark.parametrize("spec", SPECS, ids=str)
def test_own_proof_is_valid(keys: Keys, spec: KeySpec) -> None:
    key = keys(spec)
    assert verify_untrusted(key.public_key(), OCTETS, sign(key, OCTETS)) is ProofVerdict.VALID


@pytest.mark.parametrize("spec", SPECS, ids=str)
def test_proof_by_another_key_is_not(keys: Keys, other_keys: Keys, spec: KeySpec) -> None:
    forged = sign(other_keys(spec), OCTETS)
    own = sign(keys(spec), OCTETS)
    public = keys(spec).public_key()
    assert verify_untrusted(public, OCTETS, forged) is ProofVerdict.SHA1_WRONG
    assert verify_untrusted(public, OCTETS, replace(own, sha512=forged.sha512)) is ProofVerdict.SHA512_WRONG


@pytest.mark.parametrize("spec", SPECS, ids=str)
def test_proof_for_another_name_is_not(keys: Keys, spec: KeySpec) -> None:
    proof = sign(keys(spec), signed_octets("SEP001122334456", DER))
    assert verify_untrusted(keys(spec).public_key(), OCTETS, proof) is ProofVerdict.SHA1_WRONG


@pytest.mark.parametrize("spec", SPECS, ids=str)
def test_second_signature_may_not_be_left_out(keys: Keys, spec: KeySpec) -> None:
    proof = replace(sign(keys(spec), OCTETS), sha512=None)
    assert verify_untrusted(keys(spec).public_key(), OCTETS, proof) is ProofVerdict.SHA512_MISSING


def test_ordinary_rsa_signature_is_refused(keys: Keys) -> None:
    key = keys(KeySpec("RSA", 1024))
    assert isinstance(key, rsa.RSAPrivateKey)
    proof = Proof(
        key.sign(OCTETS, padding.PKCS1v15(), hashes.SHA1()), key.sign(OCTETS, padding.PKCS1v15(), hashes.SHA512())
    )
    assert verify_untrusted(key.public_key(), OCTETS, proof) is ProofVerdict.SHA1_WRONG


@pytest.mark.parametrize(
    "head",
    [
        b"\0\1" + b"\xff" * 8 + b"\0" + b"x" * 97,
        b"\0\1" + b"x" * 105 + b"\0",
        b"\0\2" + b"\xff" * 105 + b"\0",
        b"\0\1" + b"\xff" * 106,
        b"\0" * 108,
        b"\0\1" + b"\xff" * 104 + b"\0\0",
    ],
)
def test_right_tail_under_a_wrong_padding_is_refused(keys: Keys, head: bytes) -> None:
    key = keys(KeySpec("RSA", 1024))
    forged = raw_sign(key, head + hashlib.sha1(OCTETS).digest())
    assert verify_untrusted(key.public_key(), OCTETS, Proof(forged, None)) is ProofVerdict.SHA1_WRONG


def test_right_padding_made_by_hand_is_accepted(keys: Keys) -> None:
    key = keys(KeySpec("RSA", 1024))
    made = raw_sign(key, b"\0\1" + b"\xff" * 105 + b"\0" + hashlib.sha1(OCTETS).digest())
    assert verify_untrusted(key.public_key(), OCTETS, replace(sign(key, OCTETS), sha1=made)) is ProofVerdict.VALID


def test_rsa_512_gives_and_owes_the_first_signature_only(keys: Keys) -> None:
    key = keys(KeySpec("RSA", 512))
    proof = sign(key, OCTETS)
    assert proof.sha512 is None
    assert verify_untrusted(key.public_key(), OCTETS, proof) is ProofVerdict.VALID
    assert verify_untrusted(key.public_key(), OCTETS, Proof(proof.sha1, b"x" * 64)) is ProofVerdict.SHA512_WRONG


def test_key_of_another_kind_is_a_verdict() -> None:
    key = ed25519.Ed25519PrivateKey.generate().public_key()
    assert verify_untrusted(key, OCTETS, Proof(b"x", None)) is ProofVerdict.KEY_UNUSABLE


@given(st.binary(max_size=140), st.none() | st.binary(max_size=140))
@settings(deadline=None)
def test_any_octets_as_signatures_are_a_refusal(first: bytes, second: bytes | None) -> None:
    for spec in (KeySpec("RSA", 1024), KeySpec("EC", 256)):
        key = KEYS.key(spec, 0).public_key()
        assert verify_untrusted(key, OCTETS, Proof(first, second)) is ProofVerdict.SHA1_WRONG


KEYS = KeyPool()


@pytest.mark.peer("openssl")
@pytest.mark.parametrize("spec", SPECS, ids=str)
def test_openssl_agrees_with_our_signatures(keys: Keys, spec: KeySpec, tmp_path: Path) -> None:
    key = keys(spec)
    proof = sign(key, OCTETS)
    assert proof.sha512 is not None
    public = key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    (tmp_path / "key.pem").write_bytes(public)
    for digest, signature in (("sha1", proof.sha1), ("sha512", proof.sha512)):
        for what, expected in ((OCTETS, 0), (OCTETS + b"x", 1)):
            (tmp_path / "digest").write_bytes(hashlib.new(digest, what).digest())
            (tmp_path / "signature").write_bytes(signature)
            command = "openssl pkeyutl -verify -pubin -inkey key.pem -in digest -sigfile signature"
            run = subprocess.run(command.split(), cwd=tmp_path, capture_output=True, check=False)
            assert run.returncode == expected, (digest, run.stderr)


@pytest.mark.peer("openssl")
@pytest.mark.parametrize("spec", [KeySpec("RSA", 2048), KeySpec("EC", 256)], ids=str)
def test_we_agree_with_openssls_signatures(keys: Keys, spec: KeySpec, tmp_path: Path) -> None:
    key = keys(spec)
    assert isinstance(key, rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey)
    from cryptography.hazmat.primitives.serialization import NoEncryption, PrivateFormat

    (tmp_path / "key.pem").write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    made = []
    for digest in ("sha1", "sha512"):
        (tmp_path / "digest").write_bytes(hashlib.new(digest, OCTETS).digest())
        command = "openssl pkeyutl -sign -inkey key.pem -in digest -out signature"
        subprocess.run(command.split(), cwd=tmp_path, capture_output=True, check=True)
        made.append((tmp_path / "signature").read_bytes())
    assert verify_untrusted(key.public_key(), OCTETS, Proof(*made)) is ProofVerdict.VALID
