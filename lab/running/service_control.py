"""Start, stop and restart of a cluster's services, as Control Center - Feature Services does it, one sentence where it cannot."""

from __future__ import annotations

import trio

from cucm_sim.administration import AdministrationError
from lab.running.cluster import LabCluster
from lab.running.services import Service


def start_service(cluster: LabCluster, name: str, nursery: trio.Nursery) -> None:
    """Start it with what is configured now, in tasks of `nursery`; its own event says what it has read.

    Raises AdministrationError where it runs already or there is none of that name, OSError where its address is taken.
    """
    service = _service(cluster, name)
    if service.started:
        raise AdministrationError(f"{name} of {cluster.name} is started already.")
    service.start(nursery)


async def stop_service(cluster: LabCluster, name: str) -> None:
    """Stop it, and with it every connection to it. Raises AdministrationError where it does not run, or there is none."""
    service = _service(cluster, name)
    if not service.started:
        raise AdministrationError(f"{name} of {cluster.name} is stopped already.")
    await service.stop()


async def restart_service(cluster: LabCluster, name: str, nursery: trio.Nursery) -> None:
    """Stop it where it runs, and start it. That a stopped service is simply started is ours.

    Raises AdministrationError where there is none of that name, OSError where its address is taken.
    """
    service = _service(cluster, name)
    await service.stop()
    service.start(nursery)


def _service(cluster: LabCluster, name: str) -> Service:
    services = cluster.services
    if name not in services:
        raise AdministrationError(f"There is no service {name}; there are {', '.join(services)}.")
    return services[name]
