"""Certificates for tests: a cluster's, and those that one phone holds, all with their private keys."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from typing import Any

import pki
from cisco_data import StoreName
from cisco_data.models import PhoneModel
from pki import Authority, Identity, KeyRing, Manufacturing, PrivateKey, TrustStore

AUTHORITY_SUBJECT = {"C": "AU", "O": "Lab", "OU": "Test", "ST": "NSW", "L": "Sydney"}
DEVICE = "SEP001122334455"
SINCE = datetime(2026, 1, 1, tzinfo=UTC)


def held_lsc(
    capf: Authority, key: PrivateKey, device_name: str = DEVICE, *, model: str = "7965G", **how: Any
) -> Identity:
    """The LSC that CAPF gives a device of that name, from `SINCE` on. `model` as certificates have it; `how`: as of `pki.lsc`."""
    how = {"not_before": SINCE, **how}
    return Identity(key, pki.lsc(capf, device_name=device_name, model=model, public_key=key.public_key(), **how))


def held_mic(
    manufacturing: Manufacturing, key: PrivateKey, model: PhoneModel, device_name: str = DEVICE, *, authority: str = ""
) -> Identity:
    """The MIC that a device of that name left the factory with. `authority`: its CN, where it is not the model's own."""
    return manufacturing.mic(
        device_name=device_name,
        model=model.product,
        authority=authority or model.mic_authority or "Cisco Manufacturing CA",
        key=key,
        serial_number="FCH0000A001",
        not_before=model.built,
    )


@dataclass(frozen=True)
class ClusterCertificates:
    """CAPF, CallManager, and a phone that holds an LSC of that CAPF; `keys` gives further keys."""

    keys: KeyRing
    capf: Authority
    server: Identity
    phone: Identity

    @property
    def phones(self) -> TrustStore:
        """Trusts every LSC of this CAPF."""
        return TrustStore(StoreName.CALLMANAGER, [self.capf.certificate])

    @property
    def servers(self) -> TrustStore:
        """What a phone trusts."""
        return TrustStore("trust list", [self.server.certificate])


@cache
def cluster_certificates(host_name: str = "cucm-pub", not_before: datetime = SINCE) -> ClusterCertificates:
    """Made once a process for each pair of arguments. `host_name`: CallManager's."""
    keys = pki.KeyPool().ring()
    made: Any = {"keys": keys, "subject": AUTHORITY_SUBJECT, "not_before": not_before}
    capf, server = pki.capf_authority(**made), pki.callmanager_identity(host_name=host_name, **made)
    return ClusterCertificates(keys, capf, server, held_lsc(capf, keys.take(pki.RSA_2048), not_before=not_before))
