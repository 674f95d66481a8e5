"""Every attempt of every phone in the gallery's stories ends as what-if foretells it at the ClientHello, and is explained alike.

CallManager, CAPF, authentication servers and VPN gateways take part. What-if explains each attempt as the played story is
explained: by the same rule with the same cure. Each story is played once for both.
"""

from __future__ import annotations

from collections import Counter

import pytest

from tests.whatif_parity.explanations import explained_twice
from tests.whatif_parity.files import Files, files_of
from tests.whatif_parity.files_explained import files_explained_twice
from tests.whatif_parity.stories import JUDGED, compared, stories, total

CANNOT_BE_KNOWN = {
    "online-ca": "what an online CA puts into the LSCs that it signs is in no fleet",
    "encrypted-config": "for which certificate the cluster encrypts a phone's file is in no fleet",
    "under-way": "an operation of several steps is one step of a plan",
}
"""Why what-if cannot foretell an attempt from the cast and the operations of its story."""
CANNOT_BE_FORESEEN = {
    "capf-authentication-string": "no fleet holds what a user types on a phone",
    "capf-authentication-string-blocked": "it follows from ten strings that were typed",
    "capf-late": "no fleet holds Operation Completes By, nor when the phone comes",
    "capf-ec-only": "no fleet holds the Key Order of an operation",
    "dot1x-port-unauthorized": "no fleet holds the state of a switch port while the phone talks through it",
}
"""Rules of played stories that what-if does not foresee, each with the reason."""
FILES_NOT_TOLD = {
    "encrypted-config": "for which certificate the cluster encrypts a phone's file is in no fleet",
    "under-way": CANNOT_BE_KNOWN["under-way"],
    "tvs-cache": "what TVS told a phone within the last 24 hours is in no fleet",
}
"""Why what-if cannot explain a refused list or file as the played story does."""
MOST = 8
"""Reasons for which parity of verdicts leaves an attempt out (`happened.NotAboutCertificates`, and a port that is closed)."""


@pytest.mark.parametrize("name", JUDGED)
def test_what_if_foretells_every_attempt_of_the_story(name: str) -> None:
    assert compared(name).left_out.total() <= 1


@pytest.mark.parametrize("name", JUDGED)
def test_every_attempt_is_explained_by_the_same_rule_with_the_same_cure(name: str) -> None:
    found = explained_twice(name)
    assert found.unlike == []
    assert set(found.unforeseen) <= set(CANNOT_BE_FORESEEN)


def test_each_story_is_one_of_clusters_alone_or_one_with_other_servers() -> None:
    assert sorted([*stories(edge=False), *stories(edge=True)]) == sorted(JUDGED)


# Verdicts


def test_hundreds_of_attempts_were_compared_and_both_ways_they_can_end() -> None:
    tally = total(stories(edge=False))
    assert tally.whole["CallManager, accepted"] >= 60
    assert tally.whole["CallManager, refused"] >= 40
    assert tally.whole["CAPF, accepted"] >= 8
    assert tally.whole["CAPF, refused"] >= 8
    assert set(tally.in_tls) == {"the authentication mode at CAPF asks for no certificate"}
    assert tally.left_out.total() <= 1
    assert tally.by_rekeyed >= 150
    assert tally.by_cast >= 25
    assert tally.by_steps >= 160
    assert set(tally.lost) == set(CANNOT_BE_KNOWN)
    assert tally.lost.total() <= 20


def test_attempts_at_authentication_servers_and_gateways_were_compared_and_both_ways_they_can_end() -> None:
    tally = total(stories(edge=True))
    assert tally.whole["802.1X, accepted"] >= 12
    assert tally.whole["802.1X, refused"] >= 5
    assert tally.whole["VPN, accepted"] >= 5
    assert tally.whole["VPN, refused"] >= 5
    assert tally.left_out.total() <= 1
    assert tally.by_rekeyed >= 25
    assert tally.by_cast >= 10
    assert tally.by_steps >= 20
    assert not tally.lost


# Explanations


def test_what_cannot_be_foreseen_is_a_short_list_and_none_of_it_can_be_foreseen() -> None:
    assert len(CANNOT_BE_FORESEEN) <= MOST
    alike: Counter[str] = Counter()
    unforeseen: Counter[str] = Counter()
    for name in JUDGED:
        alike += explained_twice(name).alike
        unforeseen += explained_twice(name).unforeseen
    assert set(unforeseen) == set(CANNOT_BE_FORESEEN), "a rule of the list is never met: take it out"
    assert not set(alike) & set(CANNOT_BE_FORESEEN), "what-if explains a rule of the list: take it out"


def test_rules_of_all_four_services_were_compared() -> None:
    alike: Counter[str] = Counter()
    accepted = 0
    for name in JUDGED:
        alike += explained_twice(name).alike
        accepted += explained_twice(name).accepted
    for prefix in ("capf-", "dot1x-", "vpn-", "lsc-", "mic-"):
        assert any(rule.startswith(prefix) for rule in alike), prefix
    assert alike.total() >= 80
    assert len(alike) >= 25
    assert accepted >= 100


# Refused lists and configuration files


@pytest.mark.parametrize("name", JUDGED)
def test_every_refused_list_and_file_is_explained_as_the_played_story_explains_it(name: str) -> None:
    found = files_explained_twice(name)
    assert found.unlike == []
    assert set(found.not_told) <= set(FILES_NOT_TOLD)


def test_refused_lists_and_files_of_each_kind_were_compared() -> None:
    alike: Counter[str] = Counter()
    not_told: Counter[str] = Counter()
    foreseen = 0
    for name in JUDGED:
        found = files_explained_twice(name)
        alike += found.alike
        not_told += found.not_told
        foreseen += found.foreseen
    assert foreseen >= 30
    assert alike.total() >= 20
    assert len(alike) >= 9
    assert not_told.total() <= 17
    assert set(not_told) <= set(FILES_NOT_TOLD)


@pytest.mark.parametrize("name", JUDGED)
def test_what_if_foretells_which_files_each_phone_takes_and_why_it_refuses_them(name: str) -> None:
    assert files_of(name).unlike == []


def test_files_are_compared_that_are_taken_by_the_lists_by_tvs_and_not_at_all() -> None:
    alike: Counter[Files] = Counter()
    left_out: Counter[str] = Counter()
    by_steps = 0
    for name in JUDGED:
        found = files_of(name)
        alike, left_out, by_steps = alike + found.alike, left_out + found.left_out, by_steps + found.by_steps
    assert {(each.accepted, each.by_tvs) for each in alike} == {(True, False), (True, True), (False, False)}
    assert {each.file for each in alike} >= {"", "CTL", "ITL"}
    assert len({each.refusal for each in alike}) >= MOST
    assert 2 * by_steps > alike.total() * 0.8
    assert left_out.total() < alike.total() / 10
