"""The page of an answer: it stands alone, is well-formed, has what the answer has, and takes no name for markup."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lab.base.language import ENGLISH, Catalogue
from lab.fleet.findings import InputFinding
from lab.whatif.impact_report import ImpactReport, Verdict
from lab.whatif.render.page import MAX_NAMES, build_page
from tests.lab_report.conftest import Page
from tests.whatif_render import impact_reports as made

Read = Callable[[str], Any]
EMPTY = ImpactReport("exports", (), made.NOW, made.NOW, ())


@pytest.mark.parametrize("make", [made.everything, made.all_is_well, lambda: EMPTY, made.hostile])
def test_a_page_is_well_formed_and_needs_nothing_else(
    make: Callable[[], ImpactReport], say: Catalogue, read: Read
) -> None:
    written = build_page(make(), say)
    page = read(written)
    assert len(page.ids) == len(set(page.ids))
    targets = [value for tag, name, value in page.attributes if tag == "a" and name == "href"]
    assert targets
    assert {target.removeprefix("#") for target in targets} <= set(page.ids)
    assert not {"script", "link", "img", "iframe", "object", "embed", "base", "form"} & set(page.tags)
    assert not [
        name for _, name, _ in page.attributes if name in ("src", "srcset", "action", "style") or name[:2] == "on"
    ]
    assert not re.search(r"(?:https?:)?//\w|@import|url\(", written)
    assert ("html", "lang", {"en": "en", "zh": "zh-Hans"}[say.language]) in page.attributes


def test_who_reads_by_ear_has_headings_scopes_and_labels(say: Catalogue) -> None:
    written = build_page(made.everything(), say)
    levels = [int(level) for level in re.findall(r"<h([1-6])\b", written)]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after - before <= 1 for before, after in pairwise(levels))
    assert re.findall(r"<th\b(?![^>]*scope=\"(?:col|row)\")", written) == []
    assert len(re.findall(r"<label><input type=\"checkbox\">", written)) == written.count("<input") == 2
    assert re.findall(r"<(?:nav|div class=\"scroll\" role=\"region\")(?![^>]*aria-label=\"[^\"]+\")", written) == []


def test_it_has_the_verdict_the_numbers_and_every_group_with_each_of_its_services(read: Read) -> None:
    page = read(build_page(made.everything(), ENGLISH))
    assert "3 of 12 phones break: 3 at CallManager of hq (alert unknown CA, verify code 20@0)." in page.text
    assert "✗ Breaks" in page.text
    assert "✗ breaks 3 accepted before, refused after" in page.text
    for group in made.everything().groups:
        assert f"{len(group.devices)} × {group.model} hq {group.devices[0]}" in page.text
    assert "✓ LSC → ✗ LSC 20@0 alert unknown CA CallManager of hq" in page.text.replace("\u00a0", " ")
    assert "Non Secure: no TLS" in page.text
    assert "re-keyed" in page.text


def test_it_has_reasons_cures_consoles_and_evidence(read: Read) -> None:
    page = read(build_page(made.everything(), ENGLISH))
    for told in (made.BREAKS.why, made.EXPLAINED.why, made.EXPLAINED.cure, made.ALERT_LINE, made.WAS_BROKEN.why):
        assert told in page.text
    assert "event 7 CallManager of hq: verify code 20" in page.text
    assert [name for name in page.ids if name.startswith("why-")] == ["why-1", "why-2", "why-3"]


def test_the_proposal_has_a_box_for_each_step_and_the_plan_has_none(read: Read) -> None:
    page = read(build_page(made.everything(), ENGLISH))
    assert page.tags["input"] == 2  # not for how things stand before
    assert "The best order that was found; it is not safe" in page.text
    assert "No way was found for 1 phone (SEP001122334403) at CallManager of hq: Its MIC has expired." in page.text
    assert "✗ down: 3 at CallManager of hq, 2 at CAPF of hq; cannot tell: 1 at CallManager of hq" in page.text
    answer = made.everything()
    assert answer.proposal is not None
    steps = answer.proposal.steps[:2]
    assert not answer.proposal.safe
    safe = read(build_page(replace(answer, proposal=replace(answer.proposal, steps=steps, incurable=())), ENGLISH))
    assert "The safe order of work ✓ After no step has a phone lost a service" in safe.text
    unasked = read(build_page(replace(answer, proposal=None), ENGLISH))
    assert unasked.tags["input"] == 0
    assert "The safe order of work was not looked for." in unasked.text
    assert "not looked for" not in read(build_page(made.all_is_well(), ENGLISH)).text


def test_what_was_left_out_of_the_inputs_comes_first(read: Read) -> None:
    page = read(build_page(made.everything(), ENGLISH))
    assert "inventory.csv, row 12: no such model (left out) CallManager-trust/old.pem: expired" in page.text


@pytest.mark.parametrize(
    ("answer", "said", "not_said"),
    [
        (made.all_is_well(), "✓ Nothing breaks", "as far as"),
        (replace(made.all_is_well(), complete=False), "? Nothing is known to break, and not everything", "✓ Nothing"),
        (
            replace(made.all_is_well(), findings=(InputFinding("row 12", "no such model", grave=True),)),
            "? Nothing is known to break, and not everything",
            "✓ Nothing",
        ),
        (
            replace(made.all_is_well(), unjudged=("Trust lists are not judged.",)),
            "? Nothing is known to break, and not everything",
            "✓ Nothing",
        ),
        (
            replace(made.all_is_well(), groups=(made.group(made.devices(1, 1), made.CANNOT_TELL),)),
            "? Nothing is known to break, and not everything",
            "✓ Nothing breaks",
        ),
        (made.down_on_the_way(), "✗ Phones lose a service during the plan", "✓ Nothing breaks"),
        (EMPTY, "There is no phone to ask about.", "Nothing breaks"),
        (replace(EMPTY, complete=False), "Interrupted before any phone was asked about.", "no phone to ask about"),
        (replace(made.everything(), complete=False), "✗ Breaks", "✓ Nothing breaks"),
    ],
)
def test_only_what_is_known_is_claimed(answer: ImpactReport, said: str, not_said: str, read: Read) -> None:
    page = read(build_page(answer, ENGLISH))
    assert said in page.text
    assert not_said not in page.text


def test_a_page_of_forty_thousand_phones_that_all_differ_can_still_be_opened(read: Read) -> None:
    reasons = [f"row {number} of inventory.csv tells no model" for number in range(4000)]
    groups = tuple(
        made.group(made.devices(10 * number, 10), made.line(made.CAPF, Verdict.UNKNOWN, after=None, why=reason))
        for number, reason in enumerate(reasons)
    )
    findings = tuple(InputFinding(f"row {number}", "no model") for number in range(4000))
    written = build_page(replace(made.everything(), groups=groups, findings=findings), ENGLISH)
    assert len(written) < 2_000_000
    assert written.count(f"The first {MAX_NAMES} of 4000; --json has all.") == 4
    page = read(build_page(made.of_size(40_000), ENGLISH))
    assert f"The first {MAX_NAMES} of 20000 names" in page.text
    assert page.tags["bdi"] < 2 * MAX_NAMES + 50


def test_the_same_answer_gives_the_same_page_whatever_the_order_of_its_groups() -> None:
    answer = made.everything()
    assert build_page(answer, ENGLISH) == build_page(replace(answer, groups=answer.groups[::-1]), ENGLISH)


@settings(max_examples=15, deadline=None)
@given(st.text(max_size=20))
def test_no_text_breaks_the_page(text: str) -> None:
    page = Page(build_page(made.hostile(f"<b>&{text}"), ENGLISH))
    assert page.tags["b"] == Page(build_page(made.hostile("x"), ENGLISH)).tags["b"]
    assert "<b>&" in page.text


def test_no_letter_turns_the_direction_of_the_page() -> None:
    assert "\u202e" not in build_page(made.hostile(), ENGLISH)


def test_chinese_pages_are_chinese_and_keep_the_devices_words(read: Read) -> None:
    page = read(build_page(made.everything(), Catalogue("zh")))
    for said in ("话机与服务", "将不可用", "操作顺序", "unknown CA", made.ALERT_LINE):
        assert said in page.text
    assert "Phones and services" not in page.text


def test_a_real_answer_is_a_page(real: ImpactReport, say: Catalogue, read: Read) -> None:
    page = read(build_page(real, say))
    assert "[read]:[fatal]:[unknown CA]" in page.text
    assert "20@0" in page.text
    assert page.tags["input"] >= 2
