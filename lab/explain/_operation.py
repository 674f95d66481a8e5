"""Why a certificate operation of CAPF failed, by what CAPF noted on the way to its status."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from cisco_data import AuthenticationMode, CertificateOperation, KeyOrder
from lab.base.acts import ActKind
from lab.base.texts import Part, Text, fault, text
from lab.case import Case, FailedOperation, cn
from lab.case.words import ref_text
from lab.explain._certificate import certificate_refused
from lab.explain._cure import Cure, Do, advice, cure
from lab.explain._explanation import RuleFinding, finding
from lab.explain._remedies import by_mic, by_null_string, order, reset
from lab.explain._ways import Way

NOT_PRESENTED, OTHER_DEVICE = "no certificate was presented", "it names another device"
_NO_PROOF = ("the proof of possession is missing", "the proof of possession is not by its key")


def operation_failed(case: Case) -> RuleFinding | None:
    """None where CAPF noted nothing that a rule knows."""
    problem = case.problem
    assert isinstance(problem, FailedOperation)
    rule = _RULES.get(problem.reason)
    return rule(case, problem) if rule is not None else None


def _proof_of_possession(case: Case, problem: FailedOperation) -> RuleFinding | None:
    shows = case.phone.shows
    kind = shows.kind if shows is not None else ""
    ways = (by_null_string(case), *by_mic(case))
    if problem.fault == NOT_PRESENTED or not kind:
        return replace(finding("capf-no-certificate"), cures=(by_null_string(case),))
    if problem.fault in _NO_PROOF:
        return replace(finding("capf-no-proof", kind=kind, fault=fault(problem.fault)), cures=ways)
    if problem.fault == OTHER_DEVICE:
        subject = cn(problem.shown.subject) if problem.shown is not None and problem.shown.subject else "?"
        parts: dict[str, Part] = {"kind": kind, "subject": subject, "device": case.device}
        told = cure(Way.NULL_STRING_AND_ORIGIN, by_null_string(case), advice("find-out-where-from"))
        return RuleFinding("capf-certificate-of-another-device", parts, cures=(told, *by_mic(case)))
    found = certificate_refused(case)
    if found is not None:
        return found
    rule = "capf-mic-refused" if kind == "MIC" else "capf-lsc-refused"
    label: Part = cn(shows.issuer) if shows is not None and shows.issuer else text("explain.phrase.issuer-unreadable")
    reason = text("explain.phrase.fault", fault=fault(problem.fault))
    return RuleFinding(rule, {"issuer": label}, (reason,), ways)


def _string(case: Case, problem: FailedOperation) -> RuleFinding:
    if problem.details.get("until"):
        return _blocked(case, problem)
    given = bool(problem.details.get("given"))
    found = finding("capf-authentication-string" if given else "capf-no-authentication-string")
    again = advice("type-string-again" if given else "type-string", phone=case.device)
    return replace(found, cures=(cure(Way.TYPE_STRING, again), by_null_string(case)))


def _blocked(case: Case, problem: FailedOperation) -> RuleFinding:
    until = problem.details.get("until", "?")
    found = finding("capf-authentication-string-blocked", until=until)
    waited = cure(Way.WAIT_AND_TYPE_STRING, advice("wait-and-type-string", until=until))
    return replace(found, cures=(waited, by_null_string(case)))


def _late(case: Case, problem: FailedOperation) -> RuleFinding:
    found = finding("capf-late", completes_by=problem.details.get("completes_by", "?"))
    return replace(found, cures=(_again(case, problem),))


def _timed_out(case: Case, problem: FailedOperation) -> RuleFinding:
    details = problem.details
    found = finding("capf-timed-out", completes_by=details.get("completes_by", "?"), state=details.get("state", "?"))
    return replace(found, cures=(_again(case, problem),))


def _again(case: Case, problem: FailedOperation) -> Cure:
    """The same operation, without a date by which it must be over."""
    keys: dict[str, str | bool] = {
        "phone": case.device,
        "operation": problem.operation or CertificateOperation.INSTALL_UPGRADE,
    }
    if problem.mode and problem.mode != AuthenticationMode.BY_AUTHENTICATION_STRING:
        keys["mode"] = problem.mode
    return cure(Way.AGAIN, Do("certificate-operation", keys, "operation-again"), reset(case))


def _key(case: Case, problem: FailedOperation) -> RuleFinding:
    details = problem.details
    found = finding("capf-key-not-made", key=details.get("key", "?"), fault=details.get("fault", "?"))
    return replace(found, cures=(_with_rsa(case),))


def _ec_only(case: Case, problem: FailedOperation) -> RuleFinding:
    found = finding("capf-ec-only", version=problem.details.get("version", "?"))
    return replace(found, cures=(_with_rsa(case),))


def _with_rsa(case: Case) -> Cure:
    keys: dict[str, str | int] = {**order(case).keys, "key-order": KeyOrder.RSA_ONLY}
    return cure(Way.WITH_RSA, Do("certificate-operation", keys, "operation-with-rsa"), reset(case))


def _not_issued(case: Case, problem: FailedOperation) -> RuleFinding:
    return finding("capf-lsc-not-issued", failure=problem.details.get("failure", "?"))


def _not_stored(case: Case, problem: FailedOperation) -> RuleFinding:
    found = finding("capf-lsc-not-stored", reason=problem.details.get("reason", "?"))
    said = problem.details.get("fault")
    return replace(found, why=(text("explain.phrase.fault", fault=said),)) if said is not None else found


def _gone(case: Case, problem: FailedOperation) -> RuleFinding:
    details = problem.details
    stop = next((act for act in reversed(case.outages) if act.kind is ActKind.SERVICE_STOPPED), None)
    if problem.reason == "lost":
        how: Text = text("explain.phrase.hung-up", state=details.get("state", "?"))
    else:
        parts: dict[str, Part] = {"state": details.get("state", "?"), "seconds": details.get("seconds", "?")}
        how = text("explain.phrase.silent", **parts)
    found = finding("capf-phone-gone", how=how)
    if stop is None:
        return found
    told = text("explain.act.stopped-meanwhile", service=stop.unit, at=ref_text(stop.ref))
    return replace(found, why=(told,), because=(stop,))


_RULES: dict[str, Callable[[Case, FailedOperation], RuleFinding | None]] = {
    "proof-of-possession": _proof_of_possession,
    "string": _string,
    "blocked": _blocked,
    "late": _late,
    "timed out": _timed_out,
    "key": _key,
    "ec only": _ec_only,
    "not issued": _not_issued,
    "not stored": _not_stored,
    "silent": _gone,
    "lost": _gone,
}
