"""`demo` and `run`: stories are played, and what became of them is written wherever it is wanted."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from lab.base.exits import AS_EXPECTED, NOT_AS_EXPECTED
from lab.verbs.options import as_json as json_option
from lab.verbs.options import force as force_option
from lab.verbs.options import in_language, print_json


@click.command(short_help="Play the main story: three phones in a new cluster.")
@in_language
def demo(language: str) -> None:
    """Play the main story: three phones in a new cluster, one of them with the LSC of its old cluster."""
    from lab.scenario.translation import find_in
    from lab.verbs.show import show

    result = show(find_in(language, "new-cluster-old-lsc"), real_time=True, language=language)
    sys.exit(AS_EXPECTED if result.passed else NOT_AS_EXPECTED)


@click.command(short_help="Play stories and check what they expect.")
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
    "--capf-trace",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Write CAPF's trace here, as a troubleshooter would collect it.",
)
@click.option(
    "--ise-log",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Write the 802.1X authentication server's log here, in ISE's words.",
)
@click.option(
    "--asa-log",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Write the VPN gateway's syslog here, in an ASA's words.",
)
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
@force_option
@in_language
@json_option
def run(
    stories: tuple[str, ...],
    everything: bool,
    journal_file: Path | None,
    pcap: Path | None,
    no_secrets: bool,
    capf_trace: Path | None,
    ise_log: Path | None,
    asa_log: Path | None,
    report_path: Path | None,
    junit_path: Path | None,
    keep: Path | None,
    real_time: bool,
    quiet: bool,
    jobs: int | None,
    force: bool,
    language: str,
    as_json: bool,
) -> None:
    """Play stories of the gallery, or scenario files, and check what they expect."""
    from lab.scenario import gallery

    wanted = [*stories, *(gallery.names() if everything else ())]
    if not wanted:
        raise click.UsageError("Name a story or a file, or say --all; cucm-lab gallery lists the stories.")
    if journal_file is not None and len(wanted) > 1:
        raise click.UsageError("--journal takes one story: each has a journal of its own.")
    if pcap is not None and len(wanted) > 1:
        raise click.UsageError("--pcap takes one story: each has a network of its own.")
    if capf_trace is not None and len(wanted) > 1:
        raise click.UsageError("--capf-trace takes one story: each has a CAPF of its own.")
    if (ise_log is not None or asa_log is not None) and len(wanted) > 1:
        raise click.UsageError("--ise-log and --asa-log take one story: each has servers of its own.")
    if no_secrets and pcap is None and keep is None:
        raise click.UsageError("--no-secrets says what --pcap writes, and there is no --pcap.")
    if pcap is not None and keep is not None:
        raise click.UsageError("--keep has a capture in it already: leave out --pcap.")
    files = [
        file for file in (journal_file, pcap, capf_trace, ise_log, asa_log, report_path, junit_path) if file is not None
    ]
    if len(wanted) > 1 and jobs != 1:
        from lab.play import worker_source

        worker_source.start()
    from lab.base.outputs import refuse_twice
    from lab.scenario.translation import find_in
    from lab.verbs.show import show, show_all

    refuse_twice(files)
    scenarios = [find_in(language, name) for name in wanted]  # all are read before the first is played
    report = None
    if report_path is not None:
        from lab.report.files import Report

        report = Report(report_path, wanted, language=language, force=force)

    junit = None
    if junit_path is not None:
        from lab.render.junit import junit_file

        junit = click.get_current_context().with_resource(junit_file(junit_path, force=force))

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
                capf_trace=capf_trace,
                ise_log=ise_log,
                asa_log=asa_log,
                secrets=not no_secrets,
                keep=keep,
                force=force,
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
        from lab.render.junit import junit_xml

        junit.write(junit_xml(results, language))
    if as_json:
        from lab.render.data import story_data

        print_json([story_data(result, language) for result in results])
    sys.exit(AS_EXPECTED if all(result.passed for result in results) else NOT_AS_EXPECTED)
