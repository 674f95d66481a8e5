"""Device Information and Network Configuration: what the phone is and where it is, as data."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from phone_sim.pages.view import PhoneView
from pki import product_id

MAX_CALL_MANAGERS = 5


@dataclass(frozen=True, slots=True)
class DeviceInformation:
    mac_address: str
    """Twelve hex digits."""
    host_name: str
    """The device name, `SEP` and the MAC address."""
    app_load_id: str
    """The firmware that runs."""
    serial_number: str
    """The chassis's; empty where it is not known."""
    model_number: str
    """`CP-7965G`."""
    now: datetime
    """Lab time, UTC."""


@dataclass(frozen=True, slots=True)
class CallManagerEntry:
    address: str
    active: bool
    """Whether the phone is registered with it."""


@dataclass(frozen=True, slots=True)
class NetworkConfiguration:
    mac_address: str
    host_name: str
    ip_address: str
    tftp_server: str
    tftp_port: int
    call_managers: tuple[CallManagerEntry, ...]
    """First choice first, at most five; none before the phone has its file."""
    web_access: bool


def device_information(phone: PhoneView, now: datetime) -> DeviceInformation:
    return DeviceInformation(
        mac_address=_mac_address(phone),
        host_name=phone.device_name,
        app_load_id=phone.model.load,
        serial_number=phone.flash.serial_number,
        model_number=product_id(phone.model.product),
        now=now,
    )


def network_configuration(phone: PhoneView) -> NetworkConfiguration:
    registration = phone.registration
    members = sorted(phone.file.members, key=lambda member: member.priority) if phone.file is not None else []
    active = registration.call_manager if registration is not None else ""
    return NetworkConfiguration(
        mac_address=_mac_address(phone),
        host_name=phone.device_name,
        ip_address=phone.web.address if phone.web is not None else "",
        tftp_server=phone.tftp.address,
        tftp_port=phone.tftp.port,
        call_managers=tuple(
            CallManagerEntry(member.process_node_name, member.process_node_name == active)
            for member in members[:MAX_CALL_MANAGERS]
        ),
        web_access=phone.flash.web_access,
    )


def _mac_address(phone: PhoneView) -> str:
    return phone.device_name.removeprefix("SEP")
