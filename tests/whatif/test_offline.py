"""Phones that are off while a change is made: how they are named, and the worse of two answers where it is not known."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from lab.base.failures import InvalidInput
from lab.base.language import ENGLISH, Catalogue
from lab.exports.inventory import NEVER_SEEN, SEEN_NOW
from lab.fleet.model import Fleet, FleetPhone
from lab.whatif.impact_report import ImpactReport, Lost, PlannedStep, Proposal, Verdict
from lab.whatif.offline import Absence, absence_of, answer_with, switched_off
from tests.whatif.conftest import NOW, Network
from tests.whatif_render import impact_reports as made

A, B, C = made.devices(1, 3)
MARCH = datetime(2026, 3, 1, tzinfo=UTC)


@pytest.fixture
def fleet(network: Network) -> Fleet:
    return replace(network.fleet(*map(network.phone, (A, B, C))), names={"lobby": B})


# Who is off


@pytest.mark.parametrize(
    ("written", "off"),
    [
        ((), set()),
        ((A,), {A}),
        (("00:11:22:33:44:01",), {A}),
        (("001122334401", "lobby"), {A, B}),
        (("SEP*0?",), {A, B, C}),
        (("*02", "sep*03"), {B, C}),
        (("lob*",), {B}),
    ],
)
def test_phones_are_named_in_any_spelling_and_by_patterns(
    fleet: Fleet, written: tuple[str, ...], off: set[str]
) -> None:
    assert absence_of(fleet, written) == Absence(frozenset(off))


def test_a_file_names_one_phone_a_line(fleet: Fleet, tmp_path: Path) -> None:
    (tmp_path / "off.txt").write_bytes(f"\ufeff# in the store room\r\n{A}\r\n\r\n  lobby  # broken\r\n".encode())
    assert absence_of(fleet, ["off.txt"], folder=tmp_path) == Absence(frozenset({A, B}))
    assert absence_of(fleet, [str(tmp_path / "off.txt"), C]) == Absence(frozenset({A, B, C}))


def test_a_number_is_any_so_many_of_all_that_are_not_named(fleet: Fleet) -> None:
    assert absence_of(fleet, ["2", A]) == Absence(frozenset({A}), frozenset({B, C}), 2)
    assert absence_of(fleet, ["1", "3"]).any_of == 3


def test_a_phone_is_off_that_was_seen_last_before_the_day_and_unsure_where_no_row_tells(fleet: Fleet) -> None:
    seen = replace(fleet, last_seen={A: MARCH.replace(month=2), B: MARCH})
    assert absence_of(seen, (), MARCH) == Absence(frozenset({A}), frozenset({C}))
    ends = replace(fleet, last_seen={A: NEVER_SEEN, B: SEEN_NOW, C: SEEN_NOW})
    assert absence_of(ends, (), MARCH) == Absence(frozenset({A}))
    assert absence_of(seen, (C,), MARCH) == Absence(frozenset({A, C}))


@pytest.mark.parametrize(
    ("written", "told"),
    [
        ("SEP000000000000", '--offline: there is no phone "SEP000000000000"'),
        ("SEP001122334402x", 'did you mean "SEP001122334402"'),
        ("SEP00FF*", '--offline: there is no phone "SEP00FF*"'),
        ("0", '--offline "0": write a number from 1 to 3'),
        ("4", '--offline "4": write a number from 1 to 3'),
        ("empty.txt", "empty.txt names no phone"),
        ("wrong.txt", 'wrong.txt, line 2: there is no phone "SEP000000000000"'),
        ("binary.txt", "binary.txt, octet 4: this is not UTF-8 text"),
    ],
)
def test_what_names_no_phone_is_one_sentence_with_its_place(
    fleet: Fleet, tmp_path: Path, written: str, told: str
) -> None:
    (tmp_path / "empty.txt").write_text("# none\n\n")
    (tmp_path / "wrong.txt").write_text(f"{A}\nSEP000000000000\n")
    (tmp_path / "binary.txt").write_bytes(b"SEP\xff\x00")
    with pytest.raises(InvalidInput) as caught:
        absence_of(fleet, [written], folder=tmp_path)
    assert told in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_day_without_any_row_that_tells_one_is_refused(fleet: Fleet) -> None:
    with pytest.raises(InvalidInput, match="needs an inventory with a column Last Seen"):
        absence_of(fleet, (), MARCH)


def test_phones_are_switched_off_in_the_fleet_and_the_others_are_the_same_objects(fleet: Fleet) -> None:
    now = switched_off(replace(fleet, last_seen={A: MARCH}), {A})
    assert [phone.offline for phone in now.phones] == [True, False, False]
    assert now.phones[1:] == fleet.phones[1:]
    assert now.phones[1] is fleet.phones[1]
    assert now.last_seen == {}


# The answer


BREAKS = made.line(made.CALLMANAGER, Verdict.BREAKS, after=made.UNKNOWN_CA, why="It refuses the ITL file.")
WORKS = made.line(made.CALLMANAGER, Verdict.WORKS)
UNKNOWN = made.line(made.CALLMANAGER, Verdict.UNKNOWN, after=None, why="its lists are not known")


def report(**lines: object) -> ImpactReport:
    groups = tuple(made.group((device,), *listed) for device, listed in sorted(lines.items()))  # type: ignore[misc]
    return ImpactReport("exports", (), NOW, NOW, groups, handshakes=1, seconds=1.0)


def asked(
    on: ImpactReport, off: ImpactReport, absence: Absence, fleet: Fleet, say: Catalogue = ENGLISH
) -> tuple[ImpactReport, list[set[str]]]:
    """The answer, and which phones were off each time that was asked."""
    seen: list[set[str]] = []

    def answer(one: Fleet) -> ImpactReport:
        seen.append({phone.device_name for phone in one.phones if phone.offline})
        return on if len(seen) == 1 else off

    return answer_with(absence, fleet, answer, say), seen


def verdicts(answer: ImpactReport) -> dict[str, Verdict]:
    return {device: line.verdict for device, _, line in answer.rows()}


def test_phones_that_are_known_to_be_off_are_asked_about_once(fleet: Fleet) -> None:
    on = report(**{A: (WORKS,)})
    answer, seen = asked(on, on, Absence(frozenset({A})), fleet)
    assert seen == [{A}]
    assert answer.conditions == (f"1 phone is off during the change and comes back after it: {A}.",)
    assert asked(on, on, Absence(), fleet)[0] == on


def test_of_a_phone_that_may_be_off_the_worse_verdict_counts_and_says_so(fleet: Fleet) -> None:
    on = report(**{A: (WORKS,), B: (BREAKS,), C: (UNKNOWN,)})
    off = replace(report(**{A: (BREAKS,), B: (WORKS,), C: (WORKS,)}), delete_by_hand=(A,))
    answer, seen = asked(on, off, Absence(unsure=frozenset({A, B, C}), any_of=2), fleet)
    assert seen == [set(), {A, B, C}]
    assert verdicts(answer) == {A: Verdict.BREAKS, B: Verdict.BREAKS, C: Verdict.UNKNOWN}
    why = {device: line.why for device, _, line in answer.rows()}
    assert why == {
        A: "If it is off during the change: It refuses the ITL file.",
        B: "It refuses the ITL file.",
        C: "its lists are not known",
    }
    assert answer.delete_by_hand == (A,)
    assert (answer.handshakes, answer.seconds) == (2, 2.0)
    (told,) = answer.conditions
    assert told.startswith("Any 2 phones may be off during the change")


def test_a_phone_that_is_known_to_be_on_keeps_its_verdict(fleet: Fleet) -> None:
    on, off = report(**{A: (WORKS,), B: (WORKS,)}), report(**{A: (BREAKS,), B: (BREAKS,)})
    answer, _ = asked(on, off, Absence(unsure=frozenset({A})), fleet)
    assert verdicts(answer) == {A: Verdict.BREAKS, B: Verdict.WORKS}
    assert answer.conditions[0].startswith(f"It is not known whether 1 phone is off during the change ({A})")


def test_a_group_is_parted_where_only_some_of_its_phones_may_be_off(fleet: Fleet) -> None:
    on = replace(report(), groups=(made.group((A, B, C), WORKS),))
    off = replace(report(), groups=(made.group((A, B, C), BREAKS),))
    answer, _ = asked(on, off, Absence(unsure=frozenset({B})), fleet)
    assert [group.devices for group in answer.groups] == [(A, C), (B,)]
    assert [group.verdict for group in answer.groups] == [Verdict.WORKS, Verdict.BREAKS]


def test_a_service_of_one_answer_only_counts_too(fleet: Fleet) -> None:
    off = report(**{A: (WORKS, made.line(made.CAPF, Verdict.BREAKS))})
    answer, _ = asked(report(**{A: (WORKS,)}), off, Absence(unsure=frozenset({A})), fleet)
    assert {line.service: line.verdict for _, _, line in answer.rows()} == {
        made.CALLMANAGER: Verdict.WORKS,
        made.CAPF: Verdict.BREAKS,
    }


def test_the_proposal_is_that_of_phones_that_are_on_where_these_are_harmed(fleet: Fleet) -> None:
    first, second = (Proposal((PlannedStep(text),)) for text in ("on", "off"))
    unsure = Absence(unsure=frozenset({A}))
    on = replace(report(**{A: (WORKS,)}), proposal=first)
    off = replace(report(**{A: (BREAKS,)}), proposal=second)
    assert asked(on, off, unsure, fleet)[0].proposal == second
    down = PlannedStep("x", (Lost(made.CALLMANAGER, "CallManager of hq", (A,)),))
    assert asked(replace(on, plan=(down,)), off, unsure, fleet)[0].proposal == first


@pytest.mark.parametrize(
    ("change", "judged"),
    [
        (lambda one: one, True),
        (lambda one: replace(one, unjudged=("Not X.",)), False),
        (lambda one: replace(one, complete=False), False),
    ],
)
def test_what_only_the_second_answer_could_not_judge_is_not_judged(
    fleet: Fleet, change: Callable[[ImpactReport], ImpactReport], judged: bool
) -> None:
    on = report(**{A: (WORKS,)})
    answer, _ = asked(on, change(on), Absence(unsure=frozenset({A})), fleet)
    assert answer.all_judged is judged


def test_an_interrupted_answer_is_not_asked_for_again(fleet: Fleet) -> None:
    on = replace(report(**{A: (WORKS,)}), complete=False)
    answer, seen = asked(on, on, Absence(unsure=frozenset({A})), fleet)
    assert (len(seen), answer.complete) == (1, False)


def test_a_phone_that_is_off_is_of_another_class_than_one_that_is_on(network: Network) -> None:
    from tests.whatif.conftest import gather

    phones: tuple[FleetPhone, ...] = tuple(map(network.phone, (A, B)))
    assert len(gather(network, network.fleet(*phones)).fleet.phones) == 1
    assert len(gather(network, switched_off(network.fleet(*phones), {A})).fleet.phones) == 2
