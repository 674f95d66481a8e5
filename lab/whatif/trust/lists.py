"""The CTL and ITL files that clusters of a fleet make, as `cucm_sim.trust_lists` says what is in them.

They bear no signature, since a fleet need not have the keys: `FleetList.signed_with` is the key that would have signed. A file of
the same content as one that there is already is that one, as Cisco Tftp keeps a file whose content did not change.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from cisco_data import CertificateUnit, StoreName
from cisco_data.release_table import UNNAMED_RELEASE, Release
from cucm_sim.trust_lists import TrustListContent, capf_only_ctl_content, ctl_content, itl_content
from lab.fleet.model import Fleet
from lab.fleet.trust import FleetList, FleetNode, fleet_list_untrusted
from pki import Certificate, PublicKey, read
from wire.signed_files import SignatureDigest, TrustListFile, unsigned_trust_list


@dataclass(frozen=True, slots=True)
class _Node:
    """A node as the files name it."""

    cluster: _Cluster
    of: FleetNode

    @property
    def name(self) -> str:
        return self.of.name

    @property
    def address(self) -> str:
        return self.of.address or "0.0.0.0"

    @property
    def services(self) -> frozenset[str]:
        return frozenset(self.of.runs)

    def own_certificate(self, unit: str) -> Certificate | None:
        return next((certificate for own, certificate in self.of.own.items() if own == unit), None)


class _Cluster:
    """A cluster of a fleet as the files name it."""

    def __init__(self, fleet: Fleet, name: str) -> None:
        trust = fleet.trust[name]
        self.release: Release = fleet.releases.get(name, UNNAMED_RELEASE)
        self.nodes: Mapping[str, _Node] = {node.name: _Node(self, node) for node in trust.nodes}
        self.capf_certificate = fleet.capf.get(name)
        held = trust.stores.get(StoreName.PHONE_SAST)
        self.other_list_signers: tuple[Certificate, ...] = held.certificates if held is not None else ()
        self.signature_digest: SignatureDigest = trust.digest
        self.rollback = trust.rollback

    @property
    def publisher(self) -> _Node:
        return next(iter(self.nodes.values()))


def key_octets(key: PublicKey | None) -> bytes:
    """SubjectPublicKeyInfo in DER; empty for none."""
    return key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo) if key is not None else b""


class ListMaker:
    """Makes each file once."""

    def __init__(self) -> None:
        self._made: dict[tuple[object, ...], FleetList] = {}

    def itl(self, fleet: Fleet, cluster: str, node: str) -> FleetList | None:
        """As Cisco Tftp of this node makes it at its start; None where the node's own certificates are not known."""
        self._learn(fleet)
        at = _Cluster(fleet, cluster).nodes.get(node)
        if at is None or at.own_certificate(CertificateUnit.CALLMANAGER) is None:
            return None
        return self._file(itl_content(at), fleet)

    def ctl(self, fleet: Fleet, cluster: str, *, capf_only: bool = False) -> FleetList | None:
        """As `utils ctl` makes it now; None where the publisher's own certificates are not known."""
        self._learn(fleet)
        there = _Cluster(fleet, cluster)
        if not there.nodes or there.publisher.own_certificate(CertificateUnit.CALLMANAGER) is None:
            return None
        return self._file(capf_only_ctl_content(there) if capf_only else ctl_content(there), fleet)

    def _learn(self, fleet: Fleet) -> None:
        """The files that there are."""
        for trust in fleet.trust.values():
            held = (trust.ctl, *(node.tftp.itl for node in trust.nodes if node.tftp is not None))
            for one in held:
                if one is not None:
                    self._made.setdefault(_content(one.content), one)

    def _file(self, content: TrustListContent, fleet: Fleet) -> FleetList | None:
        """None for certificates of keys that such a file cannot have, as those out of exports may be."""
        try:
            octets = unsigned_trust_list(
                (one.record() for one in content.listed),
                content.signer,
                file_name=content.file_name,
                digest=content.digest,
                timestamp=int(fleet.at.timestamp()),
            )
        except ValueError:
            return None
        read_back = fleet_list_untrusted(octets)
        made = FleetList(octets, read_back.content, key_octets(read(content.signer).usable_key))
        return self._made.setdefault(_content(made.content), made)


def _content(file: TrustListFile) -> tuple[object, ...]:
    """What makes it another file, but for its signature and its timestamp."""
    header = file.header
    return header.file_name, header.signer, header.digest, header.signer_version, file.records
