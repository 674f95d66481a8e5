"""`show` and `set cert default-ca-list`: the manufacturing authorities that come with CUCM, in both trust stores or in neither."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from cisco_data import STORE_OF, ServiceName
from cucm_sim.administration import AdministrationError
from cucm_sim.certificate_events import DefaultCaListChanged
from cucm_sim.cluster import Cluster
from cucm_sim.trust_changes import TrustStoreChange, note, put
from pki import Certificate, read

Change = Literal["disable", "enable"]

_TAKES_EFFECT = f"restart of {ServiceName.CALLMANAGER}, {ServiceName.CAPF} and {ServiceName.TFTP}"


@dataclass(frozen=True, slots=True)
class DefaultCa:
    """One line of `show cert default-ca-list`."""

    common_name: str
    enabled: bool


def default_ca_list(cluster: Cluster) -> tuple[DefaultCa, ...]:
    """`show cert default-ca-list`."""
    names = (read(certificate).subject.cn for certificate in cluster.default_ca_list)
    return tuple(DefaultCa(name, name not in cluster.disabled_default_cas) for name in names)


def stores_to_come_back(cluster: Cluster, name: str) -> tuple[str, ...]:
    """The stores to which `set cert default-ca-list enable NAME` would bring the authority back; none where it brings back nothing.

    It brings back what the release ships and what was disabled, to the stores from which disabling took it. It does not bring
    back an authority that the release never shipped, one that was deleted by hand (from one store or from both), nor one that
    was uploaded by hand: these must be uploaded.
    """
    return cluster.disabled_default_cas.get(name, ())


def set_default_ca_list(cluster: Cluster, change: Change, name: str) -> DefaultCaListChanged:
    """`set cert default-ca-list disable|enable NAME|all`: take authorities out of both trust stores, or bring them back.

    What comes back are those certificates and to those stores that disabling had taken them from, and no others.

    Args:
        name: a CN of the list, or `all` for every one that the change would change.

    Raises AdministrationError where the list has no such name, or nothing would change (the second is assumed).
    """
    listed = default_ca_list(cluster)
    if name != "all" and name not in (entry.common_name for entry in listed):
        raise AdministrationError(f"The {name} certificate is not in the list of default Cisco CA certificates.")
    wanted = {"disable": True, "enable": False}.get(change)
    if wanted is None:
        raise AdministrationError(f"A default CA can be disabled or enabled, and not {change!r}.")
    names = tuple(
        entry.common_name for entry in listed if name in ("all", entry.common_name) and entry.enabled is wanted
    )
    if not names:
        whole = "Every default Cisco CA certificate" if name == "all" else f"The {name} certificate"
        raise AdministrationError(f"{whole} is {change}d already.")
    changes: list[TrustStoreChange] = []
    with cluster.database.transaction():
        for certificate in cluster.default_ca_list:
            if read(certificate).subject.cn in names:
                changes += (_disable if wanted else _enable)(cluster, certificate)
    event = cluster.administrator.emit(
        DefaultCaListChanged(change=f"{change}d", authorities=names, takes_effect=_TAKES_EFFECT)
    )
    note(cluster, changes, event)
    return event


def _disable(cluster: Cluster, certificate: Certificate) -> list[TrustStoreChange]:
    stores = tuple(store for store in STORE_OF.values() if certificate in cluster.trust[store])
    cluster.disabled_default_cas[read(certificate).subject.cn] = stores
    for store in stores:
        cluster.change_trust(store, lambda trust: trust.without(certificate))
    return [TrustStoreChange(store, "disabled", certificate) for store in stores]


def _enable(cluster: Cluster, certificate: Certificate) -> list[TrustStoreChange]:
    name = read(certificate).subject.cn
    stores = stores_to_come_back(cluster, name)
    del cluster.disabled_default_cas[name]
    return [put(cluster, store, "enabled", certificate) for store in stores]
