"""What an administrator does to a cluster in a scenario: certificates, services, cluster mode, one small function a kind."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from cucm_sim import administration
from cucm_sim import certificate_management as certificates
from cucm_sim.database import ClusterSecurityMode
from lab.play.service_control import restart_service, start_service, stop_service
from lab.play.world import World
from lab.scenario import model as sc
from wire.tls import TlsVersion

_VERSIONS = {str(version): version for version in TlsVersion}


class StepFailed(Exception):
    """A step could not be done in the state that the lab is in; the message is one sentence."""


async def _upload(step: sc.UploadCertificate, world: World) -> None:
    administration.upload_trust(world.clusters[step.cluster].cluster, step.store, world.certificate(step.certificate))


async def _delete(step: sc.DeleteCertificate, world: World) -> None:
    administration.delete_trust(world.clusters[step.cluster].cluster, step.store, world.certificate(step.certificate))


async def _default_ca_list(step: sc.DefaultCaList, world: World) -> None:
    certificates.set_default_ca_list(world.clusters[step.cluster].cluster, step.change, step.certificate)


async def _regenerate_capf(step: sc.RegenerateCapf, world: World) -> None:
    certificates.regenerate_capf(world.clusters[step.cluster].cluster, world.keys, same_name=step.same_name)


async def _sign_capf(step: sc.SignCapf, world: World) -> None:
    certificates.install_company_signed_capf(world.clusters[step.cluster].cluster, world.company, world.keys)


async def _regenerate_callmanager(step: sc.RegenerateCallManager, world: World) -> None:
    certificates.regenerate_callmanager(world.clusters[step.cluster].cluster, world.keys)


async def _update_ctl(step: sc.UpdateCtl, world: World) -> None:
    certificates.update_ctl_file(world.clusters[step.cluster].cluster)


async def _restart(step: sc.RestartService, world: World) -> None:
    await restart_service(world.clusters[step.cluster], step.service, world.nursery)


async def _stop(step: sc.StopService, world: World) -> None:
    await stop_service(world.clusters[step.cluster], step.service)


async def _start(step: sc.StartService, world: World) -> None:
    start_service(world.clusters[step.cluster], step.service, world.nursery)


async def _set_cluster_mode(step: sc.SetClusterMode, world: World) -> None:
    mode = ClusterSecurityMode.MIXED if step.mode == "mixed" else ClusterSecurityMode.NON_SECURE
    administration.set_cluster_mode(world.clusters[step.cluster].cluster, mode)


async def _set_minimum_tls(step: sc.SetMinimumTls, world: World) -> None:
    cluster = world.clusters[step.cluster].cluster
    administration.set_service_parameters(cluster, minimum_tls_version=_VERSIONS[step.version])


CLUSTER_ACTIONS: dict[type[Any], Callable[[Any, World], Awaitable[None]]] = {
    sc.UploadCertificate: _upload,
    sc.DeleteCertificate: _delete,
    sc.DefaultCaList: _default_ca_list,
    sc.RegenerateCapf: _regenerate_capf,
    sc.SignCapf: _sign_capf,
    sc.RegenerateCallManager: _regenerate_callmanager,
    sc.UpdateCtl: _update_ctl,
    sc.RestartService: _restart,
    sc.StopService: _stop,
    sc.StartService: _start,
    sc.SetClusterMode: _set_cluster_mode,
    sc.SetMinimumTls: _set_minimum_tls,
}
