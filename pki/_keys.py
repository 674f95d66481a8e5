"""Which keys there are, and how one is made."""

from __future__ import annotations

import math
import re
import secrets
from dataclasses import dataclass

from cryptography.hazmat.primitives.asymmetric import ec, rsa

PrivateKey = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey
PublicKey = rsa.RSAPublicKey | ec.EllipticCurvePublicKey

RSA_SIZES = (512, 1024, 2048, 3072, 4096)
EC_CURVES: dict[int, type[ec.EllipticCurve]] = {256: ec.SECP256R1, 384: ec.SECP384R1, 521: ec.SECP521R1}


@dataclass(frozen=True, slots=True, order=True)
class KeySpec:
    """The kind of a key, as CUCM's phone page names it: algorithm and size.

    Attributes:
        algorithm: "RSA" or "EC".
        size: bits; RSA 512, 1024, 2048, 3072, 4096, EC 256, 384, 521 (the NIST curve of that size).
        exponent: RSA only: 65537, or 3 as in Cisco's roots of 2004 and 2005.

    Raises:
        ValueError: any other combination, with a sentence that names the allowed ones.
    """

    algorithm: str
    size: int
    exponent: int = 65537

    def __post_init__(self) -> None:
        sizes = {"RSA": RSA_SIZES, "EC": tuple(EC_CURVES)}.get(self.algorithm)
        if sizes is None:
            raise ValueError(f"A key is RSA or EC, not {self.algorithm!r}.")
        if self.size not in sizes:
            allowed = ", ".join(map(str, sizes))
            raise ValueError(f"An {self.algorithm} key has one of {allowed} bits, not {self.size}.")
        if self.exponent not in (3, 65537):
            raise ValueError(f"An RSA exponent is 65537 or 3, not {self.exponent}.")
        if self.algorithm == "EC" and self.exponent != 65537:
            raise ValueError("An EC key has no exponent.")

    def __str__(self) -> str:
        return f"{self.algorithm} {self.size}" + (f" e={self.exponent}" if self.exponent != 65537 else "")

    @classmethod
    def parse(cls, text: str) -> KeySpec:
        """Read "RSA 2048", "EC 256" or "RSA 2048 e=3"; letter case and extra blanks do not matter.

        Raises:
            ValueError: anything else, with a sentence.
        """
        found = re.fullmatch(r"\s*([A-Za-z]{2,3})\s+([0-9]{1,5})(?:\s+e=([0-9]{1,5}))?\s*", text, re.ASCII)
        if found is None:
            raise ValueError(f'A key is written like "RSA 2048" or "EC 256", not {text!r}.')
        algorithm, size, exponent = found.groups()
        return cls(algorithm.upper(), int(size), int(exponent or 65537))


RSA_2048 = KeySpec("RSA", 2048)


def spec_of(key: PrivateKey | PublicKey) -> KeySpec:
    """The kind of `key`.

    Raises:
        ValueError: a size, curve or exponent that this lab does not make.
    """
    public = key.public_key() if isinstance(key, rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey) else key
    if isinstance(public, rsa.RSAPublicKey):
        return KeySpec("RSA", public.key_size, public.public_numbers().e)
    if not isinstance(public.curve, tuple(EC_CURVES.values())):
        raise ValueError(f"An EC key lies on one of the NIST curves P-256, P-384, P-521, not on {public.curve.name}.")
    return KeySpec("EC", public.key_size)


def generate(spec: KeySpec) -> PrivateKey:
    """Make a new key. RSA-2048 takes about 40 ms, RSA-4096 seconds; the interpreter lock is released meanwhile."""
    if spec.algorithm == "EC":
        return ec.generate_private_key(EC_CURVES[spec.size]())
    if spec.size < 1024:
        return _small_rsa(spec.size, spec.exponent)
    return rsa.generate_private_key(spec.exponent, spec.size)


def _small_rsa(size: int, exponent: int) -> rsa.RSAPrivateKey:
    """RSA below 1024 bits, which cryptography refuses to make and phones of 2004 were asked for.

    pyOpenSSL could do it, with a function it has deprecated; these lines outlive that, and a key of 512
    bits protects nothing anyway.
    """
    while True:
        p, q = _prime(size // 2), _prime(size // 2)
        order = (p - 1) * (q - 1)
        if p == q or math.gcd(order, exponent) != 1:
            continue
        p, q = max(p, q), min(p, q)
        d = pow(exponent, -1, math.lcm(p - 1, q - 1))
        public = rsa.RSAPublicNumbers(exponent, p * q)
        return rsa.RSAPrivateNumbers(p, q, d, d % (p - 1), d % (q - 1), pow(q, -1, p), public).private_key()


def _prime(bits: int) -> int:
    """A random prime of exactly `bits` bits, the two highest set so that a product of two has twice as many bits."""
    while True:
        candidate = secrets.randbits(bits) | 3 << (bits - 2) | 1
        if is_prime(candidate):
            return candidate


def is_prime(number: int) -> bool:
    """By OpenSSL's BN_is_prime_ex, with its own number of Miller-Rabin rounds."""
    from cryptography.hazmat.bindings.openssl.binding import Binding

    binding = Binding()
    lib, ffi = binding.lib, binding.ffi
    place = ffi.new("BIGNUM **")
    lib.BN_hex2bn(place, b"%x" % number)
    try:
        return bool(lib.BN_is_prime_ex(place[0], 0, ffi.NULL, ffi.NULL) == 1)
    finally:
        lib.BN_free(place[0])
