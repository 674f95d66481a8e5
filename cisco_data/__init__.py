"""Cisco's vocabulary and tables, each once: names, numbers, dates and versions, each with its source. Imports no other package."""

from __future__ import annotations

from cisco_data.authorities import MANUFACTURING_AUTHORITIES, ManufacturingAuthority, signs_mics
from cisco_data.capf import (
    CAPF_AUTH_MODES,
    EC_KEY_SIZES,
    RSA_KEY_SIZES,
    AuthenticationMode,
    CertificateOperation,
    CertificateStatus,
    KeyOrder,
)
from cisco_data.mics import MIC_LIFE, MicRule, mic_end, mic_rule
from cisco_data.releases import DEFAULT_RELEASE, RELEASES, default_ca_list, is_shipped
from cisco_data.security import (
    DEVICE_SECURITY_MODES,
    CertificateKind,
    ClusterSecurityMode,
    DeviceSecurityMode,
    PortMode,
)
from cisco_data.services import JUDGES, KIND_OF, STORE_OF, CertificateUnit, ServiceKind, ServiceName, StoreName

__all__ = [
    "CAPF_AUTH_MODES",
    "DEFAULT_RELEASE",
    "DEVICE_SECURITY_MODES",
    "EC_KEY_SIZES",
    "JUDGES",
    "KIND_OF",
    "MANUFACTURING_AUTHORITIES",
    "MIC_LIFE",
    "RELEASES",
    "RSA_KEY_SIZES",
    "STORE_OF",
    "AuthenticationMode",
    "CertificateKind",
    "CertificateOperation",
    "CertificateStatus",
    "CertificateUnit",
    "ClusterSecurityMode",
    "DeviceSecurityMode",
    "KeyOrder",
    "ManufacturingAuthority",
    "MicRule",
    "PortMode",
    "ServiceKind",
    "ServiceName",
    "StoreName",
    "default_ca_list",
    "is_shipped",
    "mic_end",
    "mic_rule",
    "signs_mics",
]
