"""What CAPF needs of the cluster: which operation waits for a device, and somebody to tell how it ended."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from cisco_data import AuthenticationMode, CertificateOperation, CertificateStatus, KeyOrder
from pki import Certificate


@dataclass(frozen=True, slots=True)
class PendingOperation:
    """A device's CAPF settings, as they were when it called."""

    device_name: str
    model: str
    """As the CN of its certificates shows it: `7965G`, `8861`."""
    operation: CertificateOperation
    authentication_mode: AuthenticationMode = AuthenticationMode.BY_NULL_STRING
    authentication_string: str = field(default="", repr=False)
    key_order: KeyOrder = KeyOrder.RSA_ONLY
    rsa_key_size: int = 2048
    """Bits: 512, 1024, 2048, 3072 or 4096."""
    ec_key_size: int = 384
    """Bits: 256, 384 or 521."""
    completes_by: datetime | None = None
    """Operation Completes By, with time zone; None where no deadline was set."""
    serial_number: str = ""
    """Of the chassis, for the LSC's subject; empty leaves it out."""


@dataclass(frozen=True, slots=True)
class Conclusion:
    """How an operation ended.

    A successful one leaves the device with No Pending Operation. A failed one stays pending: the phone comes again
    (three tries after a communication failure, a second string after a wrong one), and would find nothing to do
    otherwise. Cisco publishes the first rule only; the second is assumed.
    """

    device_name: str
    operation: CertificateOperation
    status: CertificateStatus
    succeeded: bool
    installed: Certificate | None = None
    """The LSC that the phone has stored now; an install can have stored one and fail afterwards."""
    deleted: bool = False
    """Whether the phone says that it deleted its LSC."""


class PendingOperations(Protocol):
    """The cluster's database, seen from CAPF."""

    def pending(self, device_name: str) -> PendingOperation | None:
        """The device's settings; None for a device that the cluster does not have."""

    def conclude(self, conclusion: Conclusion) -> None:
        """Set Certificate Operation Status, and what follows from it, in one step."""
