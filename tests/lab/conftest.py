"""Stories played for tests: on virtual time, with keys of the pool, each at most once where it does not matter."""

from __future__ import annotations

import os
from collections.abc import Callable
from functools import cache

import pytest

from journal import Event
from lab.play.building import make_keys
from lab.play.runner import StoryResult, play
from lab.scenario import gallery
from lab.scenario.file import parse
from phone_sim.texts.console import Console
from pki import KeyPool

BLOCKS = [(130 + os.getpid() % 120, os.getpid() // 120 % 250 + number) for number in range(4)]
"""127.x.y that no lab and no other run of these tests takes."""

Play = Callable[[str], StoryResult]


@cache
def pool() -> KeyPool:
    return KeyPool()


def played(text: str, name: str = "test") -> StoryResult:
    """A scenario from its TOML text, played to its end."""
    scenario = parse(text, f"{name}.toml", name)
    return play(scenario, keys=make_keys(scenario, pool()))


@cache
def _of_gallery(name: str) -> StoryResult:
    story = gallery.story(name)
    return play(story, keys=make_keys(story, pool()))


@pytest.fixture
def of_gallery() -> Play:
    """Plays a story of the gallery once, for all tests that only look at it."""
    return _of_gallery


@pytest.fixture
def blocks() -> list[tuple[int, int]]:
    return BLOCKS


@pytest.fixture
def play_text() -> Play:
    return played


def console_lines(result: StoryResult) -> dict[str, list[str]]:
    """What each phone's console printed, by the phone's name in the scenario."""
    return {phone: lines_of(result.events, device) for phone, device in result.devices.items()}


def lines_of(events: list[Event], device: str) -> list[str]:
    console = Console()
    return [line for event in events if event.actor == device for line in console.lines(event)]


@pytest.fixture
def consoles() -> Callable[[StoryResult], dict[str, list[str]]]:
    return console_lines
