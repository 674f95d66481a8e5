"""What another host name, domain or address of a node, and a backup and a restore of keys, do to a fleet.

The restarts that follow are steps of their own (`node_restart`). Later steps name the node by its new host name, so the fleet does
too. Names of servers stay.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from cisco_data import CertificateUnit, ServiceKind
from cisco_data.node_changes import UNNAMED_BACKUP, made_again
from cisco_data.release_table import BACKUP_SAVES_KEYS
from lab.base.acts import ActKind
from lab.fleet.backup import FleetBackup
from lab.fleet.model import Fleet, FleetPhone, UnjudgedReason
from lab.fleet.trust import FleetNode
from lab.operations import steps as st
from lab.operations.cluster_trust import copied_to_services, with_cluster_trust, with_own, with_saved_recovery
from lab.operations.effect import (
    Effect,
    Shop,
    cannot_judge,
    configured,
    did,
    held_before,
    of_cluster,
    service_of,
    services_of,
    with_phones,
)
from lab.operations.effects_trust import callmanager_of, regenerate_capf, renew_own, with_capf
from pki import Certificate, read

# Names


def _set_host_name(fleet: Fleet, step: st.SetHostNameStep, shop: Shop) -> Fleet:
    at = _known_node(fleet, step.cluster, step.node)
    former = step.node or (at.name if at is not None else "")
    fleet = _renamed(fleet, step.cluster, former, step.name) if former else fleet
    fleet = did(fleet, ActKind.HOST_NAME_SET, cluster=step.cluster, node=former, value=step.name)
    if at is None:
        return cannot_judge(fleet, UnjudgedReason.NODE_NAMES, cluster=step.cluster)
    domain = _domain(at)
    return _made_again(fleet, step.cluster, step.name, f"{step.name}.{domain}" if domain else step.name, shop)


def _renamed(fleet: Fleet, cluster: str, former: str, name: str) -> Fleet:
    for server in fleet.servers.values():
        if (server.cluster, server.node) == (cluster, former):
            fleet = fleet.with_server(replace(server, node=name))
    nodes = dict(fleet.nodes)
    if cluster in nodes:
        nodes[cluster] = tuple(name if each == former else each for each in nodes[cluster])
    trust = fleet.trust.get(cluster)
    if trust is not None:
        named = tuple(replace(node, name=name) if node.name == former else node for node in trust.nodes)
        servers = tuple(name if each == former else each for each in trust.tftp_servers)
        fleet = with_cluster_trust(fleet, cluster, replace(trust, nodes=named, tftp_servers=servers))
    return replace(fleet, nodes=nodes)


def _set_domain(fleet: Fleet, step: st.SetDomainStep, shop: Shop) -> Fleet:
    at = _known_node(fleet, step.cluster, step.node)
    fleet = did(
        fleet,
        ActKind.DOMAIN_SET,
        cluster=step.cluster,
        node=at.name if at is not None else step.node,
        value=step.domain,
    )
    if at is None:
        return cannot_judge(fleet, UnjudgedReason.NODE_NAMES, cluster=step.cluster)
    return _made_again(fleet, step.cluster, at.name, f"{at.name}.{step.domain}", shop)


def _known_node(fleet: Fleet, cluster: str, node: str) -> FleetNode | None:
    """The publisher where none is named. None where it is not known what becomes of the node's certificates."""
    trust = fleet.trust.get(cluster)
    at = trust.node(node) if trust is not None else None
    known = at is not None and {CertificateUnit.CALLMANAGER, CertificateUnit.TVS} <= at.own.keys()
    return at if known else None


def _domain(at: FleetNode) -> str:
    """As the CN of its CallManager.pem has it; empty for none."""
    return read(at.own[CertificateUnit.CALLMANAGER]).subject.cn.partition(".")[2]


def _made_again(fleet: Fleet, cluster: str, node: str, host_name: str, shop: Shop) -> Fleet:
    """All certificates of the node but ITLRecovery, and the publisher's CAPF.pem."""
    at = fleet.trust[cluster].node(node)
    assert at is not None
    for unit in made_again(at.own):
        fleet = renew_own(fleet, cluster, at.name, CertificateUnit(unit), shop, host_name=host_name)
    if _is_publisher(fleet, cluster, at) and service_of(fleet, cluster, ServiceKind.CAPF) is not None:
        fleet = regenerate_capf(fleet, st.RegenerateCapfStep(cluster), shop)
    return fleet


def _is_publisher(fleet: Fleet, cluster: str, at: FleetNode) -> bool:
    return fleet.trust[cluster].nodes[0].name == at.name


# Addresses


def _set_address(fleet: Fleet, step: st.SetAddressStep, shop: Shop) -> Fleet:
    """The configuration in a phone's flash names the former address until the phone takes another file."""
    cluster, at = step.cluster, _known_node(fleet, step.cluster, step.node)
    fleet = did(fleet, ActKind.ADDRESS_SET, cluster=cluster, node=at.name if at is not None else step.node)
    if at is None:
        return cannot_judge(fleet, UnjudgedReason.NODE_NAMES, cluster=cluster)
    fleet = _by_former_address(fleet, cluster, at)
    trust = fleet.trust[cluster]
    fleet = with_cluster_trust(fleet, cluster, trust.with_node(replace(at, address=_free_address(trust.nodes))))
    if step.by == "cli":
        return fleet
    domain = _domain(at)
    return _made_again(fleet, cluster, at.name, f"{at.name}.{domain}" if domain else at.name, shop)


def _free_address(nodes: tuple[FleetNode, ...]) -> str:
    """No step tells which it is, and no verdict depends on it. Of TEST-NET-1 (RFC 5737)."""
    taken = {node.address for node in nodes}
    return next(address for address in (f"192.0.2.{number}" for number in range(1, 256)) if address not in taken)


def _by_former_address(fleet: Fleet, cluster: str, at: FleetNode) -> Fleet:
    """Phones that go by the cluster's configuration of before find this node's services no more."""
    fleet = held_before(fleet, [phone.device_name for phone in fleet.phones if phone.cluster == cluster])
    gone = {
        server.name for server in services_of(fleet, cluster, ServiceKind.CALLMANAGER) if server.node in ("", at.name)
    }
    capf = service_of(fleet, cluster, ServiceKind.CAPF)
    if capf is not None and _is_publisher(fleet, cluster, at):
        gone.add(capf.name)

    def without(phone: FleetPhone) -> FleetPhone:
        kept = phone.kept
        if kept is None or kept.cluster != cluster:
            return phone
        return replace(phone, kept=replace(kept, elsewhere=kept.elsewhere | gone))

    return with_phones(fleet, [phone.device_name for phone in fleet.phones], without)


# Keys


def _back_up_keys(fleet: Fleet, step: st.BackUpKeysStep, _: Shop) -> Fleet:
    """No phone notices it."""
    cluster, trust, release = step.cluster, fleet.trust.get(step.cluster), fleet.releases.get(step.cluster)
    fleet = did(fleet, ActKind.KEYS_BACKED_UP, cluster=cluster, value=step.name)
    if trust is None or not trust.nodes or (release is not None and not BACKUP_SAVES_KEYS.of(release.name)):
        return fleet
    fleet = with_saved_recovery(fleet, cluster)
    presented = {
        server.name: (server.configured.identity, server.configured.presents) for server in of_cluster(fleet, cluster)
    }
    made = FleetBackup({node.name: node.own for node in trust.nodes}, presented, fleet.capf.get(cluster))
    return replace(fleet, backups={**fleet.backups, (cluster, step.name or UNNAMED_BACKUP): made})


def _restore_keys(fleet: Fleet, step: st.RestoreKeysStep, _: Shop) -> Fleet:
    """What a backup holds that was made before the first step is not known."""
    cluster, trust = step.cluster, fleet.trust.get(step.cluster)
    fleet = did(fleet, ActKind.KEYS_RESTORED, cluster=cluster, value=step.name or UNNAMED_BACKUP)
    backup = fleet.backups.get((cluster, step.name or UNNAMED_BACKUP))
    if backup is None or trust is None or backup.nodes.keys() != {node.name for node in trust.nodes}:
        return cannot_judge(fleet, UnjudgedReason.RESTORED_KEYS, cluster=cluster)
    for node, unit, former, certificate in list(_others_now(trust.nodes, backup)):
        fleet = _put_back(fleet, cluster, node, unit, former, certificate, backup)
    if backup.capf is not None and backup.capf != fleet.capf.get(cluster):
        capf = service_of(fleet, cluster, ServiceKind.CAPF)
        identity, presents = backup.presented.get(capf.name if capf is not None else "", (None, None))
        kind = ActKind.CERTIFICATE_RESTORED
        fleet = with_capf(fleet, cluster, backup.capf, kind, identity=identity, presents=presents)
    return fleet


def _others_now(
    nodes: tuple[FleetNode, ...], backup: FleetBackup
) -> Iterator[tuple[str, CertificateUnit, Certificate | None, Certificate]]:
    """Node, unit, the certificate of now and that of the backup."""
    for node in nodes:
        for unit, certificate in backup.nodes[node.name].items():
            if node.own.get(unit) != certificate:
                yield node.name, unit, node.own.get(unit), certificate


def _put_back(
    fleet: Fleet,
    cluster: str,
    node: str,
    unit: CertificateUnit,
    former: Certificate | None,
    certificate: Certificate,
    backup: FleetBackup,
) -> Fleet:
    fleet = with_own(fleet, cluster, node, unit, certificate, restored=True)
    fleet = copied_to_services(fleet, cluster, unit, certificate, restored=True)
    server = callmanager_of(fleet, cluster, node) if unit is CertificateUnit.CALLMANAGER else None
    if server is not None:
        identity, presents = backup.presented[server.name]
        fleet = fleet.with_server(configured(server, identity=identity, presents=presents))
    return did(
        fleet,
        ActKind.CERTIFICATE_RESTORED,
        cluster=cluster,
        server=server.name if server is not None else "",
        unit=unit,
        node=node,
        certificate=certificate,
        former=former,
    )


EFFECTS: dict[type[Any], Effect] = {
    st.SetHostNameStep: _set_host_name,
    st.SetDomainStep: _set_domain,
    st.SetAddressStep: _set_address,
    st.BackUpKeysStep: _back_up_keys,
    st.RestoreKeysStep: _restore_keys,
}
