"""What Cisco TFTP has to say to a phone: its configuration file, made from the cluster's rows, and the file of unknown phones."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import replace
from xml.sax.saxutils import escape

from cisco_data import CertificateOperation, ClusterSecurityMode, DeviceSecurityMode
from cucm_sim.database import Device
from wire.phone_file import (
    CapfServer,
    Member,
    PhoneFile,
    TransportLayerProtocol,
    TvsServer,
    VpnGroup,
    write_phone_file,
)

DEFAULT_FILE = "XMLDefault.cnf.xml"


def phone_file(
    device: Device,
    cluster_security_mode: ClusterSecurityMode,
    call_managers: Sequence[Member],
    capf_servers: Sequence[CapfServer],
    certificate: bytes | None,
    vpn_group: VpnGroup | None = None,
    tvs_members: Sequence[TvsServer] = (),
) -> PhoneFile:
    """What the cluster has to say to one phone. `certificate` is the DER that the cluster knows of it, or None.

    In a cluster that is not in mixed mode every phone is told Non Secure, whatever its profile says. Assumed, as no source
    tells Cisco's way: `capfAuthMode` is 0 while no operation is pending, and the version stamp is a digest of the file.
    """
    mode = device.profile.device_security_mode
    if cluster_security_mode is ClusterSecurityMode.NON_SECURE:
        mode = DeviceSecurityMode.NON_SECURE
    pending = device.capf.certificate_operation is not CertificateOperation.NO_PENDING_OPERATION
    file = PhoneFile(
        members=tuple(call_managers),
        device_security_mode=mode,
        transport_layer_protocol=(
            TransportLayerProtocol.TCP if mode is DeviceSecurityMode.NON_SECURE else TransportLayerProtocol.TLS
        ),
        capf_auth_mode=device.capf.authentication_mode if pending else None,
        capf_list=tuple(capf_servers),
        tvs_members=tuple(tvs_members),
        cert_hash="" if certificate is None else hashlib.md5(certificate, usedforsecurity=False).hexdigest(),
        encr_config=device.profile.tftp_encrypted_config,
        vpn_group=vpn_group,
    )
    return replace(file, version_stamp=hashlib.sha256(write_phone_file(file)).hexdigest()[:32])


def minimal_file(full: PhoneFile) -> PhoneFile:
    """What a phone gets that asks for its file in the clear although TFTP Encrypted Config is set: enough to go to CAPF.

    Source: Cisco's Security Guide 14, "Encrypted phone configuration files". Assumed: it names the CallManagers too.
    """
    return PhoneFile(
        members=full.members,
        capf_auth_mode=full.capf_auth_mode,
        capf_list=full.capf_list,
        cert_hash=full.cert_hash,
        encr_config=True,
        full_config=False,
        load_information=full.load_information,
        version_stamp=full.version_stamp,
    )


def default_file(call_managers: Sequence[Member]) -> bytes:
    """XMLDefault.cnf.xml. Assumed: of its many elements it has the CallManagers only, and no TVS (bug CSCti64589)."""
    lines = ['<?xml version="1.0" encoding="UTF-8"?>', "<Default>", "<callManagerGroup><members>"]
    lines += [
        f'<member priority="{member.priority}"><callManager><ports>'
        f"<ethernetPhonePort>{member.ethernet_phone_port}</ethernetPhonePort></ports>"
        f"<processNodeName>{escape(member.process_node_name)}</processNodeName></callManager></member>"
        for member in call_managers
    ]
    lines += ["</members></callManagerGroup>", "</Default>"]
    return ("\n".join(lines) + "\n").encode()
