"""A story page as one HTML document that needs nothing else: no script, no font, no picture, no request."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from lab.base.language import Catalogue
from lab.play.runner import StoryResult
from lab.report.document import filled
from lab.report.model import PhoneShown, Section, StoryShown, gather
from lab.report.names import lab_time
from lab.report.sequence import drawing, in_words

MAX_OPEN = 6
"""Phones whose diagrams are unfolded from the start."""


class Listed(NamedTuple):
    """One line of the index of several pages."""

    href: str
    name: str
    title: str
    passed: bool


def build_page(result: StoryResult, language: str = "en", command: str = "") -> str:
    """The page of one story; the same result gives the same text.

    Args:
        language: `en` or `zh`, of the page's own texts. ValueError for any other.
        command: what plays the story again; made up from its name where it is empty.
    """
    say = Catalogue(language)
    story = gather(result, say)
    return filled(
        "page.html",
        language,
        story=story,
        command=command or f"cucm-lab run {story.name}",
        drawing=lambda number, phone, section: _drawing(story, number, phone, section, say),
        in_words=lambda row: in_words(row, say),
        steps_of=lambda section: _steps_of(section, say),
        clock=lambda at: lab_time(at, story.starts),
        severity=_severity,
        open_diagrams=len(story.phones) <= MAX_OPEN,
    )


def build_index(pages: Sequence[Listed], language: str = "en") -> str:
    """The page that lists several."""
    return filled("index.html", language, pages=pages, passed=sum(page.passed for page in pages))


def _drawing(story: StoryShown, number: int, phone: PhoneShown, section: Section, say: Catalogue) -> str:
    title = say("report.diagram.title", phone=phone.row.phone, steps=_steps_of(section, say))
    identity = f"diagram-{number}-{section.chapter.first}"
    return drawing(section.rows, say, start=story.starts, identity=identity, title=title)


def _steps_of(section: Section, say: Catalogue) -> str:
    first, last = section.chapter.first, section.chapter.last
    if first == last:
        return say("report.step.number", number=first)
    return say("report.step.range", first=first, last=last)


def _severity(line: str) -> str:
    """`err` or `wrn` for a console line of that severity, else empty."""
    word = line.split(" ", 2)[1]
    return word.lower() if word in ("ERR", "WRN") else ""
