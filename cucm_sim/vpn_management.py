"""Advanced Features > VPN, as far as a phone's file needs it: groups of gateways with the hashes of their certificates.

Where CUCM keeps these is in no source that we know, and its pages spread them over VPN gateways, groups, profiles and the Common
Phone Profile. Here one object holds what ends up in `vpnGroup` of the phone's file, and a device is assigned one: assumed.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from cryptography.hazmat.primitives.serialization import Encoding

from cucm_sim.administration import AdministrationError
from cucm_sim.cluster import Cluster
from journal import Event
from pki import Certificate
from wire.phone_file import VpnGroup, certificate_hash

_AT_RESET = "reset of the phone"


class VpnGroupSaved(Event, frozen=True, kw_only=True):
    """A VPN group was added or changed."""

    group: str
    urls: tuple[str, ...]
    cert_hashes: tuple[str, ...]
    """SHA-1 of each certificate that a phone will know a gateway by, lower-case hex."""
    enable_host_id_check: bool
    auto_net_detect: bool
    takes_effect: str


class VpnGroupAssigned(Event, frozen=True, kw_only=True):
    """A phone's file has another VPN group from now on."""

    device_name: str
    group: str
    """Empty where the phone has none any more."""
    takes_effect: str


def save_vpn_group(
    cluster: Cluster, name: str, urls: Iterable[str], certificates: Iterable[Certificate] = (), **fields: Any
) -> VpnGroupSaved:
    """Add a group, or change the one of that name, for every phone that has it.

    Args:
        urls: 1 to 3 gateways, `https://HOST/GROUP`.
        certificates: 0 to 10, of what was uploaded to Phone-VPN-trust; a gateway must send one of them.
        fields: the others of wire.phone_file.VpnGroup.

    Raises AdministrationError for what no page offers.
    """
    hashes = tuple(certificate_hash(certificate.public_bytes(Encoding.DER)) for certificate in certificates)
    try:
        group = VpnGroup(tuple(urls), hashes, **fields)
    except TypeError as error:
        raise AdministrationError(f"A VPN group has no such field: {error}.") from None
    except ValueError as error:
        raise AdministrationError(f"This VPN group cannot be saved: {error}.") from None
    cluster.vpn_groups[name] = group
    return cluster.administrator.emit(
        VpnGroupSaved(
            group=name,
            urls=group.urls,
            cert_hashes=tuple(digest.hex() for digest in group.cert_hashes),
            enable_host_id_check=group.enable_host_id_check,
            auto_net_detect=group.auto_net_detect,
            takes_effect="reset of the phones that have it",
        )
    )


def assign_vpn_group(cluster: Cluster, device_name: str, name: str) -> VpnGroupAssigned:
    """Give a phone this group, or none with an empty name. Raises AdministrationError where there is no such phone or group."""
    if cluster.database.device(device_name) is None:
        raise AdministrationError(f"There is no device {device_name}.")
    if not name:
        cluster.assigned_vpn_groups.pop(device_name, None)
    elif name in cluster.vpn_groups:
        cluster.assigned_vpn_groups[device_name] = name
    else:
        raise AdministrationError(f"There is no VPN group {name!r}.")
    return cluster.administrator.emit(VpnGroupAssigned(device_name=device_name, group=name, takes_effect=_AT_RESET))
