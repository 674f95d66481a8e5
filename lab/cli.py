"""The command `cucm-lab`: its verbs and options. Everything heavy is imported by the verb that needs it."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from lab.exits import AS_EXPECTED, INVALID_INPUT, MACHINE_CANNOT, NOT_AS_EXPECTED, Command, say
from lab.failures import InvalidInput

if TYPE_CHECKING:
    from journal import Event


def _spoken() -> str:
    from lab.language import language_of

    return language_of()


_CONTEXT = {"help_option_names": ["-h", "--help"], "max_content_width": 100}
_json = click.option("--json", "as_json", is_flag=True, help="One JSON document instead of text.")
_lang = click.option(
    "--lang",
    "language",
    type=click.Choice(("en", "zh")),
    default=_spoken,
    help="English or Chinese; else as the locale says. Lines of devices stay as they are.",
)


@click.group(cls=Command, context_settings=_CONTEXT)
@click.version_option(package_name="cucm-cert-lab", prog_name="cucm-lab")
def cli() -> None:
    """A Cisco phone-certificate lab: phones, CAPF and CallManager meet over real TLS on this machine's loopback.

    Exit codes: 0 as expected, 1 not as expected, 2 the input is invalid, 3 this machine cannot, 130 interrupted.
    """


@cli.command(short_help="Play the main story: three phones in a new cluster.")
@_lang
def demo(language: str) -> None:
    """Play the main story: three phones in a new cluster, one of them with the LSC of its old cluster."""
    from lab.show import show
    from lab.translation import find_in

    result = show(find_in(language, "new-cluster-old-lsc"), real_time=True, language=language)
    sys.exit(AS_EXPECTED if result.passed else NOT_AS_EXPECTED)


@cli.command(short_help="Play stories and check what they expect.")
@click.argument("stories", nargs=-1, metavar="[NAME|FILE]...")
@click.option("--all", "everything", is_flag=True, help="All stories of the gallery, one line each.")
@click.option(
    "--journal", "journal_file", type=click.Path(path_type=Path), help="Write every event here, as JSON lines."
)
@click.option(
    "--pcap", type=click.Path(path_type=Path), help="Write what crosses the wire here, for Wireshark (pcapng)."
)
@click.option("--no-secrets", is_flag=True, help="Leave the TLS secrets out of the capture.")
@click.option(
    "--report",
    "report_path",
    type=click.Path(path_type=Path),
    metavar="FILE|FOLDER",
    help="Write the story as a page (HTML) here; several stories as pages into a folder.",
)
@click.option(
    "--junit",
    "junit_path",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Write what became of each story here, as JUnit XML for a CI system.",
)
@click.option(
    "--keep",
    type=click.Path(path_type=Path),
    metavar="FOLDER",
    help="Keep the lab here, with everything noted of the run; several stories in a folder each.",
)
@click.option("--real-time", is_flag=True, help="Let timers take the time that they take; else they cost nothing.")
@click.option("-q", "--quiet", is_flag=True, help="One line a story.")
@click.option(
    "--jobs",
    type=click.IntRange(1, 64),
    metavar="N",
    help="Stories played at once; else as many as this machine has processors.",
)
@_lang
@_json
def run(
    stories: tuple[str, ...],
    everything: bool,
    journal_file: Path | None,
    pcap: Path | None,
    no_secrets: bool,
    report_path: Path | None,
    junit_path: Path | None,
    keep: Path | None,
    real_time: bool,
    quiet: bool,
    jobs: int | None,
    language: str,
    as_json: bool,
) -> None:
    """Play stories of the gallery, or scenario files, and check what they expect."""
    from lab import gallery

    wanted = [*stories, *(gallery.names() if everything else ())]
    if not wanted:
        raise click.UsageError("Name a story or a file, or say --all; cucm-lab gallery lists the stories.")
    if journal_file is not None and len(wanted) > 1:
        raise click.UsageError("--journal takes one story: each has a journal of its own.")
    if pcap is not None and len(wanted) > 1:
        raise click.UsageError("--pcap takes one story: each has a network of its own.")
    if no_secrets and pcap is None and keep is None:
        raise click.UsageError("--no-secrets says what --pcap writes, and there is no --pcap.")
    if pcap is not None and keep is not None:
        raise click.UsageError("--keep has a capture in it already: leave out --pcap.")
    if report_path is not None and report_path in (journal_file, pcap):
        raise click.UsageError("--report needs a file of its own.")
    if len(wanted) > 1 and jobs != 1:
        from lab import worker_source

        worker_source.start()
    from lab.show import show, show_all
    from lab.translation import find_in

    scenarios = [find_in(language, name) for name in wanted]  # all are read before the first is played
    report = None
    if report_path is not None:
        from lab.report.files import Report

        report = Report(report_path, wanted, language=language)

    junit = None
    if junit_path is not None:
        from lab.junit import junit_file

        junit = click.get_current_context().with_resource(junit_file(junit_path))

    if len(scenarios) == 1:
        results = [
            show(
                scenarios[0],
                real_time=real_time,
                quiet=quiet or everything,
                silent=as_json,
                language=language,
                journal_file=journal_file,
                pcap=pcap,
                secrets=not no_secrets,
                keep=keep,
            )
        ]
    else:
        results = show_all(
            scenarios,
            jobs=jobs,
            real_time=real_time,
            quiet=quiet or everything,
            silent=as_json,
            language=language,
            secrets=not no_secrets,
            keep=keep,
        )
    if report is not None:
        report.write(results)
    if junit is not None:
        from lab.junit import junit_xml

        junit.write(junit_xml(results, language))
    if as_json:
        from lab.data import story_data

        _print_json([story_data(result, language) for result in results])
    sys.exit(AS_EXPECTED if all(result.passed for result in results) else NOT_AS_EXPECTED)


@cli.command(short_help="Say what is wrong with scenario files.")
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path), metavar="FILE...")
@_json
def check(files: tuple[Path, ...], as_json: bool) -> None:
    """Read scenario files and say what is wrong with them, without playing them."""
    from lab.scenario_file import load

    found = []
    for file in files:
        try:
            story = load(file)
        except InvalidInput as error:
            found.append({"file": str(file), "fine": False, "error": str(error)})
            if not as_json:
                say(str(error))
        else:
            found.append({"file": str(file), "fine": True, "error": ""})
            if not as_json:
                counted = (("cluster", story.clusters), ("phone", story.phones), ("step", story.steps))
                held = ", ".join(f"{len(many)} {one}{'s' * (len(many) != 1)}" for one, many in counted)
                click.echo(f"{file}: {held}: fine")
    if as_json:
        _print_json(found)
    sys.exit(AS_EXPECTED if all(one["fine"] for one in found) else INVALID_INPUT)


@cli.command(short_help="List the stories that come with the lab.")
@_lang
@_json
def gallery(language: str, as_json: bool) -> None:
    """List the stories that come with the lab."""
    from lab import gallery as stories
    from lab.translation import find_in

    found = [find_in(language, name) for name in stories.names()]
    if as_json:
        _print_json([{"name": story.name, "title": story.title, "faq": story.head.faq} for story in found])
        return
    from lab.prose import columns

    columns([(story.name, story.title) for story in found])


@cli.command(short_help="Say why phones failed.")
@click.argument("what", metavar="NAME|FILE|JOURNAL")
@_lang
@_json
def explain(what: str, language: str, as_json: bool) -> None:
    """Say why phones failed: in a story, a scenario file, or the journal of an earlier run."""
    from lab.explain import explain as explain_events
    from lab.language import Catalogue

    say_in = Catalogue(language)
    events, passed = _events_of(what)
    found = explain_events(events, say_in)
    if as_json:
        _print_json(found)
    elif found:
        from lab.text import explanations

        explanations(found, all_of_them=True, say=say_in)
    else:
        click.echo(say_in("explain.label.nothing-failed"))
    sys.exit(AS_EXPECTED if passed else NOT_AS_EXPECTED)


@cli.command(short_help="Ask for the cause and the cure of a phone that is down.")
@click.argument("story", default="", metavar="[NAME|FILE]")
@click.option("--seed", type=click.IntRange(0), metavar="N", help="The same number asks the same question again.")
@_lang
def quiz(story: str, seed: int | None, language: str) -> None:
    """Play a story without its title, and ask for the cause and the cure of its failure; the cure is checked by playing it.

    Answers are read from standard input, a number a line. Exit code 0 means that both were right.
    """
    from random import SystemRandom

    from lab.language import Catalogue
    from lab.quiz.game import ask_it, question, read_line

    say_in = Catalogue(language)
    chosen = SystemRandom().randrange(1_000_000) if seed is None else seed
    asked = question(story, chosen, say_in)
    click.echo(say_in("quiz.seed", seed=chosen))
    right = ask_it(asked, say_in, read_line)
    sys.exit(AS_EXPECTED if right else NOT_AS_EXPECTED)


@cli.command(short_help="Say what this machine can and cannot do.")
@_json
def doctor(as_json: bool) -> None:
    """Say what this machine can and cannot do for the lab."""
    from lab.doctor import Verdict, examine

    findings = examine()
    if as_json:
        _print_json(findings)
    else:
        from lab.prose import wrapped

        colours = {Verdict.OK: "green", Verdict.WARN: "yellow", Verdict.FAIL: "red"}
        for finding in findings:
            text = finding.sentence + (f" Remedy: {finding.remedy}." if finding.remedy else "")
            click.secho(
                wrapped(f"{finding.name}: {text}", "      ", f"{finding.verdict.value:<4}  "),
                fg=colours[finding.verdict],
            )
    sys.exit(MACHINE_CANNOT if any(finding.verdict is Verdict.FAIL for finding in findings) else AS_EXPECTED)


def _events_of(what: str) -> tuple[list[Event], bool]:
    """The events of a story, a file or a journal, and whether all was as expected; of a journal nobody expects anything."""
    from lab import gallery
    from lab.journal_file import is_journal, read_journal

    if what not in gallery.names() and not what.endswith(".toml") and is_journal(Path(what)):
        return read_journal(Path(what)), True
    from lab.runner import play

    result = play(gallery.find(what))
    return result.events, result.passed


def _print_json(value: object) -> None:
    import msgspec

    click.echo(msgspec.json.format(msgspec.json.encode(value), indent=2).decode())
