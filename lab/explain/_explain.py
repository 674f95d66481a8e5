"""Cases in, explanations out: the rule that fits each, with its evidence, its cure, and commands that show the cure.

Rules are keyed on codes: which side refused, the verify code, the alert, the kind of certificate, and where its issuer is known.
Where no rule matches, the evidence is shown and nothing is guessed.
"""

from __future__ import annotations

from collections.abc import Iterable

from lab.base.language import ENGLISH, Catalogue
from lab.base.texts import Text, joined, text
from lab.case import Case, FailedOperation, Noted, Ref, RefusedByTls, RefusedByTrust, RejectedByService
from lab.case.words import act_text
from lab.explain._certificate import certificate_refused
from lab.explain._cure import Advice, Cure, cure, said
from lab.explain._distrust import server_refused
from lab.explain._explanation import UNKNOWN, Evidence, Explanation, RuleFinding
from lab.explain._handshake import handshake_ended
from lab.explain._headline import headline
from lab.explain._noted import noted, outage
from lab.explain._operation import operation_failed
from lab.explain._rejected import rejected
from lab.explain._rules import commands_of, story_of
from lab.explain._trust import not_taken
from lab.explain._ways import Way


def explain(cases: Iterable[Case], say: Catalogue = ENGLISH) -> list[Explanation]:
    """Each way in which each phone failed, in the order in which they were first met, once however often it was met.

    Args:
        cases: in the order of the record, as `lab.views.cases_of` gives them.
        say: the language; rules, device names and commands are the same in each.
    """
    met: dict[tuple[str, str, str], tuple[Case, RuleFinding | None]] = {}
    for case in cases:
        found = finding_of(case)
        rule = found.rule if found is not None else UNKNOWN
        met[case.device, rule, headline(case).within(ENGLISH)] = case, found
    return [_explained(case, found, say) for case, found in met.values()]


def explained(case: Case, say: Catalogue = ENGLISH) -> Explanation:
    """One case."""
    return _explained(case, finding_of(case), say)


def _explained(case: Case, found: RuleFinding | None, say: Catalogue) -> Explanation:
    rule = found.rule if found is not None else UNKNOWN
    why, cures = _sentences(found)
    return Explanation(
        device=case.device,
        rule=rule,
        what=headline(case).within(say),
        why=joined(why, say),
        cure=said(cures, say),
        commands=commands_of(rule),
        evidence=tuple(_evidence(case, found, say)),
        still=case.still,
        story=story_of(rule),
        cures=tuple(tuple(remedy.as_data(say) for remedy in way) for way in cures),
        ways=tuple(way.way.value for way in cures),
    )


def rule_of(case: Case) -> str:
    """Name of the rule that fits; `unknown` for none."""
    found = finding_of(case)
    return found.rule if found is not None else UNKNOWN


def finding_of(case: Case) -> RuleFinding | None:
    """What the rule says that fits; None where none does."""
    problem = case.problem
    if isinstance(problem, RefusedByTls):
        if problem.direction == "write":
            return server_refused(case)
        if problem.verify_code > 0:
            return certificate_refused(case)
        return handshake_ended(case) or (outage(case) if problem.alert < 0 else None)
    if isinstance(problem, RefusedByTrust):
        return not_taken(case)
    if isinstance(problem, RejectedByService):
        return rejected(case)
    if isinstance(problem, FailedOperation):
        return operation_failed(case)
    assert isinstance(problem, Noted)
    return noted(case)


def _sentences(found: RuleFinding | None) -> tuple[tuple[Text, ...], tuple[Cure, ...]]:
    if found is None:
        return (text("explain.unknown.why"),), ()
    own = Text(f"explain.{found.rule}.why", found.parts)
    cures = found.cures or (cure(Way.TOLD, Advice(Text(f"explain.{found.rule}.cure", found.parts))),)
    return (own, *found.why), cures


def _evidence(case: Case, found: RuleFinding | None, say: Catalogue) -> Iterable[Evidence]:
    """What the attempt left behind and what led to it, the latest first; steps of a plan after the attempt itself."""
    lines: dict[Ref | int, tuple[int, Text]] = {}
    for position, (ref, line) in enumerate(case.evidence):
        lines[ref if ref.number else -1 - position] = ref.number, line
    for act in found.because if found is not None else ():
        line = act_text(act)
        if act.ref.unit == "step":
            line = text("evidence.at-step", number=act.ref.number, what=line) if act.ref.number else line
        lines.setdefault(act.ref, (act.ref.number, line))
    attempt = [one for key, one in lines.items() if isinstance(key, int)]
    numbered = sorted((one for key, one in lines.items() if isinstance(key, Ref)), key=lambda one: -one[0])
    assumed = [(0, line) for line in (found.assumed if found is not None else ())]
    return [Evidence(number, line.within(say)) for number, line in (*attempt, *numbered, *assumed)]
