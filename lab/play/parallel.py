"""Several stories at once: each worker process plays one after the other, and hands over what became of it.

Every worker has a pipe of its own, where `concurrent.futures` has one queue for all: a process that is killed in the middle of an
answer would leave that queue locked, and the command would hang. A pipe simply ends, and it is known whose it was.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import sys
import threading
from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import suppress
from itertools import islice
from multiprocessing import connection
from multiprocessing.connection import Connection

from lab.base import bugs
from lab.base.failures import MachineCannot
from lab.play import worker_source
from lab.play.building import keys_of
from lab.play.runner import StoryResult, tell_fault
from lab.running.lab import key_pool
from lab.scenario.model import Scenario
from pki import KeySpec, Manufacturing

Work = Callable[[Scenario], StoryResult]
"""Plays one story; a function of a module or a `partial` of one, since a worker must find it by its name."""


def processors() -> int:
    """How many of them this process may use."""
    return len(os.sched_getaffinity(0)) if sys.platform == "linux" else os.cpu_count() or 1


def prepare_keys(scenarios: Sequence[Scenario]) -> bool:
    """Make every key that the stories will take now and here, so that no two workers make the same one.

    False where the pool has no folder: then only this process has the keys, and had better play the stories itself.
    """
    ring = key_pool().ring()
    wanted: Counter[KeySpec] = Counter()
    for scenario in scenarios:
        wanted |= keys_of(scenario)  # the most that one of them takes: each begins with the pool's first key
    ring.prepare(wanted)
    Manufacturing(ring).prepare()
    return key_pool().folder is not None


def play_all(scenarios: Sequence[Scenario], work: Work, *, jobs: int, done: Callable[[int, StoryResult], None]) -> None:
    """Do `work` on each of them in `jobs` processes; `done` hears the index and what became of it, as each one ends.

    Raises what a story's play raises, MachineCannot where a process was killed. No worker outlives this call.
    """
    workers: list[_Worker] = []
    todo = iter(range(len(scenarios)))
    try:
        with worker_source.interrupts_held_back():
            for index in islice(todo, jobs):
                workers.append(_Worker(scenarios, work))
                workers[-1].give(index)
        while busy := {worker.pipe: worker for worker in workers if worker.playing is not None}:
            for pipe in connection.wait(list(busy)):
                worker = busy[pipe]
                index, answer = worker.answer()
                if isinstance(answer, BaseException):
                    raise answer
                for event in answer.faults:
                    tell_fault(event)
                done(index, answer)
                if (following := next(todo, None)) is not None:
                    worker.give(following)
    finally:
        for worker in workers:
            worker.end()


class _Worker:
    """A process that plays stories, as its parent sees it."""

    def __init__(self, scenarios: Sequence[Scenario], work: Work) -> None:
        self._scenarios = scenarios
        context = worker_source.context()
        self.pipe, theirs = context.Pipe()
        self._process = context.Process(target=_serve, args=(theirs, scenarios, work), daemon=True)
        self._process.start()
        theirs.close()  # else the pipe would not end when the process does
        self.playing: int | None = None
        """Index of the story."""

    def give(self, index: int) -> None:
        """Let it play one more. One that is dead already is found out when its answer is asked for."""
        self.playing = index
        with suppress(BrokenPipeError, ConnectionResetError):
            self.pipe.send(index)

    def answer(self) -> tuple[int, StoryResult | BaseException]:
        """The index, and what became of the story or what went wrong. Raises MachineCannot where the process is no more."""
        assert self.playing is not None
        index, self.playing = self.playing, None
        try:
            return index, self.pipe.recv()
        except (EOFError, OSError):
            self._process.join()
            raise MachineCannot(
                f"the process that played {self._scenarios[index].name} {_cause_of_death(self._process.exitcode)}"
            ) from None

    def end(self) -> None:
        self._process.kill()
        self._process.join()
        self._process.close()
        self.pipe.close()


def _cause_of_death(exit_code: int | None) -> str:
    if exit_code is not None and exit_code < 0:
        try:
            return f"was killed by {signal.Signals(-exit_code).name}"
        except ValueError:
            return f"was killed by signal {-exit_code}"
    return f"ended with exit code {exit_code}"


# In the worker


def _serve(pipe: Connection, scenarios: Sequence[Scenario], work: Work) -> None:
    """Play what the parent asks for, until the parent hangs up."""
    threading.Thread(target=_die_with_the_parent, daemon=True).start()
    bugs.in_worker()
    with suppress(EOFError, BrokenPipeError, ConnectionResetError):
        while True:
            scenario = scenarios[pipe.recv()]
            answer: StoryResult | BaseException
            try:
                answer = work(scenario)
            except (Exception, BaseExceptionGroup) as error:
                answer = bugs.portable(error)
            pipe.send(answer)


def _die_with_the_parent() -> None:
    """A parent that was killed could not end its workers, and one of them may be in the middle of an hour's wait."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)
