"""How phones come to trust their cluster, as what-if sees it: the lists that there are, and what each node's services go by.

Data only. What a phone makes of it is decided by `phone_sim.trust`, what the lists say by `cucm_sim.trust_lists`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import lru_cache

from cisco_data import CertificateUnit, DeviceSecurityMode, ServiceName
from cisco_data.tls import TlsVersion
from pki import Certificate, TrustStore
from wire.signed_files import (
    MAX_TRUST_LIST,
    SignatureDigest,
    TrustListFile,
    read_header_untrusted,
    read_trust_list_untrusted,
)


@dataclass(frozen=True, slots=True)
class FleetList:
    """A CTL or ITL file. Phones that hold the same file share one object."""

    octets: bytes
    """The file; of one that what-if made and could not sign, with zeros for a signature."""
    content: TrustListFile = field(compare=False)
    signed_with: bytes = b""
    """SubjectPublicKeyInfo in DER of the key that would have signed it; empty where the signature is real."""
    origin: str = field(default="", compare=False)
    """The file it was read from; empty for one that the lab or a step made."""


@lru_cache(maxsize=256)
def fleet_list_untrusted(octets: bytes, origin: str = "") -> FleetList:
    """A CTL or ITL file with its own signature: the same object for the same octets. Raises ProtocolError.

    One that is too long for phones has its header only.
    """
    if len(octets) > MAX_TRUST_LIST:
        return FleetList(octets, TrustListFile(read_header_untrusted(octets), ()), origin=origin)
    return FleetList(octets, read_trust_list_untrusted(octets), origin=origin)


@dataclass(frozen=True, slots=True)
class HeldTrust:
    """The lists in a phone's flash."""

    ctl: FleetList | None = None
    itl: FleetList | None = None


@dataclass(frozen=True, slots=True)
class TftpInUse:
    """What Cisco Tftp of a node read at its last start, and the ITL file that it made then."""

    itl: FleetList
    signer: Certificate
    """CallManager.pem, whose key signs configuration files."""
    digest: SignatureDigest = SignatureDigest.SHA1


@dataclass(frozen=True, slots=True)
class TvsInUse:
    """What TVS of a node read at its last start, or since by change notification."""

    presents: Certificate
    """TVS.pem."""
    known: Mapping[str, tuple[Certificate, ...]] = field(default_factory=dict)
    """By CertificateUnit or StoreName: what it answers with."""
    due: Mapping[str, datetime] = field(default_factory=dict)
    """When change notification brings it the present certificates of a unit or store."""
    minimum_tls: TlsVersion = TlsVersion.TLSv1


@dataclass(frozen=True, slots=True)
class FleetNode:
    """One node of a cluster, with its own certificates as they are on disk."""

    name: str
    """Its host name."""
    address: str = ""
    own: Mapping[CertificateUnit, Certificate] = field(default_factory=dict)
    """Without CAPF.pem, which is `Fleet.capf`. A unit that is not here does not exist, or is not known."""
    runs: frozenset[ServiceName] = frozenset()
    """Services that are activated, running or not."""
    tftp: TftpInUse | None = None
    """None while it is stopped."""
    tvs: TvsInUse | None = None
    """None while it is stopped."""
    itl: FleetList | None = None
    """The ITL file that Cisco Tftp has left on disk, while it is stopped."""
    ctl_deleted: bool = False
    """Whether CTLFile.tlv was deleted on this node, where the cluster has one."""


@dataclass(frozen=True, slots=True)
class ClusterTrust:
    """What a cluster's phones meet besides the services that judge their certificates."""

    nodes: tuple[FleetNode, ...] = ()
    """The publisher first."""
    stores: Mapping[str, TrustStore] = field(default_factory=dict)
    """By StoreName; without those that a server of the fleet reads (`KIND_OF`)."""
    ctl: FleetList | None = None
    """CTLFile.tlv, the same on each node but for those that it was deleted on; None where there is none."""
    tftp_servers: tuple[str, ...] = ()
    """Names of the nodes that phones ask for their files, in this order; empty for each that runs Cisco Tftp, as listed above."""
    digest: SignatureDigest = SignatureDigest.SHA1
    """TFTP File Signature Algorithm, as it was saved last."""
    rollback: bool = False
    """Prepare Cluster for Rollback to pre-8.0, as it was saved last."""
    saved_recovery: Certificate | None = None
    """ITLRecovery whose key the last backup saved, for `utils itl reset remotekey`; None where none is known to have saved one."""
    not_told: str = ""
    """Why nothing can be said of how phones trust this cluster: a sentence without its end; empty as a rule."""

    def itl_file(self, name: str) -> FleetList | None:
        """The ITL file on the node of this name, whether Cisco Tftp runs there or not; None where it is not known."""
        node = self.node(name)
        if node is None:
            return None
        return node.tftp.itl if node.tftp is not None else node.itl

    @property
    def asked(self) -> tuple[FleetNode, ...]:
        """The nodes that phones ask for their files, in this order."""
        return self.asked_by(())

    def asked_by(self, names: tuple[str, ...]) -> tuple[FleetNode, ...]:
        """The same by a phone that asks the nodes of these names; `asked` where there are none."""
        names = names or self.tftp_servers
        if not names:
            return tuple(node for node in self.nodes if ServiceName.TFTP in node.runs)
        by_name = {node.name: node for node in self.nodes}
        return tuple(by_name[name] for name in names if name in by_name)

    def node(self, name: str) -> FleetNode | None:
        """The one of this name, the publisher where it is empty; None where there is none."""
        return next((node for node in self.nodes if name in ("", node.name)), None)

    def ctl_of(self, node: FleetNode) -> FleetList | None:
        """CTLFile.tlv on this node."""
        return None if node.ctl_deleted else self.ctl

    def with_node(self, changed: FleetNode) -> ClusterTrust:
        """With this one in place of the node of its name."""
        return replace(self, nodes=tuple(changed if node.name == changed.name else node for node in self.nodes))


@dataclass(frozen=True, slots=True)
class KeptConfiguration:
    """The configuration in a phone's flash, where its page says something else by now: what the phone goes by until it takes the
    configuration file of its TFTP server."""

    cluster: str
    """Empty for a phone that has none in flash: it registers nowhere."""
    mode: DeviceSecurityMode = DeviceSecurityMode.NON_SECURE
    call_managers: tuple[str, ...] = ()
    """As `FleetPhone.call_managers`."""
    elsewhere: frozenset[str] = frozenset()
    """Names of the servers of that cluster, CallManager's and CAPF's, that have another address than it names; the TVS of a
    CallManager's node is then elsewhere too."""
