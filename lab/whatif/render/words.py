"""Verdicts and outcomes in a few words, for a cell of a table or a part of a sentence."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC

from lab.base.language import Catalogue
from lab.fleet.findings import InputFinding
from lab.whatif.impact_report import (
    ELSEWHERE,
    ImpactReport,
    Line,
    Outcome,
    PlannedStep,
    Proposal,
    ServerTrust,
    Verdict,
    ended_by_phone,
)
from lab.whatif.render.directions import directions, distrust, judges_servers
from lab.whatif.render.identifiers import VERDICTS, alert_name, code_at
from lab.whatif.render.view import ByHand, FailureGroup, causes, tolls

MAX_PLACES = 4
MAX_LEFT = 10
"""Ways to fail that the first sentence names."""


def counted(key: str, count: int, say: Catalogue, **parts: object) -> str:
    """The text `key`, or `key-one` for one of them."""
    return say(f"whatif-text.{key}-one" if count == 1 else f"whatif-text.{key}", count=count, **parts)


def verdict_words(verdict: Verdict, say: Catalogue) -> str:
    return say(f"whatif-text.verdict.{VERDICTS[verdict]}")


def names(devices: Sequence[str], most: int, say: Catalogue) -> str:
    """The first `most` names, then how many there are besides."""
    listed = say.between_items.join(devices[:most])
    more = len(devices) - most
    return listed if more <= 0 else say("whatif-text.names.more", names=listed, count=more)


def phones(devices: Sequence[str], most: int, say: Catalogue) -> str:
    """`3 phones (SEP..., SEP... and 1 more)`."""
    key = "whatif-text.names.phone" if len(devices) == 1 else "whatif-text.names.phones"
    return say(key, count=len(devices), names=names(devices, most, say))


def server(line: Line, say: Catalogue) -> str:
    """Its name, with those of the phone's other servers that refuse it."""
    if not line.refused:
        return line.server_after
    refused = say.between_items.join(line.refused)
    return say("whatif-text.table.after-refusal", server=line.server_after, refused=refused)


def how(outcome: Outcome | None, say: Catalogue, trust: ServerTrust | None = None) -> str:
    """`alert unknown CA, verify code 20@0`, and what the phone refuses; empty for what was accepted and for what cannot be told."""
    told = [refusal(outcome, say, trust)]
    if outcome is not None and not outcome.accepted and (code := code_at(outcome)):
        told.append(say("whatif-text.how.code", code=code))
    told += [distrust(trust, say)] if trust is not None else []
    return say.between_items.join(filter(None, told))


def refusal(outcome: Outcome | None, say: Catalogue, trust: ServerTrust | None = None) -> str:
    """The alert and whose it was, or what ended it else; without the verify code, and without what the phone refuses."""
    if outcome is None or outcome.accepted:
        return ""
    if outcome.alert < 0 and ended_by_phone(outcome, trust):
        return ""
    if outcome.reason == "stopped":
        return say("whatif-text.how.stopped")
    if outcome.reason == ELSEWHERE:
        return say("whatif-text.how.elsewhere")
    if outcome.alert >= 0:
        key = "whatif-text.how.by-phone" if outcome.alert_direction == "write" else "whatif-text.how.by-service"
        return say(key, alert=alert_name(outcome))
    return outcome.cause or outcome.reason


def case_title(case: FailureGroup, say: Catalogue) -> str:
    told = how(case.line.after.outcome, say, case.line.after.server)
    found = phones(case.devices, 2, say)
    models = say.between_items.join(model for model in case.models if model)
    return say(
        "whatif-text.case.title-how" if told else "whatif-text.case.title",
        phones=say("whatif-text.names.of-models", phones=found, models=models) if models else found,
        verdict=verdict_words(case.line.verdict, say),
        server=case.line.server_after,
        how=told,
    )


def reasons(line: Line) -> list[str]:
    """Why it is so, each sentence once: what-if's own, then that of the rules of `explain`."""
    found = [line.why or line.after.not_told]
    if line.explanation is not None:
        found.append(line.explanation.why)
    return [sentence for sentence in dict.fromkeys(found) if sentence]


def finding(found: InputFinding, say: Catalogue) -> str:
    """`file.pem: expired on 2025-01-01; export it once more (left out)`"""
    key = "whatif-text.findings.left-out" if found.grave else "whatif-text.findings.told"
    problem = f"{found.problem}; {found.remedy}" if found.remedy else found.problem
    return say(key, where=found.where, problem=problem)


def headline(answer: ImpactReport, say: Catalogue) -> str:
    """The verdict in a few sentences: what breaks, where, with which alert; what could not be judged; what was broken before."""
    if not answer.groups:
        key = "whatif-text.headline.no-phones" if answer.complete else "whatif-text.headline.nothing-known"
        return say.between_sentences.join([say(key), *not_judged(answer, say)])
    return say.between_sentences.join([_verdict(answer, say), *_besides(answer, say)])


def _verdict(answer: ImpactReport, say: Catalogue) -> str:
    broken = answer.counts()[Verdict.BREAKS]
    if broken:
        return _broken(answer, broken, say)
    if not answer.complete:
        return say("whatif-text.headline.none-so-far")
    if not answer.all_judged:
        return say("whatif-text.headline.none-known")
    if answer.harms:
        return say("whatif-text.headline.none-at-end")
    return counted("headline.none", answer.phones, say)


def _broken(answer: ImpactReport, broken: int, say: Catalogue) -> str:
    found = tolls(answer)
    places = []
    for toll in found[:MAX_PLACES]:
        told = how(toll.outcome, say, toll.trust)
        key = "whatif-text.headline.where" if told else "whatif-text.headline.where-else"
        places.append(say(key, count=toll.count, server=toll.server, how=told))
    if len(found) > MAX_PLACES:
        places.append(say("whatif-text.headline.others", count=len(found) - MAX_PLACES))
    where = say.between_items.join(places)
    if answer.phones == 1:
        return say("whatif-text.headline.breaks-only", where=where)
    return counted("headline.breaks", broken, say, all=answer.phones, where=where)


def _besides(answer: ImpactReport, say: Catalogue) -> Iterator[str]:
    """What else the first sentences must not leave out, each only where it is so."""
    if passing := on_the_way(answer, say):
        yield passing
    yield from not_judged(answer, say)
    if was := answer.phones_with(Verdict.WAS_BROKEN):
        yield counted("headline.was-broken", was, say)
    if answer.delete_by_hand:
        yield counted("headline.by-hand", len(answer.delete_by_hand), say)


def not_judged(answer: ImpactReport, say: Catalogue) -> Iterator[str]:
    """What could not be judged, a sentence for each reason."""
    if unknown := answer.phones_with(Verdict.UNKNOWN):
        yield counted("headline.unknown", unknown, say, all=answer.phones)
    if left_out := sum(finding.grave for finding in answer.findings):
        yield counted("headline.left-out", left_out, say)
    yield from answer.unjudged


def on_the_way(answer: ImpactReport, say: Catalogue) -> str:
    """Where most phones are down that are not at the end of the plan, at a service each; empty where none is."""
    at_end = answer.plan[-1].lost if answer.plan else frozenset()
    passing = [len({use.device for use in step.lost - at_end}) for step in answer.plan]
    most = max(passing, default=0)
    return counted("headline.on-the-way", most, say, number=passing.index(most)) if most else ""


def interrupted(answer: ImpactReport, say: Catalogue) -> str:
    return (
        counted("headline.interrupted", answer.phones, say) if answer.groups else say("whatif-text.headline.too-early")
    )


def causes_told(answer: ImpactReport, say: Catalogue) -> list[tuple[Verdict, str]]:
    """Each cause in one sentence: how many phones and services, and why."""
    return [
        (
            cause.verdict,
            say(
                "whatif-text.cause.line",
                verdict=verdict_words(cause.verdict, say),
                phones=counted("cause.phones", cause.phones, say),
                servers=say.between_items.join(cause.servers),
                why=cause.text or how(cause.outcome, say, cause.trust),
            ),
        )
        for cause in causes(answer)
    ]


def step_told(step: PlannedStep, say: Catalogue) -> str:
    """`down: 3 at CallManager of hq, 2 at CAPF of hq; cannot tell: 1 at ise`"""
    parts: list[str] = []
    for key, uses in (("whatif-text.plan.down", step.down), ("whatif-text.plan.unknown", step.unknown)):
        if uses or not parts:
            places = [
                say("whatif-text.plan.at", count=len(lost.devices), server=lost.server)
                for lost in sorted(uses, key=lambda lost: (-len(lost.devices), lost.server))
            ]
            told = say.between_items.join(places) or "0"
            parts.append(say(key, places=told))
    return say("whatif-text.plan.both", down=parts[0], unknown=parts[1]) if len(parts) == 2 else parts[0]


def step_warnings(step: PlannedStep, say: Catalogue) -> list[str]:
    """That there is no way back after it, and what must not be done together with it."""
    found = [say("whatif-text.plan.no-return")] if step.point_of_no_return else []
    return [*found, say("whatif-text.plan.together", what=step.together)] if step.together else found


def step_remarks(step: PlannedStep, say: Catalogue) -> list[str]:
    """Who is down after it, the warnings, and what to wait for."""
    wait = [say("whatif-text.plan.wait", until=step.wait_for)] if step.wait_for else []
    return [step_told(step, say), *step_warnings(step, say), *wait]


def left_by_hand(proposal: Proposal, say: Catalogue) -> Iterator[str]:
    """Of which phones the lists must be deleted after the proposed order, too."""
    if proposal.delete_by_hand:
        found = names(proposal.delete_by_hand, MAX_LEFT, say)
        yield counted("plan.by-hand", len(proposal.delete_by_hand), say, names=found)


def by_hand_told(work: ByHand, most: int, say: Catalogue) -> str:
    """The menu, the models and the first `most` names."""
    found = phones(work.devices, most, say)
    models = say.between_items.join(work.models)
    found = say("whatif-text.names.of-models", phones=found, models=models) if models else found
    return say("whatif-text.by-hand.menu" if work.menu else "whatif-text.by-hand.no-menu", phones=found, menu=work.menu)


def grave_first(findings: Sequence[InputFinding]) -> list[InputFinding]:
    """What was left out, then what is only told; each in the order of the inputs."""
    return sorted(findings, key=lambda finding: not finding.grave)


def numbers(answer: ImpactReport, say: Catalogue) -> list[str]:
    """How it is known: re-keyed certificates, certificates after a description, handshakes."""
    found = []
    if answer.rekeyed:
        found.append(counted("numbers.rekeyed", answer.rekeyed, say))
    if answer.described:
        found.append(counted("numbers.described", answer.described, say))
    key = "numbers.every" if answer.every_phone else "numbers.handshakes"
    found.append(counted(key, answer.handshakes, say, seconds=f"{answer.seconds:.2f}"))
    return found


def period(answer: ImpactReport, say: Catalogue) -> str:
    """When certificates were judged, in UTC."""
    before, after = (f"{at.astimezone(UTC):%Y-%m-%d %H:%M}Z" for at in (answer.at_before, answer.at_after))
    key = "whatif-text.headline.moment" if before == after else "whatif-text.headline.period"
    return say(key, before=before, after=after)


def line_message(line: Line, say: Catalogue) -> str:
    """`breaks at CallManager of hq: alert unknown CA, verify code 20@0. CallManager of hq has no trusted ...`"""
    told = how(line.after.outcome, say, line.after.server)
    key = "whatif-text.case.message-how" if told else "whatif-text.case.message"
    message = say(key, verdict=verdict_words(line.verdict, say), server=line.server_after, how=told)
    return say.between_sentences.join([message, *both_told(line, say), *reasons(line)[:1]])


def both_told(line: Line, say: Catalogue) -> list[str]:
    """`Server accepts phone: ✓ LSC → ✓ LSC; phone accepts server: ✗ ...`; empty where no trust list decides."""
    if not judges_servers(line):
        return []
    found = directions(line, say)
    return [say("whatif-text.directions.both", server=found.server_accepts_phone, phone=found.phone_accepts_server)]
