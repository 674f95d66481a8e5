"""Why a phone refused the certificate of CallManager or CAPF: a restart that is due, an old trust list, or the wrong one.

Where the phone has no list at hand that decides, it asked TVS; what came of that is a sentence of its own.
"""

from __future__ import annotations

from dataclasses import replace

from cisco_data import ServiceKind
from lab.base.acts import RENEWALS, ActKind
from lab.base.texts import Text, text
from lab.case import Case, CaseAct, Name, RefusedByTls, ServiceFacts, Shown, Trusted, cn
from lab.case.words import ref_text
from lab.explain._certificate import DISTRUST
from lab.explain._cure import Cure, Do, cure
from lab.explain._explanation import RuleFinding, finding
from lab.explain._headline import refusal_text
from lab.explain._remedies import delete_lists, new_trust_list, order, regenerate, reset, restart
from lab.explain._ways import Way
from wire.tls_numbers import VerifyCode

_UNITS = {ServiceKind.CALLMANAGER: "CallManager", ServiceKind.CAPF: "CAPF"}
_RULES = {
    "distrusts": {
        ServiceKind.CALLMANAGER: "phone-distrusts-callmanager",
        ServiceKind.CAPF: "phone-distrusts-capf",
        ServiceKind.DOT1X: "dot1x-phone-distrusts-server",
    },
    "regenerated": {ServiceKind.CALLMANAGER: "callmanager-regenerated", ServiceKind.CAPF: "capf-regenerated"},
    "restart due": {ServiceKind.CALLMANAGER: "callmanager-restart-due", ServiceKind.CAPF: "capf-restart-due"},
    "expired": {
        ServiceKind.CALLMANAGER: "callmanager-certificate-expired",
        ServiceKind.CAPF: "capf-certificate-expired",
        ServiceKind.DOT1X: "dot1x-server-certificate-expired",
    },
}


def server_refused(case: Case) -> RuleFinding | None:
    """None where the verify code is one of neither kind: then nothing is guessed."""
    problem = case.problem
    assert isinstance(problem, RefusedByTls)
    kind = case.service.kind
    if problem.verify_code == VerifyCode.CERT_HAS_EXPIRED:
        rule = _RULES["expired"].get(kind)
        if rule is None or kind is ServiceKind.DOT1X:
            return finding(rule) if rule is not None else None
        return _expired(case, rule)
    if (problem.verify_code not in DISTRUST and not problem.refusal) or kind not in _RULES["distrusts"]:
        return None
    if kind is ServiceKind.DOT1X:
        return finding(_RULES["distrusts"][kind])
    found = _distrusted(case, problem)
    if not problem.refusal:
        return found
    told = (text("explain.phrase.by-lists-and-tvs", refusal=refusal_text(problem.refusal)),)
    assumed = (text("evidence.assumed-tvs-after-handshake"),) if problem.alert < 0 else ()
    return replace(found, why=(*found.why, *told), assumed=assumed)


def _distrusted(case: Case, problem: RefusedByTls) -> RuleFinding:
    kind, shown = case.service.kind, problem.fault
    due = _restart_due(case.service, shown)
    made = _made(case, due.serial if due is not None else shown.serial if shown is not None else "")
    listed = case.phone.trust_list
    if due is not None and (_lists(listed, due) or (listed is None and _was_updated(case, made))):
        return _due(case, due, made, (cure(Way.RESTART, restart(case.service), _again(case)),))
    if due is not None and _lists_former(listed, made):
        # two faults: the service still shows its old certificate, and the phone's list is older than the new one
        steps = cure(
            Way.UPDATE_LIST_AND_RESTART, new_trust_list(case, case.service.cluster), restart(case.service), reset(case)
        )
        return _due(case, due, made, (steps,))
    if made is not None and due is None and (listed is None or _lists_former(listed, made)):
        return _regenerated(case, made)
    found = finding(_RULES["distrusts"][kind])
    if due is None:
        return replace(found, cures=(delete_lists(case),))
    act = made
    told = (text("explain.phrase.also-restart-due", service=_unit(kind), at=_at(act)),)
    steps = cure(Way.RESTART_AND_DELETE_LISTS, restart(case.service), delete_lists(case))
    return replace(found, why=told, cures=(steps,), because=_acts(act))


def _restart_due(service: ServiceFacts, shown: Shown | None) -> Trusted | None:
    """The certificate that the service is configured with, where it shows another one."""
    configured = service.configured.own if service.configured is not None else None
    used = service.in_use.own if service.in_use is not None else None
    if configured is None or not configured.serial:
        return None
    serial = shown.serial if shown is not None and shown.serial else used.serial if used is not None else ""
    return configured if serial and serial != configured.serial else None


def _due(case: Case, due: Trusted, made: CaseAct | None, cures: tuple[Cure, ...]) -> RuleFinding:
    kind = case.service.kind
    found = finding(
        _RULES["restart due"][kind],
        name=cn(due.name),
        cluster=case.service.cluster,
        at=_at(made),
        start=ref_text(case.service.started) if case.service.started is not None else text("explain.ref.before"),
    )
    return replace(found, cures=cures, because=_acts(made))


def _regenerated(case: Case, made: CaseAct) -> RuleFinding:
    """The service shows its new certificate, and the phone's list names the one before."""
    cluster = case.service.cluster
    found = finding(
        _RULES["regenerated"][case.service.kind], at=ref_text(made.ref), name=_cn(made.subject), cluster=cluster
    )
    updated = _updates(case, made)
    if updated:
        told = text("explain.act.ctl-updated", at=ref_text(updated[-1].ref))
        steps = cure(Way.RESET, _once_more(case))
    else:
        told = text("explain.act.ctl-not-updated")
        steps = cure(Way.UPDATE_LIST, new_trust_list(case, cluster), _once_more(case))
    return replace(found, why=(told,), cures=(steps,), because=(made, *updated[-1:]))


def _expired(case: Case, rule: str) -> RuleFinding:
    """A certificate that was regenerated since only waits for the restart."""
    problem = case.problem
    assert isinstance(problem, RefusedByTls)
    kind, cluster = case.service.kind, case.service.cluster
    due = _restart_due(case.service, problem.fault)
    if due is not None:
        made = _made(case, due.serial)
        told = text("explain.phrase.also-restart-due", service=_unit(kind), at=_at(made))
        ahead = [] if _lists(case.phone.trust_list, due) else [new_trust_list(case, cluster)]
        steps = cure(Way.RESTART, ahead, restart(case.service), reset(case))
        return RuleFinding(rule, why=(told,), cures=(steps,), because=_acts(made))
    unit = _UNITS[kind]
    steps = cure(
        Way.REGENERATE,
        regenerate(cluster, unit),
        new_trust_list(case, cluster),
        restart(case.service),
        _once_more(case),
    )
    return RuleFinding(rule, cures=(steps,))


def _once_more(case: Case) -> tuple[Do, ...]:
    """The phone reads its list again; at CAPF the operation is saved again, since the one that failed may wait for a string."""
    return (order(case), reset(case)) if case.service.kind is ServiceKind.CAPF else (reset(case),)


def _again(case: Case) -> tuple[Do, ...]:
    """The phone tries CallManager again by itself, and CAPF when it is reset."""
    return (reset(case),) if case.service.kind is ServiceKind.CAPF else ()


def _made(case: Case, serial: str) -> CaseAct | None:
    """How the service's certificate of that serial number came to be."""
    unit = _UNITS[case.service.kind]
    for act in reversed(case.history):
        if act.kind in RENEWALS and act.unit == unit and act.cluster == case.service.cluster and act.serial == serial:
            return act
    return None


def _updates(case: Case, made: CaseAct | None) -> list[CaseAct]:
    """Trust lists that were made after a certificate."""
    if made is None:
        return []
    since = case.history[case.history.index(made) + 1 :]
    return [a for a in since if a.kind is ActKind.TRUST_LISTS_UPDATED and a.cluster == case.service.cluster]


def _was_updated(case: Case, made: CaseAct | None) -> bool:
    return bool(_updates(case, made))


def _lists(listed: tuple[Trusted, ...] | None, certificate: Trusted) -> bool:
    return listed is not None and any(
        one.name == certificate.name and one.serial == certificate.serial for one in listed
    )


def _lists_former(listed: tuple[Trusted, ...] | None, made: CaseAct | None) -> bool:
    if listed is None or made is None:
        return False
    return any(one.name == made.former and one.serial in ("", made.former_serial) for one in listed)


def _unit(kind: ServiceKind) -> str:
    return _UNITS[kind]


def _at(act: CaseAct | None) -> Text:
    return ref_text(act.ref) if act is not None else text("explain.ref.before")


def _acts(act: CaseAct | None) -> tuple[CaseAct, ...]:
    return (act,) if act is not None else ()


def _cn(name: Name | None) -> str:
    return cn(name) if name else "?"
