"""The phone's file as bytes, both ways: element names and nesting as in CUCM's files (source: usecallmanager.nz)."""

from __future__ import annotations

import re
from collections.abc import Callable
from enum import IntEnum
from typing import TypeVar
from xml.sax.saxutils import escape

from wire.errors import ProtocolError
from wire.phone_file._model import (
    CapfAuthMode,
    CapfServer,
    DeviceProtocol,
    DeviceSecurityMode,
    Member,
    PhoneFile,
    TransportLayerProtocol,
    VendorConfig,
)
from wire.phone_file._xml import Element, read_xml_untrusted

LONGEST_FILE = 64 * 1024
"""Octets; real files have about 10 KiB."""

_NUMBER = re.compile(r"[0-9]{1,6}")
_Number = TypeVar("_Number", bound=IntEnum)
_Made = TypeVar("_Made")


def write_phone_file(file: PhoneFile) -> bytes:
    """The file in UTF-8; every PhoneFile can be written and reads back the same."""
    lines = ['<?xml version="1.0" encoding="UTF-8"?>']
    _push_device(lines, file)
    return ("\n".join(lines) + "\n").encode()


def read_phone_file_untrusted(data: bytes) -> PhoneFile:
    """Elements that this lab does not use are passed over: a real file has hundreds.

    Raises ProtocolError for more than LONGEST_FILE octets, for XML that is not well-formed or has a document type, and
    for a value that is out of its range.
    """
    return _pull_device(read_xml_untrusted(data, LONGEST_FILE))


def _pull_device(root: Element) -> PhoneFile:
    if root.name != "device":
        raise ProtocolError("the phone's file is XML, but its root is not device")
    group = _path(root, "devicePool", "callManagerGroup", "members")
    capf_list = root.one("capfList")
    vendor_config = root.one("vendorConfig")
    return _make(
        lambda: PhoneFile(
            device_protocol=_pull_device_protocol(root),
            members=tuple(_pull_member(member) for member in group.all("member")) if group else (),
            version_stamp=_pull_text(root, "versionStamp"),
            load_information=_pull_text(root, "loadInformation"),
            vendor_config=_pull_vendor_config(vendor_config) if vendor_config else VendorConfig(),
            device_security_mode=_pull_enum(root, "deviceSecurityMode", DeviceSecurityMode.NON_SECURE),
            transport_layer_protocol=_pull_enum(root, "transportLayerProtocol", TransportLayerProtocol.TCP),
            tls_resumption_timer=_pull_number(root, "TLSResumptionTimer", 3600),
            capf_auth_mode=_pull_enum(root, "capfAuthMode", CapfAuthMode.NONE),
            capf_list=tuple(_pull_capf(capf) for capf in capf_list.all("capf")) if capf_list else (),
            cert_hash=_pull_text(root, "certHash").lower(),
            encr_config=_pull_flag(root, "encrConfig", default=False),
            full_config=_pull_flag(root, "fullConfig", default=True),
        )
    )


def _push_device(lines: list[str], file: PhoneFile) -> None:
    lines.append("<device>")
    _push(lines, 1, "deviceProtocol", file.device_protocol.value)
    lines.extend((" <devicePool>", "  <callManagerGroup>", "   <members>"))
    for member in file.members:
        _push_member(lines, member)
    lines.extend(("   </members>", "  </callManagerGroup>", " </devicePool>"))
    _push(lines, 1, "versionStamp", file.version_stamp)
    _push(lines, 1, "loadInformation", file.load_information)
    _push_vendor_config(lines, file.vendor_config)
    _push(lines, 1, "deviceSecurityMode", int(file.device_security_mode))
    _push(lines, 1, "transportLayerProtocol", int(file.transport_layer_protocol))
    _push(lines, 1, "TLSResumptionTimer", file.tls_resumption_timer)
    _push(lines, 1, "capfAuthMode", int(file.capf_auth_mode))
    lines.append(" <capfList>")
    for capf in file.capf_list:
        _push_capf(lines, capf)
    lines.append(" </capfList>")
    _push(lines, 1, "certHash", file.cert_hash)
    _push(lines, 1, "encrConfig", _flag(file.encr_config))
    _push(lines, 1, "fullConfig", _flag(file.full_config))
    lines.append("</device>")


def _pull_member(member: Element) -> Member:
    call_manager = member.one("callManager")
    if call_manager is None:
        raise ProtocolError("a member of callManagerGroup has no callManager")
    ports = call_manager.one("ports") or Element("ports", {})
    return _make(
        lambda: Member(
            priority=_number("priority", member.attributes.get("priority", "0")),
            ethernet_phone_port=_pull_number(ports, "ethernetPhonePort", 2000),
            secured_ethernet_phone_port=_pull_number(ports, "securedEthernetPhonePort", 2443),
            sip_port=_pull_number(ports, "sipPort", 5060),
            secured_sip_port=_pull_number(ports, "securedSipPort", 5061),
            process_node_name=_pull_text(call_manager, "processNodeName"),
        )
    )


def _push_member(lines: list[str], member: Member) -> None:
    lines.extend((f'    <member priority="{member.priority}">', "     <callManager>", "      <ports>"))
    _push(lines, 7, "ethernetPhonePort", member.ethernet_phone_port)
    if member.secured_ethernet_phone_port != 2443:
        _push(lines, 7, "securedEthernetPhonePort", member.secured_ethernet_phone_port)
    _push(lines, 7, "sipPort", member.sip_port)
    _push(lines, 7, "securedSipPort", member.secured_sip_port)
    lines.append("      </ports>")
    _push(lines, 6, "processNodeName", member.process_node_name)
    lines.extend(("     </callManager>", "    </member>"))


def _pull_vendor_config(vendor_config: Element) -> VendorConfig:
    switches = {name: _pull_number(vendor_config, name, 0) for name in ("tls12Only", "webAccess")}
    for name, value in switches.items():
        if value > 1:
            raise ProtocolError(f"{name} is 0 or 1, not {value}")
    return VendorConfig(tls12_only=switches["tls12Only"] == 1, web_access=switches["webAccess"] == 0)


def _push_vendor_config(lines: list[str], vendor_config: VendorConfig) -> None:
    lines.append(" <vendorConfig>")
    _push(lines, 2, "webAccess", int(not vendor_config.web_access))
    _push(lines, 2, "tls12Only", int(vendor_config.tls12_only))
    lines.append(" </vendorConfig>")


def _pull_capf(capf: Element) -> CapfServer:
    return _make(
        lambda: CapfServer(
            phone_port=_pull_number(capf, "phonePort", 3804),
            process_node_name=_pull_text(capf, "processNodeName"),
        )
    )


def _push_capf(lines: list[str], capf: CapfServer) -> None:
    lines.append("  <capf>")
    _push(lines, 3, "phonePort", capf.phone_port)
    _push(lines, 3, "processNodeName", capf.process_node_name)
    lines.append("  </capf>")


def _pull_device_protocol(root: Element) -> DeviceProtocol:
    text = _pull_text(root, "deviceProtocol")
    try:
        return DeviceProtocol(text)
    except ValueError:
        raise ProtocolError("deviceProtocol is neither SCCP nor SIP") from None


def _pull_text(parent: Element, name: str) -> str:
    element = parent.one(name)
    return "" if element is None else element.text


def _push(lines: list[str], depth: int, name: str, value: str | int) -> None:
    lines.append(f"{' ' * depth}<{name}>{escape(str(value))}</{name}>")


def _pull_number(parent: Element, name: str, default: int) -> int:
    text = _pull_text(parent, name)
    return _number(name, text) if text else default


def _pull_enum(parent: Element, name: str, default: _Number) -> _Number:
    number = _pull_number(parent, name, default)
    try:
        return type(default)(number)
    except ValueError:
        kinds = type(default)
        raise ProtocolError(f"{name} is {min(kinds).value} to {max(kinds).value}, not {number}") from None


def _pull_flag(parent: Element, name: str, *, default: bool) -> bool:
    text = _pull_text(parent, name).lower() or _flag(default)
    if text not in ("true", "false"):
        raise ProtocolError(f"{name} is neither true nor false")
    return text == "true"


def _flag(value: bool) -> str:
    return "true" if value else "false"


def _number(name: str, text: str) -> int:
    if not _NUMBER.fullmatch(text):
        raise ProtocolError(f"{name} is not a number of at most six digits")
    return int(text)


def _path(element: Element, *names: str) -> Element | None:
    found: Element | None = element
    for name in names:
        if found is None:
            return None
        found = found.one(name)
    return found


def _make(make: Callable[[], _Made]) -> _Made:
    """The model's own rules, broken by a stranger, are the stranger's fault."""
    try:
        return make()
    except ValueError as error:
        raise ProtocolError(f"the phone's file cannot be right: {error}") from None
