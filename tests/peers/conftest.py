"""What the outside judges need: a small PKI with its PEM files, a cluster that listens, a journal that keeps its events."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from cisco_data import ClusterSecurityMode, DeviceSecurityMode
from cucm_sim.administration import add_phone
from cucm_sim.cluster import Cluster
from cucm_sim.parameters import ServiceParameters
from cucm_sim.profiles import secure_profile
from lab.testing import (
    AUTHORITY_SUBJECT,
    DEVICE,
    NOW,
    SINCE,
    ClusterCertificates,
    KeptEvents,
    cluster_certificates,
    held_lsc,
)
from pki import Identity, capf_authority


@dataclass(frozen=True)
class Pki(ClusterCertificates):
    untrusted: Identity
    """The phone with an LSC of another cluster's CAPF."""


@pytest.fixture
def pki() -> Pki:
    own = cluster_certificates()
    other = capf_authority(keys=own.keys, subject=AUTHORITY_SUBJECT, not_before=SINCE, name="CAPF-0ld0ld00")
    return Pki(**vars(own), untrusted=held_lsc(other, own.phone.key))


@pytest.fixture
def notebook() -> KeptEvents:
    return KeptEvents()


@pytest.fixture
def at() -> list[str]:
    """The openssl command's words for: judge certificates at lab time."""
    return ["-attime", str(int(NOW.timestamp()))]


@pytest.fixture
def cluster(notebook: KeptEvents, pki: Pki) -> Cluster:
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
