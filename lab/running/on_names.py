"""Host names, addresses and backups of a running lab.

Actors in the journal go by the host name of the moment. Phones find a node at its new address as they would by DHCP option 150
and by their configuration files, which name it from the restart of Cisco Tftp on, a part of the operation.
"""

from __future__ import annotations

from cucm_sim import host_names, key_backup
from cucm_sim.node import Node
from cucm_sim.node_restart import restart_node
from journal import Event
from lab.operations.words import AddressChange
from lab.running.addresses import NoAddress
from lab.running.cluster import LabCluster
from lab.running.on_clusters import ClusterOperations
from lab.running.phone_servers import followed


class NameOperations(ClusterOperations):
    """The part of `lab.operations.running.RunningLab` that is about host names, addresses and backups."""

    async def set_host_name(self, cluster: str, node: str, name: str) -> None:
        there, at = self._node(cluster, node)
        event = host_names.set_host_name(there.cluster, at, name, self._lab.keys)
        there.renamed(node, name)
        self._lab.name_station(at.address, name)
        self._follow(at.address, at)
        await self._restart(there, at, event)

    async def set_domain(self, cluster: str, node: str, domain: str) -> None:
        there, at = self._node(cluster, node)
        await self._restart(there, at, host_names.set_domain(there.cluster, at, domain, self._lab.keys))

    async def set_address(self, cluster: str, node: str, by: AddressChange) -> None:
        there, at = self._node(cluster, node)
        former = at.address
        address = self._lab.block.server()
        if address == at.address:
            raise NoAddress("this machine gives a lab one loopback address, so no node can take another one")
        event = host_names.set_address(there.cluster, at, address, self._lab.keys, by=by)
        self._lab.name_station(address, at.name)
        there.take_addresses()
        self._follow(former, at)
        await self._restart(there, at, event)

    def backup_keys(self, cluster: str, name: str) -> None:
        key_backup.backup_keys(self._cluster(cluster), name)

    def restore_keys(self, cluster: str, name: str) -> None:
        key_backup.restore_keys(self._cluster(cluster), name)

    def _node(self, cluster: str, node: str) -> tuple[LabCluster, Node]:
        there = self._lab.clusters[cluster]
        return there, there.nodes[node]

    def _follow(self, former: str, node: Node) -> None:
        """Phones ask the node for their files where it is now."""
        for phone in self._lab.phones.values():
            phone.tftp = followed(phone.tftp, former, node)

    async def _restart(self, cluster: LabCluster, node: Node, because: Event) -> None:
        told = await restart_node(cluster.cluster, node, because, self._lab.nursery)
        for phone in self._lab.phones.values():
            if phone.device_name in told:
                self._rest.started(phone)
