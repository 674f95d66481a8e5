"""Where a test's lab comes from: nothing, a story as it ends or as it begins, or a folder of exports; each is read once a run."""

from __future__ import annotations

import inspect
import os
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any

import pytest
import trio

from journal import wall_now
from lab.base.failures import InvalidInput
from lab.fleet.findings import InputFinding
from lab.fleet.model import Fleet
from lab.play.building import make_keys
from lab.pytest_plugin import EXPORTS, NOW, SCENARIO
from lab.pytest_plugin.report_text import story_text
from lab.scenario import gallery
from lab.scenario.model import Head, Scenario, device_names
from lab.whatif.initial_fleet import played
from lab.whatif.names import moment_named
from pki import KeyPool, KeyRing

EMPTY = Scenario("lab", Head(title="A lab made by a test"), {}, {}, ())


@dataclass(frozen=True, slots=True)
class Origin:
    """What a lab begins with."""

    name: str
    """What the test calls it; empty for nothing."""
    pool: KeyPool
    folder: Path
    """Of the test: where relative paths begin."""
    scenario: Scenario | None = None
    """Whose devices it holds; more can be added. None for what is as it is: the end of a story, or a network."""
    fleet: Fleet | None = None
    keys: KeyRing | None = None
    phones: Mapping[str, str] = field(default_factory=dict)
    """Device names, by the names that the story has for its phones."""
    findings: tuple[InputFinding, ...] = ()
    """About the exports."""
    story_failed: str = ""
    """All that explains it; empty where it went as it says."""


class _Read:
    """What was read in this run. Everything in it is frozen: labs of tests begin with it and leave it as it is."""

    def __init__(self) -> None:
        self.pool = KeyPool()
        self.stories: dict[Path | str, tuple[Scenario, Fleet, KeyRing, StoryText]] = {}
        self.exports: dict[tuple[Path, str], tuple[Fleet, KeyRing, tuple[InputFinding, ...]]] = {}


StoryText = str
_read: pytest.StashKey[_Read] = pytest.StashKey()


def origin_of(item: pytest.Item) -> Origin:
    """By the mark that is closest to the test, else by the ini file. Raises InvalidInput, NoAddress."""
    read = item.config.stash.setdefault(_read, _Read())
    mark = next((mark for mark in item.iter_markers() if mark.name in (SCENARIO, EXPORTS)), None)
    folder = item.path.parent
    if mark is not None:
        if mark.name == SCENARIO:
            return _of_story(read, folder, *_arguments(mark))
        where, now = _arguments(mark)
        return _of_exports(read, folder, where, now or item.config.getini(NOW))
    if ini := item.config.getini(EXPORTS):
        return replace(_of_exports(read, item.config.rootpath, ini, item.config.getini(NOW)), folder=folder)
    return Origin("", read.pool, folder, EMPTY)


def _arguments(mark: pytest.Mark) -> tuple[Any, ...]:
    """What the mark was given, in order."""

    def of_scenario(name: str, play: bool = True) -> None: ...

    def of_exports(folder: str, now: str | None = None) -> None: ...

    try:
        bound = inspect.signature(of_scenario if mark.name == SCENARIO else of_exports).bind(*mark.args, **mark.kwargs)
    except TypeError as error:
        raise InvalidInput(f"@pytest.mark.{mark.name}: {error}") from None
    bound.apply_defaults()
    return bound.args


def _of_story(read: _Read, folder: Path, name: str, after_it: bool) -> Origin:
    name = str(name)
    is_file = gallery.is_file(name)
    scenario = gallery.find(str(folder / name) if is_file else name)
    if not after_it:
        return Origin(name, read.pool, folder, scenario, phones=device_names(scenario))
    key = (folder / name).resolve() if is_file else name
    if key not in read.stories:
        read.stories[key] = (scenario, *_played(scenario, make_keys(scenario, read.pool)))
    scenario, fleet, keys, failed = read.stories[key]
    phones = device_names(scenario)
    return Origin(name, read.pool, folder, fleet=fleet, keys=keys, phones=phones, story_failed=failed)


def _played(scenario: Scenario, keys: KeyRing) -> tuple[Fleet, KeyRing, StoryText]:
    """The lab when the last step is done, or the one that failed."""
    fleet, result = apart(partial(played, scenario, keys))
    return fleet, keys, "" if result.passed else story_text(result)


def _of_exports(read: _Read, folder: Path, name: str, now: str | datetime) -> Origin:
    place = (folder / name).resolve()
    if not os.path.isdir(place):
        raise InvalidInput(f"{place} is no folder: exports are one, and cucm-lab whatif --sample writes one to try")
    key = place, str(now)
    if key not in read.exports:
        from lab.exports import read_exports  # late: most labs are made without
        from lab.whatif.trust.lists import ListMaker

        fleet, findings = read_exports(place, moment(now) if now else wall_now(), maker=ListMaker())
        read.exports[key] = fleet, read.pool.ring(), tuple(findings)
    fleet, keys, findings = read.exports[key]
    return Origin(str(name), read.pool, folder, fleet=fleet, keys=keys, findings=findings)


def moment(written: datetime | str) -> datetime:
    """A moment or how one is written, UTC where it names no zone. Raises InvalidInput."""
    return moment_named(written.isoformat() if isinstance(written, datetime) else str(written))


def apart(work: Any) -> Any:
    """What `work` returns, which runs trio itself: in a thread of its own where the test runs in trio already."""
    if not trio.lowlevel.in_trio_run():
        return work()
    from concurrent.futures import ThreadPoolExecutor

    with ThreadPoolExecutor(1) as thread:
        return thread.submit(work).result()
