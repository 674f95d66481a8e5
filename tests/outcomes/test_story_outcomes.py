"""Each story of the gallery comes to what the table says: certificate, alert, verify code and depth, status, rule."""

from __future__ import annotations

import pytest

from lab.scenario import gallery
from tests.outcomes.table import FILE, table
from tests.played import play_of_gallery

KNOWN = {
    block.partition("\n")[0].strip("[]"): block for block in FILE.read_text(encoding="utf-8").strip().split("\n\n")
}


@pytest.mark.parametrize("name", gallery.names())
def test_a_story_comes_to_what_the_table_says(name: str) -> None:
    assert table(play_of_gallery(name)).splitlines() == KNOWN[name].splitlines()


def test_the_table_names_every_story_and_no_other() -> None:
    assert list(KNOWN) == list(gallery.names())
