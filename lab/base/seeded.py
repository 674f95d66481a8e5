"""Octets that look random and are the same for the same seed, so that the lab names the same CAPF every time."""

from __future__ import annotations

import hashlib
from collections.abc import Callable


def octets_from(seed: str) -> Callable[[int], bytes]:
    """A source of octets, as many as each call asks for."""
    counter = 0

    def octets(count: int) -> bytes:
        nonlocal counter
        counter += 1
        return hashlib.shake_256(f"{seed}/{counter}".encode()).digest(count)

    return octets
