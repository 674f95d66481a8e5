"""What the outside judges need: a small PKI with its PEM files, a cluster that listens, a journal that keeps its events."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import TypeVar

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from cisco_data import ClusterSecurityMode, DeviceSecurityMode
from cucm_sim.administration import add_phone
from cucm_sim.cluster import Cluster
from cucm_sim.parameters import ServiceParameters
from cucm_sim.profiles import secure_profile
from journal import Clock, Event, Journal
from pki import Authority, Identity, KeyPool, KeySpec, TrustStore, callmanager_identity, capf_authority, lsc

E = TypeVar("E", bound=Event)
NOW = datetime(2026, 11, 23, 8, tzinfo=UTC)
SINCE = datetime(2026, 1, 1, tzinfo=UTC)
PLACE = {"C": "AU", "O": "Lab", "OU": "Test", "ST": "NSW", "L": "Sydney"}
DEVICE = "SEP001122334455"
RSA = KeySpec("RSA", 2048)


@dataclass(frozen=True)
class Pki:
    """`phone` holds an LSC of this cluster's CAPF, `stranger` one of another's."""

    capf: Authority
    server: Identity
    phone: Identity
    stranger: Identity

    @property
    def servers(self) -> TrustStore:
        return TrustStore("trust list", [self.server.certificate])


@cache
def make_pki() -> Pki:
    ring = KeyPool().ring()
    capf = capf_authority(keys=ring, subject=PLACE, not_before=SINCE)
    server = callmanager_identity(keys=ring, subject=PLACE, host_name="cucm-pub", not_before=SINCE)
    other = capf_authority(keys=ring, subject=PLACE, not_before=SINCE, name="CAPF-0ld0ld00")
    key = ring.take(RSA)
    phone, stranger = (
        Identity(key, lsc(by, device_name=DEVICE, model="7965G", public_key=key.public_key(), not_before=SINCE))
        for by in (capf, other)
    )
    return Pki(capf, server, phone, stranger)


@pytest.fixture
def pki() -> Pki:
    return make_pki()


@dataclass
class Notebook:
    events: list[Event] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.journal = Journal(Clock(NOW, tick=lambda: 0.0))
        self.journal.subscribe(self.events.append)

    def of(self, kind: type[E]) -> list[E]:
        return [event for event in self.events if isinstance(event, kind)]

    def one(self, kind: type[E]) -> E:
        (event,) = self.of(kind)
        return event


@pytest.fixture
def notebook() -> Notebook:
    return Notebook()


@pytest.fixture
def at() -> list[str]:
    """The openssl command's words for: judge certificates at lab time."""
    return ["-attime", str(int(NOW.timestamp()))]


@pytest.fixture
def cluster(notebook: Notebook, pki: Pki) -> Cluster:
    """Mixed mode, one 7965 with an encrypted profile."""
    cluster = Cluster(
        "new",
        notebook.journal,
        address="127.0.0.1",
        callmanager_identity=pki.server,
        capf_authority=pki.capf,
        cluster_security_mode=ClusterSecurityMode.MIXED,
        parameters=ServiceParameters(port=0, secure_port=0),
    )
    add_phone(cluster, DEVICE, "7965", secure_profile("7965", DeviceSecurityMode.ENCRYPTED))
    return cluster


Pem = Callable[..., str]


@pytest.fixture
def pem(tmp_path: Path) -> Pem:
    """Certificates, or an identity's key, in a file of that name; gives its path."""

    def write(name: str, *contents: x509.Certificate | Identity) -> str:
        path = tmp_path / name
        path.write_bytes(
            b"".join(
                item.key_pem() if isinstance(item, Identity) else item.public_bytes(Encoding.PEM) for item in contents
            )
        )
        return str(path)

    return write
