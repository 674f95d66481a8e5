"""Words of a fleet that belong to lower packages: what `lab` packages without actors of their own may know of them."""

from __future__ import annotations

from cucm_sim.database import AuthenticationMode, DeviceSecurityMode
from phone_sim.models import product_named
from phone_sim.preference import CertificateKind
from wire.phone_file import VpnGroup, certificate_hash
from wire.tls import TlsVersion
from wire.tls.ports import BY_NUMBER as TLS_VERSIONS

__all__ = [
    "TLS_VERSIONS",
    "AuthenticationMode",
    "CertificateKind",
    "DeviceSecurityMode",
    "TlsVersion",
    "VpnGroup",
    "certificate_hash",
    "product_named",
]
