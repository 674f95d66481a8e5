"""Every attempt of every phone at CallManager and CAPF in the gallery's stories ends as what-if foretells it at the ClientHello."""

from __future__ import annotations

import pytest

from lab.scenario import gallery
from tests.whatif_parity.stories import compared, stories, total

NAMES = stories(edge=False)
CANNOT_BE_KNOWN = {"online-ca": "what an online CA puts into the LSCs that it signs is in no fleet"}
"""Why what-if cannot foretell an attempt from the cast and the operations of its story."""


@pytest.mark.parametrize("name", NAMES)
def test_what_if_foretells_every_attempt_of_the_story(name: str) -> None:
    assert compared(name).left_out.total() <= 1


def test_the_whole_gallery_is_compared() -> None:
    assert sorted([*NAMES, *stories(edge=True)]) == sorted(gallery.names())


def test_hundreds_of_attempts_were_compared_and_both_ways_they_can_end() -> None:
    tally = total(NAMES)
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
    assert tally.lost.total() <= 8
