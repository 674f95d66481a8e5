"""Certificates by the names that scenarios use: which names there are, and which certificate each means now."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from cucm_sim.administration import AdministrationError
from lab.play.lab_cluster import LabCluster
from pki import Authority, Certificate, Manufacturing

COMPANY_ROOT = "company root"
CAPF_OF = "CAPF of "
OLD_CAPF_OF = "old CAPF of "
FIRST_CAPF_OF = "first CAPF of "
CALLMANAGER_OF = "CallManager of "
OF_A_CLUSTER = (CAPF_OF, OLD_CAPF_OF, FIRST_CAPF_OF, CALLMANAGER_OF)
"""Each is followed by the name of a cluster."""


def certificate_named(
    text: str, clusters: Mapping[str, LabCluster], company: Callable[[], Authority], manufacturing: Manufacturing
) -> Certificate:
    """What a scenario means by `text`, as things are now.

    `CAPF of X` is CAPF.pem of cluster X, `old CAPF of X` what it was before the last change, `first CAPF of X` what it was at the
    start of the story, `CallManager of X` CallManager.pem; `company root` is the company's; anything else is the CN of a
    manufacturing authority.

    Raises KeyError for no such name, AdministrationError for an old CAPF where CAPF was never made anew.
    """
    if text == COMPANY_ROOT:
        return company().certificate
    for prefix in OF_A_CLUSTER:
        if text.startswith(prefix):
            return _of_cluster(prefix, clusters[text.removeprefix(prefix)])
    return manufacturing[text].certificate


def _of_cluster(prefix: str, cluster: LabCluster) -> Certificate:
    former = cluster.cluster.former_capf_certificates
    if prefix == CALLMANAGER_OF:
        return cluster.cluster.callmanager_identity.certificate
    if prefix == OLD_CAPF_OF:
        if not former:
            raise AdministrationError(f"CAPF of {cluster.name} was never made anew, so there is no old one.")
        return former[-1]
    if prefix == FIRST_CAPF_OF and former:
        return former[0]
    return cluster.authority.certificate
