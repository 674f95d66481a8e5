"""One attempt with everything noted: what the phone's console will print, and what the rules of `explain` say of it.

The attempt is a real one, so the console's lines are of events that happened. Its cause is explained from the fleet and from what
was done to it (`outcome_case`).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from cisco_data import ServiceKind
from cisco_data.models import MODELS, PhoneModel
from journal import Actor, Event
from lab.base.language import Catalogue
from lab.explain import Explanation, explained
from lab.fleet.model import Fleet, FleetPhone, FleetServer
from lab.whatif.fleet_history import serial_of
from lab.whatif.impact_report import Outcome, ServerTrust
from lab.whatif.in_memory_handshake import HandshakeRunner
from lab.whatif.judge import Judge
from lab.whatif.outcome_case import case_of, files_case
from lab.whatif.service_profiles import SERVICE_PROFILES
from lab.whatif.trust.held import NotTold
from lab.whatif.trust.servers import ServerJudged
from lab.whatif.trust_case import noted
from phone_sim.events import SecureConnectionUp
from phone_sim.texts.console import Console
from phone_sim.trust.events import ServerNotTrusted
from phone_sim.tvs_events import TvsConsulted
from pki import names_of
from wire.certificate_id import certificate_id
from wire.tvs import RequestedCertificate

_LIKE = {"7": "7965", "6": "7965", "9": "7965"}
"""Whose console a model prints that the lab does not know, by the first digit of its number."""


class AttemptTrace(NamedTuple):
    console: tuple[str, ...]
    explanation: Explanation | None
    """None where the service accepts the phone, or where nothing can be told."""


def trace_attempt(judge: Judge, fleet: Fleet, phone: FleetPhone, server: FleetServer, say: Catalogue) -> AttemptTrace:
    """`fleet` holds what was done until then, and the phone as it is then."""
    if server.kind is ServiceKind.TFTP:
        return _files(judge, fleet, phone, server, say)
    access = judge.access(fleet, phone, server)
    explanation = None
    if access.outcome is not None and not access.outcome.accepted:
        explanation = explanation_of(judge, fleet, phone, server, access.outcome, say, access.server)
    return AttemptTrace(_console(judge, fleet, phone.going, server), explanation)


def _files(judge: Judge, fleet: Fleet, phone: FleetPhone, server: FleetServer, say: Catalogue) -> AttemptTrace:
    """What the phone makes of the files of its TFTP server. Its console has what it decides; no file was sent over a network."""
    if judge.files_not_told(fleet, phone, server):
        return AttemptTrace((), None)
    try:
        booted = judge.factory.trust.boot(fleet, phone)
    except NotTold:
        booted = None
    if booted is None:
        return AttemptTrace((), None)
    case = files_case(judge.factory.rekeyed, fleet, phone, server, booted)
    if case is None:
        return AttemptTrace((), None)
    console = Console(_model(phone).number)
    lines = tuple(line for event in noted(phone, booted) for line in console.lines(event))
    return AttemptTrace(lines, explained(case, say))


def explanation_of(
    judge: Judge,
    fleet: Fleet,
    phone: FleetPhone,
    server: FleetServer,
    outcome: Outcome,
    say: Catalogue,
    trust: ServerTrust | None = None,
) -> Explanation:
    """Why this outcome, as the rules say."""
    return explained(case_of(judge.factory.rekeyed, fleet, phone, server, outcome, trust), say)


def _console(judge: Judge, fleet: Fleet, phone: FleetPhone, server: FleetServer) -> tuple[str, ...]:
    credentials, settings = judge.credentials(phone), server.in_use
    if isinstance(credentials, str) or settings is None:
        return ()
    events: list[Event] = []
    runner = HandshakeRunner(fleet.at, subscriber=events.append)
    try:
        judged = judge.factory.trust.server(fleet, phone, server)
    except NotTold:
        judged = None
    runner.attempt(
        credentials,
        server.name,
        server.kind,
        judge.factory.settings(settings),
        host=server.host,
        listed=judged.listed if judged is not None and settings.identity is not None else None,
        refuses=judged is None or judged.in_tls,
    )
    if judged is not None and any(isinstance(event, SecureConnectionUp) for event in events):
        events += _asked_after_tls(phone, server, judged)
    console = Console(_model(phone).number)
    return tuple(line for event in events if event.actor == phone.device_name for line in console.lines(event))


def _asked_after_tls(phone: FleetPhone, server: FleetServer, judged: ServerJudged) -> Iterator[Event]:
    """What the phone notes of a server that it asked TVS about when TLS was up, and does not trust. A fleet need not know the
    server's address: its name stands for that."""
    certificate, refusal = judged.certificate, judged.decision.refusal
    if refusal is None or certificate is None or judged.in_tls:
        return
    actor, service, names = Actor(phone.device_name), SERVICE_PROFILES[server.kind].service, names_of(certificate)
    requested = RequestedCertificate.of(certificate_id(certificate))
    yield TvsConsulted(actor=actor, request="CERT_VERIFICATION", service=service, peer=server.name, requested=requested)
    yield ServerNotTrusted(
        actor=actor,
        service=service,
        server=server.name,
        refusal=refusal,
        subject=names.subject,
        issuer=names.issuer,
        serial_number=serial_of(certificate),
    )


def _model(phone: FleetPhone) -> PhoneModel:
    return MODELS[phone.model if phone.model in MODELS else _LIKE.get(phone.model[:1], "8861")]
