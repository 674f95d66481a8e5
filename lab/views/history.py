"""The events of an administrator and of services as acts that an explanation can name."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from capf_sim.events import CapfStarted, CapfStopped
from cisco_data import ServiceName
from cisco_data.enterprise_parameters import TAKES_EFFECT as ENTERPRISE_PARAMETERS
from cucm_sim import bulk_events as bulk
from cucm_sim import certificate_events as certificates
from cucm_sim import events as cucm
from cucm_sim import host_name_events as names
from cucm_sim import list_reset_events as list_resets
from cucm_sim.tftp_events import TftpStarted, TftpStopped
from cucm_sim.tomcat_events import TomcatStarted, TomcatStopped
from cucm_sim.tvs_events import TvsStarted, TvsStopped
from cucm_sim.vpn_management import VpnGroupSaved
from edge_sim.authentication_server.events import AuthenticationServerStarted, AuthenticationServerStopped
from edge_sim.trust_events import EdgeTrustChanged
from edge_sim.vpn_gateway.events import VpnGatewayStarted, VpnGatewayStopped
from journal import Event
from lab.base.acts import ActKind
from lab.case import CaseAct, Ref

TAKEN_AWAY = frozenset({"deleted", "disabled"})
"""What TrustChanged calls it; all else that is not `kept` put the certificate there."""


def _trust(event: cucm.TrustChanged) -> CaseAct | None:
    if event.change == "kept":
        return None
    return CaseAct(
        ActKind.TRUST_DELETED if event.change in TAKEN_AWAY else ActKind.TRUST_UPLOADED,
        Ref(event.seq),
        event.actor.cluster,
        store=event.store,
        subject=event.subject,
        serial=event.serial_number,
        by=Ref(event.cause) if event.cause else None,
    )


def _edge_trust(event: EdgeTrustChanged) -> CaseAct:
    kind = ActKind.TRUST_UPLOADED if event.change == "trusted" else ActKind.TRUST_DELETED
    ref, subject = Ref(event.seq), event.subject
    return CaseAct(kind, ref, server=event.server, subject=subject, serial=event.serial_number)


def _default_ca(event: certificates.DefaultCaListChanged) -> CaseAct:
    kind = ActKind.DEFAULT_CA_DISABLED if event.change == "disabled" else ActKind.DEFAULT_CA_ENABLED
    return CaseAct(kind, Ref(event.seq), event.actor.cluster, names=event.authorities)


_MADE = {
    certificates.CertificateRegenerated: ActKind.CERTIFICATE_REGENERATED,
    certificates.SignedCertificateInstalled: ActKind.CERTIFICATE_SIGNED,
    certificates.CertificateRestored: ActKind.CERTIFICATE_RESTORED,
}


def _made(event: certificates.Renewal) -> CaseAct:
    return CaseAct(
        _MADE[type(event)],
        Ref(event.seq),
        event.actor.cluster,
        node=event.actor.node,
        subject=event.subject,
        serial=event.serial_number,
        former=event.former_subject,
        former_serial=event.former_serial_number,
        issuer=event.subject if isinstance(event, certificates.CertificateRegenerated) else event.issuer,
        unit=event.unit,
        by=Ref(event.cause) if event.cause else None,
    )


def _of_node(kind: ActKind, event: Event, value: str) -> CaseAct:
    return CaseAct(kind, Ref(event.seq), event.actor.cluster, node=event.actor.node, value=value)


def _parameter(event: cucm.ServiceParameterChanged) -> CaseAct | None:
    actor = event.actor
    if event.parameter in ENTERPRISE_PARAMETERS:
        value = f"{event.parameter}: {event.value}"
        return CaseAct(ActKind.PARAMETER_SET, Ref(event.seq), actor.cluster, value=value)
    if event.parameter != "minimum_tls_version":
        return None
    return CaseAct(ActKind.MINIMUM_TLS_SET, Ref(event.seq), actor.cluster, value=event.value, node=actor.node)


def _profile(event: cucm.ProfileAssigned) -> CaseAct:
    cluster, device = event.actor.cluster, event.device_name
    return CaseAct(ActKind.PROFILE_SET, Ref(event.seq), cluster, value=event.profile, device=device)


def _service(kind: ActKind, unit: str) -> Callable[[Event], CaseAct]:
    return lambda event: CaseAct(
        kind,
        Ref(event.seq),
        event.actor.cluster,
        node=event.actor.node,
        serial=getattr(event, "serial_number", ""),
        unit=unit,
    )


def _server(kind: ActKind) -> Callable[[Event], CaseAct]:
    return lambda event: CaseAct(kind, Ref(event.seq), server=event.actor.cluster)


_ACTS: dict[type[Event], Callable[[Any], CaseAct | None]] = {
    cucm.TrustChanged: _trust,
    EdgeTrustChanged: _edge_trust,
    certificates.DefaultCaListChanged: _default_ca,
    certificates.CertificateRegenerated: _made,
    certificates.SignedCertificateInstalled: _made,
    certificates.CertificateRestored: _made,
    certificates.KeysRestored: lambda e: CaseAct(ActKind.KEYS_RESTORED, Ref(e.seq), e.actor.cluster, value=e.name),
    names.HostNameChanged: lambda e: _of_node(ActKind.HOST_NAME_SET, e, e.host_name),
    names.DomainChanged: lambda e: _of_node(ActKind.DOMAIN_SET, e, e.domain),
    names.AddressChanged: lambda e: _of_node(ActKind.ADDRESS_SET, e, e.address),
    certificates.CtlFileUpdated: lambda e: CaseAct(ActKind.TRUST_LISTS_UPDATED, Ref(e.seq), e.actor.cluster),
    bulk.BulkCertificatesExported: lambda e: CaseAct(
        ActKind.BULK_EXPORTED, Ref(e.seq), e.actor.cluster, names=e.types, serials=e.serial_numbers
    ),
    bulk.BulkCertificatesConsolidated: lambda e: CaseAct(
        ActKind.BULK_CONSOLIDATED, Ref(e.seq), e.actor.cluster, serials=e.serial_numbers
    ),
    bulk.BulkCertificatesImported: lambda e: CaseAct(
        ActKind.BULK_IMPORTED, Ref(e.seq), e.actor.cluster, names=e.passed_over, serials=e.serial_numbers
    ),
    list_resets.ItlReset: lambda e: CaseAct(
        ActKind.ITL_RESET, Ref(e.seq), e.actor.cluster, subject=e.signer, serial=e.signer_serial_number, value=e.key
    ),
    list_resets.CtlReset: lambda e: CaseAct(
        ActKind.CTL_RESET, Ref(e.seq), e.actor.cluster, subject=e.signer, serial=e.signer_serial_number
    ),
    list_resets.CtlFileDeleted: lambda e: CaseAct(
        ActKind.CTL_FILE_DELETED, Ref(e.seq), e.actor.cluster, node=e.actor.node
    ),
    cucm.ServiceParameterChanged: _parameter,
    cucm.ClusterModeChanged: lambda e: CaseAct(
        ActKind.CLUSTER_MODE_SET, Ref(e.seq), e.actor.cluster, value=e.cluster_security_mode
    ),
    cucm.ProfileAssigned: _profile,
    VpnGroupSaved: lambda e: CaseAct(ActKind.VPN_GROUP_UPDATED, Ref(e.seq), e.actor.cluster, value=e.group),
    cucm.CallManagerStarted: _service(ActKind.SERVICE_STARTED, ServiceName.CALLMANAGER),
    cucm.CallManagerStopped: _service(ActKind.SERVICE_STOPPED, ServiceName.CALLMANAGER),
    CapfStarted: _service(ActKind.SERVICE_STARTED, ServiceName.CAPF),
    CapfStopped: _service(ActKind.SERVICE_STOPPED, ServiceName.CAPF),
    TftpStarted: _service(ActKind.SERVICE_STARTED, ServiceName.TFTP),
    TftpStopped: _service(ActKind.SERVICE_STOPPED, ServiceName.TFTP),
    TvsStarted: _service(ActKind.SERVICE_STARTED, ServiceName.TVS),
    TvsStopped: _service(ActKind.SERVICE_STOPPED, ServiceName.TVS),
    TomcatStarted: _service(ActKind.SERVICE_STARTED, ServiceName.TOMCAT),
    TomcatStopped: _service(ActKind.SERVICE_STOPPED, ServiceName.TOMCAT),
    AuthenticationServerStarted: _server(ActKind.SERVICE_STARTED),
    AuthenticationServerStopped: _server(ActKind.SERVICE_STOPPED),
    VpnGatewayStarted: _server(ActKind.SERVICE_STARTED),
    VpnGatewayStopped: _server(ActKind.SERVICE_STOPPED),
}


def act_of(event: Event) -> CaseAct | None:
    """None for an event that is no act, and for one that changed nothing."""
    made = _ACTS.get(type(event))
    return made(event) if made is not None else None
