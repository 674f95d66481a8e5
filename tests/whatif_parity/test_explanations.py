"""What-if explains every attempt of every story as the played story is explained: the same rule and the same cure."""

from __future__ import annotations

from collections import Counter

import pytest

from lab.scenario import gallery
from tests.whatif_parity.explanations import compared

CANNOT_KNOW = {
    "capf-authentication-string": "no fleet holds what somebody types on a phone",
    "capf-authentication-string-blocked": "it follows from ten strings that were typed",
    "capf-late": "no fleet holds Operation Completes By, nor when the phone comes",
    "capf-ec-only": "no fleet holds the Key Order of an operation",
    "dot1x-port-unauthorized": "no fleet holds the state of a switch port while the phone talks through it",
}
"""Rules of played stories that what-if does not foresee, each with the reason."""
MOST = 8
"""Reasons for which parity of verdicts leaves an attempt out (`happened.NotAboutCertificates`, and a port that is closed)."""


@pytest.mark.parametrize("name", gallery.names())
def test_every_attempt_is_explained_by_the_same_rule_with_the_same_cure(name: str) -> None:
    found = compared(name)
    assert found.unlike == []
    assert set(found.unforeseen) <= set(CANNOT_KNOW)


def test_what_cannot_be_known_is_a_short_list_and_none_of_it_can_be_known() -> None:
    assert len(CANNOT_KNOW) <= MOST
    alike: Counter[str] = Counter()
    unforeseen: Counter[str] = Counter()
    for name in gallery.names():
        alike += compared(name).alike
        unforeseen += compared(name).unforeseen
    assert set(unforeseen) == set(CANNOT_KNOW), "a rule of the list is never met: take it out"
    assert not set(alike) & set(CANNOT_KNOW), "what-if explains a rule of the list: take it out"


def test_rules_of_all_four_services_were_compared() -> None:
    alike: Counter[str] = Counter()
    accepted = 0
    for name in gallery.names():
        alike += compared(name).alike
        accepted += compared(name).accepted
    for prefix in ("capf-", "dot1x-", "vpn-", "lsc-", "mic-"):
        assert any(rule.startswith(prefix) for rule in alike), prefix
    assert alike.total() >= 80
    assert len(alike) >= 25
    assert accepted >= 100
