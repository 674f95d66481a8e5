"""How phones come to trust their cluster, out of its exports: nodes, own certificates, lists; what is missing is assumed and told.

Exports say what is on a node's disk, and not what its services have read. Assumed, and told: TVS has read what is there now, and
Cisco Tftp what its ITL file names. Where the lists cannot be known without the actors that make them, `MissingLists` makes them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Protocol

from cisco_data import CertificateUnit, ServiceName, StoreName
from cisco_data.release_table import ITLRECOVERY_EXISTS, ITLRECOVERY_OF_CLUSTER, Release
from cisco_data.trust_roles import CALL_MANAGERS, FILE_SIGNERS, ROLES_OF_UNIT, TrustRole
from lab.exports.nodes import host_named, same_node
from lab.exports.notes import Notes
from lab.exports.own_certificates import NodeCertificates, Nodes
from lab.exports.settings_file import NAME, ClusterSettings
from lab.exports.trust_lists import ClusterLists, certificate_of, is_signed, server_record
from lab.fleet.model import Fleet
from lab.fleet.trust import ClusterTrust, FleetList, FleetNode, TftpInUse, TvsInUse
from pki import Certificate, TrustStore, read
from wire.signed_files import TrustListRecord
from wire.tls import TlsVersion

CALLMANAGER, TVS, ITL_RECOVERY = CertificateUnit.CALLMANAGER, CertificateUnit.TVS, CertificateUnit.ITL_RECOVERY
_HOW_OWN = "add it to own/HOST, or the answer to `show cert own {unit}`"
_HOW_ITL = "add its ITLFile.tlv, or the answer to `show itl` on it"


class MissingLists(Protocol):
    """Makes what CUCM would make of the certificates that a cluster has now; None where that cannot be made."""

    def itl(self, fleet: Fleet, cluster: str, node: str) -> FleetList | None: ...

    def ctl(self, fleet: Fleet, cluster: str) -> FleetList | None: ...


@dataclass(slots=True)
class ClusterInputs:
    """What is known of one cluster."""

    name: str
    release: Release
    mixed: bool
    settings: ClusterSettings
    nodes: Nodes
    lists: ClusterLists
    stores: Mapping[str, TrustStore]
    capf: Certificate | None
    publisher: str
    """As the database names it; empty where it does not."""
    at: datetime
    minimum_tls: TlsVersion
    """Of TVS."""

    def fleet(self, trust: ClusterTrust) -> Fleet:
        """As far as lists are made of it."""
        capf = {self.name: self.capf} if self.capf is not None else {}
        return Fleet(self.at, capf=capf, releases={self.name: self.release}, trust={self.name: trust})


@dataclass(frozen=True, slots=True)
class _Services:
    """Which node runs what."""

    callmanager: tuple[str, ...]
    tftp: tuple[str, ...]
    group: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class MadeTrust:
    trust: ClusterTrust
    group: tuple[str, ...] = ()
    """Nodes of the CallManager Group in their order; empty for a cluster of one node, and where nothing is known."""


def make_trust(told: ClusterInputs, maker: MissingLists | None, notes: Notes) -> MadeTrust:
    """`ClusterTrust.not_told` says why where nothing can be said of the cluster's phones and their servers."""
    if not told.nodes.all and told.lists.is_empty:
        why = f"no own certificate of a node of {told.name}, and no CTL or ITL file, is among the exports"
        remedy = "docs/whatif-exports.md says where they go"
        notes.add(told.name, f"{why}: whether its phones trust its servers cannot be told", remedy)
        return MadeTrust(ClusterTrust(not_told=why))
    return _Maker(told, maker, notes).made()


class _Maker:
    def __init__(self, told: ClusterInputs, maker: MissingLists | None, notes: Notes) -> None:
        self._told = told
        self._maker = maker
        self._notes = notes
        self._why: list[str] = []
        """Why nothing can be told."""

    def made(self) -> MadeTrust:
        told = self._told
        self._order_nodes()
        for node in told.nodes.all:
            self._take_from_lists(node)
        services = self._services()
        self._check_own(services)
        nodes = tuple(self._node(node, services) for node in told.nodes.all)
        trust = ClusterTrust(nodes, dict(told.stores), told.lists.ctl)
        if not self._why:
            trust = self._with_tvs(trust)
            trust = self._with_lists(trust, services)
        trust = replace(trust, rollback=any(_is_blank(node.tftp.itl) for node in trust.nodes if node.tftp is not None))
        if trust.rollback:
            problem = (
                "serves an ITL file without TVS and TFTP: Prepare Cluster for Rollback to pre-8.0 is taken to be True"
            )
            self._notes.add(told.name, problem)
        group = services.group if len(nodes) > 1 else ()
        return MadeTrust(replace(trust, not_told=self._why[0] if self._why else ""), group)

    def _cannot_tell(self, why: str, remedy: str) -> None:
        self._why.append(why)
        self._notes.add(self._told.name, f"{why}: whether its phones trust its servers cannot be told", remedy)

    def _order_nodes(self) -> None:
        """The publisher first."""
        told, all_nodes = self._told, self._told.nodes.all
        if not all_nodes:
            all_nodes.append(NodeCertificates(f"{told.name}-pub"))
        first = told.nodes.known(host_named(told.settings.nodes[0])) if told.settings.nodes else None
        first = first or (told.nodes.known(told.publisher) if told.publisher else None)
        with_recovery = [node for node in all_nodes if ITL_RECOVERY in node.own]
        if first is None and len(with_recovery) == 1:
            first = with_recovery[0]
        if first is not None:
            all_nodes.sort(key=lambda node: node is not first)
        if told.settings.nodes:
            return
        if len(all_nodes) == 1:
            problem = f"is taken to have one node, {all_nodes[0].name}: nothing names another"
            self._notes.add(told.name, problem, f"name all of them in {NAME}: nodes = [...]")
        elif first is None:
            problem = f"does not say which of its nodes is the publisher: {all_nodes[0].name} is taken to be it"
            self._notes.add(told.name, problem, f"name it first in {NAME}: nodes = [...]")

    # Own certificates that only lists have

    def _take_from_lists(self, node: NodeCertificates) -> None:
        wanted: list[tuple[CertificateUnit, frozenset[TrustRole]]] = [
            (CALLMANAGER, frozenset({*CALL_MANAGERS, *FILE_SIGNERS})),
            (TVS, frozenset({TrustRole.TVS})),
        ]
        if self._has_recovery(node):
            wanted.append((ITL_RECOVERY, frozenset({TrustRole.SAST})))
        for unit, roles in wanted:
            if unit in node.own:
                continue
            found, origin = self._listed(node, unit, roles)
            if found is None:
                continue
            node.own[unit] = found
            node.where[unit] = origin
            problem = f"has no {unit}.pem of {node.name} among the exports: taken to be the one that {origin} lists"
            self._notes.add(self._told.name, problem, _HOW_OWN.format(unit=unit))

    def _listed(
        self, node: NodeCertificates, unit: CertificateUnit, roles: frozenset[TrustRole]
    ) -> tuple[Certificate | None, str]:
        own = self._told.lists.itl.get(node.name.casefold()) or self._told.lists.itl.get("")
        others = [each for each in self._told.lists.every if each is not own]
        for listed in ([own] if own is not None else []) + others:
            for record in listed.content.records:
                certificate = certificate_of(record) if record.role in roles else None
                if certificate is not None and self._is_of(record, certificate, node, unit, listed is own):
                    return certificate, listed.origin
        return None, ""

    def _is_of(
        self,
        record: TrustListRecord,
        certificate: Certificate,
        node: NodeCertificates,
        unit: CertificateUnit,
        own: bool,
    ) -> bool:
        if unit is ITL_RECOVERY:
            return read(certificate).subject.cn.upper().startswith("ITLRECOVERY")
        name = host_named(record.dns_name)
        if name:
            return same_node(name, node.name)
        return own and len(self._told.nodes.all) == 1

    def _has_recovery(self, node: NodeCertificates) -> bool:
        release = self._told.release
        if not release.cell(ITLRECOVERY_EXISTS).value:
            return False
        return node is self._told.nodes.all[0] or not release.cell(ITLRECOVERY_OF_CLUSTER).value

    def _check_own(self, services: _Services) -> None:
        """Each certificate that decides must be known."""
        for node in self._told.nodes.all:
            needed = [TVS]
            if node.name in (*services.callmanager, *services.tftp):
                needed.append(CALLMANAGER)
            if self._has_recovery(node):
                needed.append(ITL_RECOVERY)
            for unit in needed:
                if unit not in node.own:
                    self._cannot_tell(f"{unit}.pem of {node.name} is not known", _HOW_OWN.format(unit=unit))

    # Services

    def _services(self) -> _Services:
        told = self._told
        names = [node.name for node in told.nodes.all]
        group = self._named(told.settings.call_manager_group)
        listed = self._by_roles(CALL_MANAGERS)
        if not group and len(names) > 1:
            what = "those that its CTL file lists as CallManager" if listed else "all nodes"
            problem = f"does not say which nodes are in its CallManager Group: {what}, in the order of the nodes, are taken to be"
            self._notes.add(told.name, problem, f"say it in {NAME}: call-manager-group = [...]")
        running = listed or tuple(names)
        running = (*running, *(name for name in group if name not in running))
        tftp = self._named(told.settings.tftp_nodes)
        with_itl = tuple(name for name in names if told.lists.tells_of_itl(name))
        if not tftp and len(names) > 1:
            what = "those with an ITL file" if with_itl else "all nodes"
            problem = (
                f"does not say which nodes its phones ask for their files: {what} are taken to be, the first one first"
            )
            self._notes.add(told.name, problem, f"say it in {NAME}: tftp-nodes = [...]")
        return _Services(running, tftp or with_itl or tuple(names), group or running)

    def _named(self, names: Sequence[str]) -> tuple[str, ...]:
        return tuple(self._told.nodes.node(host_named(name)).name for name in names)

    def _by_roles(self, roles: frozenset[TrustRole]) -> tuple[str, ...]:
        """Nodes that the CTL file lists for one of these."""
        ctl = self._told.lists.ctl
        if ctl is None:
            return ()
        named = [host_named(record.dns_name) for record in ctl.content.records if record.role in roles]
        return tuple(node.name for node in self._told.nodes.all if any(same_node(node.name, name) for name in named))

    def _node(self, node: NodeCertificates, services: _Services) -> FleetNode:
        runs = {ServiceName.TVS, ServiceName.TOMCAT}
        if node.name in services.callmanager:
            runs.add(ServiceName.CALLMANAGER)
        if node.name in services.tftp:
            runs.add(ServiceName.TFTP)
        if node is self._told.nodes.all[0]:
            runs.add(ServiceName.CAPF)
        return FleetNode(node.name, node.address, dict(node.own), frozenset(runs))

    # What they have read

    def _with_tvs(self, trust: ClusterTrust) -> ClusterTrust:
        """Each TVS answers with what is on disk."""
        known: dict[str, tuple[Certificate, ...]] = {}
        for unit in CertificateUnit:
            found = [node.own[unit] for node in trust.nodes if unit in node.own]
            if unit is CertificateUnit.CAPF and self._told.capf is not None:
                found = [self._told.capf]
            if found:
                known[unit] = tuple(dict.fromkeys(found))
        known |= {name: store.certificates for name, store in trust.stores.items() if len(store.certificates)}
        shared = {unit: held for unit, held in known.items() if unit in ROLES_OF_UNIT}
        problem = (
            "does not say what its TVS have read: taken to be the certificates that are there now, as after a restart"
        )
        self._notes.add(self._told.name, problem, f"restart {ServiceName.TVS} on each node before the change")
        if StoreName.PHONE_SAST not in trust.stores:
            problem = f"has no folder {StoreName.PHONE_SAST}: taken to be empty"
            self._notes.add(self._told.name, problem, "add what that store holds")
        nodes = (
            replace(node, tvs=TvsInUse(node.own[TVS], shared, minimum_tls=self._told.minimum_tls))
            for node in trust.nodes
        )
        return replace(trust, nodes=tuple(nodes))

    def _with_lists(self, trust: ClusterTrust, services: _Services) -> ClusterTrust:
        trust = self._with_ctl(trust)
        nodes = tuple(
            replace(node, tftp=self._tftp(trust, node)) if node.name in services.tftp else node for node in trust.nodes
        )
        first = next((node.tftp for node in nodes if node.tftp is not None), None)
        digest = first.digest if first is not None else trust.digest
        asked = services.tftp if len(nodes) > 1 else ()
        return replace(trust, nodes=nodes, tftp_servers=asked, digest=digest)

    def _with_ctl(self, trust: ClusterTrust) -> ClusterTrust:
        told = self._told
        if trust.ctl is not None and not (trust.ctl.signed_with or is_signed(trust.ctl)):
            self._cannot_tell(f"the certificate that signed {trust.ctl.origin} is not known", "add CTLFile.tlv itself")
        if "CTL" in told.lists.unread and trust.ctl is None:
            self._cannot_tell(told.lists.unread["CTL"], "fetch CTLFile.tlv once more")
        elif told.mixed and told.lists.no_ctl and trust.ctl is None:
            self._cannot_tell(
                f"{told.name} is in mixed mode, and `show ctl` says that it has no CTL file", "set its mode"
            )
        elif told.mixed and trust.ctl is None:
            made = self._maker.ctl(told.fleet(trust), told.name) if self._maker is not None else None
            if made is None:
                self._cannot_tell(f"the CTL file of {told.name} is not known", "add CTLFile.tlv, or `show ctl`")
                return trust
            problem = "has no CTL file among the exports: taken to be what an update makes of its certificates now"
            self._notes.add(told.name, problem, "add CTLFile.tlv, or the answer to `show ctl`")
            return replace(trust, ctl=made)
        elif not told.mixed and trust.ctl is not None:
            problem = "is not in mixed mode and has a CTL file: phones get it all the same"
            self._notes.add(told.name, problem, "delete CTLFile.tlv on each node if it was left over")
        elif not told.mixed and not told.lists.no_ctl:
            self._notes.add(
                told.name, "is not in mixed mode: taken to have no CTL file", "add the answer to `show ctl`"
            )
        return trust

    def _tftp(self, trust: ClusterTrust, node: FleetNode) -> TftpInUse | None:
        told, key = self._told, node.name.casefold()
        listed = told.lists.itl.get(key)
        if listed is None and len(trust.nodes) == 1:
            listed, key = told.lists.itl.get(""), key
        if listed is None and (why := told.lists.unread.get(key) or told.lists.unread.get("")):
            self._cannot_tell(why, _HOW_ITL)
            return None
        if listed is None:
            listed = self._maker.itl(told.fleet(trust), told.name, node.name) if self._maker is not None else None
            if listed is None:
                self._cannot_tell(f"the ITL file of {node.name} is not known", _HOW_ITL)
                return None
            problem = (
                f"has no ITL file of {node.name} among the exports: taken to be what {ServiceName.TFTP} makes of its"
                " certificates now"
            )
            self._notes.add(told.name, problem, _HOW_ITL)
        return self._in_use(node, listed)

    def _in_use(self, node: FleetNode, listed: FleetList) -> TftpInUse | None:
        """What Cisco Tftp has read, by the ITL file that it made then."""
        record, present = server_record(listed), node.own[CALLMANAGER]
        signer = certificate_of(record) if record is not None else present
        if signer is None:
            why = f"{listed.origin} does not hold the CallManager.pem of {node.name} that signs files"
            self._cannot_tell(why, _HOW_OWN.format(unit=CALLMANAGER))
            return None
        if not (listed.signed_with or is_signed(listed)):
            self._cannot_tell(f"the certificate that signed {listed.origin} is not known", _HOW_ITL)
            return None
        if signer != present:
            problem = (
                f"{listed.origin} lists another CallManager.pem of {node.name} than the node has now: {ServiceName.TFTP} is"
                " taken to have been started before that was made"
            )
            self._notes.add(
                self._told.name, problem, f"restart {ServiceName.TFTP} on {node.name}, and export its ITL file again"
            )
        return TftpInUse(listed, signer, listed.content.header.digest)


def _is_blank(itl: FleetList) -> bool:
    """Whether it is what Cisco Tftp serves while the cluster is prepared for a rollback; one too long for phones is not."""
    roles = {record.role for record in itl.content.records}
    return bool(roles) and not roles & {TrustRole.TVS, *FILE_SIGNERS}
