"""What happened, in one sentence: before any cause."""

from __future__ import annotations

from cisco_data import ServiceKind
from lab.base.texts import Part, Text, text
from lab.case import Case, FailedOperation, Noted, NotedKind, RefusedByTls, RefusedByTrust, RejectedByService, Subject
from wire.tls_numbers import alert_text

HEADLINES = {
    NotedKind.NO_FILE: "no-file",
    NotedKind.UNREACHABLE: "unreachable",
    NotedKind.LOST: "waiting",
    NotedKind.DEADLOCK: "deadlock",
    NotedKind.WAITING: "waiting",
    NotedKind.PORT_CLOSED: "dot1x-failed",
    NotedKind.PORT_WAITS: "at-port",
    NotedKind.VPN_FAILED: "vpn-failed",
    NotedKind.VPN_LOST: "vpn-lost",
    NotedKind.VPN_NOT_ATTEMPTED: "vpn-not-attempted",
    NotedKind.LAB_FAULT: "lab-fault",
}

_SUBJECTS = {
    Subject.CTL: "explain.what.list-refused",
    Subject.ITL: "explain.what.list-refused",
    Subject.CONFIGURATION: "explain.what.configuration-refused",
    Subject.HTTPS: "explain.what.https-refused",
}


def refusal_text(refusal: str) -> Text:
    """Why a phone refuses something by its lists, in words."""
    return Text(f"explain.refusal.{refusal.lower().replace('_', '-')}")


def headline(case: Case) -> Text:
    if case.what is not None:
        return case.what
    device, problem = case.device, case.problem
    if isinstance(problem, RefusedByTls):
        return _tls(case, problem)
    if isinstance(problem, RefusedByTrust):
        refusal = refusal_text(problem.refusal)
        return text(_SUBJECTS[problem.subject], device=device, file=problem.file, list=problem.subject, refusal=refusal)
    if isinstance(problem, RejectedByService):
        if case.service.kind is ServiceKind.DOT1X:
            parts: dict[str, Part] = {"device": device, "server": case.service.server, "code": problem.code}
            return text("explain.what.dot1x-rejected", reason=problem.cause, **parts)
        return text("explain.what.rejected", device=device, cause=problem.cause, code=problem.code)
    if isinstance(problem, FailedOperation):
        status = problem.status
        return text("explain.what.operation-ended", operation=problem.operation, device=device, status=status)
    assert isinstance(problem, Noted)
    return Text(f"explain.what.{HEADLINES[problem.kind]}", {"device": device, **problem.details})


def _tls(case: Case, problem: RefusedByTls) -> Text:
    device, kind, alert = case.device, case.service.kind, alert_text(problem.alert)
    if problem.direction == "write":
        if kind is ServiceKind.DOT1X:
            return text("explain.what.dot1x-server-refused", device=device, alert=alert)
        server = case.service.server or kind.value
        if problem.refusal and problem.alert < 0:
            refusal = refusal_text(problem.refusal)
            return text("explain.what.server-not-trusted", device=device, server=server, refusal=refusal)
        return text("explain.what.server-refused", device=device, server=server, alert=alert)
    if kind is ServiceKind.CAPF:
        return text("explain.what.no-tls-to-capf", device=device)
    if kind is ServiceKind.DOT1X:
        return text("explain.what.dot1x-failed", device=device)
    server = case.service.server or kind.value
    if problem.alert < 0:
        return text("explain.what.closed", device=device, server=server)
    shows = case.phone.shows
    if shows is None:
        return text("explain.what.refused", device=device, server=server, alert=alert)
    return text("explain.what.certificate-refused", device=device, server=server, kind=shows.kind, alert=alert)
