"""What resets of lists, a deleted CTL file and the rollback parameter do to a fleet: the files that Cisco Tftp gives out.

Phones take them when they start. Of phones whose lists are not known, and of a cluster of which it is not known what its files say,
nothing can be told afterwards.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from lab.base.acts import ActKind
from lab.fleet.model import Fleet, UnjudgedReason
from lab.fleet.trust import ClusterTrust
from lab.operations import steps as st
from lab.operations.cluster_trust import installed_ctl, with_cluster_trust
from lab.operations.effect import Effect, Shop, cannot_judge, did


def _reset_itl(fleet: Fleet, step: st.ResetItlStep, shop: Shop) -> Fleet:
    """On each node whose Cisco Tftp runs, until that starts again. Where it runs nowhere, the command does nothing."""
    cluster, trust = step.cluster, _told(fleet, step.cluster)
    if trust is None:
        return _unknown(did(fleet, ActKind.ITL_RESET, cluster=cluster, value=step.key), cluster)
    if not any(node.tftp is not None for node in trust.nodes):
        return fleet
    if step.key == "localkey":
        made = shop.reset_itl(fleet, cluster)
    else:
        saved = trust.saved_recovery
        made = shop.reset_itl(fleet, cluster, saved) if saved is not None else None
    fleet = did(fleet, ActKind.ITL_RESET, cluster=cluster, value=step.key)
    if made is None:
        return _unknown(fleet, cluster)
    for node in trust.nodes:
        if node.tftp is not None:
            trust = trust.with_node(replace(node, tftp=replace(node.tftp, itl=made)))
    return _of_known_lists(with_cluster_trust(fleet, cluster, trust), cluster)


def _reset_ctl(fleet: Fleet, step: st.ResetCtlStep, shop: Shop) -> Fleet:
    cluster, trust = step.cluster, _told(fleet, step.cluster)
    made = shop.reset_ctl(fleet, cluster) if trust is not None else None
    fleet = did(fleet, ActKind.CTL_RESET, cluster=cluster)
    if made is None:
        return _unknown(fleet, cluster)
    return _of_known_lists(installed_ctl(fleet, cluster, made), cluster)


def _delete_ctl_file(fleet: Fleet, step: st.DeleteCtlFileStep, _: Shop) -> Fleet:
    """Phones keep the CTL that they hold; TVS of the node reads that the file is gone."""
    cluster, trust = step.cluster, _told(fleet, step.cluster)
    if trust is None:
        return _unknown(did(fleet, ActKind.CTL_FILE_DELETED, cluster=cluster, value=step.node), cluster)
    held = [node for node in trust.nodes if step.node in ("", node.name) and trust.ctl_of(node) is not None]
    for node in held:
        trust = trust.with_node(replace(node, ctl_deleted=True))
        fleet = did(fleet, ActKind.CTL_FILE_DELETED, cluster=cluster, value=node.name)
    if not held:
        return fleet
    if all(node.ctl_deleted for node in trust.nodes):
        trust = replace(trust, ctl=None, nodes=tuple(replace(node, ctl_deleted=False) for node in trust.nodes))
    return _of_known_lists(with_cluster_trust(fleet, cluster, trust), cluster)


def rollback_set(fleet: Fleet, cluster: str, prepared: bool, shop: Shop) -> Fleet:
    """Prepare Cluster for Rollback to pre-8.0: Cisco Tftp makes its ITL file anew on each node where it runs.

    The reset of the phones that follows is a step of its own, but where the parameter had this value before: then it follows only
    where the file is another one for other reasons.
    """
    trust = _told(fleet, cluster)
    if trust is None:
        return _unknown(fleet, cluster)
    before = trust
    trust = replace(trust, rollback=prepared)
    fleet = with_cluster_trust(fleet, cluster, trust)
    for node in trust.nodes:
        if node.tftp is None:
            continue
        made = shop.itl(fleet, cluster, node.name)
        if made is None:
            return _unknown(fleet, cluster)
        trust = trust.with_node(replace(node, tftp=replace(node.tftp, itl=made)))
    fleet = _of_known_lists(with_cluster_trust(fleet, cluster, trust), cluster)
    changed = any(new.tftp != old.tftp for new, old in zip(trust.nodes, before.nodes, strict=True))
    if changed and before.rollback is prepared:
        return shop.booted(fleet, frozenset(phone.device_name for phone in fleet.phones if phone.cluster == cluster))
    return fleet


def _told(fleet: Fleet, cluster: str) -> ClusterTrust | None:
    """How phones trust the cluster; None where that is not known."""
    trust = fleet.trust.get(cluster)
    return trust if trust is not None and trust.nodes and not trust.not_told else None


def _of_known_lists(fleet: Fleet, cluster: str) -> Fleet:
    """Nothing can be said of the phones of the cluster whose lists are not known."""
    unknown = frozenset(phone.device_name for phone in fleet.phones if phone.cluster == cluster and phone.lists is None)
    return cannot_judge(fleet, UnjudgedReason.LIST_RESET, cluster=cluster, phones=unknown) if unknown else fleet


def _unknown(fleet: Fleet, cluster: str) -> Fleet:
    return cannot_judge(fleet, UnjudgedReason.LIST_RESET, cluster=cluster)


EFFECTS: dict[type[Any], Effect] = {
    st.ResetItlStep: _reset_itl,
    st.ResetCtlStep: _reset_ctl,
    st.DeleteCtlFileStep: _delete_ctl_file,
}
