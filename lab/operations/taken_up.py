"""Steps that a release takes by itself after a new certificate, a new CTL file or the rollback parameter: restarts of services
that run, and a reset of the phones.

`cucm_sim.certificate_taken_up` and `cucm_sim.rollback` do the same in a running lab, in the same order.
"""

from __future__ import annotations

from collections.abc import Iterator

from cisco_data import CertificateUnit, ServiceKind, ServiceName
from lab.base.acts import ActKind
from lab.fleet.model import Fleet, UnjudgedReason
from lab.operations import steps as st
from lab.operations.effect import services_of

_ByItself = st.RestartStep | st.ControlServiceStep | st.ReadFileStep


def taken_up(fleet: Fleet, cluster: str, unit: CertificateUnit, node: str) -> Iterator[st.Step]:
    """After a new certificate of this unit of a node, the publisher where none is named; none where the release is not known."""
    return map(st.done_by_itself, _taken_up(fleet, cluster, unit, node))


def _taken_up(fleet: Fleet, cluster: str, unit: CertificateUnit, node: str) -> Iterator[_ByItself]:
    from cisco_data.new_certificates import IN_ONE_ITL_FILE, resets_phones, restarts_itself

    release = fleet.releases.get(cluster)
    if release is None:
        return
    restarts: list[_ByItself] = []
    if restarts_itself(unit, release):
        kind = ServiceKind.CAPF if unit is CertificateUnit.CAPF else ServiceKind.CALLMANAGER
        found = [each for each in services_of(fleet, cluster, kind) if not node or each.node in ("", node)][:1]
        if unit is not CertificateUnit.TVS:
            restarts = [st.RestartStep(each.name) for each in found if each.in_use is not None]
        elif _runs_tvs(fleet, cluster, node):
            yield st.ControlServiceStep(cluster, ServiceName.TVS, "restart", node or _publisher(fleet, cluster))
        if unit is CertificateUnit.CAPF:
            yield from restarts
        yield from _tftp(fleet, cluster, unit in IN_ONE_ITL_FILE, node)
    if resets_phones(unit, release) and not _by_hand(fleet, cluster):
        yield from _reset(fleet, cluster)
    if unit is not CertificateUnit.CAPF:
        yield from restarts


def ctl_file_taken_up(fleet: Fleet, cluster: str) -> Iterator[st.Step]:
    """After `utils ctl update CTLFile`; none where the release is not known."""
    from cisco_data.new_certificates import tells_of_ctl_file

    release = fleet.releases.get(cluster)
    if release is not None and tells_of_ctl_file(release) and not _by_hand(fleet, cluster):
        yield from _reset(fleet, cluster)


def rollback_taken_up(fleet: Fleet, cluster: str, prepared: bool) -> Iterator[st.Step]:
    """After the parameter was changed to this, in every release: where Cisco Tftp runs, its ITL file is another one now.

    Args:
        fleet: as it was before.
    """
    trust = fleet.trust.get(cluster)
    if trust is None or not trust.nodes or trust.rollback is prepared:
        return
    if any(node.tftp is not None for node in trust.nodes):
        yield from _reset(fleet, cluster)


def _reset(fleet: Fleet, cluster: str) -> Iterator[st.ReadFileStep]:
    """Of every phone of the cluster."""
    phones = frozenset(phone.device_name for phone in fleet.phones if phone.cluster == cluster)
    if phones:
        yield st.done_by_itself(st.ReadFileStep(phones, "reset"))


def _publisher(fleet: Fleet, cluster: str) -> str:
    """Its name where there are several nodes; empty else."""
    nodes = fleet.nodes.get(cluster, ())
    return nodes[0] if len(nodes) > 1 else ""


def _runs_tvs(fleet: Fleet, cluster: str, node: str) -> bool:
    trust = fleet.trust.get(cluster)
    at = trust.node(node) if trust is not None else None
    return at is None or at.tvs is not None


def _tftp(fleet: Fleet, cluster: str, one_node: bool, node: str) -> Iterator[_ByItself]:
    """Restarts of Cisco Tftp where it runs: on one node, or on each."""
    trust = fleet.trust.get(cluster)
    if trust is None or not trust.nodes:
        if not any(each.reason is UnjudgedReason.NO_TFTP and each.cluster == cluster for each in fleet.unjudged):
            yield st.ControlServiceStep(cluster, ServiceName.TFTP, "restart", node if one_node else "")
        return
    at = trust.node(node)
    for each in ([at] if at is not None else []) if one_node else trust.nodes:
        if each.tftp is not None:
            name = each.name if len(trust.nodes) > 1 else ""
            yield st.ControlServiceStep(cluster, ServiceName.TFTP, "restart", name)


def _by_hand(fleet: Fleet, cluster: str) -> bool:
    """Whether the enterprise parameter was set so, as far as the fleet's history tells."""
    from cisco_data.enterprise_parameters import AUTOMATIC, PHONE_INTERACTION

    set_to = [
        act.value
        for act in fleet.acts
        if act.kind is ActKind.PARAMETER_SET and act.cluster == cluster and act.value.startswith(PHONE_INTERACTION)
    ]
    return bool(set_to) and set_to[-1] != f"{PHONE_INTERACTION}: {AUTOMATIC}"
