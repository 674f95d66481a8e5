"""Failures that no certificate decides: no file, no answer, a closed port, a missing tunnel, a phone that waits."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from cisco_data import ClusterSecurityMode, DeviceSecurityMode, PortMode, ServiceKind, ServiceName
from lab.base.acts import ActKind
from lab.base.texts import Part, Text, text
from lab.case import Case, Noted, NotedKind
from lab.case.words import ref_text
from lab.explain._cure import Do, advice, cure
from lab.explain._explanation import RuleFinding, finding
from lab.explain._handshake import no_certificate
from lab.explain._remedies import order, reset, restart, restart_of, set_profile, start_of, vpn_again
from lab.explain._ways import Way

FILE_NOT_FOUND = "file not found"


def noted(case: Case) -> RuleFinding | None:
    problem = case.problem
    assert isinstance(problem, Noted)
    rule = _RULES.get((problem.kind, problem.reason)) or _RULES.get((problem.kind, ""))
    found = rule(case, problem) if rule is not None else None
    if found is None:
        return None
    return replace(found, why=(*found.why, *problem.told))


# No answer


def outage(case: Case) -> RuleFinding | None:
    """The service was stopped at that moment, or it was restarting."""
    stops = [act for act in case.outages if act.kind is ActKind.SERVICE_STOPPED]
    if not stops:
        return None
    stop = stops[-1]
    since = case.outages[case.outages.index(stop) + 1 :]
    start = next((act for act in since if act.kind is ActKind.SERVICE_STARTED), None)
    edge = _EDGE_STOPPED.get(case.service.kind)
    server = case.service.server
    if start is not None:
        parts: dict[str, Part] = {
            "service": stop.unit or server,
            "stop": ref_text(stop.ref),
            "start": ref_text(start.ref),
        }
        ways = (cure(Way.WAIT, advice("wait-for-start", service=stop.unit or server)),)
        return RuleFinding("service-restarting", parts, cures=ways, because=(stop, start))
    if edge is not None:
        start_it = Do("start-service", {"server": server}, "start-server")
        return RuleFinding(
            edge, {"server": server, "at": ref_text(stop.ref)}, cures=(cure(Way.START, start_it),), because=(stop,)
        )
    found = finding("service-stopped", service=stop.unit, cluster=stop.cluster, at=ref_text(stop.ref))
    return replace(found, cures=(cure(Way.START, start_of(stop.cluster, stop.unit)),), because=(stop,))


_EDGE_STOPPED = {ServiceKind.DOT1X: "dot1x-server-stopped", ServiceKind.VPN: "vpn-gateway-stopped"}


def _no_file(case: Case, problem: Noted) -> RuleFinding:
    if problem.reason == FILE_NOT_FOUND:
        return finding("no-configuration-file", device=case.device)
    return outage(case) or finding("configuration-file-not-read", device=case.device)


def _unreachable(case: Case, problem: Noted) -> RuleFinding:
    found = outage(case)
    if found is not None:
        return found
    if case.service.kind is ServiceKind.VPN:
        return finding("vpn-gateway-unreachable", url=problem.details.get("url", "?"))
    return finding("server-unreachable", service=problem.details.get("service", "?"))


def _no_secure_port(case: Case, problem: Noted) -> RuleFinding:
    cluster = case.service.cluster
    start = ref_text(case.service.started) if case.service.started is not None else text("explain.ref.before")
    found = finding("no-secure-port", cluster=cluster, port=problem.details.get("port", "?"), at=start)
    mixed = cure(
        Way.MIXED_MODE,
        Do("set-cluster-mode", {"cluster": cluster, "mode": ClusterSecurityMode.MIXED}),
        restart_of(cluster, ServiceName.CALLMANAGER),
        restart_of(cluster, ServiceName.TFTP),
        reset(case),
    )
    return replace(
        found,
        cures=(mixed, cure(Way.NON_SECURE_PROFILE, set_profile(case, DeviceSecurityMode.NON_SECURE), reset(case))),
    )


def _port_unauthorized(case: Case, problem: Noted) -> RuleFinding:
    details = problem.details
    found = finding(
        "dot1x-port-unauthorized",
        port=details.get("port", "?"),
        at=_ref(problem, "since"),
        why=details.get("why", "?"),
    )
    open_it = Do("set-switch-port", {"phone": case.device, "mode": PortMode.FORCE_AUTHORIZED})
    return replace(
        found, cures=(cure(Way.AUTHENTICATE_PORT, advice("authenticate-port")), cure(Way.OPEN_PORT, open_it))
    )


def _lost(case: Case, problem: Noted) -> RuleFinding | None:
    return outage(case)


# Waiting


def _deadlock(case: Case, problem: Noted) -> RuleFinding:
    found = finding("authentication-string-deadlock", waits=_ref(problem, "waits"), refused=ref_text(case.shown))
    typed = advice("type-string", phone=case.device)
    by_profile = cure(
        Way.NON_SECURE_PROFILE_AND_STRING, set_profile(case, DeviceSecurityMode.NON_SECURE), reset(case), typed
    )
    return replace(found, cures=(by_profile, cure(Way.NULL_STRING, order(case), reset(case))))


def _hangs(case: Case, problem: Noted) -> RuleFinding:
    details = problem.details
    return finding("not-registered-yet", state=details.get("state", "?"), seconds=details.get("seconds", "?"))


# A switch port


def _silent_server(case: Case, problem: Noted) -> RuleFinding:
    stopped = outage(case)
    return stopped or finding("dot1x-server-silent", server=problem.details.get("server", "?"))


def _unknown_device(case: Case, problem: Noted) -> RuleFinding:
    details = problem.details
    return finding("dot1x-network-device-unknown", server=case.service.server, source=details.get("source", "?"))


def _wrong_secret(case: Case, problem: Noted) -> RuleFinding:
    return finding("dot1x-wrong-secret", server=case.service.server, source=problem.details.get("source", "?"))


def _answer_refused(case: Case, problem: Noted) -> RuleFinding:
    return finding("dot1x-answer-refused", error=problem.details.get("error", "?"))


def _forced(case: Case, problem: Noted) -> RuleFinding:
    found = finding("dot1x-port-force-unauthorized", port=problem.details.get("port", "?"))
    ask = Do("set-switch-port", {"phone": case.device, "mode": "auto"})
    return replace(found, cures=(cure(Way.ASK_PORT, ask),))


# A tunnel


def _host_id(case: Case, problem: Noted) -> RuleFinding:
    details, server = problem.details, case.service.server
    rule = _BY_FAULT.get(str(details.get("fault", "")), "vpn-host-id-unknown-hash")
    nothing = text("explain.phrase.nothing")
    parts: dict[str, Part] = {
        "host": details.get("host", "?"),
        "names": details.get("names") or (nothing,),
        "subject": details.get("subject") or nothing,
    }
    if rule != "vpn-host-id-unknown-hash":
        return RuleFinding(rule, parts)
    phone = {"phone": case.device}
    due = _shows_former_certificate(case)
    steps = cure(
        Way.SAVE_VPN_GROUP,
        Do("update-vpn-group", {"server": server}),
        [restart(case.service)] if due else [],
        Do("switch-vpn", {**phone, "enabled": False}, "vpn-off"),
        reset(case),
        vpn_again(case),
    )
    group = details.get("group") or server
    saved = next((a for a in reversed(case.history) if a.kind is ActKind.VPN_GROUP_UPDATED and a.value == group), None)
    told: tuple[Text, ...] = ()
    if saved is not None:
        told = (text("explain.act.vpn-group-saved", group=saved.value, at=ref_text(saved.ref)),)
    return RuleFinding(rule, parts, told, (steps,), (saved,) if saved is not None else ())


def _shows_former_certificate(case: Case) -> bool:
    """Whether a gateway was given a certificate that it presents from its restart on."""
    used, kept = case.service.in_use, case.service.configured
    if used is None or kept is None or used.own is None or kept.own is None:
        return False
    return used.own.serial != kept.own.serial


_BY_FAULT = {
    "no certificate of the gateway has a hash that the phone knows": "vpn-host-id-unknown-hash",
    "the certificate names another host": "vpn-host-id-other-name",
    "the certificate names the host by a wildcard only": "vpn-host-id-wildcard",
}


def _host_not_found(case: Case, problem: Noted) -> RuleFinding:
    return finding("vpn-host-not-found", url=problem.details.get("url", "?"))


def _no_group(case: Case, problem: Noted) -> RuleFinding:
    return finding("vpn-no-such-group", url=problem.details.get("url", "?"))


def _login(case: Case, problem: Noted) -> RuleFinding | None:
    details = problem.details
    if details.get("reason") == "no certificate" and case.phone.shows is None:
        return no_certificate(case)
    found = finding("vpn-login-refused", url=details.get("url", "?"), status=details.get("status", "?"))
    said = details.get("fault")
    return replace(found, why=(text("explain.phrase.fault", fault=said),)) if said is not None else found


def _tunnel_refused(case: Case, problem: Noted) -> RuleFinding:
    details = problem.details
    return finding(
        "vpn-tunnel-refused",
        server=case.service.server,
        reason=details.get("fault", "?"),
        status=details.get("status", "?"),
    )


def _strange(case: Case, problem: Noted) -> RuleFinding:
    details = problem.details
    found = finding(
        "vpn-strange-answer",
        url=details.get("url", "?"),
        failure=details.get("failure", "?"),
        status=details.get("status", "?"),
    )
    said = details.get("fault")
    return replace(found, why=(text("explain.phrase.fault", fault=said),)) if said else found


def _slow(case: Case, problem: Noted) -> RuleFinding:
    return finding("vpn-gateway-silent", url=problem.details.get("url", "?"))


def _dead_tunnel(case: Case, problem: Noted) -> RuleFinding:
    return finding("vpn-dead-tunnel")


def _tunnel_lost(case: Case, problem: Noted) -> RuleFinding:
    stopped = outage(case)
    if stopped is not None:
        return stopped
    found = finding("vpn-tunnel-lost", how=problem.details.get("how", "?"))
    said = problem.details.get("text")
    return replace(found, why=(text("explain.phrase.fault", fault=said),)) if said else found


def _password(case: Case, problem: Noted) -> RuleFinding:
    return finding("vpn-password-needed")


# The lab itself


def _lab_fault(case: Case, problem: Noted) -> RuleFinding:
    details = problem.details
    return finding("lab-fault", **{name: details.get(name, "?") for name in ("actor", "exception", "text", "place")})


def _ref(problem: Noted, name: str) -> Part:
    return problem.details.get(name, text("explain.ref.before"))


_RULES: dict[tuple[NotedKind, str], Callable[[Case, Noted], RuleFinding | None]] = {
    (NotedKind.NO_FILE, ""): _no_file,
    (NotedKind.UNREACHABLE, ""): _unreachable,
    (NotedKind.UNREACHABLE, "no secure port"): _no_secure_port,
    (NotedKind.UNREACHABLE, "port unauthorized"): _port_unauthorized,
    (NotedKind.LOST, ""): _lost,
    (NotedKind.DEADLOCK, ""): _deadlock,
    (NotedKind.WAITING, "hangs"): _hangs,
    (NotedKind.PORT_CLOSED, "server silent"): _silent_server,
    (NotedKind.PORT_CLOSED, "unknown network device"): _unknown_device,
    (NotedKind.PORT_CLOSED, "wrong secret"): _wrong_secret,
    (NotedKind.PORT_CLOSED, "answer refused"): _answer_refused,
    (NotedKind.PORT_CLOSED, "forced"): _forced,
    (NotedKind.VPN_FAILED, "host ID"): _host_id,
    (NotedKind.VPN_FAILED, "host not found"): _host_not_found,
    (NotedKind.VPN_FAILED, "no group"): _no_group,
    (NotedKind.VPN_FAILED, "login"): _login,
    (NotedKind.VPN_FAILED, "tunnel refused"): _tunnel_refused,
    (NotedKind.VPN_FAILED, "strange"): _strange,
    (NotedKind.VPN_FAILED, "slow"): _slow,
    (NotedKind.VPN_LOST, "dead"): _dead_tunnel,
    (NotedKind.VPN_LOST, ""): _tunnel_lost,
    (NotedKind.VPN_NOT_ATTEMPTED, ""): _password,
    (NotedKind.LAB_FAULT, ""): _lab_fault,
}
"""By kind and reason."""
