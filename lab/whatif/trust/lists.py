"""The CTL and ITL files that clusters of a fleet make, as `cucm_sim.trust_lists` says what is in them.

They bear no signature, since a fleet need not have the keys: `FleetList.signed_with` is the key that would have signed. A file of
the same content as the one before is that one, as Cisco Tftp keeps a file whose content did not change; after another one it is
a new file, whose signature phones check again.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from cisco_data import CertificateUnit, StoreName
from cisco_data.release_table import UNNAMED_RELEASE, Release
from cucm_sim.reset_contents import ctl_reset_content, ctl_reset_signer, itl_reset_content, itl_reset_signer
from cucm_sim.trust_lists import TrustListContent, capf_only_ctl_content, ctl_content, itl_content
from lab.fleet.model import Fleet
from lab.fleet.trust import FleetList, FleetNode, fleet_list_untrusted
from pki import Certificate, PublicKey, read
from wire.signed_files import MAX_TRUST_LIST, SignatureDigest, unsigned_trust_list

_LAST_SECOND = 0xFFFFFFFF
"""The timestamp has four octets."""


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
    """Makes each file once: of the same content after the same file, at the same moment, it is the same object."""

    def __init__(self) -> None:
        self._made: dict[tuple[object, ...], FleetList] = {}

    def itl(self, fleet: Fleet, cluster: str, node: str) -> FleetList | None:
        """As Cisco Tftp of this node makes it at its start; None where the node's own certificates are not known."""
        at = _Cluster(fleet, cluster).nodes.get(node)
        if at is None or at.own_certificate(CertificateUnit.CALLMANAGER) is None:
            return None
        return self._again(itl_content(at), fleet, fleet.trust[cluster].itl_file(node))

    def ctl(self, fleet: Fleet, cluster: str, *, capf_only: bool = False) -> FleetList | None:
        """As `utils ctl` makes it now; None where the publisher's own certificates are not known."""
        publisher = self._publisher(fleet, cluster)
        if publisher is None:
            return None
        content = capf_only_ctl_content if capf_only else ctl_content
        return self._ctl(content(publisher.cluster), fleet, cluster)

    def reset_itl(self, fleet: Fleet, cluster: str, saved: Certificate | None) -> FleetList | None:
        """As `utils itl reset` makes it now, signed by `saved` or, where None, by the publisher's other key; None likewise."""
        publisher = self._publisher(fleet, cluster)
        if publisher is None:
            return None
        signer = saved or publisher.own_certificate(itl_reset_signer(publisher.cluster.release))
        if signer is None:
            return None
        return self._file(itl_reset_content(publisher, signer), fleet, fleet.trust[cluster].itl_file(publisher.name))

    def reset_ctl(self, fleet: Fleet, cluster: str) -> FleetList | None:
        """As `utils ctl reset localkey` makes it now; None likewise, and for a release without the command."""
        publisher = self._publisher(fleet, cluster)
        unit = ctl_reset_signer(publisher.cluster.release) if publisher is not None else None
        signer = publisher.own_certificate(unit) if publisher is not None and unit is not None else None
        if publisher is None or signer is None:
            return None
        return self._ctl(ctl_reset_content(publisher.cluster, signer), fleet, cluster)

    def _publisher(self, fleet: Fleet, cluster: str) -> _Node | None:
        """None where its own certificates are not known."""
        there = _Cluster(fleet, cluster)
        known = bool(there.nodes) and there.publisher.own_certificate(CertificateUnit.CALLMANAGER) is not None
        return there.publisher if known else None

    def _ctl(self, content: TrustListContent, fleet: Fleet, cluster: str) -> FleetList | None:
        """The one of the publisher stays where it has this content; one that was deleted there gives no file to keep."""
        trust = fleet.trust[cluster]
        if trust.nodes[0].ctl_deleted:
            return self._file(content, fleet, trust.ctl)
        return self._again(content, fleet, trust.ctl)

    def _again(self, content: TrustListContent, fleet: Fleet, before: FleetList | None) -> FleetList | None:
        """The file before where that has this content, as `cucm_sim.trust_lists.made_again`."""
        made = self._file(content, fleet, before)
        return before if before is not None and made is not None and _content(before) == _content(made) else made

    def _file(self, content: TrustListContent, fleet: Fleet, before: FleetList | None) -> FleetList | None:
        """A new file, later than the one before, as no two files are made in the same second.

        None for certificates of keys that such a file cannot have, as those out of exports may be.
        """
        timestamp = int(fleet.at.timestamp())
        if before is not None:
            timestamp = min(max(timestamp, before.content.header.timestamp + 1), _LAST_SECOND)
        try:
            octets = unsigned_trust_list(
                (one.record() for one in content.listed),
                content.signer,
                file_name=content.file_name,
                digest=content.digest,
                timestamp=timestamp,
            )
        except ValueError:
            return None
        read_back = fleet_list_untrusted(octets)
        key = octets, key_octets(read(content.signer).usable_key)
        return self._made.setdefault(key, FleetList(octets, read_back.content, key[1]))


def _content(one: FleetList) -> tuple[object, ...]:
    """What makes it another file, but for its signature and its timestamp. Of one too long for phones no record is read."""
    header, records = one.content.header, one.content.records
    too_long = len(one.octets) > MAX_TRUST_LIST
    return header.file_name, header.signer, header.digest, header.signer_version, records, too_long
