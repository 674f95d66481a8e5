"""Stories played to their end, on virtual time and with keys of the pool."""

from __future__ import annotations

import os
import pickle
from contextlib import suppress
from functools import cache
from pathlib import Path

from lab.play.runner import StoryResult, play
from lab.scenario import gallery
from lab.scenario.file import parse

shared: list[Path] = []
"""The folder where the processes of one run of the tests leave what they have played for one another; none where there is one."""


def play_text(text: str, name: str = "test") -> StoryResult:
    """A scenario from its TOML text."""
    return play(parse(text, f"{name}.toml", name))


@cache
def play_of_gallery(name: str) -> StoryResult:
    """A story of the gallery, once for all tests that only look at it."""
    for folder in shared:
        with suppress(FileNotFoundError):
            found = pickle.loads((folder / name).read_bytes())
            assert isinstance(found, StoryResult)
            return found
    result = play(gallery.story(name))
    for folder in shared:
        unfinished = folder / f"{name}.{os.getpid()}"
        unfinished.write_bytes(pickle.dumps(result))
        unfinished.replace(folder / name)
    return result
