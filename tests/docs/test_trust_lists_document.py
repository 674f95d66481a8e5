"""docs/trust-lists.md tells the releases as the table has them, and every story that goes by a phone's lists."""

from __future__ import annotations

import re
from itertools import groupby
from pathlib import Path

from cisco_data.release_table import CTL_SAST, ITL_SIGNER
from cisco_data.releases import RELEASES
from lab.scenario import gallery
from lab.scenario.model import TrustListHeld

DOCUMENT = (Path(__file__).resolve().parents[2] / "docs" / "trust-lists.md").read_text("utf-8")


def test_who_signs_is_what_the_table_of_releases_says() -> None:
    by_release = [(name, ITL_SIGNER.of(name), CTL_SAST.of(name)) for name in RELEASES]
    rows = [next(same) for _, same in groupby(by_release, key=lambda row: row[1:])]
    wanted = [
        f"| {name} | {signer} | {', '.join(sast) or 'none: CTL client with eTokens only'} |"
        for name, signer, sast in rows
    ]
    assert re.findall(r"^\| \d[\d.()A-Z]* \| .*\|$", DOCUMENT, re.MULTILINE) == wanted


def test_every_story_about_lists_is_there() -> None:
    listed = set(re.findall(r"^\| `([a-z0-9-]+)` \|", DOCUMENT, re.MULTILINE))
    new = {name for name in gallery.names() if not gallery.story(name).head.faq} | {"ctl-not-updated-after-capf"}
    assert listed == new
    assert all(any(isinstance(step, TrustListHeld) for step in gallery.story(name).steps) for name in new)
