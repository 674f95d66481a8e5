"""Stories played to their end, on virtual time and with keys of the pool."""

from __future__ import annotations

from functools import cache

from lab.play.runner import StoryResult, play
from lab.scenario import gallery
from lab.scenario.file import parse


def play_text(text: str, name: str = "test") -> StoryResult:
    """A scenario from its TOML text."""
    return play(parse(text, f"{name}.toml", name))


@cache
def play_of_gallery(name: str) -> StoryResult:
    """A story of the gallery, once for all tests that only look at it."""
    return play(gallery.story(name))
