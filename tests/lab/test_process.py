"""The command as a process: signals, pipes, terminals, and what it imports. Nothing sleeps: each test waits for output."""

from __future__ import annotations

import json
import os
import pty
import re
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from lab.play.building import keys_of
from lab.render.journal_file import read_journal
from lab.running import addresses
from lab.scenario import gallery
from lab.verbs.cli import cli
from pki import KeySpec
from tests.command import run
from tests.one_phone import one_phone

ROOT = Path(__file__).resolve().parents[2]
LAB = [sys.executable, "-m", "lab"]
ENVIRONMENT = {name: value for name, value in os.environ.items() if name not in ("NO_COLOR", "FORCE_COLOR", "COLUMNS")}
LONG = one_phone(more='[[steps]]\nsay = "Now it waits."\ndo = "wait"\nseconds = 3600\n')


@pytest.fixture
def long_story(tmp_path: Path) -> Path:
    file = tmp_path / "long.toml"
    file.write_text(LONG, "utf-8")
    return file


def in_blocks(blocks: list[tuple[int, int]]) -> list[str]:
    """The command, in these blocks of addresses only."""
    return [
        sys.executable,
        "-c",
        f"import lab.running.addresses; lab.running.addresses._BLOCKS = {blocks}; from lab.__main__ import main; main()",
    ]


@pytest.fixture
def waiting(long_story: Path, tmp_path: Path, blocks: list[tuple[int, int]]) -> Iterator[subprocess.Popen[str]]:
    """A run on real time, its phone registered, in the middle of an hour's wait."""
    process = subprocess.Popen(
        [*in_blocks(blocks), "run", "--real-time", "--journal", str(tmp_path / "run.jsonl"), str(long_story)],
        cwd=ROOT,
        env=ENVIRONMENT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    for line in process.stdout:
        if "Now it waits." in line:
            break
    yield process
    process.kill()
    process.communicate()


# Every verb


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (("--help",), 0),
        (("--version",), 0),
        (("demo",), 0),
        (("gallery",), 0),
        (("gallery", "--json"), 0),
        (("run", "-q", "no-lsc-uses-mic"), 0),
        (("run", "--json", "no-lsc-uses-mic"), 0),
        (("explain", "new-cluster-old-lsc"), 0),
        (("explain", "--json", "new-cluster-old-lsc"), 0),
        (("check", "lab/stories/invalid-lsc.toml"), 0),
        (("doctor",), 0),
        (("doctor", "--json"), 0),
        ((), 2),
        (("nonsense",), 2),
        (("run", "nonsense"), 2),
        (("run", "--nonsense"), 2),
        (("check", "nonsense.toml"), 2),
        (("explain", "nonsense.jsonl"), 2),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, tuple) else "",
)
def test_a_verb_ends_with_its_exit_code_and_no_traceback(arguments: tuple[str, ...], code: int) -> None:
    result = run(*arguments)
    assert result.returncode == code, result.stderr
    assert "Traceback" not in result.stderr
    assert "\x1b" not in result.stdout + result.stderr
    if "--json" in arguments:
        assert json.loads(result.stdout)
    if code == 0:
        assert result.stderr == ""
    else:
        assert result.stdout == ""


def test_the_installed_script_is_the_same_command() -> None:
    script = Path(sys.executable).with_name("cucm-lab")
    if not script.exists():
        pytest.skip("cucm-lab is not installed beside this Python")
    result = subprocess.run(
        [script, "gallery"], env=ENVIRONMENT, capture_output=True, text=True, check=False, timeout=60
    )
    assert (result.returncode, result.stdout) == (0, run("gallery").stdout)


def test_a_failed_check_is_exit_1(tmp_path: Path) -> None:
    file = tmp_path / "wrong.toml"
    file.write_text(LONG.replace('"MIC"', '"LSC"'), "utf-8")
    assert run("run", "-q", file).returncode == 1


# Interrupted, killed


def test_ctrl_c_ends_a_run_at_once_with_one_line(waiting: subprocess.Popen[str]) -> None:
    waiting.send_signal(signal.SIGINT)
    _, stderr = waiting.communicate(timeout=10)
    assert waiting.returncode == 130
    assert stderr == "cucm-lab: interrupted\n"


def test_an_interrupted_run_gives_its_addresses_back_and_ends_its_journal(
    waiting: subprocess.Popen[str], tmp_path: Path, blocks: list[tuple[int, int]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(addresses, "_BLOCKS", blocks[:1])
    with pytest.raises(addresses.NoAddress):
        addresses.Block()
    waiting.send_signal(signal.SIGINT)
    waiting.communicate(timeout=10)
    addresses.Block().close()
    assert len(read_journal(tmp_path / "run.jsonl")) > 10


def test_ctrl_c_while_keys_are_made_ends_as_well(tmp_path: Path) -> None:
    process = subprocess.Popen(
        [*LAB, "run", "--all"],
        cwd=ROOT,
        env=ENVIRONMENT | {"CUCM_LAB_CACHE": str(tmp_path / "keys")},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    while not (tmp_path / "keys").exists() and process.poll() is None:
        os.sched_yield()
    process.send_signal(signal.SIGINT)
    _, stderr = process.communicate(timeout=60)
    assert (process.returncode, stderr) == (130, "cucm-lab: interrupted\n")
    wanted: Counter[KeySpec] = Counter()
    for name in gallery.names():
        wanted |= keys_of(gallery.story(name))
    assert len(list((tmp_path / "keys").rglob("*.der"))) < wanted.total()


def test_a_killed_run_leaves_a_journal_that_reads(waiting: subprocess.Popen[str], tmp_path: Path) -> None:
    waiting.kill()
    waiting.communicate(timeout=10)
    assert waiting.returncode == -signal.SIGKILL
    events = read_journal(tmp_path / "run.jsonl")
    assert [event.seq for event in events] == list(range(1, len(events) + 1))
    assert type(events[-1]).__name__ == "StepStarted"
    result = run("explain", tmp_path / "run.jsonl")
    assert result.returncode == 4
    assert "ends at event" in result.stdout
    assert "Nothing failed" not in result.stdout


def test_two_runs_at_once_do_not_meet(
    waiting: subprocess.Popen[str], long_story: Path, tmp_path: Path, blocks: list[tuple[int, int]]
) -> None:
    command = [*in_blocks(blocks), "run", "-q", str(long_story), "--journal", str(tmp_path / "other.jsonl")]
    other = subprocess.run(command, cwd=ROOT, env=ENVIRONMENT, capture_output=True, check=False, timeout=60)
    assert other.returncode == 0
    assert server_of(tmp_path / "run.jsonl") != server_of(tmp_path / "other.jsonl")
    assert waiting.poll() is None


def server_of(journal: Path) -> str:
    for event in read_journal(journal):
        if type(event).__name__ == "CallManagerStarted":
            return str(event.address)  # type: ignore[attr-defined]
    raise AssertionError("no CallManager started")


# Pipes


@pytest.mark.parametrize(
    "verb",
    ["demo", "gallery", "run --all", "run --json no-lsc-uses-mic lsc-wins-over-mic", "doctor", "explain invalid-lsc"],
)
def test_a_reader_that_goes_away_gets_no_traceback(verb: str) -> None:
    read, write = os.pipe()
    os.close(read)
    process = subprocess.run(
        [*LAB, *verb.split()], cwd=ROOT, env=ENVIRONMENT, stdout=write, stderr=subprocess.PIPE, check=False, timeout=60
    )
    os.close(write)
    assert process.stderr == b""
    assert process.returncode == 130


def test_a_full_disk_behind_the_output_is_exit_3() -> None:
    with open("/dev/full", "wb") as full:
        process = subprocess.run(
            [*LAB, "demo"], cwd=ROOT, env=ENVIRONMENT, stdout=full, stderr=subprocess.PIPE, check=False, timeout=60
        )
    assert process.returncode == 3
    assert process.stderr == b"cucm-lab: No space left on device; cucm-lab doctor may say more\n"


def test_letters_that_the_output_cannot_hold_are_no_crash(long_story: Path) -> None:
    long_story.write_text(LONG.replace("One phone", "One ☎"), "utf-8")
    result = run("run", long_story, PYTHONIOENCODING="latin-1")
    assert result.returncode == 0
    assert r"long: One \u260e" in result.stdout


# Terminals


def on_a_terminal(*arguments: str, **environment: str) -> str:
    """What the command writes to a terminal of 80 columns."""
    ours, theirs = pty.openpty()
    process = subprocess.Popen(
        [*LAB, *arguments], cwd=ROOT, env=ENVIRONMENT | {"TERM": "xterm"} | environment, stdout=theirs, stderr=theirs
    )
    os.close(theirs)
    written = b""
    while True:
        try:
            chunk = os.read(ours, 65536)
        except OSError:  # Linux: the other end is closed
            break
        if not chunk:
            break
        written += chunk
    os.close(ours)
    assert process.wait(timeout=60) == 0
    return written.decode()


COLOUR = re.compile(r"\x1b\[[0-9;]*m")


def test_a_terminal_has_colours_and_no_color_takes_them_away() -> None:
    colours = on_a_terminal("demo")
    assert {"\x1b[31m", "\x1b[32m", "\x1b[33m"} <= set(COLOUR.findall(colours))
    plain = on_a_terminal("demo", NO_COLOR="1")
    assert not {code for code in COLOUR.findall(plain) if re.search(r"3\d|4\d|9\d", code)}


@pytest.mark.parametrize("forced", [{}, {"FORCE_COLOR": "1"}, {"TTY_COMPATIBLE": "1"}], ids=str)
def test_a_pipe_has_no_colours(forced: dict[str, str]) -> None:
    assert "\x1b" not in run("demo", **forced).stdout


@pytest.mark.parametrize("columns", ["40", "80"])
def test_the_table_fits_a_terminal(columns: str) -> None:
    written = on_a_terminal("run", "new-cluster-old-lsc", COLUMNS=columns, NO_COLOR="1")
    lines = [COLOUR.sub("", line) for line in written.splitlines()]
    table = lines[next(index for index, line in enumerate(lines) if "───" in line) - 1 :]
    table = table[: table.index("")]
    assert table
    assert all(len(line) <= int(columns) for line in table)


# Start-up

HEAVY = ("trio", "cryptography", "OpenSSL", "rich", "msgspec", "wire.tls", "pki", "phone_sim", "cucm_sim", "capf_sim")


@pytest.mark.parametrize("verb", [(), *((name,) for name in cli.commands)], ids=str)
def test_help_imports_nothing_heavy(verb: tuple[str, ...]) -> None:
    program = (
        "import sys\n"
        f"sys.argv = ['cucm-lab', *{verb!r}, '--help']\n"
        "from lab.__main__ import main\n"
        "try:\n    main()\n"
        "finally:\n    sys.stderr.write(' '.join(sys.modules))\n"
    )
    result = subprocess.run(
        [sys.executable, "-c", program],
        cwd=ROOT,
        env=ENVIRONMENT,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert result.returncode == 0
    assert "Usage: cucm-lab" in result.stdout
    assert not set(HEAVY) & set(result.stderr.split())


def test_a_package_of_somebody_else_in_our_place_is_said(tmp_path: Path) -> None:
    (tmp_path / "pki").mkdir()
    (tmp_path / "pki" / "__init__.py").touch()
    program = f"import sys; sys.path.insert(0, {str(tmp_path)!r}); from lab.__main__ import main; main()"
    result = subprocess.run(
        [sys.executable, "-c", program],
        cwd=ROOT,
        env=ENVIRONMENT,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert result.returncode == 3
    assert result.stderr.startswith(
        f"cucm-lab: the package pki comes from {tmp_path}/pki/__init__.py and not from this lab"
    )
    assert result.stderr.count("\n") == 1
