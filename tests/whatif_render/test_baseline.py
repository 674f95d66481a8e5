"""A baseline: written to be reviewed, read back as it was, refused with the place where it is none, and compared fairly."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields, replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lab.base.failures import InvalidInput
from lab.base.language import ENGLISH, Catalogue
from lab.whatif.impact_report import ImpactReport, Verdict
from lab.whatif.render import baseline, text
from lab.whatif.render.baseline_file import Entry, from_toml_untrusted, to_toml
from lab.whatif.render.difference import difference
from tests.whatif_render import impact_reports as made

WORKS = Entry("CallManager", "CallManager of hq", "works", "LSC")
BREAKS = Entry("CallManager", "CallManager of hq", "breaks", "LSC", "20@0", "read unknown CA")
CAPF = Entry("CAPF", "CAPF of hq", "works", "LSC")
A, B, C = made.devices(1, 3)

WRITTEN = """\
# Which phone stands how at which service: written by `cucm-lab whatif --write-baseline`, compared by `--against`.
# A table for all phones that stand alike. A line of `phones`: the beginning of device names, then their last two digits.
format = "cucm-lab whatif baseline"
version = 3

[[alike]]
at = [
  { service = "CAPF", server = "CAPF of hq", verdict = "works", certificate = "LSC" },
  { service = "CallManager", server = "CallManager of hq", verdict = "breaks", certificate = "LSC", code = "20@0", \
alert = "read unknown CA" },
]
phones = [
  "SEP0011223344 01 02",
  "SEP0011223345 00",
]
others = [
  "lobby \\u001b[31m",
]

[[alike]]
at = [
  { service = "CallManager", server = "CallManager of hq", verdict = "works", certificate = "LSC" },
]
phones = [
  "SEP0011223344 03",
]
"""


def refusal(written: str | bytes) -> str:
    octets = written.encode() if isinstance(written, str) else written
    with pytest.raises(InvalidInput) as caught:
        from_toml_untrusted(octets, "friday.toml")
    assert str(caught.value).isprintable()
    return str(caught.value)


def refused(octets: bytes) -> str:
    """What is said of them; nothing where they are a baseline. Whatever else is raised is a failure."""
    try:
        from_toml_untrusted(octets, "x")
    except InvalidInput as problem:
        return str(problem)
    return ""


# The file


def test_it_is_sorted_one_line_a_fact() -> None:
    alike = CAPF, BREAKS
    entries_by_device = {"lobby \x1b[31m": alike, "SEP001122334500": alike, C: (WORKS,), B: alike, A: alike}
    assert to_toml(entries_by_device).decode() == WRITTEN
    assert from_toml_untrusted(WRITTEN.encode(), "x") == entries_by_device


def test_a_phone_more_changes_one_line() -> None:
    entries_by_device = dict.fromkeys((A, B), (CAPF, BREAKS))
    before, after = (
        to_toml(each).decode().splitlines() for each in (entries_by_device, {**entries_by_device, C: (CAPF, BREAKS)})
    )
    assert len(before) == len(after)
    assert [pair for pair in zip(before, after, strict=True) if pair[0] != pair[1]] == [
        ('  "SEP0011223344 01 02",', '  "SEP0011223344 01 02 03",')
    ]


TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=8)
ENTRY = st.builds(Entry, *[TEXT] * len(fields(Entry)))
NAME = st.one_of(TEXT, st.integers(0, 300).map(lambda number: f"SEP{number:012X}"))


@settings(max_examples=80)
@given(st.dictionaries(NAME, st.lists(ENTRY, max_size=3).map(lambda entries: tuple(sorted(entries))), max_size=5))
def test_what_is_written_is_read_back(entries_by_device: dict[str, tuple[Entry, ...]]) -> None:
    octets = to_toml(entries_by_device)
    assert from_toml_untrusted(octets, "x") == entries_by_device
    assert to_toml(dict(reversed(entries_by_device.items()))) == octets
    assert from_toml_untrusted(octets.replace(b"\n", b"\r\n"), "x") == entries_by_device  # as git may hand it out


@settings(max_examples=80)
@given(
    st.one_of(
        st.binary(max_size=60), st.text(max_size=60).map(lambda more: (WRITTEN + more).encode("utf-8", "replace"))
    )
)
def test_strangers_octets_are_read_or_refused(octets: bytes) -> None:
    assert (refused(octets) or "x").startswith("x")


@settings(max_examples=80)
@given(st.data())
def test_a_damaged_baseline_is_read_or_refused(data: st.DataObject) -> None:
    octets = bytearray(WRITTEN.encode())
    octets[data.draw(st.integers(0, len(octets) - 1))] = data.draw(st.integers(0, 255))
    assert (refused(bytes(octets)) or "x").startswith("x")


HEAD = 'format = "cucm-lab whatif baseline"\nversion = 3\n'


@pytest.mark.parametrize(
    ("written", "told"),
    [
        ("", "is no baseline: write one with cucm-lab whatif --write-baseline"),
        ('title = "a story"', "is no baseline"),
        (
            HEAD.replace("3", "2"),
            'is a baseline of format "2", and this command reads format 3: write it again with cucm-lab whatif',
        ),
        (HEAD.replace("3", "true"), 'format "True"'),
        ('format = "cucm-lab whatif baseline"', 'format "None"'),
        (HEAD + "colour = 1", 'there is no key "colour"'),
        (HEAD + "[[alike]]\nnames = []", 'alike, table 1: there is no key "names"'),
        (HEAD + "alike = 3", "alike must be a list of tables"),
        (HEAD + "[[alike]]\nat = [3]", "alike, table 1: at must be a list of tables"),
        (HEAD + "[[alike]]\nphones = [3]", "phones must be a list of texts in quotes"),
        (HEAD + "[[alike]]\nat = [{ service = 'CAPF', server = 'x' }]", 'at, entry 1: the key "verdict" is missing'),
        (HEAD + "[[alike]]\nat = [{ service = 1, server = 'x', verdict = 'y' }]", "service must be text in quotes"),
        (HEAD + "[[alike]]\nphones = ['SEP0011223344']", '"SEP0011223344" is no list of phones such as'),
        (HEAD + "[[alike]]\nphones = ['SEP0011223344 1\x7f']".replace("\x7f", "\\u001b"), "is no list of phones"),
        (HEAD + "[[alike]]\nphones = ['SEP0011223344 01 01']", '"SEP001122334401" is in this file twice'),
        (HEAD + "[[alike]]\nothers = ['a']\n[[alike]]\nothers = ['a']", 'alike, table 2: "a" is in this file twice'),
        (HEAD + "[[alike", "this is not TOML"),
        (HEAD + "x = " + "9" * 5000, "a number in this file is too long"),
        (HEAD + "x = " + "[" * 3000, "this nests too deep"),
        (b"\xff\xfe\x00", "octet 1: this is not UTF-8 text"),
        (b"#" * (64 * 1024 * 1024 + 1), "is larger than"),
    ],
)
def test_what_is_no_baseline_is_refused_with_the_place(written: str | bytes, told: str) -> None:
    found = refusal(written)
    assert found.startswith("friday.toml")
    assert told in found


# Of an answer


def test_an_answer_is_its_own_baseline(say: Catalogue, printed: Callable[..., str]) -> None:
    for answer in (made.everything(), made.all_is_well(), made.of_size(2000), made.hostile("x\x1b\u202ey")):
        found = made.against(answer, baseline.write(answer))
        assert (found.same, found.breaks) == (True, False)
        assert printed(text.write_difference, found, say) == say("whatif-text.against.same") + "\n"


def test_it_is_the_same_for_classes_and_for_every_phone_and_in_any_order() -> None:
    assert baseline.write(made.of_size(50)) == baseline.write(made.of_size(50, apart=True))
    answer = made.everything()
    assert baseline.write(answer) == baseline.write(replace(answer, groups=answer.groups[::-1]))


def test_nothing_in_it_depends_on_the_day() -> None:
    answer = made.everything()
    later = replace(answer, at_after=answer.at_after.replace(year=2030), seconds=9.0, handshakes=1, source="other")
    assert baseline.write(answer) == baseline.write(later)


def test_an_interrupted_answer_is_no_baseline() -> None:
    with pytest.raises(ValueError, match="interrupted"):
        baseline.write(replace(made.everything(), complete=False))


def test_how_a_phone_stands_is_told_by_codes() -> None:
    def access(after: object, verdict: Verdict = Verdict.BREAKS) -> Entry:
        line = made.line(made.CALLMANAGER, verdict, after=after)  # type: ignore[arg-type]
        answer = replace(made.everything(), groups=(made.group((A,), line),))
        ((entry,),) = baseline.entries_by_device(answer).values()
        return entry

    assert access(made.UNKNOWN_CA) == BREAKS
    assert access(made.DISTRUSTED).alert == "write unknown CA"
    assert (access(made.REJECTED).alert, access(made.REJECTED).cause) == ("", "invalidX509NameInCertificate")
    assert (access(made.STOPPED).certificate, access(made.STOPPED).cause) == ("", "stopped")
    assert access(made.BY_LSC, Verdict.WORKS) == WORKS
    assert access(None, Verdict.UNKNOWN) == replace(WORKS, verdict="cannot-tell", certificate="")


def test_a_real_answer_is_its_own_baseline_and_the_cured_one_is_not(real: ImpactReport) -> None:
    written = baseline.write(real)
    assert made.against(real, written).same
    cured = replace(
        real,
        groups=tuple(
            replace(group, lines=tuple(line for line in group.lines if line.verdict is not Verdict.BREAKS))
            for group in real.groups
        ),
    )
    found = made.against(cured, written)
    assert (found.same, found.breaks) == (False, False)
    assert made.against(real, baseline.write(cured)).breaks


# What differs


def test_a_phone_that_breaks_now_is_a_break_and_one_that_broke_before_is_none() -> None:
    worse = difference({A: (WORKS,)}, {A: (BREAKS,)})
    better = difference({A: (BREAKS,)}, {A: (WORKS,)})
    otherwise = difference({A: (BREAKS,)}, {A: (replace(BREAKS, code="10@0"),)})
    assert [found.breaks for found in (worse, better, otherwise)] == [True, False, False]
    assert not any(found.same for found in (worse, better, otherwise))
    assert [(change.devices, change.was, change.now) for change in worse.changes] == [((A,), WORKS, BREAKS)]


def test_a_new_phone_that_breaks_counts_and_one_that_works_does_not() -> None:
    assert difference({}, {A: (BREAKS,)}).breaks
    found = difference({}, {A: (WORKS,), B: (WORKS,)})
    assert not found.breaks
    assert found.appeared == (A, B)
    assert [(change.devices, change.was) for change in found.appeared_at] == [((A, B), None)]


def test_phones_that_an_interrupted_answer_did_not_get_to_are_not_gone() -> None:
    before = {A: (WORKS,), B: (WORKS,)}
    assert difference(before, {A: (WORKS,)}).disappeared == (B,)
    half = difference(before, {A: (WORKS,)}, complete=False)
    assert half.disappeared == ()
    assert half.same
    answer = replace(made.everything(), groups=made.everything().groups[:2], complete=False)
    assert made.against(answer, baseline.write(made.everything())).disappeared == ()


def test_services_that_came_and_went_are_told_apart() -> None:
    found = difference({A: (WORKS,), B: (CAPF,)}, {A: (CAPF,), B: (WORKS,)})
    assert {(change.devices, change.was, change.now) for change in found.changes} == {
        ((A,), WORKS, None),
        ((A,), None, CAPF),
        ((B,), CAPF, None),
        ((B,), None, WORKS),
    }
    turned = difference({B: (CAPF,), A: (WORKS,)}, {B: (WORKS,), A: (CAPF,)})
    assert turned == found


@settings(max_examples=60)
@given(
    *[st.dictionaries(st.sampled_from((A, B, C)), st.sampled_from([(WORKS,), (BREAKS,), (CAPF, WORKS), ()]))] * 2,
)
def test_every_phone_that_differs_is_named_and_no_other(
    before: dict[str, tuple[Entry, ...]], now: dict[str, tuple[Entry, ...]]
) -> None:
    found = difference(before, now)
    assert found.devices == {device for device in (A, B, C) if before.get(device) != now.get(device)}
    assert found.same == (before == now)
    assert difference(dict(reversed(before.items())), dict(reversed(now.items()))) == found


# Told on a terminal


def test_what_differs_is_told_what_breaks_first(printed: Callable[..., str]) -> None:
    before = {A: (CAPF, WORKS), B: (replace(CAPF, verdict="was-broken"),), "SEP001122334499": (WORKS,)}
    now = {A: (CAPF, BREAKS), B: (CAPF,), C: (BREAKS,)}
    assert printed(text.write_difference, difference(before, now), ENGLISH) == (
        "4 phones differ from the baseline. Something is refused that the baseline accepted, or breaks that\n"
        "did not there.\n"
        "  1 phone (SEP001122334401) at CallManager of hq: still works (LSC) → breaks (LSC, 20@0, read\n"
        "    unknown CA)\n"
        "  1 phone (SEP001122334402) at CAPF of hq: was already broken (LSC) → still works (LSC)\n"
        "  Not in the baseline: 1 phone (SEP001122334403)\n"
        "  1 phone (SEP001122334403) at CallManager of hq: breaks (LSC, 20@0, read unknown CA)\n"
        "  Only in the baseline: 1 phone (SEP001122334499)\n"
    )


def test_an_interrupted_comparison_says_so(printed: Callable[..., str]) -> None:
    written = printed(text.write_difference, difference({A: (WORKS,)}, {}, complete=False), ENGLISH)
    assert (
        written
        == "Interrupted: only the phones that are known so far were compared.\nNothing differs from the baseline.\n"
    )


def test_a_service_that_is_not_used_any_more_and_a_verdict_of_another_version_are_told(
    printed: Callable[..., str],
) -> None:
    found = difference({A: (CAPF, replace(WORKS, verdict="works-backwards"))}, {A: (WORKS,)})
    written = printed(text.write_difference, found, ENGLISH)
    assert "at CAPF of hq: still works (LSC) → not used" in written
    assert "works-backwards (LSC) → still works (LSC)" in written


@pytest.mark.parametrize("columns", [0, 60])
def test_nothing_of_a_baseline_is_obeyed_by_a_terminal(columns: int, printed: Callable[..., str]) -> None:
    evil = made.HOSTILE.replace("\ud800", "")
    found = difference({evil: (Entry(*[evil] * len(fields(Entry))),)}, {evil: (BREAKS,), f"{evil}2": (CAPF,)})
    written = printed(text.write_difference, found, ENGLISH, columns=columns)
    assert "x?[31m??</p>" in written
    for code in ("\x1b[31m", "\x1b[32m", "\x1b[1m", "\x1b[0m"):
        written = written.replace(code, "")
    assert [letter for letter in written if not letter.isprintable() and letter != "\n"] == []


@pytest.mark.parametrize("verdict", ["breaks", "was-broken", "works"])
def test_a_phone_that_is_refused_at_another_server_than_the_one_that_accepted_it_breaks(
    verdict: str, printed: Callable[..., str]
) -> None:
    """It failed over, or was moved: the baseline names the server that accepted it then."""
    elsewhere = replace(BREAKS if verdict != "works" else WORKS, server="CallManager of new", verdict=verdict)
    found = difference({A: (WORKS, CAPF)}, {A: (elsewhere, CAPF)})
    (change,) = found.changes
    assert (change.was, change.now, found.breaks) == (WORKS, elsewhere, verdict != "works")
    assert found.refused_since == (frozenset({(A, "CallManager of new")}) if verdict == "was-broken" else frozenset())
    assert "at CallManager of new: CallManager of hq: still works" in printed(text.write_difference, found, ENGLISH)


def test_a_phone_that_uses_one_more_server_of_a_service_breaks_only_where_that_breaks() -> None:
    more = replace(BREAKS, server="CallManager of new", verdict="was-broken")
    found = difference({A: (WORKS,)}, {A: (WORKS, more)})
    assert [(change.was, change.now, change.breaks) for change in found.changes] == [(None, more, False)]
