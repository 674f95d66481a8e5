"""The trust lists that a cluster gives to its phones now, as a phone holds them."""

from __future__ import annotations

from functools import lru_cache

from cisco_data.models import PhoneModel
from lab.running.cluster import LabCluster
from phone_sim.trust.held_lists import HeldList, HeldLists
from wire.signed_files import MAX_TRUST_LIST, read_trust_list_untrusted


def offered_lists(cluster: LabCluster, model: PhoneModel) -> HeldLists:
    """What a phone holds that has been in service there."""
    ctl, itl = cluster.cluster.ctl_file, cluster.cluster.publisher.itl_file
    return HeldLists(_held(ctl) if ctl is not None else None, _held(itl) if model.security_by_default else None)


@lru_cache(maxsize=64)
def _held(octets: bytes) -> HeldList | None:
    """None for a list that is too long for phones."""
    return HeldList(octets, read_trust_list_untrusted(octets)) if len(octets) <= MAX_TRUST_LIST else None
