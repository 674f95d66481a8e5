"""Rows as Python sees them: immutable. To change one, `dataclasses.replace` it and save it."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import TypeVar

from cisco_data import AuthenticationMode, CertificateOperation, DeviceSecurityMode, KeyOrder

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class PhoneSecurityProfile:
    """One row of table securityprofile. Two phones with profiles of one name share the row."""

    name: str
    device_security_mode: DeviceSecurityMode = DeviceSecurityMode.NON_SECURE
    authentication_mode: AuthenticationMode = AuthenticationMode.BY_NULL_STRING
    key_order: KeyOrder = KeyOrder.RSA_ONLY
    rsa_key_size: int = 2048
    """Bits: 512, 1024, 2048, 3072 or 4096."""
    ec_key_size: int = 384
    """Bits: 256, 384 or 521."""
    description: str = ""
    tftp_encrypted_config: bool = False
    """TFTP Encrypted Config: whether the phone's configuration file is encrypted for it."""
    is_standard: bool = False
    """Whether CUCM brought it along; such a profile can be neither changed nor deleted."""


@dataclass(frozen=True, slots=True)
class InstalledLsc:
    """What the cluster remembers of the LSC that CAPF last installed in a phone."""

    public_key: str
    """SubjectPublicKeyInfo in base64. The encoding is assumed."""
    issuer_name: str
    """Subject of the CAPF certificate, as the certificate table spells names: last part first."""
    valid_until: datetime
    issuer_valid_until: datetime | None = None
    """None where the cluster does not hold the issuer's certificate any more."""
    ec_curve: int | None = None
    """Bits of an EC key; None for RSA."""


@dataclass(frozen=True, slots=True)
class CapfInformation:
    """The section Certification Authority Proxy Function (CAPF) Information of a phone's page.

    Raises ValueError for a time without a time zone.
    """

    certificate_operation: CertificateOperation = CertificateOperation.NO_PENDING_OPERATION
    authentication_mode: AuthenticationMode = AuthenticationMode.BY_NULL_STRING
    authentication_string: str = field(default="", repr=False)
    key_order: KeyOrder = KeyOrder.RSA_ONLY
    rsa_key_size: int = 2048
    """Bits."""
    ec_key_size: int = 384
    """Bits."""
    certificate_operation_status: str = "None"
    """One of the 34 values of XCertificateStatus; read-only on the page."""
    operation_completes_by: datetime | None = None
    """UTC, whole minutes: seconds are cut off, as the column has none. None where there is no deadline."""
    lsc: InstalledLsc | None = None
    """Not on the page: set when CAPF installs an LSC, None again when it deletes it."""

    def __post_init__(self) -> None:
        by = self.operation_completes_by
        if by is not None:
            if by.tzinfo is None:
                raise ValueError("Operation Completes By needs a time zone.")
            object.__setattr__(self, "operation_completes_by", by.astimezone(UTC).replace(second=0, microsecond=0))

    @classmethod
    def of(cls, profile: PhoneSecurityProfile) -> CapfInformation:
        """What the page of a new phone with this profile shows."""
        return cls(
            authentication_mode=profile.authentication_mode,
            key_order=profile.key_order,
            rsa_key_size=profile.rsa_key_size,
            ec_key_size=profile.ec_key_size,
        )


@dataclass(frozen=True, slots=True)
class Device:
    """One row of table device: a phone."""

    name: str
    """SEP and the twelve upper-case hex digits of the MAC address."""
    model: str
    """As in the product name: `7965`, `8861`."""
    profile: PhoneSecurityProfile
    capf: CapfInformation = field(default_factory=CapfInformation)
    description: str = ""

    def with_profile(self, profile: PhoneSecurityProfile) -> Device:
        """Under another profile. What the phone's page shows because the old profile says so, it shows by the new one then."""
        shown, old, new = self.capf, CapfInformation.of(self.profile), CapfInformation.of(profile)
        capf = replace(
            shown,
            authentication_mode=_follow(shown.authentication_mode, old.authentication_mode, new.authentication_mode),
            key_order=_follow(shown.key_order, old.key_order, new.key_order),
            rsa_key_size=_follow(shown.rsa_key_size, old.rsa_key_size, new.rsa_key_size),
            ec_key_size=_follow(shown.ec_key_size, old.ec_key_size, new.ec_key_size),
        )
        return replace(self, profile=profile, capf=capf)


def _follow(shown: T, old: T, new: T) -> T:
    return new if shown == old else shown


def standard_profile(model: str) -> PhoneSecurityProfile:
    """The profile that CUCM brings for every model: `Cisco 7965 - Standard SCCP Non-Secure Profile`."""
    return PhoneSecurityProfile(f"Cisco {model} - Standard SCCP Non-Secure Profile", is_standard=True)
