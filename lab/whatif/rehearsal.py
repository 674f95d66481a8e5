"""One attempt with everything noted: what the phone's console will print, and what the rules of `explain` say of it.

The attempt is a real one, so the console's lines are of events that happened. Its cause is explained from the fleet and from what
was done to it (`outcome_case`).
"""

from __future__ import annotations

from typing import NamedTuple

from cisco_data.models import MODELS
from journal import Event
from lab.base.language import Catalogue
from lab.explain import Explanation, explained
from lab.fleet.model import Fleet, FleetPhone, FleetServer
from lab.whatif.answer import Outcome
from lab.whatif.judge import Judge
from lab.whatif.outcome_case import case_of
from lab.whatif.stage import Stage
from phone_sim.texts.console import Console

_LIKE = {"7": "7965", "6": "7965", "9": "7965"}
"""Whose console a model prints that the lab does not know, by the first digit of its number."""


class Rehearsal(NamedTuple):
    console: tuple[str, ...]
    explanation: Explanation | None
    """None where the service accepts the phone, or where nothing can be told."""


def rehearse(judge: Judge, fleet: Fleet, phone: FleetPhone, server: FleetServer, say: Catalogue) -> Rehearsal:
    """`fleet` holds what was done until then, and the phone as it is then."""
    standing = judge.standing(fleet, phone, server)
    explanation = None
    if standing.outcome is not None and not standing.outcome.accepted:
        explanation = explanation_of(judge, fleet, phone, server, standing.outcome, say)
    return Rehearsal(_console(judge, fleet, phone, server), explanation)


def explanation_of(
    judge: Judge, fleet: Fleet, phone: FleetPhone, server: FleetServer, outcome: Outcome, say: Catalogue
) -> Explanation:
    """Why this outcome, as the rules say."""
    return explained(case_of(judge.shop.rekeyed, fleet, phone, server, outcome), say)


def _console(judge: Judge, fleet: Fleet, phone: FleetPhone, server: FleetServer) -> tuple[str, ...]:
    caster, settings = judge.caster(phone), server.in_use
    if isinstance(caster, str) or settings is None:
        return ()
    events: list[Event] = []
    stage = Stage(fleet.at, subscriber=events.append)
    model = MODELS[phone.model if phone.model in MODELS else _LIKE.get(phone.model[:1], "8861")]
    stage.attempt(caster, server.name, server.kind, judge.shop.settings(settings), host=server.host)
    console = Console(model.number)
    return tuple(line for event in events if event.actor == phone.device_name for line in console.lines(event))
