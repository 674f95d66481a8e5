"""An outcome of what-if as a case: the same data that a journal gives, read from the fleet and from what became of the attempt.

No event stands behind it. What led to it is what was done to the fleet (`Fleet.acts`), under the numbers of the plan's steps.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import datetime

from capf_sim.proof_of_possession import ProofOfPossessionFault
from cisco_data import (
    DEFAULT_RELEASE,
    STORE_OF,
    AuthenticationMode,
    CertificateKind,
    CertificateOperation,
    CertificateUnit,
    ServiceKind,
)
from cucm_sim.causes import CcmDevRegFailCauseCode
from edge_sim.authentication_server.failure_reasons import FailureReason
from lab.base.acts import RENEWALS, ActKind
from lab.base.texts import Part, Text, fault, text
from lab.case import (
    Basis,
    Case,
    CaseAct,
    FailedOperation,
    Held,
    Name,
    Noted,
    NotedKind,
    PhoneFacts,
    Problem,
    RefusedByTls,
    RejectedByService,
    ServiceFacts,
    Shown,
    Trusted,
    cn,
)
from lab.fleet import model as fl
from lab.whatif.fleet_history import BEFORE, history, serial_of, service_of, stopped, unit_of
from lab.whatif.impact_report import ELSEWHERE, Outcome, ServerTrust, ended_by_phone
from lab.whatif.service_profiles import SERVICE_PROFILES
from lab.whatif.trust.boot import CONFIGURATION, Booted
from lab.whatif.trust.held import held_lists
from lab.whatif.trust_case import evidence, refusal_of
from phone_sim.trust.listed_servers import server_certificates_untrusted
from phone_sim.trust.tvs_answer import TrustRefusal
from pki import Certificate, DistinguishedName, names_device, names_of, read
from pki.rekeyed import RekeyedCertificates
from wire.tls import alert_text, verify_text

_MAX_CHAIN = 8


def case_of(
    rekeyed: RekeyedCertificates,
    fleet: fl.Fleet,
    phone: fl.FleetPhone,
    server: fl.FleetServer,
    outcome: Outcome,
    trust: ServerTrust | None = None,
) -> Case:
    """One phone at one server that did not accept it, or that it did not accept.

    Args:
        rekeyed: who finds whose key signed a certificate.
        fleet: at the moment of the attempt, with what was done before it.
        trust: what the phone makes of the server; None where no list decides.
    """
    return _Maker(rekeyed, fleet, phone.going, server, outcome, trust).case()


def files_case(
    rekeyed: RekeyedCertificates, fleet: fl.Fleet, phone: fl.FleetPhone, server: fl.FleetServer, booted: Booted
) -> Case | None:
    """One phone at Cisco Tftp, whose lists or configuration it refuses; None where it takes them all.

    Args:
        phone: before it asked for them.
        booted: what it made of them.
    """
    refused = booted.refused
    if refused is None:
        return None
    lists = refused.held if refused.file == CONFIGURATION else phone.lists  # new lists count when both are considered
    decided_by = replace(phone, lists=lists)
    maker = _Maker(rekeyed, fleet, decided_by, server, Outcome(False), None)
    return maker.case_of(None, refusal_of(fleet, phone, booted, refused), None, evidence(phone, booted))


class _Maker:
    """Reads one attempt."""

    def __init__(
        self,
        rekeyed: RekeyedCertificates,
        fleet: fl.Fleet,
        phone: fl.FleetPhone,
        server: fl.FleetServer,
        outcome: Outcome,
        trust: ServerTrust | None,
    ) -> None:
        self._trust = trust
        self._rekeyed, self._fleet, self._phone = rekeyed, fleet, phone
        self._server, self._outcome = server, outcome
        self._history = history(fleet)

    def case(self) -> Case:
        shows = self._shows()
        problem, what = self._problem(shows)
        return self.case_of(shows, problem, what, self._evidence(shows))

    def case_of(self, shows: Held | None, problem: Problem, what: Text | None, evidence: Iterable[Text]) -> Case:
        fleet, phone, server = self._fleet, self._phone, self._server
        profile = SERVICE_PROFILES.get(server.kind)
        facts = PhoneFacts(
            phone.device_name,
            phone.cluster,
            self._held(CertificateKind.LSC),
            self._held(CertificateKind.MIC),
            shows,
            str(phone.mode),
            profile.wants(phone).version_text if profile is not None else "",
            str(phone.tls.maximum),
            _listed(phone),
        )
        service = self._service(server)
        others = tuple(self._service(one) for name, one in fleet.servers.items() if name != server.name)
        callmanager = next(
            (s for s in fleet.servers.values() if s.kind is ServiceKind.CALLMANAGER and s.cluster == phone.cluster),
            None,
        )
        release = fleet.releases.get(phone.cluster)
        return Case(
            phone=facts,
            service=service,
            problem=problem,
            shown=BEFORE,
            at=fleet.at,
            history=self._history,
            others=others,
            capfs=tuple(self._capfs()),
            authorities=tuple(map(_trusted, fleet.certificates)),
            outages=self._outages(),
            evidence=tuple((BEFORE, line) for line in evidence),
            mixed=callmanager.mixed if callmanager is not None else True,
            online_ca=fleet.online_ca,
            release=release.name if release is not None else DEFAULT_RELEASE,
            what=what,
            still=True,
        )

    # Services

    def _service(self, server: fl.FleetServer) -> ServiceFacts:
        in_cluster = server.kind in STORE_OF or server.kind is ServiceKind.TFTP
        starts = [act for act in self._history if act.kind is ActKind.SERVICE_STARTED and _is_of(act, server)]
        return ServiceFacts(
            server.kind,
            server.cluster if in_cluster else "",
            "" if in_cluster else server.name,
            _basis(server.in_use),
            _basis(server.configured),
            starts[-1].ref if starts else BEFORE,
        )

    def _capfs(self) -> Iterator[tuple[str, Trusted]]:
        """Oldest first: what CAPF's certificates took the place of, and the present ones."""
        made = [
            act
            for act in self._fleet.acts
            if act.kind in RENEWALS and unit_of(self._fleet, act) == CertificateUnit.CAPF
        ]
        for act in made:
            for certificate in (act.former, act.certificate):
                if certificate is not None:
                    yield act.cluster, _trusted(certificate)
        for cluster, certificate in self._fleet.capf.items():
            yield cluster, _trusted(certificate)

    def _outages(self) -> tuple[CaseAct, ...]:
        if self._outcome.reason != "stopped":
            return ()
        stops = [a for a in self._history if a.kind is ActKind.SERVICE_STOPPED and _is_of(a, self._server)]
        return (stops[-1],) if stops else (stopped(self._server),)

    # The phone's certificates

    def _held(self, kind: CertificateKind) -> Held | None:
        held = self._phone.lsc if kind is CertificateKind.LSC else self._phone.mic
        if held is None:
            return None
        if isinstance(held, fl.Described):
            issuer = DistinguishedName.of_cn(held.issuer_name)
            signer = ""
            if held.issuer is not None:
                issuer, signer = names_of(held.issuer).subject, serial_of(held.issuer)
            return Held(
                str(kind), issuer, f"{held.serial_number:x}", held.not_after, signer if held.kind is _LSC else ""
            )
        signed = self._rekeyed.signer(held.certificate, held.chain) if kind is _LSC else None
        return Held(
            str(kind),
            names_of(held.certificate).issuer,
            serial_of(held.certificate),
            _end(held.certificate),
            serial_of(signed) if signed is not None else "",
        )

    def _shows(self) -> Held | None:
        kind = self._outcome.kind
        return self._held(CertificateKind(kind)) if kind else None

    def _presented(self) -> fl.Held | None:
        """As the outcome says which."""
        return self._phone.lsc if self._outcome.kind == "LSC" else self._phone.mic

    def _certificate(self) -> Certificate | None:
        held = self._presented()
        return held.certificate if isinstance(held, fl.Known) else None

    def _fault(self, shows: Held | None, depth: int) -> Shown | None:
        """The certificate at that depth: found by the issuers' names, among what the phone sends and what the service trusts."""
        if shows is None:
            return None
        own = self._certificate()
        subject = names_of(own).subject if own is not None else DistinguishedName.of_cn(self._phone.device_name)
        found = Shown(subject, shows.issuer, shows.serial)
        for _ in range(min(depth, _MAX_CHAIN)):
            above = self._authority(found.issuer)
            if above is None:
                return None
            names = names_of(above)
            found = Shown(names.subject, names.issuer, serial_of(above))
        return found

    def _authority(self, name: Name) -> Certificate | None:
        held = self._presented()
        sent = held.chain if isinstance(held, fl.Known) else ()
        trusted = tuple(self._server.in_use.trust) if self._server.in_use is not None else ()
        for certificate in (*sent, *trusted, *self._fleet.certificates):
            if names_of(certificate).subject == name:
                return certificate
        return None

    # What became of it

    def _problem(self, shows: Held | None) -> tuple[Problem, Text | None]:
        outcome, server, device = self._outcome, self._server, self._phone.device_name
        if outcome.reason == "stopped":
            return Noted(NotedKind.UNREACHABLE), text("explain.what.stopped", device=device, server=server.name)
        if outcome.reason == ELSEWHERE:
            return Noted(NotedKind.UNREACHABLE), text("explain.what.elsewhere", device=device, server=server.name)
        if outcome.reason == "host ID":
            return self._host_id(), text("explain.what.host-id", device=device, server=server.name)
        if outcome.reason == "rejected":
            return _REJECTED[server.kind](self, shows)
        shown = self._fault(shows, max(outcome.depth, 0)) if outcome.verify_code > 0 else None
        direction, refusal = outcome.alert_direction, ""
        if ended_by_phone(outcome, self._trust):
            assert self._trust is not None
            direction, refusal = "write", TrustRefusal(self._trust.refusal).name
        if direction == "write":
            own = server.in_use.certificate if server.in_use is not None else None
            shown = _shown(own) if own is not None else None
        code = outcome.verify_code
        return RefusedByTls(outcome.alert, direction, code, outcome.depth, shown, refusal), None

    def _host_id(self) -> Noted:
        own = self._server.in_use.identity if self._server.in_use is not None else None
        subject = cn(names_of(own.certificate).subject) if own is not None else ""
        details: dict[str, Part] = {"fault": self._outcome.cause, "host": self._server.host, "subject": subject}
        return Noted(NotedKind.VPN_FAILED, "host ID", details)

    def by_callmanager(self, shows: Held | None) -> tuple[Problem, Text | None]:
        cause = self._outcome.cause
        code = CcmDevRegFailCauseCode[cause].value if cause in CcmDevRegFailCauseCode.__members__ else 0
        return RejectedByService(cause, code, tls_version=self._outcome.tls_version), None

    def by_capf(self, shows: Held | None) -> tuple[Problem, Text | None]:
        """Which fault it is follows from the codes, since CAPF's status names only the kind of certificate."""
        outcome, own = self._outcome, self._certificate()
        found = ProofOfPossessionFault.NOT_TRUSTED
        if shows is None:
            found = ProofOfPossessionFault.NOT_PRESENTED
        elif (
            outcome.verify_code <= 0
            and own is not None
            and not names_device(read(own).subject, self._phone.device_name)
        ):
            found = ProofOfPossessionFault.OTHER_DEVICE
        mode = AuthenticationMode.BY_EXISTING_CERTIFICATE_LSC
        if self._phone.capf_precedence is CertificateKind.MIC:
            mode = AuthenticationMode.BY_EXISTING_CERTIFICATE_MIC
        operation = CertificateOperation.INSTALL_UPGRADE.value
        shown = self._fault(shows, 0)
        return (
            FailedOperation(
                operation,
                f"Upgrade Failed: {outcome.cause}",
                "proof-of-possession",
                mode.value,
                found.value,
                max(outcome.verify_code, 0),
                max(outcome.depth, 0),
                shown,
            ),
            None,
        )

    def by_radius(self, shows: Held | None) -> tuple[Problem, Text | None]:
        cause = self._outcome.cause
        code = FailureReason[cause].value if cause in FailureReason.__members__ else 0
        own = self._certificate()
        received = names_of(own).subject.cn if own is not None else ""
        expected = self._phone.device_name
        return RejectedByService(cause, code, expected, received, self._outcome.tls_version), None

    def by_gateway(self, shows: Held | None) -> tuple[Problem, Text | None]:
        cause, server = self._outcome.cause, self._server
        details: dict[str, Part] = {
            "url": server.host or server.name,
            "status": 401,
            "reason": cause,
            "fault": fault(cause),
        }
        what = text("explain.what.no-login", device=self._phone.device_name, server=server.name)
        return Noted(NotedKind.VPN_FAILED, "login", details), what

    def _evidence(self, shows: Held | None) -> Iterator[Text]:
        """What the handshake itself showed."""
        outcome, device = self._outcome, self._phone.device_name
        if outcome.alert >= 0:
            key = "evidence.alert-read" if outcome.alert_direction == "read" else "evidence.alert-written"
            what = text(key, alert=alert_text(outcome.alert), number=outcome.alert)
            yield text("evidence.line", actor=device, what=what)
        if outcome.verify_code > 0:
            words = verify_text(outcome.verify_code) or text("explain.phrase.code-not-known")
            judge = device if outcome.alert_direction == "write" else self._server.name
            code, depth = outcome.verify_code, outcome.depth
            what = text("evidence.handshake-not-verified", code=code, words=words, depth=depth)
            yield text("evidence.line", actor=judge, what=what)
        if outcome.cause:
            what = text("evidence.refused-for", cause=outcome.cause)
            yield text("evidence.line", actor=self._server.name, what=what)
        if shows is not None:
            what = text("evidence.certificate-chosen", kind=shows.kind, serial=shows.serial, issuer=cn(shows.issuer))
            yield text("evidence.line", actor=device, what=what)


_LSC = CertificateKind.LSC
_REJECTED = {
    ServiceKind.CALLMANAGER: _Maker.by_callmanager,
    ServiceKind.CAPF: _Maker.by_capf,
    ServiceKind.DOT1X: _Maker.by_radius,
    ServiceKind.VPN: _Maker.by_gateway,
}


def _is_of(act: CaseAct, server: fl.FleetServer) -> bool:
    unit = service_of(server)
    return (act.cluster, act.unit) == (server.cluster, unit) if unit else act.server == server.name


# Certificates as data


def _basis(settings: fl.Settings | None) -> Basis | None:
    if settings is None:
        return None
    own = _trusted(settings.identity.certificate) if settings.identity is not None else None
    return Basis(tuple(map(_trusted, settings.trust)), own, str(settings.minimum_tls))


def _listed(phone: fl.FleetPhone) -> tuple[Trusted, ...] | None:
    """The servers of its lists; None where it holds none, and where they are not known."""
    lists = held_lists(phone)
    return tuple(map(_trusted, server_certificates_untrusted(lists))) if lists.any_held else None


def _trusted(certificate: Certificate) -> Trusted:
    names = names_of(certificate)
    return Trusted(names.subject, serial_of(certificate), names.issuer, _end(certificate))


def _shown(certificate: Certificate) -> Shown:
    names = names_of(certificate)
    return Shown(names.subject, names.issuer, serial_of(certificate))


def _end(certificate: Certificate) -> datetime | None:
    return read(certificate).not_after
