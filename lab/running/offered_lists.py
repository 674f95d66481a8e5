"""The trust lists that a cluster gives to its phones now, as a phone holds them, and which cluster a held list is of."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache

from cisco_data.models import PhoneModel
from lab.operations.effect import LIST_OF
from lab.running.cluster import LabCluster
from phone_sim.trust.held_lists import HeldList, HeldLists, ListKind
from phone_sim.trust.listed_servers import server_certificates_untrusted
from pki import TrustStore
from wire.signed_files import MAX_TRUST_LIST, read_trust_list_untrusted


def offered_lists(cluster: LabCluster, model: PhoneModel) -> HeldLists:
    """CTL of the cluster, and ITL of the node that its phones ask first: what a phone holds that has been in service there."""
    ctl, itl = cluster.cluster.ctl_file, cluster.nodes[cluster.tftp_nodes[0]].itl_file
    return HeldLists(_held(ctl) if ctl is not None else None, _held(itl) if model.security_by_default else None)


def takes_without_tvs(held: HeldLists, offered: HeldLists) -> bool:
    """Whether a phone that holds these lists takes the others by their signers, its CTL first. What TVS would add is left out."""
    for kind in ListKind:
        new = offered.of(kind)
        if new is None or new == held.of(kind):
            continue
        if not held.takes_any_list and new.content.header.signer not in {
            one.certificate_id for one in held.list_signers
        }:
            return False
        held = held.replaced(kind, new)
    return True


@lru_cache(maxsize=64)
def _held(octets: bytes) -> HeldList | None:
    """None for a list that is too long for phones."""
    return HeldList(octets, read_trust_list_untrusted(octets)) if len(octets) <= MAX_TRUST_LIST else None


@lru_cache(maxsize=256)
def servers_of(lists: HeldLists, cluster: str) -> TrustStore:
    """The servers that they hold, as a fleet has the list of that cluster."""
    return TrustStore(f"{LIST_OF}{cluster}", server_certificates_untrusted(lists))


def cluster_of_list(held: HeldList, clusters: Iterable[LabCluster]) -> str:
    """The name of the cluster that made it: one of whose nodes it names, by a host name of now or of before. Empty for none."""
    hosts = {record.dns_name for record in held.content.records}
    there = list(clusters)
    now = (cluster.name for cluster in there if not hosts.isdisjoint(cluster.nodes))
    before = (cluster.name for cluster in there if not hosts.isdisjoint(cluster.cluster.former_host_names))
    return next(now, "") or next(before, "")


def foreign_cluster(lists: HeldLists, home: str, clusters: Iterable[LabCluster]) -> str:
    """The name of a cluster other than `home` that made one of them; `home` where there is none."""
    held = [one for one in (lists.ctl, lists.itl) if one is not None]
    return next((name for one in held if (name := cluster_of_list(one, clusters)) != home), home)
