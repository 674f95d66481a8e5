"""What a scenario says: clusters, phones, and the ordered steps of its story, as data."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Literal

import msgspec

from cisco_data import ClusterSecurityMode, DeviceSecurityMode, ServiceName
from lab.base.releases import release_known
from lab.operations.capf import DeleteLsc, DeleteLscOnPhone, InstallLsc, SetCertificateOperation, TypeString
from lab.operations.cast import Cast, CastNode, CastPhone
from lab.operations.certificates import (
    DefaultCaList,
    DeleteCertificate,
    RegenerateCertificate,
    SignCertificate,
    UpdateCtl,
    UpdateVpnGroup,
    UploadCertificate,
)
from lab.operations.nodes import publisher_alone
from lab.operations.on_phones import (
    Boot,
    DeleteTrustList,
    DeviceAuthentication,
    FactoryReset,
    Move,
    OpenDirectory,
    PowerOff,
    Reset,
    ResetOnPhone,
    SetProfile,
    SetSwitchPort,
    SwitchVpn,
)
from lab.operations.operation import Operation
from lab.operations.services import (
    RestartService,
    SetClusterMode,
    SetMinimumTls,
    SetParameter,
    StartService,
    StopService,
    Wait,
)
from lab.operations.values import STARTS
from lab.scenario.expect import (
    ConsoleLine,
    DirectoryOpened,
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
    TrustListHeld,
    TrustStoreHolds,
    VpnRefused,
    VpnUp,
)
from lab.scenario.words import CertificateIssuer, Part, TlsVersionName

__all__ = [
    "Boot",
    "ClusterPart",
    "ConsoleLine",
    "DefaultCaList",
    "DeleteCertificate",
    "DeleteLsc",
    "DeleteLscOnPhone",
    "DeleteTrustList",
    "DeviceAuthentication",
    "DirectoryOpened",
    "Distrusts",
    "Expect",
    "Explained",
    "FactoryReset",
    "Head",
    "HoldsLsc",
    "InstallLsc",
    "Move",
    "NodePart",
    "NotRegistered",
    "OnTheWire",
    "OpenDirectory",
    "Operation",
    "OperationStatus",
    "PhonePage",
    "PhonePart",
    "PortAuthorised",
    "PortRefused",
    "PowerOff",
    "RadiusPart",
    "Refused",
    "RegenerateCertificate",
    "Registered",
    "Rejected",
    "Reset",
    "ResetOnPhone",
    "RestartService",
    "Scenario",
    "SetCertificateOperation",
    "SetClusterMode",
    "SetMinimumTls",
    "SetParameter",
    "SetProfile",
    "SetSwitchPort",
    "SignCertificate",
    "StartService",
    "Step",
    "StopService",
    "StringNotTaken",
    "SwitchVpn",
    "TraceHolds",
    "TrustListHeld",
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


class NodePart(Part, frozen=True, kw_only=True):
    """One node of a cluster. Its name is its host name."""

    services: tuple[ServiceName, ...] | None = None
    """Feature services that run there; all where it is left out. CAPF runs on the publisher only."""


class ClusterPart(Part, frozen=True, kw_only=True):
    """One cluster."""

    mode: ClusterSecurityMode = ClusterSecurityMode.MIXED
    """Cluster security mode."""
    release: str = ""
    """One of `cisco_data.RELEASES`; empty for the default."""
    upgraded: bool = False
    """Whether it was upgraded, and kept the minimum TLS version of its former release."""
    minimum_tls: TlsVersionName | None = None
    """None for what the release has."""
    lsc_days: int = 1825
    """Duration of Certificate Validity, CAPF's service parameter: 1 to 1825."""
    lsc_authority_key_identifier: bool = True
    """Whether its LSCs point at CAPF's key, or at CAPF's name only."""
    certificate_issuer: CertificateIssuer = "CAPF"
    """Certificate Issuer to Endpoint. An online CA is the company's own authority (`company root`)."""
    phone_sast_trust: int = 0
    """How many CallManager certificates of clusters beyond the scenario Phone-SAST-trust holds already: 0 to 100."""
    nodes: dict[str, NodePart] = msgspec.field(default_factory=dict)
    """In order, the first is the publisher; one node `CLUSTER-pub` where there are none."""
    call_manager_group: tuple[str, ...] = ()
    """Up to three nodes, the one with the highest priority first; the first that run Cisco CallManager where it is empty."""
    tftp_servers: tuple[str, ...] = ()
    """One node or two, in the order in which phones ask them; the first that run Cisco Tftp where it is empty."""

    def cast_nodes(self, cluster: str) -> tuple[CastNode, ...]:
        """Its nodes as steps name them."""
        return tuple(CastNode(name, node.services) for name, node in self.nodes.items()) or publisher_alone(cluster)


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
    profile: DeviceSecurityMode = DeviceSecurityMode.NON_SECURE
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
    """The cluster whose CTL and ITL it holds, or `none`; its own where empty."""
    dot1x: str = ""
    """The authentication server behind its switch port; empty for a port without 802.1X."""
    dot1x_trusts: Literal["any", "its server", "none"] = "any"
    """Whom it takes for that server. Nothing published says whom a real phone trusts there."""
    vpn: str = ""
    """The gateway that it reaches its cluster through; empty for none."""


Step = Operation | Expect


class Head(Part, frozen=True, kw_only=True):
    """What a file says before its clusters."""

    title: str
    lesson: str = ""
    faq: tuple[int, ...] = ()
    """Questions of the FAQ that it answers."""
    starts: datetime = STARTS
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
    source: str = field(default="", compare=False, repr=False)
    """The file as its author wrote it; empty for a story that was made otherwise."""

    @property
    def title(self) -> str:
        return self.head.title

    @property
    def starts(self) -> datetime:
        return self.head.starts

    def cast(self) -> Cast:
        """Its clusters, servers and phones by name, as they are before the first step."""
        devices = device_names(self)
        phones = tuple(
            CastPhone(name, devices[name], part.model, part.cluster, bool(part.dot1x), bool(part.vpn))
            for name, part in self.phones.items()
        )
        releases = tuple(
            (name, release_known(part.release, upgraded=part.upgraded)) for name, part in self.clusters.items()
        )
        return Cast(
            tuple(self.clusters),
            phones,
            tuple(self.radius),
            tuple(self.vpn),
            releases=releases,
            nodes={name: part.cast_nodes(name) for name, part in self.clusters.items()},
            device_named=_device_named,
        )

    def casts(self) -> Iterator[tuple[Step, Cast]]:
        """Each step, with the cast as the steps before it leave it. Raises NoSuch for a step that names what is not there."""
        cast = self.cast()
        for step in self.steps:
            yield step, cast
            if isinstance(step, Operation):
                cast = step.after(cast)


def device_names(scenario: Scenario) -> dict[str, str]:
    """Of each phone: the one that the author gave it, else one that is made up in order."""
    given = {part.device for part in scenario.phones.values()}
    made = (name for number in range(1, 0x10000) if (name := f"SEP001A2F{number:06X}") not in given)
    return {name: part.device or next(made) for name, part in scenario.phones.items()}


def _device_named(text: str) -> str | None:
    """`SEP` and twelve capital hex digits, from a MAC in any spelling."""
    digits = re.sub(r"[\s:.\-_]+", "", text[:40].strip()).upper().removeprefix("SEP")
    return f"SEP{digits}"
