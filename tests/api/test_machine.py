"""What a lab needs of the machine, open files and a loopback interface: without them it ends with exit 3 before it starts."""

from __future__ import annotations

import resource
import shutil
import subprocess
import sys
from functools import partial
from pathlib import Path

import pytest
import trio
from trio.testing import MockClock

from lab import Lab, MachineCannot
from lab.base import open_files
from lab.base.open_files import OpenFiles, raise_limit
from lab.running import addresses
from lab.running.addresses import NoAddress, check_loopback

ROOT = Path(__file__).resolve().parents[2]
RUN = [sys.executable, "-m", "lab", "run", "-q", "new-cluster-old-lsc"]


def run(soft: int, hard: int) -> subprocess.CompletedProcess[str]:
    limit = partial(resource.setrlimit, resource.RLIMIT_NOFILE, (soft, hard))
    return subprocess.run(RUN, preexec_fn=limit, capture_output=True, text=True, check=False, cwd=ROOT)


def test_the_command_raises_the_soft_limit_to_the_hard_one() -> None:
    assert run(48, 512).returncode == 0


def test_a_story_that_needs_more_than_the_hard_limit_is_exit_3_before_it_starts() -> None:
    done = run(48, 48)
    assert done.returncode == 3
    assert "open files and sockets" in done.stderr
    assert done.stdout == ""


def test_lab_raises_the_soft_limit_itself() -> None:
    code = (
        "import resource, lab.base.open_files as o; hard = resource.getrlimit(7)[1]; resource.setrlimit(7, (48, hard));"
        "print(o.raise_limit() == hard, resource.getrlimit(7)[0] == hard)"
    ).replace("7", str(resource.RLIMIT_NOFILE))
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT)
    assert done.stdout.split() == ["True", "True"]


async def test_a_phone_too_many_is_said_when_it_is_added(
    monkeypatch: pytest.MonkeyPatch, autojump_clock: MockClock
) -> None:
    async with Lab() as lab:
        hq = lab.add_cluster("hq")
        monkeypatch.setattr(lab._open_files, "_limit", lab._open_files._needed + 5)
        phone = lab.add_phone(model="8861", cluster=hq)
        with pytest.raises(MachineCannot, match="open files and sockets"):
            lab.add_phone(model="8861", cluster=hq)
        phone.power_on()
        assert (await phone.settled()).state == "registered"


async def test_phones_open_no_more_than_was_counted(autojump_clock: MockClock) -> None:
    trusts = ["Cisco Manufacturing CA SHA2", "Cisco Root CA M2"]
    most = 0
    async with Lab() as lab:

        def look(event: object) -> None:
            nonlocal most
            most = max(most, open_files.count_open())

        hq = lab.add_cluster("hq")
        lab.add_radius("ise", trusts=trusts)
        lab.add_vpn_gateway("asa", trusts=trusts)
        for how in ({}, {"dot1x": "ise"}, {"vpn": "asa"}):
            for _ in range(3):
                lab.add_phone(model="8861", cluster=hq, profile="Encrypted", **how)  # type: ignore[arg-type]
        lab.journal.subscribe(look)
        await lab.power_on()
        await lab.settled()
        assert 0 < most <= lab._open_files._needed


def test_a_system_without_a_limit_lets_all(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(open_files, "raise_limit", lambda: -1)
    OpenFiles().need(10**9)
    monkeypatch.setattr(open_files, "raise_limit", lambda: 100)
    with pytest.raises(MachineCannot):
        OpenFiles().need(1000)


def test_a_limit_that_cannot_be_raised_stays(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise ValueError("not allowed to raise maximum limit")

    monkeypatch.setattr(resource, "setrlimit", refuse)
    monkeypatch.setattr(resource, "getrlimit", lambda _: (100, 200))
    assert raise_limit() == 100


class NoRoute:
    """A socket of a machine whose loopback interface is down."""

    def __init__(self, *_: object) -> None:
        pass

    def __enter__(self) -> NoRoute:
        return self

    def __exit__(self, *_: object) -> None:
        pass

    def connect(self, address: tuple[str, int]) -> None:
        raise OSError(101, "Network is unreachable")


def test_a_loopback_interface_that_is_down_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    async def enter() -> None:
        async with Lab():
            pass

    check_loopback()
    trio.run(enter)
    monkeypatch.setattr(addresses.socket, "socket", NoRoute)
    with pytest.raises(NoAddress, match="loopback interface"):
        addresses.Block()


@pytest.mark.skipif(shutil.which("unshare") is None, reason="unshare makes a network without a loopback interface")
def test_the_command_ends_with_exit_3_where_loopback_is_down() -> None:
    apart = ["unshare", "-rn"]
    if subprocess.run([*apart, "true"], capture_output=True, check=False).returncode:
        pytest.skip("this user may not have a network of its own")
    done = subprocess.run([*apart, *RUN], capture_output=True, text=True, check=False, cwd=ROOT)
    assert (done.returncode, done.stdout) == (3, "")
    assert "is the loopback interface down?" in done.stderr
