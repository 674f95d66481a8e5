"""One story played for whoever started the command: line by line while it happens, in one line, or in silence."""

from __future__ import annotations

import time
from contextlib import ExitStack
from pathlib import Path

import click

from lab.capture_file import CaptureFile
from lab.explain import explain
from lab.journal_file import JournalFile
from lab.runner import StoryResult, play
from lab.scenario import Scenario
from lab.text import Live, ending, explanations, heading, table


def show(
    scenario: Scenario,
    *,
    real_time: bool = False,
    quiet: bool = False,
    silent: bool = False,
    journal_file: Path | None = None,
    pcap: Path | None = None,
    secrets: bool = True,
) -> StoryResult:
    """Play it; `quiet` prints one line at its end, `silent` nothing. Raises as `play`, `JournalFile` and `CaptureFile` do."""
    live = not (quiet or silent)
    with ExitStack() as files:
        subscribers = []
        if journal_file is not None:  # before a word is printed, since it may not be possible
            subscribers.append(files.enter_context(JournalFile(journal_file)).note)
        capture = files.enter_context(CaptureFile(pcap, secrets=secrets)) if pcap is not None else None
        if live:
            heading(scenario)
            subscribers.append(Live())
        started = time.monotonic()
        result = play(scenario, subscribers=subscribers, real_time=real_time, capture=capture)
        seconds = time.monotonic() - started
    if live:
        click.echo()
        table(result.rows())
        explanations(explain(result.events), all_of_them=False)
        click.echo()
    if not silent:
        ending(result, seconds)
    return result
