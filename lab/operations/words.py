"""Cisco's words as operations use them: what a key of a step may say."""

from __future__ import annotations

from typing import Literal

SecurityMode = Literal["Non Secure", "Authenticated", "Encrypted"]
CapfOperation = Literal["No Pending Operation", "Install/Upgrade", "Delete", "Troubleshoot"]
AuthenticationMode = Literal[
    "By Authentication String",
    "By Null String",
    "By Existing Certificate (Precedence to LSC)",
    "By Existing Certificate (Precedence to MIC)",
]
KeyOrder = Literal["RSA Only", "EC Only", "EC Preferred, RSA Backup"]
Store = Literal["CallManager-trust", "CAPF-trust"]
CALLMANAGER: Literal["Cisco CallManager"] = "Cisco CallManager"
CAPF: Literal["Cisco Certificate Authority Proxy Function"] = "Cisco Certificate Authority Proxy Function"
TFTP: Literal["Cisco Tftp"] = "Cisco Tftp"
Service = Literal["Cisco CallManager", "Cisco Certificate Authority Proxy Function", "Cisco Tftp"]
TlsVersionName = Literal["TLSv1", "TLSv1.1", "TLSv1.2", "TLSv1.3"]
ClusterMode = Literal["mixed", "non-secure"]
PortMode = Literal["auto", "force-authorized", "force-unauthorized", "no dot1x"]
ResetKind = Literal["reset", "restart", "apply-config"]
ListChange = Literal["disable", "enable"]

BY_NULL_STRING: Literal["By Null String"] = "By Null String"
BY_STRING: Literal["By Authentication String"] = "By Authentication String"
BY_MIC: Literal["By Existing Certificate (Precedence to MIC)"] = "By Existing Certificate (Precedence to MIC)"
INSTALL: Literal["Install/Upgrade"] = "Install/Upgrade"
DELETE: Literal["Delete"] = "Delete"
NO_OPERATION: Literal["No Pending Operation"] = "No Pending Operation"
