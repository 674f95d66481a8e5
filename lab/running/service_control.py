"""Start, stop and restart of a service, as Control Center - Feature Services does it, one sentence where it cannot."""

from __future__ import annotations

import trio

from cucm_sim.administration import AdministrationError
from lab.running.cluster import LabCluster
from wire.service import Service


def services_of(cluster: LabCluster, name: str, node: str = "") -> list[tuple[Service, str]]:
    """A service of a cluster by CUCM's name on one node, or on each that runs it, and what sentences call it there.

    Raises AdministrationError for a name that runs nowhere there.
    """
    several = len(cluster.nodes) > 1
    found = [
        (each.services[name], f"{name} of {cluster.name}/{each.name}" if several else f"{name} of {cluster.name}")
        for each in cluster.nodes.values()
        if node in ("", each.name) and name in each.services
    ]
    if not found:
        there = dict.fromkeys(service for each in cluster.nodes.values() for service in each.services)
        raise AdministrationError(f"There is no service {name}; there are {', '.join(there)}.")
    return found


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


def start_services(found: list[tuple[Service, str]], nursery: trio.Nursery) -> None:
    """Those of them that are stopped; raises as `start_service` where none is."""
    for service, title in [each for each in found if not each[0].started] or found[:1]:
        start_service(service, title, nursery)


async def stop_services(found: list[tuple[Service, str]]) -> None:
    """Those of them that run; raises as `stop_service` where none does."""
    for service, title in [each for each in found if each[0].started] or found[:1]:
        await stop_service(service, title)
