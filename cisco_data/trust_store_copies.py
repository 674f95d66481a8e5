"""What a release does about a trust store that a cluster's nodes have in common."""

from __future__ import annotations

from cisco_data.release_table import CHANGE_NOTIFICATION, CLUSTER_WIDE_DELETION, Release


def comes_back(store: str, release: Release) -> bool:
    """Whether change notification brings back from the other nodes what was deleted from this store on one node only."""
    return store in CHANGE_NOTIFICATION.of(release.name) and store not in CLUSTER_WIDE_DELETION.of(release.name)
