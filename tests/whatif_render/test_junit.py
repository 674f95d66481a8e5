"""The JUnit file: a case a phone and service, counts that are so, well-formed whatever strangers call themselves, and soon done."""

from __future__ import annotations

import re
import time
from dataclasses import replace
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lab.base.language import ENGLISH, Catalogue
from lab.whatif.impact_report import ImpactReport, Verdict
from lab.whatif.render.junit import WHOLE, class_name, junit_xml
from tests.whatif_render import impact_reports as made

SHAPE: dict[str, tuple[set[str], set[str]]] = {
    "testsuites": ({"name", "tests", "failures", "errors", "time"}, {"testsuite"}),
    "testsuite": ({"name", "tests", "failures", "errors", "skipped", "time", "timestamp"}, {"testcase"}),
    "testcase": ({"name", "classname", "time"}, {"failure", "error", "skipped", "system-out"}),
    "failure": ({"type", "message"}, set()),
    "error": ({"type", "message"}, set()),
    "skipped": ({"message"}, set()),
    "system-out": (set(), set()),
}
"""Of Jenkins' junit-10.xsd, the elements and attributes that we use: each element has all of these and no other."""
KINDS = {"failures": "failure", "errors": "error", "skipped": "skipped"}


def checked(answer: ImpactReport, say: Catalogue = ENGLISH, *, accept_unknown: bool = False) -> ET.Element:
    """The document, after a look at its shape: a case for each phone at each service, and every count is so."""
    document = junit_xml(answer, say, accept_unknown=accept_unknown)
    assert document.startswith(b"<?xml version='1.0' encoding='utf-8'?>\n")
    top = ET.fromstring(document)
    for element in top.iter():
        attributes, children = SHAPE[element.tag]
        assert set(element.attrib) == attributes
        assert {child.tag for child in element} <= children
        assert re.fullmatch(r"\d+\.\d{3}", element.get("time", "0.000"))
    for counting in (top, *top.iter("testsuite")):
        assert int(counting.get("tests", "")) == len(list(counting.iter("testcase")))
        for count, kind in KINDS.items():
            if count in counting.attrib:
                assert int(counting.get(count, "")) == len(list(counting.iter(kind)))
    cases = [each for each in top.iter("testcase") if each.get("classname") != WHOLE]
    assert len(cases) == len(list(answer.rows()))
    return top


def case(top: ET.Element, classname: str, name: str) -> ET.Element:
    (found,) = [each for each in top.iter("testcase") if (each.get("classname"), each.get("name")) == (classname, name)]
    return found


def test_each_phone_at_each_service_is_a_case_of_its_servers_suite() -> None:
    top = checked(made.everything())
    suites = ["hq.802_1X.ise", "hq.CAPF", "hq.CallManager", "hq.VPN.asa", WHOLE]
    assert [suite.get("name") for suite in top] == suites
    assert [(top.get(key)) for key in ("tests", "failures", "errors", "time")] == ["25", "3", "3", "0.250"]
    for suite in top:
        names = [case.get("name", "") for case in suite]
        assert names == sorted(set(names))
        assert {case.get("classname") for case in suite} == {suite.get("name")}


def test_a_failure_has_alert_code_reason_cure_and_the_first_phone_its_console() -> None:
    top = checked(made.everything())
    first, second = (case(top, "hq.CallManager", name) for name in made.devices(1, 2))
    for each in (first, second):
        failure = each.find("failure")
        assert failure is not None
        assert failure.get("type") == "breaks"
        assert failure.get("message") == (
            "breaks at CallManager of hq: alert unknown CA, verify code 20@0. " + made.BREAKS.why
        )
        assert f"Cure: {made.EXPLAINED.cure}" in (failure.text or "")
    assert (first.findtext("system-out") or "").splitlines() == [
        f"SEP001122334401  {line}" for line in made.BREAKS.console
    ]
    assert "CAPF-1a deleted from CallManager-trust" in (first.findtext("failure") or "")
    assert second.find("system-out") is None
    assert "SEP001122334401 is judged like this phone" in (second.findtext("failure") or "")


@pytest.mark.parametrize(("accepted", "tag"), [(False, "error"), (True, "skipped")])
def test_what_cannot_be_told_is_an_error_and_skipped_where_that_is_accepted(accepted: bool, tag: str) -> None:
    top = checked(made.everything(), accept_unknown=accepted)
    (found,) = case(top, "hq.CallManager", "SEP001122334430")
    assert found.tag == tag
    assert found.get("type") == (None if accepted else "cannot tell")
    assert found.get("message") == "cannot tell at CallManager of hq. the lab makes no DSA key"
    whole = {each.get("name"): each[0] for each in top.iter("testcase") if each.get("classname") == WHOLE}
    assert {name: (each.tag, each.get("message")) for name, each in whole.items()} == {
        "not judged 00001": (tag, "Trust lists are not judged."),
        "left out 00002": (tag, "inventory.csv, row 12: no such model (left out)"),
    }


def test_each_phone_that_cannot_be_told_of_is_counted() -> None:
    answer = replace(made.all_is_well(), groups=(made.group(made.devices(1, 3), made.CANNOT_TELL),))
    (suite,) = checked(answer)
    assert [suite.get(key) for key in ("tests", "errors", "skipped", "failures")] == ["3", "3", "0", "0"]
    (suite,) = checked(answer, accept_unknown=True)
    assert [suite.get(key) for key in ("tests", "errors", "skipped", "failures")] == ["3", "0", "3", "0"]


@pytest.mark.parametrize(
    ("classname", "name", "told"),
    [
        ("hq.802_1X.ise", "SEP001122334420", "was already broken at ise: alert certificate expired"),
        ("hq.CAPF", "SEP001122334402", "works, but only through its MIC at CAPF of hq."),
        ("hq.VPN.asa", "SEP001122334440", ""),
        ("hq.CAPF", "SEP001122334410", ""),
    ],
)
def test_the_other_verdicts_pass_and_say_what_there_is_to_know(classname: str, name: str, told: str) -> None:
    found = case(checked(made.everything()), classname, name)
    assert {child.tag for child in found} == ({"system-out"} if told else set())
    assert (found.findtext("system-out") or "").startswith(told)


def test_an_interrupted_answer_is_an_error_and_a_complete_one_is_not() -> None:
    half = replace(made.everything(), complete=False, unjudged=(), findings=(), groups=made.everything().groups[:2])
    (error,) = case(checked(half), WHOLE, "complete")
    assert (error.tag, error.get("type")) == ("error", "interrupted")
    assert "of 7 phones" in (error.get("message") or "")
    assert not list(checked(made.all_is_well()).iter("error"))


def test_a_plan_with_phones_down_on_the_way_fails_though_nothing_breaks_in_the_end() -> None:
    (failure,) = case(checked(made.down_on_the_way()), WHOLE, "plan")
    assert failure.get("message") == ("During the plan 2 phones lose a service for a time: most of them after step 2.")
    assert "2. Restart. down: 2 at CallManager of hq, 1 at CAPF of hq" in (failure.text or "")
    for answer in (made.everything(), made.all_is_well()):
        assert not [each for each in checked(answer).iter("testcase") if each.get("name") == "plan"]


@pytest.mark.parametrize("complete", [True, False])
def test_an_answer_without_phones_is_a_document_too(complete: bool) -> None:
    top = checked(ImpactReport("exports", (), made.NOW, made.NOW, (), complete=complete))
    (only,) = top.iter("testcase")
    assert only.get("name") == ("phones 00001" if complete else "complete")
    assert [each.get("type") for each in only] == ["cannot tell" if complete else "interrupted"]


def test_a_class_has_no_dot_but_between_its_parts() -> None:
    line = made.line(made.DOT1X, Verdict.WORKS, server="ise.example.com")
    group = made.group(made.devices(1, 1), line)
    assert class_name(group, line) == "hq.802_1X.ise_example_com"
    assert class_name(replace(group, cluster_before="", cluster_after=""), made.CAPF_WORKS) == "CAPF"
    assert class_name(replace(group, cluster_after="branch"), made.CAPF_WORKS) == "branch.CAPF"


def test_it_speaks_the_language_of_the_run() -> None:
    failure = next(checked(made.everything(), Catalogue("zh")).iter("failure"))
    assert "在 CallManager of hq 上将不可用：TLS 警报 unknown CA、验证代码 20@0。" in failure.get("message", "")


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=30))
def test_no_text_breaks_the_document(text: str) -> None:
    top = checked(made.hostile(text))
    shown = "".join(letter if letter.isprintable() else "?" for letter in text)
    assert {case.get("name") for case in top.iter("testcase") if case.get("classname") != WHOLE} <= {shown}


@pytest.mark.parametrize("apart", [False, True], ids=["by classes", "every phone"])
def test_forty_thousand_phones_at_three_services_are_written_soon_and_no_console_twice(apart: bool) -> None:
    answer = made.of_size(40_000, apart=apart)
    started = time.process_time()
    document = junit_xml(answer, ENGLISH)
    took = time.process_time() - started
    assert document.count(b"<testcase ") == 120_002
    assert document.count(b"[read]:[fatal]:[unknown CA]") == 1
    assert took < 4  # half a second where nothing else runs


def test_a_real_answer_is_a_file_of_cases(real: ImpactReport) -> None:
    top = checked(real)
    assert [each.get("name") for each in top.iter("testcase") if each.find("failure") is not None] == [
        "SEP001122334400"
    ]
    assert "[read]:[fatal]:[unknown CA]" in "".join(top.itertext())
