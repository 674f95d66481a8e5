"""The own certificates of a cluster of one node, and the CTL and ITL files that its CUCM makes of them, for exports to try out."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from cisco_data import CertificateUnit, ServiceName
from cisco_data.release_table import Release
from cucm_sim.trust_lists import TrustListContent, ctl_content, itl_content
from pki import Certificate, Identity, KeyRing, node_identity
from wire.signed_files import SignatureDigest, write_trust_list

UNITS = (CertificateUnit.CALLMANAGER, CertificateUnit.TVS, CertificateUnit.ITL_RECOVERY, CertificateUnit.TOMCAT)


@dataclass(eq=False)
class SampleCluster:
    """What the lists say of it: a view as `cucm_sim.trust_lists` takes it."""

    release: Release
    capf_certificate: Certificate
    host: str
    own: Mapping[str, Identity]
    address: str = "198.51.100.10"
    services: tuple[str, ...] = (ServiceName.CALLMANAGER, ServiceName.TFTP)
    other_list_signers: tuple[Certificate, ...] = ()
    signature_digest: SignatureDigest = SignatureDigest.SHA1
    rollback: bool = False
    nodes: dict[str, SampleNode] = field(init=False)

    def __post_init__(self) -> None:
        self.nodes = {self.host: SampleNode(self)}

    @property
    def publisher(self) -> SampleNode:
        return self.nodes[self.host]


@dataclass(eq=False)
class SampleNode:
    """Its only node."""

    cluster: SampleCluster

    @property
    def name(self) -> str:
        return self.cluster.host

    @property
    def address(self) -> str:
        return self.cluster.address

    @property
    def services(self) -> tuple[str, ...]:
        return self.cluster.services

    def own_certificate(self, unit: str) -> Certificate | None:
        identity = self.cluster.own.get(unit)
        return identity.certificate if identity is not None else None


def own_identities(
    keys: KeyRing, subject: Mapping[str, str], host: str, since: datetime, octets: Callable[[int], bytes]
) -> dict[str, Identity]:
    """By unit, with keys, which nothing writes down."""
    return {
        unit: node_identity(unit, keys=keys, subject=subject, host_name=host, not_before=since, octets=octets)
        for unit in UNITS
    }


def list_files(cluster: SampleCluster, made: datetime) -> Iterator[tuple[str, bytes]]:
    """`CTLFile.tlv` and `ITLFile.tlv`: one signature each."""
    for content in (ctl_content(cluster), itl_content(cluster.publisher)):
        yield content.file_name, _signed(cluster, content, made)


def _signed(cluster: SampleCluster, content: TrustListContent, made: datetime) -> bytes:
    signer = next(each for each in cluster.own.values() if each.certificate == content.signer)
    return write_trust_list(
        (one.record() for one in content.listed),
        signer,
        file_name=content.file_name,
        digest=content.digest,
        timestamp=int(made.timestamp()),
    )
