"""Why a service did not take a phone although TLS was up: CallManager's cause, ISE's failure, the gateway's answer."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from cisco_data import ServiceKind, ServiceName
from lab.base.acts import ActKind
from lab.base.texts import Part, Text, text
from lab.case import Case, CaseAct, RejectedByService
from lab.case.words import ref_text
from lab.explain._cure import Cure, cure
from lab.explain._explanation import RuleFinding, finding
from lab.explain._handshake import no_certificate, no_common_cipher, version
from lab.explain._remedies import new_lsc, reset, restart_of
from lab.explain._ways import Way


def rejected(case: Case) -> RuleFinding | None:
    problem = case.problem
    assert isinstance(problem, RejectedByService)
    rules = {ServiceKind.CALLMANAGER: _by_callmanager, ServiceKind.DOT1X: _by_authentication_server}
    rule = rules.get(case.service.kind)
    return rule(case, problem) if rule is not None else None


# CallManager


def _by_callmanager(case: Case, problem: RejectedByService) -> RuleFinding | None:
    rule = f"rejected-{problem.cause}"
    if rule not in _CALLMANAGER:
        return None
    found = finding(rule, device=case.device)
    told: tuple[Text, ...] = ()
    if problem.expected or problem.received:
        nothing = text("explain.phrase.nothing")
        expected: Part = problem.expected or nothing
        received: Part = problem.received or nothing
        told = (text("explain.phrase.expected", expected=expected, received=received),)
    act = _act(case, problem)
    if act is not None:
        told += (_ACTS[act.kind](act),)
    ways: tuple[Cure, ...] = ()
    if problem.cause == "invalidX509NameInCertificate":
        ways = (new_lsc(case),)
    elif problem.cause in ("securityMismatch", "invalidTLSCipher"):
        ways = (cure(Way.RESET, reset(case)),)
        if (
            act is not None and act.kind is ActKind.CLUSTER_MODE_SET
        ):  # Cisco Tftp reads the mode at its start, as CallManager does
            ways = (cure(Way.RESTART, restart_of(case.service.cluster, ServiceName.TFTP), reset(case)),)
    return replace(found, why=told, cures=ways, because=(act,) if act is not None else ())


_CALLMANAGER = (
    "rejected-noEntryInDatabase",
    "rejected-securityMismatch",
    "rejected-invalidX509NameInCertificate",
    "rejected-invalidTLSCipher",
    "rejected-deviceTypeMismatch",
    "rejected-authenticatedDeviceAlreadyExists",
)


def _act(case: Case, problem: RejectedByService) -> CaseAct | None:
    """What the administrator did that makes the cluster reject this phone."""
    kinds: tuple[ActKind, ...] = ()
    if problem.cause == "securityMismatch":
        kinds = (ActKind.PROFILE_SET, ActKind.CLUSTER_MODE_SET)
    found = [a for a in case.history if a.kind in kinds and a.cluster == case.service.cluster]
    return next((a for a in reversed(found) if a.device in ("", case.device)), None)


_ACTS: dict[ActKind, Callable[[CaseAct], Text]] = {
    ActKind.PROFILE_SET: lambda act: text("explain.act.profile-assigned", at=ref_text(act.ref), profile=act.value),
    ActKind.CLUSTER_MODE_SET: lambda act: text("explain.act.cluster-mode", at=ref_text(act.ref), mode=act.value),
}


# 802.1X


def _by_authentication_server(case: Case, problem: RejectedByService) -> RuleFinding | None:
    rule = _BY_REASON.get(problem.cause)
    return rule(case, problem) if rule is not None else None


def _authentication(case: Case, problem: RejectedByService) -> RuleFinding:
    """Without TLS there was no certificate whose name could be another one."""
    parts: dict[str, Part] = {
        "expected": problem.expected,
        "received": problem.received,
        "server": case.service.server,
    }
    if not problem.tls_version:
        return RuleFinding("dot1x-other-method", parts)
    return RuleFinding("dot1x-name-not-the-identity", parts, cures=(new_lsc(case),))


def _unknown_endpoint(case: Case, problem: RejectedByService) -> RuleFinding:
    return finding("dot1x-unknown-endpoint", received=problem.received, server=case.service.server)


def _phone_silent(case: Case, problem: RejectedByService) -> RuleFinding:
    return finding("dot1x-phone-silent", server=case.service.server)


_BY_REASON: dict[str, Callable[[Case, RejectedByService], RuleFinding | None]] = {
    "EAP_TLS_AUTHENTICATION_FAILED": _authentication,
    "EAP_TLS_HANDSHAKE_FAILED": lambda case, _: no_certificate(case),
    "SUPPLICANT_STOPPED_RESPONDING": _phone_silent,
    "NO_SUITABLE_CIPHERS": lambda case, _: no_common_cipher(case),
    "TLS_VERSION_NOT_ALLOWED": lambda case, _: version(case),
    "SUBJECT_NOT_FOUND": _unknown_endpoint,
}
"""Names of ISE's failures, where OpenSSL gave no verify code."""
