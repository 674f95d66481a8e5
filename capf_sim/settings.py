"""The choices on a phone's page under Certification Authority Proxy Function (CAPF) Information, in Cisco's strings."""

from __future__ import annotations

from enum import Enum

SERVICE_NAME = "Cisco Certificate Authority Proxy Function"


class CertificateOperation(Enum):
    """Certificate Operation; the values are Cisco's strings, on the phone's page and in AXL."""

    NO_PENDING_OPERATION = "No Pending Operation"
    INSTALL_UPGRADE = "Install/Upgrade"
    DELETE = "Delete"
    TROUBLESHOOT = "Troubleshoot"


class AuthenticationMode(Enum):
    """Authentication Mode; the values are Cisco's strings."""

    BY_AUTHENTICATION_STRING = "By Authentication String"
    BY_NULL_STRING = "By Null String"
    BY_EXISTING_CERTIFICATE_LSC = "By Existing Certificate (Precedence to LSC)"
    BY_EXISTING_CERTIFICATE_MIC = "By Existing Certificate (Precedence to MIC)"


class KeyOrder(Enum):
    """Key Order; the values are Cisco's strings."""

    RSA_ONLY = "RSA Only"
    EC_ONLY = "EC Only"
    EC_PREFERRED = "EC Preferred, RSA Backup"
