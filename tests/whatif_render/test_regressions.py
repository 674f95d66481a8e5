"""Against a baseline: what it accepted and what is refused now breaks, whatever the cause; nothing else does by that."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from xml.etree import ElementTree as ET

import pytest

from lab.base.language import ENGLISH, Catalogue
from lab.fleet.findings import InputFinding
from lab.whatif.impact_report import ImpactReport, Line, Verdict
from lab.whatif.render import baseline, text
from lab.whatif.render.baseline_file import Entry
from lab.whatif.render.difference import difference
from lab.whatif.render.junit import junit_xml
from lab.whatif.render.regressions import with_regressions
from tests.whatif_render import impact_reports as made

A, B, C = made.devices(1, 3)
LINES = {
    Verdict.WORKS: made.line(made.CALLMANAGER, Verdict.WORKS),
    Verdict.ONLY_BY_MIC: made.line(made.CALLMANAGER, Verdict.ONLY_BY_MIC, after=made.BY_MIC),
    Verdict.MENDED: made.line(made.CALLMANAGER, Verdict.MENDED, before=made.EXPIRED),
    Verdict.BREAKS: made.line(made.CALLMANAGER, Verdict.BREAKS, after=made.EXPIRED, why="Its LSC has expired."),
    Verdict.WAS_BROKEN: made.line(
        made.CALLMANAGER, Verdict.WAS_BROKEN, made.EXPIRED, made.EXPIRED, why="Its LSC has expired."
    ),
    Verdict.UNKNOWN: made.line(made.CALLMANAGER, Verdict.UNKNOWN, after=None, why="Its LSC cannot be read."),
}


def answer_of(*lines: Line, names: tuple[str, ...] = (A, B)) -> ImpactReport:
    return replace(made.all_is_well(), groups=(made.group(names, *lines),), plan=())


@pytest.mark.parametrize("was", list(Verdict))
@pytest.mark.parametrize("now", list(Verdict))
def test_each_pair_of_verdicts_breaks_or_does_not(was: Verdict, now: Verdict) -> None:
    """What was accepted and is refused; and what breaks now, if it did not in the baseline."""
    found = made.against(answer_of(LINES[now]), baseline.write(answer_of(LINES[was])))
    accepted = was in (Verdict.WORKS, Verdict.ONLY_BY_MIC, Verdict.MENDED)
    refused = now in (Verdict.BREAKS, Verdict.WAS_BROKEN)
    assert found.breaks == ((accepted and refused) or (now is Verdict.BREAKS and was is not Verdict.BREAKS))


def test_a_new_phone_that_was_refused_before_the_change_breaks_nothing() -> None:
    now = Entry("CAPF", "CAPF of hq", "was-broken")
    assert not difference({}, {A: (now,)}).breaks
    assert difference({}, {A: (replace(now, verdict="breaks"),)}).breaks


def test_what_expired_since_the_baseline_is_a_failure_of_those_that_it_accepted_and_of_no_other() -> None:
    """The baseline knows A as accepted and B as refused; C is new."""
    former = {
        A: (Entry("CallManager", "CallManager of hq", "works", "LSC"),),
        B: (Entry("CallManager", "CallManager of hq", "was-broken", "LSC"),),
    }
    answer = answer_of(LINES[Verdict.WAS_BROKEN], made.CAPF_WORKS, names=(A, B, C))
    found = difference(former, baseline.entries_by_device(answer))
    assert found.breaks
    judged = with_regressions(answer, found, ENGLISH)
    verdicts = {(device, line.service): line.verdict for device, _, line in judged.rows()}
    assert verdicts[A, made.CALLMANAGER] is Verdict.BREAKS
    assert {verdicts[device, made.CALLMANAGER] for device in (B, C)} == {Verdict.WAS_BROKEN}
    assert {verdicts[device, made.CAPF] for device in (A, B, C)} == {Verdict.WORKS}
    assert judged.counts()[Verdict.BREAKS] == 1
    top = ET.fromstring(junit_xml(judged, ENGLISH))
    failed = [case for case in top.iter("testcase") if case.find("failure") is not None]
    assert [case.get("name") for case in failed] == [A]
    assert top.get("failures") == "1"
    (failure,) = failed[0].iter("failure")
    assert "Its LSC has expired. The baseline accepted it." in (failure.text or "")


def test_an_answer_without_a_regression_stays_as_it_is() -> None:
    answer = answer_of(LINES[Verdict.WAS_BROKEN])
    same = made.against(answer, baseline.write(answer))
    assert with_regressions(answer, same, ENGLISH) is answer


def test_serious_findings_are_told_whether_or_not_something_differs(
    printed: Callable[..., str], say: Catalogue
) -> None:
    grave = InputFinding("phones/SEP001122334401.pem", "cannot be read as a certificate", grave=True)
    mild = InputFinding("inventory.csv", "says nothing of MICs")
    answer = replace(answer_of(LINES[Verdict.WORKS]), findings=(mild, grave), unjudged=("Trust lists are not judged.",))
    same = difference(baseline.entries_by_device(answer), baseline.entries_by_device(answer))
    other = difference({}, baseline.entries_by_device(answer))
    for found in (same, other):
        written = printed(text.write_difference, found, say, answer)
        assert "phones/SEP001122334401.pem" in written
        assert "Trust lists are not judged." in written
        assert "inventory.csv" not in written
    well = answer_of(LINES[Verdict.WORKS])
    assert printed(text.write_difference, same, say, well) == say("whatif-text.against.same") + "\n"
