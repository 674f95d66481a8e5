"""Who speaks in a phone's sequence diagram: the phone, its switch port and gateway, and each cluster that it meets."""

from __future__ import annotations

from collections.abc import Sequence
from enum import IntEnum
from typing import NamedTuple

from capf_sim.events import CapfStarted
from cucm_sim.events import CallManagerStarted
from edge_sim.authentication_server.events import AuthenticationServerStarted
from edge_sim.authenticator.events import PortStateChanged
from edge_sim.vpn_gateway.events import VpnGatewayStarted
from journal import Actor, Event
from phone_sim.events import REGISTRATION_SERVICES


class Role(IntEnum):
    """In the order in which the lanes stand, from the left."""

    PHONE = 0
    SWITCH = 1
    RADIUS = 2
    """An authentication server."""
    GATEWAY = 3
    """A VPN gateway."""
    TFTP = 4
    CAPF = 5
    CALLMANAGER = 6
    TVS = 7
    TOMCAT = 8
    ADMINISTRATOR = 9


class Lane(NamedTuple):
    """One lane; they sort as they stand: the phone, the edge servers, then cluster by cluster."""

    place: int
    """0 for the phone and for what stands between it and its clusters, then the cluster's number from 1."""
    role: Role
    name: str
    """Device name, or the name of the cluster, the server or the switch."""


SERVICES = {
    "radius": Role.RADIUS,
    "vpn": Role.GATEWAY,
    "tftp": Role.TFTP,
    "capf": Role.CAPF,
    "callmanager": Role.CALLMANAGER,
    "tvs": Role.TVS,
    "tomcat": Role.TOMCAT,
    "administration": Role.ADMINISTRATOR,
}
_BY_PORT_OF = {
    **dict.fromkeys(REGISTRATION_SERVICES, Role.CALLMANAGER),
    "CAPF": Role.CAPF,
    "TFTP": Role.TFTP,
    "RADIUS": Role.RADIUS,
    "VPN": Role.GATEWAY,
    "TVS": Role.TVS,
    "HTTPS": Role.TOMCAT,
}
SERVICE_PROFILES = (Role.SWITCH, Role.RADIUS, Role.GATEWAY)
_HOMES = CallManagerStarted | CapfStarted | AuthenticationServerStarted | VpnGatewayStarted


class Lanes:
    """Finds the lane of an actor, and of the server at the other end of a phone's connection."""

    def __init__(self, events: Sequence[Event], device: str, clusters: Sequence[str]) -> None:
        self.phone = Lane(0, Role.PHONE, device)
        self._clusters = list(clusters)
        self._servers: dict[str, Lane] = {}
        self._homes: dict[str, str] = {}
        self._switches: set[str] = set()
        self._edge: set[str] = set()
        """Names of authentication servers and VPN gateways."""
        for event in events:
            if isinstance(event, PortStateChanged):
                self._switches.add(event.actor)
            elif isinstance(event, AuthenticationServerStarted | VpnGatewayStarted):
                self._edge.add(event.actor.cluster)
        for event in events:
            lane = self.of_actor(event.actor)
            if lane is not None and event.connection and lane.role is not Role.SWITCH:  # it only carries what is said
                self._servers.setdefault(event.connection, lane)
            if lane is not None and isinstance(event, _HOMES):
                self._homes.setdefault(event.address, lane.name)

    def of_actor(self, actor: Actor) -> Lane | None:
        """The lane of `cluster/service`, `ise/radius` or a switch; None for whatever is no such actor."""
        if actor in self._switches:
            return Lane(0, Role.SWITCH, actor)
        role = SERVICES.get(actor.service)
        return self._of(actor.place, role) if role is not None else None

    def of_server(self, connection: str) -> Lane | None:
        """Who the phone talks to on this connection; None where no actor of this lab noted it."""
        return self._servers.get(connection)

    def at(self, address: str, service: str) -> Lane | None:
        """Who would listen there, were the service running."""
        cluster, role = self._homes.get(address), _BY_PORT_OF.get(service)
        return self._of(cluster, role) if cluster is not None and role is not None else None

    def _of(self, cluster: str, role: Role) -> Lane:
        if role in SERVICE_PROFILES or cluster in self._edge:
            return Lane(0, role, cluster)
        if cluster not in self._clusters:
            self._clusters.append(cluster)
        return Lane(self._clusters.index(cluster) + 1, role, cluster)
