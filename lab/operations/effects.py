"""Steps carried out on data: a fleet and a step in, the fleet after it out, with the acts that were done in its history."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from cisco_data import ServiceKind, ServiceName
from cisco_data.enterprise_parameters import FILE_SIGNATURE_ALGORITHM
from cisco_data.new_certificates import SERVICE_OF_UNIT
from lab.fleet.model import Fleet
from lab.operations import (
    effects_bulk,
    effects_list_resets,
    effects_names,
    effects_phones,
    effects_services,
    effects_tftp_server,
    effects_trust,
)
from lab.operations import steps as st
from lab.operations.effect import Effect, Shop, services_of
from lab.operations.effects_phones import LSC_DAYS
from lab.operations.effects_trust import callmanager_of
from lab.operations.trust_steps import lists_matter

EFFECTS: dict[type[Any], Effect] = {
    **effects_trust.EFFECTS,
    **effects_list_resets.EFFECTS,
    **effects_services.EFFECTS,
    **effects_names.EFFECTS,
    **effects_phones.EFFECTS,
    **effects_bulk.EFFECTS,
    **effects_tftp_server.EFFECTS,
}


def apply(fleet: Fleet, step: st.Step, shop: Shop, number: int = 0) -> Fleet:
    """The fleet after it. Names were looked up before; what a step cannot do here leaves the fleet as it is.

    Args:
        number: of the step in its plan, for the acts; 0 where there is no plan.
    """
    changed = lists_matter(EFFECTS[type(step)](fleet, step, shop), step)
    known = len(fleet.acts)
    if number and len(changed.acts) > known:
        acts = (*changed.acts[:known], *(replace(act, number=number) for act in changed.acts[known:]))
        changed = replace(changed, acts=acts)
    if number and changed.unjudged != fleet.unjudged:
        unjudged = tuple(each if each.number else replace(each, number=number) for each in changed.unjudged)
        changed = replace(changed, unjudged=unjudged)
    shop.learn(changed)
    return changed


def apply_all(fleet: Fleet, steps: Iterable[st.Step], shop: Shop, first: int = 1) -> Fleet:
    """After all of them; the first one has that number."""
    for number, step in enumerate(steps, first):
        fleet = apply(fleet, step, shop, number)
    return fleet


def touched(step: st.Step, fleet: Fleet) -> tuple[str, ...]:
    """Names of the servers that must be restarted before the step counts."""
    if isinstance(step, st.RemoveCertificateStep | st.AddCertificateStep | st.AddCapfCertificateStep):
        server = fleet.servers[step.server]
        if server.kind is ServiceKind.VPN or not server.cluster:
            return () if server.kind is ServiceKind.VPN else (step.server,)
        return tuple(each.name for each in services_of(fleet, server.cluster, server.kind))
    if isinstance(step, st.SetMinimumTlsStep | st.RegenerateServerStep):
        return (step.server,)
    if isinstance(step, st.RegenerateCapfStep | st.SignCapfStep | st.ChangeDefaultCaListStep | st.RestoreKeysStep):
        return tuple(server.name for server in fleet.servers.values() if server.cluster == step.cluster)
    if isinstance(step, st.RegenerateCallManagerStep):
        callmanager = callmanager_of(fleet, step.cluster, step.node)
        return () if callmanager is None else (callmanager.name,)
    if isinstance(step, st.SetClusterModeStep):
        return tuple(each.name for each in services_of(fleet, step.cluster, ServiceKind.CALLMANAGER))
    return ()


def read_anew(step: st.Step) -> st.ControlServiceStep | None:
    """The restart of a service that is no server of a fleet, before the step counts; None where no such service reads it."""
    if isinstance(step, st.RenewOtherStep):
        service = SERVICE_OF_UNIT[step.unit]
        if service not in (ServiceName.CALLMANAGER, ServiceName.CAPF):
            node = "" if service is ServiceName.TFTP else step.node  # ITLRecovery signs on every node
            return st.ControlServiceStep(step.cluster, service, "restart", node)
    if isinstance(step, st.SetClusterModeStep) or (
        isinstance(step, st.SetParameterStep) and step.name == FILE_SIGNATURE_ALGORITHM
    ):
        return st.ControlServiceStep(step.cluster, ServiceName.TFTP, "restart")
    return None


__all__ = ["EFFECTS", "LSC_DAYS", "apply", "apply_all", "read_anew", "touched"]
