"""What a phone's configuration file says, as far as this lab uses it, and the rules for its values."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import Enum, IntEnum

from cisco_data import AuthenticationMode, DeviceSecurityMode
from wire.phone_file._vpn_group import VpnGroup

_NODE_NAME = re.compile(r"[0-9A-Za-z._:-]{1,50}")
_HEX_MD5 = re.compile(r"[0-9a-f]{32}")
_LABEL = re.compile(r"[!-~](?:[ -~]{0,126}[!-~])?")


class DeviceProtocol(Enum):
    """The protocol that the phone registers with; SIP is in the file only, no phone of this lab speaks it yet."""

    SCCP = "SCCP"
    SIP = "SIP"


class TransportLayerProtocol(IntEnum):
    """`transportLayerProtocol`. Source: usecallmanager.nz."""

    TCP = 1
    UDP = 2
    TLS = 3


@dataclass(frozen=True, slots=True)
class Member:
    """One CallManager of the group. The phone tries priority 0 first.

    Assumed: `secured_ethernet_phone_port`. No known source names an element for the port of SCCP over TLS. It is
    written only where it is not 2443, for labs that cannot have the standard ports.
    """

    process_node_name: str
    """An address or a host name, at most 50 characters."""
    priority: int = 0
    """0 to 4."""
    ethernet_phone_port: int = 2000
    secured_ethernet_phone_port: int = 2443
    sip_port: int = 5060
    secured_sip_port: int = 5061

    def __post_init__(self) -> None:
        _check_node_name(self.process_node_name)
        if not 0 <= self.priority <= 4:
            raise ValueError(f"the priority of a member is 0 to 4, not {self.priority}")
        for element, port in (
            ("ethernetPhonePort", self.ethernet_phone_port),
            ("securedEthernetPhonePort", self.secured_ethernet_phone_port),
            ("sipPort", self.sip_port),
            ("securedSipPort", self.secured_sip_port),
        ):
            _check_port(element, port)


@dataclass(frozen=True, slots=True)
class CapfServer:
    """One CAPF server of `capfList`."""

    process_node_name: str
    """An address or a host name, at most 50 characters; empty where the file names none."""
    phone_port: int = 3804

    def __post_init__(self) -> None:
        if self.process_node_name:
            _check_node_name(self.process_node_name)
        _check_port("phonePort", self.phone_port)


@dataclass(frozen=True, slots=True)
class TvsServer:
    """One member of `TVS`. The phone asks priority 0 first. Source: usecallmanager.nz."""

    address: str
    """An address or a host name, at most 50 characters."""
    priority: int = 0
    """0 to 4."""
    port: int = 2445

    def __post_init__(self) -> None:
        _check_node_name(self.address, "address")
        if not 0 <= self.priority <= 4:
            raise ValueError(f"the priority of a member is 0 to 4, not {self.priority}")
        _check_port("port", self.port)


@dataclass(frozen=True, slots=True)
class VendorConfig:
    """Product specific configuration: of its many switches, the ones that this lab applies."""

    tls12_only: bool = False
    web_access: bool = True
    """Whether the phone's own web pages may be seen: `webAccess` 0, and 1 for not (usecallmanager.nz)."""


@dataclass(frozen=True, slots=True)
class PhoneFile:
    """SEP<MAC>.cnf.xml. It does not name the device: the phone asks for it by its own name.

    Raises ValueError, one sentence, for a value that such a file cannot hold.
    """

    members: tuple[Member, ...]
    """1 to 5 CallManagers, in order of the file."""
    device_protocol: DeviceProtocol = DeviceProtocol.SCCP
    device_security_mode: DeviceSecurityMode = DeviceSecurityMode.NON_SECURE
    transport_layer_protocol: TransportLayerProtocol = TransportLayerProtocol.TCP
    capf_auth_mode: AuthenticationMode | None = None
    capf_list: tuple[CapfServer, ...] = ()
    """0 to 5 CAPF servers."""
    tvs_members: tuple[TvsServer, ...] = ()
    """0 to 5 Trust Verification Services, in order of the file; none where the file has no `TVS`."""
    cert_hash: str = ""
    """MD5 of the phone certificate's DER, 32 lower-case hex digits; empty where the cluster knows no certificate."""
    encr_config: bool = False
    full_config: bool = True
    load_information: str = ""
    """The firmware that the phone should run; empty for whatever it has."""
    version_stamp: str = ""
    tls_resumption_timer: int = 3600
    """Seconds."""
    vendor_config: VendorConfig = VendorConfig()
    vpn_group: VpnGroup | None = None
    """None for a phone that has no VPN."""

    def __post_init__(self) -> None:
        if not 1 <= len(self.members) <= 5:
            raise ValueError(f"callManagerGroup has 1 to 5 members, not {len(self.members)}")
        if len({member.priority for member in self.members}) != len(self.members):
            raise ValueError("two members of callManagerGroup have the same priority")
        if len(self.capf_list) > 5:
            raise ValueError(f"capfList has at most 5 servers, not {len(self.capf_list)}")
        if len(self.tvs_members) > 5:
            raise ValueError(f"TVS has at most 5 members, not {len(self.tvs_members)}")
        if len({member.priority for member in self.tvs_members}) != len(self.tvs_members):
            raise ValueError("two members of TVS have the same priority")
        if self.cert_hash and not _HEX_MD5.fullmatch(self.cert_hash):
            raise ValueError("certHash is neither empty nor 32 hex digits")
        for element, text in (("loadInformation", self.load_information), ("versionStamp", self.version_stamp)):
            if text and not _LABEL.fullmatch(text):
                raise ValueError(f"{element} is not 1 to 128 printable ASCII characters")
        if not 0 <= self.tls_resumption_timer <= 86400:
            raise ValueError(f"TLSResumptionTimer is 0 to 86400 seconds, not {self.tls_resumption_timer}")


def phone_file_name(device_name: str) -> str:
    """The name under which a phone asks for its file."""
    return f"{device_name}.cnf.xml"


def _check_node_name(name: str, element: str = "processNodeName") -> None:
    if not _NODE_NAME.fullmatch(name):
        raise ValueError(f"{element} is not 1 to 50 letters, digits, dots, colons, dashes and underscores")


def _check_port(element: str, port: int) -> None:
    if not 1 <= port <= 65535:
        raise ValueError(f"{element} is 1 to 65535, not {port}")
