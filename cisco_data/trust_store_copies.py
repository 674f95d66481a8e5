"""What a release does about a trust store that a cluster's nodes have in common."""

from __future__ import annotations

from cisco_data.release_table import CAPF_TRUST_STAYS, CHANGE_NOTIFICATION, CLUSTER_WIDE_DELETION, Release
from cisco_data.services import StoreName


def stays_on_its_node(store: str, release: Release) -> bool:
    """Whether an upload to this trust store reaches one node only, for want of a change notification."""
    if store == StoreName.CAPF:
        return CAPF_TRUST_STAYS.of(release.name)
    return store not in CHANGE_NOTIFICATION.of(release.name)


def is_deleted_everywhere(store: str, release: Release) -> bool:
    """Whether a deletion from this trust store on one node counts on every node."""
    return not stays_on_its_node(store, release) or store in CLUSTER_WIDE_DELETION.of(release.name)


def comes_back(store: str, release: Release) -> bool:
    """Whether change notification brings back from the other nodes what was deleted from this store on one node only."""
    return store in CHANGE_NOTIFICATION.of(release.name) and store not in CLUSTER_WIDE_DELETION.of(release.name)
