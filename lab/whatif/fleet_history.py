"""What was done to a fleet, as rules of `explain` read it: the same acts that a journal tells (`lab.views.history`).

A journal begins with the start of every service. A fleet has no such events: its services have been started before the first step.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import replace

from cisco_data import STORE_OF, CertificateUnit, ServiceKind, ServiceName
from lab.base.acts import RENEWALS, ActKind
from lab.case import CaseAct, Ref, cn
from lab.fleet import model as fl
from lab.fleet.trust import ClusterTrust, FleetNode
from lab.views.renamed_nodes import Renaming, under_later_names
from pki import Certificate, names_of, read

UNITS = {ServiceKind.CALLMANAGER: CertificateUnit.CALLMANAGER, ServiceKind.CAPF: CertificateUnit.CAPF}
"""Whose certificate a service of a cluster presents."""
_PRESENTS = {ServiceName.TVS: CertificateUnit.TVS, ServiceName.TFTP: CertificateUnit.CALLMANAGER}
"""Of services that are no server of the fleet: TFTP signs with it."""
_RUNS = (ActKind.SERVICE_STARTED, ActKind.SERVICE_RESTARTED, ActKind.SERVICE_STOPPED)
_PARTS_MADE_BY = (ActKind.HOST_NAME_SET, ActKind.DOMAIN_SET, ActKind.ADDRESS_SET, ActKind.KEYS_RESTORED)
"""What makes new certificates besides."""
_SAME = (
    ActKind.DEFAULT_CA_ENABLED,
    ActKind.TRUST_LISTS_UPDATED,
    ActKind.CTL_FILE_DELETED,
    ActKind.PARAMETER_SET,
    ActKind.CLUSTER_MODE_SET,
    ActKind.PROFILE_SET,
    ActKind.VPN_GROUP_UPDATED,
    *_PARTS_MADE_BY,
)
_OF_NODES = (ActKind.CTL_FILE_DELETED, ActKind.HOST_NAME_SET, ActKind.DOMAIN_SET, ActKind.ADDRESS_SET)
_RESETS = (ActKind.ITL_RESET, ActKind.CTL_RESET)
_BULK = (ActKind.BULK_EXPORTED, ActKind.BULK_CONSOLIDATED, ActKind.BULK_IMPORTED)
BEFORE = Ref(0, "step")
"""Before the first step."""


def history(fleet: fl.Fleet) -> tuple[CaseAct, ...]:
    """What was done, oldest first, under the host names of now."""
    return _History(fleet).acts()


def unit_of(fleet: fl.Fleet, act: fl.Act) -> str:
    """CertificateUnit of what a renewal made; empty for a server beside the clusters."""
    server = fleet.servers.get(act.server)
    if act.unit or server is None:
        return act.unit or CertificateUnit.CAPF
    return UNITS.get(server.kind, "")


def place_in(fleet: fl.Fleet, cluster: str, node: str) -> str:
    """A node as a journal names it: the publisher where none is named, and empty in a cluster of one."""
    trust = fleet.trust.get(cluster)
    names = tuple(each.name for each in trust.nodes) if trust is not None else fleet.nodes.get(cluster, ())
    return (node or names[0]) if len(names) > 1 else ""


def service_of(server: fl.FleetServer) -> str:
    """The service's name in Control Center; empty for a server beside the clusters."""
    return STORE_OF[server.kind].service if server.kind in STORE_OF else ""


def stopped(server: fl.FleetServer) -> CaseAct:
    """It does not run, and nothing was done that stopped it."""
    unit = service_of(server)
    return CaseAct(ActKind.SERVICE_STOPPED, BEFORE, server.cluster, "" if unit else server.name, unit=unit)


class _History:
    """Of one fleet, with what each node's certificates were meanwhile."""

    def __init__(self, fleet: fl.Fleet) -> None:
        self._fleet = fleet
        self._own: dict[tuple[str, str, str], Certificate] = {}
        """By cluster, node as a journal names it, and unit: at the moment of the act that is read."""
        for cluster, trust in fleet.trust.items():
            for node in trust.nodes:
                for unit, certificate in node.own.items():
                    self._own[cluster, place_in(fleet, cluster, node.name), unit] = certificate
        for act in reversed(fleet.acts):
            if act.kind in RENEWALS and act.former is not None:
                self._own[self._key(act)] = act.former

    def acts(self) -> tuple[CaseAct, ...]:
        found = list(self._first_starts())
        renamings: list[Renaming] = []
        for act in self._fleet.acts:
            if act.kind is ActKind.HOST_NAME_SET and act.node and place_in(self._fleet, act.cluster, act.node):
                renamings.append(Renaming(len(found), act.cluster, act.node, act.value))
            found += self._of(act)
        return under_later_names(found, renamings)

    def _first_starts(self) -> Iterator[CaseAct]:
        """Of the services that phones trust by, before the first step. One that does not run, and that no step stopped, was
        stopped by then."""
        touched = {(act.cluster, act.value) for act in self._fleet.acts if act.kind in _RUNS}
        for cluster, trust in self._fleet.trust.items():
            for node in trust.nodes:
                yield from self._starts_of(cluster, trust, node, touched)

    def _starts_of(
        self, cluster: str, trust: ClusterTrust, node: FleetNode, touched: set[tuple[str, str]]
    ) -> Iterator[CaseAct]:
        place = place_in(self._fleet, cluster, node.name)
        if ServiceName.CAPF in node.runs:
            yield CaseAct(ActKind.SERVICE_STARTED, BEFORE, cluster, node=place, unit=ServiceName.CAPF)
        for service, in_use in ((ServiceName.TVS, node.tvs), (ServiceName.TFTP, node.tftp)):
            if service not in node.runs:
                continue
            yield self._start(BEFORE, cluster, place, service)
            if in_use is None and (cluster, service) not in touched:
                yield CaseAct(ActKind.SERVICE_STOPPED, BEFORE, cluster, node=place, unit=service)

    def _start(self, ref: Ref, cluster: str, place: str, service: str) -> CaseAct:
        unit = _PRESENTS.get(ServiceName(service))
        presents = self._own.get((cluster, place, unit)) if unit is not None else None
        serial = serial_of(presents) if presents is not None else ""
        return CaseAct(ActKind.SERVICE_STARTED, ref, cluster, node=place, serial=serial, unit=service)

    def _of(self, act: fl.Act) -> Iterator[CaseAct]:
        server = self._fleet.servers.get(act.server)
        ref = Ref(act.number, "step")
        place = place_in(self._fleet, act.cluster, act.node)
        if act.kind is ActKind.DEFAULT_CA_DISABLED and act.certificate is not None:
            names = (cn(names_of(act.certificate).subject),)
            yield CaseAct(ActKind.DEFAULT_CA_DISABLED, ref, act.cluster, names=names)
            for store in STORE_OF.values():
                yield _of_store(ActKind.TRUST_DELETED, ref, act, act.cluster, "", store)
        elif act.kind in (ActKind.TRUST_UPLOADED, ActKind.TRUST_DELETED):
            by = self._part_of(act, (ActKind.BULK_IMPORTED,))
            if server is None:
                yield replace(_of_store(act.kind, ref, act, act.cluster, "", act.value), by=by)
                return
            name = STORE_OF.get(server.kind, "")
            yield replace(_of_store(act.kind, ref, act, server.cluster, "" if name else server.name, name), by=by)
        elif act.kind in RENEWALS and act.certificate is not None:
            yield self._made(ref, act)
        elif act.kind in _RUNS:
            yield from self._run(ref, act, server)
        elif act.kind is ActKind.MINIMUM_TLS_SET:
            in_cluster = server is not None and server.kind in STORE_OF
            yield CaseAct(ActKind.MINIMUM_TLS_SET, ref, act.cluster, "" if in_cluster else act.server, value=act.value)
        elif act.kind in _RESETS:
            signer = act.certificate
            subject = names_of(signer).subject if signer is not None else None
            serial = serial_of(signer) if signer is not None else ""
            yield CaseAct(act.kind, ref, act.cluster, subject=subject, serial=serial, value=act.value)
        elif act.kind in _BULK:
            serials = tuple(serial_of(each) for each in act.certificates)
            yield CaseAct(act.kind, ref, act.cluster, names=act.names, serials=serials)
        elif act.kind in _SAME:
            device = next(iter(act.phones), "") if len(act.phones) == 1 else ""
            node = place if act.kind in _OF_NODES else ""
            yield CaseAct(act.kind, ref, act.cluster, act.server, value=act.value, device=device, node=node)

    def _run(self, ref: Ref, act: fl.Act, server: fl.FleetServer | None) -> Iterator[CaseAct]:
        """A start, or a stop. What was done on each node is one act a node."""
        kind = ActKind.SERVICE_STOPPED if act.kind is ActKind.SERVICE_STOPPED else ActKind.SERVICE_STARTED
        unit = service_of(server) if server is not None else act.value
        if not unit:
            yield CaseAct(kind, ref, act.cluster, act.server)
            return
        node = act.node or (server.node if server is not None else "")
        for place in [place_in(self._fleet, act.cluster, node)] if node else self._places(act.cluster, unit):
            if kind is ActKind.SERVICE_STARTED:
                yield self._start(ref, act.cluster, place, unit)
            else:
                yield CaseAct(kind, ref, act.cluster, node=place, unit=unit)

    def _places(self, cluster: str, service: str) -> list[str]:
        """The nodes that run it."""
        trust = self._fleet.trust.get(cluster)
        nodes = [node.name for node in trust.nodes if service in node.runs] if trust is not None else []
        return [place_in(self._fleet, cluster, name) for name in nodes or [""]]

    def _made(self, ref: Ref, act: fl.Act) -> CaseAct:
        assert act.certificate is not None
        names = names_of(act.certificate)
        key = self._key(act)
        self._own[key] = act.certificate
        _, place, unit = key
        return CaseAct(
            act.kind,
            ref,
            act.cluster,
            "" if unit else act.server,
            subject=names.subject,
            serial=serial_of(act.certificate),
            former=names_of(act.former).subject if act.former is not None else None,
            former_serial=serial_of(act.former) if act.former is not None else "",
            issuer=names.issuer,
            unit=unit,
            by=self._part_of(act, _PARTS_MADE_BY),
            node=place,
        )

    def _part_of(self, act: fl.Act, kinds: Collection[ActKind]) -> Ref | None:
        """The first act of its step, where it is of these kinds."""
        first = next((one for one in self._fleet.acts if act.number and one.number == act.number), act)
        return Ref(act.number, "step") if first is not act and first.kind in kinds else None

    def _key(self, act: fl.Act) -> tuple[str, str, str]:
        unit = unit_of(self._fleet, act)
        return act.cluster, place_in(self._fleet, act.cluster, act.node) if unit else "", unit


def _of_store(kind: ActKind, ref: Ref, act: fl.Act, cluster: str, server: str, store: str) -> CaseAct:
    subject = names_of(act.certificate).subject if act.certificate is not None else None
    serial = serial_of(act.certificate) if act.certificate is not None else ""
    return CaseAct(kind, ref, cluster, server, store, subject, serial)


def serial_of(certificate: Certificate) -> str:
    """Lower-case hex."""
    return f"{read(certificate).serial_number:x}"
