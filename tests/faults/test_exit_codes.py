"""A fault of the lab ends with exit code 70 and one sentence, wherever it happens; no answer has that code."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from lab.base import bugs
from lab.base.exits import ending_of
from lab.base.failures import InvalidInput, MachineCannot
from lab.verbs.cli import cli

ROOT = Path(__file__).resolve().parents[2]
START = "from lab.__main__ import main\nimport sys\nsys.argv = ['cucm-lab', *{arguments!r}]\n"


def process(
    program: str, *arguments: str, stdout: int = subprocess.PIPE, **environment: str
) -> subprocess.CompletedProcess[str]:
    """The command in a process of its own, `program` run before it."""
    code = START.format(arguments=arguments) + program + "\nmain()\n"
    return subprocess.run(
        [sys.executable, "-c", code],
        cwd=ROOT,
        env={**os.environ, **environment},
        stdout=stdout,
        stderr=subprocess.PIPE,
        text=True,
        check=False,
        timeout=120,
    )


def one_sentence(stderr: str) -> str:
    (line,) = stderr.splitlines()
    assert line.startswith("cucm-lab: ")
    return line


# Which of several failures counts


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (ValueError("x"), 70),
        (ExceptionGroup("g", [ValueError("x")]), 70),
        (ExceptionGroup("g", [InvalidInput("x"), KeyError("y")]), 70),
        (BaseExceptionGroup("g", [KeyboardInterrupt(), KeyError("y")]), 70),
        (BaseExceptionGroup("g", [KeyboardInterrupt(), InvalidInput("y")]), 130),
        (ExceptionGroup("g", [ExceptionGroup("h", [InvalidInput("x")])]), 2),
        (ExceptionGroup("g", [MachineCannot("x"), InvalidInput("y")]), 2),
        (MachineCannot("x"), 3),
        (OSError(28, "No space left on device"), 3),
        (OSError(1234, "never heard of"), 70),
        (MemoryError(), 3),
        (RecursionError("x"), 70),
        (AssertionError(), 70),
        (NotImplementedError(), 70),
        (BrokenPipeError(32, "Broken pipe"), 130),
        (KeyboardInterrupt(), 130),
    ],
    ids=repr,
)
def test_the_code_of_a_failure(error: BaseException, code: int) -> None:
    bugs.begin()
    assert ending_of(error)[0] == code


def test_the_sentence_says_what_where_and_what_to_do_and_has_no_line_break_in_it() -> None:
    try:
        raise KeyError("two\nlines\x1b")
    except KeyError as error:
        sentence = bugs.sentence(error)
    assert "KeyError" in sentence
    assert "test_exit_codes.py:" in sentence
    assert "report it" in sentence
    assert sentence.isprintable()
    assert str(ROOT) not in sentence


# In every verb

VERBS = {
    ("run", "no-lsc-uses-mic"): "lab.play.runner.build",
    ("demo",): "lab.play.runner.build",
    ("check", "lab/stories/invalid-lsc.toml"): "lab.scenario.file.toml",
    ("gallery",): "lab.scenario.file.toml",
    ("explain", "invalid-lsc"): "lab.play.runner.build",
    ("quiz", "invalid-lsc"): "lab.play.runner.build",
    ("whatif", "invalid-lsc", "--remove", "CAPF", "--from", "CAPF-trust"): "lab.whatif.initial_fleet.build",
    ("doctor",): "lab.doctor.machine.examine",
    ("mishaps", "expired"): "lab.verbs.mishaps.handshakes",
    ("trust-list", "README.md"): "wire.signed_files.is_trust_list_untrusted",
}


@pytest.mark.parametrize(("arguments", "place"), VERBS.items(), ids=lambda value: str(value)[:20])
@pytest.mark.parametrize(
    "error", [TypeError("planted"), ExceptionGroup("both", [TypeError("planted")])], ids=["one", "group"]
)
def test_a_fault_in_a_verb_is_70(
    arguments: tuple[str, ...], place: str, error: Exception, monkeypatch: pytest.MonkeyPatch
) -> None:
    def faulty(*args: object, **kwargs: object) -> None:
        raise error

    monkeypatch.setattr(place, faulty)
    result = CliRunner().invoke(cli, arguments)
    assert result.exit_code == 70, result.output
    assert "TypeError: planted" in one_sentence(result.stderr)


def test_every_verb_is_in_the_table() -> None:
    assert {arguments[0] for arguments in VERBS} | {"sql"} == set(cli.commands)


def test_a_fault_in_sql_is_70(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    def faulty(*args: object, **kwargs: object) -> None:
        raise TypeError("planted")

    (tmp_path / "x").write_bytes(b"x")
    monkeypatch.setattr("cucm_sim.database.Database.__init__", faulty)
    assert CliRunner().invoke(cli, ["sql", str(tmp_path / "x"), "select 1"]).exit_code == 70


def test_the_traceback_comes_where_the_environment_asks_for_it(monkeypatch: pytest.MonkeyPatch) -> None:
    def faulty(*args: object, **kwargs: object) -> None:
        raise TypeError("planted")

    monkeypatch.setattr("lab.scenario.file.toml", faulty)
    assert "Traceback" not in CliRunner().invoke(cli, ["gallery"]).stderr
    monkeypatch.setenv(bugs.TRACEBACK, "1")
    assert "Traceback" in CliRunner().invoke(cli, ["gallery"]).stderr


def test_a_subscriber_of_the_journal_that_fails_is_70(monkeypatch: pytest.MonkeyPatch) -> None:
    def faulty(*args: object, **kwargs: object) -> None:
        raise TypeError("planted")

    monkeypatch.setattr("lab.render.text.Live.__call__", faulty)
    result = CliRunner().invoke(cli, ["run", "no-lsc-uses-mic"])
    assert result.exit_code == 70
    assert "TypeError: planted" in one_sentence(result.stderr)


# In other processes

UNREADABLE = """
class Unreadable(Exception):
    def __init__(self, one, two): super().__init__(one)
"""


def test_a_fault_in_a_worker_that_plays_stories_is_70() -> None:
    program = """
import multiprocessing, lab.play.worker_source as source
source.context.__wrapped__
from functools import cache
source.context = cache(lambda: multiprocessing.get_context("fork"))
import lab.verbs.show, lab.play.runner as runner
def faulty(*a, **k): raise TypeError("planted")
runner.build = faulty
"""
    result = process(program, "run", "-q", "no-lsc-uses-mic", "lsc-wins-over-mic", "--jobs", "2")
    assert result.returncode == 70, result.stderr
    assert "TypeError: planted" in result.stderr
    assert "Traceback" not in result.stderr


def test_a_fault_that_ends_one_connection_in_a_worker_is_70_and_is_told_once() -> None:
    program = """
import multiprocessing, lab.play.worker_source as source
from functools import cache
source.context = cache(lambda: multiprocessing.get_context("fork"))
import lab.verbs.show, cucm_sim.tftp
real, left = cucm_sim.tftp.CiscoTftp._answer, [1]
def faulty(*a, **k):
    if left and left.pop(): raise TypeError("planted")
    return real(*a, **k)
cucm_sim.tftp.CiscoTftp._answer = faulty
"""
    result = process(program, "run", "-q", "no-lsc-uses-mic", "lsc-wins-over-mic", "--jobs", "1")
    assert result.returncode == 70, result.stderr
    assert result.stderr.count("TypeError: planted") == 1
    result = process(program, "run", "-q", "no-lsc-uses-mic", "lsc-wins-over-mic", "--jobs", "2")
    assert result.returncode == 70, result.stderr
    assert 1 <= result.stderr.count("TypeError: planted") <= 2, "once for each process in which it was met"


def test_an_error_that_cannot_be_read_again_is_a_fault_and_no_killed_process() -> None:
    class Unreadable(Exception):
        def __init__(self, one: str, two: str) -> None:
            super().__init__(one)

    travelled = bugs.portable(Unreadable("a", "b"))
    assert isinstance(travelled, bugs.FaultInWorker)
    assert ending_of(travelled)[0] == 70
    assert isinstance(bugs.portable(ValueError("x")), ValueError)


def test_a_fault_in_a_process_of_what_if_is_70(tmp_path: Path) -> None:
    from lab.whatif.sample import write_sample

    write_sample(tmp_path / "exports")
    program = """
import multiprocessing, lab.play.worker_source as source
from functools import cache
source.context = cache(lambda: multiprocessing.get_context("fork"))
import lab.whatif.evaluate, lab.whatif.trials as trials
lab.whatif.evaluate.FEW, real = 0, trials._workplace
class Unreadable(Exception):
    def __init__(self, one, two): super().__init__(one)
def faulty(*a, **k): raise Unreadable("planted", 2)
trials._workplace = faulty
"""
    arguments = ("whatif", str(tmp_path / "exports"), "--remove", "CAPF", "--from", "CAPF-trust", "--jobs", "2")
    result = process(program, *arguments, "--every-phone", "--no-order")
    assert result.returncode == 70, result.stderr
    assert "a fault of the lab, and not of your input: FaultInWorker" in one_sentence(result.stderr)
    unharmed = process(
        program.replace("raise Unreadable", "return real(*a) or Unreadable"), *arguments, "--every-phone", "--no-order"
    )
    assert unharmed.returncode == 1, unharmed.stderr


# While Python ends, and where no code can catch


@pytest.mark.parametrize(
    "program",
    [
        "import atexit\natexit.register(lambda: 1 / 0)",
        "class Late:\n    def __del__(self): 1 / 0\nsys.modules['late'] = Late()\nimport atexit\n"
        "atexit.register(sys.modules.pop, 'late')",
        "import threading\nimport lab.scenario.gallery\nreal, once = lab.scenario.gallery.names, [1]\ndef names():\n"
        "    if once: once.pop(); t = threading.Thread(target=lambda: 1 / 0); t.start(); t.join()\n"
        "    return real()\nlab.scenario.gallery.names = names",
        "import gc\nclass Lost:\n    def __del__(self): 1 / 0\nonce = [Lost]\n"
        "from lab.scenario import gallery\nreal = gallery.names\n"
        "gallery.names = lambda: (once and once.pop()(), gc.collect(), real())[2]",
    ],
    ids=["exit function", "finaliser at the end", "thread", "finaliser on the way"],
)
def test_an_exception_that_nobody_can_catch_is_70(program: str) -> None:
    result = process(program, "gallery")
    assert result.returncode == 70, result.stderr
    assert "a fault of the lab: ZeroDivisionError" in one_sentence(result.stderr)


# Where the output goes

SHELL = {
    "gallery >&-": 3,
    "--help >&-": 3,
    "run -q no-lsc-uses-mic >&-": 3,
    "gallery >/dev/full": 3,
    "--help >/dev/full": 3,
    "run --help >/dev/full": 3,
    "--version >/dev/full": 3,
    "check lab/stories/invalid-lsc.toml >/dev/full": 3,
    "run -q no-lsc-uses-mic >/dev/full": 3,
    "nonsense 2>/dev/full": 2,
    "check nonsense.toml 2>/dev/full": 2,
    "gallery 2>&-": 0,
    "gallery <&-": 0,
    "run -q no-lsc-uses-mic 2>&- <&-": 0,
}


@pytest.mark.parametrize(("line", "code"), SHELL.items(), ids=SHELL.keys())
def test_a_closed_or_full_output(line: str, code: int) -> None:
    result = subprocess.run(
        ["sh", "-c", f"'{sys.executable}' -m lab {line}"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert result.returncode == code, result.stderr
    assert len(result.stderr.splitlines()) == (1 if code == 3 else 0), result.stderr


def test_a_reader_that_leaves_early_is_no_fault() -> None:
    for arguments in (["gallery"], ["--help"], ["run", "--help"]):
        read, write = os.pipe()
        os.close(read)
        result = subprocess.run(
            [sys.executable, "-m", "lab", *arguments],
            cwd=ROOT,
            stdout=write,
            stderr=subprocess.PIPE,
            check=False,
            timeout=120,
        )
        os.close(write)
        assert (result.returncode, result.stderr) == (130, b"")
