"""`cucm-lab` in this process: the fastest way, for tests that do not look at the process itself."""

from __future__ import annotations

from click.testing import CliRunner, Result

from lab.verbs.cli import cli

ENGLISH = {"LC_ALL": "C"}
"""An environment in which the command speaks English."""


def invoke(*arguments: object, env: dict[str, str] | None = None) -> Result:
    """The command with these arguments, as text, and with these variables besides those of this process."""
    return CliRunner().invoke(cli, list(map(str, arguments)), env=env)
