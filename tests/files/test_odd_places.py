"""Links to themselves, pipes, devices, folders, names that are too long: exit 2 with one sentence, and never a wait."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lab.base import inputs
from lab.render.journal_file import read_journal
from tests.files.conftest import Command

LONG = "a" * 300 + ".toml"
PLACES = ("loop.toml", "pipe.toml", "/dev/zero", LONG, "folder.toml", "text.toml/x.toml")
READERS = {
    "run": ("run",),
    "check": ("check",),
    "explain": ("explain",),
    "quiz": ("quiz",),
    "whatif": ("whatif",),
    "plan": ("whatif", "EXPORTS", "--plan"),
    "against": ("whatif", "EXPORTS", "--remove", "CAPF", "--from", "CAPF-trust", "--against"),
    "add": ("whatif", "EXPORTS", "--to", "CAPF-trust", "--add"),
    "remove": ("whatif", "EXPORTS", "--from", "CAPF-trust", "--remove"),
    "sql": ("sql",),
    "trust-list": ("trust-list",),
    "verify": ("trust-list", "text.toml", "--verify"),
}
WRITERS = ("--journal", "--pcap", "--capf-trace", "--ise-log", "--asa-log", "--report", "--junit")


@pytest.fixture(autouse=True)
def _odd_places(command: Command) -> None:
    os.symlink("loop.toml", "loop.toml")
    os.mkfifo("pipe.toml")
    os.mkdir("folder.toml")
    Path("text.toml").write_text("text", "utf-8")


@pytest.mark.parametrize("place", PLACES, ids=lambda place: place[:12])
@pytest.mark.parametrize("reader", READERS)
def test_an_input_that_cannot_be_read(reader: str, place: str, command: Command, exports: Path) -> None:
    arguments = [str(exports) if part == "EXPORTS" else part for part in READERS[reader]]
    result = command(*arguments, place, *(["select 1"] if reader == "sql" else []))
    assert result.exit_code == 2
    assert len(result.stderr.splitlines()) == 1, result.stderr
    assert result.stderr.startswith("cucm-lab: ")
    assert result.stdout == ""


@pytest.mark.parametrize("name", ["loop.jsonl", "pipe.jsonl", "folder.jsonl"])
def test_a_journal_that_cannot_be_read(name: str, command: Command) -> None:
    os.symlink("loop.jsonl", "loop.jsonl")
    os.mkfifo("pipe.jsonl")
    os.mkdir("folder.jsonl")
    result = command("explain", name)
    assert (result.exit_code, len(result.stderr.splitlines())) == (2, 1)


@pytest.mark.parametrize("name", ["settings.toml", "inventory.csv", "hq/CAPF.pem", "hq/CAPF-trust/x.pem"])
@pytest.mark.parametrize("kind", ["pipe", "loop", "zero"])
def test_an_export_that_is_no_file_never_holds_the_command_up(
    kind: str, name: str, command: Command, exports: Path, tmp_path: Path
) -> None:
    import shutil

    copy = Path(shutil.copytree(exports, tmp_path / "copy"))
    (copy / name).unlink(missing_ok=True)
    if kind == "pipe":
        os.mkfifo(copy / name)
    else:
        os.symlink(Path(name).name if kind == "loop" else "/dev/zero", copy / name)
    result = command("whatif", copy, "--no-order", "--jobs", "1", "--remove", "CAPF", "--from", "CallManager-trust")
    assert result.exit_code in (0, 1, 2, 4)


@pytest.mark.parametrize(
    "place", ["loop.toml", "pipe", "a" * 300, "folder", "text.toml/x", "nowhere/x"], ids=lambda p: p[:10]
)
@pytest.mark.parametrize("option", WRITERS)
def test_an_output_that_cannot_be_written(option: str, place: str, command: Command, story: Path) -> None:
    os.mkfifo("pipe")
    os.mkdir("folder")
    os.symlink("loop", "loop")
    place = place.removesuffix(".toml") if place == "loop.toml" else place
    result = command("run", "-q", story, option, place, "--force")
    assert result.exit_code == 2
    assert len(result.stderr.splitlines()) == 1


@pytest.mark.parametrize("option", WRITERS)
def test_a_full_disk_is_exit_3_with_one_sentence(option: str, command: Command, story: Path) -> None:
    result = command("run", "-q", story, option, "/dev/full")
    assert result.exit_code == 3
    assert len(result.stderr.splitlines()) == 1
    assert "No space left on device" in result.stderr


def test_a_name_of_just_255_octets_can_be_written(command: Command, story: Path) -> None:
    name = "\N{LATIN SMALL LETTER A WITH DIAERESIS}" * 125 + ".xml"
    assert command("run", "-q", story, "--junit", name).exit_code == 0
    assert Path(name).stat().st_size


def test_standard_input_is_read_where_it_is_named(story: Path) -> None:
    root = Path(__file__).resolve().parents[2]
    result = subprocess.run(
        [sys.executable, "-m", "lab", "check", "/dev/stdin"],
        input=story.read_bytes(),
        cwd=root,
        capture_output=True,
        check=False,
        timeout=60,
    )
    assert (result.returncode, result.stderr) == (0, b"")


@pytest.mark.parametrize(
    "moment", ["9999-12-31", "0001-01-01", "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00"]
)
@pytest.mark.parametrize("option", ["--at", "--now", "plan"])
def test_a_date_at_the_edge_of_the_calendar(option: str, moment: str, command: Command, exports: Path) -> None:
    if option == "plan":
        Path("dated.toml").write_text(f'source = "{exports}"\n[[steps]]\ndo = "wait"\nuntil = {moment}\n', "utf-8")
        result = command("whatif", "dated.toml", "--no-order", "--jobs", "1")
    else:
        change = ("--remove", "CAPF", "--from", "CAPF-trust")
        result = command("whatif", exports, "--no-order", "--jobs", "1", *change, option, moment)
    assert result.exit_code == 2
    assert len(result.stderr.splitlines()) == 1
    assert "years" in result.stderr


@pytest.mark.parametrize("moment", ["9999-12-31T23:59:59Z", "0001-01-01T00:00:00+14:00"])
@pytest.mark.parametrize("key", ["starts", "completes-by"])
def test_a_date_at_the_edge_in_a_scenario(key: str, moment: str, command: Command, story: Path) -> None:
    text = story.read_text("utf-8")
    if key == "starts":
        text = text.replace('title = "One phone"', f'title = "One phone"\nstarts = {moment}')
    else:
        text += (
            '[[steps]]\ndo = "certificate-operation"\nphone = "lobby"\noperation = "Install/Upgrade"\n'
            f"completes-by = {moment}\n"
        )
    story.write_text(text, "utf-8")
    result = command("run", "-q", story)
    assert result.exit_code == 2, result.output
    assert len(result.stderr.splitlines()) == 1


def test_a_date_within_the_calendar_is_asked_about(command: Command, exports: Path) -> None:
    change = ("--remove", "CAPF", "--from", "CAPF-trust", "--now", "2027-01-31", "--at", "2400-01-01")
    assert command("whatif", exports, "--no-order", "--jobs", "1", *change).exit_code in (0, 1, 4)


@settings(max_examples=60, deadline=None)
@given(octets=st.binary(max_size=300))
def test_a_journal_of_any_octets_is_events_or_one_sentence(
    octets: bytes, tmp_path_factory: pytest.TempPathFactory
) -> None:
    from lab.base.failures import InvalidInput

    file = tmp_path_factory.mktemp("journal") / "any.jsonl"
    file.write_bytes(octets)
    with pytest.raises(InvalidInput):  # no octets that hypothesis finds are an event
        read_journal(file)


def test_reading_stops_at_the_bound(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.write_bytes(b"x" * 100)
    assert inputs.read(file, 100) == b"x" * 100
    assert inputs.read(file, 10, beginning=True) == b"x" * 10
    with pytest.raises(inputs.CannotRead, match="larger than 99 octets"):
        inputs.read(file, 99)
