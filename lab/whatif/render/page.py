"""The answer as one HTML page that needs nothing else: to send around before the change, and to tick off while it is made."""

from __future__ import annotations

from collections.abc import Sequence

from cisco_data import ServiceKind
from lab.base.language import Catalogue
from lab.report.document import filled
from lab.whatif.impact_report import WORST_FIRST, Group, ImpactReport, Line, Verdict
from lab.whatif.render import words
from lab.whatif.render.directions import directions, judges_servers
from lab.whatif.render.identifiers import VERDICTS, code_at
from lab.whatif.render.text_behind import list_told, source_told
from lab.whatif.render.view import by_hand, cases, for_readers, together

SIGNS = {
    Verdict.WORKS: "✓",
    Verdict.ONLY_BY_MIC: "✓",
    Verdict.MENDED: "✓",
    Verdict.BREAKS: "✗",
    Verdict.WAS_BROKEN: "✗",
    Verdict.UNKNOWN: "?",
}
COLOURS = {
    Verdict.WORKS: "good",
    Verdict.ONLY_BY_MIC: "wrn",
    Verdict.MENDED: "good",
    Verdict.BREAKS: "bad",
    Verdict.WAS_BROKEN: "wrn",
    Verdict.UNKNOWN: "wrn",
}
"""Classes of the style sheet: they only repeat what sign and words say."""
MAX_NAMES = 500
"""Device names of one row that can be unfolded, rows, reasons, findings: --json has all of them."""
EXPLAINED = (Verdict.BREAKS, Verdict.UNKNOWN, Verdict.WAS_BROKEN)


def build_page(answer: ImpactReport, say: Catalogue) -> str:
    """In the language of `say`. The same answer gives the same text."""
    answer = for_readers(answer)
    counts = answer.counts()
    return filled(
        "whatif.html",
        say.language,
        "lab.whatif.render",
        answer=answer,
        headline=words.headline(answer, say),
        period=words.period(answer, say),
        counts=[(verdict, counts[verdict]) for verdict in WORST_FIRST],
        kinds=_kinds(answer),
        lines_of=_lines_of,
        cases=[case for verdict in EXPLAINED for case in cases(answer, verdict)],
        case_title=lambda case: words.case_title(case, say),
        reasons=words.reasons,
        findings=words.grave_first(answer.findings),
        causes=words.causes_told(answer, say),
        explained=answer.explained,
        source_told=lambda source: source_told(source, say),
        line_message=lambda line: words.line_message(line, say),
        incurable=_incurable(answer),
        left_by_hand=list(words.left_by_hand(answer.proposal, say)) if answer.proposal is not None else [],
        not_judged=words.counted("plan.not-judged", answer.proposal.unknown, say)
        if answer.proposal is not None and answer.proposal.unknown
        else "",
        step_told=lambda step: words.step_told(step, say),
        numbers=words.numbers(answer, say),
        finding=lambda found: words.finding(found, say),
        phones=lambda devices, most: words.phones(devices, most, say),
        names_title=lambda devices: _names_title(devices, say),
        server=lambda line: words.server(line, say),
        directions=lambda line: [_unbroken(told) for told in directions(line, say)],
        both_at=_both_at(answer),
        refusal=lambda line: words.refusal(line.after.outcome, say, line.after.server),
        by_hand=by_hand(answer),
        warnings=lambda step: words.step_warnings(step, say),
        list_told=lambda seen: list_told(seen, say),
        code=lambda line: code_at(line.after.outcome),
        verdict_words=lambda verdict: words.verdict_words(verdict, say),
        identifier=VERDICTS.__getitem__,
        sign=SIGNS.__getitem__,
        colour=COLOURS.__getitem__,
        interrupted=words.interrupted(answer, say),
        most=MAX_NAMES,
    )


def _incurable(answer: ImpactReport) -> list[tuple[tuple[str, str], tuple[str, ...]]]:
    found = answer.proposal.incurable if answer.proposal is not None else ()
    return together(((each.server, each.why), each.device) for each in found)


def _names_title(devices: Sequence[str], say: Catalogue) -> str:
    if len(devices) > MAX_NAMES:
        return say("whatif-text.page.names-cut", count=MAX_NAMES, all=len(devices))
    return words.counted("page.names", len(devices), say)


def _unbroken(text: str) -> str:
    """With no line's end between a sign and what it says."""
    return text.replace("✓ ", "✓\u00a0").replace("✗ ", "✗\u00a0")


def _kinds(answer: ImpactReport) -> list[ServiceKind]:
    """The columns: services that a phone uses, and CallManager where a phone could."""
    used = {line.service for group in answer.groups for line in group.lines}
    used |= {ServiceKind.CALLMANAGER for group in answer.groups if not group.uses_tls}
    return [kind for kind in ServiceKind if kind in used]


def _both_at(answer: ImpactReport) -> dict[ServiceKind, bool]:
    """At which services a trust list decides, so that they have a column for each direction; Cisco Tftp judges no phone."""
    lines = [line for group in answer.groups for line in group.lines]
    return {kind: any(line.service is kind and judges_servers(line) for line in lines) for kind in ServiceKind}


def _lines_of(group: Group, kind: ServiceKind) -> list[Line]:
    return [line for line in group.lines if line.service is kind]
