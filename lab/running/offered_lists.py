"""The trust lists that a cluster gives to its phones now, as a phone holds them, and which cluster a held list is of."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache

from cisco_data.models import PhoneModel
from lab.running.cluster import LabCluster
from phone_sim.trust.held_lists import HeldList, HeldLists
from wire.signed_files import MAX_TRUST_LIST, read_trust_list_untrusted


def offered_lists(cluster: LabCluster, model: PhoneModel) -> HeldLists:
    """CTL of the cluster, and ITL of the node that its phones ask first: what a phone holds that has been in service there."""
    ctl, itl = cluster.cluster.ctl_file, cluster.nodes[cluster.tftp_nodes[0]].itl_file
    return HeldLists(_held(ctl) if ctl is not None else None, _held(itl) if model.security_by_default else None)


@lru_cache(maxsize=64)
def _held(octets: bytes) -> HeldList | None:
    """None for a list that is too long for phones."""
    return HeldList(octets, read_trust_list_untrusted(octets)) if len(octets) <= MAX_TRUST_LIST else None


def cluster_of_list(held: HeldList, clusters: Iterable[LabCluster]) -> str:
    """The name of the cluster that made it: one of whose nodes it names, by a host name of now or of before. Empty for none."""
    hosts = {record.dns_name for record in held.content.records}
    there = list(clusters)
    now = (cluster.name for cluster in there if not hosts.isdisjoint(cluster.nodes))
    before = (cluster.name for cluster in there if not hosts.isdisjoint(cluster.cluster.former_host_names))
    return next(now, "") or next(before, "")
