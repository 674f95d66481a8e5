"""The question as a whole: a fleet and what shall be done to it in, the answer out."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from lab.language import ENGLISH, Catalogue
from lab.whatif import order
from lab.whatif.answer import Answer, Finding, Group, Line, Standing, Verdict
from lab.whatif.changes import apply
from lab.whatif.classes import gather
from lab.whatif.fleet import Fleet, Phone, Server, ServiceKind
from lab.whatif.judge import Judge, verdict
from lab.whatif.rehearsal import rehearse
from lab.whatif.sentences import sentence
from lab.whatif.steps import SetDate, Step
from lab.whatif.twin_shop import TwinShop
from lab.whatif.why import issuer_of, why
from pki import KeyRing

_TOLD = frozenset({Verdict.BREAKS, Verdict.WAS_BROKEN})
"""Verdicts whose console lines and explanations somebody wants to read."""


@dataclass(frozen=True, slots=True)
class Question:
    fleet: Fleet
    steps: tuple[Step, ...]
    source: str
    """What the user called it."""
    findings: tuple[Finding, ...] = ()


def ask(
    question: Question,
    keys: KeyRing,
    *,
    say: Catalogue = ENGLISH,
    propose: bool = True,
    done: Callable[[int, int], None] = lambda so_far, of_all: None,
) -> Answer:
    """By classes: one handshake for phones that nothing tells apart.

    Args:
        propose: whether to look for the safe order of work where something breaks.
        done: hears how many classes of how many are answered.

    An interrupt (KeyboardInterrupt) ends it early: the answer then holds what is known and is not `complete`.
    """
    started = time.monotonic()
    fleet, members = _gathered(question)
    shop = TwinShop(fleet, keys)
    judge = Judge(shop)
    weights = {name: len(devices) for name, devices in members.items()}
    groups: list[Group] = []
    complete, plan, proposal = True, (), None
    after = fleet
    try:
        for step in question.steps:
            after = apply(after, step, shop)
        shop.learn(after)
        for number, (old, new) in enumerate(zip(fleet.phones, after.phones, strict=True)):
            groups.append(_group(judge, fleet, after, old, new, members[old.device_name], say))
            done(number + 1, len(fleet.phones))
        plan = order.walk(fleet, question.steps, judge, shop, say, weights=weights)
        if propose and any(group.verdict is Verdict.BREAKS for group in groups):
            proposal = order.propose(fleet, question.steps, judge, shop, say, weights=weights)
    except KeyboardInterrupt:
        complete = False
    return Answer(
        question.source,
        tuple(sentence(step, fleet, say, weights=weights) for step in question.steps),
        fleet.at,
        after.at,
        tuple(groups),
        question.findings,
        plan,
        proposal,
        twins=shop.twins.made,
        described=shop.described,
        handshakes=judge.handshakes,
        seconds=time.monotonic() - started,
        complete=complete,
    )


def _gathered(question: Question) -> tuple[Fleet, dict[str, tuple[str, ...]]]:
    """Classes within each set of phones that the steps treat alike."""
    fleet, steps = question.fleet, question.steps
    moments = [fleet.at, *(step.at for step in steps if isinstance(step, SetDate))]
    named: list[frozenset[str]] = [phones for step in steps if (phones := getattr(step, "phones", frozenset()))]
    parts: dict[tuple[bool, ...], list[Phone]] = {}
    for phone in fleet.phones:
        parts.setdefault(tuple(phone.device_name in phones for phones in named), []).append(phone)
    phones, members = list[Phone](), dict[str, tuple[str, ...]]()
    for part in parts.values():
        found = gather(replace(fleet, phones=tuple(part)), moments)
        phones += found.fleet.phones
        members |= found.members
    return replace(fleet, phones=tuple(sorted(phones, key=lambda phone: phone.device_name))), members


def _group(
    judge: Judge, before: Fleet, after: Fleet, old: Phone, new: Phone, devices: tuple[str, ...], say: Catalogue
) -> Group:
    lines = tuple(_lines(judge, before, after, old, new, say))
    return Group(
        devices,
        old.model,
        old.cluster,
        new.cluster,
        issuer_of(old.lsc),
        issuer_of(old.mic),
        lines,
        judge.shop.is_twin(old),
        new.is_secure,
    )


def _lines(judge: Judge, before: Fleet, after: Fleet, old: Phone, new: Phone, say: Catalogue) -> Iterator[Line]:
    former = {_door(server): server for server in before.services_of(old)}
    for server in after.services_of(new):
        was = former.get(_door(server))
        earlier = judge.standing(before, old, was) if was is not None else Standing(None)
        later = judge.standing(after, new, server)
        found = verdict(server.kind, earlier if was is not None else None, later)
        line = Line(
            server.kind,
            was.name if was is not None else "",
            server.name,
            found,
            earlier,
            later,
            why=why(found, new, server, later, say),
        )
        if found in _TOLD:
            told = rehearse(judge, after, new, server, was, say)
            line = replace(line, console=told.console, explanation=told.explanation)
        yield line


def _door(server: Server) -> tuple[ServiceKind, str]:
    """What makes a service the same for a phone that moves: its kind in a cluster, its name elsewhere."""
    return server.kind, "" if server.cluster else server.name
