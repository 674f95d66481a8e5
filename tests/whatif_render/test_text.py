"""The answer on a terminal: what is so stands there at any width, in either language, and nothing that a terminal obeys."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from lab.base.language import ENGLISH, Catalogue
from lab.fleet.findings import InputFinding
from lab.render.prose import cells
from lab.whatif.impact_report import ImpactReport, Incurable, Verdict
from lab.whatif.render import text
from lab.whatif.render.identifiers import VERDICTS
from tests.whatif_render import impact_reports as made

Printed = Callable[..., str]
COLOUR = re.compile(r"\x1b\[[0-9;]*m")


def squeezed(written: str) -> str:
    return " ".join(COLOUR.sub("", written).split())


@pytest.mark.parametrize("columns", [40, 79, 110, 200])
def test_it_fits_a_terminal_of_any_width_but_for_what_must_not_be_cut(
    columns: int, say: Catalogue, printed: Printed
) -> None:
    written = COLOUR.sub("", printed(text.write, made.everything(), say, columns=columns, show_all=True))
    console = {f"    {line}" for line in made.BREAKS.console}
    for line in written.splitlines():
        assert cells(line) <= columns or line in console, line


def test_a_wide_terminal_has_a_table_and_a_narrow_one_paragraphs(printed: Printed) -> None:
    wide = printed(text.write, made.everything(), ENGLISH, columns=200)
    narrow = printed(text.write, made.everything(), ENGLISH, columns=60)
    assert "Before → after" in wide
    assert "Before → after" not in narrow
    for written in (wide, narrow):
        assert "✓ LSC → ✗ LSC" in written
    assert "3 phones (SEP001122334401 and 2 more), 8861, LSC from CAPF-1a" in squeezed(narrow)
    assert "CallManager of hq: ✓ LSC → ✗ LSC, alert unknown CA, verify code 20@0" in squeezed(narrow)


def test_a_pipe_gets_whole_rows_without_colours(printed: Printed) -> None:
    long = "CAPF-" + "a" * 300
    answer = made.everything()
    answer = replace(answer, groups=tuple(replace(group, lsc=long) for group in answer.groups))
    written = printed(text.write, answer, ENGLISH)
    assert "\x1b" not in written
    (row,) = [line for line in written.splitlines() if line.startswith("breaks") and long in line]
    assert "3: SEP001122334401 and 2 more" in row
    assert row.endswith("alert unknown CA")


def test_colours_are_for_terminals_and_no_color_takes_them_away(
    printed: Printed, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "\x1b[31m" in printed(text.write, made.everything(), ENGLISH, columns=200)
    monkeypatch.setenv("NO_COLOR", "1")
    table = printed(text.echo_table, text._table([(made.everything().groups[0], made.BREAKS)], ENGLISH), columns=200)
    assert "breaks" in table
    assert not [code for code in COLOUR.findall(table) if "3" in code]  # bold and dim are no colours


def test_the_verdict_comes_first_and_counts_phones(printed: Printed) -> None:
    written = squeezed(printed(text.write, made.everything(), ENGLISH))
    assert written.startswith(
        "3 of 12 phones break: 3 at CallManager of hq (alert unknown CA, verify code 20@0)."
        " It cannot be told whether 1 of 12 phones loses a service. 1 input was left out: see About the inputs."
        " Trust lists are not judged. 2 phones were refused by a service already before the change."
        f" - 3 phones, CallManager of hq: breaks. {made.BREAKS.why}"
        " - 1 phone, CallManager of hq: cannot tell. the lab makes no DSA key"
        f" - 2 phones, ise: was already broken. {made.WAS_BROKEN.why}"
        " breaks: 3 · cannot tell: 1 · was already broken: 2 · works now: 2 · still works: 4"
    )


def test_each_way_to_fail_is_told_with_console_reason_and_cure(printed: Printed) -> None:
    written = printed(text.write, made.everything(), ENGLISH)
    assert f"    {made.ALERT_LINE}\n" in written
    for sentence in (
        made.BREAKS.why,
        made.EXPLAINED.why,
        f"Cure: {made.EXPLAINED.cure}",
        "the lab makes no DSA",
    ):
        assert sentence in squeezed(written)
    title = "2 phones (SEP001122334420, SEP001122334421), 8861: was already broken at ise"
    assert title not in squeezed(written)  # but for its cause
    assert title in squeezed(printed(text.write, made.everything(), ENGLISH, show_all=True))


def test_what_a_phone_has_only_its_mic_for_at_capf_is_seen(printed: Printed) -> None:
    refused = replace(made.REJECTED, cause="Invalid LSC")
    line = made.line(made.CAPF, Verdict.BREAKS, after=refused, why="Its LSC would be refused.")
    line = replace(line, after=replace(line.after, mic=made.BY_MIC))
    answer = replace(made.all_is_well(), groups=(made.group(made.devices(1, 1), line),))
    assert "✓ LSC → ✗ LSC, ✓ MIC" in printed(text.write, answer, ENGLISH)
    elsewhere = replace(answer, groups=(made.group(made.devices(1, 1), replace(line, service=made.CALLMANAGER)),))
    assert "✓ MIC" not in printed(text.write, elsewhere, ENGLISH)
    plainly = replace(line, verdict=Verdict.ONLY_BY_MIC, after=replace(line.after, outcome=made.BY_MIC))
    answer = replace(answer, groups=(made.group(made.devices(1, 1), plainly),))
    assert re.search(r"✓ LSC → ✓ MIC$", printed(text.write, answer, ENGLISH), re.MULTILINE)


def test_a_phone_that_shows_no_certificate_is_told_from_one_that_has_none(printed: Printed) -> None:
    line = made.line(made.CAPF, Verdict.BREAKS, after=made.CLOSED)
    has_one = replace(line, after=replace(line.after, lsc=made.CLOSED))
    for each, told in ((line, "✓ LSC → ✗ no certificate"), (has_one, "✓ LSC → ✗ TLS")):
        answer = replace(made.everything(), groups=(made.group(made.devices(1, 1), each),))
        assert f"{told} " in printed(text.write, answer, ENGLISH)


def test_plan_and_proposal_are_numbered_with_who_is_down(printed: Printed) -> None:
    written = printed(text.write, made.everything(), ENGLISH)
    plan, proposal = written.split("The plan as given")[1].split("The best order that was found")
    told = "down: 3 at CallManager of hq, 2 at CAPF of hq; cannot tell: 1 at CallManager of hq"
    assert f"   2. Restart Cisco CallManager of hq.\n      {told}\n" in plan
    assert "CAPF of hq: SEP001122334401, SEP001122334402" in plan
    assert "  [ ]  2. Restart Cisco CallManager of hq.\n          down: 1 at CallManager of hq\n" in proposal
    assert "No way was found for 1 phone (SEP001122334403) at CallManager of hq: Its MIC has expired." in squeezed(
        proposal
    )
    assert "The safe order of work" not in written
    assert "After no step" not in written


def test_a_safe_proposal_says_so(printed: Printed) -> None:
    answer = made.everything()
    assert answer.proposal is not None
    safe = replace(answer.proposal, steps=answer.proposal.steps[:2], incurable=())
    assert (safe.safe, answer.proposal.safe) == (True, False)
    written = printed(text.write, replace(answer, proposal=safe), ENGLISH)
    assert "The safe order of work" in written
    assert "After no step has a phone lost a service that it had before the plan began." in squeezed(written)
    assert "No way was found" not in written


def test_that_no_order_was_looked_for_is_said_only_where_one_is_needed(printed: Printed) -> None:
    sentence = "The safe order of work was not looked for."
    assert sentence in printed(text.write, replace(made.everything(), proposal=None), ENGLISH)
    assert sentence not in printed(text.write, replace(made.everything(), proposal=None, complete=False), ENGLISH)
    assert sentence not in printed(text.write, made.everything(), ENGLISH)
    assert sentence not in printed(text.write, made.all_is_well(), ENGLISH)


def test_an_answer_of_forty_thousand_phones_is_a_page_long(printed: Printed) -> None:
    answer = made.of_size(40_000)
    answer = replace(
        answer,
        findings=tuple(InputFinding(f"row {number}", "no such model", grave=True) for number in range(40_000)),
        proposal=replace(
            made.everything().proposal,
            incurable=tuple(Incurable(name, "ise", "no MIC") for name in made.devices(0, 20_000)),
        ),  # type: ignore[type-var]
    )
    written = printed(text.write, answer, ENGLISH)
    assert len(written.splitlines()) < 150
    assert "20000 of 40000 phones break" in written
    assert "39960 more; --all shows them too." in written
    assert "(SEP001122334400, SEP001122334401, SEP001122334402 and 19997 more) at ise: no MIC" in squeezed(written)


def test_what_was_left_out_is_told_before_the_rest_however_long_the_list(printed: Printed) -> None:
    told = tuple(InputFinding(f"file {number}", "is no CA") for number in range(100))
    answer = replace(made.all_is_well(), findings=(*told, InputFinding("row 12", "no such model", grave=True)))
    written = printed(text.write, answer, ENGLISH)
    assert written.index("row 12: no such model (left out)") < written.index("file 0: is no CA")
    assert "file 99" not in written
    assert "file 99" in printed(text.write, answer, ENGLISH, show_all=True)


# What is not known


def test_nothing_breaks_is_said_only_where_everything_was_judged(printed: Printed) -> None:
    def headline(answer: ImpactReport) -> str:
        return squeezed(printed(text.write, answer, ENGLISH))

    well = made.all_is_well()
    one = made.group(made.devices(9, 1), made.CANNOT_TELL)
    assert headline(well).startswith("Nothing breaks: none of 2 phones loses a service.")
    known = "Nothing is known to break, but not everything could be judged. "
    assert headline(replace(well, groups=(*well.groups, one))).startswith(
        f"{known}It cannot be told whether 1 of 3 phones loses a service."
    )
    grave = InputFinding("inventory.csv, row 12", "no such model", grave=True)
    assert headline(replace(well, findings=(grave,))).startswith(f"{known}1 input was left out: see About the inputs.")
    assert headline(replace(well, unjudged=("Not X.",))).startswith(f"{known}Not X.")
    first, second, *_ = printed(text.write, replace(well, complete=False), ENGLISH).splitlines()
    assert (first, second) == (
        "Interrupted: this is what is known so far, of 2 phones.",
        "Nothing is known to break so far.",
    )


def test_phones_that_were_refused_before_are_counted_beside_nothing_breaks(printed: Printed) -> None:
    answer = replace(made.all_is_well(), groups=(made.group(made.devices(1, 2), made.CAPF_WORKS, made.WAS_BROKEN),))
    assert answer.all_judged
    assert squeezed(printed(text.write, answer, ENGLISH)).startswith(
        "Nothing breaks: none of 2 phones loses a service. 2 phones were refused by a service already before the change."
    )


def test_all_that_the_verdicts_on_a_phone_rest_on_is_told(printed: Printed) -> None:
    written = squeezed(printed(text.write, made.everything(), ENGLISH))
    for told in (
        "What the verdicts on SEP001122334401 rest on",
        "phone: row 2 of inventory.csv (8861)",
        "LSC: phones/SEP001122334401.pem (CAPF-1a)",
        "CallManager of hq: CallManager-trust of hq, 7 certificates; minimum TLSv1",
        "CAPF-1a: CallManager-trust/CAPF-1a.pem (CAPF-1a)",
        "ise: ise, 2 certificates; minimum TLSv1 holds none of the authorities above this phone's certificates",
        "Assumed: - The release of the cluster is not named: 12.5SU3.",
        "inventory.csv, row 2: names no profile",
    ):
        assert told in written
    assert "rest on" not in printed(text.write, made.all_is_well(), ENGLISH)


def test_no_phones_is_not_the_same_as_none_yet(printed: Printed, say: Catalogue) -> None:
    empty = ImpactReport("exports", (), made.NOW, made.NOW, ())
    written = printed(text.write, empty, say)
    assert say("whatif-text.headline.no-phones") in written
    early = printed(text.write, replace(empty, complete=False), say)
    assert say("whatif-text.headline.too-early") in early
    assert say("whatif-text.headline.no-phones") not in early


def test_phones_that_are_down_only_on_the_way_are_in_the_first_sentence(printed: Printed) -> None:
    written = printed(text.write, made.down_on_the_way(), ENGLISH, columns=100)
    assert written.startswith("\x1b[31m")
    on_the_way = "During the plan 2 phones lose a service for a time: most of them after step 2."
    assert squeezed(written).startswith(f"At the end of the plan no phone has lost a service. {on_the_way}")
    assert "The safe order of work was not looked for." in written
    worse = replace(made.everything(), plan=(*made.everything().plan[:2], *made.down_on_the_way().plan[2:3]))
    assert "During the plan" not in squeezed(printed(text.write, worse, ENGLISH))  # no worse than it ends
    worse = replace(worse, plan=(*worse.plan, replace(worse.plan[-1], down=())))
    assert f"20@0). {on_the_way}" in squeezed(printed(text.write, worse, ENGLISH))


def test_another_phone_at_another_step_is_down_on_the_way_though_as_many_are_at_the_end(printed: Printed) -> None:
    a, b = made.devices(1, 2)
    plan = made.everything().plan[:2]
    ends = replace(plan[1], down=made.lost(b))
    same, other = (
        replace(made.everything(), plan=(*plan, replace(plan[1], down=down), ends))
        for down in (ends.down, made.lost(a))
    )
    assert "During the plan" not in squeezed(printed(text.write, same, ENGLISH))
    assert "During the plan 1 phone loses a service for a time" in squeezed(printed(text.write, other, ENGLISH))


def test_one_moment_is_told_once(printed: Printed) -> None:
    answer = replace(made.all_is_well(), at_after=made.NOW + timedelta(seconds=30))
    assert "Judged at 2026-11-23 08:00Z.\n" in printed(text.write, answer, ENGLISH)
    assert "before the change and at 2027-11-23 08:00Z after it" in printed(text.write, made.everything(), ENGLISH)


# Strangers, order, languages


@pytest.mark.parametrize("columns", [0, 50, 300])
def test_nothing_of_a_stranger_is_obeyed_by_a_terminal(columns: int, printed: Printed) -> None:
    written = COLOUR.sub("", printed(text.write, made.hostile(), ENGLISH, columns=columns, show_all=True))
    assert "?[31m??" in written
    assert [letter for letter in written if not letter.isprintable() and letter != "\n"] == []


def test_square_brackets_in_a_name_are_no_markup(printed: Printed) -> None:
    model = "[red]8861[/red] [/]"
    answer = replace(made.everything(), groups=(made.group(made.devices(1, 1), made.BREAKS, model=model),))
    (row,) = re.findall("^breaks .*", printed(text.write, answer, ENGLISH), re.MULTILINE)
    assert model in row


def test_the_order_of_groups_does_not_matter(printed: Printed) -> None:
    answer = made.everything()
    turned = replace(answer, groups=answer.groups[::-1])
    assert printed(text.write, answer, ENGLISH) == printed(text.write, turned, ENGLISH)


def test_phones_that_look_alike_are_one_row_whether_or_not_they_were_asked_one_by_one(printed: Printed) -> None:
    together, apart = (replace(made.of_size(10, apart=apart), every_phone=False) for apart in (False, True))
    assert printed(text.write, together, ENGLISH) == printed(text.write, apart, ENGLISH)


def test_every_verdict_is_spoken_in_chinese(printed: Printed) -> None:
    say = Catalogue("zh")
    written = printed(text.write, made.everything(), say)
    for name in VERDICTS.values():
        if name != "works-only-by-mic":
            assert say(f"whatif-text.verdict.{name}") in written
    assert "12 部话机中有 3 部将不可用：CallManager of hq 3 部（TLS 警报 unknown CA、验证代码 20@0）。" in written


def test_a_real_answer_is_told(real: ImpactReport, printed: Printed, say: Catalogue) -> None:
    written = printed(text.write, real, say, columns=100)
    assert "[read]:[fatal]:[unknown CA]" in written
    assert "20@0" in written
    assert "SEP001122334400" in written
    assert real.breaks
    assert real.proposal is not None
    assert real.proposal.safe
    assert squeezed(say("whatif-text.plan.safe")) in squeezed(written)
