"""A story of the gallery in another language: its title, its lesson and what it says, the steps untouched."""

from __future__ import annotations

import tomllib
from dataclasses import replace
from pathlib import Path

import msgspec

from lab.base.language import FOLDER
from lab.scenario import gallery
from lab.scenario.model import Scenario


class Translation(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What `catalogues/LANGUAGE/stories/NAME.toml` holds."""

    title: str
    lesson: str = ""
    say: dict[str, str] = {}
    """By the sentence in English: a sentence that changes has lost its translation, which a test says."""


def translation_file(name: str, language: str) -> Path:
    return FOLDER / language / "stories" / f"{name}.toml"


def translation(name: str, language: str) -> Translation | None:
    """None where there is none: the story is in English, or not of the gallery."""
    try:
        with translation_file(name, language).open("rb") as file:
            return msgspec.convert(tomllib.load(file), Translation)
    except FileNotFoundError:
        return None


def find_in(language: str, name_or_file: str) -> Scenario:
    """A story of the gallery in a language, or a file as its author wrote it. Raises as `gallery.find`."""
    story = gallery.find(name_or_file)
    return story if gallery.is_file(name_or_file) else translated(story, language)


def translated(story: Scenario, language: str) -> Scenario:
    """The same story; what has no translation stays as it is, as in a file of the user's own."""
    found = translation(story.name, language)
    if found is None:
        return story
    steps = tuple(
        msgspec.structs.replace(step, say=found.say.get(step.say, step.say)) if step.say else step
        for step in story.steps
    )
    return replace(
        story,
        head=msgspec.structs.replace(story.head, title=found.title, lesson=found.lesson or story.head.lesson),
        steps=steps,
    )
