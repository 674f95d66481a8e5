"""A capture that ends early is read as far as it goes: killed, cut, or on a full disk."""

from __future__ import annotations

import errno
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.tshark import tshark
from tests.wire_capture.conftest import NOON, Capture, Memory
from tests.wire_capture.reading import blocks, packets
from wire.capture import PcapngWriter

PHONE = "127.0.0.1:40000>127.0.0.1:2443"

_KILLED = """
import os, signal, sys
from pathlib import Path
from lab.capture.file import CaptureFile
from lab.play.runner import play
from lab.scenario import gallery
def subscriber(event):
    if type(event).__name__ == "AlertSeen" and event.direction == "read":
        os.kill(os.getpid(), signal.SIGKILL)
play(gallery.find("new-cluster-old-lsc"), capture=CaptureFile(Path(sys.argv[1])), subscribers=[subscriber])
"""


@pytest.fixture(scope="module")
def killed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What a run leaves that was killed as soon as a phone had read an alert."""
    path = tmp_path_factory.mktemp("killed") / "killed.pcapng"
    run = subprocess.run([sys.executable, "-c", _KILLED, str(path)], check=False)
    assert run.returncode == -signal.SIGKILL
    return path


def test_a_killed_run_leaves_whole_blocks_up_to_its_last_packet(killed: Path) -> None:
    data = killed.read_bytes()
    assert sum(12 + len(block.body) for block in blocks(data)) == len(data)
    # The other two phones may have had the last word; the alert that the killed run had noted is there all the same.
    (alert,) = (packet for packet in packets(data) if packet.payload[:1] == b"\x15")
    assert "alert written" in alert.comments[0]


@pytest.mark.peer("tshark")
def test_tshark_reads_what_a_killed_run_left(killed: Path) -> None:
    assert len(tshark(killed)) == sum(block.kind == 6 for block in blocks(killed.read_bytes()))


@pytest.fixture(scope="module")
def whole(capture: Capture) -> bytes:
    return capture("TLSv1.3").path.read_bytes()


@given(st.data())
def test_a_cut_file_has_all_blocks_that_are_whole(data: st.DataObject) -> None:
    memory = Memory()
    memory.writer.opened(PHONE, True)
    memory.writer.octets(PHONE, True, True, b"x" * 3000)
    memory.writer.keylog(b"CLIENT_RANDOM 00 00")
    memory.writer.comment(PHONE, "here")
    whole = list(blocks(memory.data))
    cut = memory.data[: data.draw(st.integers(0, len(memory.data)))]
    found = list(blocks(cut))
    assert found == whole[: len(found)]
    ends = [sum(12 + len(block.body) for block in whole[:count]) for count in range(len(whole) + 1)]
    assert len(found) == max(count for count, end in enumerate(ends) if end <= len(cut))


@pytest.mark.peer("tshark")
@pytest.mark.parametrize(("kind", "into"), [(6, 1), (6, 12), (6, -3), (10, 5), (10, 30)])
def test_tshark_reads_a_cut_file_up_to_there(whole: bytes, tmp_path: Path, kind: int, into: int) -> None:
    data = whole
    at, last = 0, 0
    for block in blocks(data):
        if block.kind == kind:
            last = at
        at += 12 + len(block.body)
    end = last + (into if into > 0 else int.from_bytes(data[last + 4 : last + 8], "little") + into)
    cut = tmp_path / "cut.pcapng"
    cut.write_bytes(data[:end])
    run = subprocess.run(
        ["tshark", "-r", str(cut), "-T", "fields", "-e", "frame.number"], capture_output=True, text=True, check=False
    )
    assert run.returncode in (0, 2)  # 2: "cut short in the middle of a packet"; a crash would be negative
    assert len(run.stdout.split()) == len(packets(data[:end]))


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs a device that is always full")
@pytest.mark.parametrize("buffering", [0, -1])
def test_a_full_disk_ends_the_capture_and_not_the_lab(buffering: int) -> None:
    file = open("/dev/full", "wb", buffering=buffering)  # noqa: SIM115 - closing it fails too
    writer = PcapngWriter(file, lambda: NOON)
    writer.opened(PHONE, True)
    writer.octets(PHONE, True, True, b"x")
    writer.comment(PHONE, "y")
    writer.keylog(b"z")
    assert writer.error is not None
    with pytest.raises(OSError) as told:
        writer.close()
    assert told.value.errno == errno.ENOSPC
    try:
        file.close()
    except OSError:
        pass


def test_after_the_end_nothing_is_written(memory: Memory) -> None:
    memory.writer.opened(PHONE, True)
    memory.writer.close()
    data = memory.data
    memory.writer.octets(PHONE, True, True, b"x")
    memory.writer.opened(PHONE, True)
    memory.writer.keylog(b"x")
    memory.writer.closed(PHONE, True)
    assert memory.data == data
