"""Stories played for tests: on virtual time, with keys of the pool, each at most once where it does not matter."""

from __future__ import annotations

import os
from collections.abc import Callable

import pytest

from journal import Event
from lab.play.runner import StoryResult
from phone_sim.texts.console import Console
from tests.played import play_of_gallery, play_text

BLOCKS = [(130 + os.getpid() % 120, os.getpid() // 120 % 250 + number) for number in range(4)]
"""127.x.y that no lab and no other run of these tests takes."""

Play = Callable[[str], StoryResult]


@pytest.fixture
def of_gallery() -> Play:
    """Plays a story of the gallery once, for all tests that only look at it."""
    return play_of_gallery


@pytest.fixture
def blocks() -> list[tuple[int, int]]:
    return BLOCKS


@pytest.fixture(name="play_text")
def _play_text() -> Play:
    return play_text


def console_lines(result: StoryResult) -> dict[str, list[str]]:
    """What each phone's console printed, by the phone's name in the scenario."""
    return {phone: lines_of(result.events, device) for phone, device in result.devices.items()}


def lines_of(events: list[Event], device: str) -> list[str]:
    console = Console()
    return [line for event in events if event.actor == device for line in console.lines(event)]


@pytest.fixture
def consoles() -> Callable[[StoryResult], dict[str, list[str]]]:
    return console_lines
