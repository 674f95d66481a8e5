"""A change evaluated: a fleet and the steps to be carried out on it in, the report out."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from lab.base.language import ENGLISH, Catalogue
from lab.fleet.findings import InputFinding
from lab.fleet.model import Fleet
from lab.operations.effects import apply_all
from lab.operations.sentences import sentence
from lab.operations.steps import (
    AddCertificateStep,
    NoEffectStep,
    RegenerateCapfStep,
    SetDateStep,
    Step,
    UpdateTrustListsStep,
    phones_of_step,
)
from lab.whatif import order
from lab.whatif.behind import behind
from lab.whatif.certificate_warnings import without_certificate_warnings
from lab.whatif.classes import Gathered, Key, Sorter
from lab.whatif.credential_factory import CredentialFactory
from lab.whatif.https_services import https_services
from lab.whatif.impact_report import Behind, Group, ImpactReport, Line, PlannedStep, Verdict
from lab.whatif.judge import Judge, server_named, verdict
from lab.whatif.locked import locked
from lab.whatif.other_releases import about_releases, other_releases
from lab.whatif.trace_attempt import trace_attempt
from lab.whatif.trials import Effort, Pair, Trial, Trials, Workers, tried_by, tried_here
from lab.whatif.unjudged import unjudged
from lab.whatif.why import issuer_of, why
from lab.whatif.work import Work
from pki import KeyRing

FEW = 200
"""Phones that are tried here even where there is a workers: its processes would take longer to begin."""
_EXPLAINED = frozenset({Verdict.BREAKS, Verdict.WAS_BROKEN})
"""Verdicts that get console lines and an explanation."""


@dataclass(frozen=True, slots=True)
class ChangeRequest:
    fleet: Fleet
    steps: tuple[Step, ...]
    source: str
    """What the user called it."""
    findings: tuple[InputFinding, ...] = ()
    explain: tuple[str, ...] = ()
    """Device names of phones of which all is to be told that their verdicts rest on."""

    def with_its_authorities(self) -> ChangeRequest:
        """With the certificates that steps bring among those that the fleet knows: what makes phones alike depends on all."""
        brought = [step.certificate for step in self.steps if isinstance(step, AddCertificateStep)]
        known = tuple(dict.fromkeys((*self.fleet.certificates, *brought)))
        return replace(self, fleet=replace(self.fleet, certificates=known)) if brought else self


@without_certificate_warnings()
def evaluate(
    request: ChangeRequest,
    keys: KeyRing,
    *,
    factory: CredentialFactory | None = None,
    every_phone: bool = False,
    workers: Callable[[], Workers] | None = None,
    say: Catalogue = ENGLISH,
    propose: bool = True,
    done: Callable[[int, int], None] = lambda so_far, of_all: None,
    check_interrupt: Callable[[], None] = lambda: None,
) -> ImpactReport:
    """By classes, one handshake for phones that nothing tells apart; or every phone for itself.

    Args:
        factory: the one in which the steps' names were looked up, if any: it knows what CAPF will be once it is made again.
        workers: makes other processes for the handshakes; called where there are many to do only.
        propose: whether to look for the safe order of work where something breaks.
        done: hears how many phones or classes of how many are answered.
        check_interrupt: is called between handshakes, and may raise KeyboardInterrupt: one that comes up inside OpenSSL is lost.

    An interrupt (KeyboardInterrupt) ends it early: the answer then holds what is known and is not `complete`.
    Raises MachineCannot where a worker of the workers is lost.
    """
    started = time.monotonic()
    request = request.with_its_authorities()
    factory = factory or CredentialFactory(request.fleet, keys)
    judge, effort = Judge(factory, check_interrupt, say), Effort()
    # before classes are made: two phones of unknown CAPFs of one name are alike only until one of these is known
    factory.rekeyed.learn([step.certificate for step in request.steps if isinstance(step, AddCertificateStep)])
    moments = _moments(request)
    sorter = Sorter(request.fleet, moments, factory.rekeyed, apart=_apart(request.steps))
    collected = _Collected(sorter)
    groups: tuple[Group, ...] = ()
    explained: tuple[Behind, ...] = ()
    plan: tuple[PlannedStep, ...] = ()
    proposal = None
    by_hand: tuple[str, ...] = ()
    by_release: tuple[str, ...] = ()
    https: tuple[str, ...] = ()
    complete = False
    try:
        tried = request.fleet if every_phone else collected.by_classes(request.fleet, check_interrupt)
        after = apply_all(tried, request.steps, factory)
        pairs = list(map(Pair, tried.phones, after.phones))
        away = workers if len(pairs) > FEW else None
        if away is not None:
            found = tried_by(away(), moments, tried, after, pairs, effort, check_interrupt, say.language)
        else:
            found = tried_here(judge, sorter, tried, after, pairs, effort)
        with closing(found):  # what it took is known when it is closed
            for number, each in enumerate(found, 1):
                collected.add(pairs[each.index], each.key, each.trials)
                done(number, len(pairs))
        groups = tuple(collected.groups(judge, tried, after, say))
        explained = tuple(_explained(request, factory, groups, say))
        gathered = collected.gathered()
        work = Work(gathered.fleet, judge, say, gathered.members)
        plan = order.walk(work, request.steps)
        by_hand = locked(work, request.steps)
        breaks = any(group.verdict is Verdict.BREAKS for group in groups)
        if propose and (breaks or any(step.down for step in plan)):
            proposal = order.propose(work, request.steps)

        def groups_of(fleet: Fleet, steps: tuple[Step, ...]) -> tuple[Group, ...]:
            other = replace(request, fleet=fleet, steps=steps, explain=())
            return evaluate(
                other, keys, factory=factory, propose=False, say=say, check_interrupt=check_interrupt
            ).groups

        https = tuple(https_services(tried, after, factory.trust, gathered.members, say))
        by_release = tuple(other_releases(request.fleet, request.steps, groups, groups_of, factory, say))
        complete = True
    except KeyboardInterrupt:
        judge = Judge(factory, say=say)
        after = apply_all(replace(request.fleet, phones=()), request.steps, factory)
        groups = groups or tuple(collected.groups(judge, request.fleet, after, say))
    members = collected.gathered().members
    return ImpactReport(
        request.source,
        tuple(sentence(step, after, say, members) for step in request.steps),
        request.fleet.at,
        after.at,
        groups,
        (*request.findings, *_about_trust_lists(request), *about_releases(request.fleet, request.steps)),
        plan,
        proposal,
        (*unjudged(request.steps, after, say), *https, *by_release),
        explained,
        delete_by_hand=by_hand,
        rekeyed=effort.rekeyed_count,
        described=effort.described,
        handshakes=effort.handshakes,
        every_phone=every_phone,
        seconds=time.monotonic() - started,
        complete=complete,
    )


def _moments(request: ChangeRequest) -> tuple[datetime, ...]:
    """Every moment at which certificates will be judged."""
    found = [request.fleet.at]
    for step in request.steps:
        if isinstance(step, SetDateStep):
            found.append(step.at)
        elif isinstance(step, NoEffectStep) and step.seconds:
            found.append(found[-1] + timedelta(seconds=step.seconds))
    return tuple(found)


def _apart(steps: Sequence[Step]) -> tuple[frozenset[str], ...]:
    """Sets of phones that a step treats in its own way."""
    return tuple(phones for step in steps if (phones := phones_of_step(step)))


def _about_trust_lists(request: ChangeRequest) -> Iterator[InputFinding]:
    """What no handshake can show: phones whose trust lists are not known will refuse a CAPF that was made again."""
    steps = request.steps
    for number, step in enumerate(steps):
        if isinstance(step, RegenerateCapfStep) and UpdateTrustListsStep(step.cluster) not in steps[number:]:
            here = [phone for phone in request.fleet.phones if phone.cluster == step.cluster]
            if any(phone.lists is None for phone in here):
                yield InputFinding(
                    request.source,
                    f"CAPF of {step.cluster} is regenerated, and what its phones trust is not known",
                    "update the CTL file (or restart Cisco TFTP for the ITL) and reset the phones besides",
                )


def _explained(
    request: ChangeRequest, factory: CredentialFactory, groups: tuple[Group, ...], say: Catalogue
) -> Iterator[Behind]:
    """Of the phones that are asked about in particular, each with the fleet of its own."""
    for device in request.explain:
        alone = replace(
            request.fleet, phones=tuple(phone for phone in request.fleet.phones if phone.device_name == device)
        )
        lines = next((group.lines for group in groups if device in group.devices), ())
        yield behind(
            alone,
            apply_all(alone, request.steps, factory),
            factory.rekeyed,
            request.findings,
            lines,
            say,
            request.steps,
        )


class _Collected:
    """Trials as they come in, and groups of them: phones of one class that fared alike."""

    def __init__(self, sorter: Sorter) -> None:
        self._sorter = sorter
        self._one_a_class = False
        """Whether one phone is tried for each class."""
        self._gathered: Gathered | None = None
        self._alike: dict[tuple[Key, Key, Trials], list[Pair]] = {}
        """By the two parts of a class and what became of it."""
        self._by_object: dict[tuple[int, Key, int], tuple[list[Pair], Key, Trials]] = {}
        """The same by the objects, which are the same for most phones of a batch: to hash them takes longer than all else here."""

    def by_classes(self, fleet: Fleet, check_interrupt: Callable[[], None]) -> Fleet:
        """The fleet with one phone a class."""
        self._one_a_class = True
        for phone in fleet.phones:
            check_interrupt()
            self._sorter.add(phone)
        self._gathered = self._sorter.gathered()
        return self._gathered.fleet

    def add(self, pair: Pair, key: Key, trials: Trials) -> None:
        """`key`: of its class."""
        apart = self._sorter.apart(pair.old)
        known = self._by_object.get((id(key), apart, id(trials)))
        if known is None:
            members = self._alike.setdefault((key, apart, trials), [])
            known = self._by_object[id(key), apart, id(trials)] = members, key, trials
        known[0].append(pair)

    def gathered(self) -> Gathered:
        if self._gathered is None:
            for (key, apart, _), pairs in self._alike.items():
                self._sorter.put(key, apart, [pair.old for pair in pairs])
            self._gathered = self._sorter.gathered()
        return self._gathered

    def groups(self, judge: Judge, before: Fleet, after: Fleet, say: Catalogue) -> Iterator[Group]:
        """In the order of their first phones. The fleets' own phones do not matter."""
        found = []
        for (_, _, trials), pairs in self._alike.items():
            first = min(pairs, key=lambda pair: pair.old.device_name)
            devices = tuple(sorted(pair.old.device_name for pair in pairs))
            if self._one_a_class:
                devices = self.gathered().members[first.old.device_name]
            found.append((devices, first, trials))
        for devices, first, trials in sorted(found, key=lambda each: each[0]):
            yield _group(judge, before, after, first, devices, trials, say)


def _group(
    judge: Judge, before: Fleet, after: Fleet, pair: Pair, devices: tuple[str, ...], trials: Trials, say: Catalogue
) -> Group:
    old, new = pair
    return Group(
        devices,
        old.model,
        old.cluster,
        new.cluster,
        issuer_of(old.lsc),
        issuer_of(old.mic),
        tuple(_line(judge, before, after, pair, trial, say) for trial in trials),
        judge.factory.is_rekeyed(old),
        new.is_secure,
    )


def _line(judge: Judge, before: Fleet, after: Fleet, pair: Pair, trial: Trial, say: Catalogue) -> Line:
    server = server_named(after, trial.server_after)
    found = verdict(server.kind, trial.before if trial.server_before else None, trial.after)
    line = Line(
        server.kind,
        trial.server_before,
        trial.server_after,
        found,
        trial.before,
        trial.after,
        why=why(found, pair.new, server, trial.after, say),
        refused=trial.refused,
    )
    if found in _EXPLAINED:
        met = judge.as_met(after, pair.new, server, trial.after)
        told = trace_attempt(judge, after, met, server, say)
        line = replace(line, console=told.console, explanation=told.explanation)
    return line
