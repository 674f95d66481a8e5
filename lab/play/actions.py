"""What each `do` of a scenario does: one small function a kind, each somebody's hand on a phone or on its page."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any

import trio

from cucm_sim import administration
from cucm_sim.database import AuthenticationMode, CertificateOperation, DeviceSecurityMode, KeyOrder
from lab.play.actions_cluster import CLUSTER_ACTIONS, StepFailed
from lab.play.actions_edge import EDGE_ACTIONS
from lab.play.world import LabCluster, World, home, profile_for
from lab.scenario import model as sc
from phone_sim.phone import Phone
from wire.sccp import ResetType

MODES = {str(mode): mode for mode in DeviceSecurityMode}


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
        operation_completes_by=step.completes_by,
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


async def _reset_on_phone(step: sc.ResetOnPhone, world: World) -> None:
    if not world.phones[step.phone].reset_from_keypad():
        raise StepFailed(f"{step.phone} cannot be reset from its keypad now; its console says why")


async def _delete_lsc(step: sc.DeleteLscOnPhone, world: World) -> None:
    if not world.phones[step.phone].delete_lsc():
        raise StepFailed(f"{step.phone} has no power, so nobody can open its settings; boot it first")


async def _type_string(step: sc.TypeString, world: World) -> None:
    taken = world.phones[step.phone].type_authentication_string(step.string)
    if step.taken and not taken:
        raise StepFailed(f"{step.phone} takes no authentication string now; its console says why")
    if taken and not step.taken:
        raise StepFailed(f"{step.phone} took the string, which the story says that it does not")


async def _move(step: sc.Move, world: World) -> None:
    phone = world.phones[step.phone]
    known = home(world, phone).cluster.database.device(phone.device_name)
    before = known.profile.device_security_mode if known is not None else DeviceSecurityMode.NON_SECURE
    world.move(phone, step.cluster, MODES[step.profile] if step.profile is not None else before)


async def _wait(step: sc.Wait, world: World) -> None:
    if step.days:
        world.journal.clock.advance(timedelta(days=step.days))
    await trio.sleep(step.seconds)


ACTIONS: dict[type[Any], Callable[[Any, World], Awaitable[None]]] = {
    sc.Boot: _boot,
    sc.PowerOff: _power_off,
    sc.SetProfile: _set_profile,
    sc.CertificateOperation: _operation,
    sc.Reset: _reset,
    sc.ResetOnPhone: _reset_on_phone,
    sc.DeleteLscOnPhone: _delete_lsc,
    sc.TypeString: _type_string,
    sc.Move: _move,
    sc.Wait: _wait,
    **CLUSTER_ACTIONS,
    **EDGE_ACTIONS,
}


async def perform(step: sc.Do, world: World) -> None:
    """Do it. Raises StepFailed, or cucm_sim's AdministrationError, where the lab is in no state for it."""
    try:
        await ACTIONS[type(step)](step, world)
    except administration.AdministrationError as error:
        raise StepFailed(str(error).rstrip(".")) from None
