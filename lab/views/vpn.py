"""Tunnels that are missing, as cases: what a gateway refused, what the phone refused itself, or a gateway out of reach."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from cisco_data import ServiceKind
from cucm_sim.vpn_management import VpnGroupAssigned
from edge_sim.vpn_gateway.events import (
    ClientCertificateMissing,
    ClientCertificateRefused,
    LoginRefusal,
    LoginRefused,
    TunnelRefused,
    VpnGatewayStopped,
)
from journal import Actor, Event
from lab.base.texts import Part, fault, text
from lab.case import Case, CaseAct, Noted, NotedKind, Problem, RefusedByTls, ServiceFacts, Shown, cn
from lab.views import phones as view
from lab.views.facts import held_of
from lab.views.history import act_of
from lab.views.making import case_of, outages_of, service_at, service_named
from lab.views.record import Record
from phone_sim.events import CertificateChosen, ServerUnreachable
from phone_sim.vpn.events import (
    HostIdRefused,
    VpnEnded,
    VpnFailure,
    VpnGatewayFailed,
    VpnNotAttempted,
)
from wire.tunnel import TunnelEnd

_REASONS = {
    VpnFailure.UNRESOLVED: "host not found",
    VpnFailure.COOKIE_MISSING: "strange",
    VpnFailure.LOGIN_REFUSED: "login",
    VpnFailure.FORBIDDEN: "login",
    VpnFailure.NOT_FOUND: "no group",
    VpnFailure.REDIRECTED: "strange",
    VpnFailure.UNAVAILABLE: "login",
    VpnFailure.OTHER_STATUS: "strange",
    VpnFailure.MALFORMED: "strange",
    VpnFailure.TIMED_OUT: "slow",
}
"""CONNECTION_LOST is not here: why a gateway hung up is known only where it noted something on that connection."""
_SILENT = frozenset({TunnelEnd.DEAD_PEER, TunnelEnd.STUCK})


def tunnels_missed(record: Record, device: str, events: Sequence[Event]) -> Iterator[Case]:
    """Each gateway that gave no tunnel, each tunnel that broke, and a phone that cannot even try. `events`: of this phone."""
    for failed in view.of(events, device, VpnGatewayFailed):
        yield _failed(record, device, failed)
    for ended in view.of(events, device, VpnEnded):
        if ended.how is not TunnelEnd.CLOSED_HERE:
            yield _lost(record, device, ended)
    for missing in view.of(events, device, VpnNotAttempted):
        what = text("explain.what.vpn-not-attempted", device=device)
        problem = Noted(NotedKind.VPN_NOT_ATTEMPTED)
        yield case_of(record, device, missing, problem, service_named(ServiceKind.VPN, ""), what=what)


def _failed(record: Record, device: str, failed: VpnGatewayFailed) -> Case:
    because = record.at(failed.cause)
    connection = because.connection if because is not None else ""
    here = record.on(connection)
    there = [event for event in here if event.actor != device]
    chosen = next((event for event in here if isinstance(event, CertificateChosen)), None)
    outages: tuple[CaseAct, ...] = ()
    service = service_named(ServiceKind.VPN, "")
    if there:
        service = service_at(record, there[0].actor, ServiceKind.VPN, failed.seq)
    refused = next((event for event in there if isinstance(event, ClientCertificateRefused)), None)
    problem: Problem
    more: tuple[Event, ...] = ()
    if refused is not None:
        shown = Shown(refused.subject, refused.issuer, refused.serial_number)
        problem = RefusedByTls(
            failed.alert, failed.alert_direction or "read", refused.verify_code, refused.depth, shown
        )
        service = service_at(record, refused.actor, ServiceKind.VPN, refused.seq)
    elif failed.failure is VpnFailure.TLS_REFUSED:
        problem = RefusedByTls(failed.alert, failed.alert_direction)
    elif failed.failure is VpnFailure.UNREACHABLE:
        silent = because if isinstance(because, ServerUnreachable) else None
        actor = record.actor_at(silent.address, silent.port) if silent is not None else Actor("")
        outages = outages_of(record, actor, failed.seq, failed.seq) if actor else ()
        service = service_at(record, actor, ServiceKind.VPN, failed.seq) if actor else service
        problem = Noted(NotedKind.UNREACHABLE, "", {"url": failed.url})
    else:
        problem, more = _noted(record, device, failed, because, there)
    what = text("explain.what.vpn-failed", device=device, url=failed.url, failure=fault(failed.failure))
    return case_of(
        record,
        device,
        failed,
        problem,
        service,
        shows=held_of(chosen) if chosen is not None else None,
        offered=chosen.tls_version if chosen is not None else "",
        because=more,
        outages=outages,
        what=what,
        where=connection,
    )


def _noted(
    record: Record, device: str, failed: VpnGatewayFailed, because: Event | None, there: list[Event]
) -> tuple[Noted, tuple[Event, ...]]:
    details: dict[str, Part] = {"url": failed.url, "status": failed.status, "failure": fault(failed.failure)}
    if failed.failure is VpnFailure.HOST_ID and isinstance(because, HostIdRefused):
        nothing = text("explain.phrase.nothing")
        details |= {
            "fault": str(because.fault),
            "host": because.host,
            "names": because.names or (nothing,),
            "subject": cn(because.subject) if because.subject else nothing,
        }
        assigned = [e for e in record.of_device(device) if isinstance(e, VpnGroupAssigned) and e.seq < failed.seq]
        details["group"] = next((event.group for event in reversed(assigned) if event.group), "")
        return Noted(NotedKind.VPN_FAILED, "host ID", details), ()
    refused = [event for event in there if isinstance(event, LoginRefused | TunnelRefused)]
    last = refused[-1] if refused else None
    reason = _REASONS.get(failed.failure, "unknown")
    if reason == "login" and last is not None:
        details["fault"] = fault(last.reason)
        if isinstance(last, TunnelRefused):
            return Noted(NotedKind.VPN_FAILED, "tunnel refused", details), (last,)
        missing = any(isinstance(event, ClientCertificateMissing) for event in there)
        if last.reason is LoginRefusal.NO_CERTIFICATE and missing:
            details["reason"] = str(last.reason)
        return Noted(NotedKind.VPN_FAILED, "login", details), (last,)
    if reason == "strange" and failed.fault:
        details["fault"] = failed.fault
    return Noted(NotedKind.VPN_FAILED, reason, details), ()


def _lost(record: Record, device: str, ended: VpnEnded) -> Case:
    here = record.on(ended.connection)
    actors = {event.actor for event in here if event.actor != device}
    stops = [e for e in record.edge_events() if isinstance(e, VpnGatewayStopped) and e.actor in actors]
    details: dict[str, Part] = {"how": fault(ended.how)}
    if ended.text:
        details["text"] = ended.text
    what = text("explain.what.vpn-lost", device=device, how=fault(ended.how))
    service: ServiceFacts = service_named(ServiceKind.VPN, "")
    if actors:
        service = service_at(record, sorted(actors)[0], ServiceKind.VPN, ended.seq)
    outages: tuple[CaseAct, ...] = ()
    if ended.how is TunnelEnd.TERMINATE and stops:
        act = act_of(stops[-1])
        outages = (act,) if act is not None else ()
    problem = Noted(NotedKind.VPN_LOST, "dead" if ended.how in _SILENT else "", details)
    return case_of(record, device, ended, problem, service, outages=outages, what=what)
