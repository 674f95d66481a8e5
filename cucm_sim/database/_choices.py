"""The choices of an administrator's pages, by the strings or numbers under which CUCM knows them."""

from __future__ import annotations

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
