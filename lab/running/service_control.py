"""Start, stop and restart of a service, as Control Center - Feature Services does it, one sentence where it cannot."""

from __future__ import annotations

import trio

from cucm_sim.administration import AdministrationError
from lab.running.cluster import LabCluster
from wire.service import Service


def service_of(cluster: LabCluster, name: str) -> tuple[Service, str]:
    """A service of a cluster by CUCM's name, and what sentences call it. Raises AdministrationError for another name."""
    services = cluster.services
    if name not in services:
        raise AdministrationError(f"There is no service {name}; there are {', '.join(services)}.")
    return services[name], f"{name} of {cluster.name}"


def start_service(service: Service, title: str, nursery: trio.Nursery) -> None:
    """Start it with what is configured now, in tasks of `nursery`; its own event says what it has read.

    Raises AdministrationError where it runs already, else as `Service.start`.
    """
    if service.started:
        raise AdministrationError(f"{title} is started already.")
    service.start(nursery)


async def stop_service(service: Service, title: str) -> None:
    """Stop it, and with it every connection to it. Raises AdministrationError where it does not run."""
    if not service.started:
        raise AdministrationError(f"{title} is stopped already.")
    await service.stop()
