"""What an administrator does to a cluster: plain functions, each an event that says when it takes effect."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from cisco_data import (
    AuthenticationMode,
    CertificateOperation,
    CertificateStatus,
    ClusterSecurityMode,
    ServiceName,
    StoreName,
)
from cisco_data.enterprise_parameters import ON, PHONE_INTERACTION, ROLLBACK, TAKES_EFFECT, values_of
from cisco_data.models import model_number
from cisco_data.registration import ResetType
from cisco_data.release_table import MINIMUM_TLS_OF_CLUSTER
from cisco_data.trust_store_copies import comes_back, is_deleted_everywhere, stays_on_its_node
from cucm_sim import events as ev
from cucm_sim.cluster import Cluster
from cucm_sim.database import CapfInformation, Device, NotSavedError, PhoneSecurityProfile
from cucm_sim.node import Node
from cucm_sim.profiles import standard_profile
from cucm_sim.registration import is_device_name
from cucm_sim.tftp_events import trust_list_made
from journal import Event
from pki import Certificate, TrustStore, names_of, read
from wire.tls import TlsVersion

_AT_RESTART = f"restart of {ServiceName.CALLMANAGER}"
_AT_RESET = "reset of the phone"
_READ_ONLY = {"certificate_operation_status", "lsc"}


class AdministrationError(ValueError):
    """The administrator's entry cannot be saved; the message is one sentence for the person who made it."""


def add_phone(
    cluster: Cluster,
    device_name: str,
    model: str,
    profile: PhoneSecurityProfile | None = None,
    *,
    capf: CapfInformation | None = None,
    description: str = "",
) -> Device:
    """Device > Phone > Add New. Without a profile it is the model's Standard SCCP Non-Secure Profile.

    Raises AdministrationError for a name or model that there cannot be, and for a device that there is already.
    """
    if not is_device_name(device_name):
        raise AdministrationError(f"{device_name!r} is no device name: 1 to 15 letters, digits, dots, dashes.")
    if model_number(model) is None:
        raise AdministrationError(f"{model!r} is no phone model that this cluster knows.")
    if cluster.database.device(device_name) is not None:
        raise AdministrationError(f"There is a device {device_name} already.")
    profile = profile or standard_profile(model)
    device = Device(device_name, model, profile, capf or CapfInformation.of(profile), description)
    try:
        cluster.database.add(device)
    except NotSavedError as error:
        raise AdministrationError(str(error)) from None
    cluster.administrator.emit(ev.PhoneAdded(device_name=device_name, model=model, profile=device.profile.name))
    return device


def assign_profile(cluster: Cluster, device_name: str, profile: PhoneSecurityProfile) -> ev.ProfileAssigned:
    """Save another Device Security Profile, which is added where the cluster has none of its name.

    Raises AdministrationError where there is no such phone, and for a profile that differs from the one of its name.
    """
    _save(cluster, _device(cluster, device_name).with_profile(profile))
    return cluster.administrator.emit(
        ev.ProfileAssigned(
            device_name=device_name,
            profile=profile.name,
            device_security_mode=str(profile.device_security_mode),
            takes_effect=_AT_RESET,
        )
    )


def set_capf(cluster: Cluster, device_name: str, **changes: Any) -> ev.CapfSettingsChanged:
    """Save the CAPF section of a phone; `changes` are fields of CapfInformation, but not those that CAPF alone sets.

    An operation other than No Pending Operation makes the status `Operation Pending`. `operation_completes_by` is a time with
    time zone, of which the minute counts, or None for no deadline.
    Raises AdministrationError where there is no such phone, for an authentication string that is not 4 to 10 digits where
    the mode needs one, and for a key size that no page offers.
    """
    if read_only := sorted(_READ_ONLY & set(changes)):
        raise AdministrationError(f"The CAPF section of a phone has no field to save for {', '.join(read_only)}.")
    device = _device(cluster, device_name)
    try:
        capf = replace(device.capf, **changes)
    except TypeError as error:
        raise AdministrationError(f"The CAPF section of a phone has no such field: {error}.") from None
    except ValueError as error:
        raise AdministrationError(str(error)) from None
    pending = capf.certificate_operation is not CertificateOperation.NO_PENDING_OPERATION
    if pending and capf.authentication_mode is AuthenticationMode.BY_AUTHENTICATION_STRING:
        string = capf.authentication_string
        if not (string.isascii() and string.isdigit() and 4 <= len(string) <= 10):
            raise AdministrationError("An Authentication String has 4 to 10 digits.")
    if pending:
        capf = replace(capf, certificate_operation_status=CertificateStatus.OPERATION_PENDING)
    _save(cluster, replace(device, capf=capf))
    return cluster.administrator.emit(
        ev.CapfSettingsChanged(
            device_name=device_name,
            certificate_operation=capf.certificate_operation.value,
            authentication_mode=capf.authentication_mode.value,
        )
    )


def set_cluster_mode(cluster: Cluster, mode: ClusterSecurityMode) -> ev.ClusterModeChanged:
    """`utils ctl set-cluster mixed-mode` and `non-secure-mode`: saved; CallManager and TFTP must be restarted.

    Mixed mode makes a CTL file of the certificates of now; the other mode leaves one that lists CAPF.pem only, where there was one.
    """
    cluster.database.cluster_security_mode = mode
    event = cluster.administrator.emit(ev.ClusterModeChanged(cluster_security_mode=mode.name, takes_effect=_AT_RESTART))
    mixed = mode is ClusterSecurityMode.MIXED
    if mixed or any(node.ctl_list is not None for node in cluster.nodes.values()):
        made, changed = cluster.make_ctl_file(capf_only=not mixed)
        cluster.administrator.emit(trust_list_made(made, changed=changed), cause=event)
    return event


def set_enterprise_parameter(cluster: Cluster, name: str, value: str) -> ev.ServiceParameterChanged:
    """System > Enterprise Parameters: one of `cisco_data.enterprise_parameters`. What CUCM does by itself after Prepare Cluster for
    Rollback to pre-8.0 is in `rollback`.

    Raises AdministrationError for another parameter, and for a value that the cluster's release does not offer.
    """
    if name not in TAKES_EFFECT:
        raise AdministrationError(f"There is no enterprise parameter {name!r}; there are {', '.join(TAKES_EFFECT)}.")
    offered = values_of(name, cluster.release)
    if value not in offered:
        what = f"it is {' or '.join(offered)}" if offered else "that release has no such parameter"
        raise AdministrationError(f"{name} cannot be {value!r} in {cluster.release.name}; {what}.")
    if name == PHONE_INTERACTION:
        cluster.database.phone_interaction = value
    elif name == ROLLBACK:
        cluster.database.rollback = value == ON
    else:
        cluster.database.file_signature_algorithm = value
    return cluster.administrator.emit(
        ev.ServiceParameterChanged(parameter=name, value=value, takes_effect=TAKES_EFFECT[name])
    )


def set_service_parameters(cluster: Cluster, **changes: Any) -> None:
    """Save service parameters by the names of ServiceParameters. Raises AdministrationError for one that is none."""
    try:
        cluster.parameters = replace(cluster.parameters, **changes)
    except TypeError as error:
        raise AdministrationError(f"{ServiceName.CALLMANAGER} has no such parameter: {error}.") from None
    for parameter, value in changes.items():
        cluster.administrator.emit(
            ev.ServiceParameterChanged(parameter=parameter, value=str(value), takes_effect=_AT_RESTART)
        )


def set_minimum_tls(cluster: Cluster, version: TlsVersion, node: str = "") -> None:
    """`set tls min-version` on one node or, where none is named, on each. It counts on every node where the release says so.

    Raises AdministrationError where there is no such node.
    """
    at = _node(cluster, node)
    if at is None or MINIMUM_TLS_OF_CLUSTER.of(cluster.release.name):
        for each in cluster.nodes.values():
            each.own_minimum_tls = None
        set_service_parameters(cluster, minimum_tls_version=version)
        return
    at.own_minimum_tls = version
    at.administrator.emit(
        ev.ServiceParameterChanged(parameter="minimum_tls_version", value=str(version), takes_effect=_AT_RESTART)
    )


def upload_trust(cluster: Cluster, store: str, certificate: Certificate, node: str = "") -> ev.TrustChanged:
    """OS Administration > Certificate Management > Upload, on one node or, where none is named, on each.

    A store that holds a newer certificate of the same name keeps that one. What is uploaded on one node reaches the others where
    the store has a change notification.
    Raises AdministrationError where there is no such store or node.
    """
    there, at = _store(cluster, store), _node(cluster, node)
    if at is not None and stays_on_its_node(store, cluster.release):
        at.trust[store] = changed = at.trust[store].with_certificate(certificate)
    else:
        at, changed = None, cluster.change_trust(store, lambda trust: trust.with_certificate(certificate))
    return trust_changed(cluster, there.name, "uploaded" if certificate in changed else "kept", certificate, node=at)


def delete_trust(cluster: Cluster, store: str, certificate: Certificate, node: str = "") -> ev.TrustChanged:
    """Delete from a trust store on one node or, where none is named, on each. It counts on every node where the release says so.

    Where it does not, change notification copies the certificate back from the other nodes, in the stores that have one.
    Raises AdministrationError where the store, the node, or the certificate in the store does not exist.
    """
    _store(cluster, store)
    named = _node(cluster, node)
    returns = named is not None and len(cluster.nodes) > 1 and comes_back(store, cluster.release)
    at = None if is_deleted_everywhere(store, cluster.release) else named
    try:
        if at is not None:
            at.trust[store] = at.trust[store].without(certificate)
        else:
            cluster.change_trust(store, lambda trust: trust.without(certificate))
    except KeyError:
        raise AdministrationError(f"{store} does not hold {names_of(certificate).subject.oneline}.") from None
    event = trust_changed(cluster, store, "deleted", certificate, node=named if returns else at)
    if returns:
        cluster.change_trust(store, lambda trust: trust.with_certificate(certificate))
        trust_changed(cluster, store, "copied", certificate, event, named)
    return event


async def reset(cluster: Cluster, device_name: str, reset_type: ResetType = ResetType.RESET) -> bool:
    """Device > Phone > Reset, Restart or Apply Config. False where the phone is not registered.

    Raises AdministrationError where there is no such phone.
    """
    _device(cluster, device_name)
    node = cluster.registered_at(device_name) or cluster.publisher
    return await node.callmanager.reset(device_name, reset_type)


async def reset_registered_phones(cluster: Cluster) -> tuple[str, ...]:
    """Enterprise Parameters > Reset: every phone that is registered on a node. Their device names."""
    told = list[str]()
    for node in cluster.nodes.values():
        for device_name in list(node.callmanager.registrations):
            if await node.callmanager.reset(device_name, ResetType.RESET):
                told.append(device_name)
    return tuple(told)


def _device(cluster: Cluster, device_name: str) -> Device:
    device = cluster.database.device(device_name)
    if device is None:
        raise AdministrationError(f"There is no device {device_name}.")
    return device


def _save(cluster: Cluster, device: Device) -> None:
    try:
        cluster.database.save(device)
    except NotSavedError as error:
        raise AdministrationError(str(error)) from None


def _store(cluster: Cluster, store: str) -> TrustStore:
    if store not in cluster.trust:
        raise AdministrationError(f"There is no trust store {store}; there are {', '.join(cluster.trust)}.")
    return cluster.trust[store]


def _node(cluster: Cluster, name: str) -> Node | None:
    if name and name not in cluster.nodes:
        raise AdministrationError(f"{cluster.name} has no node {name}; there are {', '.join(cluster.nodes)}.")
    return cluster.nodes[name] if name else None


def trust_changed(
    cluster: Cluster,
    store: str,
    change: str,
    certificate: Certificate,
    cause: Event | None = None,
    node: Node | None = None,
) -> ev.TrustChanged:
    """Note a change of a trust store that has been made, in the whole cluster or on one node."""
    administrator = cluster.administrator if node is None else node.administrator
    return administrator.emit(
        ev.TrustChanged(
            store=store,
            change=change,
            subject=names_of(certificate).subject,
            serial_number=f"{read(certificate).serial_number:x}",
            takes_effect=f"restart of {StoreName(store).service}",
        ),
        cause=cause,
    )
