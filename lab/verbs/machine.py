"""`doctor`: what this machine can and cannot do."""

from __future__ import annotations

import sys

import click

from lab.base.exits import AS_EXPECTED, MACHINE_CANNOT
from lab.base.terminal import echo
from lab.verbs.options import as_json as json_option
from lab.verbs.options import print_json


@click.command(short_help="Say what this machine can and cannot do.")
@json_option
def doctor(as_json: bool) -> None:
    """Say what this machine can and cannot do for the lab."""
    from lab.doctor.machine import MachineVerdict, examine

    findings = examine()
    if as_json:
        print_json(findings)
    else:
        from lab.render.prose import wrapped

        colours = {MachineVerdict.OK: "green", MachineVerdict.WARN: "yellow", MachineVerdict.FAIL: "red"}
        for finding in findings:
            text = finding.sentence + (f" Remedy: {finding.remedy}." if finding.remedy else "")
            echo(
                wrapped(f"{finding.name}: {text}", "      ", f"{finding.verdict.value:<4}  "),
                fg=colours[finding.verdict],
            )
    sys.exit(MACHINE_CANNOT if any(finding.verdict is MachineVerdict.FAIL for finding in findings) else AS_EXPECTED)
