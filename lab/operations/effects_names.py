"""What another host name, domain or address of a node, and a restore of keys, do to a fleet: nothing that can be judged yet.

Later steps name the node by its new host name, so the fleet does too. Names of servers stay.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from lab.base.acts import ActKind
from lab.fleet.model import Fleet, UnjudgedReason
from lab.operations import steps as st
from lab.operations.cluster_trust import with_saved_recovery
from lab.operations.effect import Effect, Shop, cannot_judge, did


def _set_host_name(fleet: Fleet, step: st.SetHostNameStep, _: Shop) -> Fleet:
    fleet = _renamed(fleet, step) if step.node else fleet
    fleet = did(fleet, ActKind.HOST_NAME_SET, cluster=step.cluster, value=step.name)
    return cannot_judge(fleet, UnjudgedReason.NODE_NAMES, cluster=step.cluster)


def _renamed(fleet: Fleet, step: st.SetHostNameStep) -> Fleet:
    cluster, former, name = step.cluster, step.node, step.name
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
        fleet = replace(fleet, trust={**fleet.trust, cluster: replace(trust, nodes=named, tftp_servers=servers)})
    return replace(fleet, nodes=nodes)


def _set_domain(fleet: Fleet, step: st.SetDomainStep, _: Shop) -> Fleet:
    fleet = did(fleet, ActKind.DOMAIN_SET, cluster=step.cluster, value=step.domain)
    return cannot_judge(fleet, UnjudgedReason.NODE_NAMES, cluster=step.cluster)


def _set_address(fleet: Fleet, step: st.SetAddressStep, _: Shop) -> Fleet:
    fleet = did(fleet, ActKind.ADDRESS_SET, cluster=step.cluster, value=step.node)
    return cannot_judge(fleet, UnjudgedReason.NODE_NAMES, cluster=step.cluster)


def _back_up_keys(fleet: Fleet, step: st.BackUpKeysStep, _: Shop) -> Fleet:
    """No phone notices it."""
    fleet = with_saved_recovery(fleet, step.cluster)
    return did(fleet, ActKind.KEYS_BACKED_UP, cluster=step.cluster, value=step.name)


def _restore_keys(fleet: Fleet, step: st.RestoreKeysStep, _: Shop) -> Fleet:
    """A fleet does not hold the keys of the backup."""
    fleet = did(fleet, ActKind.KEYS_RESTORED, cluster=step.cluster, value=step.name)
    return cannot_judge(fleet, UnjudgedReason.RESTORED_KEYS, cluster=step.cluster)


EFFECTS: dict[type[Any], Effect] = {
    st.SetHostNameStep: _set_host_name,
    st.SetDomainStep: _set_domain,
    st.SetAddressStep: _set_address,
    st.BackUpKeysStep: _back_up_keys,
    st.RestoreKeysStep: _restore_keys,
}
