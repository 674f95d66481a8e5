"""Who speaks in a phone's sequence diagram: the phone, and the services and the administrator of each cluster that it meets."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from enum import IntEnum
from typing import NamedTuple

from cucm_sim.events import CallManagerStarted
from journal import Event
from lab.services import CapfStarted


class Role(IntEnum):
    """In the order in which the lanes stand, from the left."""

    PHONE = 0
    TFTP = 1
    CAPF = 2
    CALLMANAGER = 3
    ADMINISTRATOR = 4


class Lane(NamedTuple):
    """One lane; they sort as they stand: the phone, then cluster by cluster."""

    place: int
    """0 for the phone, then the cluster's number from 1."""
    role: Role
    name: str
    """Device name, or the cluster's name."""


SERVICES = {
    "tftp": Role.TFTP,
    "capf": Role.CAPF,
    "callmanager": Role.CALLMANAGER,
    "administration": Role.ADMINISTRATOR,
}
_BY_PORT_OF = {"SCCP": Role.CALLMANAGER, "CAPF": Role.CAPF, "TFTP": Role.TFTP}


class Lanes:
    """Finds the lane of an actor, and of the server at the other end of a phone's connection."""

    def __init__(self, events: Iterable[Event], device: str, clusters: Sequence[str]) -> None:
        self.phone = Lane(0, Role.PHONE, device)
        self._clusters = list(clusters)
        self._servers: dict[str, Lane] = {}
        self._homes: dict[str, str] = {}
        for event in events:
            lane = self.of_actor(event.actor)
            if lane is not None and event.connection:
                self._servers.setdefault(event.connection, lane)
            if lane is not None and isinstance(event, CallManagerStarted | CapfStarted):
                self._homes.setdefault(event.address, lane.name)

    def of_actor(self, actor: str) -> Lane | None:
        """The lane of `cluster/service`; None for whatever is no such actor."""
        cluster, slash, service = actor.rpartition("/")
        role = SERVICES.get(service)
        return self._of(cluster, role) if slash and role is not None else None

    def of_server(self, connection: str) -> Lane | None:
        """Who the phone talks to on this connection; None where nobody of this lab noted it."""
        return self._servers.get(connection)

    def at(self, address: str, service: str) -> Lane | None:
        """Who would listen there, were the service running."""
        cluster, role = self._homes.get(address), _BY_PORT_OF.get(service)
        return self._of(cluster, role) if cluster is not None and role is not None else None

    def _of(self, cluster: str, role: Role) -> Lane:
        if cluster not in self._clusters:
            self._clusters.append(cluster)
        return Lane(self._clusters.index(cluster) + 1, role, cluster)
