"""Signers with the names of a published CTL file, made once, and files of theirs."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from random import Random

import pytest

from pki import Identity, KeyPool, KeySpec, callmanager_identity

SUBJECT = {"OU": "TAC", "O": "Cisco", "L": "Krakow", "ST": "Malopolska", "C": "PL"}
PUBLISHER, SUBSCRIBER = "cucm-1051-a-pub", "cucm-1051-a-sub1"
_RING = KeyPool().ring()
_OCTETS = Random(10).randbytes  # one serial number in 256 is shorter than the published ones


def make(size: int, host_name: str = PUBLISHER, algorithm: str = "RSA") -> Identity:
    spec = KeySpec(algorithm, size)
    since = datetime(2015, 3, 6, tzinfo=UTC)
    digest = "sha1" if size == 1024 else "sha256"
    return callmanager_identity(
        keys=_RING,
        subject=SUBJECT,
        host_name=host_name,
        not_before=since,
        octets=_OCTETS,
        key_spec=spec,
        digest=digest,
    )


@pytest.fixture(scope="session")
def small() -> Identity:
    """RSA 1024, as a CUCM of 2015."""
    return make(1024)


@pytest.fixture(scope="session")
def signer() -> Identity:
    """RSA 2048."""
    return make(2048)


@pytest.fixture(scope="session")
def elliptic() -> Identity:
    return make(256, algorithm="EC")


@pytest.fixture(scope="session")
def another() -> Callable[[int, str], Identity]:
    return make
