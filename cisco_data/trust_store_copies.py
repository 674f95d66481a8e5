"""What a release does about a trust store that a cluster's nodes have in common."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from cisco_data.release_table import CAPF_TRUST_STAYS, CHANGE_NOTIFICATION, CLUSTER_WIDE_DELETION, Release
from cisco_data.services import CertificateUnit, StoreName

CHANGE_NOTIFICATION_PERIOD: Final = timedelta(seconds=1800)
"""Cisco Certificate Change Notification looks again that often (Cisco document 210541). Assumed: that TVS learns of a change no
earlier, and just that long after it."""
NOTIFIED_UNITS: Final = frozenset(
    {
        *(CertificateUnit.CALLMANAGER, CertificateUnit.CALLMANAGER_ECDSA, StoreName.CALLMANAGER),
        *(CertificateUnit.TOMCAT, StoreName.TOMCAT, StoreName.PHONE_SAST),
    }
)
"""Units whose changes reach a running TVS by change notification; of all others it learns when it starts.

Cisco names CallManager, CallManager-trust, tomcat and Phone-SAST-trust for its own synchronisation between nodes, and not
CAPF-trust. Assumed: that TVS listens to the same ones.
"""
COPIED_TO: Final[dict[str, tuple[StoreName, ...]]] = {
    CertificateUnit.TVS: (StoreName.TVS,),
    CertificateUnit.CAPF: (StoreName.CALLMANAGER, StoreName.CAPF),
    CertificateUnit.TOMCAT: (StoreName.TOMCAT,),
}
"""By unit: stores of the cluster in which CUCM puts a copy of a new certificate by itself, in place of one of the same name.

Copies of CAPF.pem and tomcat.pem are published (a certificate report of release 14; Document 210541). Assumed: TVS.pem is copied
likewise, and CallManager.pem is in no store of its own cluster, since no service accepts a phone by it.
"""


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
