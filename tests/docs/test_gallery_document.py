"""docs/gallery.md lists each story once, under the first question that it answers, by its own title."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from lab.base.language import LANGUAGES, Catalogue
from lab.scenario import gallery
from lab.scenario.model import Scenario

DOCUMENT = (Path(__file__).resolve().parents[2] / "docs" / "gallery.md").read_text("utf-8")
SECTIONS = dict(re.findall(r"^## (\d+)\. .*?\n(.*?)(?=^## |\Z)", DOCUMENT, re.MULTILINE | re.DOTALL))
BEYOND = re.search(r"^## How a phone trusts its cluster.*?\n(.*?)(?=^## |\Z)", DOCUMENT, re.MULTILINE | re.DOTALL)
ROW = re.compile(r"^\| `([a-z0-9-]+)` \| (.*) \|$", re.MULTILINE)


@pytest.fixture(scope="module")
def stories() -> list[Scenario]:
    return [gallery.story(name) for name in gallery.names()]


def test_each_story_stands_once_under_its_first_question(stories: list[Scenario]) -> None:
    listed = {
        (int(number), name, title) for number, section in SECTIONS.items() for name, title in ROW.findall(section)
    }
    assert listed == {(story.head.faq[0], story.name, story.title) for story in stories if story.head.faq}


def test_stories_beyond_the_faq_stand_at_its_end(stories: list[Scenario]) -> None:
    assert BEYOND is not None
    assert ROW.findall(BEYOND[1]) == [(story.name, story.title) for story in stories if not story.head.faq]
    assert f"## {Catalogue('en')('gallery.trust')}\n" in DOCUMENT


def test_each_question_names_the_other_stories_that_answer_it(stories: list[Scenario]) -> None:
    for number, section in SECTIONS.items():
        (also,) = re.findall(r"^See also (.*)\.$", section, re.MULTILINE) or [""]
        assert re.findall(r"`([a-z0-9-]+)`", also) == [
            story.name for story in stories if int(number) in story.head.faq[1:]
        ]


def test_the_questions_are_those_of_the_catalogues() -> None:
    say = Catalogue("en")
    for number in range(1, 12):
        assert f"## {number}. {say(f'gallery.question.{number}')}\n" in DOCUMENT
        assert all(Catalogue(language).has(f"gallery.question.{number}") for language in LANGUAGES)
