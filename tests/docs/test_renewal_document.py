"""docs/renewal.md: its steps are those of the plans, its commands run, and each mark of a source is listed."""

from __future__ import annotations

import re
import shlex
import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner

from lab.base.exits import AS_EXPECTED, UNDECIDED
from lab.verbs.cli import cli
from tests.renewal.steps import FOLDER, steps_of

DOCUMENT = (Path(__file__).resolve().parents[2] / "docs" / "renewal.md").read_text("utf-8")
STEP = re.compile(r"^\d+\. (?:\*([^*]+):\* )?(.*)$", re.MULTILINE)
PLANS = sorted(path.stem for path in FOLDER.glob("*.toml"))
CONDITIONS = {"Up to 12.5", "Mixed mode", "802.1X and VPN"}


def holds(plan: str) -> set[str]:
    """Conditions of steps that hold for a plan, by its name."""
    found = {"Mixed mode"} if "-mixed" in plan else set()
    found |= {"802.1X and VPN"} if "802.1x" in plan else set()
    return found if "-from-14" in plan else found | {"Up to 12.5"}


def section_of(plan: str) -> list[tuple[str, str]]:
    """The list that follows the plan's name."""
    place = DOCUMENT.index(f"`{plan}`")
    following = DOCUMENT[place:]
    block = re.search(r"(?:^\d+\. .*\n)+", following, re.MULTILINE)
    assert block is not None
    return [(match[1] or "", match[2]) for match in STEP.finditer(block[0])]


@pytest.mark.parametrize("plan", PLANS)
def test_the_steps_of_a_plan_are_those_of_its_section(plan: str) -> None:
    told = section_of(plan)
    assert [text for condition, text in told if not condition or condition in holds(plan)] == [
        step["say"] for step in steps_of(plan)
    ]
    assert {condition for condition, _ in told} - {""} <= CONDITIONS


def test_every_plan_that_is_named_exists() -> None:
    named = set(re.findall(r"`((?:callmanager|tvs|itlrecovery|capf|tomcat)(?:-[\w.]+)*-(?:to|from)-[\w.]+)`", DOCUMENT))
    assert named <= set(PLANS)
    assert set(PLANS) - named == {"tomcat"}


def test_each_procedure_says_what_comes_of_it() -> None:
    """What must not be done together, where there is no way back, how to check and to recover."""
    sections = re.split(r"^##+ ", DOCUMENT, flags=re.MULTILINE)
    found = [section for section in sections if "lan" in section and "Certificate Management: " in section]
    assert len(found) == 8
    for section in found:
        for word in ("Together with", "oint of no return", "heck", "ecover"):
            assert word in section, (section.partition("\n")[0], word)


def test_each_mark_is_in_the_table_of_sources_and_none_stands_there_in_vain() -> None:
    listed = set(re.findall(r"^\| ([A-Z0-9]+c?) \|", DOCUMENT.partition("## Sources")[2], re.MULTILINE))
    used = set(re.findall(r"\[([A-Z][A-Z0-9]+c?)\](?!\()", DOCUMENT.partition("## Sources")[0]))
    assert used == listed


COMMANDS = re.findall(r"^    cucm-lab (.*)$", DOCUMENT, re.MULTILINE)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the commands are typed: the plans are there, and the first command has made its folder."""
    made = tmp_path_factory.mktemp("renewal")
    shutil.copytree(FOLDER, made / "examples" / "renewal")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(made)
        result = CliRunner().invoke(cli, shlex.split(COMMANDS[0]))
    assert result.exit_code == AS_EXPECTED, result.output
    return made


@pytest.mark.parametrize("command", COMMANDS[1:])
def test_a_command_runs(command: str, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(folder)
    result = CliRunner().invoke(cli, shlex.split(command))
    assert result.exit_code in (AS_EXPECTED, UNDECIDED), result.output
