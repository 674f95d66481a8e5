"""Stories played for the user of the command: line by line while they happen, in one line each, or in silence."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import ExitStack
from functools import partial
from itertools import zip_longest
from pathlib import Path

from journal import Event
from lab.base.language import Catalogue
from lab.base.terminal import echo
from lab.capture.file import CaptureFile
from lab.explain import explain
from lab.kept.folder import folder_of_each
from lab.kept.run import KeptRun
from lab.play.parallel import play_all, prepare_keys, processors
from lab.play.runner import StoryResult, play
from lab.render.capf_trace import CapfTraceFile
from lab.render.edge_log import EdgeLog, asa_lines, ise_lines
from lab.render.journal_file import JournalFile
from lab.render.progress import ProgressLine
from lab.render.text import Live, ending, explanations, heading, table
from lab.scenario.model import Scenario
from lab.views import cases_of


def show(
    scenario: Scenario,
    *,
    real_time: bool = False,
    quiet: bool = False,
    silent: bool = False,
    language: str = "en",
    journal_file: Path | None = None,
    pcap: Path | None = None,
    capf_trace: Path | None = None,
    ise_log: Path | None = None,
    asa_log: Path | None = None,
    secrets: bool = True,
    keep: Path | None = None,
    force: bool = False,
) -> StoryResult:
    """Play it; `quiet` prints one line at its end, `silent` nothing. `keep` is the folder of a kept lab, which has a capture of
    its own; `force` replaces files that are not the lab's.

    Raises as `play`, `JournalFile`, `EdgeLog`, `CaptureFile` and `KeptRun` do."""
    live = not (quiet or silent)
    with ExitStack() as files:
        subscribers: list[Callable[[Event], None]] = []
        if journal_file is not None:  # before a word is printed, since it may not be possible
            subscribers.append(files.enter_context(JournalFile(journal_file, force=force)).note)
        if capf_trace is not None:
            subscribers.append(files.enter_context(CapfTraceFile(capf_trace, force=force)).note)
        for log, lines in ((ise_log, ise_lines), (asa_log, asa_lines)):
            if log is not None:
                subscribers.append(files.enter_context(EdgeLog(log, lines, force=force)).note)
        capture = files.enter_context(CaptureFile(pcap, secrets=secrets, force=force)) if pcap is not None else None
        kept = files.enter_context(KeptRun(keep, scenario, secrets=secrets)) if keep is not None else None
        if kept is not None:
            subscribers += kept.subscribers
            capture = kept.capture
        if live:
            heading(scenario)
            subscribers.append(Live(Catalogue(language)))
        result = play(scenario, subscribers=subscribers, real_time=real_time, capture=capture, keep=kept)
        if kept is not None:
            kept.finish(result, _page(result, language))
    if not silent:
        _outcome(result, quiet=quiet, language=language)
    return result


def show_all(
    scenarios: Sequence[Scenario],
    *,
    jobs: int | None = None,
    real_time: bool = False,
    quiet: bool = False,
    silent: bool = False,
    language: str = "en",
    secrets: bool = True,
    keep: Path | None = None,
) -> list[StoryResult]:
    """Play them, `jobs` at once or as many as there are processors, and print each in its turn, as `show` would.

    `keep` is the folder in which each story has its kept lab. Whatever ends it early, those that are over are printed.
    Raises as `show` and `lab.play.parallel.play_all` do.
    """
    jobs = min(jobs or processors(), len(scenarios))
    labs = folder_of_each(keep, scenarios) if keep is not None else []
    if real_time and not (quiet or silent):  # to be watched
        return [
            show(scenario, real_time=True, language=language, secrets=secrets, keep=lab)
            for scenario, lab in zip_longest(scenarios, labs)
        ]
    results: dict[int, StoryResult] = {}
    printed = 0
    progress = ProgressLine("stories")

    def tell(result: StoryResult) -> None:
        if silent:
            return
        progress.clear()
        if not quiet:
            heading(result.scenario)
            live = Live(Catalogue(language))
            for event in result.events:
                live(event)
        _outcome(result, quiet=quiet, language=language)

    def done(index: int, result: StoryResult) -> None:
        nonlocal printed
        results[index] = result
        while printed in results:
            tell(results[printed])
            printed += 1
        progress.show(len(results), len(scenarios))

    work = partial(_play, real_time=real_time, language=language, secrets=secrets, keep=keep)
    progress.show(0, len(scenarios))
    try:
        if prepare_keys(scenarios) and jobs > 1:
            play_all(scenarios, work, jobs=jobs, done=done)
        else:
            for index, scenario in enumerate(scenarios):
                done(index, work(scenario))
    finally:
        progress.clear()
        for index in sorted(index for index in results if index >= printed):
            tell(results[index])
    return [results[index] for index in range(len(scenarios))]


def _page(result: StoryResult, language: str) -> str:
    from lab.report import build_page  # takes Jinja2 along

    return build_page(result, language)


def _play(scenario: Scenario, *, real_time: bool, language: str, secrets: bool, keep: Path | None) -> StoryResult:
    if keep is None:
        return play(scenario, real_time=real_time)
    with KeptRun(keep / scenario.name, scenario, secrets=secrets) as kept:
        result = play(
            scenario,
            real_time=real_time,
            subscribers=kept.subscribers,
            capture=kept.capture,
            keep=kept,
        )
        kept.finish(result, _page(result, language))
    return result


def _outcome(result: StoryResult, *, quiet: bool, language: str) -> None:
    """What is seen when it is over: one line, below the table and the explanations unless `quiet`."""
    say = Catalogue(language)
    if not quiet:
        echo()
        table(result.rows(), say)
        explanations(explain(cases_of(result.events), say), all_of_them=False, say=say)
        echo()
    ending(result, result.seconds, say)
