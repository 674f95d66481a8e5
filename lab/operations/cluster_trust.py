"""What changes by which phones come to trust a cluster: certificates of its nodes, trust stores, TVS, Cisco Tftp, the CTL file.

Of a cluster of which the fleet knows none of that, nothing changes here, and what its phones make of it is not told.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime

from cisco_data import KIND_OF, CertificateUnit, ServiceKind, ServiceName, StoreName
from cisco_data.tls import TlsVersion
from cisco_data.trust_roles import ROLES_OF_UNIT
from cisco_data.trust_store_copies import CHANGE_NOTIFICATION_PERIOD, COPIED_TO, NOTIFIED_UNITS
from lab.fleet.model import Fleet
from lab.fleet.trust import ClusterTrust, FleetList, FleetNode, TftpInUse, TvsInUse
from lab.operations.effect import Shop, services_of, with_trust
from pki import Certificate, TrustStore


def with_cluster_trust(fleet: Fleet, cluster: str, trust: ClusterTrust) -> Fleet:
    return replace(fleet, trust={**fleet.trust, cluster: trust})


def present(fleet: Fleet, cluster: str, unit: str) -> tuple[Certificate, ...]:
    """What the cluster's database holds of this unit or trust store now: of a unit, one of each node that has it."""
    trust = fleet.trust[cluster]
    if unit == CertificateUnit.CAPF:
        capf = fleet.capf.get(cluster)
        return (capf,) if capf is not None else ()
    if unit in trust.stores:
        return trust.stores[unit].certificates
    return tuple(node.own[own] for node in trust.nodes for own in node.own if own == unit)


# TVS


def answering(fleet: Fleet, cluster: str, tvs: TvsInUse) -> TvsInUse:
    """With what change notification has brought it by the fleet's moment."""
    over = [unit for unit, due in tvs.due.items() if due <= fleet.at]
    if not over:
        return tvs
    known = {**tvs.known, **{unit: present(fleet, cluster, unit) for unit in over}}
    return replace(tvs, known=known, due={unit: due for unit, due in tvs.due.items() if unit not in over})


def settled(fleet: Fleet, cluster: str) -> Fleet:
    """Each TVS with what has reached it by now: before its database changes once more."""
    trust = fleet.trust.get(cluster)
    if trust is None:
        return fleet
    for node in trust.nodes:
        if node.tvs is not None:
            trust = trust.with_node(replace(node, tvs=answering(fleet, cluster, node.tvs)))
    return with_cluster_trust(fleet, cluster, trust)


def _notified(fleet: Fleet, cluster: str, units: Iterable[str]) -> Fleet:
    """Change notification is under way to each TVS that runs; one that was under way before comes no later."""
    trust, due = fleet.trust[cluster], fleet.at + CHANGE_NOTIFICATION_PERIOD
    new: dict[str, datetime] = {unit: due for unit in units if unit in NOTIFIED_UNITS and unit in ROLES_OF_UNIT}
    for node in trust.nodes if new else ():
        if node.tvs is not None:
            trust = trust.with_node(replace(node, tvs=replace(node.tvs, due={**new, **node.tvs.due})))
    return with_cluster_trust(fleet, cluster, trust)


# Certificates and stores


def with_own(
    fleet: Fleet, cluster: str, node: str, unit: CertificateUnit, made: Certificate, *, restored: bool = False
) -> Fleet:
    """A new certificate of a node, the publisher where none is named, with the copies that CUCM makes by itself.

    Copies into the stores by which services judge phones (`KIND_OF`) are left to the caller.

    Args:
        restored: from a backup, so that a store takes it also where it holds a newer one of the same name.
    """
    fleet = settled(fleet, cluster)
    trust = fleet.trust.get(cluster)
    at = trust.node(node) if trust is not None else None
    if trust is None or at is None:
        return fleet
    if unit is not CertificateUnit.CAPF:
        trust = trust.with_node(replace(at, own={**at.own, unit: made}))
    copies = [store for store in COPIED_TO.get(unit, ()) if store in trust.stores]
    stores = dict(trust.stores)
    for store in copies:
        stores[store] = _copied(stores[store], made, restored)
    fleet = with_cluster_trust(fleet, cluster, replace(trust, stores=stores))
    return _notified(fleet, cluster, (unit, *copies))


def with_store(fleet: Fleet, cluster: str, store: StoreName, certificate: Certificate, *, uploaded: bool) -> Fleet:
    """A trust store of a cluster by which no service judges phones, with a certificate more or less.

    Assumed: on each node, be it uploaded on one or on all. Those that stay on their node have no role in what is judged here.
    """
    fleet = settled(fleet, cluster)
    trust = fleet.trust.get(cluster)
    if trust is None:
        return fleet
    held = trust.stores.get(store, TrustStore(store))
    if not uploaded and certificate not in held:
        return fleet
    changed = held.with_certificate(certificate) if uploaded else held.without(certificate)
    fleet = with_cluster_trust(fleet, cluster, replace(trust, stores={**trust.stores, store: changed}))
    return _notified(fleet, cluster, (store,))


def _copied(store: TrustStore, made: Certificate, restored: bool) -> TrustStore:
    return store.with_restored(made) if restored else store.with_certificate(made)


def copied_to_services(
    fleet: Fleet, cluster: str, unit: CertificateUnit, made: Certificate, *, restored: bool = False
) -> Fleet:
    """The copies of a new certificate in the stores by which services judge phones; `restored` as above."""
    for store in COPIED_TO.get(unit, ()):
        for server in services_of(fleet, cluster, KIND_OF[store])[:1] if store in KIND_OF else ():
            fleet = with_trust(fleet, server, _copied(server.configured.trust, made, restored))
    return fleet


# Services


def control_tvs(fleet: Fleet, cluster: str, node: str, change: str) -> Fleet:
    """Start, restart or stop TVS on a node, or on each where none is named. At a start it reads everything anew."""
    trust = fleet.trust.get(cluster)
    if trust is None:
        return fleet
    for at in _nodes(trust, node, ServiceName.TVS):
        if change == "stop":
            trust = trust.with_node(replace(at, tvs=None))
        elif (change == "restart" or at.tvs is None) and CertificateUnit.TVS in at.own:
            known = {unit: present(fleet, cluster, unit) for unit in ROLES_OF_UNIT}
            minimum = _minimum_tls(fleet, cluster, at.name)
            trust = trust.with_node(replace(at, tvs=TvsInUse(at.own[CertificateUnit.TVS], known, {}, minimum)))
    return with_cluster_trust(fleet, cluster, trust)


def _minimum_tls(fleet: Fleet, cluster: str, node: str) -> TlsVersion:
    """Of a node: that of its CallManager, or of any in the cluster where it runs none."""
    found = services_of(fleet, cluster, ServiceKind.CALLMANAGER)
    own = [server for server in found if server.node in ("", node)]
    return next((server.configured.minimum_tls for server in (*own, *found)), TlsVersion.TLSv1)


def control_tftp(fleet: Fleet, cluster: str, node: str, change: str, shop: Shop) -> Fleet:
    """Start, restart or stop Cisco Tftp on a node, or on each where none is named. At a start it makes the ITL file anew."""
    trust = fleet.trust.get(cluster)
    if trust is None:
        return fleet
    for at in _nodes(trust, node, ServiceName.TFTP):
        if change == "stop":
            left = at.tftp.itl if at.tftp is not None else at.itl
            trust = trust.with_node(replace(at, tftp=None, itl=left))
        elif change == "restart" or at.tftp is None:
            itl = shop.itl(fleet, cluster, at.name)
            if itl is not None:
                signer = at.own[CertificateUnit.CALLMANAGER]
                trust = trust.with_node(replace(at, tftp=TftpInUse(itl, signer, trust.digest), itl=None))
    return with_cluster_trust(fleet, cluster, trust)


def tftp_runs(fleet: Fleet, cluster: str) -> bool | None:
    """Whether a node that phones ask for their files gives them; None where that is not known."""
    trust = fleet.trust.get(cluster)
    return any(node.tftp is not None for node in trust.asked) if trust is not None and trust.nodes else None


def _nodes(trust: ClusterTrust, node: str, service: ServiceName) -> list[FleetNode]:
    return [each for each in trust.nodes if node in ("", each.name) and service in each.runs]


def with_ctl(fleet: Fleet, cluster: str, shop: Shop, *, capf_only: bool = False) -> Fleet:
    """`utils ctl`: the CTL file lists the certificates of now, on each node."""
    trust = fleet.trust.get(cluster)
    made = shop.ctl(fleet, cluster, capf_only=capf_only) if trust is not None else None
    if trust is None or made is None:
        return fleet
    return installed_ctl(fleet, cluster, made)


def installed_ctl(fleet: Fleet, cluster: str, made: FleetList) -> Fleet:
    """This CTL file on each node, to which the publisher copies it."""
    trust = fleet.trust[cluster]
    nodes = tuple(replace(node, ctl_deleted=False) for node in trust.nodes)
    return with_cluster_trust(fleet, cluster, replace(trust, ctl=made, nodes=nodes))


def with_saved_recovery(fleet: Fleet, cluster: str) -> Fleet:
    """After a backup that saves the key of the publisher's ITLRecovery, for `utils itl reset remotekey`."""
    trust = fleet.trust.get(cluster)
    publisher = trust.node("") if trust is not None else None
    saved = publisher.own.get(CertificateUnit.ITL_RECOVERY) if publisher is not None else None
    if trust is None or saved is None:
        return fleet
    return with_cluster_trust(fleet, cluster, replace(trust, saved_recovery=saved))
