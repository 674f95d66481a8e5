"""Each story of the gallery comes to what the table says: certificate, alert, verify code and depth, status, rule."""

from __future__ import annotations

import pytest

from lab.play.building import make_keys
from lab.play.runner import play
from lab.scenario import gallery
from pki import KeyPool
from tests.outcomes.table import FILE, table

KNOWN = {
    block.partition("\n")[0].strip("[]"): block for block in FILE.read_text(encoding="utf-8").strip().split("\n\n")
}


@pytest.mark.parametrize("name", gallery.names())
def test_a_story_comes_to_what_the_table_says(name: str) -> None:
    story = gallery.story(name)
    assert table(play(story, keys=make_keys(story, KeyPool()))).splitlines() == KNOWN[name].splitlines()


def test_the_table_names_every_story_and_no_other() -> None:
    assert list(KNOWN) == list(gallery.names())
