"""The command `cucm-lab`: the group that all verbs belong to."""

from __future__ import annotations

import click

from lab.base.exits import CommandGroup
from lab.verbs.kept import sql
from lab.verbs.machine import doctor
from lab.verbs.mishaps import mishaps
from lab.verbs.play import demo, run
from lab.verbs.stories import check, gallery
from lab.verbs.teach import explain, quiz
from lab.verbs.trust_list import trust_list
from lab.verbs.whatif import whatif

_CONTEXT = {"help_option_names": ["-h", "--help"], "max_content_width": 100}


@click.group(cls=CommandGroup, context_settings=_CONTEXT)
@click.version_option(package_name="cucm-cert-lab", prog_name="cucm-lab")
def cli() -> None:
    """A Cisco phone-certificate lab: phones, CAPF and CallManager meet over real TLS on this machine's loopback.

    Exit codes: 0 as expected, 1 not as expected, 2 the input is invalid, 3 this machine cannot,
    70 a fault of the lab, 130 interrupted.
    """


for verb in (demo, run, check, gallery, explain, mishaps, whatif, trust_list, quiz, sql, doctor):
    cli.add_command(verb)
