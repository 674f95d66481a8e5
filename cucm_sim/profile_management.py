"""System > Security > Phone Security Profile: add, change and delete one, each an event that says when it takes effect."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from cucm_sim.administration import AdministrationError
from cucm_sim.cluster import Cluster
from cucm_sim.database import NotSavedError, PhoneSecurityProfile
from journal import Event

_AT_RESET = "reset of the phones that have it"


class ProfileAdded(Event, frozen=True, kw_only=True):
    """There is a phone security profile more; no phone has it yet."""

    profile: str
    device_security_mode: str


class ProfileChanged(Event, frozen=True, kw_only=True):
    """A phone security profile says something else now, for every phone that has it."""

    profile: str
    device_security_mode: str
    authentication_mode: str
    takes_effect: str


class ProfileRemoved(Event, frozen=True, kw_only=True):
    """A phone security profile is gone; no phone had it."""

    profile: str


def add_profile(cluster: Cluster, profile: PhoneSecurityProfile) -> ProfileAdded:
    """Save a new one. Raises AdministrationError where there is one of its name, and for what no page offers."""
    _do(cluster.database.add_profile, profile)
    return cluster.administrator.emit(
        ProfileAdded(profile=profile.name, device_security_mode=str(profile.device_security_mode))
    )


def change_profile(cluster: Cluster, name: str, /, **changes: Any) -> ProfileChanged:
    """Save other values; `changes` are fields of PhoneSecurityProfile other than its name.

    Raises AdministrationError where there is no such profile or field, for one that came with CUCM, and for what no page
    offers.
    """
    held = cluster.database.profile(name)
    if held is None:
        raise AdministrationError(f"There is no profile {name!r}.")
    if fixed := sorted({"name", "is_standard"} & set(changes)):
        raise AdministrationError(f"A profile keeps its {', '.join(fixed)}.")
    try:
        changed = replace(held, **changes)
    except TypeError as error:
        raise AdministrationError(f"A phone security profile has no such field: {error}.") from None
    _do(cluster.database.save_profile, changed)
    return cluster.administrator.emit(
        ProfileChanged(
            profile=name,
            device_security_mode=str(changed.device_security_mode),
            authentication_mode=changed.authentication_mode.value,
            takes_effect=_AT_RESET,
        )
    )


def remove_profile(cluster: Cluster, name: str) -> ProfileRemoved:
    """Delete it. Raises AdministrationError where there is none, for one that came with CUCM, and while a phone has it."""
    _do(cluster.database.remove_profile, name)
    return cluster.administrator.emit(ProfileRemoved(profile=name))


def _do(save: Callable[..., None], value: object) -> None:
    try:
        save(value)
    except NotSavedError as error:
        raise AdministrationError(str(error)) from None
