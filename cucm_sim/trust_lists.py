"""What CUCM writes into its CTL and ITL files, by release, and the files themselves.

The ITL file is one for each node that runs Cisco TFTP: ITLRecovery, CallManager.pem of that node twice (it may sign files, and
lists), TVS.pem of every node, and CAPF.pem. The CTL file is one for the cluster: the certificates that may sign lists, each node's
CallManager.pem, CAPF.pem, and what Phone-SAST-trust holds of other clusters. Both are signed by the unit that the release names.
A file is signed when its octets are first wanted, and one whose content did not change keeps its signature and its timestamp.

Assumed: a node without the certificate that should sign uses CallManager.pem; a release before 10.0, whose CTL files were signed
with eTokens, has the CTL file of 10.0; the order of records of one kind is that of the nodes; CallManager-ECDSA is in neither file,
so that no header tells phones to use HTTPS on 6971; the parameter TFTP File Signature Algorithm counts for lists too.

While Prepare Cluster for Rollback to pre-8.0 is True the ITL file has no TVS and no TFTP record (Security Guide 14); the CTL file
stays. Assumed: the ITL file keeps its SAST records, so that its signer is listed in it.

The ITL file holds what Phone-SAST-trust holds, too. Cisco publishes that more than 39 certificates make it too long for phones, and
not which ones. Assumed: they have the role Certificate Authority there, by which a phone trusts nothing; a phone asks TVS about
them, as Cisco document 213407 shows of a phone that moves.
"""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final, Protocol

from cisco_data import CertificateUnit, ServiceName
from cisco_data.release_table import CTL_SAST, ITL_SIGNER, ITLRECOVERY_EXISTS, Release
from cisco_data.trust_roles import TrustRole
from journal import Clock
from pki import Certificate, Identity
from wire.signed_files import SignatureDigest, TrustListRecord, record_of, write_trust_list
from wire.signed_files.trust_list import NO_ADDRESS

CTL_FILE: Final = "CTLFile.tlv"
ITL_FILE: Final = "ITLFile.tlv"


class ListingNode(Protocol):
    """What the files say of a node: of one that runs, or of one that is data only."""

    @property
    def name(self) -> str:
        """Its host name."""

    @property
    def address(self) -> str: ...

    @property
    def cluster(self) -> ListingCluster: ...

    @property
    def services(self) -> Container[str]:
        """By CUCM's names, whether they run or not."""

    def own_certificate(self, unit: str) -> Certificate | None:
        """Of this node; None where it has none of this unit."""


class ListingCluster(Protocol):
    """What the files say of a cluster."""

    @property
    def release(self) -> Release: ...

    @property
    def nodes(self) -> Mapping[str, ListingNode]:
        """By name, the publisher first."""

    @property
    def publisher(self) -> ListingNode: ...

    @property
    def capf_certificate(self) -> Certificate | None: ...

    @property
    def other_list_signers(self) -> Iterable[Certificate]:
        """What Phone-SAST-trust holds."""

    @property
    def signature_digest(self) -> SignatureDigest:
        """By TFTP File Signature Algorithm as it was saved last."""

    @property
    def rollback(self) -> bool:
        """Prepare Cluster for Rollback to pre-8.0, as it was saved last."""


@dataclass(frozen=True, slots=True)
class ListedCertificate:
    """One record before it is written."""

    certificate: Certificate
    role: TrustRole
    dns_name: str = ""
    """Of the node whose it is, as is its address; both are empty for one of another cluster."""
    address: str = NO_ADDRESS

    def record(self) -> TrustListRecord:
        return record_of(self.certificate, self.role, dns_name=self.dns_name, address=self.address)


@dataclass(frozen=True, slots=True)
class TrustListContent:
    """A CTL or ITL file before it is signed."""

    file_name: str
    listed: tuple[ListedCertificate, ...]
    signer: Certificate
    digest: SignatureDigest


class MadeTrustList:
    """A CTL or ITL file that CUCM has made."""

    def __init__(self, content: TrustListContent, signer: Identity, clock: Clock) -> None:
        """`signer`: the content's, with its key."""
        self.content = content
        self._signer = signer
        self.timestamp = int(clock.now().timestamp())
        self._octets: bytes | None = None

    @property
    def octets(self) -> bytes:
        """The file; the first time this takes one RSA signature. It may be too long for phones, as CUCM's own may."""
        if self._octets is None:
            content = self.content
            self._octets = write_trust_list(
                (one.record() for one in content.listed),
                self._signer,
                file_name=content.file_name,
                digest=content.digest,
                timestamp=self.timestamp,
            )
        return self._octets


def made_again(
    before: MadeTrustList | None, content: TrustListContent, signer: Identity, clock: Clock
) -> MadeTrustList:
    """The file with this content: the one before where that has it."""
    return before if before is not None and before.content == content else MadeTrustList(content, signer, clock)


def itl_content(node: ListingNode) -> TrustListContent:
    """Of the certificates that the cluster has now."""
    cluster = node.cluster
    server = _server(node, runs_tftp=True)
    listed = [
        *_of_unit(cluster, node, CertificateUnit.ITL_RECOVERY, TrustRole.SAST),
        *_of_unit(cluster, node, CertificateUnit.CALLMANAGER, TrustRole.SAST),
    ]
    if not cluster.rollback:
        listed += _of_unit(cluster, node, CertificateUnit.CALLMANAGER, server or TrustRole.TFTP)
        for each in cluster.nodes.values():
            listed += _of_unit(cluster, each, CertificateUnit.TVS, TrustRole.TVS)
    listed += _capf(cluster)
    if not cluster.rollback:
        listed += _of_other_clusters(cluster, TrustRole.CERTIFICATE_AUTHORITY)
    return TrustListContent(
        ITL_FILE, tuple(listed), signer(cluster, node, ITL_SIGNER.of(cluster.release.name)), cluster.signature_digest
    )


def ctl_content(cluster: ListingCluster) -> TrustListContent:
    """`utils ctl update CTLFile`: of the certificates that the cluster has now."""
    publisher = cluster.publisher
    units = CTL_SAST.of(cluster.release.name) or (CertificateUnit.CALLMANAGER,)
    listed = [one for unit in units for one in _of_unit(cluster, publisher, unit, TrustRole.SAST)]
    for node in cluster.nodes.values():
        role = _server(node, runs_tftp=ServiceName.TFTP in node.services)
        if role is not None:
            listed += _of_unit(cluster, node, CertificateUnit.CALLMANAGER, role)
    listed += _capf(cluster)
    listed += _of_other_clusters(cluster, TrustRole.SAST)
    return TrustListContent(CTL_FILE, tuple(listed), signer(cluster, publisher, units[0]), cluster.signature_digest)


def capf_only_ctl_content(cluster: ListingCluster) -> TrustListContent:
    """What `utils ctl set-cluster non-secure-mode` leaves (Cisco document 221657). Assumed: it is signed as any other CTL file."""
    units = CTL_SAST.of(cluster.release.name) or (CertificateUnit.CALLMANAGER,)
    return TrustListContent(
        CTL_FILE, tuple(_capf(cluster)), signer(cluster, cluster.publisher, units[0]), cluster.signature_digest
    )


def signer(cluster: ListingCluster, node: ListingNode, unit: str) -> Certificate:
    """The certificate of this unit, or CallManager.pem of the node where there is none."""
    found = _owner(cluster, node, unit)
    certificate = found.own_certificate(unit) if found is not None else None
    certificate = certificate or node.own_certificate(CertificateUnit.CALLMANAGER)
    assert certificate is not None, "each node has a CallManager.pem"
    return certificate


def _owner(cluster: ListingCluster, node: ListingNode, unit: str) -> ListingNode | None:
    """Whose certificate of this unit the lists of a node have; None for none's."""
    if unit == CertificateUnit.ITL_RECOVERY and not ITLRECOVERY_EXISTS.of(cluster.release.name):
        return None
    candidates = (node, cluster.publisher) if unit == CertificateUnit.ITL_RECOVERY else (node,)
    return next((one for one in candidates if one.own_certificate(unit) is not None), None)


def _of_unit(cluster: ListingCluster, node: ListingNode, unit: str, role: TrustRole) -> Iterator[ListedCertificate]:
    owner = _owner(cluster, node, unit)
    certificate = owner.own_certificate(unit) if owner is not None else None
    if owner is not None and certificate is not None:
        yield ListedCertificate(certificate, role, owner.name, owner.address)


def _capf(cluster: ListingCluster) -> Iterator[ListedCertificate]:
    if cluster.capf_certificate is not None:
        publisher = cluster.publisher
        yield ListedCertificate(cluster.capf_certificate, TrustRole.CAPF, publisher.name, publisher.address)


def _of_other_clusters(cluster: ListingCluster, role: TrustRole) -> Iterator[ListedCertificate]:
    for certificate in cluster.other_list_signers:
        yield ListedCertificate(certificate, role)


def _server(node: ListingNode, *, runs_tftp: bool) -> TrustRole | None:
    """What CallManager.pem of a node is listed for; None for a node without either service."""
    runs_callmanager = ServiceName.CALLMANAGER in node.services
    if runs_callmanager and runs_tftp:
        return TrustRole.CCM_TFTP
    if runs_callmanager:
        return TrustRole.CCM
    return TrustRole.TFTP if runs_tftp else None
