"""Steps that follow another host name, domain or address of a node by themselves: restarts of services, and a reset of the phones.

`cucm_sim.node_restart` does the same in a running lab, by the same order of `cisco_data.node_changes`.
"""

from __future__ import annotations

from collections.abc import Iterator

from cisco_data import ServiceKind, ServiceName
from cisco_data.node_changes import restarted_before_the_reset
from lab.fleet.model import Fleet
from lab.fleet.trust import FleetNode
from lab.operations import steps as st
from lab.operations.effect import service_of, services_of


def node_restarts(fleet: Fleet, cluster: str, node: str, now: str = "") -> Iterator[st.Step]:
    """After a change of this node.

    Assumed: phones that are not registered with the cluster at that moment are those that are off, or go by the configuration of
    another one.

    Args:
        node: its name in the fleet, before the change; the publisher's where it is empty.
        now: its name after the change, where that is another one.
    """
    trust = fleet.trust.get(cluster)
    at = trust.node(node) if trust is not None else None
    if trust is not None and at is not None:
        nodes = {(now or each.name) if each is at else each.name: each for each in trust.nodes}
        name = now or at.name
        services = [service for service in ServiceName if service in at.runs]
        others = [each for each in nodes if each != name]
        for service, place in restarted_before_the_reset(name, services, others):
            if _runs(fleet, cluster, ServiceName(service), nodes[place]):
                yield _restart(fleet, cluster, ServiceName(service), place if len(nodes) > 1 else "")
    phones = frozenset(phone.device_name for phone in fleet.phones if phone.going.cluster == cluster)
    if phones:
        yield st.ReadFileStep(phones, "reset")
    for server in services_of(fleet, cluster, ServiceKind.CALLMANAGER):
        if server.in_use is not None and server.node in ("", node or (at.name if at is not None else "")):
            yield st.RestartStep(server.name)


def _runs(fleet: Fleet, cluster: str, service: ServiceName, at: FleetNode) -> bool:
    """One that is stopped stays so. Tomcat takes part in no handshake that a fleet judges."""
    if service is ServiceName.CAPF:
        capf = service_of(fleet, cluster, ServiceKind.CAPF)
        return capf is not None and capf.in_use is not None
    running = {ServiceName.TVS: at.tvs, ServiceName.TFTP: at.tftp}
    return running.get(service) is not None


def _restart(fleet: Fleet, cluster: str, service: ServiceName, node: str) -> st.Step:
    capf = service_of(fleet, cluster, ServiceKind.CAPF)
    if service is ServiceName.CAPF and capf is not None:
        return st.RestartStep(capf.name)
    return st.ControlServiceStep(cluster, service, "restart", node)
