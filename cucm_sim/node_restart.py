"""The restart of a node after another host name, domain or address, and the reset of the phones for the new ITL file.

Phones are told by the CallManagers that they are registered with, after each Cisco Tftp has made its ITL file again and each TVS
has read the new certificates: the TVS of another node can then speak for them (IP and host name guide).

Assumed: on the other nodes TVS and Cisco Tftp restart, which read names and certificates, and Cisco CallManager of the node last,
since it is what tells phones to reset; a service that is stopped stays so.
"""

from __future__ import annotations

import trio

from cisco_data import ServiceName
from cucm_sim.administration import reset_registered_phones
from cucm_sim.cluster import Cluster
from cucm_sim.host_name_events import NodeRestarted
from cucm_sim.node import Node
from journal import Event


async def restart_node(cluster: Cluster, node: Node, because: Event, nursery: trio.Nursery) -> tuple[str, ...]:
    """Do it. Device names of the phones that were told to reset. Raises what `Service.start` raises."""
    restarted = list[str]()

    async def restart(at: Node, name: str) -> None:
        service = at.services.get(name)
        if service is not None and service.started:
            await service.restart(nursery)
            restarted.append(f"{name} on {at.name}")

    others = [each for each in cluster.nodes.values() if each is not node]
    for name in node.services:
        if name not in (ServiceName.CALLMANAGER, ServiceName.TFTP):
            await restart(node, name)
    for each in others:
        await restart(each, ServiceName.TVS)
    for each in (node, *others):
        await restart(each, ServiceName.TFTP)
    told = await reset_registered_phones(cluster)
    await restart(node, ServiceName.CALLMANAGER)
    node.administrator.emit(
        NodeRestarted(host_name=node.name, services=tuple(restarted), phones_reset=told), cause=because
    )
    return told
