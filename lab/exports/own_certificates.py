"""The own certificates of each node: files called as CUCM calls them, the answers to `show cert own`, rows of the database.

A node is named by the folder in which a file lies (`hq/own/hq-sub1/CallManager.pem`), or by the database. Where nothing names it,
a certificate is its node's whose host name is its CN, as CUCM makes it; all together are one node's where no two are of one unit.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import PurePath
from typing import NamedTuple

from cryptography.hazmat.primitives.asymmetric import rsa

from cisco_data import CertificateUnit
from lab.exports.folder import File
from lab.exports.nodes import host_of, lies_among_phones, same_node
from lab.exports.notes import Notes
from lab.exports.stores import is_own
from pki import Certificate, is_newer, read
from wire.plain_text import plain

UNITS = tuple(unit for unit in CertificateUnit if unit is not CertificateUnit.CAPF)
"""CAPF.pem is the cluster's: `current_capf` knows it."""
_LISTED = frozenset({CertificateUnit.CALLMANAGER, CertificateUnit.TVS, CertificateUnit.ITL_RECOVERY})


class OwnCertificate(NamedTuple):
    """One of them, as it was found."""

    unit: CertificateUnit
    certificate: Certificate
    node: str
    """Host name; empty where nothing but the certificate itself tells."""
    where: str
    address: str = ""


@dataclass(slots=True)
class NodeCertificates:
    """One node."""

    name: str
    own: dict[CertificateUnit, Certificate] = field(default_factory=dict)
    where: dict[CertificateUnit, str] = field(default_factory=dict)
    """As messages name the file."""
    address: str = ""
    """IPv4; empty where nothing tells."""


def unit_of_file(file: File) -> CertificateUnit | None:
    """By the file's name, `TVS.pem` or `tvs.der`; None for any other, and in a folder of phones' certificates."""
    if lies_among_phones(file.shown):
        return None
    return next((unit for unit in CertificateUnit if is_own(file, unit.casefold())), None)


class Nodes:
    """Those of one cluster, in the order in which they became known: the publisher first, where that is known."""

    def __init__(self, named: Sequence[str]) -> None:
        """`named`: by settings, and by what else names nodes."""
        self.all: list[NodeCertificates] = []
        for name in named:
            self.node(name)

    def node(self, name: str) -> NodeCertificates:
        """One of this name; it is a new one where there is none."""
        found = self.known(name)
        if found is None:
            found = NodeCertificates(name)
            self.all.append(found)
        return found

    def known(self, name: str) -> NodeCertificates | None:
        return next((each for each in self.all if same_node(each.name, name)), None)

    def enter(self, found: Iterable[OwnCertificate], cluster: str, notes: Notes) -> None:
        """All that was found of a cluster."""
        without: dict[tuple[CertificateUnit, Certificate], OwnCertificate] = {}
        for each in found:
            if each.node:
                self._enter(self.node(each.node), each, notes)
            else:
                without.setdefault((each.unit, each.certificate), each)
        there = {(unit, certificate) for node in self.all for unit, certificate in node.own.items()}
        unnamed = [each for key, each in without.items() if key not in there]
        if not unnamed:
            return
        one_each = len({each.unit for each in unnamed}) == len(unnamed)
        if len(self.all) <= 1 and one_each:
            node = self.all[0] if self.all else self.node(_name_of_only(unnamed))
            for each in unnamed:
                self._enter(node, each, notes)
            return
        for each in unnamed:
            self._enter_by_name(each, cluster, notes)

    def _enter_by_name(self, found: OwnCertificate, cluster: str, notes: Notes) -> None:
        host = host_of(found.certificate)
        node = self.known(host) if host else None
        if node is None and found.unit is CertificateUnit.ITL_RECOVERY and self.all:
            node = self.all[0]  # one for the cluster, whatever its CN is
        if node is None and host and read(found.certificate).is_self_signed:
            node = self.node(host)
        if node is None:
            remedy = f"put it into own/HOST of {cluster}, HOST being the node's name"
            problem = f"is a {found.unit}.pem that may be any node's: it was left out"
            notes.add(found.where, problem, remedy, grave=True)
            return
        self._enter(node, found, notes)

    def _enter(self, node: NodeCertificates, found: OwnCertificate, notes: Notes) -> None:
        if found.unit in _LISTED and not isinstance(read(found.certificate).usable_key, rsa.RSAPublicKey):
            problem = f"is a {found.unit}.pem whose key is not RSA, which no CTL or ITL file can have: it was left out"
            notes.add(found.where, problem, grave=True)
            return
        node.address = node.address or found.address
        former = node.own.get(found.unit)
        if former is None or former == found.certificate:
            node.own[found.unit] = found.certificate
            node.where.setdefault(found.unit, found.where)
            return
        newer = is_newer(found.certificate, former)
        stays, left = (found.where, node.where[found.unit]) if newer else (node.where[found.unit], found.where)
        if newer:
            node.own[found.unit], node.where[found.unit] = found.certificate, found.where
        problem = f"is another {found.unit}.pem of {plain(node.name)} than {plain(stays)}, which is newer and counts"
        notes.add(left, problem, "leave the one that the node has now", grave=True)


def _name_of_only(found: Sequence[OwnCertificate]) -> str:
    """By the CN of its certificates, that of CallManager.pem first."""
    for unit in UNITS:
        for each in found:
            if each.unit is unit and (host := host_of(each.certificate)):
                return host
    return PurePath(found[0].where).parent.name or "publisher"
