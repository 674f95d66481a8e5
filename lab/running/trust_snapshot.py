"""How phones come to trust the clusters of a lab, as a fleet: what each node's Cisco Tftp and TVS go by, and what a phone holds."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from cisco_data import KIND_OF, CertificateUnit, ServiceKind, ServiceName, StoreName
from cisco_data.trust_roles import ROLES_OF_UNIT
from cucm_sim.node import Node
from cucm_sim.tftp import CiscoTftp
from cucm_sim.tvs import TrustVerificationService
from lab.fleet.trust import (
    ClusterTrust,
    FleetList,
    FleetNode,
    HeldTrust,
    KeptConfiguration,
    TftpInUse,
    TvsInUse,
    fleet_list_untrusted,
)
from lab.running.cluster import LabCluster
from lab.running.offered_lists import cluster_of_list
from phone_sim.phone import Phone as LabPhone
from phone_sim.trust.held_lists import HeldList
from wire.phone_file import PhoneFile


def cluster_trust(cluster: LabCluster, *, as_built: bool = False) -> ClusterTrust:
    """Of one cluster as it is now. `as_built`: nothing runs yet, and what is configured counts as read."""
    there = cluster.cluster
    ctl = next((node.ctl_file for node in there.nodes.values() if node.ctl_file is not None), None)
    saved = next(reversed(there.saved_keys.values()), None)
    return ClusterTrust(
        tuple(_node(node, as_built, ctl) for node in there.nodes.values()),
        {store: there.trust[store] for store in StoreName if store not in KIND_OF},
        fleet_list_untrusted(ctl) if ctl is not None else None,
        cluster.tftp_nodes,
        there.signature_digest,
        there.rollback,
        saved.certificate if saved is not None else None,
    )


def _node(node: Node, as_built: bool, ctl: bytes | None) -> FleetNode:
    """`ctl`: CTLFile.tlv of the cluster."""
    tftp = _tftp(node, as_built)
    left = fleet_list_untrusted(node.itl_file) if tftp is None and ServiceName.TFTP in node.services else None
    return FleetNode(
        node.name,
        node.address,
        {CertificateUnit(unit): identity.certificate for unit, identity in node.identities.items()},
        frozenset(ServiceName(name) for name in node.services),
        tftp,
        _tvs(node, as_built),
        left,
        ctl is not None and node.ctl_file is None,
    )


def _tftp(node: Node, as_built: bool) -> TftpInUse | None:
    service = node.services.get(ServiceName.TFTP)
    if not isinstance(service, CiscoTftp):
        return None
    itl = fleet_list_untrusted(node.itl_file)
    if as_built:
        return TftpInUse(itl, node.callmanager_identity.certificate, node.cluster.signature_digest)
    read = service.in_use
    if read is None:
        return None
    assert read.identity is not None, "a node's service has a key"
    return TftpInUse(itl, read.identity.certificate, service.signature_digest)


def _tvs(node: Node, as_built: bool) -> TvsInUse | None:
    service = node.services.get(ServiceName.TVS)
    if not isinstance(service, TrustVerificationService):
        return None
    if as_built:
        present = node.own_certificate(CertificateUnit.TVS)
        assert present is not None, "each node that runs TVS has a TVS.pem"
        known = {unit: tuple(node.certificates_of_unit(unit)) for unit in ROLES_OF_UNIT}
        return TvsInUse(present, known, minimum_tls=node.minimum_tls_version)
    read, certificates = service.in_use, service.certificates
    if read is None or certificates is None:
        return None
    assert read.identity is not None
    assert read.minimum_tls is not None
    return TvsInUse(read.identity.certificate, dict(certificates.by_unit), dict(service.due), read.minimum_tls)


def held_trust(phone: LabPhone) -> HeldTrust:
    """The lists in its flash."""
    lists = phone.flash.lists
    return HeldTrust(_list(lists.ctl), _list(lists.itl))


def _list(held: HeldList | None) -> FleetList | None:
    return fleet_list_untrusted(held.octets) if held is not None else None


def kept_configuration(
    phone: LabPhone,
    clusters: Iterable[LabCluster],
    page: KeptConfiguration,
    groups: dict[str, tuple[str, ...]],
    *,
    as_built: bool,
) -> KeptConfiguration | None:
    """What the phone goes by where that is not what its page says.

    Args:
        page: what it would go by after it had taken the file that its page makes.
        groups: by cluster, as `FleetPhone.call_managers`.
        as_built: a phone without a configuration has been in service all the same, where its own cluster has made its lists.
    """
    file = phone.flash.configuration
    if file is None:
        held = [one for one in (phone.flash.lists.ctl, phone.flash.lists.itl) if one is not None]
        made_by = {cluster_of_list(one, clusters) for one in held}
        return None if as_built and made_by <= {page.cluster} else KeptConfiguration("")
    home = _cluster_of(file, clusters)
    goes_by = KeptConfiguration("")
    if home is not None:
        mode, group = file.device_security_mode, groups.get(home.name, ())
        goes_by = KeptConfiguration(home.name, mode, group, frozenset(_elsewhere(file, home, group)))
    return goes_by if goes_by != page else None


def _elsewhere(file: PhoneFile, home: LabCluster, group: tuple[str, ...]) -> Iterator[str]:
    """The servers of which the file does not name the address of now.

    Args:
        group: as `FleetPhone.call_managers`.
    """
    named = {member.process_node_name for member in file.members}
    names = group or (f"{ServiceKind.CALLMANAGER} of {home.name}",)
    for name, node in zip(names, (home.nodes[each] for each in home.call_manager_group), strict=True):
        if node.address not in named:
            yield name
    if file.capf_list and home.cluster.address not in {each.process_node_name for each in file.capf_list}:
        yield f"{ServiceKind.CAPF} of {home.name}"


def _cluster_of(file: PhoneFile, clusters: Iterable[LabCluster]) -> LabCluster | None:
    """The cluster whose CallManagers it names."""
    named = {(member.process_node_name, member.ethernet_phone_port) for member in file.members}
    for cluster in clusters:
        for node in cluster.nodes.values():
            if any((address, node.parameters.port) in named for address in (node.address, *node.former_addresses)):
                return cluster
    return None
