"""Which key CAPF asks a phone for, and whether what comes back is one."""

from __future__ import annotations

from enum import StrEnum

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import load_der_public_key

from capf_sim.moduli import has_small_factor, is_perfect_power
from capf_sim.operations import PendingOperation
from cisco_data import KeyOrder
from pki import KeySpec, PublicKey, is_prime
from wire.capf import CURVE_BITS, KeyGenerateRequest, KeyType

EC_SINCE = 3
"""Assumed: a version-2 client was seen to get a key size and nothing else, so it is never asked for EC."""
EC_ONLY_SINCE = 4
"""Cisco: EC Only needs a CAPF protocol above 3. Nothing else is published of such a version."""

_CURVES = {bits: curve for curve, bits in CURVE_BITS.items()}
_EC_KINDS = {256: ec.SECP256R1, 384: ec.SECP384R1, 521: ec.SECP521R1}


class KeyFault(StrEnum):
    """Why there is no usable key."""

    DECLINED = "declined by the phone"
    UNREADABLE = "not a public key"
    WRONG_KIND = "not the kind that was asked for"
    BAD_EXPONENT = "an RSA exponent that is not safe"
    EVEN_MODULUS = "an RSA modulus that is even"
    SMALL_FACTOR = "an RSA modulus with a factor below 65536"
    PERFECT_POWER = "an RSA modulus that is a perfect power"
    PRIME_MODULUS = "an RSA modulus that is prime"
    NEVER_DONE = "too many messages that it is in progress"


def key_plan(pending: PendingOperation, version: int) -> tuple[KeySpec, ...]:
    """The keys to ask for, one after the other until one comes; none where the Key Order cannot be met.

    A phone of version 3 knows EC (the open-source server installs it so), and yet Cisco's status says that version 3 does
    not support EC Only. Assumed: EC Preferred tries EC from version 3 on, since RSA stands behind it, and EC Only is
    refused before anything is asked.
    """
    rsa_key, ec_key = KeySpec("RSA", pending.rsa_key_size), KeySpec("EC", pending.ec_key_size)
    if pending.key_order is KeyOrder.EC_ONLY:
        return (ec_key,) if version >= EC_ONLY_SINCE else ()
    if pending.key_order is KeyOrder.EC_PREFERRED and version >= EC_SINCE:
        return (ec_key, rsa_key)
    return (rsa_key,)


def key_request(session_id: int, spec: KeySpec, version: int) -> KeyGenerateRequest:
    """Version 2 gets the size alone, as CUCM was seen to do."""
    if spec.algorithm == "EC":
        return KeyGenerateRequest(session_id, key_type=KeyType.EC, curve=_CURVES[spec.size])
    return KeyGenerateRequest(session_id, key_size=spec.size, key_type=KeyType.RSA if version >= EC_SINCE else None)


def public_key_untrusted(octets: bytes, spec: KeySpec) -> PublicKey | KeyFault:
    """The phone's public key, if it is of the kind `spec`. Never raises."""
    try:
        key = load_der_public_key(octets)
    except (ValueError, TypeError, UnsupportedAlgorithm):
        return KeyFault.UNREADABLE
    if isinstance(key, rsa.RSAPublicKey):
        if spec.algorithm != "RSA" or key.key_size != spec.size:
            return KeyFault.WRONG_KIND
        return _rsa_fault(key.public_numbers()) or key
    if isinstance(key, ec.EllipticCurvePublicKey):
        if spec.algorithm != "EC" or not isinstance(key.curve, _EC_KINDS[spec.size]):
            return KeyFault.WRONG_KIND
        return key
    return KeyFault.WRONG_KIND


def _rsa_fault(key: rsa.RSAPublicNumbers) -> KeyFault | None:
    if key.e % 2 == 0 or not 3 <= key.e < 1 << 32:
        return KeyFault.BAD_EXPONENT
    if key.n % 2 == 0:
        return KeyFault.EVEN_MODULUS
    if has_small_factor(key.n):
        return KeyFault.SMALL_FACTOR
    if is_perfect_power(key.n):
        return KeyFault.PERFECT_POWER
    return KeyFault.PRIME_MODULUS if is_prime(key.n) else None
