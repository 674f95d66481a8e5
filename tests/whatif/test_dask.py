"""A real Dask cluster of two workers on this machine does the handshakes, and finds what this process finds."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, suppress
from pathlib import Path

import pytest

from journal import wall_now
from lab.base.failures import InvalidInput, MachineCannot
from lab.whatif.workers import workers_for

PORTS = range(21000, 32000)
"""Below the system's own ephemeral ports, which somebody else may get at any moment."""


def free_ports(count: int) -> list[int]:
    found = []
    for port in PORTS:
        with socket.socket() as probe, suppress(OSError):
            probe.bind(("127.0.0.1", port))
            found.append(port)
        if len(found) == count:
            return found
    raise AssertionError("no port is free")


def started(stack: ExitStack, *arguments: str) -> subprocess.Popen[bytes]:
    process = subprocess.Popen(
        [sys.executable, "-m", "dask", *arguments], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    stack.callback(process.wait)
    stack.callback(process.send_signal, signal.SIGKILL)
    return process


def cluster(stack: ExitStack, count: int) -> tuple[str, dict[str, list[subprocess.Popen[bytes]]]]:
    """The address of a scheduler with so many workers, each a process with one thread; and the processes of both kinds."""
    port, *others = free_ports(1 + count)
    address = f"tcp://127.0.0.1:{port}"
    scheduler = started(stack, "scheduler", "--host", "127.0.0.1", "--port", str(port), "--no-dashboard", "--no-show")
    workers = [
        started(
            stack,
            *("worker", address, "--host", "127.0.0.1", "--worker-port", str(other), "--nthreads", "1"),
            *("--no-nanny", "--no-dashboard", "--memory-limit", "0"),
        )
        for other in others
    ]
    wait_for_workers(address, count)
    return address, {"scheduler": [scheduler], "worker": workers}


@pytest.fixture(scope="module")
def scheduler() -> Iterator[str]:
    with ExitStack() as stack:
        yield cluster(stack, 2)[0]


def wait_for_workers(address: str, count: int) -> None:
    from distributed import Client

    with Client(address, timeout=30, set_as_default=False) as client:
        client.wait_for_workers(count, timeout=60)


@pytest.mark.peer("dask")
@pytest.mark.filterwarnings("ignore")  # Dask's own
def test_a_cluster_of_two_workers_finds_what_this_process_finds(scheduler: str, tmp_path: Path) -> None:
    """The command itself, from the folder of exports to JSON; both workers take part."""
    from distributed import Client

    from lab.whatif.sample import write_sample

    write_sample(tmp_path / "exports")
    make_many(tmp_path / "exports" / "inventory.csv")
    asked = ["whatif", str(tmp_path / "exports"), "--every-phone", "--remove", "CAPF", "--from", "CallManager-trust"]
    asked += ["--no-order", "--json", "--now", f"{wall_now():%Y-%m-%d}"]
    here = answered(*asked, "--jobs", "1")
    away = answered(*asked, "--scheduler", scheduler)
    for answer in (here, away):
        del answer["seconds"]
    assert here["phones"] > 200  # type: ignore[operator]
    assert here == away
    with Client(scheduler, set_as_default=False) as client:
        spent = client.run(lambda: time.process_time())
    assert len(spent) == 2


def make_many(inventory: Path) -> None:
    """So many rows that the work is worth giving away."""
    text = inventory.read_text("utf-8").rstrip("\n").split("\n")
    row = next(line for line in text[1:] if line.startswith("SEP"))
    device = row.split(",")[0]
    more = [row.replace(device, f"SEP00AA{number:08X}") for number in range(300)]
    inventory.write_text("\n".join([*text, *more]) + "\n", "utf-8")


def answered(*arguments: str) -> dict[str, object]:
    done = subprocess.run([sys.executable, "-m", "lab", *arguments], capture_output=True, text=True, check=False)
    assert done.returncode == 1, done.stderr
    found: dict[str, object] = json.loads(done.stdout)
    return found


@pytest.mark.peer("dask")
@pytest.mark.filterwarnings("ignore")
def test_an_interrupted_question_leaves_the_cluster_ready_for_the_next(scheduler: str) -> None:
    with workers_for(scheduler, None) as workers:
        assert workers is not None
        assert workers().count == 2
        futures = [workers().executor.submit(time.sleep, 0.05) for _ in range(8)]
        for future in futures:
            future.cancel()
    with workers_for(scheduler, None) as workers:
        assert workers is not None
        assert workers().executor.submit(os.getpid).result(timeout=30) != os.getpid()


@pytest.mark.peer("dask")
@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("kind", ["worker", "scheduler"])
def test_a_cluster_that_dies_is_known_to_be_gone(kind: str) -> None:
    with ExitStack() as stack:
        address, processes = cluster(stack, 1)
        workers = stack.enter_context(workers_for(address, None))
        assert workers is not None
        assert not workers().is_gone()
        waiting = workers().executor.submit(time.sleep, 3600)
        for process in processes[kind]:
            process.kill()
        until = time.monotonic() + 60
        while not workers().is_gone():
            assert time.monotonic() < until
        waiting.cancel()


@pytest.mark.peer("dask")
@pytest.mark.filterwarnings("ignore")
def test_where_no_scheduler_answers_the_machine_cannot(monkeypatch: pytest.MonkeyPatch) -> None:
    from lab.whatif import workers

    monkeypatch.setattr(workers, "CONNECT_WITHIN", 1)
    (port,) = free_ports(1)
    with (
        pytest.raises(MachineCannot, match="no Dask scheduler answers at tcp://127"),
        workers_for(f"tcp://127.0.0.1:{port}", None),
    ):
        pass


@pytest.mark.parametrize("address", ["", "127.0.0.1", "tcp://", "http://127.0.0.1:1", "tcp://127.0.0.1:x"])
def test_what_is_no_address_is_said_to_be_none(address: str) -> None:
    with pytest.raises(InvalidInput, match="is no address: write tcp://HOST:PORT"), workers_for(address, None):
        pass


def test_without_dask_the_remedy_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "distributed", None)
    with (
        pytest.raises(MachineCannot, match=r'pip install "cucm-cert-lab\[dask\]"'),
        workers_for("tcp://127.0.0.1:1", None),
    ):
        pass
