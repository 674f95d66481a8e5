"""Cisco's words as scenarios may use them, and the base of every table in a scenario file."""

from __future__ import annotations

from typing import Literal

import msgspec

SecurityMode = Literal["Non Secure", "Authenticated", "Encrypted"]
Operation = Literal["No Pending Operation", "Install/Upgrade", "Delete", "Troubleshoot"]
AuthenticationMode = Literal[
    "By Authentication String",
    "By Null String",
    "By Existing Certificate (Precedence to LSC)",
    "By Existing Certificate (Precedence to MIC)",
]
KeyOrder = Literal["RSA Only", "EC Only", "EC Preferred, RSA Backup"]
Kind = Literal["LSC", "MIC"]
Store = Literal["CallManager-trust", "CAPF-trust"]
Service = Literal["Cisco CallManager", "Cisco Certificate Authority Proxy Function", "Cisco Tftp"]
CertificateIssuer = Literal[
    "CAPF", "online CA", "online CA without key usage", "online CA, unreachable", "online CA, rejecting"
]
TlsVersionName = Literal["TLSv1", "TLSv1.1", "TLSv1.2", "TLSv1.3"]


class Part(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, rename="kebab"):
    pass
