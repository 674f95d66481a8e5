"""A story page as one HTML document that needs nothing else: no script, no font, no picture, no request."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from importlib.metadata import version
from typing import NamedTuple

from jinja2 import Environment, PackageLoader, StrictUndefined

from lab.language import Catalogue
from lab.play.runner import StoryResult
from lab.report.model import PhoneShown, Section, StoryShown, gather
from lab.report.names import lab_time
from lab.report.sequence import drawing, in_words

HTML_LANGUAGES = {"en": "en", "zh": "zh-Hans"}
MOST_OPEN = 6
"""Phones whose diagrams are unfolded from the start."""

_NOT_IN_XML = {number: "�" for number in (*range(0x20), 0x7F, 0xFFFE, 0xFFFF) if chr(number) not in "\t\n\r"}


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
    return _filled(
        "page.html",
        language,
        story=story,
        command=command or f"cucm-lab run {story.name}",
        drawing=lambda number, phone, section: _drawing(story, number, phone, section, say),
        in_words=lambda row: in_words(row, say),
        steps_of=lambda section: _steps_of(section, say),
        clock=lambda at: lab_time(at, story.starts),
        severity=_severity,
        open_diagrams=len(story.phones) <= MOST_OPEN,
    )


def build_index(pages: Sequence[Listed], language: str = "en") -> str:
    """The page that lists several."""
    return _filled("index.html", language, pages=pages, passed=sum(page.passed for page in pages))


def _filled(template: str, language: str, **values: object) -> str:
    text = (
        _templates()
        .get_template(template)
        .render(say=Catalogue(language), language=HTML_LANGUAGES[language], version=version("cucm-cert-lab"), **values)
    )
    return text.translate(_NOT_IN_XML)


@cache
def _templates() -> Environment:
    return Environment(
        loader=PackageLoader("lab.report"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )


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
