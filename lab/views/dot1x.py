"""Switch ports that stayed closed, as cases: the authentication server's verdict, the phone's own, or a server that is silent."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from cisco_data import ServiceKind
from edge_sim.authentication_server.events import (
    AuthenticationFailed,
    AuthenticationServerStarted,
    DropReason,
    RequestsUnanswered,
)
from edge_sim.authenticator.events import (
    PortModeSet,
    PortStateChanged,
    PortUnauthorized,
    RadiusAnswerRefused,
    RadiusServerDead,
)
from edge_sim.texts.ise import FAILURE_TEXTS
from journal import Event
from lab.base.texts import Part, Text, text
from lab.case import Case, CaseAct, Noted, NotedKind, Ref, RefusedByTls, RejectedByService, ServiceFacts, Shown
from lab.case.words import ref_text
from lab.views import phones as view
from lab.views.edge import FORCE_UNAUTHORIZED, Told, port_of, told_of
from lab.views.facts import held_of
from lab.views.making import case_of, outages_of, service_at, service_named
from lab.views.record import Record
from phone_sim.boot import BootState
from phone_sim.events import CertificateChosen, ServerUnreachable, StateChanged
from phone_sim.supplicant.events import Dot1xFailed
from wire.tls import alert_text


def closed_ports(record: Record, device: str, events: Sequence[Event]) -> Iterator[Case]:
    """Each EAP-Failure that the phone got, and what keeps it waiting without one. `events`: of this phone."""
    failures = view.of(events, device, Dot1xFailed)
    for failed in failures:
        yield _failed(record, device, failed)
    states = view.of(events, device, StateChanged)
    if not states or states[-1].next_state != BootState.AT_PORT.value:
        return
    if any(failed.seq > states[-1].seq for failed in failures):
        return
    for event in reversed(events):
        if isinstance(event, Told):
            if event.seq > states[-1].seq:
                what = text("explain.what.at-port", device=device)
                yield _of_network(record, device, event, event, what)
            return


def behind_closed_port(record: Record, device: str, silent: ServerUnreachable) -> Case | None:
    """A server without an answer, because nothing but EAPOL went through the phone's port then."""
    closed = port_of(record.of_device(device), device, silent.seq)
    if not isinstance(closed, PortUnauthorized):
        return None
    details: dict[str, Part] = {
        "address": silent.address,
        "port": silent.port,
        "service": silent.service,
    }
    what = Text("explain.what.unreachable", {"device": device, **details})
    details |= {"port": closed.port, "since": ref_text(Ref(closed.seq)), "why": closed.why}
    problem = Noted(NotedKind.UNREACHABLE, "port unauthorized", details)
    service = service_named(ServiceKind.DOT1X, "")
    return case_of(record, device, silent, problem, service, because=(closed,), what=what)


def _failed(record: Record, device: str, failed: Dot1xFailed) -> Case:
    told = told_of(record.on(failed.connection), failed)
    if failed.alert_direction == "write":
        what = text("explain.what.dot1x-server-refused", device=device, alert=alert_text(failed.alert))
        problem = RefusedByTls(failed.alert, "write", failed.verify_code)
        return case_of(record, device, failed, problem, _service(record, told, failed), what=what)
    if isinstance(told, AuthenticationFailed):
        reason = FAILURE_TEXTS.get(told.failure_code, told.failure_name)
        what = text(
            "explain.what.dot1x-rejected",
            device=device,
            server=told.actor.cluster,
            code=told.failure_code,
            reason=reason,
        )
    else:
        what = text("explain.what.dot1x-failed", device=device)
    if told is not None:
        return _of_network(record, device, told, failed, what)
    return _forced(record, device, failed, what)


def _service(record: Record, told: Told | None, failed: Event) -> ServiceFacts:
    if isinstance(told, AuthenticationFailed):
        return service_at(record, told.actor, ServiceKind.DOT1X, failed.seq)
    return service_named(ServiceKind.DOT1X, "")


def _of_network(record: Record, device: str, told: Told, shown_by: Event, what: Text) -> Case:
    if isinstance(told, RadiusServerDead):
        return _silent(record, device, told, shown_by, what)
    if isinstance(told, RadiusAnswerRefused):
        problem = Noted(NotedKind.PORT_CLOSED, "answer refused", {"error": told.error})
        return case_of(record, device, shown_by, problem, service_named(ServiceKind.DOT1X, ""), what=what)
    before = [event for event in record.on(told.connection) if event.actor == device and event.seq < told.seq]
    chosen = [event for event in before if isinstance(event, CertificateChosen)]
    made: RefusedByTls | RejectedByService
    if told.verify_code > 0:
        fault = Shown(told.certificate_subject, told.certificate_issuer, told.certificate_serial_number)
        made = RefusedByTls(told.alert, "read", told.verify_code, told.depth, fault)
    else:
        made = RejectedByService(told.failure_name, told.failure_code, told.expected, told.received, told.tls_version)
    return case_of(
        record,
        device,
        shown_by,
        made,
        service_at(record, told.actor, ServiceKind.DOT1X, told.seq),
        shows=held_of(chosen[-1]) if chosen and _offers(before, chosen[-1]) else None,
        offered=chosen[-1].tls_version if chosen else "",
        what=what,
    )


def _offers(before: list[Event], chosen: CertificateChosen) -> bool:
    """Whether this choice is of the last conversation, and not of one in which the phone still had a certificate."""
    ends = [event.seq for event in before if isinstance(event, Dot1xFailed)]
    return not ends or chosen.seq > ends[-1]


def _silent(record: Record, device: str, dead: RadiusServerDead, shown_by: Event, what: Text) -> Case:
    """What became of the server at that address says why it is silent, as far as the journal knows."""
    started = [
        event
        for event in record.edge_events()
        if isinstance(event, AuthenticationServerStarted)
        and event.seq < dead.seq
        and f"{event.address}:{event.port}" == dead.server
    ]
    details: dict[str, Part] = {"server": dead.server}
    service, reason = service_named(ServiceKind.DOT1X, ""), "server silent"
    outages: tuple[CaseAct, ...] = ()
    because: tuple[Event, ...] = ()
    if started:
        actor, since = started[-1].actor, started[-1].seq
        service = service_at(record, actor, ServiceKind.DOT1X, dead.seq)
        outages = outages_of(record, actor, dead.seq, dead.seq)
        unanswered = [
            event
            for event in record.of_actor(actor)
            if since < event.seq < dead.seq and isinstance(event, RequestsUnanswered)
        ]
        for event in reversed(unanswered if not outages else []):
            if event.reason in _UNANSWERED:
                reason, because = _UNANSWERED[event.reason], (started[-1], event)
                details["source"] = event.source
                break
    problem = Noted(NotedKind.PORT_CLOSED, reason, details)
    return case_of(record, device, shown_by, problem, service, outages=outages, because=because, what=what)


_UNANSWERED = {
    DropReason.UNKNOWN_CLIENT: "unknown network device",
    DropReason.INVALID_MESSAGE_AUTHENTICATOR: "wrong secret",
}


def _forced(record: Record, device: str, failed: Dot1xFailed, what: Text) -> Case:
    """No server was asked: the port may be set to refuse every device."""
    mine = [event for event in record.on(failed.connection) if event.seq < failed.seq]
    steps = [event for event in mine if isinstance(event, PortStateChanged)]
    service = service_named(ServiceKind.DOT1X, "")
    if not steps or steps[-1].next_state != FORCE_UNAUTHORIZED:
        return case_of(record, device, failed, Noted(NotedKind.PORT_CLOSED), service, what=what)
    order = record.at(steps[-1].cause)
    while isinstance(order, PortStateChanged):
        order = record.at(order.cause)
    told: tuple[Text, ...] = ()
    because: tuple[Event, ...] = ()
    if isinstance(order, PortModeSet):
        told = (text("explain.act.port-mode", mode=order.mode, port=order.port, at=ref_text(Ref(order.seq))),)
        because = (order,)
    problem = Noted(NotedKind.PORT_CLOSED, "forced", {"port": steps[-1].port}, told)
    return case_of(record, device, failed, problem, service, because=because, what=what)
