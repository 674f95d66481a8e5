"""docs/report.md says what is so: headings, names that are refused, lanes, commands."""

from __future__ import annotations

import re
from pathlib import Path

from click.testing import CliRunner

from lab.base.language import Catalogue, texts
from lab.report.files import INDEX, REFUSED_SUFFIXES
from lab.verbs.cli import cli

DOCUMENT = (Path(__file__).resolve().parents[2] / "docs" / "report.md").read_text("utf-8")


def test_the_table_lists_the_headings_of_the_page() -> None:
    rows = re.findall(r"^\| ([^|]+?) \|", DOCUMENT, re.MULTILINE)
    headings = {text for key, text in texts("en", "report").items() if key.startswith("heading.")}
    assert set(rows) - {"heading"} == headings


def test_it_names_every_kind_of_name_that_is_refused() -> None:
    (sentence,) = re.findall(r"Names that end in (.*?) are refused", DOCUMENT, re.DOTALL)
    assert set(re.findall(r"`(\.\w+)`", sentence)) == set(REFUSED_SUFFIXES)
    assert f"`{INDEX}`" in DOCUMENT


def test_its_options_are_the_commands() -> None:
    told = CliRunner().invoke(cli, ["run", "--help"]).output
    for option in set(re.findall(r"(--[a-z]+)", DOCUMENT)):
        assert option in told


def test_the_words_for_folded_tries_are_the_diagrams() -> None:
    assert f"`{Catalogue('en')('report.fold.more', count=5)}`" in DOCUMENT
