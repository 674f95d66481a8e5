"""The answer on a terminal: the verdict in one sentence, who stands how, why it breaks, the plan and the safe order, the inputs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from lab.base.language import Catalogue
from lab.base.terminal import echo
from lab.fleet.findings import InputFinding
from lab.render.prose import wrapped
from lab.render.screen import echo_table, fits
from lab.whatif.impact_report import WORST_FIRST, Group, ImpactReport, Line, PlannedStep, Proposal, Verdict
from lab.whatif.render import words
from lab.whatif.render.directions import NOT_REACHED, directions, judges_servers
from lab.whatif.render.identifiers import code_at
from lab.whatif.render.text_behind import write_behind
from lab.whatif.render.text_difference import write_difference
from lab.whatif.render.view import FailureGroup, by_hand, cases, for_readers, together

if TYPE_CHECKING:
    from rich.table import Table

__all__ = ["write", "write_difference"]

MAX_ROWS, MAX_CASES, MAX_FINDINGS, MAX_CAUSES, MAX_DOWN, MAX_BY_HAND = 60, 20, 40, 12, 4, 20
"""Without `show_all`, but for causes and names."""
COLOURS = {
    Verdict.BREAKS: "red",
    Verdict.UNKNOWN: "yellow",
    Verdict.WAS_BROKEN: "yellow",
    Verdict.ONLY_BY_MIC: "cyan",
    Verdict.MENDED: "green",
    Verdict.WORKS: "",
}
_HEADINGS = ("verdict", "phones", "model", "lsc", "service", "change", "code", "alert")
_HEADINGS_OF_BOTH = ("verdict", "phones", "model", "lsc", "service", "server-accepts", "phone-accepts", "code", "alert")
"""Keys of the catalogue."""
Row = tuple[Group, Line]


def write(answer: ImpactReport, say: Catalogue, *, show_all: bool = False) -> None:
    """Print it; with `show_all` also the phones for which nothing changes, and lists of any length."""
    answer = for_readers(answer)
    _verdict(answer, say)
    for each in answer.explained:
        write_behind(each, say)
    _who(answer, say, show_all)
    for verdict in (Verdict.BREAKS, Verdict.UNKNOWN, *([Verdict.WAS_BROKEN] if show_all else [])):
        _why(cases(answer, verdict), say, show_all)
    _by_hand(answer, say, show_all)
    if answer.plan:
        _heading(say("whatif-text.plan.given"))
        _steps(answer.plan, "", say)
    if answer.proposal is not None:
        _proposed(answer.proposal, say)
    elif answer.harms and answer.complete:
        echo()
        echo(wrapped(say("whatif-text.plan.not-asked")))
    _findings(answer.findings, say, show_all)
    echo()
    for sentence in words.numbers(answer, say):
        echo(wrapped(sentence), dim=True)


def _verdict(answer: ImpactReport, say: Catalogue) -> None:
    if not answer.complete:
        echo(wrapped(words.interrupted(answer, say)), fg="yellow", bold=True)
    counts = answer.counts()
    colour = "red" if answer.harms else "green" if answer.all_judged else "yellow"
    echo(wrapped(words.headline(answer, say)), fg=colour, bold=True)
    _causes(answer, say)
    counted = [
        say("whatif-text.headline.count", verdict=words.verdict_words(verdict, say), count=counts[verdict])
        for verdict in WORST_FIRST
        if counts[verdict]
    ]
    if counted:
        echo(wrapped(" · ".join(counted)))
    echo(wrapped(words.period(answer, say)))
    for change in answer.changes:
        echo(wrapped(change, "    ", "  - "))
    for condition in answer.conditions:
        echo(wrapped(condition))


def _causes(answer: ImpactReport, say: Catalogue) -> None:
    found = words.causes_told(answer, say)
    for verdict, sentence in found[:MAX_CAUSES]:
        echo(wrapped(sentence, "    ", "  - "), fg=COLOURS[verdict] or None)
    if len(found) > MAX_CAUSES:
        echo(wrapped(say("whatif-text.cause.more", count=len(found) - MAX_CAUSES), "  ", "  "))


def _who(answer: ImpactReport, say: Catalogue, show_all: bool) -> None:
    rows: list[Row] = []
    hidden = 0
    for group in answer.groups:
        shown = [line for line in group.lines if show_all or line.refused or line.verdict is not Verdict.WORKS]
        rows += [(group, line) for line in shown]
        hidden += 0 if shown else len(group.devices)
    rows.sort(key=lambda row: WORST_FIRST.index(row[1].verdict))  # which keeps the order within a verdict
    most = len(rows) if show_all else MAX_ROWS
    if rows:
        echo()
        made = _table(rows[:most], say)
        if fits(made):
            echo_table(made)
        else:
            _paragraphs(rows[:most], say)
    if len(rows) > most:
        echo(wrapped(say("whatif-text.table.more-rows", count=len(rows) - most)))
    if hidden and not show_all:
        echo(wrapped(words.counted("table.not-shown", hidden, say)))


def _table(rows: Sequence[Row], say: Catalogue) -> Table:
    from rich import box
    from rich.table import Table

    made = Table(box=box.SIMPLE_HEAD, show_edge=False, pad_edge=False)
    both = any(judges_servers(line) for _, line in rows)
    for heading in _HEADINGS_OF_BOTH if both else _HEADINGS:
        made.add_column(say(f"whatif-text.table.{heading}"), overflow="fold")
    for group, line in rows:
        found = directions(line, say)
        made.add_row(
            words.verdict_words(line.verdict, say),
            f"{len(group.devices)}: {words.names(group.devices, 1, say)}",
            group.model,
            group.lsc or "–",
            words.server(line, say),
            *([found.server_accepts_phone, found.phone_accepts_server or NOT_REACHED] if both else found[:1]),
            code_at(line.after.outcome),
            words.refusal(line.after.outcome, say, line.after.server),
            style=COLOURS[line.verdict],
        )
    return made


def _paragraphs(rows: Sequence[Row], say: Catalogue) -> None:
    for group, line in rows:
        echo(words.verdict_words(line.verdict, say), fg=COLOURS[line.verdict] or None)
        issuer = group.lsc
        lsc = say("whatif-text.table.lsc-of", issuer=issuer) if issuer else say("whatif-text.table.no-lsc")
        told = [words.phones(group.devices, 1, say), group.model, lsc]
        echo(wrapped(say.between_items.join(filter(None, told)), "    ", "  "))
        told = words.both_told(line, say) or [directions(line, say).server_accepts_phone]
        told.append(words.how(line.after.outcome, say, line.after.server))
        echo(wrapped(f"{words.server(line, say)}: {say.between_items.join(filter(None, told))}", "    ", "  "))


def _why(found: Sequence[FailureGroup], say: Catalogue, show_all: bool) -> None:
    most = len(found) if show_all else MAX_CASES
    for case in found[:most]:
        line = case.line
        echo()
        echo(wrapped(words.case_title(case, say)), bold=True, fg=COLOURS[line.verdict] or None)
        if line.console:
            echo(wrapped(say("whatif-text.case.console", device=case.devices[0]), "  ", "  "))
            for printed in line.console:  # never wrapped: it may be searched for
                echo(f"    {printed}")
        for sentence in words.reasons(line):
            echo(wrapped(sentence, "  ", "  "))
        if line.explanation is not None and line.explanation.cure:
            cure = say("explain.label.cure", cure=line.explanation.cure)
            echo(wrapped(cure, "  ", "  "))
            for command in line.explanation.commands:
                echo("  " + say("explain.label.try", command=command))
    if len(found) > most:
        echo()
        echo(wrapped(say("whatif-text.case.more", count=len(found) - most)))


def _by_hand(answer: ImpactReport, say: Catalogue, show_all: bool) -> None:
    if not answer.delete_by_hand:
        return
    _heading(words.counted("by-hand.title", len(answer.delete_by_hand), say), "yellow")
    echo(wrapped(say("whatif-text.by-hand.why"), "  ", "  "))
    for work in by_hand(answer):
        most = len(work.devices) if show_all else MAX_BY_HAND
        echo(wrapped(words.by_hand_told(work, most, say), "    ", "  - "))


def _heading(text: str, colour: str | None = None) -> None:
    echo()
    echo(wrapped(text), bold=True, fg=colour)


def _steps(steps: Sequence[PlannedStep], box: str, say: Catalogue) -> None:
    """Numbered, after how things stood before: `box` is what the reader ticks off."""
    for number, step in enumerate(steps):
        first = f"  {box}{number:>2}. " if number else " " * (len(box) + 6)
        indent = " " * (len(box) + 6)
        echo(wrapped(step.text, indent, first))
        colour = "red" if step.down else "yellow" if step.unknown else None
        echo(wrapped(words.step_told(step, say), indent, indent), fg=colour)
        for lost in step.down:
            told = say("whatif-text.plan.who", server=lost.server, names=words.names(lost.devices, MAX_DOWN, say))
            echo(wrapped(told, indent + "  ", indent + "  "), dim=True)
        for warning in words.step_warnings(step, say):
            echo(wrapped(warning, indent, indent), fg="yellow")
        if step.wait_for:
            echo(wrapped(say("whatif-text.plan.wait", until=step.wait_for), indent, indent), bold=True)


def _proposed(proposal: Proposal, say: Catalogue) -> None:
    title = say("whatif-text.plan.safe" if proposal.safe else "whatif-text.plan.best")
    _heading(title, "green" if proposal.safe else "yellow")
    _steps(proposal.steps, "[ ] ", say)
    if proposal.safe:
        echo(wrapped(say("whatif-text.plan.none-down"), "  ", "  "), fg="green")
    if proposal.unknown:
        echo(wrapped(words.counted("plan.not-judged", proposal.unknown, say), "  ", "  "), fg="yellow")
    for (server, why), devices in together(((each.server, each.why), each.device) for each in proposal.incurable):
        sentence = say("whatif-text.plan.not-cured", phones=words.phones(devices, 3, say), server=server, why=why)
        echo(wrapped(sentence, "    ", "  "), fg="red")
    for told in words.left_by_hand(proposal, say):
        echo(wrapped(told, "    ", "  "), fg="yellow")


def _findings(findings: Sequence[InputFinding], say: Catalogue, show_all: bool) -> None:
    if not findings:
        return
    _heading(say("whatif-text.findings.title"))
    most = len(findings) if show_all else MAX_FINDINGS
    for finding in words.grave_first(findings)[:most]:
        echo(wrapped(words.finding(finding, say), "    ", "  - "), fg="yellow" if finding.grave else None)
    if len(findings) > most:
        echo(wrapped(say("whatif-text.findings.more", count=len(findings) - most), "  ", "  "))
