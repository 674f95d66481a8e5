"""The same for the stories with an authentication server or a VPN gateway: every attempt ends as what-if foretells it."""

from __future__ import annotations

import pytest

from tests.whatif_parity.stories import compared, stories, total

NAMES = stories(edge=True)


@pytest.mark.parametrize("name", NAMES)
def test_what_if_foretells_every_attempt_of_the_story(name: str) -> None:
    assert compared(name).left_out.total() <= 1


def test_attempts_at_both_doors_were_compared_and_both_ways_they_can_end() -> None:
    tally = total(NAMES)
    assert tally.whole["802.1X, accepted"] >= 12
    assert tally.whole["802.1X, refused"] >= 5
    assert tally.whole["VPN, accepted"] >= 5
    assert tally.whole["VPN, refused"] >= 5
    assert tally.left_out.total() <= 1
    assert tally.by_rekeyed >= 25
    assert tally.by_cast >= 10
    assert tally.by_steps >= 20
    assert not tally.lost
