"""Which certificate of a running lab each name of a step means now; the names are in `lab.operations.certificate_names`."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from cucm_sim.administration import AdministrationError
from cucm_sim.node import Node
from lab.base.failures import look_up
from lab.operations.certificate_names import COMPANY_ROOT, FIRST_CAPF_OF, OF_A_NODE, OLD_CAPF_OF, of_cluster
from lab.running.cluster import LabCluster
from pki import Authority, Certificate, Manufacturing


def certificate_named(
    text: str, clusters: Mapping[str, LabCluster], company: Callable[[], Authority], manufacturing: Manufacturing
) -> Certificate:
    """What a scenario means by `text`, as things are now.

    `CAPF of X` is CAPF.pem of cluster X, `old CAPF of X` what it was before the last change, `first CAPF of X` what it was at the
    start of the story. `CallManager of X` is CallManager.pem of its publisher and `CallManager of X/NODE` that of another node;
    `TVS of X` and the other units likewise. `company root` is the company's; anything else is the CN of a manufacturing
    authority.

    Raises InvalidInput for no such name, AdministrationError for an old CAPF where CAPF was never regenerated, and for a
    unit that the node does not have.
    """
    if text == COMPANY_ROOT:
        return company().certificate
    if (named := of_cluster(text)) is not None:
        cluster = look_up("cluster", named.cluster, clusters)
        if (unit := OF_A_NODE.get(named.prefix)) is not None:
            return _of_node(
                look_up("node", named.node, cluster.nodes) if named.node else cluster.cluster.publisher, unit
            )
        return _of_cluster(named.prefix, cluster)
    return manufacturing[look_up("certificate", text, {name: name for name in manufacturing})].certificate


def _of_node(node: Node, unit: str) -> Certificate:
    if unit not in node.identities:
        raise AdministrationError(f"{node.name} has no {unit}.")
    return node.identities[unit].certificate


def _of_cluster(prefix: str, cluster: LabCluster) -> Certificate:
    former = cluster.cluster.former_capf_certificates
    if prefix == OLD_CAPF_OF:
        if not former:
            raise AdministrationError(f"CAPF of {cluster.name} was never regenerated, so there is no old one.")
        return former[-1]
    if prefix == FIRST_CAPF_OF and former:
        return former[0]
    return cluster.authority.certificate
