"""What can be done to a fleet, one small struct each, its names looked up: `effects` does it, `sentences` says it.

An operation gives one step or several (a minimum TLS version is set for each service); the planner makes steps itself.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import TypeVar

from cisco_data import (
    AuthenticationMode,
    CertificateKind,
    CertificateOperation,
    CertificateUnit,
    DeviceSecurityMode,
    PortMode,
    ServiceName,
    StoreName,
)
from cisco_data.bulk_certificates import BulkType
from cisco_data.tls import TlsVersion
from pki import Certificate

# Certificates and trust


@dataclass(frozen=True, slots=True)
class RemoveCertificateStep:
    """From a trust store. Counts from the restart of its service; at a VPN gateway at once."""

    certificate: Certificate
    server: str
    """Name of the server whose store it is."""


@dataclass(frozen=True, slots=True)
class AddCertificateStep:
    """To a trust store, likewise."""

    certificate: Certificate
    server: str


@dataclass(frozen=True, slots=True)
class AddCapfCertificateStep:
    """To a trust store: the certificate that the CAPF of a cluster has by then, perhaps one that is yet to be made."""

    cluster: str
    server: str


@dataclass(frozen=True, slots=True)
class ChangeDefaultCaListStep:
    """`set cert default-ca-list`: out of both trust stores of a cluster, or back into those that it was taken from."""

    cluster: str
    enable: bool
    certificate: str
    """CN, or `all`."""


@dataclass(frozen=True, slots=True)
class RegenerateCapfStep:
    """A new CAPF.pem, which CUCM copies to both trust stores of the cluster; the former one stays there unless it has this name."""

    cluster: str
    same_name: bool = False


@dataclass(frozen=True, slots=True)
class SignCapfStep:
    """A new CAPF.pem that another authority has signed, copied likewise."""

    cluster: str
    issuer: Certificate


@dataclass(frozen=True, slots=True)
class RegenerateCallManagerStep:
    """A new CallManager.pem under the same name, presented from the restart of Cisco CallManager."""

    cluster: str
    node: str = ""
    """The publisher where it is empty."""


@dataclass(frozen=True, slots=True)
class RenewOtherStep:
    """A new certificate of TVS, ITLRecovery, tomcat or CallManager-ECDSA, or one of CallManager that the company has signed."""

    cluster: str
    unit: CertificateUnit
    node: str = ""
    """The publisher where it is empty."""
    issuer: Certificate | None = None
    """Who has signed it; itself where None."""


@dataclass(frozen=True, slots=True)
class ChangeOtherStoreStep:
    """An upload to a trust store of a cluster by which no service accepts phones' certificates, or a deletion from it."""

    cluster: str
    store: StoreName
    certificate: Certificate
    uploaded: bool
    node: str = ""
    """Where it counts on one node only; empty for each."""


@dataclass(frozen=True, slots=True)
class RegenerateServerStep:
    """A new certificate of an authentication server or a VPN gateway, presented from its restart."""

    server: str


@dataclass(frozen=True, slots=True)
class UpdateTrustListsStep:
    """`utils ctl update CTLFile`: the CTL file lists the cluster's certificates of now. Phones take it when they start."""

    cluster: str


@dataclass(frozen=True, slots=True)
class BulkExportStep:
    """Certificates of a cluster go to the SFTP server that all clusters share."""

    cluster: str
    type: BulkType


@dataclass(frozen=True, slots=True)
class BulkConsolidateStep:
    """What lies there becomes what can be imported."""

    cluster: str


@dataclass(frozen=True, slots=True)
class BulkImportStep:
    """The other clusters' certificates go to trust stores of this one. Counts from restarts, at TVS 1800 seconds later at most."""

    cluster: str


# Services


@dataclass(frozen=True, slots=True)
class SetMinimumTlsStep:
    """Of CallManager and CAPF of a cluster, or of one server beside. Counts from the restart."""

    server: str
    version: TlsVersion


@dataclass(frozen=True, slots=True)
class SetClusterModeStep:
    """Mixed or non-secure. Counts from the restarts of Cisco CallManager and Cisco Tftp."""

    cluster: str
    mixed: bool


@dataclass(frozen=True, slots=True)
class RestartStep:
    """What is configured counts from now on."""

    server: str
    by_itself: bool = field(default=False, compare=False)
    """Whether the release does it, right after the step before it, without an administrator."""


@dataclass(frozen=True, slots=True)
class StopStep:
    server: str


@dataclass(frozen=True, slots=True)
class StartStep:
    """With what is configured now."""

    server: str


@dataclass(frozen=True, slots=True)
class ControlServiceStep:
    """A service of a cluster that judges no phone: Cisco Tftp, which makes the ITL file at its start and reads the cluster mode,
    TVS or Tomcat.
    """

    cluster: str
    service: ServiceName
    change: str
    """`restart`, `stop` or `start`."""
    node: str = ""
    """Every node where it is empty."""
    by_itself: bool = field(default=False, compare=False)
    """Whether the release does it, right after the step before it, without an administrator."""


@dataclass(frozen=True, slots=True)
class SetParameterStep:
    """An enterprise parameter of a cluster."""

    cluster: str
    name: str
    value: str


@dataclass(frozen=True, slots=True)
class ResetItlStep:
    """`utils itl reset`: another signer of the ITL file, until Cisco Tftp starts."""

    cluster: str
    key: str
    """`localkey` or `remotekey`."""


@dataclass(frozen=True, slots=True)
class ResetCtlStep:
    """`utils ctl reset localkey`: a new CTL file with another signer."""

    cluster: str


@dataclass(frozen=True, slots=True)
class DeleteCtlFileStep:
    """`file delete tftp CTLFile.tlv`."""

    cluster: str
    node: str = ""
    """Every node where it is empty."""


@dataclass(frozen=True, slots=True)
class SetHostNameStep:
    """Another host name of a node, and all its certificates but ITLRecovery made again; the node restarts."""

    cluster: str
    node: str
    """Its name before; empty where the nodes are not known."""
    name: str


@dataclass(frozen=True, slots=True)
class SetDomainStep:
    """Another DNS domain of a node, likewise."""

    cluster: str
    node: str
    """Empty where the nodes are not known, as in the next step."""
    domain: str


@dataclass(frozen=True, slots=True)
class SetAddressStep:
    """Another IP address of a node; the node restarts."""

    cluster: str
    node: str
    by: str
    """`cli`, or `administration`, which makes its certificates again too."""


@dataclass(frozen=True, slots=True)
class BackUpKeysStep:
    """Certificates of a cluster and their keys are saved."""

    cluster: str
    name: str
    """Of the backup; empty for one that is given none."""


@dataclass(frozen=True, slots=True)
class RestoreKeysStep:
    """They are put back. Counts from the restart of each service."""

    cluster: str
    name: str


@dataclass(frozen=True, slots=True)
class UpdateVpnGroupStep:
    """The hash of the gateway's present certificate goes into phones' files."""

    server: str


# Phones


@dataclass(frozen=True, slots=True)
class MoveStep:
    """Phones go to another cluster: its TFTP; their LSC and their trust lists stay."""

    cluster: str
    phones: frozenset[str] = frozenset()
    """Device names; empty for all."""


@dataclass(frozen=True, slots=True)
class SetTftpServerStep:
    """Phones ask the TFTP servers of another cluster, or of one node, which may not know them."""

    phones: frozenset[str]
    cluster: str
    node: str
    """Empty for all that the cluster gives to its phones."""
    by: str
    """`dhcp` or `hand`."""


@dataclass(frozen=True, slots=True)
class SetProfileStep:
    """Another Device Security Mode."""

    phones: frozenset[str]
    mode: DeviceSecurityMode
    encrypted_config: bool | None = None
    """TFTP Encrypted Config of the profile; None where the step says nothing of it."""


@dataclass(frozen=True, slots=True)
class InstallLscStep:
    """Certificate Operation Install/Upgrade: a new LSC, from the CAPF certificate that the cluster's CAPF runs with."""

    phones: frozenset[str]


@dataclass(frozen=True, slots=True)
class DeleteLscStep:
    """Certificate Operation Delete: the MIC is left."""

    phones: frozenset[str]


@dataclass(frozen=True, slots=True)
class SetPrecedenceStep:
    """By Existing Certificate (Precedence to ...)."""

    phones: frozenset[str]
    kind: CertificateKind


@dataclass(frozen=True, slots=True)
class SaveOperationStep:
    """The CAPF section of a phone's page: what the phone does when it next reads its file."""

    phones: frozenset[str]
    operation: CertificateOperation
    mode: AuthenticationMode
    string: str = ""


@dataclass(frozen=True, slots=True)
class ReadFileStep:
    """Phones start, or are reset: each reads its file, and does what CAPF has pending for it."""

    phones: frozenset[str]
    word: str
    """Of its sentence: `boot`, `reset`, `restart-phones`, `apply-config`, `reset-on-phone`."""
    by_itself: bool = field(default=False, compare=False)
    """Whether the release does it, right after the step before it, without an administrator."""


@dataclass(frozen=True, slots=True)
class DeleteTrustListsStep:
    """Phones forget CTL and ITL, and take those of their TFTP server unchecked."""

    phones: frozenset[str]
    by: str
    """`menu` or `security reset`."""


@dataclass(frozen=True, slots=True)
class FactoryResetStep:
    """Phones forget CTL, ITL, LSC, configuration and VPN."""

    phones: frozenset[str]


@dataclass(frozen=True, slots=True)
class TypeStringStep:
    """An authentication string is typed on phones; one that waits for it takes it to CAPF."""

    phones: frozenset[str]
    string: str


@dataclass(frozen=True, slots=True)
class SetSwitchPortStep:
    """`authentication port-control` on the phones' switch ports; counts at once."""

    phones: frozenset[str]
    mode: PortMode


@dataclass(frozen=True, slots=True)
class SetDeviceAuthenticationStep:
    """802.1X on or off in the phones' own settings."""

    phones: frozenset[str]
    enabled: bool


@dataclass(frozen=True, slots=True)
class SwitchVpnStep:
    """VPN on or off in the phones' own settings."""

    phones: frozenset[str]
    enabled: bool


# Time, and what changes nothing


@dataclass(frozen=True, slots=True)
class SetDateStep:
    """Time passes until then."""

    at: datetime


@dataclass(frozen=True, slots=True)
class NoEffectStep:
    """Something that changes nothing that a fleet knows: phones without power, seconds that pass."""

    word: str
    """Of its sentence in the catalogue."""
    phones: frozenset[str] = frozenset()
    seconds: float = 0.0


Step = (
    RemoveCertificateStep
    | AddCertificateStep
    | AddCapfCertificateStep
    | ChangeDefaultCaListStep
    | RegenerateCapfStep
    | SignCapfStep
    | RegenerateCallManagerStep
    | RenewOtherStep
    | ChangeOtherStoreStep
    | RegenerateServerStep
    | UpdateTrustListsStep
    | BulkExportStep
    | BulkConsolidateStep
    | BulkImportStep
    | SetMinimumTlsStep
    | SetClusterModeStep
    | RestartStep
    | StopStep
    | StartStep
    | ControlServiceStep
    | SetParameterStep
    | ResetItlStep
    | ResetCtlStep
    | DeleteCtlFileStep
    | SetHostNameStep
    | SetDomainStep
    | SetAddressStep
    | BackUpKeysStep
    | RestoreKeysStep
    | UpdateVpnGroupStep
    | MoveStep
    | SetTftpServerStep
    | SetProfileStep
    | InstallLscStep
    | DeleteLscStep
    | SetPrecedenceStep
    | SaveOperationStep
    | ReadFileStep
    | DeleteTrustListsStep
    | FactoryResetStep
    | TypeStringStep
    | SetSwitchPortStep
    | SetDeviceAuthenticationStep
    | SwitchVpnStep
    | SetDateStep
    | NoEffectStep
)


def phones_of_step(step: Step) -> frozenset[str]:
    """Device names of the phones that the step treats in its own way; empty for a step that names no phones, or means all."""
    return getattr(step, "phones", frozenset())


_ByRelease = TypeVar("_ByRelease", bound="RestartStep | ControlServiceStep | ReadFileStep")


def done_by_itself(step: _ByRelease) -> _ByRelease:
    """The same as the release does it."""
    return replace(step, by_itself=True)


def in_one_moment(steps: Sequence[Step]) -> Iterator[tuple[Step, bool]]:
    """Each step, and whether an administrator can stop after it: not before what the release does right after it by itself."""
    for number, step in enumerate(steps, 1):
        yield step, number == len(steps) or not getattr(steps[number], "by_itself", False)
