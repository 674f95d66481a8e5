"""The command `cucm-lab`: its verbs, options and exit codes. Everything heavy is imported by the verb that needs it."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import IO, TYPE_CHECKING

import click

if TYPE_CHECKING:
    from journal import Event
    from lab.runner import StoryResult
    from lab.scenario import Scenario

AS_EXPECTED, NOT_AS_EXPECTED, INVALID_INPUT, MACHINE_CANNOT, INTERRUPTED = 0, 1, 2, 3, 130

_CONTEXT = {"help_option_names": ["-h", "--help"], "max_content_width": 100}
_json = click.option("--json", "as_json", is_flag=True, help="One JSON document instead of text.")


@click.group(context_settings=_CONTEXT)
@click.version_option(package_name="cucm-cert-lab", prog_name="cucm-lab")
def cli() -> None:
    """A Cisco phone-certificate lab: phones, CAPF and CallManager meet over real TLS on this machine's loopback.

    Exit codes: 0 as expected, 1 not as expected, 2 the input is invalid, 3 this machine cannot, 130 interrupted.
    """


@cli.command()
def demo() -> None:
    """Play the main story: three phones in a new cluster, one of them with the LSC of its old cluster."""
    from lab import gallery

    result = _play(gallery.story("new-cluster-old-lsc"), real_time=True)
    sys.exit(AS_EXPECTED if result.passed else NOT_AS_EXPECTED)


@cli.command()
@click.argument("stories", nargs=-1, metavar="[NAME|FILE]...")
@click.option("--all", "everything", is_flag=True, help="All stories of the gallery, one line each.")
@click.option(
    "--journal",
    "journal_file",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Write every event here, as JSON lines.",
)
@click.option("--real-time", is_flag=True, help="Let timers take the time that they take; else they cost nothing.")
@click.option("-q", "--quiet", is_flag=True, help="One line a story.")
@_json
def run(
    stories: tuple[str, ...], everything: bool, journal_file: Path | None, real_time: bool, quiet: bool, as_json: bool
) -> None:
    """Play stories of the gallery, or scenario files, and check what they expect."""
    from lab import gallery

    wanted = [*stories, *(gallery.names() if everything else ())]
    if not wanted:
        raise click.UsageError("Name a story or a file, or say --all; cucm-lab gallery lists the stories.")
    if journal_file is not None and len(wanted) > 1:
        raise click.UsageError("--journal takes one story: each has a journal of its own.")
    scenarios = [gallery.find(name) for name in wanted]  # all are read before the first is played
    results = [
        _play(scenario, real_time=real_time, quiet=quiet or everything, silent=as_json, journal_file=journal_file)
        for scenario in scenarios
    ]
    if as_json:
        from lab.data import story_data

        _print_json([story_data(result) for result in results])
    sys.exit(AS_EXPECTED if all(result.passed for result in results) else NOT_AS_EXPECTED)


@cli.command()
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path), metavar="FILE...")
def check(files: tuple[Path, ...]) -> None:
    """Read scenario files and say what is wrong with them, without playing them."""
    from lab.scenario_file import ScenarioError, load

    bad = False
    for file in files:
        try:
            story = load(file)
        except ScenarioError as error:
            bad = True
            click.echo(f"cucm-lab: {error}", err=True)
        else:
            click.echo(
                f"{file}: {len(story.clusters)} clusters, {len(story.phones)} phones, {len(story.steps)} steps: fine"
            )
    sys.exit(INVALID_INPUT if bad else AS_EXPECTED)


@cli.command()
@_json
def gallery(as_json: bool) -> None:
    """List the stories that come with the lab."""
    from lab import gallery as stories

    found = [stories.story(name) for name in stories.names()]
    if as_json:
        _print_json([{"name": story.name, "title": story.title, "faq": story.head.faq} for story in found])
        return
    from lab.text import wrapped

    longest = max(len(story.name) for story in found)
    for story in found:
        click.echo(wrapped(story.title, " " * (longest + 2), f"{story.name:<{longest}}  "))


@cli.command()
@click.argument("what", metavar="NAME|FILE|JOURNAL")
@_json
def explain(what: str, as_json: bool) -> None:
    """Say why phones failed: in a story, a scenario file, or a journal (.jsonl) of an earlier run."""
    from lab.explain import explain as explain_events

    events, passed = _events_of(what)
    found = explain_events(events)
    if as_json:
        _print_json(found)
    elif found:
        from lab.text import explanations

        explanations(found, all_of_them=True)
    else:
        click.echo("Nothing failed.")
    sys.exit(AS_EXPECTED if passed else NOT_AS_EXPECTED)


@cli.command()
@_json
def doctor(as_json: bool) -> None:
    """Say what this machine can and cannot do for the lab."""
    from lab.doctor import Verdict, examine

    findings = examine()
    if as_json:
        _print_json(findings)
    else:
        from lab.text import wrapped

        colours = {Verdict.OK: "green", Verdict.WARN: "yellow", Verdict.FAIL: "red"}
        for finding in findings:
            text = finding.sentence + (f" Remedy: {finding.remedy}." if finding.remedy else "")
            click.secho(
                wrapped(f"{finding.name}: {text}", "      ", f"{finding.verdict.value:<4}  "),
                fg=colours[finding.verdict],
            )
    sys.exit(MACHINE_CANNOT if any(finding.verdict is Verdict.FAIL for finding in findings) else AS_EXPECTED)


# What the verbs share


def _play(
    scenario: Scenario,
    *,
    real_time: bool = False,
    quiet: bool = False,
    silent: bool = False,
    journal_file: Path | None = None,
) -> StoryResult:
    """Play one story and print it as wanted: live, one line, or nothing."""
    import time

    from lab.runner import play
    from lab.text import Live, ending, explanations, table, wrapped

    subscribers: list[Callable[[Event], None]] = []
    live = not (quiet or silent)
    if live:
        click.secho(f"{scenario.name}: {scenario.title}", bold=True)
        if scenario.head.lesson:
            click.echo(wrapped(scenario.head.lesson))
        subscribers.append(Live())
    started = time.monotonic()
    with _journal(journal_file) as file:
        if file is not None:
            from journal import to_jsonl

            def note(event: Event) -> None:
                file.write(to_jsonl(event))

            subscribers.append(note)
        result = play(scenario, subscribers=subscribers, real_time=real_time)
    if silent:
        return result
    if live:
        from lab.explain import explain as explain_events

        click.echo()
        table(result.rows())
        explanations(explain_events(result.events), all_of_them=False)
        click.echo()
    ending(result, time.monotonic() - started)
    return result


class _journal:
    """The journal's file, or nothing; unbuffered, so that a killed run leaves what it had noted."""

    def __init__(self, path: Path | None) -> None:
        self._path = path
        self._file: IO[bytes] | None = None

    def __enter__(self) -> IO[bytes] | None:
        if self._path is not None:
            try:
                self._file = self._path.open("wb", buffering=0)
            except OSError as error:
                raise click.UsageError(f"{self._path} cannot be written: {error.strerror}.") from None
        return self._file

    def __exit__(self, *_: object) -> None:
        if self._file is not None:
            self._file.close()


def _events_of(what: str) -> tuple[list[Event], bool]:
    if not what.endswith(".jsonl"):
        from lab import gallery
        from lab.runner import play

        result = play(gallery.find(what))
        return result.events, result.passed
    from journal import JournalFileError, read_jsonl
    from lab import runner  # noqa: F401 - declares the events that a journal may hold
    from lab.scenario_file import ScenarioError

    try:
        return list(read_jsonl(Path(what))), True
    except JournalFileError as error:
        raise ScenarioError(str(error)) from None
    except OSError as error:
        raise ScenarioError(f"{what} cannot be read: {error.strerror}") from None


def _print_json(value: object) -> None:
    import msgspec

    click.echo(msgspec.json.format(msgspec.json.encode(value), indent=2).decode())
