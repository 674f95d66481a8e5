"""A cluster's configuration in SQLite: devices, profiles, parameters, certificates. Names as in CUCM's own tables."""

from __future__ import annotations

from cisco_data import AuthenticationMode, CertificateOperation, ClusterSecurityMode, DeviceSecurityMode, KeyOrder
from cucm_sim.database._database import Database
from cucm_sim.database._errors import DatabaseFileError, NotSavedError
from cucm_sim.database._rows import CapfInformation, Device, InstalledLsc, PhoneSecurityProfile, standard_profile
from cucm_sim.database._trust import TrustStores
from cucm_sim.database._types import TYPE_TABLES, TypeTable

__all__ = [
    "TYPE_TABLES",
    "AuthenticationMode",
    "CapfInformation",
    "CertificateOperation",
    "ClusterSecurityMode",
    "Database",
    "DatabaseFileError",
    "Device",
    "DeviceSecurityMode",
    "InstalledLsc",
    "KeyOrder",
    "NotSavedError",
    "PhoneSecurityProfile",
    "TrustStores",
    "TypeTable",
    "standard_profile",
]
