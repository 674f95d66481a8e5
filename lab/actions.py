"""What each `do` of a scenario does: one small function a kind, each somebody's hand on the lab."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any

import trio

from cucm_sim import administration
from cucm_sim.database import AuthenticationMode, CertificateOperation, DeviceSecurityMode, KeyOrder
from lab import scenario as sc
from lab.world import LabCluster, World, home, profile_for
from phone_sim.phone import Phone
from wire.sccp import ResetType

MODES = {str(mode): mode for mode in DeviceSecurityMode}


class StepFailed(Exception):
    """A step could not be done in the state that the lab is in; the message is one sentence."""


def _some(world: World, names: tuple[str, ...]) -> list[Phone]:
    return [world.phones[name] for name in names or world.phones]


async def _boot(step: sc.Boot, world: World) -> None:
    for phone in _some(world, step.phones):
        phone.power_on(world.nursery)


async def _power_off(step: sc.PowerOff, world: World) -> None:
    for phone in _some(world, step.phones):
        phone.power_off()


async def _set_profile(step: sc.SetProfile, world: World) -> None:
    phone = world.phones[step.phone]
    profile = profile_for(phone.model.number, MODES[step.profile])
    administration.assign_profile(home(world, phone).cluster, phone.device_name, profile)


async def _operation(step: sc.CertificateOperation, world: World) -> None:
    phone = world.phones[step.phone]
    administration.set_capf(
        home(world, phone).cluster,
        phone.device_name,
        certificate_operation=CertificateOperation(step.operation),
        authentication_mode=AuthenticationMode(step.mode),
        authentication_string=step.string,
        key_order=KeyOrder(step.key_order),
        rsa_key_size=step.rsa_key_size,
        ec_key_size=step.ec_key_size,
    )


def _registered_at(world: World, phone: Phone) -> LabCluster | None:
    """The cluster whose CallManager has it: after a move, that is the old one until the phone asks its new TFTP."""
    return next(
        (
            cluster
            for cluster in world.clusters.values()
            if phone.device_name in cluster.cluster.callmanager.registrations
        ),
        None,
    )


_RESETS = {"reset": ResetType.RESET, "restart": ResetType.RESTART, "apply-config": ResetType.APPLY_CONFIG}


async def _reset(step: sc.Reset, world: World) -> None:
    for phone in _some(world, step.phones):
        cluster = _registered_at(world, phone) or home(world, phone)
        if not await administration.reset(cluster.cluster, phone.device_name, _RESETS[step.kind]):
            told = "apply its config" if step.kind == "apply-config" else f"{step.kind} it"
            raise StepFailed(f"{phone.device_name} is not registered, so CallManager cannot {told}; boot it instead")


async def _delete_lsc(step: sc.DeleteLscOnPhone, world: World) -> None:
    if not world.phones[step.phone].delete_lsc():
        raise StepFailed(f"{step.phone} has no power, so nobody can open its settings; boot it first")


async def _type_string(step: sc.TypeString, world: World) -> None:
    if not world.phones[step.phone].type_authentication_string(step.string):
        raise StepFailed(f"{step.phone} takes no authentication string now; its console says why")


async def _move(step: sc.Move, world: World) -> None:
    phone = world.phones[step.phone]
    known = home(world, phone).cluster.database.device(phone.device_name)
    before = known.profile.device_security_mode if known is not None else DeviceSecurityMode.NON_SECURE
    world.move(phone, step.cluster, MODES[step.profile] if step.profile is not None else before)


async def _upload(step: sc.UploadCertificate, world: World) -> None:
    administration.upload_trust(world.clusters[step.cluster].cluster, step.store, world.certificate(step.certificate))


async def _delete(step: sc.DeleteCertificate, world: World) -> None:
    administration.delete_trust(world.clusters[step.cluster].cluster, step.store, world.certificate(step.certificate))


async def _restart(step: sc.RestartService, world: World) -> None:
    cluster = world.clusters[step.cluster]
    if step.service == "Cisco CallManager":
        await cluster.cluster.callmanager.restart()
    elif step.service == "Cisco Tftp":
        cluster.tftp.stop()
        cluster.tftp.start(world.nursery, cluster.tftp_address.address, cluster.tftp_address.port)
    else:
        await cluster.capf.restart(world.nursery)


async def _wait(step: sc.Wait, world: World) -> None:
    if step.days:
        world.journal.clock.advance(timedelta(days=step.days))
    await trio.sleep(step.seconds)


_ACTIONS: dict[type[Any], Callable[[Any, World], Awaitable[None]]] = {
    sc.Boot: _boot,
    sc.PowerOff: _power_off,
    sc.SetProfile: _set_profile,
    sc.CertificateOperation: _operation,
    sc.Reset: _reset,
    sc.DeleteLscOnPhone: _delete_lsc,
    sc.TypeString: _type_string,
    sc.Move: _move,
    sc.UploadCertificate: _upload,
    sc.DeleteCertificate: _delete,
    sc.RestartService: _restart,
    sc.Wait: _wait,
}


async def perform(step: sc.Do, world: World) -> None:
    """Do it. Raises StepFailed, or cucm_sim's AdministrationError, where the lab is in no state for it."""
    try:
        await _ACTIONS[type(step)](step, world)
    except administration.AdministrationError as error:
        raise StepFailed(str(error).rstrip(".")) from None
