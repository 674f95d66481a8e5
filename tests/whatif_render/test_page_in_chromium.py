"""What a browser makes of the page: it fits a phone's screen, every text can be read, nothing is fetched, paper hides nothing."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from lab.base.language import Catalogue
from lab.whatif.impact_report import ImpactReport
from lab.whatif.render.page import build_page
from tests.lab_report.test_chromium import CONTRAST, OVERFLOW, READABLE
from tests.whatif_render import impact_reports as made

pytestmark = pytest.mark.peer("chromium")
Written = Callable[[ImpactReport, str], Path]


@pytest.fixture
def written(tmp_path: Path) -> Written:
    def make(answer: ImpactReport, language: str) -> Path:
        path = tmp_path / "page.html"
        path.write_text(build_page(answer, Catalogue(language)), "utf-8")
        return path

    return make


@pytest.mark.parametrize("width", [320, 1200])
@pytest.mark.parametrize("language", ["en", "zh"])
def test_nothing_stands_over_the_edge_and_nothing_is_fetched(
    language: str, width: int, written: Written, browser: Any
) -> None:
    long = "CN-without-any-blank-" * 8
    answer = made.everything()
    answer = replace(answer, source=long, groups=(replace(answer.groups[0], lsc=long, model=long), *answer.groups))
    page = written(answer, language)
    browser.open(page, width=width)
    assert browser.ask(OVERFLOW) == 0
    assert {seen["request"]["url"] for seen in browser.seen("Network.requestWillBeSent")} <= {page.as_uri()}
    assert browser.seen("Runtime.exceptionThrown") == []
    assert browser.seen("Log.entryAdded") == []


def test_the_matrix_of_four_services_needs_no_scrolling_on_a_desk(written: Written, browser: Any) -> None:
    browser.open(written(made.everything(), "en"), width=1200)
    assert browser.ask("document.querySelectorAll('.matrix thead th').length") == 7
    table = "document.querySelector('.matrix').parentElement"
    assert browser.ask(f"{table}.scrollWidth <= {table}.clientWidth") is True


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_every_text_is_readable_on_its_paper(dark: bool, written: Written, browser: Any) -> None:
    browser.open(written(made.everything(), "en"), width=1200, dark=dark)
    assert browser.ask(CONTRAST) >= READABLE
    assert browser.ask("getComputedStyle(document.body).backgroundColor") == (
        "rgb(20, 24, 29)" if dark else "rgb(255, 255, 255)"
    )


def test_a_box_can_be_ticked_by_its_words_and_the_page_be_printed(written: Written, browser: Any) -> None:
    browser.open(written(made.everything(), "en"), width=1200)
    assert browser.ask("document.querySelectorAll('input:checked').length") == 0
    browser.call("Runtime.evaluate", expression="document.querySelector('table.work label').click()")
    assert browser.ask("document.querySelectorAll('input:checked').length") == 1
    browser.call("Emulation.setEmulatedMedia", media="print")
    assert browser.ask("getComputedStyle(document.querySelector('nav')).display") == "none"
    assert browser.ask("document.querySelector('.evidence').getBoundingClientRect().height") > 0  # unfolded
    browser.call("Emulation.setEmulatedMedia", media="")
    assert re.search(rb"/Type\s*/Page\b", browser.pdf())
