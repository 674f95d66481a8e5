"""docs/phone-pages.md lists the paths and the messages that the phones have, and no others."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from lab.running.phone_page import MAX_PHONES
from phone_sim.pages.paths import PATHS, Page
from phone_sim.pages.server import MAX_CONNECTIONS
from phone_sim.status_messages import MAX_MESSAGES, TEXTS
from tests.phone_pages.test_status_messages import FILE, test_an_event_with_published_words_has_them

TEXT = (Path(__file__).resolve().parents[2] / "docs" / "phone-pages.md").read_text("utf-8")


def table(heading: str) -> list[list[str]]:
    rows = TEXT.partition(f"## {heading}\n")[2].partition("\n## ")[0].splitlines()
    return [[cell.strip() for cell in row.strip("|").split("|")] for row in rows if row.startswith("|")][2:]


def quoted(cell: str) -> list[str]:
    return re.findall(r"`([^`]+)`", cell)


@pytest.mark.parametrize(("web", "column"), [("7940", 1), ("79x1", 2), ("88xx", 3)])
def test_the_table_of_paths_is_the_phones(web: str, column: int) -> None:
    listed = {}
    for row in table("Paths"):
        cell = row[column - 1] if row[column] == "as on the left" else row[column]
        page = next(page for page in Page if row[0].partition(" (")[0].partition(",")[0] == page.value)
        listed |= dict.fromkeys(quoted(cell), page)
    assert listed == PATHS[web]


def test_the_table_of_status_messages_is_what_events_give() -> None:
    (mark,) = [mark for mark in test_an_event_with_published_words_has_them.pytestmark if mark.name == "parametrize"]
    given = {text.replace(FILE, "SEP<mac>.cnf.xml"): type(event) for event, text in mark.args[1]}
    assert {quoted(row[0])[0] for row in table("Status messages")} == set(given)
    assert set(given.values()) <= set(TEXTS)
    assert {type(event) for event, _ in mark.args[1]} == set(TEXTS)


def test_the_figures_are_the_codes() -> None:
    for words in (f"the last {MAX_MESSAGES}", f"{MAX_CONNECTIONS} connections", f"first {MAX_PHONES} phones"):
        assert words in TEXT
