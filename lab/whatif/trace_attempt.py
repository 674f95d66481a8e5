"""One attempt with everything noted: what the phone's console will print, and what the rules of `explain` say of it.

The attempt is a real one, so the console's lines are of events that happened. Its cause is explained from the fleet and from what
was done to it (`outcome_case`).
"""

from __future__ import annotations

from typing import NamedTuple

from cisco_data import ServiceKind
from cisco_data.models import MODELS
from journal import Event
from lab.base.language import Catalogue
from lab.explain import Explanation, explained
from lab.fleet.model import Fleet, FleetPhone, FleetServer
from lab.whatif.impact_report import Outcome, ServerTrust
from lab.whatif.in_memory_handshake import HandshakeRunner
from lab.whatif.judge import Judge
from lab.whatif.outcome_case import case_of
from lab.whatif.trust.held import NotTold
from phone_sim.texts.console import Console

_LIKE = {"7": "7965", "6": "7965", "9": "7965"}
"""Whose console a model prints that the lab does not know, by the first digit of its number."""


class AttemptTrace(NamedTuple):
    console: tuple[str, ...]
    explanation: Explanation | None
    """None where the service accepts the phone, or where nothing can be told."""


def trace_attempt(judge: Judge, fleet: Fleet, phone: FleetPhone, server: FleetServer, say: Catalogue) -> AttemptTrace:
    """`fleet` holds what was done until then, and the phone as it is then."""
    if server.kind is ServiceKind.TFTP:
        return AttemptTrace((), None)
    access = judge.access(fleet, phone, server)
    explanation = None
    if access.outcome is not None and not access.outcome.accepted:
        explanation = explanation_of(judge, fleet, phone, server, access.outcome, say, access.server)
    return AttemptTrace(_console(judge, fleet, phone.going, server), explanation)


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
    model = MODELS[phone.model if phone.model in MODELS else _LIKE.get(phone.model[:1], "8861")]
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
    console = Console(model.number)
    return tuple(line for event in events if event.actor == phone.device_name for line in console.lines(event))
