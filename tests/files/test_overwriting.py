"""What the lab may overwrite: files of its own kind; others with --force; an input of the command never."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from click.testing import Result

from lab.base.outputs import Kind
from lab.verbs.cli import cli
from tests.files.conftest import Command

RUN = ("--journal", "--pcap", "--capf-trace", "--ise-log", "--asa-log", "--report", "--junit")
WHATIF = ("--junit", "--report", "--write-baseline")
FOREIGN = b"the user's own work\n"
ASK = ("--no-order", "--jobs", "1", "--add", "new.pem", "--to", "CAPF-trust")


def sentence(result: Result, code: int = 2) -> str:
    """The one line that was said."""
    assert result.exit_code == code, result.output
    (line,) = result.stderr.splitlines()
    assert line.startswith("cucm-lab: ")
    return line


def outputs(verb: str) -> set[str]:
    """Options that name a file or folder to write, as the command has them."""
    inputs = {"--plan", "--against", "--add", "--remove", "--verify"}
    options = [option for parameter in cli.commands[verb].params for option in parameter.opts]
    paths = {
        option
        for parameter in cli.commands[verb].params
        if parameter.type.name == "path" and parameter.param_type_name == "option"
        for option in parameter.opts
    }
    assert options
    return paths - inputs


def test_these_are_all_options_that_write() -> None:
    """`--keep` and `--sample` take folders, with rules of their own. A new option has to be added to the tables here."""
    assert outputs("run") == {*RUN, "--keep"}
    assert outputs("whatif") == {*WHATIF, "--sample"}
    assert all(not outputs(verb) for verb in set(cli.commands) - {"run", "whatif"})


@pytest.fixture
def ask(command: Command, exports: Path) -> Command:
    """`whatif` of a plan that changes little."""
    Path("plan.toml").write_text(f'source = "{exports}"\n[[steps]]\ndo = "set-minimum-tls"\nversion = "1.0"\n', "utf-8")

    def run(*arguments: str | Path) -> Result:
        return command("whatif", "plan.toml", "--no-order", "--jobs", "1", *arguments)

    return run


@pytest.mark.parametrize("option", RUN)
def test_run_replaces_its_own_kind_of_file_and_no_other(option: str, command: Command, story: Path) -> None:
    out = Path("out")
    assert command("run", "-q", story, option, out).exit_code == 0
    first = out.read_bytes()
    assert any(kind.beginning.match(first) for kind in Kind), "it says whose it is"
    assert command("run", "-q", story, option, out).exit_code == 0, "its own is replaced"
    out.write_bytes(FOREIGN)
    said = sentence(command("run", "-q", story, option, out))
    assert "out is there already" in said
    assert "--force" in said
    assert out.read_bytes() == FOREIGN
    assert command("run", "-q", story, option, out, "--force").exit_code == 0
    assert any(kind.beginning.match(out.read_bytes()) for kind in Kind)


@pytest.mark.parametrize("option", WHATIF)
def test_whatif_replaces_its_own_kind_of_file_and_no_other(option: str, ask: Command) -> None:
    out = Path("out")
    assert ask(option, out).exit_code in (0, 4)
    assert ask(option, out).exit_code in (0, 4)
    out.write_bytes(FOREIGN)
    assert "--force" in sentence(ask(option, out))
    assert out.read_bytes() == FOREIGN
    assert ask(option, out, "--force").exit_code in (0, 4)
    assert out.read_bytes() != FOREIGN


@pytest.mark.parametrize("option", RUN)
def test_another_kind_of_the_lab_s_own_files_is_not_replaced(option: str, command: Command, story: Path) -> None:
    other = "--report" if option == "--journal" else "--journal"
    assert command("run", "-q", story, other, "out").exit_code == 0
    before = Path("out").read_bytes()
    assert "--force" in sentence(command("run", "-q", story, option, "out"))
    assert Path("out").read_bytes() == before


def test_an_empty_file_is_nobody_s_work(command: Command, story: Path) -> None:
    Path("out").touch()
    assert command("run", "-q", story, "--junit", "out").exit_code == 0


@pytest.mark.parametrize("alias", ["plan.toml", "./plan.toml", "hard", "soft", "deep/../plan.toml"])
@pytest.mark.parametrize("option", WHATIF)
def test_a_plan_survives_whatever_name_leads_to_it_and_even_with_force(option: str, alias: str, ask: Command) -> None:
    before = Path("plan.toml").read_bytes()
    os.link("plan.toml", "hard")
    os.symlink("plan.toml", "soft")
    os.mkdir("deep")
    for force in ((), ("--force",)):
        said = sentence(ask(option, alias, *force))
        assert "input of this command" in said or "name of another kind of file" in said
    assert Path("plan.toml").read_bytes() == before


@pytest.mark.parametrize("option", RUN)
def test_a_scenario_survives(option: str, command: Command, story: Path) -> None:
    before = story.read_bytes()
    os.link(story, "hard")
    os.symlink(story, "soft")
    for alias in ("hard", "soft", story):
        sentence(command("run", "-q", story, option, alias, "--force"))
    assert story.read_bytes() == before


def test_a_baseline_is_not_written_over_while_it_is_compared_with(ask: Command) -> None:
    assert ask("--write-baseline", "base").exit_code in (0, 4)
    before = Path("base").read_bytes()
    assert "input of this command" in sentence(ask("--against", "base", "--write-baseline", "base", "--force"))
    assert Path("base").read_bytes() == before


def test_files_that_a_plan_names_and_files_of_the_exports_survive(command: Command, exports: Path) -> None:
    """They are opened after the outputs were, so this is found out when the answer is to be written."""
    certificate = Path("new.pem")
    certificate.write_bytes((exports / "hq" / "CAPF.pem").read_bytes())
    Path("plan.toml").write_text(
        f'source = "{exports}"\n[[steps]]\ndo = "upload-certificate"\ncertificate = "new.pem"\nserver = "VPN"\n',
        "utf-8",
    )
    os.link(exports / "inventory.csv", "inventory")
    for path in (certificate, Path("inventory")):
        before = path.read_bytes()
        said = sentence(command("whatif", "plan.toml", "--no-order", "--jobs", "1", "--report", path, "--force"))
        assert "input of this command" in said
        assert path.read_bytes() == before
    assert not list(Path().glob(".*.new"))


def test_an_output_inside_the_exports_is_refused_also_where_the_plan_names_them(ask: Command, exports: Path) -> None:
    said = sentence(ask("--report", exports / "page.html", "--force"))
    assert "among the inputs" in said
    assert not (exports / "page.html").exists()


@pytest.mark.parametrize("second", ["out", "./out", "soft"])
def test_two_options_that_name_one_file_are_refused(second: str, command: Command, story: Path) -> None:
    os.symlink("out", "soft")
    said = sentence(command("run", "-q", story, "--junit", "out", "--report", second, "--force"))
    assert "two options name the same file" in said
    assert not Path("out").exists()


def test_pages_of_several_stories_replace_pages_of_the_lab_only(command: Command) -> None:
    wanted = ("no-lsc-uses-mic", "lsc-wins-over-mic")
    assert command("run", "-q", *wanted, "--report", "pages", "--jobs", "1").exit_code == 0
    assert command("run", "-q", *wanted, "--report", "pages", "--jobs", "1").exit_code == 0
    theirs = Path("pages", "lsc-wins-over-mic.html")
    theirs.write_text("<!doctype html><title>My own page</title>", "utf-8")
    assert "--force" in sentence(command("run", "-q", *wanted, "--report", "pages", "--jobs", "1"))
    assert "My own page" in theirs.read_text()


@pytest.mark.parametrize("verb", ["--keep", "--sample"])
def test_a_folder_that_holds_something_else_is_left_alone(verb: str, command: Command, story: Path) -> None:
    folder = Path("folder")
    folder.mkdir()
    (folder / "notes.txt").write_bytes(FOREIGN)
    result = command("run", "-q", story, verb, folder) if verb == "--keep" else command("whatif", verb, folder)
    sentence(result)
    assert [path.name for path in folder.iterdir()] == ["notes.txt"]


def test_sql_writes_no_database_into_an_empty_file(command: Command) -> None:
    Path("empty.sqlite").touch()
    sentence(command("sql", "empty.sqlite", "select 1"))
    assert Path("empty.sqlite").read_bytes() == b""
