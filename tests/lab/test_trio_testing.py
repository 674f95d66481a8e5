"""Virtual time and waiting for all tasks are trio's own, and bring no pytest into a command."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
import trio
from trio.testing import MockClock

from lab.base import trio_testing

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(params=["trio._core", "trio.lowlevel"], ids=["found in trio's core", "found by its public name only"])
def _place(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(trio_testing, "_CORE", request.param)


@pytest.mark.usefixtures("_place")
def test_the_clock_jumps_and_waiting_ends_when_all_others_wait() -> None:
    done = []

    async def work() -> None:
        for step in range(3):
            await trio.lowlevel.checkpoint()
            done.append(step)
        await trio.sleep(3600)

    async def main() -> None:
        async with trio.open_nursery() as nursery:
            nursery.start_soon(work)
            await trio_testing.all_tasks_wait()
            assert done == [0, 1, 2]
            begun = trio.current_time()
        assert trio.current_time() - begun == 3600

    clock = trio_testing.virtual_clock()
    assert isinstance(clock, MockClock)
    trio.run(main, clock=clock)


def test_a_story_is_played_without_pytest() -> None:
    program = (
        "import sys\n"
        "sys.argv = ['cucm-lab', 'run', '-q', 'no-lsc-uses-mic']\n"
        "from lab.__main__ import main\n"
        "try:\n    main()\n"
        "finally:\n    sys.stderr.write(' '.join(sys.modules))\n"
    )
    result = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=False)
    assert result.returncode == 0
    assert "trio" in result.stderr.split()
    assert not {"pytest", "_pytest", "trio.testing"} & set(result.stderr.split())
