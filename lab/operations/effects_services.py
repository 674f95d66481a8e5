"""What operations on services and clusters do to a fleet: starts, stops, minimum TLS version, cluster mode; and time."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

from cisco_data import ServiceKind, ServiceName
from cisco_data.enterprise_parameters import FILE_SIGNATURE_ALGORITHM, ON, ROLLBACK
from lab.base.acts import ActKind
from lab.fleet.model import Fleet, FleetServer, UnjudgedReason
from lab.operations import steps as st
from lab.operations.cluster_trust import control_tftp, control_tvs, tftp_runs, with_cluster_trust, with_ctl
from lab.operations.effect import (
    Effect,
    Shop,
    can_judge,
    cannot_judge,
    configured,
    did,
    held_before,
    service_of,
    services_of,
)
from lab.operations.effects_list_resets import rollback_set
from wire.signed_files import DIGEST_OF_ALGORITHM


def _restart(fleet: Fleet, step: st.RestartStep, _: Shop) -> Fleet:
    """One that is stopped is started, as in a running lab."""
    server = fleet.servers[step.server]
    kind = ActKind.SERVICE_RESTARTED if server.in_use is not None else ActKind.SERVICE_STARTED
    return _mode_read(_act(fleet.with_server(server.started()), kind, server), server)


def _start(fleet: Fleet, step: st.StartStep, _: Shop) -> Fleet:
    server = fleet.servers[step.server]
    if server.in_use is not None:
        return fleet
    return _mode_read(_act(fleet.with_server(server.started()), ActKind.SERVICE_STARTED, server), server)


def _stop(fleet: Fleet, step: st.StopStep, _: Shop) -> Fleet:
    server = fleet.servers[step.server]
    if server.in_use is None:
        return fleet
    return _act(fleet.with_server(server.stopped()), ActKind.SERVICE_STOPPED, server)


def _act(fleet: Fleet, kind: ActKind, server: FleetServer, value: str = "") -> Fleet:
    return did(fleet, kind, cluster=server.cluster, server=server.name, value=value)


def _control_service(fleet: Fleet, step: st.ControlServiceStep, shop: Shop) -> Fleet:
    """Tomcat is part of no handshake that a fleet judges."""
    if step.service is ServiceName.TFTP:
        return _control_tftp(fleet, step, shop)
    fleet = did(fleet, _CHANGES[step.change], cluster=step.cluster, value=step.service, node=step.node)
    return control_tvs(fleet, step.cluster, step.node, step.change) if step.service is ServiceName.TVS else fleet


_CHANGES = {
    "restart": ActKind.SERVICE_RESTARTED,
    "start": ActKind.SERVICE_STARTED,
    "stop": ActKind.SERVICE_STOPPED,
}


def _control_tftp(fleet: Fleet, step: st.ControlServiceStep, shop: Shop) -> Fleet:
    """It reads the mode at its start, and makes the ITL file."""
    cluster = step.cluster
    fleet = did(fleet, _CHANGES[step.change], cluster=cluster, value=ServiceName.TFTP, node=step.node)
    fleet = can_judge(
        control_tftp(fleet, cluster, step.node, step.change, shop), UnjudgedReason.NO_TFTP, cluster=cluster
    )
    runs = tftp_runs(fleet, cluster)
    if runs is False or (runs is None and step.change == "stop"):
        return cannot_judge(fleet, UnjudgedReason.NO_TFTP, cluster=cluster)
    return fleet if step.change == "stop" else _all_read(fleet, cluster)


def mode_ordered(fleet: Fleet, cluster: str) -> bool:
    """Whether the cluster is in mixed mode, or shall be from the restarts on."""
    server = service_of(fleet, cluster, ServiceKind.CALLMANAGER)
    if server is None:
        return True
    return server.mixed if server.mixed_at_start is None else server.mixed_at_start


def _set_cluster_mode(fleet: Fleet, step: st.SetClusterModeStep, shop: Shop) -> Fleet:
    if service_of(fleet, step.cluster, ServiceKind.CALLMANAGER) is None:
        return fleet
    if mode_ordered(fleet, step.cluster) is step.mixed:
        return _with_ctl_of_mode(fleet, step, shop)
    fleet = held_before(fleet, [phone.device_name for phone in fleet.phones if phone.cluster == step.cluster])
    for each in services_of(fleet, step.cluster, ServiceKind.CALLMANAGER):
        fleet = fleet.with_server(replace(each, mixed_at_start=step.mixed))
    value = "mixed" if step.mixed else "non-secure"
    fleet = did(fleet, ActKind.CLUSTER_MODE_SET, cluster=step.cluster, value=value)
    fleet = _with_ctl_of_mode(fleet, step, shop)
    return cannot_judge(
        can_judge(fleet, UnjudgedReason.CLUSTER_MODE, cluster=step.cluster),
        UnjudgedReason.CLUSTER_MODE,
        cluster=step.cluster,
    )


def _with_ctl_of_mode(fleet: Fleet, step: st.SetClusterModeStep, shop: Shop) -> Fleet:
    """`utils ctl set-cluster` makes the CTL file of the certificates of now, also where the cluster is in that mode already."""
    trust = fleet.trust.get(step.cluster)
    if not step.mixed and (trust is None or trust.ctl is None):
        return fleet
    return with_ctl(fleet, step.cluster, shop, capf_only=not step.mixed)


def _mode_read(fleet: Fleet, server: FleetServer) -> Fleet:
    return _all_read(fleet, server.cluster) if server.kind is ServiceKind.CALLMANAGER else fleet


def _all_read(fleet: Fleet, cluster: str) -> Fleet:
    """Whether Cisco CallManager, on each node, and Cisco Tftp have both been started since the mode was set."""
    since = -1
    for index, act in enumerate(fleet.acts):
        if act.kind is ActKind.CLUSTER_MODE_SET and act.cluster == cluster:
            since = index
    started = {ActKind.SERVICE_STARTED, ActKind.SERVICE_RESTARTED}
    later = [act for act in fleet.acts[since + 1 :] if act.cluster == cluster and act.kind in started]
    callmanagers = [server.name for server in services_of(fleet, cluster, ServiceKind.CALLMANAGER)]
    read = {act.value or act.server for act in later}
    if since < 0 or not callmanagers or not read >= {ServiceName.TFTP, *callmanagers}:
        return fleet
    return can_judge(fleet, UnjudgedReason.CLUSTER_MODE, cluster=cluster)


def _set_minimum_tls(fleet: Fleet, step: st.SetMinimumTlsStep, _: Shop) -> Fleet:
    server = fleet.servers[step.server]
    if server.configured.minimum_tls == step.version:
        return fleet
    fleet = fleet.with_server(configured(server, minimum_tls=step.version))
    return _act(fleet, ActKind.MINIMUM_TLS_SET, server, str(step.version))


def _set_parameter(fleet: Fleet, step: st.SetParameterStep, shop: Shop) -> Fleet:
    """Whether phones are reset by themselves, a fleet finds in its history."""
    fleet = did(fleet, ActKind.PARAMETER_SET, cluster=step.cluster, value=f"{step.name}: {step.value}")
    trust = fleet.trust.get(step.cluster)
    if step.name == ROLLBACK:
        return rollback_set(fleet, step.cluster, step.value == ON, shop)
    if trust is None or step.name != FILE_SIGNATURE_ALGORITHM:
        return fleet
    return with_cluster_trust(fleet, step.cluster, replace(trust, digest=DIGEST_OF_ALGORITHM[step.value]))


def _set_date(fleet: Fleet, step: st.SetDateStep, _: Shop) -> Fleet:
    if step.at == fleet.at:
        return fleet
    return did(replace(fleet, at=step.at), ActKind.DATE_SET, value=f"{step.at:%Y-%m-%dT%H:%M:%SZ}")


def _no_effect(fleet: Fleet, step: st.NoEffectStep, _: Shop) -> Fleet:
    """But for the time that passes."""
    return replace(fleet, at=fleet.at + timedelta(seconds=step.seconds)) if step.seconds else fleet


EFFECTS: dict[type[Any], Effect] = {
    st.RestartStep: _restart,
    st.StartStep: _start,
    st.StopStep: _stop,
    st.ControlServiceStep: _control_service,
    st.SetParameterStep: _set_parameter,
    st.SetClusterModeStep: _set_cluster_mode,
    st.SetMinimumTlsStep: _set_minimum_tls,
    st.SetDateStep: _set_date,
    st.NoEffectStep: _no_effect,
}
