"""Words of operations: what a key of a step may say, where the word is not Cisco's name for it (`cisco_data`)."""

from __future__ import annotations

from typing import Literal

TlsVersionName = Literal["TLSv1", "TLSv1.1", "TLSv1.2", "TLSv1.3"]
EnterpriseParameter = Literal[
    "TFTP File Signature Algorithm",
    "Phone Interaction on Certificate Update",
    "Prepare Cluster for Rollback to pre-8.0",
]
ResetKey = Literal["localkey", "remotekey"]
AddressChange = Literal["cli", "administration"]
ListDeletion = Literal["menu", "security reset"]
ListChange = Literal["disable", "enable"]
TftpServerSource = Literal["dhcp", "hand"]
"""DHCP option 150, or Alternate TFTP on the phone."""
