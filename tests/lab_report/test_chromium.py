"""What a browser makes of a page: nothing stands over the edge of a phone's screen, nothing is fetched, nothing complains."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from lab.play.runner import StoryResult
from lab.report import build_index, build_page
from lab.report.page import Listed

pytestmark = pytest.mark.peer("chromium")
Play = Callable[[str], StoryResult]

OVERFLOW = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
CLIPPED = """
[...document.querySelectorAll('svg.sequence')].filter(svg => [...svg.querySelectorAll('text')].some(text => {
  const box = text.getBBox(), view = svg.viewBox.baseVal;
  return box.x < 0 || box.x + box.width > view.width || box.y + box.height > view.height;
})).length
"""
OUT_OF_ITS_BOX = """
[...document.querySelectorAll('svg.sequence text.boxed')].filter(text => {
  let box = text.previousElementSibling;
  while (box.tagName !== 'rect') box = box.previousElementSibling;
  const inner = text.getBBox(), outer = box.getBBox();
  return inner.x < outer.x || inner.x + inner.width > outer.x + outer.width || inner.y + inner.height > outer.y + outer.height + 1;
}).map(text => text.textContent)
"""
CONTRAST = """
(() => {
  const linear = part => part <= .04045 ? part / 12.92 : ((part + .055) / 1.055) ** 2.4;
  const light = colour => {
    const [r, g, b] = colour.match(/[\\d.]+/g).map(Number).map(part => linear(part / 255));
    return .2126 * r + .7152 * g + .0722 * b;
  };
  const paper = element => {
    for (let e = element; e; e = e.parentElement) {
      const colour = getComputedStyle(e).backgroundColor;
      if (!/, 0\\)$/.test(colour)) return colour;
    }
    return 'rgb(255, 255, 255)';
  };
  const ratio = (a, b) => (Math.max(a, b) + .05) / (Math.min(a, b) + .05);
  const html = [...document.querySelectorAll('h1, h2, p, td, th, a, li, code, span, summary')]
    .map(e => ratio(light(getComputedStyle(e).color), light(paper(e))));
  const boxes = [...document.querySelectorAll('svg.sequence text.boxed')].map(text => {
    let box = text.previousElementSibling;
    while (box.tagName !== 'rect') box = box.previousElementSibling;
    return ratio(light(getComputedStyle(text).fill), light(getComputedStyle(box).fill));
  });
  const said = [...document.querySelectorAll('svg.sequence text.say, svg.sequence text.hour')]
    .map(text => ratio(light(getComputedStyle(text).fill), light(paper(text))));
  return Math.min(...html, ...boxes, ...said);
})()
"""
READABLE = 4.5
"""Contrast that WCAG AA asks of text."""


@pytest.fixture
def page_of(of_gallery: Play, tmp_path: Path) -> Callable[[str, str], Path]:
    def make(name: str, language: str) -> Path:
        path = tmp_path / f"{name}.{language}.html"
        path.write_text(build_page(of_gallery(name), language), "utf-8")
        return path

    return make


@pytest.mark.parametrize("width", [320, 1200])
@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("name", ["new-cluster-old-lsc", "new-cluster-old-lsc-cured-by-reinstall"])
def test_nothing_stands_over_the_edge_and_nothing_is_fetched(
    name: str, language: str, width: int, page_of: Callable[[str, str], Path], browser: Any
) -> None:
    page = page_of(name, language)
    browser.open(page, width=width)
    assert browser.ask(OVERFLOW) == 0
    assert browser.ask(CLIPPED) == 0
    assert browser.ask(OUT_OF_ITS_BOX) == []
    assert {seen["request"]["url"] for seen in browser.seen("Network.requestWillBeSent")} <= {page.as_uri()}
    assert browser.seen("Runtime.consoleAPICalled") == []
    assert browser.seen("Runtime.exceptionThrown") == []
    assert browser.seen("Log.entryAdded") == []


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_every_text_is_readable_on_its_paper(dark: bool, page_of: Callable[[str, str], Path], browser: Any) -> None:
    browser.open(page_of("new-cluster-old-lsc", "en"), width=1200, dark=dark)
    assert browser.ask(CONTRAST) >= READABLE
    assert browser.ask("getComputedStyle(document.body).backgroundColor") == (
        "rgb(20, 24, 29)" if dark else "rgb(255, 255, 255)"
    )


def test_what_is_folded_is_unfolded_on_paper(page_of: Callable[[str, str], Path], browser: Any) -> None:
    browser.open(page_of("new-cluster-old-lsc", "en"), width=1200)
    tall = "document.querySelector('#console-1').getBoundingClientRect().height"
    folded = browser.ask(tall)
    browser.call("Emulation.setEmulatedMedia", media="print")
    assert browser.ask(tall) > 2 * folded
    browser.call("Emulation.setEmulatedMedia", media="")
    assert re.search(rb"/Type\s*/Page\b", browser.pdf())


def test_the_index_fits_a_phone(tmp_path: Path, browser: Any) -> None:
    page = tmp_path / "index.html"
    listed = [Listed("a.html", "a-story-with-a-long-name-" * 3, "A title of some length " * 3, True)]
    page.write_text(build_index(listed), "utf-8")
    browser.open(page, width=320)
    assert browser.ask(OVERFLOW) == 0
