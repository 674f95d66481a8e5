"""`whatif`: what a change breaks, before it is made."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import click

from lab.base.terminal import echo
from lab.verbs.options import as_json as json_option
from lab.verbs.options import force as force_option
from lab.verbs.options import in_language, print_json

_FILE = click.Path(path_type=Path)


@click.command(short_help="Say which phones a change of certificates, trust or TLS would break.")
@click.argument("source", metavar="FOLDER|STORY|FILE", required=False)
@click.option(
    "--remove", multiple=True, metavar="CERT", help="Delete this certificate: name or a part of it, serial, or file."
)
@click.option("--from", "from_", multiple=True, metavar="STORE", help="Out of which store; one for each --remove.")
@click.option("--add", multiple=True, metavar="FILE", help="Upload this certificate.")
@click.option("--to", multiple=True, metavar="STORE", help="To which store; one for each --add.")
@click.option(
    "--regenerate",
    multiple=True,
    metavar="CERT",
    help="Regenerate: CAPF, CallManager, TVS, ITLRecovery, tomcat, each with of CLUSTER, or a server.",
)
@click.option("--min-tls", metavar="VERSION", help="Raise the minimum TLS version: 1.0, 1.1, 1.2 or 1.3.")
@click.option("--at", metavar="DATE", help="Let time pass until then: what will have expired?")
@click.option("--move", metavar="CLUSTER", help="Move all phones to that cluster.")
@click.option(
    "--offline",
    multiple=True,
    metavar="N|DEVICE|FILE",
    help="These phones are off during the change: a device name, a pattern, a file with one a line; or any N of them.",
)
@click.option("--offline-before", metavar="DATE", help="Phones are off whose inventory row has an earlier Last Seen.")
@click.option(
    "--plan", "plan_file", type=_FILE, metavar="FILE", help="Do the steps of this plan (TOML), in their order."
)
@click.option("--play", is_flag=True, help="Play the story first, and ask about its end.")
@click.option("--now", metavar="DATE", help="When `before` is, for a folder of exports; else now.")
@click.option(
    "--release", metavar="RELEASE", help="Which CUCM release the clusters of a folder of exports have: 14SU3."
)
@click.option(
    "--every-phone", is_flag=True, help="A handshake for every phone; else one for all phones that are judged alike."
)
@click.option("--jobs", type=click.IntRange(1, 64), metavar="N", help="Processes; else one a processor.")
@click.option("--scheduler", metavar="URL", help="Let a Dask cluster do the handshakes: tcp://HOST:PORT.")
@click.option(
    "--explain",
    multiple=True,
    metavar="DEVICE",
    help="Say which files, rows and assumptions the verdicts on this phone rest on.",
)
@click.option("--accept-unknown", is_flag=True, help="Exit code 0, not 4, where something could not be judged.")
@click.option("--no-order", is_flag=True, help="Do not look for the safe order of work.")
@click.option("--all", "show_all", is_flag=True, help="Show also the phones for which nothing changes.")
@click.option("--junit", "junit_path", type=_FILE, metavar="FILE", help="Write a test case a phone and service here.")
@click.option("--report", "report_path", type=_FILE, metavar="FILE", help="Write the answer as a page (HTML) here.")
@click.option("--write-baseline", type=_FILE, metavar="FILE", help="Write the answer down here, for --against.")
@click.option("--against", type=_FILE, metavar="FILE", help="Show only what differs from this baseline.")
@click.option(
    "--sample", type=_FILE, metavar="FOLDER", help="Write a folder of exports to try this with, and do nothing else."
)
@force_option
@in_language
@json_option
def whatif(source: str | None, **options: Any) -> None:
    """Say which phones a change would break, by real handshakes in memory, before and after.

    The network is a FOLDER of exports, a STORY of the gallery or a scenario FILE, or a plan FILE that names one of these. Exit
    code 0 when nothing breaks and all was judged, 1 when something breaks, 4 when nothing is known to break and not everything
    could be judged.
    """
    from lab.base.outputs import refuse_twice
    from lab.whatif import command

    if options["sample"] is not None:
        if source is not None:
            raise click.UsageError("--sample writes a folder and asks nothing: leave out the source.")
        echo(command.write_sample_folder(options["sample"]))
        return
    if source is None:
        raise click.UsageError(
            "Name a folder of exports, a story or a plan; cucm-lab whatif --sample FOLDER writes one to try."
        )
    refuse_twice([options[key] for key in ("junit_path", "report_path", "write_baseline") if options[key] is not None])
    result = command.answer(source, options)
    if options["as_json"]:
        print_json(result.data)
    else:
        result.show()
    sys.exit(result.exit_code)
