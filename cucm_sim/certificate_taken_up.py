"""What CUCM does by itself after a new certificate, from release 14 on: services take it up, and phones are reset.

The new certificate's service and Cisco Tftp, whose ITL file lists it, are restarted; up to release 12.5 an administrator does that.
Then phones are reset, unless enterprise parameter "Phone Interaction on Certificate Update" leaves that to an administrator. The
CTL file is made by `utils ctl update CTLFile` in every release, and phones are reset after it likewise.

Assumed: Cisco Tftp makes its files before the phones are reset, and Cisco CallManager, which tells the phones to reset, takes up
its certificate after that, by a restart that ends its connections; a service that is stopped stays so.
"""

from __future__ import annotations

import trio

from cisco_data import CertificateUnit, ServiceName
from cisco_data.enterprise_parameters import AUTOMATIC
from cisco_data.new_certificates import (
    IN_ONE_ITL_FILE,
    SERVICE_OF_UNIT,
    resets_phones,
    restarts_itself,
    tells_of_ctl_file,
)
from cucm_sim import certificate_events as ev
from cucm_sim.administration import reset_registered_phones
from cucm_sim.cluster import Cluster
from cucm_sim.node import Node


async def take_up(cluster: Cluster, node: Node, renewed: ev.Renewal, nursery: trio.Nursery) -> tuple[str, ...]:
    """Do it after a certificate of this node was renewed. Device names of the phones that were told to reset.

    Raises what `Service.start` raises.
    """
    unit, restarted = renewed.unit, list[str]()
    own = SERVICE_OF_UNIT[CertificateUnit(unit)]
    last = own is ServiceName.CALLMANAGER

    async def restart(at: Node, name: ServiceName) -> None:
        service = at.services.get(name)
        if service is not None and service.started:
            await service.restart(nursery)
            restarted.append(f"{name} on {at.name}")

    itself = restarts_itself(unit, cluster.release)
    if itself:
        if not last:
            await restart(node, own)
        for each in [node] if unit in IN_ONE_ITL_FILE else cluster.nodes.values():
            await restart(each, ServiceName.TFTP)
    told: tuple[str, ...] = ()
    if resets_phones(unit, cluster.release) and cluster.database.phone_interaction == AUTOMATIC:
        told = await reset_registered_phones(cluster)
    if itself and last:
        await restart(node, own)
    if restarted or told:
        cluster.administrator.emit(
            ev.CertificateTakenUp(unit=unit, services=tuple(restarted), phones_reset=told), cause=renewed
        )
    return told


async def take_up_ctl_file(cluster: Cluster, updated: ev.CtlFileUpdated) -> tuple[str, ...]:
    """Device names of the phones that were told to reset. Assumed: also where the file did not change."""
    if not tells_of_ctl_file(cluster.release) or cluster.database.phone_interaction != AUTOMATIC:
        return ()
    told = await reset_registered_phones(cluster)
    cluster.administrator.emit(ev.CtlFileTakenUp(phones_reset=told), cause=updated)
    return told
