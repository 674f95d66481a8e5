"""A page shows every text as it is, whatever stands in it, and carries no script and nothing from elsewhere."""

from __future__ import annotations

from html.parser import HTMLParser
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lab.running.phone_page import page_lines
from phone_sim.pages.device import DeviceInformation
from phone_sim.pages.html import banner_of, links_page, list_page, table_page
from phone_sim.pages.paths import PATHS, Page
from phone_sim.pages.xml import device_xml
from tests.phone_sim.conftest import NOW

VOID = {"meta", "link"}
TEXTS = st.text(
    st.characters(codec="utf-8", exclude_characters="\r\n\x00", exclude_categories=("Cc", "Cs")), min_size=1
)
EVIL = "</td><script>alert('&amp;\"')</script>"


class Reader(HTMLParser):
    """Collects cells and tags, and that every element is closed."""

    def __init__(self, page: bytes) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str | None]] = []
        self.texts: dict[str, list[str]] = {}
        self._open: list[str] = []
        self.feed(page.decode())
        self.close()
        assert not self._open

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += attrs
        if tag not in VOID:
            self._open.append(tag)
            self.texts.setdefault(tag, []).append("")

    def handle_endtag(self, tag: str) -> None:
        assert self._open.pop() == tag

    def handle_data(self, data: str) -> None:
        if self._open:
            self.texts[self._open[-1]][-1] += data


@given(st.sampled_from(sorted(PATHS)), st.lists(st.tuples(TEXTS, TEXTS), max_size=4))
def test_a_table_shows_labels_and_values_as_they_are(web: str, rows: list[tuple[str, str]]) -> None:
    reader = Reader(table_page(web, banner_of("CP-8861", "SEP1"), Page.DEVICE_INFORMATION, rows))
    assert reader.texts.get("th", []) == [label for label, _ in rows]
    assert reader.texts.get("td", []) == [value for _, value in rows]


def test_markup_in_a_value_stays_text() -> None:
    for page in (
        table_page("88xx", EVIL, Page.DEVICE_INFORMATION, [(EVIL, EVIL)]),
        list_page("88xx", EVIL, Page.STATUS_MESSAGES, [EVIL]),
        links_page("88xx", EVIL, Page.CONSOLE_LOGS, [EVIL]),
    ):
        reader = Reader(page)
        assert "script" not in reader.tags
        assert EVIL in "".join(reader.texts["header" if "td" in reader.tags else "p"]) or EVIL in reader.texts["p"]


@pytest.mark.parametrize("web", sorted(PATHS))
def test_a_page_loads_nothing_from_elsewhere_and_fits_a_small_screen(web: str) -> None:
    page = table_page(web, "b", Page.DEVICE_INFORMATION, [("a", "b")])
    reader = Reader(page)
    assert not {"script", "img", "iframe", "form", "button"} & set(reader.tags)
    for name, value in reader.attributes:
        if name in ("href", "src"):
            assert value == "data:," or (value is not None and value.startswith("/"))
    assert b"width=device-width" in page
    assert b"prefers-color-scheme:dark" in page
    assert b"url(" not in page
    assert len(page) < 6000


def test_the_page_that_is_shown_is_marked_in_the_menu() -> None:
    page = list_page("88xx", "b", Page.STATUS_MESSAGES, [])
    assert page.count(b"aria-current") - page.count(b"a[aria-current]") == 1
    assert b" aria-current=page>Status messages<" in page


@given(TEXTS, TEXTS)
def test_page_lines_reads_what_a_reader_sees(label: str, value: str) -> None:
    label, value = " ".join(label.split()), " ".join(value.split())
    page = table_page("88xx", "b", Page.NETWORK_CONFIGURATION, [("x" + label, value + "y")]).decode()
    assert page_lines(page) == ["Network configuration", f"x{label}: {value}y"]


def test_page_lines_leaves_a_plain_text_alone() -> None:
    assert page_lines("1001 NOT a <b>\n1002 b\n") == ["1001 NOT a <b>", "1002 b"]


@given(TEXTS)
def test_the_xml_holds_any_text(text: str) -> None:
    allowed = "".join(c for c in text if c not in "\ufffe\uffff")
    device = DeviceInformation("001122334455", "SEP001122334455", allowed, "FCH", "CP-7965G", NOW)
    assert ElementTree.fromstring(device_xml(device)).findtext("appLoadID", "") == allowed
