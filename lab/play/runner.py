"""Plays a scenario: builds its lab, does its steps in order, checks what it expects, and ends everything."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

import trio

from journal import Event
from lab.base import bugs
from lab.base.trio_testing import all_tasks_wait
from lab.capture.file import CaptureFile
from lab.checks.checking import CheckVerdict, Scene
from lab.checks.expectations import LOOKS, check
from lab.events.story import StepEnded, StepStarted, StoryEnded, of_the_story
from lab.operations.running import OperationFailed
from lab.play.building import build, make_keys
from lab.play.virtual_time import virtual_time
from lab.running.addresses import Block
from lab.running.lab import Lab, key_pool
from lab.scenario import model as sc
from lab.scenario.model import device_names as device_names
from lab.views import phones as view
from lab.views.record import Record
from pki import KeyRing
from wire.capture.onlooker import Onlooker
from wire.faults import ConnectionFailed


@dataclass(frozen=True, slots=True)
class StepResult:
    """What became of one step."""

    number: int
    """From 1."""
    step: sc.Step
    passed: bool
    observed: str
    seq: int
    """Of the last event before it ended."""


@dataclass(slots=True)
class StoryResult:
    """What became of a story."""

    scenario: sc.Scenario
    steps: list[StepResult] = field(default_factory=list)
    events: list[Event] = field(default_factory=list)
    devices: dict[str, str] = field(default_factory=dict)
    """Device name of each phone."""
    seconds: float = 0.0
    """That it took on this machine."""

    @property
    def passed(self) -> bool:
        return len(self.steps) == len(self.scenario.steps) and all(step.passed for step in self.steps)

    @property
    def faults(self) -> list[ConnectionFailed]:
        """Faults of the lab's own code that ended a connection: the story went on, and its outcome is not to be relied on."""
        return [event for event in self.events if isinstance(event, ConnectionFailed)]

    def rows(self) -> list[view.PhoneRow]:
        """One line a phone, as things are at the end."""
        record = Record(of_the_story(self.events))
        return [view.row(record.of_device(device), phone, device) for phone, device in self.devices.items()]


class Keeper(Protocol):
    """Who keeps the lab on disk."""

    def database_file(self, cluster: str) -> Path:
        """Where that cluster keeps its configuration; nothing is there yet."""

    def built(self, lab: Lab) -> None:
        """The lab is there, and nothing has happened in it yet."""


def play(
    scenario: sc.Scenario,
    *,
    keys: KeyRing | None = None,
    subscribers: Sequence[Callable[[Event], None]] = (),
    real_time: bool = False,
    capture: CaptureFile | None = None,
    keep: Keeper | None = None,
    watch: Callable[[Lab], None] = lambda lab: None,
) -> StoryResult:
    """Play it to its end, on virtual time unless told otherwise, and give what became of it.

    `watch` is given the lab when it is built and nothing has happened in it yet.

    Raises MachineCannot where this machine has no room for the lab, OSError where an address is taken from under it.
    """
    result = StoryResult(scenario)
    ring = make_keys(scenario, key_pool()) if keys is None else keys
    started = time.monotonic()
    with Block() as block, nullcontext() if real_time else virtual_time() as clock:
        trio.run(_play, result, ring, block, tuple(subscribers), capture, keep, watch, clock=clock)
    result.seconds = time.monotonic() - started
    return result


async def _play(
    result: StoryResult,
    keys: KeyRing,
    block: Block,
    subscribers: tuple[Callable[[Event], None], ...],
    capture: CaptureFile | None,
    keep: Keeper | None,
    watch: Callable[[Lab], None],
) -> None:
    scenario = result.scenario
    onlooker = Onlooker() if any(isinstance(step, sc.OnTheWire) for step in scenario.steps) else None
    lab = Lab(
        starts=scenario.starts,
        seed=scenario.name,
        block=block,
        keys=keys,
        tap=onlooker,
        database_file=keep.database_file if keep is not None else None,
    )
    result.events = lab.events
    for subscriber in (tell_fault, *subscribers):
        lab.journal.subscribe(subscriber)
    if capture is not None:
        lab.capture(capture)
    build(scenario, lab)
    watch(lab)
    if keep is not None:
        keep.built(lab)
    result.devices = {name: phone.device_name for name, phone in lab.phones.items()}
    async with lab:
        await _steps(result, lab, onlooker)
        await all_tasks_wait()  # the other end of what happened last may still have to note it
        lab.journal.emitter("story").emit(StoryEnded(passed=result.passed))


def tell_fault(event: Event) -> None:
    """Subscribe this to the journal of a run: a fault that ended a connection is said at once."""
    if isinstance(event, ConnectionFailed):
        on = f" on {event.connection}" if event.connection else ""
        bugs.tell(f"{event.actor}{on}: {event.exception}: {event.text} (at {event.place})")


async def _steps(result: StoryResult, lab: Lab, onlooker: Onlooker | None) -> None:
    since, doing = 0, False
    runner = lab.journal.emitter("story")
    for number, step in enumerate(result.scenario.steps, 1):
        restless = await _restless(lab) if isinstance(step, sc.Operation) else ""
        if isinstance(step, sc.Operation) and not doing:
            since = lab.record.last
        doing = isinstance(step, sc.Operation)
        started = runner.emit(StepStarted(number=number, kind=str(type(step).__struct_config__.tag), say=step.say))
        if restless:
            verdict = CheckVerdict(False, restless)
        elif isinstance(step, sc.Operation):
            try:
                await lab.perform(step)
                verdict = CheckVerdict(True, "done")
            except OperationFailed as error:
                verdict = CheckVerdict(False, str(error))
        else:
            verdict = await _await(step, Scene(lab, lab.record, since, onlooker))
        runner.emit(StepEnded(number=number, passed=verdict.passed, observed=verdict.observed), cause=started)
        result.steps.append(StepResult(number, step, verdict.passed, verdict.observed, lab.record.last))
        if not verdict.passed:
            return


async def _restless(lab: Lab) -> str:
    """Wait until what the operations before have started has come to rest; why it has not, or an empty text."""
    try:
        await lab.settled()
    except OperationFailed as error:
        return str(error)
    return ""


async def _await(step: sc.Expect, scene: Scene) -> CheckVerdict:
    """Wait until it is so, as long as the author allows; the phones go on meanwhile."""
    verdict = await check(step, scene)
    with trio.move_on_after(step.within):
        while not verdict.passed:
            if type(step) in LOOKS:
                await trio.sleep(1)
            else:
                await scene.lab.rest.changed()
            verdict = await check(step, scene)
    return verdict
