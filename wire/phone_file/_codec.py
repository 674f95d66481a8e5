"""The phone's file as bytes, both ways: element names and nesting as in CUCM's files (source: usecallmanager.nz)."""

from __future__ import annotations

from cisco_data import CAPF_AUTH_MODES, DEVICE_SECURITY_MODES
from wire.errors import ProtocolError
from wire.phone_file._fields import (
    flag_text,
    make,
    path,
    pull_choice,
    pull_flag,
    pull_number,
    pull_switch,
    pull_text,
    push,
    to_number,
)
from wire.phone_file._model import (
    CapfServer,
    DeviceProtocol,
    Member,
    PhoneFile,
    TransportLayerProtocol,
    TvsServer,
    VendorConfig,
)
from wire.phone_file._vpn import pull_vpn_group, push_vpn_group
from wire.xml_tree import Element, read_xml_untrusted

MAX_FILE_OCTETS = 64 * 1024
"""Octets; real files have about 10 KiB."""

_TRANSPORTS = {each.value: each for each in TransportLayerProtocol}


def write_phone_file(file: PhoneFile) -> bytes:
    """The file in UTF-8; every PhoneFile can be written and reads back the same."""
    lines = ['<?xml version="1.0" encoding="UTF-8"?>']
    _push_device(lines, file)
    return ("\n".join(lines) + "\n").encode()


def read_phone_file_untrusted(data: bytes) -> PhoneFile:
    """Elements that this lab does not use are passed over: a real file has hundreds.

    Raises ProtocolError for more than MAX_FILE_OCTETS octets, for XML that is not well-formed or has a document type, and
    for a value that is out of its range.
    """
    return _pull_device(read_xml_untrusted(data, MAX_FILE_OCTETS))


def _pull_device(root: Element) -> PhoneFile:
    if root.name != "device":
        raise ProtocolError("the phone's file is XML, but its root is not device")
    group = path(root, "devicePool", "callManagerGroup", "members")
    capf_list = root.one("capfList")
    tvs_members = path(root, "TVS", "members")
    vendor_config = root.one("vendorConfig")
    vpn_group = root.one("vpnGroup")
    return make(
        lambda: PhoneFile(
            device_protocol=_pull_device_protocol(root),
            members=tuple(_pull_member(member) for member in group.all("member")) if group else (),
            version_stamp=pull_text(root, "versionStamp"),
            load_information=pull_text(root, "loadInformation"),
            vendor_config=_pull_vendor_config(vendor_config) if vendor_config else VendorConfig(),
            device_security_mode=pull_choice(root, "deviceSecurityMode", DEVICE_SECURITY_MODES, 1),
            transport_layer_protocol=pull_choice(root, "transportLayerProtocol", _TRANSPORTS, 1),
            tls_resumption_timer=pull_number(root, "TLSResumptionTimer", 3600),
            capf_auth_mode=pull_choice(root, "capfAuthMode", dict(enumerate(CAPF_AUTH_MODES)), 0),
            capf_list=tuple(_pull_capf(capf) for capf in capf_list.all("capf")) if capf_list else (),
            tvs_members=tuple(_pull_tvs(member) for member in tvs_members.all("member")) if tvs_members else (),
            cert_hash=pull_text(root, "certHash").lower(),
            encr_config=pull_flag(root, "encrConfig", default=False),
            full_config=pull_flag(root, "fullConfig", default=True),
            vpn_group=pull_vpn_group(vpn_group) if vpn_group else None,
        )
    )


def _push_device(lines: list[str], file: PhoneFile) -> None:
    lines.append("<device>")
    push(lines, 1, "deviceProtocol", file.device_protocol.value)
    lines.extend((" <devicePool>", "  <callManagerGroup>", "   <members>"))
    for member in file.members:
        _push_member(lines, member)
    lines.extend(("   </members>", "  </callManagerGroup>", " </devicePool>"))
    push(lines, 1, "versionStamp", file.version_stamp)
    push(lines, 1, "loadInformation", file.load_information)
    _push_vendor_config(lines, file.vendor_config)
    push(lines, 1, "deviceSecurityMode", file.device_security_mode.number)
    push(lines, 1, "transportLayerProtocol", int(file.transport_layer_protocol))
    push(lines, 1, "TLSResumptionTimer", file.tls_resumption_timer)
    push(lines, 1, "capfAuthMode", CAPF_AUTH_MODES.index(file.capf_auth_mode))
    lines.append(" <capfList>")
    for capf in file.capf_list:
        _push_capf(lines, capf)
    lines.append(" </capfList>")
    if file.tvs_members:
        lines.extend((" <TVS>", "  <members>"))
        for tvs in file.tvs_members:
            _push_tvs(lines, tvs)
        lines.extend(("  </members>", " </TVS>"))
    push(lines, 1, "certHash", file.cert_hash)
    push(lines, 1, "encrConfig", flag_text(file.encr_config))
    push(lines, 1, "fullConfig", flag_text(file.full_config))
    if file.vpn_group is not None:
        push_vpn_group(lines, 1, file.vpn_group)
    lines.append("</device>")


def _pull_member(member: Element) -> Member:
    call_manager = member.one("callManager")
    if call_manager is None:
        raise ProtocolError("a member of callManagerGroup has no callManager")
    ports = call_manager.one("ports") or Element("ports", {})
    return make(
        lambda: Member(
            priority=to_number("priority", member.attributes.get("priority", "0")),
            ethernet_phone_port=pull_number(ports, "ethernetPhonePort", 2000),
            secured_ethernet_phone_port=pull_number(ports, "securedEthernetPhonePort", 2443),
            sip_port=pull_number(ports, "sipPort", 5060),
            secured_sip_port=pull_number(ports, "securedSipPort", 5061),
            process_node_name=pull_text(call_manager, "processNodeName"),
        )
    )


def _push_member(lines: list[str], member: Member) -> None:
    lines.extend((f'    <member priority="{member.priority}">', "     <callManager>", "      <ports>"))
    push(lines, 7, "ethernetPhonePort", member.ethernet_phone_port)
    if member.secured_ethernet_phone_port != 2443:
        push(lines, 7, "securedEthernetPhonePort", member.secured_ethernet_phone_port)
    push(lines, 7, "sipPort", member.sip_port)
    push(lines, 7, "securedSipPort", member.secured_sip_port)
    lines.append("      </ports>")
    push(lines, 6, "processNodeName", member.process_node_name)
    lines.extend(("     </callManager>", "    </member>"))


def _pull_vendor_config(vendor_config: Element) -> VendorConfig:
    return VendorConfig(
        tls12_only=pull_switch(vendor_config, "tls12Only"), web_access=not pull_switch(vendor_config, "webAccess")
    )


def _push_vendor_config(lines: list[str], vendor_config: VendorConfig) -> None:
    lines.append(" <vendorConfig>")
    push(lines, 2, "webAccess", int(not vendor_config.web_access))
    push(lines, 2, "tls12Only", int(vendor_config.tls12_only))
    lines.append(" </vendorConfig>")


def _pull_capf(capf: Element) -> CapfServer:
    return make(
        lambda: CapfServer(
            phone_port=pull_number(capf, "phonePort", 3804),
            process_node_name=pull_text(capf, "processNodeName"),
        )
    )


def _push_capf(lines: list[str], capf: CapfServer) -> None:
    lines.append("  <capf>")
    push(lines, 3, "phonePort", capf.phone_port)
    push(lines, 3, "processNodeName", capf.process_node_name)
    lines.append("  </capf>")


def _pull_tvs(member: Element) -> TvsServer:
    return make(
        lambda: TvsServer(
            address=pull_text(member, "address"),
            priority=to_number("priority", member.attributes.get("priority", "0")),
            port=pull_number(member, "port", 2445),
        )
    )


def _push_tvs(lines: list[str], member: TvsServer) -> None:
    lines.append(f'   <member priority="{member.priority}">')
    push(lines, 4, "port", member.port)
    push(lines, 4, "address", member.address)
    lines.append("   </member>")


def _pull_device_protocol(root: Element) -> DeviceProtocol:
    text = pull_text(root, "deviceProtocol")
    try:
        return DeviceProtocol(text)
    except ValueError:
        raise ProtocolError("deviceProtocol is neither SCCP nor SIP") from None
