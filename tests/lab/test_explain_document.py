"""docs/explain.md lists each rule once, with the story that teaches it, and shows commands that there are."""

from __future__ import annotations

import re
from pathlib import Path

from lab.explain import RULES
from lab.verbs.cli import cli

DOCUMENT = (Path(__file__).resolve().parents[2] / "docs" / "explain.md").read_text("utf-8")
ROWS = re.findall(r"^\| `([\w-]+)` \| (.+?) \| (?:`([\w-]+)`)? ?\|$", DOCUMENT, re.MULTILINE)


def test_the_document_lists_the_rules_in_the_order_of_the_table_with_their_stories() -> None:
    assert [(rule, story) for rule, _, story in ROWS] == [(rule, lesson.story) for rule, lesson in RULES.items()]


def test_each_rule_means_something_else() -> None:
    meanings = [meaning for _, meaning, _ in ROWS]
    assert len(set(meanings)) == len(meanings)


def test_the_options_that_it_shows_are_there() -> None:
    shown = set(re.findall(r"cucm-lab explain \S+ +(--[a-z]+)", DOCUMENT))
    assert shown == {"--lang", "--json"}
    assert shown <= {option for parameter in cli.commands["explain"].params for option in parameter.opts}
