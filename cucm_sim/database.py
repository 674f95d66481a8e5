"""A cluster's configuration: devices, their security profiles, their CAPF fields. Names as in CUCM's own tables."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import Enum


class DeviceSecurityMode(Enum):
    """Device Security Mode of a phone security profile; the value is `deviceSecurityMode` in the phone's file."""

    NON_SECURE = 1
    AUTHENTICATED = 2
    ENCRYPTED = 3

    def __str__(self) -> str:
        return {1: "Non Secure", 2: "Authenticated", 3: "Encrypted"}[self.value]


class ClusterSecurityMode(Enum):
    """The enterprise parameter ClusterSecurityMode in table processconfig."""

    NON_SECURE = 0
    MIXED = 1


class CertificateOperation(Enum):
    """Certificate Operation on the phone's page; the strings are Cisco's."""

    NO_PENDING_OPERATION = "No Pending Operation"
    INSTALL_UPGRADE = "Install/Upgrade"
    DELETE = "Delete"
    TROUBLESHOOT = "Troubleshoot"


class AuthenticationMode(Enum):
    """How the phone shows CAPF who it is; the strings are Cisco's. It means nothing to CallManager."""

    BY_AUTHENTICATION_STRING = "By Authentication String"
    BY_NULL_STRING = "By Null String"
    BY_EXISTING_CERTIFICATE_LSC = "By Existing Certificate (Precedence to LSC)"
    BY_EXISTING_CERTIFICATE_MIC = "By Existing Certificate (Precedence to MIC)"


class KeyOrder(Enum):
    RSA_ONLY = "RSA Only"
    EC_ONLY = "EC Only"
    EC_PREFERRED = "EC Preferred, RSA Backup"


@dataclass(slots=True)
class PhoneSecurityProfile:
    name: str
    device_security_mode: DeviceSecurityMode = DeviceSecurityMode.NON_SECURE


@dataclass(slots=True)
class CapfInformation:
    """The section Certification Authority Proxy Function (CAPF) Information of a phone's page."""

    certificate_operation: CertificateOperation = CertificateOperation.NO_PENDING_OPERATION
    authentication_mode: AuthenticationMode = AuthenticationMode.BY_NULL_STRING
    authentication_string: str = ""
    key_order: KeyOrder = KeyOrder.RSA_ONLY
    rsa_key_size: int = 2048
    """Bits."""
    ec_key_size: int = 384
    """Bits."""
    certificate_operation_status: str = "None"
    """One of the 34 values of XCertificateStatus; read-only on the page."""


@dataclass(slots=True)
class Device:
    """One row of table device: a phone."""

    name: str
    """SEP and the twelve upper-case hex digits of the MAC address."""
    model: str
    """As in the product name: `7965`, `8861`."""
    profile: PhoneSecurityProfile
    capf: CapfInformation = field(default_factory=CapfInformation)
    description: str = ""


class Database:
    """The devices of one cluster by name."""

    def __init__(self, cluster_security_mode: ClusterSecurityMode = ClusterSecurityMode.NON_SECURE) -> None:
        self.cluster_security_mode = cluster_security_mode
        self._devices: dict[str, Device] = {}

    def add(self, device: Device) -> None:
        """Raises ValueError where a device of this name exists."""
        if device.name in self._devices:
            raise ValueError(f"there is a device {device.name} already")
        self._devices[device.name] = device

    def device(self, name: str) -> Device | None:
        return self._devices.get(name)

    def remove(self, name: str) -> None:
        """Raises KeyError where there is no such device."""
        del self._devices[name]

    def __iter__(self) -> Iterator[Device]:
        return iter(self._devices.values())
