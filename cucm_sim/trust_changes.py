"""Changes of trust stores that CUCM makes by itself: made together, noted afterwards with what led to them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from cucm_sim.administration import trust_changed
from cucm_sim.cluster import Cluster
from journal import Event
from pki import Certificate


class TrustStoreChange(NamedTuple):
    """Of a trust store, made and not yet noted."""

    store: str
    change: str
    certificate: Certificate


def put(cluster: Cluster, store: str, change: str, certificate: Certificate) -> TrustStoreChange:
    changed = cluster.change_trust(store, lambda trust: trust.with_certificate(certificate))
    return TrustStoreChange(store, change if certificate in changed else "kept", certificate)


def note(cluster: Cluster, changes: Iterable[TrustStoreChange], cause: Event) -> None:
    for change in changes:
        trust_changed(cluster, *change, cause)
