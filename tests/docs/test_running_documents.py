"""docs/run.md and docs/quiz.md list what there is: options, files of a kept lab, cures with their steps."""

from __future__ import annotations

import re
from pathlib import Path

from click.testing import CliRunner

from lab.quiz import cures
from lab.quiz.cures import _templates
from lab.verbs.cli import cli

DOCS = Path(__file__).resolve().parents[2] / "docs"
RUN, QUIZ = (DOCS / "run.md").read_text("utf-8"), (DOCS / "quiz.md").read_text("utf-8")


def test_every_option_of_run_is_listed_and_no_other() -> None:
    options = {next(name for name in option.opts if name.startswith("--")) for option in cli.commands["run"].params[1:]}
    assert set(re.findall(r"^\| `(--[a-z-]+)` \|", RUN, re.MULTILINE)) == options


def test_a_kept_lab_holds_what_is_listed(tmp_path: Path) -> None:
    for _ in range(2):
        result = CliRunner().invoke(cli, ["run", "-q", "new-cluster-old-lsc", "--keep", str(tmp_path / "lab")])
        assert result.exit_code == 0, result.output
    top = {path.name for path in (tmp_path / "lab").iterdir()}
    listed = re.findall(r"^\| `([a-z.]+)[^`]*` \|", RUN.partition("## A lab that stays")[2], re.MULTILINE)
    assert top == set(listed)
    of_run = {path.name for path in (tmp_path / "lab" / "runs" / "new-cluster-old-lsc-1").iterdir()}
    for name in of_run:
        assert f"`{name}" in RUN, name


def test_every_cure_is_listed_with_its_steps() -> None:
    rows = dict(re.findall(r"^\| `([a-z-]+)` \| (.*) \|$", QUIZ, re.MULTILINE))
    assert list(rows) == cures.names()
    for name, steps in _templates().items():
        kinds = [step.get("do") or step["expect"] for step in steps]
        assert re.findall(r"`([a-z-]+)`", rows[name]) == kinds
