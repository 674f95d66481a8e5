"""What an administrator does to a cluster of a running lab: certificates, services, cluster mode."""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING

from cisco_data import CertificateUnit, ClusterSecurityMode, ServiceName
from cisco_data.bulk_certificates import BulkType
from cisco_data.enterprise_parameters import ROLLBACK
from cisco_data.tls import VERSION_NAMED
from cucm_sim import administration, bulk_certificates, list_resets
from cucm_sim import certificate_management as certificates
from cucm_sim.bulk_certificates import BulkFolder
from cucm_sim.certificate_events import Renewal
from cucm_sim.certificate_taken_up import take_up, take_up_ctl_file
from cucm_sim.cluster import Cluster
from cucm_sim.node import Node
from cucm_sim.rollback import take_up_rollback
from lab.operations.words import EnterpriseParameter, ListChange, ResetKey
from lab.running.rest import Rest
from lab.running.service_control import services_of, start_services, stop_services

if TYPE_CHECKING:
    from lab.running.lab import Lab


class ClusterOperations:
    """The part of `lab.operations.running.RunningLab` that is about clusters."""

    def __init__(self, lab: Lab, rest: Rest) -> None:
        self._lab = lab
        self._rest = rest
        self._bulk_folder = BulkFolder()

    def _cluster(self, name: str) -> Cluster:
        return self._lab.clusters[name].cluster

    # Certificates

    def upload_certificate(self, cluster: str, store: str, certificate: str, node: str) -> None:
        administration.upload_trust(self._cluster(cluster), store, self._lab.certificate(certificate), node)

    def delete_certificate(self, cluster: str, store: str, certificate: str, node: str) -> None:
        administration.delete_trust(self._cluster(cluster), store, self._lab.certificate(certificate), node)

    def default_ca_list(self, cluster: str, change: ListChange, certificate: str) -> None:
        certificates.set_default_ca_list(self._cluster(cluster), change, certificate)

    async def regenerate_certificate(self, cluster: str, unit: CertificateUnit, node: str, same_name: bool) -> None:
        there = self._cluster(cluster)
        at = there.nodes[node] if node else there.publisher
        renewed = certificates.regenerate(there, unit, self._lab.keys, node=at, same_name=same_name)
        await self._take_up(there, at, renewed)

    async def sign_certificate(self, cluster: str, unit: CertificateUnit, node: str) -> None:
        there = self._cluster(cluster)
        at = there.nodes[node] if node else there.publisher
        renewed = certificates.install_signed(there, unit, self._lab.company, self._lab.keys, node=at)
        await self._take_up(there, at, renewed)

    async def _take_up(self, cluster: Cluster, node: Node, renewed: Renewal) -> None:
        """What the release does by itself then."""
        self._reset_begun(await take_up(cluster, node, renewed, self._lab.nursery))

    def _reset_begun(self, told: Collection[str]) -> None:
        """Phones of these device names were told to reset."""
        for phone in self._lab.phones.values():
            if phone.device_name in told:
                self._rest.started(phone)

    async def update_ctl(self, cluster: str) -> None:
        there = self._cluster(cluster)
        self._reset_begun(await take_up_ctl_file(there, certificates.update_ctl_file(there)))

    def bulk_export(self, cluster: str, kind: BulkType) -> None:
        bulk_certificates.bulk_export(self._cluster(cluster), self._bulk_folder, kind)

    def bulk_consolidate(self, cluster: str) -> None:
        bulk_certificates.bulk_consolidate(self._cluster(cluster), self._bulk_folder)

    def bulk_import(self, cluster: str) -> None:
        bulk_certificates.bulk_import(self._cluster(cluster), self._bulk_folder)

    # Trust lists

    def reset_itl(self, cluster: str, key: ResetKey) -> None:
        list_resets.reset_itl(self._cluster(cluster), key)

    def reset_ctl(self, cluster: str) -> None:
        list_resets.reset_ctl(self._cluster(cluster))

    def delete_ctl_file(self, cluster: str, node: str) -> None:
        there = self._cluster(cluster)
        named = [there.nodes[node]] if node else [each for each in there.nodes.values() if each.ctl_list is not None]
        for each in named or [there.publisher]:
            list_resets.delete_ctl_file(there, each)

    # Services

    async def restart_service(self, cluster: str, service: ServiceName, node: str) -> None:
        """One that is stopped is started. Assumed."""
        for found, _ in services_of(self._lab.clusters[cluster], service, node):
            await found.restart(self._lab.nursery)

    async def stop_service(self, cluster: str, service: ServiceName, node: str) -> None:
        await stop_services(services_of(self._lab.clusters[cluster], service, node))

    def start_service(self, cluster: str, service: ServiceName, node: str) -> None:
        start_services(services_of(self._lab.clusters[cluster], service, node), self._lab.nursery)

    def set_cluster_mode(self, cluster: str, mode: ClusterSecurityMode) -> None:
        administration.set_cluster_mode(self._cluster(cluster), mode)

    async def set_parameter(self, cluster: str, name: EnterpriseParameter, value: str) -> None:
        there = self._cluster(cluster)
        changed = administration.set_enterprise_parameter(there, name, value)
        if name == ROLLBACK:
            self._reset_begun(await take_up_rollback(there, changed))

    def set_minimum_tls(self, cluster: str, version: str, node: str) -> None:
        administration.set_minimum_tls(self._cluster(cluster), VERSION_NAMED[version], node)
