"""The restart of a node after another host name, domain or address, and the reset of the phones for the new ITL file.

Phones are told by the CallManagers that they are registered with, after each Cisco Tftp has made its ITL file again and each TVS
has read the new certificates: the TVS of another node can then speak for them (IP and host name guide).

Which services restart, in which order, says `cisco_data.node_changes`.
"""

from __future__ import annotations

import trio

from cisco_data.node_changes import RESTARTED_LAST, restarted_before_the_reset
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

    others = [name for name in cluster.nodes if name != node.name]
    for name, at in restarted_before_the_reset(node.name, node.services, others):
        await restart(cluster.nodes[at], name)
    told = await reset_registered_phones(cluster)
    await restart(node, RESTARTED_LAST)
    node.administrator.emit(
        NodeRestarted(host_name=node.name, services=tuple(restarted), phones_reset=told), cause=because
    )
    return told
