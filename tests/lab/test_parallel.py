"""Several stories at once: the same outcome as one after the other, in the order asked, and an end that leaves nothing behind."""

from __future__ import annotations

import json
import os
import pty
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

import pytest

from lab.play.parallel import prepare_keys
from lab.play.runner import play
from lab.scenario import gallery
from pki import _pool
from tests import command
from tests.one_phone import one_phone

ROOT = Path(__file__).resolve().parents[2]
LAB = [sys.executable, "-m", "lab"]
ENVIRONMENT = {name: value for name, value in os.environ.items() if name not in ("NO_COLOR", "FORCE_COLOR", "COLUMNS")}
PASSING = one_phone("none")
FAILING = PASSING.replace('"none"', '"MIC"')
WAITING = PASSING + '[[steps]]\ndo = "wait"\nseconds = 3600\n'

Stories = Callable[..., list[Path]]


@pytest.fixture
def stories(tmp_path: Path) -> Stories:
    """Scenario files, by name and text."""

    def write(**texts: str) -> list[Path]:
        for name, text in texts.items():
            (tmp_path / f"{name}.toml").write_text(text, "utf-8")
        return [tmp_path / f"{name}.toml" for name in texts]

    return write


def run(*arguments: str | Path, **environment: str) -> subprocess.CompletedProcess[str]:
    return command.run("run", *arguments, **environment)


def names(output: str) -> list[str]:
    return [line.partition(":")[0] for line in output.splitlines()]


# The same as one after the other


def test_the_order_is_the_one_asked_whichever_ends_first(stories: Stories) -> None:
    many = ["new-cluster-old-lsc-cured-by-reinstall", *stories(a=PASSING, b=PASSING), "no-lsc-uses-mic"]
    result = run("-q", "--jobs", "3", *many)
    assert (result.returncode, result.stderr) == (0, "")
    assert names(result.stdout) == ["new-cluster-old-lsc-cured-by-reinstall", "a", "b", "no-lsc-uses-mic"]


def test_processes_find_what_this_one_finds() -> None:
    two = ["invalid-lsc", "lsc-wins-over-mic"]  # of one phone each: trio shuffles several
    together, alone = run("--json", "--jobs", "2", *two), run("--json", "--jobs", "1", *two)
    assert together.returncode == alone.returncode == 0
    assert json.loads(together.stdout) == json.loads(alone.stdout)


def test_a_story_from_another_process_is_shown_like_one_from_this(stories: Stories) -> None:
    two = stories(first=PASSING, second=FAILING)
    together, alone = run("--jobs", "2", *two), run("--jobs", "1", *two)
    assert together.returncode == alone.returncode == 1
    assert " 1. It boots." in together.stdout
    assert "FAILED at step 2 of 2" in together.stdout
    assert plain(together.stdout) == plain(alone.stdout)


def plain(output: str) -> list[str]:
    """Without what is never the same twice: seconds of this machine, and the lab's block of addresses."""
    return re.sub(r"127\.\d+\.\d+\.|\d+\.\d\d s$", "", output, flags=re.MULTILINE).splitlines()


def test_one_failed_story_is_exit_1_and_the_others_are_played(stories: Stories) -> None:
    result = run("-q", "--jobs", "2", *stories(wrong=FAILING, right=PASSING))
    assert result.returncode == 1
    assert [line.split()[1] for line in result.stdout.splitlines()] == ["FAILED", "all"]


def test_the_same_story_twice_is_played_twice(stories: Stories) -> None:
    (one,) = stories(one=PASSING)
    assert names(run("-q", one, one).stdout) == ["one", "one"]


@pytest.mark.parametrize("jobs", ["0", "65", "x"])
def test_a_number_of_jobs_that_makes_no_sense_is_exit_2(jobs: str) -> None:
    assert run("--all", "--jobs", jobs).returncode == 2


# Keys


def test_every_key_is_there_before_the_first_story_begins(monkeypatch: pytest.MonkeyPatch) -> None:
    scenarios = [gallery.story(name) for name in ("new-cluster-old-lsc", "new-cluster-old-lsc-cured-by-reinstall")]
    assert prepare_keys(scenarios)

    def nobody(*_: object) -> None:
        raise AssertionError("a key was made")

    monkeypatch.setattr(_pool, "generate", nobody)
    for scenario in scenarios:
        assert play(scenario).passed


def test_where_keys_cannot_be_kept_they_are_made_once(stories: Stories, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    script = f"""
        import os
        os.environ["CUCM_LAB_CACHE"] = {str(tmp_path / "file")!r}
        from pki import _pool
from tests import command
from tests.one_phone import one_phone
        made = []
        generate = _pool.generate
        _pool.generate = lambda spec: (made.append(spec), generate(spec))[1]
        from lab.scenario.file import load
        from lab.verbs.show import show_all
        from pathlib import Path
        if __name__ == "__main__":
            story = load(Path({str(stories(one=PASSING)[0])!r}))
            from lab.play.parallel import prepare_keys
            assert not prepare_keys([story])
            before = len(made)
            assert all(result.passed for result in show_all([story, story], jobs=2, quiet=True))
            assert len(made) == before > 0
    """
    result = play_script(script, tmp_path)
    assert result.returncode == 0, result.stderr
    assert names(result.stdout) == ["one", "one"]


# Ends that nobody wished for


class Waiting(NamedTuple):
    """A run whose standard error is a terminal, since the progress there tells when a story is over."""

    process: subprocess.Popen[str]
    terminal: int

    def ended(self) -> tuple[int, list[str], str]:
        """Exit code, the stories that were printed, and what was said at last."""
        stdout, _ = self.process.communicate(timeout=10)
        return self.process.returncode, names(stdout), read_to_the_end(self.terminal).rpartition("\x1b[K")[2]


@pytest.fixture
def waiting(stories: Stories) -> Iterator[Waiting]:
    """Three stories: two wait for an hour of real time, the one in the middle is over. A process group of its own."""
    ours, theirs = pty.openpty()
    three = stories(before=WAITING, middle=PASSING, after=WAITING)
    process = subprocess.Popen(
        [*LAB, "run", "--real-time", "-q", "--jobs", "3", *map(str, three)],
        cwd=ROOT,
        env=ENVIRONMENT | {"TERM": "xterm"},
        stdout=subprocess.PIPE,
        stderr=theirs,
        text=True,
        start_new_session=True,
    )
    os.close(theirs)
    try:
        drawn = b""
        while b"1 of 3 stories" not in drawn:
            drawn += os.read(ours, 65536)
        yield Waiting(process, ours)
    finally:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.communicate()
        os.close(ours)


def read_to_the_end(terminal: int) -> str:
    written = b""
    with suppress(OSError):  # Linux: the other end is closed
        while chunk := os.read(terminal, 65536):
            written += chunk
    return written.decode().replace("\r\n", "\n")


def wait_until(so: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 30
    while not so():
        assert time.monotonic() < deadline
        os.sched_yield()


def children(pid: int) -> list[int]:
    try:
        return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    except OSError:
        return []


def workers(pid: int) -> list[int]:
    """They are the server's children, and the server is the command's."""
    return [worker for child in children(pid) for worker in children(child)]


def is_gone(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z"
    except OSError:
        return True


linux_only = pytest.mark.skipif(sys.platform != "linux", reason="/proc tells which worker does what")


@linux_only
@pytest.mark.parametrize("whom", ["everyone", "the command"])
def test_ctrl_c_ends_all_at_once_and_shows_what_is_over(waiting: Waiting, whom: str) -> None:
    mine, started = workers(waiting.process.pid), time.monotonic()
    if whom == "everyone":  # as a terminal does
        os.killpg(waiting.process.pid, signal.SIGINT)
    else:
        waiting.process.send_signal(signal.SIGINT)
    assert waiting.ended() == (130, ["middle"], "cucm-lab: interrupted\n")
    assert time.monotonic() - started < 2
    assert len(mine) == 3
    wait_until(lambda: all(map(is_gone, mine)))


@linux_only
def test_a_killed_process_is_exit_3_and_one_sentence_that_names_its_story(waiting: Waiting) -> None:
    mine = workers(waiting.process.pid)
    for pid in mine:
        os.kill(pid, signal.SIGKILL)
    code, printed, said = waiting.ended()
    assert (code, printed) == (3, ["middle"])
    assert re.fullmatch(
        r"cucm-lab: the process that played (before|after) was killed by SIGKILL; cucm-lab doctor .*\n", said
    )


@linux_only
def test_workers_do_not_outlive_a_command_that_was_killed(waiting: Waiting) -> None:
    mine = workers(waiting.process.pid)
    waiting.process.kill()
    waiting.process.wait(timeout=10)
    wait_until(lambda: all(map(is_gone, mine)))


@linux_only
def test_a_worker_never_hears_ctrl_c(waiting: Waiting) -> None:
    """Else it would say so on the terminal, if it is quicker than the command that ends it."""
    for pid in workers(waiting.process.pid):
        status = Path(f"/proc/{pid}/status").read_text()
        blocked = int(re.search(r"^SigBlk:\s*([0-9a-f]+)", status, re.MULTILINE)[1], 16)  # type: ignore[index]
        assert blocked >> (signal.SIGINT - 1) & 1


def play_script(text: str, tmp_path: Path) -> subprocess.CompletedProcess[str]:
    """A program of its own, since workers must find its functions."""
    file = tmp_path / "script.py"
    indent = re.match(r"\n?( *)", text)
    file.write_text(re.sub(rf"^{indent[1] if indent else ''}", "", text, flags=re.MULTILINE), "utf-8")
    return subprocess.run(
        [sys.executable, file],
        cwd=ROOT,
        env=ENVIRONMENT | {"PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


ENDINGS = """
import os
from lab.running.addresses import NoAddress
from lab.base.failures import ScenarioError
from lab.scenario.file import parse

class Odd(Exception):
    def __init__(self, one, two):
        super().__init__("odd: " + one + two)

def no_address(scenario): raise NoAddress("no room")
def wrong(scenario): raise ExceptionGroup("nursery", [ScenarioError("wrong")])
def odd(scenario): raise Odd("a", "b")
def leaves(scenario): os._exit(7)

def play(work):
    from lab.play.parallel import play_all
    story = parse({story!r}, "x.toml", "mine")
    play_all([story, story, story], work, jobs=2, done=lambda *_: None)

if __name__ == "__main__":
    try:
        play({work})
    except BaseException as error:
        import traceback
        print(type(error).__name__, str(error), "|", *traceback.format_exception(error))
"""


@pytest.mark.parametrize(
    ("work", "says"),
    [
        ("no_address", "NoAddress no room |"),
        ("wrong", r"ExceptionGroup nursery \(1 sub-exception\) |"),
        ("odd", "FaultInWorker (.|\n)*Odd: odd: ab"),
        ("leaves", "MachineCannot the process that played mine ended with exit code 7 |"),
    ],
)
def test_what_goes_wrong_in_a_process_is_raised_here_with_its_place(work: str, says: str, tmp_path: Path) -> None:
    result = play_script(ENDINGS.format(story=PASSING, work=work), tmp_path)
    assert (result.returncode, result.stderr) == (0, "")
    assert re.match(says, result.stdout), result.stdout
    assert work == "leaves" or f"def {work}(scenario): raise" in result.stdout


# Progress


def stderr_on_a_terminal(*arguments: str | Path, **environment: str) -> tuple[str, str]:
    """What the command writes to a pipe, and to a terminal as standard error."""
    ours, theirs = pty.openpty()
    process = subprocess.Popen(
        [*LAB, "run", *map(str, arguments)],
        cwd=ROOT,
        env=ENVIRONMENT | {"TERM": "xterm", "COLUMNS": "80"} | environment,
        stdout=subprocess.PIPE,
        stderr=theirs,
        text=True,
    )
    os.close(theirs)
    stdout, _ = process.communicate(timeout=60)
    drawn = read_to_the_end(ours)
    os.close(ours)
    return stdout, drawn


def test_progress_is_for_a_terminal_and_gone_at_the_end(stories: Stories) -> None:
    three = stories(a=PASSING, b=PASSING, c=PASSING)
    stdout, drawn = stderr_on_a_terminal("-q", *three)
    assert names(stdout) == ["a", "b", "c"]
    assert "\x1b" not in stdout
    assert "0 of 3 stories" in drawn
    assert "3 of 3 stories" in drawn
    assert drawn.endswith("\r\x1b[K")
    assert "\n" not in drawn
    assert run("-q", *three).stderr == ""


def test_a_terminal_that_cannot_go_back_sees_no_progress(stories: Stories) -> None:
    _, drawn = stderr_on_a_terminal("-q", *stories(a=PASSING, b=PASSING), TERM="dumb")
    assert drawn == ""


def test_progress_fits_a_narrow_terminal(stories: Stories) -> None:
    _, drawn = stderr_on_a_terminal("-q", *stories(a=PASSING, b=PASSING), COLUMNS="20")
    assert all(len(line) < 20 for line in drawn.split("\r\x1b[K"))
