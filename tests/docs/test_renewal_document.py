"""docs/renewal.md: its steps are those of the plans, its commands run, and each mark of a source is listed."""

from __future__ import annotations

import re
import shlex
import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner

from lab.base.exits import AS_EXPECTED, NOT_AS_EXPECTED
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
def test_a_command_finds_its_plan_safe(command: str, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(folder)
    result = CliRunner().invoke(cli, shlex.split(command))
    assert result.exit_code == AS_EXPECTED, result.output


NETWORKS = sorted(path.stem for path in (FOLDER / "networks").glob("*.toml"))


def network_for(plan: str) -> str:
    """The newest that a plan is for, by its name."""
    mode = "nonsecure" if "-nonsecure" in plan else "mixed"
    newest = {"to-11.5": "11.5", "to-12.5": "12.5", "from-12": "12.5"}
    return f"{mode}-{next((release for end, release in newest.items() if plan.endswith(end)), '14')}"


def answer(network: str, plan: str) -> int:
    """The exit code."""
    asked = [
        "whatif",
        str(FOLDER / "networks" / f"{network}.toml"),
        "--plan",
        str(FOLDER / f"{plan}.toml"),
        "--no-order",
    ]
    return CliRunner().invoke(cli, asked).exit_code


@pytest.mark.parametrize("plan", [plan for plan in PLANS if "802.1x" not in plan])
def test_a_plan_is_safe_on_the_network_that_it_is_for(plan: str) -> None:
    assert answer(network_for(plan), plan) == AS_EXPECTED


def test_a_plan_for_another_mode_is_not_safe() -> None:
    assert answer("mixed-12.5", "capf-nonsecure-to-12.5") == NOT_AS_EXPECTED


def test_each_network_serves_a_command_or_a_plan() -> None:
    assert set(NETWORKS) == {network_for(plan) for plan in PLANS} | set(
        re.findall(r"networks/([\w.-]+)\.toml", DOCUMENT)
    )


# The README

README = (FOLDER.parents[1] / "README.md").read_text("utf-8")
BLOCKS = re.findall(r"^```\n(\$ cucm-lab whatif .*?)^```", README, re.MULTILINE | re.DOTALL)
SHOWN = [part for block in BLOCKS for part in re.split(r"^\$ cucm-lab ", block, flags=re.MULTILINE)[1:]]


@pytest.mark.parametrize("shown", SHOWN, ids=lambda shown: shown.partition("\n")[0])
def test_the_readme_shows_what_a_command_prints(shown: str, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Lines in their order, whatever the width of the terminal; `...` stands for what is left out."""
    command, _, lines = shown.partition("\n")
    monkeypatch.chdir(folder)
    result = CliRunner().invoke(cli, shlex.split(command))
    printed = " ".join(result.output.split())
    assert result.exit_code == (AS_EXPECTED if "Nothing breaks" in lines else NOT_AS_EXPECTED)
    for part in filter(str.strip, lines.split("...\n")):
        _, found, printed = printed.partition(" ".join(part.split()))
        assert found, part


def test_the_readme_shows_a_renewal_that_breaks_phones_and_one_that_does_not() -> None:
    renewals = [shown for shown in SHOWN if "--regenerate" in shown or "examples/renewal" in shown]
    assert {"Nothing breaks" in shown for shown in renewals} == {True, False}
