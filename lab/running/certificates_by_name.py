"""Which certificate of a running lab each name of a step means now; the names are in `lab.operations.certificate_names`."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from cucm_sim.administration import AdministrationError
from lab.base.failures import look_up
from lab.operations.certificate_names import CALLMANAGER_OF, COMPANY_ROOT, FIRST_CAPF_OF, OLD_CAPF_OF, of_cluster
from lab.running.cluster import LabCluster
from pki import Authority, Certificate, Manufacturing


def certificate_named(
    text: str, clusters: Mapping[str, LabCluster], company: Callable[[], Authority], manufacturing: Manufacturing
) -> Certificate:
    """What a scenario means by `text`, as things are now.

    `CAPF of X` is CAPF.pem of cluster X, `old CAPF of X` what it was before the last change, `first CAPF of X` what it was at the
    start of the story, `CallManager of X` CallManager.pem; `company root` is the company's; anything else is the CN of a
    manufacturing authority.

    Raises InvalidInput for no such name, AdministrationError for an old CAPF where CAPF was never regenerated.
    """
    if text == COMPANY_ROOT:
        return company().certificate
    if (named := of_cluster(text)) is not None:
        return _of_cluster(named.prefix, look_up("cluster", named.cluster, clusters))
    return manufacturing[look_up("certificate", text, {name: name for name in manufacturing})].certificate


def _of_cluster(prefix: str, cluster: LabCluster) -> Certificate:
    former = cluster.cluster.former_capf_certificates
    if prefix == CALLMANAGER_OF:
        return cluster.cluster.callmanager_identity.certificate
    if prefix == OLD_CAPF_OF:
        if not former:
            raise AdministrationError(f"CAPF of {cluster.name} was never regenerated, so there is no old one.")
        return former[-1]
    if prefix == FIRST_CAPF_OF and former:
        return former[0]
    return cluster.authority.certificate
