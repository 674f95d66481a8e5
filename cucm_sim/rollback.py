"""What CUCM does by itself after Prepare Cluster for Rollback to pre-8.0 was changed: new ITL files, and a reset of the phones.

Phones must take the ITL file with the empty sections while they still trust the cluster; that is why CUCM resets them at once.
Assumed: Cisco Tftp makes its ITL file on each node where it runs, without a restart, before the phones are reset.
"""

from __future__ import annotations

from cisco_data import ServiceName
from cucm_sim.administration import reset_registered_phones
from cucm_sim.cluster import Cluster
from cucm_sim.events import ServiceParameterChanged
from cucm_sim.list_reset_events import RollbackTakenUp
from cucm_sim.tftp_events import trust_list_made


async def take_up_rollback(cluster: Cluster, changed: ServiceParameterChanged) -> tuple[str, ...]:
    """Device names of the phones that were told to reset."""
    made_on = list[str]()
    for node in cluster.nodes.values():
        service = node.services.get(ServiceName.TFTP)
        if service is None or not service.started:
            continue
        made, new = node.make_itl_file()
        node.administrator.emit(trust_list_made(made, changed=new), cause=changed)
        if new:
            made_on.append(node.name)
    told = await reset_registered_phones(cluster) if made_on else ()
    cluster.administrator.emit(
        RollbackTakenUp(prepared=cluster.database.rollback, nodes=tuple(made_on), phones_reset=told), cause=changed
    )
    return told
