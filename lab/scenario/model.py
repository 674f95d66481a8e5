"""What a scenario says: clusters, phones, and the ordered steps of its story, as data."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Literal

from lab.scenario.do import (
    Boot,
    CertificateOperation,
    DefaultCaList,
    DeleteCertificate,
    DeleteLscOnPhone,
    DeviceAuthentication,
    DistrustOnServer,
    Do,
    Move,
    PowerOff,
    RegenerateCallManager,
    RegenerateCapf,
    RegenerateGateway,
    Reset,
    ResetOnPhone,
    RestartServer,
    RestartService,
    SetClusterMode,
    SetMinimumTls,
    SetProfile,
    SetSwitchPort,
    SignCapf,
    StartService,
    StopService,
    SwitchVpn,
    TrustOnServer,
    TypeString,
    UpdateCtl,
    UpdateVpnGroup,
    UploadCertificate,
    Wait,
)
from lab.scenario.expect import (
    ConsoleLine,
    Distrusts,
    Expect,
    Explained,
    HoldsLsc,
    NotRegistered,
    OnTheWire,
    OperationStatus,
    PhonePage,
    PortAuthorised,
    PortRefused,
    Refused,
    Registered,
    Rejected,
    StringNotTaken,
    TraceHolds,
    TrustStoreHolds,
    VpnRefused,
    VpnUp,
)
from lab.scenario.words import CertificateIssuer, Part, SecurityMode, TlsVersionName

__all__ = [
    "Boot",
    "CertificateOperation",
    "ClusterPart",
    "ConsoleLine",
    "DefaultCaList",
    "DeleteCertificate",
    "DeleteLscOnPhone",
    "DeviceAuthentication",
    "DistrustOnServer",
    "Distrusts",
    "Do",
    "Expect",
    "Explained",
    "Head",
    "HoldsLsc",
    "Move",
    "NotRegistered",
    "OnTheWire",
    "OperationStatus",
    "PhonePage",
    "PhonePart",
    "PortAuthorised",
    "PortRefused",
    "PowerOff",
    "RadiusPart",
    "Refused",
    "RegenerateCallManager",
    "RegenerateCapf",
    "RegenerateGateway",
    "Registered",
    "Rejected",
    "Reset",
    "ResetOnPhone",
    "RestartServer",
    "RestartService",
    "Scenario",
    "SetClusterMode",
    "SetMinimumTls",
    "SetProfile",
    "SetSwitchPort",
    "SignCapf",
    "StartService",
    "Step",
    "StopService",
    "StringNotTaken",
    "SwitchVpn",
    "TraceHolds",
    "TrustOnServer",
    "TrustStoreHolds",
    "TypeString",
    "UpdateCtl",
    "UpdateVpnGroup",
    "UploadCertificate",
    "VpnPart",
    "VpnRefused",
    "VpnUp",
    "Wait",
]


class ClusterPart(Part, frozen=True, kw_only=True):
    """One cluster."""

    mode: Literal["mixed", "non-secure"] = "mixed"
    """Cluster security mode."""
    minimum_tls: TlsVersionName = "TLSv1"
    lsc_days: int = 1825
    """Duration of Certificate Validity, CAPF's service parameter: 1 to 1825."""
    lsc_authority_key_identifier: bool = True
    """Whether its LSCs point at CAPF's key, or at CAPF's name only."""
    certificate_issuer: CertificateIssuer = "CAPF"
    """Certificate Issuer to Endpoint. An online CA is the company's own authority (`company root`)."""


class RadiusPart(Part, frozen=True, kw_only=True):
    """One 802.1X authentication server."""

    trusts: tuple[str, ...]
    """Certificates by name, for client authentication."""
    minimum_tls: TlsVersionName = "TLSv1"
    checks_names: bool = False
    """Whether the name in the certificate must be the one that the phone goes by."""


class VpnPart(Part, frozen=True, kw_only=True):
    """One VPN gateway."""

    trusts: tuple[str, ...]
    """Certificates by name: its trustpoints for client authentication."""


class PhonePart(Part, frozen=True, kw_only=True):
    """One phone."""

    model: str
    cluster: str
    """The cluster whose TFTP it asks, and which has it in its database."""
    profile: SecurityMode = "Non Secure"
    """Device Security Mode of its profile in every cluster that knows it."""
    device: str = ""
    """SEP and twelve hex digits; made up in order where it is empty."""
    lsc: str = ""
    """The cluster whose CAPF signed the LSC that it holds; empty for none."""
    lsc_name: str = ""
    """The device name in that LSC; its own where empty."""
    mic: bool = True
    built: date | None = None
    """When it left the factory, where its MIC starts; the model's own day where left out."""
    mic_authority: str = ""
    """CN; empty for what the model has."""
    tls: Literal["", "1.3"] = ""
    """`1.3` gives it this lab's TLS 1.3 profile."""
    trusts: str = ""
    """The cluster whose servers its trust list holds; its own where empty."""
    dot1x: str = ""
    """The authentication server behind its switch port; empty for a port that asks nobody."""
    dot1x_trusts: Literal["anybody", "its server", "nobody"] = "anybody"
    """Whom it takes for that server. Nothing published says whom a real phone trusts there."""
    vpn: str = ""
    """The gateway that it reaches its cluster through; empty for none."""


Step = Do | Expect


class Head(Part, frozen=True, kw_only=True):
    """What a file says before its clusters."""

    title: str
    lesson: str = ""
    faq: tuple[int, ...] = ()
    """Questions of the FAQ that it answers."""
    starts: datetime = datetime(2026, 11, 23, 8, tzinfo=UTC)
    """Lab time at the first step."""


@dataclass(frozen=True, slots=True)
class Scenario:
    """One story."""

    name: str
    head: Head
    clusters: dict[str, ClusterPart]
    phones: dict[str, PhonePart]
    steps: tuple[Step, ...]
    radius: dict[str, RadiusPart] = field(default_factory=dict)
    vpn: dict[str, VpnPart] = field(default_factory=dict)

    @property
    def title(self) -> str:
        return self.head.title

    @property
    def starts(self) -> datetime:
        return self.head.starts
