"""Options and output that several verbs share."""

from __future__ import annotations

import click

from lab.base.terminal import echo


def _spoken() -> str:
    from lab.base.language import language_of

    return language_of()


as_json = click.option("--json", "as_json", is_flag=True, help="One JSON document instead of text.")
in_language = click.option(
    "--lang",
    "language",
    type=click.Choice(("en", "zh")),
    default=_spoken,
    help="English or Chinese; else as the locale says. Lines of devices stay as they are.",
)


force = click.option(
    "--force", is_flag=True, help="Replace files that the lab did not write; never an input of the command."
)


def print_json(value: object) -> None:
    import msgspec

    echo(msgspec.json.format(msgspec.json.encode(value, enc_hook=str), indent=2).decode())
