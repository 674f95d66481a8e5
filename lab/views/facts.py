"""What each service went by and was configured with, and what each phone held, at any event of a run: read from its journal.

A service's own event tells the names that it read at its start. Serial numbers come from the acts that brought certificates in;
where a certificate later gave way to another one of its name, the number that it had is known from that.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime

from capf_sim.events import CapfStarted, CapfStopped, LscIssued
from cisco_data import DEVICE_SECURITY_MODES, KIND_OF, STORE_OF, CertificateUnit, ServiceKind, StoreName
from cisco_data.trust_roles import TrustRole
from cucm_sim.certificate_events import (
    CertificateRegenerated,
    CertificateRestored,
    Renewal,
    SignedCertificateInstalled,
)
from cucm_sim.events import (
    CallManagerStarted,
    CallManagerStopped,
    ClusterModeChanged,
    PhoneAdded,
    ServiceParameterChanged,
    TrustChanged,
)
from cucm_sim.host_name_events import HostNameChanged
from cucm_sim.tftp_events import TrustListMade
from cucm_sim.trust_lists import ITL_FILE
from edge_sim.authentication_server.events import AuthenticationServerStarted, AuthenticationServerStopped
from edge_sim.trust_events import EdgeTrustChanged
from edge_sim.vpn_gateway.events import TrustpointsChanged, VpnGatewayStarted, VpnGatewayStopped
from journal import Actor, Event
from lab.case import Basis, CaseAct, Held, Name, PhoneFacts, Ref, ServiceFacts, Trusted, Vouched
from lab.views.history import TAKEN_AWAY, act_of
from lab.views.renamed_nodes import Renaming, under_later_names
from phone_sim.capf_events import LscErased, LscInstalled
from phone_sim.download_events import ConfigurationFileReceived
from phone_sim.events import (
    CertificateChosen,
    ListedServer,
    LscDeletedOnPhone,
    PhoneStarted,
    TrustListMissing,
    TrustListUpdated,
)
from phone_sim.trust.events import TrustListTaken
from pki import NO_NAME

_KINDS: dict[type[Event], ServiceKind] = {
    CallManagerStarted: ServiceKind.CALLMANAGER,
    CapfStarted: ServiceKind.CAPF,
    AuthenticationServerStarted: ServiceKind.DOT1X,
    VpnGatewayStarted: ServiceKind.VPN,
}
_UNITS = {"CallManager": ServiceKind.CALLMANAGER, "CAPF": ServiceKind.CAPF}

UNIT_OF_ROLE = {
    TrustRole.SAST: CertificateUnit.ITL_RECOVERY,
    TrustRole.TVS: CertificateUnit.TVS,
    TrustRole.CAPF: CertificateUnit.CAPF,
}
"""Of a record in an ITL file; every other role is CallManager's, which an ITL file lists under two roles."""

_Key = tuple[ServiceKind, str, str]
"""Kind, the name of the cluster or the server, and for CallManager in a cluster of several nodes the node."""


@dataclass(slots=True)
class _State:
    """One service, as it is told of so far."""

    actor: str
    trusted: dict[Name, Trusted] = field(default_factory=dict)
    own: Trusted | None = None
    minimum: str = ""
    in_use: Basis | None = None
    started: Ref | None = None


@dataclass(frozen=True, slots=True)
class Moment:
    """All services after an event that changed one."""

    services: dict[str, ServiceFacts]
    """By the name of the actor."""
    capfs: tuple[tuple[str, Trusted], ...]
    authorities: tuple[Trusted, ...]
    mixed: dict[str, bool]
    """By cluster, as its CallManager read it."""
    releases: dict[str, str]
    """By cluster; empty where the journal does not tell."""


class Facts:
    """Of one run, each found by the number of an event. Give it the events in order, by `take`."""

    def __init__(self) -> None:
        self._acts: list[CaseAct] = []
        self._act_numbers: list[int] = []
        self._renamings: list[Renaming] = []
        self._states: dict[_Key, _State] = {}
        self._capfs: list[tuple[str, Trusted]] = []
        self._first_capfs: dict[Name, str] = {}
        """Serial number of the first certificate of that name."""
        self._signers: dict[str, str] = {}
        """Serial number of CAPF's certificate by that of an LSC that it signed."""
        self._issued: list[tuple[int, str, bool]] = []
        """LSCs: number of the event, cluster, and whether an online CA signed it."""
        self._mixed: dict[str, bool] = {}
        self._releases: dict[str, str] = {}
        self._moments: list[Moment] = []
        self._moment_numbers: list[int] = []
        self._phones: dict[str, tuple[list[int], list[PhoneFacts]]] = {}
        self._histories: dict[int, tuple[CaseAct, ...]] = {}
        self._owners: dict[str, Vouched] = {}
        """Whose a certificate is, by its serial number."""
        self._lists_of: dict[str, list[tuple[int, str]]] = {}
        """By device: number of an event, and the cluster whose lists the phone holds since."""

    # At an event

    def history(self, before: int) -> tuple[CaseAct, ...]:
        """What was done before it, oldest first."""
        end = bisect_left(self._act_numbers, before)
        if end not in self._histories:
            self._histories[end] = under_later_names(self._acts[:end], self._renamings)
        return self._histories[end]

    def moment(self, before: int) -> Moment:
        """All services as they were then."""
        position = bisect_left(self._moment_numbers, before) - 1
        return self._moments[position] if position >= 0 else Moment({}, (), (), {}, {})

    def service(self, actor: Actor, kind: ServiceKind, before: int) -> ServiceFacts:
        """The service of that name; with nothing known of it where the journal does not hold its start."""
        known = self.moment(before).services.get(actor)
        if known is not None:
            return known
        name = actor.cluster
        in_cluster = kind in (ServiceKind.CALLMANAGER, ServiceKind.CAPF, ServiceKind.TFTP)
        return ServiceFacts(kind, name if in_cluster else "", "" if in_cluster else name)

    def phone(self, device: str, before: int) -> PhoneFacts:
        numbers, known = self._phones.get(device, ([], []))
        position = bisect_left(numbers, before) - 1
        return known[position] if position >= 0 else PhoneFacts(device)

    def signer(self, issuer: Name, serial: str) -> str:
        """Serial number of the certificate of CAPF that signed an LSC: one that the phone brought along is of the first one."""
        return self._signers.get(serial, self._first_capfs.get(issuer, ""))

    def online_ca(self, before: int) -> frozenset[str]:
        """Clusters whose last LSC then was signed by another authority than CAPF."""
        last = {cluster: online for seq, cluster, online in self._issued if seq < before}
        return frozenset(cluster for cluster, online in last.items() if online)

    def vouched(self, name: str, serial: str) -> Vouched:
        """The certificate of that serial number: whose it is, where an ITL file names it or its making is told."""
        return self._owners.get(serial, Vouched(name, serial))

    def lists_of(self, device: str, before: int) -> str:
        """The cluster whose CTL and ITL the phone held then; empty where it held none, or where that is not known."""
        return next((cluster for seq, cluster in reversed(self._lists_of.get(device, [])) if seq < before), "")

    # As the journal goes on

    def take(self, event: Event) -> None:
        act = act_of(event)
        if act is not None:
            self._acts.append(act)
            self._act_numbers.append(event.seq)
        if isinstance(event, HostNameChanged) and event.actor.node:
            self._rename(event.actor, event.host_name)
        if self._about_services(event):
            self._moments.append(self._moment())
            self._moment_numbers.append(event.seq)
        self._about_lists(event)
        self._about_phones(event)

    def _rename(self, actor: Actor, name: str) -> None:
        self._renamings.append(Renaming(len(self._acts), actor.cluster, actor.node, name))
        state = self._states.pop((ServiceKind.CALLMANAGER, actor.cluster, actor.node), None)
        if state is not None:
            state.actor = Actor.of(actor.cluster, Actor(state.actor).service, name)
            self._states[ServiceKind.CALLMANAGER, actor.cluster, name] = state
        for other in self._states.values():
            if Actor(other.actor).cluster == actor.cluster and Actor(other.actor).node == actor.node:
                other.actor = Actor.of(actor.cluster, Actor(other.actor).service, name)

    def _about_lists(self, event: Event) -> None:
        """Whose certificates are in lists, and which lists phones hold."""
        match event:
            case TrustListMade(file=file) if file == ITL_FILE:
                for record in sorted(event.records, key=lambda record: record.role is TrustRole.SAST):
                    if record.role is TrustRole.CERTIFICATE_AUTHORITY:  # of another cluster, in Phone-SAST-trust
                        continue
                    unit = UNIT_OF_ROLE.get(record.role, CertificateUnit.CALLMANAGER)
                    self._own_by(event, record.subject, record.serial_number, unit)
            case CertificateRegenerated() | SignedCertificateInstalled() | CertificateRestored():
                self._own_by(event, event.former_subject, event.former_serial_number, event.unit)
                self._own_by(event, event.subject, event.serial_number, event.unit)
            case PhoneStarted(trust_list=listed):
                known = (self.vouched("", one.serial_number).cluster for one in listed or ())
                self._hold(event, next(filter(None, known), ""))
            case TrustListTaken():
                self._hold(event, self.vouched("", event.signer.serial_number.lower()).cluster)

    def _own_by(self, event: Event, subject: Name, serial: str, unit: str) -> None:
        self._owners.setdefault(serial, Vouched(subject.label, serial, event.actor.cluster, unit))

    def _hold(self, event: Event, cluster: str) -> None:
        self._lists_of.setdefault(event.actor, []).append((event.seq, cluster))

    def _about_services(self, event: Event) -> bool:
        """Whether a service is another one after it."""
        match event:
            case CallManagerStarted() | CapfStarted() | AuthenticationServerStarted() | VpnGatewayStarted():
                self._start(event)
            case TrustpointsChanged():
                state = self._state((ServiceKind.VPN, event.actor.cluster, ""), event.actor)
                if state.in_use is not None:
                    state.in_use = replace(state.in_use, trusted=_listed(_trustpoints(event), state.trusted))
            case CallManagerStopped() | CapfStopped() | AuthenticationServerStopped() | VpnGatewayStopped():
                for state in self._states.values():
                    if state.actor == event.actor:
                        state.in_use = None
            case TrustChanged() if event.change != "kept" and event.store in STORE_OF.values():
                for key in self._keys(KIND_OF[StoreName(event.store)], event.actor.cluster):
                    self._change(key, event.subject, event.serial_number, event.change in TAKEN_AWAY)
            case EdgeTrustChanged():
                self._change(self._edge(event.server), event.subject, event.serial_number, event.change == "distrusted")
            case CertificateRegenerated() | SignedCertificateInstalled() | CertificateRestored() if (
                event.unit in _UNITS
            ):
                self._make(event)
            case ServiceParameterChanged() if event.parameter == "minimum_tls_version":
                for key in (key for kind in STORE_OF for key in self._keys(kind, event.actor.cluster)):
                    if event.actor.node in ("", self._node_of(key)):
                        self._state(key).minimum = event.value
            case ClusterModeChanged() | LscIssued():
                if isinstance(event, LscIssued):
                    self._sign(event)
                    return False
            case _:
                return False
        return True

    def _state(self, key: _Key, actor: str = "") -> _State:
        state = self._states.setdefault(key, _State(actor))
        state.actor = actor or state.actor
        return state

    def _keys(self, kind: ServiceKind, cluster: str) -> list[_Key]:
        """Of the service on each node of which the journal has a start; of the cluster where it has none."""
        return [key for key in self._states if key[:2] == (kind, cluster)] or [(kind, cluster, "")]

    def _node_of(self, key: _Key) -> str:
        """Where CallManager or CAPF runs, as its last start told; empty where it is not known."""
        return Actor(self._states[key].actor).node if key in self._states else ""

    def _edge(self, server: str) -> _Key:
        gateway = ServiceKind.VPN, server, ""
        return gateway if gateway in self._states else (ServiceKind.DOT1X, server, "")

    def _start(self, event: CallManagerStarted | CapfStarted | AuthenticationServerStarted | VpnGatewayStarted) -> None:
        kind, name = _KINDS[type(event)], event.actor.cluster
        node = event.actor.node if kind is ServiceKind.CALLMANAGER else ""
        if node:
            self._start_of_node(name, node)
        state = self._state((kind, name, node), event.actor)
        names = _trustpoints(event) if isinstance(event, VpnGatewayStarted) else event.trusted
        trusted = _listed(names, state.trusted)
        state.trusted = {one.name: one for one in trusted}
        state.started = Ref(event.seq)
        if isinstance(event, CallManagerStarted | AuthenticationServerStarted | CapfStarted):
            state.minimum = event.minimum_tls_version or state.minimum
        if isinstance(event, CapfStarted) and event.subject:
            state.own = self._own(event.subject, event.serial_number)
            self._add_capf(name, state.own)
        elif isinstance(event, CallManagerStarted):
            self._mixed[name] = event.secure_port != 0
            self._releases[name] = event.release
            if event.serial_number:
                former = state.own
                state.own = Trusted(former.name if former is not None else NO_NAME, event.serial_number)
        state.in_use = Basis(trusted, state.own, state.minimum)
        if isinstance(event, CapfStarted) and event.subject:
            self._fill(event.subject, event.serial_number)

    def _start_of_node(self, cluster: str, node: str) -> None:
        """What changed in the cluster's store before the first start on this node counts for it too."""
        whole = self._states.pop((ServiceKind.CALLMANAGER, cluster, ""), None)
        first = whole or next(
            (self._states[key] for key in self._keys(ServiceKind.CALLMANAGER, cluster)[:1] if key in self._states), None
        )
        if first is not None and (ServiceKind.CALLMANAGER, cluster, node) not in self._states:
            self._states[ServiceKind.CALLMANAGER, cluster, node] = _State("", dict(first.trusted), None, first.minimum)

    def _own(self, subject: Name, serial: str) -> Trusted:
        known = (own for _, own in self._capfs if own.name == subject and own.serial == serial)
        return next(known, Trusted(subject, serial))

    def _change(self, key: _Key, subject: Name, serial: str, gone: bool) -> None:
        state = self._state(key)
        if gone:
            state.trusted.pop(subject, None)
        else:
            state.trusted[subject] = Trusted(subject, serial)

    def _make(self, event: Renewal) -> None:
        cluster, kind = event.actor.cluster, _UNITS[event.unit]
        issuer = event.subject if isinstance(event, CertificateRegenerated) else event.issuer
        node = event.actor.node if kind is ServiceKind.CALLMANAGER else ""
        state = self._state((kind, cluster, node))
        if state.in_use is not None and (state.in_use.own is None or not state.in_use.own.name):
            state.in_use = replace(state.in_use, own=Trusted(event.former_subject, event.former_serial_number))
        state.own = Trusted(event.subject, event.serial_number, issuer)
        if kind is ServiceKind.CAPF:
            self._add_capf(cluster, Trusted(event.former_subject, event.former_serial_number))
            self._fill(event.former_subject, event.former_serial_number)
            self._add_capf(cluster, state.own)

    def _add_capf(self, cluster: str, own: Trusted) -> None:
        if not any(one == cluster and held.serial == own.serial and held.name == own.name for one, held in self._capfs):
            self._capfs.append((cluster, own))
            self._first_capfs.setdefault(own.name, own.serial)

    def _fill(self, name: Name, serial: str) -> None:
        """Of certificates that services read before an event told their numbers."""
        for state in self._states.values():
            held = state.trusted.get(name)
            if held is not None and not held.serial:
                state.trusted[name] = replace(held, serial=serial)
            if state.in_use is not None:
                state.in_use = replace(
                    state.in_use,
                    trusted=tuple(
                        replace(one, serial=serial) if one.name == name and not one.serial else one
                        for one in state.in_use.trusted
                    ),
                )

    def _sign(self, event: LscIssued) -> None:
        capf = self._states.get((ServiceKind.CAPF, event.actor.cluster, ""))
        own = capf.in_use.own if capf is not None and capf.in_use is not None else None
        if own is not None:
            self._issued.append((event.seq, event.actor.cluster, own.name != event.issuer))
        if own is not None and own.name == event.issuer:
            self._signers[event.serial_number] = own.serial

    def _moment(self) -> Moment:
        services = {}
        for (kind, name, node), state in self._states.items():
            in_cluster = kind in STORE_OF
            known = state.started is not None
            services[state.actor or "/".join(filter(None, (name, node, kind)))] = ServiceFacts(
                kind,
                name if in_cluster else "",
                "" if in_cluster else name,
                state.in_use,
                Basis(tuple(state.trusted.values()), state.own, state.minimum) if known else None,
                state.started,
            )
        authorities = tuple(own for _, own in self._capfs if own.issuer)
        return Moment(services, tuple(self._capfs), authorities, dict(self._mixed), dict(self._releases))

    # Phones

    def _about_phones(self, event: Event) -> None:
        if isinstance(event, PhoneAdded):
            self._know(event.seq, replace(self._last(event.device_name), cluster=event.actor.cluster))
            return
        match event:
            case PhoneStarted():
                self._know(event.seq, self._started(event))
            case LscInstalled():
                held = Held("LSC", event.issuer, event.serial_number, date_of(event.not_after))
                held = replace(held, signer=self._signers.get(event.serial_number, ""))
                self._know(event.seq, replace(self._last(event.actor), lsc=held))
            case LscErased() | LscDeletedOnPhone():
                self._know(event.seq, replace(self._last(event.actor), lsc=None))
            case TrustListMissing():
                self._know(event.seq, replace(self._last(event.actor), trust_list=None))
            case TrustListUpdated():
                self._know(event.seq, replace(self._last(event.actor), trust_list=_trust_list(event.trust_list)))
            case ConfigurationFileReceived():
                mode = DEVICE_SECURITY_MODES.get(event.device_security_mode, "")
                self._know(event.seq, replace(self._last(event.actor), mode=mode))
            case CertificateChosen():
                self._chosen(event)

    def _last(self, device: str) -> PhoneFacts:
        known = self._phones.get(device)
        return known[1][-1] if known is not None else PhoneFacts(device)

    def _know(self, seq: int, facts: PhoneFacts) -> None:
        numbers, known = self._phones.setdefault(facts.device, ([], []))
        numbers.append(seq)
        known.append(facts)

    def _started(self, event: PhoneStarted) -> PhoneFacts:
        last = self._last(event.actor)
        mic, lsc = _held("MIC", event.mic_issuer, event.mic_not_after), None
        if event.lsc_issuer:
            lsc = _held("LSC", event.lsc_issuer, event.lsc_not_after)
            if last.lsc is not None and last.lsc.issuer == event.lsc_issuer:
                lsc = last.lsc
        if last.mic is not None and last.mic.issuer == event.mic_issuer:
            mic = last.mic
        return replace(
            last, mic=mic, lsc=lsc, newest=event.newest_tls_version, trust_list=_trust_list(event.trust_list)
        )

    def _chosen(self, event: CertificateChosen) -> None:
        """What the phone shows tells more of it than its start does."""
        last = self._last(event.actor)
        held = held_of(event)
        self._know(event.seq, replace(last, lsc=held) if event.kind == "LSC" else replace(last, mic=held))


def held_of(event: CertificateChosen) -> Held:
    return Held(event.kind, event.issuer, event.serial_number, date_of(event.not_after))


def _held(kind: str, issuer: Name, not_after: str) -> Held | None:
    return Held(kind, issuer, not_after=date_of(not_after)) if issuer else None


def date_of(text: str) -> datetime | None:
    try:
        return datetime.fromisoformat(text) if text else None
    except ValueError:
        return None


def _listed(names: Iterable[Name], known: dict[Name, Trusted]) -> tuple[Trusted, ...]:
    return tuple(known.get(name, Trusted(name)) for name in names)


def _trustpoints(event: VpnGatewayStarted | TrustpointsChanged) -> tuple[Name, ...]:
    """A gateway names the trustpoint of each."""
    return tuple(held.subject for held in event.trusted)


def _trust_list(listed: tuple[ListedServer, ...] | None) -> tuple[Trusted, ...] | None:
    return tuple(Trusted(one.subject, one.serial_number) for one in listed) if listed is not None else None
