"""Registrations that failed, as cases: TLS with CallManager or CAPF, a RegisterReject, no file, no answer."""

from __future__ import annotations

from cisco_data import ServiceKind
from cucm_sim.events import CallManagerStarted, RegistrationRejected
from journal import Actor, Event
from lab.base.texts import Part, fault
from lab.case import Case, Noted, NotedKind, RefusedByTls, RejectedByService, Shown
from lab.views import phones as view
from lab.views.facts import held_of
from lab.views.making import case_of, outages_of, service_at, service_named
from lab.views.record import Record
from lab.views.trust import asked_before
from phone_sim.download_events import ConfigurationFileMissed
from phone_sim.events import REGISTRATION_SERVICES, CertificateChosen, SecureConnectionRefused, ServerUnreachable
from phone_sim.registration_events import RegistrationRefused
from phone_sim.trust.events import ServerNotTrusted
from wire.tls import CertificateVerified, ClientHelloSeen, HandshakeCompleted, HandshakeFailed, TlsClosed

_KINDS = {
    "CAPF": ServiceKind.CAPF,
    "VPN": ServiceKind.VPN,
    "TFTP": ServiceKind.TFTP,
    "HTTPS": ServiceKind.TOMCAT,
}
"""All others are names of CallManager's service."""


def refusal_by_callmanager(record: Record, device: str, refusal: view.TlsRefusal) -> Case:
    """A phone that did not get through TLS to CallManager."""
    refused, chosen, server = refusal
    return tls_case(record, device, refused, chosen, server, ServiceKind.CALLMANAGER)


def refusal_by_capf(record: Record, device: str, refused: SecureConnectionRefused) -> Case:
    """A phone that did not get through TLS to CAPF, which asks for no certificate there."""
    here = record.on(refused.connection)
    server = next((e for e in here if isinstance(e, HandshakeFailed) and e.side == "server"), None)
    return tls_case(record, device, refused, None, server, ServiceKind.CAPF)


def tls_case(
    record: Record,
    device: str,
    refused: SecureConnectionRefused,
    chosen: CertificateChosen | None,
    server: HandshakeFailed | None,
    kind: ServiceKind,
) -> Case:
    """What both ends noted of the connection."""
    here = record.on(refused.connection)
    actor = next((event.actor for event in here if event.actor != device and isinstance(event, _OF_TLS)), Actor(""))
    service = service_at(record, actor, kind, refused.seq)
    distrust = next((e for e in here if isinstance(e, ServerNotTrusted) and e.actor == device), None)
    if distrust is not None and refused.alert_direction != "write":
        shown = Shown(distrust.subject, distrust.issuer, distrust.serial_number)
        problem = RefusedByTls(refused.alert, "write", -1, -1, shown, distrust.refusal.name)
    elif refused.alert_direction == "write":
        failed = next((e for e in reversed(here) if isinstance(e, HandshakeFailed) and e.actor == device), None)
        code, depth = (failed.verify_code, failed.depth) if failed is not None else (-1, -1)
        refusal = distrust.refusal.name if distrust is not None else ""
        problem = RefusedByTls(refused.alert, "write", code, depth, _own(here, device), refusal)
    elif server is not None:
        problem = RefusedByTls(
            refused.alert,
            refused.alert_direction,
            server.verify_code,
            server.depth,
            fault_of(here, server.actor, server),
        )
    else:
        problem = RefusedByTls(refused.alert, refused.alert_direction)
    shows = held_of(chosen) if chosen is not None else None
    first = min((event.seq for event in here), default=refused.seq)
    return case_of(
        record,
        device,
        refused,
        problem,
        service,
        shows=shows,
        offered=chosen.tls_version if chosen is not None else _offered(here, record, device, refused.seq),
        because=_questions(record, device, distrust) if distrust is not None else (),
        outages=outages_of(record, actor, first, refused.seq),
    )


def _questions(record: Record, device: str, distrust: ServerNotTrusted) -> list[Event]:
    """What the phone asked TVS about that server."""
    noted = [e for e in record.of_device(device) if e.actor == device and e.seq < distrust.seq]
    asked = asked_before(record, noted)[1]
    return asked if asked and getattr(asked[0], "peer", "") == distrust.server else []


_OF_TLS = HandshakeFailed | HandshakeCompleted | TlsClosed | CertificateVerified | ClientHelloSeen


def _offered(here: list[Event], record: Record, device: str, seq: int) -> str:
    """A phone notes no choice of certificate before it calls CAPF: the ClientHello tells the version."""
    hello = next((event for event in here if isinstance(event, ClientHelloSeen)), None)
    if hello is not None and hello.versions:
        return hello.versions[0]
    return record.facts.phone(device, seq).newest


def _own(here: list[Event], device: str) -> Shown | None:
    """What the server presented, as the phone verified it."""
    seen = [e for e in here if isinstance(e, CertificateVerified) and e.actor == device and e.depth == 0]
    faults = [e for e in seen if e.verify_code] or seen
    return Shown(faults[-1].subject, faults[-1].issuer, faults[-1].serial_number) if faults else None


def fault_of(here: list[Event], actor: str, failed: HandshakeFailed) -> Shown | None:
    """The step of the server's path validation that ended it."""
    for event in here:
        if not isinstance(event, CertificateVerified) or event.actor != actor or event.seq > failed.seq:
            continue
        if (event.verify_code, event.depth) == (failed.verify_code, failed.depth):
            return Shown(event.subject, event.issuer, event.serial_number)
    return None


def rejection(record: Record, device: str, reject: RegistrationRejected) -> Case:
    """By cause code."""
    here = record.on(reject.connection)
    chosen = next((event for event in here if isinstance(event, CertificateChosen)), None)
    problem = RejectedByService(reject.cause_name, reject.cause_code, reject.expected, reject.received)
    service = service_at(record, reject.actor, ServiceKind.CALLMANAGER, reject.seq)
    read = next((event for event in here if isinstance(event, RegistrationRefused)), None)
    return case_of(
        record,
        device,
        reject,
        problem,
        service,
        shows=held_of(chosen) if chosen is not None else None,
        because=(read,) if read is not None else (),
    )


def missed_file(record: Record, device: str, missed: ConfigurationFileMissed) -> Case:
    """A server that has no such file, and one that gives none."""
    home = record.facts.phone(device, missed.seq).cluster
    actors = [e.actor for e in record.on(missed.connection) if e.actor != device and e.actor.service == "tftp"]
    actor = actors[-1] if actors else Actor.of(home, "tftp")
    details: dict[str, Part] = {"failure": fault(missed.failure)}
    problem = Noted(NotedKind.NO_FILE, str(missed.failure), details)
    first = _began(record, device, missed)
    outages = outages_of(record, actor, first, missed.seq)
    service = service_named(ServiceKind.TFTP, actor.cluster)
    return case_of(record, device, missed, problem, service, outages=outages)


def unreachable(record: Record, device: str, silent: ServerUnreachable) -> Case:
    """TCP had no answer: what became of the service there says why, as far as the journal knows."""
    kind = _KINDS.get(silent.service, ServiceKind.CALLMANAGER)
    actor = record.actor_at(silent.address, silent.port)
    details: dict[str, Part] = {"address": silent.address, "port": silent.port, "service": silent.service}
    plain = next((e for e in reversed(record.starts()) if _without_secure_port(e, silent)), None)
    reason = ""
    outages = outages_of(record, actor, _began(record, device, silent), silent.seq) if actor else ()
    if plain is not None and not outages:
        reason, actor = "no secure port", plain.actor
    service = service_at(record, actor, kind, silent.seq) if actor else service_named(kind, "")
    because = (plain,) if plain is not None and reason else ()
    problem = Noted(NotedKind.UNREACHABLE, reason, details)
    return case_of(record, device, silent, problem, service, outages=outages, because=because)


def _began(record: Record, device: str, failed: Event) -> int:
    """The event with which the attempt began that this one ended: the phone's step of the boot table before it."""
    before = record.state_of(device, failed.seq)
    return before.seq if before is not None else failed.seq


def _without_secure_port(start: Event, silent: ServerUnreachable) -> bool:
    """Whether this CallManager, of that address, listens for plain TCP only."""
    return (
        isinstance(start, CallManagerStarted)
        and silent.service in REGISTRATION_SERVICES
        and start.seq < silent.seq
        and start.address == silent.address
        and start.secure_port == 0
        and start.port != silent.port
    )
