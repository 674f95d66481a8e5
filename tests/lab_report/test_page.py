"""A story page stands alone, is well-formed, says what happened in either language, and takes no name for markup."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import msgspec
import pytest

from journal import Actor
from lab.play.runner import StoryResult
from lab.report import build_index, build_page
from lab.report.page import Listed

Play = Callable[[str], StoryResult]
STORIES = ("new-cluster-old-lsc", "new-cluster-old-lsc-cured-by-reinstall", "install-lsc-by-null-string")
LANGUAGES = ("en", "zh")
SVG_TAGS = {"svg", "title", "desc", "line", "rect", "text", "path"}
HOSTILE = "</text></svg><script>alert('x')</script><img src=http://example.com/x onerror=\"alert(1)\"> & {{ say }}"

HOSTILE_STORY = f"""
title = '''{HOSTILE.replace("'x'", "x")}'''
lesson = "<b>bold</b> & <script>alert(2)</script>"
[clusters.one]
[phones.p]
model = "7965"
cluster = "one"
[[steps]]
do = "boot"
say = '''{HOSTILE.replace("'x'", "x")}'''
[[steps]]
expect = "console"
phone = "p"
contains = "<script>never printed</script>"
within = 1
"""


def with_hostile_names(result: StoryResult) -> StoryResult:
    """The same story, had its phone, its device and its cluster such names; a journal can hold any."""
    (phone,) = result.devices

    def renamed(value: object) -> object:
        if isinstance(value, tuple):
            return tuple(map(renamed, value))
        if not isinstance(value, str):
            return value
        text = value.replace(result.devices[phone], HOSTILE).replace("one/", f"{HOSTILE.replace('/', '|')}/")
        return Actor(text) if isinstance(value, Actor) else text

    events = [
        msgspec.structs.replace(
            event, **{name: renamed(getattr(event, name)) for name in event.__struct_fields__ if name != "at"}
        )
        for event in result.events
    ]
    return dataclasses.replace(result, events=events, devices={HOSTILE: HOSTILE})


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", STORIES)
def test_a_page_is_well_formed_and_needs_nothing_else(name: str, language: str, of_gallery: Play, read: Any) -> None:
    text = build_page(of_gallery(name), language)
    page = read(text)
    assert len(page.ids) == len(set(page.ids))
    targets = [value for tag, name, value in page.attributes if tag == "a" and name == "href"]
    assert targets
    assert {target.removeprefix("#") for target in targets} <= set(page.ids)
    assert all(target.startswith("#") for target in targets)
    assert not {"script", "link", "img", "iframe", "object", "embed", "base", "form"} & set(page.tags)
    assert not [
        name for _, name, _ in page.attributes if name in ("src", "srcset", "action", "style") or name[:2] == "on"
    ]
    assert not re.search(r"(?:https?:)?//\w|@import|url\(", text)
    assert ("html", "lang", {"en": "en", "zh": "zh-Hans"}[language]) in page.attributes


@pytest.mark.parametrize("name", STORIES)
def test_each_drawing_is_xml_with_a_title_and_a_description(name: str, of_gallery: Play) -> None:
    drawings = re.findall(r"<svg.*?</svg>", build_page(of_gallery(name)), re.DOTALL)
    assert drawings
    for drawing in drawings:
        root = ElementTree.fromstring(drawing)
        labels = [root.find(kind).get("id") for kind in ("title", "desc")]  # type: ignore[union-attr]
        assert root.get("role") == "img"
        assert root.get("aria-labelledby") == " ".join(str(label) for label in labels)
        assert all(root.find(kind).text for kind in ("title", "desc"))  # type: ignore[union-attr]


@pytest.mark.parametrize("name", STORIES)
def test_nothing_is_drawn_outside_of_its_drawing(name: str, of_gallery: Play) -> None:
    for drawing in re.findall(r"<svg.*?</svg>", build_page(of_gallery(name), "zh"), re.DOTALL):
        root = ElementTree.fromstring(drawing)
        width, height = (float(root.get("viewBox", "").split()[n]) for n in (2, 3))
        for box in root.iter("rect"):
            x, y, wide, tall = (float(box.get(key, "nan")) for key in ("x", "y", "width", "height"))
            assert min(x, y) >= 0
            assert x + wide <= width
            assert y + tall <= height
        for words in root.iter("text"):
            assert 0 < float(words.get("x", "nan")) < width
            assert 0 < float(words.get("y", "nan")) < height
            assert words.text


def test_every_step_has_an_anchor_and_tells_what_it_saw(of_gallery: Play, read: Any) -> None:
    result = of_gallery("new-cluster-old-lsc")
    page = read(build_page(result))
    assert [id for id in page.ids if id.startswith("step-")] == [f"step-{n}" for n in range(1, len(result.steps) + 1)]
    for step in result.steps:
        assert step.step.say in page.text
        assert step.observed in page.text or step.observed == "done"


def test_a_page_holds_table_consoles_stores_certificates_and_the_reason(of_gallery: Play, read: Any) -> None:
    result = of_gallery("new-cluster-old-lsc")
    page = read(build_page(result))
    assert "SECD: -STATE_SSL3_ALERT: SSL3 alert [read]:[fatal]:[unknown CA]" in page.text
    assert "CallManager-trust of new" in page.text
    assert "CAPF-trust of old" in page.text
    assert "cucm-lab run new-cluster-old-lsc" in page.text
    assert "OU=MOCK - NOT CISCO" in page.text
    assert "why-1" in page.ids
    for row in result.rows():
        assert row.device in page.text
        assert row.issuer in page.text


def test_the_alternative_in_words_says_who_said_what(of_gallery: Play, read: Any) -> None:
    page = read(build_page(of_gallery("new-cluster-old-lsc")))
    assert "SEP001A2F000003 to CallManager of new: Certificate: LSC, issued by CAPF-" in page.text
    assert "CallManager of new to SEP001A2F000003: ✗ alert: unknown CA" in page.text
    assert "TFTP of new to SEP001A2F000001: configuration file: Device Security Mode Encrypted" in page.text


def test_the_same_result_gives_the_same_bytes(of_gallery: Play) -> None:
    result = of_gallery("new-cluster-old-lsc-cured-by-reinstall")
    assert build_page(result) == build_page(result)


def test_chinese_pages_are_chinese_and_keep_the_devices_words(of_gallery: Play, read: Any) -> None:
    page = read(build_page(of_gallery("new-cluster-old-lsc"), "zh"))
    assert "逐步经过" in page.text
    assert "信任库" in page.text
    assert "unknown CA" in page.text
    assert "Step by step" not in page.text


def test_a_language_that_the_lab_does_not_speak_is_refused(of_gallery: Play) -> None:
    with pytest.raises(ValueError, match="speaks"):
        build_page(of_gallery("new-cluster-old-lsc"), "fr")


@pytest.mark.parametrize("language", LANGUAGES)
def test_markup_in_names_and_sentences_is_text(language: str, of_text: Callable[..., StoryResult], read: Any) -> None:
    result = with_hostile_names(of_text(HOSTILE_STORY))
    text = build_page(result, language, command=HOSTILE)
    page = read(text)
    assert not result.passed
    assert not {"script", "img"} & set(page.tags)
    assert page.text.count("<script>alert(x)</script>") >= 2
    assert page.text.count("<script>alert('x')</script>") >= 4
    assert "<script>never printed</script>" in page.text
    drawings = re.findall(r"<svg.*?</svg>", text, re.DOTALL)
    assert drawings
    for drawing in drawings:
        assert {element.tag for element in ElementTree.fromstring(drawing).iter()} <= SVG_TAGS


def test_control_characters_do_not_get_onto_a_page(of_text: Callable[..., StoryResult]) -> None:
    text = build_page(of_text(HOSTILE_STORY), command="a\x07b\x1bc\x00d")
    assert not re.search(r"[\x00-\x08\x0b-\x1f\x7f]", text)
    assert "a\ufffdb\ufffdc\ufffdd" in text


def test_a_failed_story_says_where_and_leaves_the_rest_unreached(
    of_text: Callable[..., StoryResult], read: Any
) -> None:
    story = """
title = "Expects too much"
[clusters.one]
[phones.p]
model = "7965"
cluster = "one"
[[steps]]
do = "boot"
[[steps]]
expect = "registered"
phone = "p"
certificate = "LSC"
within = 5
[[steps]]
do = "power-off"
"""
    page = read(build_page(of_text(story)))
    assert "failed at step 2 of 3" in page.text
    assert "certificate is none, not LSC" in page.text
    assert page.text.count("not reached") == 1


def test_an_authentication_string_stays_out_of_the_page(of_text: Callable[..., StoryResult], read: Any) -> None:
    story = """
title = "A string"
[clusters.one]
[phones.p]
model = "7965"
cluster = "one"
[[steps]]
do = "certificate-operation"
phone = "p"
operation = "Install/Upgrade"
mode = "By Authentication String"
string = "8675309"
"""
    text = build_page(of_text(story))
    assert "8675309" not in text
    assert "(not shown)" in text


def test_the_index_lists_each_page_with_its_verdict(read: Any) -> None:
    pages = [Listed("a.html", "a", "The <first>", True), Listed("b%2F.html", "b", "The second", False)]
    page = read(build_index(pages))
    assert [value for tag, name, value in page.attributes if (tag, name) == ("a", "href")] == ["a.html", "b%2F.html"]
    assert "1 of 2 stories" in page.text
    assert "The <first>" in page.text
    assert page.text.count("Not as expected") == 1


def test_every_text_of_the_page_is_there_in_each_language_and_is_used() -> None:
    from lab.base.language import texts

    folder = Path(__file__).resolve().parents[2] / "lab" / "report"
    sources = "".join(path.read_text("utf-8") for path in [*folder.rglob("*.py"), *folder.rglob("*.html")])
    used = set(re.findall(r'"report\.([a-z0-9.-]+)"', sources))
    for language in LANGUAGES:
        assert used == set(texts(language, "report"))
