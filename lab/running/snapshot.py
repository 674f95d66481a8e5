"""A running lab, or one that was just built, as a fleet: what each service has read, and what each phone holds and goes by."""

from __future__ import annotations

from collections.abc import Iterator

from cisco_data import (
    KIND_OF,
    AuthenticationMode,
    CertificateOperation,
    ClusterSecurityMode,
    DeviceSecurityMode,
    PortMode,
    ServiceKind,
    ServiceName,
    StoreName,
)
from cucm_sim.database import Device
from cucm_sim.node import Node
from cucm_sim.profiles import effective_mode
from edge_sim.authentication_server.radius import RadiusService
from edge_sim.vpn_gateway import VpnGateway
from lab.fleet.model import (
    DisabledCa,
    Fleet,
    FleetPhone,
    FleetServer,
    Known,
    Pending,
    Settings,
    Unjudged,
    UnjudgedReason,
)
from lab.fleet.trust import KeptConfiguration
from lab.running.cluster import LabCluster
from lab.running.lab import Lab
from lab.running.trust_snapshot import cluster_trust, held_trust, kept_configuration
from phone_sim.phone import Phone as LabPhone
from pki import Identity, read
from wire.phone_file import VpnGroup
from wire.service import Service
from wire.tls import Credential, TlsVersion

_ASKING = frozenset({PortMode.AUTO, PortMode.FORCE_UNAUTHORIZED})
"""Port modes in which an authentication server decides, or would."""


def fleet_of(world: Lab, *, as_built: bool = False) -> Fleet:
    """The lab as it is now. `as_built`: nothing runs yet, and what is configured counts as read."""
    identities = tuple(dict.fromkeys(_identities(world)))
    servers = [
        *(server for cluster in world.clusters.values() for server in _of_cluster(cluster, as_built)),
        *(_radius(radius, as_built) for radius in world.radius.values()),
        *(_gateway(gateway, as_built) for gateway in world.gateways.values()),
    ]
    known = [identity.certificate for identity in identities]
    for server in servers:
        for settings in (server.configured, server.in_use):
            known += settings.trust.certificates if settings is not None else ()
    for cluster in world.clusters.values():
        known += cluster.cluster.former_capf_certificates
    releases = {name: cluster.cluster.release for name, cluster in world.clusters.items()}
    return Fleet(
        world.journal.clock.now(),
        {server.name: server for server in servers},
        tuple(_phone(world, phone, as_built) for phone in world.phones.values()),
        tuple(dict.fromkeys(known)),
        identities,
        {cluster.name: cluster.authority.certificate for cluster in world.clusters.values()},
        names={name: phone.device_name for name, phone in world.phones.items()},
        former_capf={
            cluster.name: cluster.cluster.former_capf_certificates
            for cluster in world.clusters.values()
            if cluster.cluster.former_capf_certificates
        },
        vpn_groups={
            name: group for cluster in world.clusters.values() for name, group in cluster.cluster.vpn_groups.items()
        },
        disabled_default_cas=tuple(each for cluster in world.clusters.values() for each in _disabled(cluster)),
        online_ca=frozenset(name for name, cluster in world.clusters.items() if cluster.online_ca),
        unjudged=tuple(_unjudged(world, as_built)),
        releases={name: release for name, release in releases.items() if release.named},
        minimum_by_release=frozenset(
            name
            for name, release in releases.items()
            if all(
                node.minimum_tls_version == release.default_minimum_tls for node in world.clusters[name].nodes.values()
            )
        ),
        nodes={name: tuple(cluster.nodes) for name, cluster in world.clusters.items()},
        call_manager_groups={
            name: _group(cluster) for name, cluster in world.clusters.items() if len(cluster.nodes) > 1
        },
        trust={name: cluster_trust(cluster, as_built=as_built) for name, cluster in world.clusters.items()},
    )


def _disabled(cluster: LabCluster) -> Iterator[DisabledCa]:
    """What `set cert default-ca-list enable` would bring back."""
    for certificate in cluster.cluster.default_ca_list:
        stores = cluster.cluster.disabled_default_cas.get(read(certificate).subject.cn)
        if stores is not None:
            names = tuple(_reader(cluster, KIND_OF[StoreName(store)]) for store in stores)
            yield DisabledCa(cluster.name, certificate, names)


def _reader(cluster: LabCluster, kind: ServiceKind) -> str:
    """The service of the fleet that stands for all that read the store, which is the same on each node."""
    running = (node for node in cluster.nodes.values() if ServiceName.CALLMANAGER in node.services)
    return _callmanager_name(cluster, next(running)) if kind is ServiceKind.CALLMANAGER else f"{kind} of {cluster.name}"


def _unjudged(world: Lab, as_built: bool) -> Iterator[Unjudged]:
    """Of whom nothing can be said as things are: where no file is given out, and where a phone has no network."""
    for cluster in world.clusters.values():
        if not as_built and not any(runs for runs in _tftp(cluster, as_built).values()):
            yield Unjudged(UnjudgedReason.NO_TFTP, cluster=cluster.name)
    for phone in world.phones.values():
        mode = _port_mode(world, phone)
        one = frozenset({phone.device_name})
        device = world.home(phone).cluster.database.device(phone.device_name)
        if device is not None and device.profile.tftp_encrypted_config:
            for name in world.clusters:  # no fleet holds for which of its keys a cluster encrypts its file
                tftp = f"{ServiceName.TFTP} of {name}"
                yield Unjudged(UnjudgedReason.ENCRYPTED_CONFIG, server=tftp, phones=one)
        if mode is PortMode.FORCE_UNAUTHORIZED:
            yield Unjudged(UnjudgedReason.PORT_CLOSED, phones=one)
        elif mode is PortMode.AUTO and phone.dot1x is not None and not phone.dot1x.enabled:
            yield Unjudged(UnjudgedReason.NO_SUPPLICANT, phones=one)


def _port_mode(world: Lab, phone: LabPhone) -> PortMode | None:
    """Of its switch port; None for a port without 802.1X."""
    if phone.dot1x is None or world.switch is None:
        return None
    return world.switch.ports[phone.device_name].mode


def _identities(world: Lab) -> Iterator[Identity]:
    for cluster in world.clusters.values():
        yield cluster.authority.identity
        yield from (node.callmanager_identity for node in cluster.nodes.values())
    yield from world.edge_identities()
    for authority in world.authorities():
        yield authority.identity


def _tftp(cluster: LabCluster, as_built: bool) -> dict[str, bool]:
    """The nodes that phones ask for their files, and whether Cisco Tftp runs there."""
    return {name: as_built or cluster.nodes[name].services[ServiceName.TFTP].started for name in cluster.tftp_nodes}


def _callmanager_name(cluster: LabCluster, node: Node) -> str:
    place = f"{cluster.name}/{node.name}" if len(cluster.nodes) > 1 else cluster.name
    return f"{ServiceKind.CALLMANAGER} of {place}"


def _group(cluster: LabCluster) -> tuple[str, ...]:
    """Its CallManager Group as the fleet names it."""
    return tuple(_callmanager_name(cluster, cluster.nodes[name]) for name in cluster.call_manager_group)


def _of_cluster(cluster: LabCluster, as_built: bool) -> Iterator[FleetServer]:
    maximum = cluster.cluster.release.maximum_tls
    for node in cluster.nodes.values():
        if ServiceName.CALLMANAGER not in node.services:
            continue
        callmanager, mode = node.callmanager, _mode_in_use(cluster, node)
        minimum = node.minimum_tls_version
        configured = Settings(node.callmanager_trust, node.callmanager_identity, minimum, maximum_tls=maximum)
        yield FleetServer(
            ServiceKind.CALLMANAGER,
            _callmanager_name(cluster, node),
            configured,
            configured if as_built else _in_use(callmanager, maximum=maximum),
            cluster.name,
            mixed=mode is ClusterSecurityMode.MIXED,
            node=node.name if len(cluster.nodes) > 1 else "",
        )
    minimum = cluster.cluster.publisher.minimum_tls_version
    configured = Settings(cluster.cluster.capf_trust, cluster.authority.identity, minimum, maximum_tls=maximum)
    in_use = configured if as_built else _in_use(cluster.capf, maximum=maximum)
    yield FleetServer(ServiceKind.CAPF, f"{ServiceKind.CAPF} of {cluster.name}", configured, in_use, cluster.name)


def _mode_in_use(cluster: LabCluster, node: Node) -> ClusterSecurityMode:
    """What CallManager of this node has read; while it is stopped or not there, what it will read."""
    runs = ServiceName.CALLMANAGER in node.services and node.callmanager.started
    return (node.callmanager if runs else cluster.cluster.database).cluster_security_mode


def _in_use(
    service: Service, *, checks_names: bool = False, maximum: TlsVersion = TlsVersion.TLSv1_3
) -> Settings | None:
    """What the service read at its start; None while it is stopped."""
    read = service.in_use
    if read is None:
        return None
    assert read.trust is not None
    assert read.minimum_tls is not None
    return Settings(read.trust, read.identity, read.minimum_tls, checks_names=checks_names, maximum_tls=maximum)


def _radius(radius: RadiusService, as_built: bool) -> FleetServer:
    configured = Settings(radius.trust, radius.identity, radius.minimum_tls, checks_names=radius.checks_names)
    in_use = configured if as_built else _in_use(radius, checks_names=radius.checks_names)
    return FleetServer(ServiceKind.DOT1X, radius.name, configured, in_use)


def _gateway(gateway: VpnGateway, as_built: bool) -> FleetServer:
    configured = Settings(gateway.trust, gateway.identity, gateway.settings.tls.minimum)
    return FleetServer(
        ServiceKind.VPN, gateway.name, configured, configured if as_built else _in_use(gateway), host=gateway.host
    )


def _phone(world: Lab, phone: LabPhone, as_built: bool) -> FleetPhone:
    at_home = world.home(phone)
    device, file = at_home.cluster.database.device(phone.device_name), phone.flash.configuration
    mode, judged, at_capf = DeviceSecurityMode.NON_SECURE, DeviceSecurityMode.NON_SECURE, None
    if device is not None:
        mode = device.profile.device_security_mode
        judged = effective_mode(device, _mode_in_use(at_home, at_home.cluster.publisher))
        at_capf = _mode_at_capf(device)
    group = phone.flash.vpn.group  # as the phone last read it; the cluster's may be another one by now
    dot1x, clusters = phone.dot1x, world.clusters.values()
    groups = {cluster.name: _group(cluster) for cluster in clusters if len(cluster.nodes) > 1}
    call_managers = groups.get(at_home.name, ())
    page = KeptConfiguration(at_home.name, judged, call_managers)
    return FleetPhone(
        phone.device_name,
        phone.model.number,
        phone.model.tls,
        at_home.name,
        mode,
        _held(phone.flash.lsc),
        _held(phone.flash.mic),
        tuple(_beside(world, phone, group)),
        dot1x.trusted_servers if dot1x is not None else None,
        group,
        file.vendor_config.tls12_only if file is not None else False,
        at_capf,
        pending=_pending(device),
        set_aside=tuple(_set_aside(world, phone, group)),
        dot1x_off=dot1x is not None and not dot1x.enabled,
        call_managers=call_managers,
        tftp_servers=_asked(phone, at_home),
        lists=held_trust(phone),
        kept=kept_configuration(phone, clusters, page, groups, as_built=as_built),
    )


def _asked(phone: LabPhone, at_home: LabCluster) -> tuple[str, ...]:
    """The nodes that it asks for its files, where it does not ask those that its cluster gives to its phones."""
    names = tuple(each.host_name for each in phone.tftp.servers)
    return () if names == at_home.tftp_nodes else names


def _mode_at_capf(device: Device) -> AuthenticationMode | None:
    """What its page names while an operation waits, and else its profile: only then can the page be set at all.

    By Null String, which each new profile has, names no choice of the administrator. Assumed.
    """
    page, profile = device.capf, device.profile.authentication_mode
    if page.certificate_operation is not CertificateOperation.NO_PENDING_OPERATION:
        return page.authentication_mode
    return None if profile is AuthenticationMode.BY_NULL_STRING else profile


def _pending(device: Device | None) -> Pending | None:
    """What CAPF has for it to do."""
    if device is None or device.capf.certificate_operation is CertificateOperation.NO_PENDING_OPERATION:
        return None
    capf = device.capf
    return Pending(capf.certificate_operation, capf.authentication_mode, capf.authentication_string)


def _beside(world: Lab, phone: LabPhone, group: VpnGroup | None) -> Iterator[str]:
    """The authentication server and the gateway that the phone uses."""
    if _port_mode(world, phone) in _ASKING and (server := world.server_behind(phone.device_name)):
        yield server
    if phone.flash.vpn.enabled:
        yield from _gateways(world, group)


def _set_aside(world: Lab, phone: LabPhone, group: VpnGroup | None) -> Iterator[str]:
    """Those that it would use, were its switch port not open or its VPN not off."""
    if _port_mode(world, phone) not in _ASKING and (server := world.server_behind(phone.device_name)):
        yield server
    if not phone.flash.vpn.enabled:
        yield from _gateways(world, group)


def _gateways(world: Lab, group: VpnGroup | None) -> Iterator[str]:
    """By their URLs, in the order in which the group lists them."""
    by_url = {gateway.url: gateway.name for gateway in world.gateways.values()}
    yield from (by_url[url] for url in (group.urls if group is not None else ()) if url in by_url)


def _held(credential: Credential | None) -> Known | None:
    if credential is None:
        return None
    identity = credential.identity
    return Known(identity.certificate, identity.chain, identity)
