"""What the documents promise is there: keys and kinds of scenarios, the README's story, commands and links."""

from __future__ import annotations

import re
from pathlib import Path
from typing import get_args

import msgspec
import pytest

from lab.play.runner import play
from lab.scenario import model as scenario
from lab.scenario.file import parse
from lab.verbs.cli import cli

ROOT = Path(__file__).resolve().parents[2]
DOCUMENTS = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
REFERENCE = (ROOT / "docs" / "scenarios.md").read_text("utf-8")
STEPS = REFERENCE.partition("## Steps that check something")[2]
README = (ROOT / "README.md").read_text("utf-8")


def keys(part: type[msgspec.Struct]) -> set[str]:
    return {field.encode_name for field in msgspec.structs.fields(part)}


@pytest.mark.parametrize(
    "part", [scenario.Head, scenario.ClusterPart, scenario.PhonePart], ids=lambda part: part.__name__
)
def test_the_reference_lists_every_key_of_a_table(part: type[msgspec.Struct]) -> None:
    rows = set(re.findall(r"^\| `([a-z0-9-]+)` \|", REFERENCE, re.MULTILINE))
    assert keys(part) <= rows


@pytest.mark.parametrize("part", get_args(scenario.Expect), ids=lambda part: part.__name__)
def test_the_reference_lists_every_check_with_its_keys(part: type[msgspec.Struct]) -> None:
    kind = str(part.__struct_config__.tag)
    (row,) = re.findall(rf"^\| `{kind}` \|.*$", STEPS, re.MULTILINE)
    assert keys(part) - {"say", "within"} <= set(re.findall(r"`([a-z0-9-]+)`", row))


def test_the_readmes_story_plays_as_it_says() -> None:
    (text,) = re.findall(r"```toml\n(.*?)```", README, re.DOTALL)
    result = play(parse(text, "README.md", "readme"))
    assert result.passed, result.steps[-1].observed


def test_every_verb_in_the_documents_exists() -> None:
    verbs = {
        verb for document in DOCUMENTS for verb in re.findall(r"cucm-lab ([a-z][a-z-]*)", document.read_text("utf-8"))
    }
    assert verbs
    assert verbs <= set(cli.commands)


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_every_link_leads_to_a_file(document: Path) -> None:
    for target in re.findall(r"\]\(([^)#]+)\)", document.read_text("utf-8")):
        assert (document.parent / target).exists(), target


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_every_file_that_a_document_names_exists(document: Path) -> None:
    for name in re.findall(
        r"`((?:lab|phone_sim|cucm_sim|capf_sim|pki|wire|journal|tests|docs)/[\w./]*)`", document.read_text("utf-8")
    ):
        assert (ROOT / name).exists(), name
