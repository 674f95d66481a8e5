"""Phones that look alike are one group to a reader, phones that are alike are one to a program, and nobody is lost."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from lab.whatif.impact_report import WORST_FIRST, Group, ImpactReport, Verdict
from lab.whatif.render.clean import clean
from lab.whatif.render.view import cases, for_programs, for_readers, together, tolls
from tests.whatif_render import impact_reports as made

LINES = (made.BREAKS, made.CAPF_WORKS, made.CAPF_BY_MIC, made.VPN_MENDED, made.WAS_BROKEN, made.CANNOT_TELL)


@st.composite
def any_answer(draw: st.DrawFn) -> ImpactReport:
    sizes = draw(st.lists(st.integers(1, 3), max_size=6))
    groups: list[Group] = []
    first = 0
    for size in sizes:
        lines = draw(st.lists(st.sampled_from(LINES), max_size=2, unique_by=lambda line: line.service))
        groups.append(made.group(made.devices(first, size), *lines, model=draw(st.sampled_from(["8861", "7965"]))))
        first += size
    return replace(made.everything(), groups=tuple(draw(st.permutations(groups))))


@settings(max_examples=50)
@given(any_answer())
def test_every_phone_keeps_its_lines_and_its_verdict(answer: ImpactReport) -> None:
    for seen in (for_readers(answer), for_programs(answer)):
        assert list(seen.counts().items()) == list(answer.counts().items())
        told = [(device, group.model, line.service, line.verdict) for device, group, line in seen.rows()]
        assert told == [(device, group.model, line.service, line.verdict) for device, group, line in answer.rows()]
        for group in seen.groups:
            assert list(group.devices) == sorted(group.devices)


@settings(max_examples=50)
@given(any_answer())
def test_readers_see_the_worst_first_and_programs_the_names_in_order(answer: ImpactReport) -> None:
    ranks = [(WORST_FIRST.index(group.verdict), -len(group.devices)) for group in for_readers(answer).groups]
    assert ranks == sorted(ranks)
    names = [group.devices[0] for group in for_programs(answer).groups]
    assert names == sorted(names)


def test_ciphers_tell_groups_apart_for_programs_only() -> None:
    other = replace(made.BY_LSC, cipher="AES128-SHA")
    groups = [
        made.group(made.devices(number, 1), made.line(made.CAPF, Verdict.WORKS, after=after))
        for number, after in enumerate([made.BY_LSC, other])
    ]
    answer = replace(made.all_is_well(), groups=tuple(groups))
    assert len(for_readers(answer).groups) == 1
    assert len(for_programs(answer).groups) == 2


def test_another_cure_is_another_group() -> None:
    assert made.BREAKS.explanation is not None
    other = replace(made.BREAKS, explanation=replace(made.BREAKS.explanation, cure="Move it back."))
    groups = made.group(made.devices(1, 1), made.BREAKS), made.group(made.devices(2, 1), other)
    answer = replace(made.everything(), groups=groups)
    assert len(for_readers(answer).groups) == len(for_programs(answer).groups) == 2
    assert len(cases(for_readers(answer), Verdict.BREAKS)) == 2


def test_the_console_of_a_merged_group_is_that_of_the_phone_named_first() -> None:
    groups = [
        made.group(made.devices(number, 1), replace(made.BREAKS, console=(f"console of {number}",)))
        for number in (5, 2, 9)
    ]
    for view in (for_readers, for_programs):
        (group,) = view(replace(made.everything(), groups=tuple(groups))).groups
        assert group.devices == (*made.devices(2, 1), *made.devices(5, 1), *made.devices(9, 1))
        assert group.lines[0].console == ("console of 2",)


def test_a_case_has_all_phones_that_fail_in_one_way_whatever_their_models() -> None:
    answer = replace(
        made.everything(),
        groups=(
            made.group(made.devices(4, 2), made.BREAKS, model="7965"),
            made.group(made.devices(1, 1), made.BREAKS),
            made.group(made.devices(8, 1), replace(made.BREAKS, why="Its LSC has expired.")),
        ),
    )
    first, second = cases(answer, Verdict.BREAKS)
    assert (first.devices, first.models) == ((*made.devices(1, 1), *made.devices(4, 2)), ("7965", "8861"))
    assert second.devices == made.devices(8, 1)
    assert cases(answer, Verdict.UNKNOWN) == []


def test_tolls_count_phones_by_server_and_alert() -> None:
    expired = made.line(made.CALLMANAGER, Verdict.BREAKS, after=made.EXPIRED)
    answer = replace(
        made.everything(),
        groups=(
            made.group(made.devices(1, 1), expired),
            made.group(made.devices(2, 2), made.BREAKS),
            made.group(made.devices(4, 3), made.BREAKS, model="7965"),
        ),
    )
    assert [(toll.count, toll.outcome) for toll in tolls(answer)] == [(5, made.UNKNOWN_CA), (1, made.EXPIRED)]


@given(st.lists(st.tuples(st.text(max_size=3), st.sampled_from("abc")), max_size=8))
def test_together_loses_no_name(pairs: list[tuple[str, str]]) -> None:
    found = together(pairs)
    assert Counter((text, name) for text, names in found for name in names) == Counter(pairs)
    assert len({text for text, _ in found}) == len(found)


@settings(max_examples=50)
@given(st.text(max_size=12))
def test_a_clean_answer_has_nothing_that_is_not_printable_and_is_else_the_same(text: str) -> None:
    cleaned = clean(made.hostile(text))
    shown = "".join(letter if letter.isprintable() else "?" for letter in text)
    assert cleaned == made.hostile(shown)
    assert repr(cleaned).isprintable()
