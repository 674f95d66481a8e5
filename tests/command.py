"""`cucm-lab` in a process of its own, forked from one that has imported it: a new Python costs ten times as much.

The process has its own standard output, error, exit code, environment and working folder, as one that a shell started. Tests of
signals, terminals, encodings and of what an import costs start a Python instead.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from functools import cache
from pathlib import Path
from select import select

ROOT = Path(__file__).resolve().parents[1]
ENVIRONMENT = {name: value for name, value in os.environ.items() if name not in ("NO_COLOR", "FORCE_COLOR", "COLUMNS")}
TIMEOUT = 120.0
"""Seconds, of a command."""


def run(*arguments: str | Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """The command, to its end, with these variables besides those of `ENVIRONMENT`."""
    argv = ["cucm-lab", *map(str, arguments)]
    if "PYTHONIOENCODING" in environment:  # read only when Python starts
        new = [sys.executable, "-m", "lab", *argv[1:]]
        return subprocess.run(new, cwd=ROOT, env=ENVIRONMENT | environment, capture_output=True, text=True, check=False)
    server = _server()
    assert server.stdin is not None
    assert server.stdout is not None
    with tempfile.TemporaryDirectory() as folder:
        out, err = Path(folder, "out"), Path(folder, "err")
        request = {"argv": argv, "out": str(out), "err": str(err), "environment": ENVIRONMENT | environment}
        server.stdin.write(json.dumps(request) + "\n")
        server.stdin.flush()
        if not select([server.stdout], [], [], TIMEOUT)[0]:
            server.kill()
            _server.cache_clear()
            raise TimeoutError(f"{argv} has not ended after {TIMEOUT:.0f} seconds")
        code = int(server.stdout.readline())
        return subprocess.CompletedProcess(argv, code, out.read_text("utf-8"), err.read_text("utf-8"))


@cache
def _server() -> subprocess.Popen[str]:
    """One for each process of pytest; it ends when its standard input does."""
    pipe = subprocess.PIPE
    return subprocess.Popen([sys.executable, "-m", "tests.command"], cwd=ROOT, stdin=pipe, stdout=pipe, text=True)


def _serve() -> None:
    from lab.__main__ import main
    from lab.play import parallel, runner  # noqa: F401  what most commands import when they run
    from lab.verbs import cli, show  # noqa: F401

    for line in sys.stdin:
        request = json.loads(line)
        child = os.fork()
        if child == 0:
            _become(request)
            main()
            return
        print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), flush=True)


def _become(request: dict[str, str]) -> None:
    for number, name in ((0, os.devnull), (1, request["out"]), (2, request["err"])):
        opened = os.open(name, os.O_RDWR | os.O_CREAT, 0o600)
        os.dup2(opened, number)
        os.close(opened)
    sys.stdin, sys.stdout, sys.stderr = open(0), open(1, "w"), open(2, "w")  # noqa: SIM115
    sys.argv = list(request["argv"])
    os.environ.clear()
    os.environ.update(request["environment"])  # type: ignore[arg-type]


if __name__ == "__main__":
    _serve()
