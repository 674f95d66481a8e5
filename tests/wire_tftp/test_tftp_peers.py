"""curl and atftp fetch from our TFTP server, and tshark reads what went over the wire."""

from __future__ import annotations

import subprocess
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

import pytest
import trio
import trio.testing

from lab.testing import KeptEvents
from tests.tshark import tshark
from tests.wire_tftp.addresses import CLIENT, PORT, SERVER
from wire.capture import PcapngWriter
from wire.tftp import TftpClient, TftpRead, TftpServer, TransferOptions, TransferOutcome
from wire.udp import DatagramTap

FILE = bytes(range(256)) * 20
URL = f"tftp://{SERVER}:{PORT}"


async def fetched_by(command: Sequence[str], tap: DatagramTap | None = None) -> tuple[int, TftpRead]:
    """The exit status of a program that reads one file from our server, and what the server says of it."""
    reads: list[TftpRead] = []
    told = trio.Event()

    def ended(read: TftpRead) -> None:
        reads.append(read)
        told.set()

    server = TftpServer(
        SERVER,
        PORT,
        lambda name, client: FILE if name == "ITLFile.tlv" else None,
        KeptEvents().emitter("tftp"),
        ended=ended,
        tap=tap,
    )
    with trio.fail_after(20):
        async with trio.open_nursery() as nursery:
            nursery.start_soon(server.serve)
            run = await trio.run_process(command, check=False, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            await told.wait()
            nursery.cancel_scope.cancel()
    (read,) = reads
    return run.returncode, read


@pytest.mark.peer("curl")
@pytest.mark.parametrize(
    ("choices", "options"),
    [
        ((), TransferOptions(512, 6, len(FILE))),
        (("--tftp-blksize", "1428"), TransferOptions(1428, 6, len(FILE))),
        (("--tftp-blksize", "8"), TransferOptions(8, 6, len(FILE))),
        (("--tftp-no-options",), TransferOptions()),
    ],
)
async def test_curl_fetches_a_file(tmp_path: Path, choices: tuple[str, ...], options: TransferOptions) -> None:
    path = tmp_path / "file"
    status, read = await fetched_by(["curl", "-s", *choices, "-o", str(path), f"{URL}/ITLFile.tlv"])
    assert (status, path.read_bytes()) == (0, FILE)
    assert (read.outcome, read.octets, read.options) == (TransferOutcome.COMPLETED, len(FILE), options)


@pytest.mark.peer("curl")
async def test_curl_is_told_that_there_is_no_such_file(tmp_path: Path) -> None:
    status, read = await fetched_by(["curl", "-s", "-o", str(tmp_path / "file"), f"{URL}/CTLFile.tlv"])
    assert (status, read.outcome) == (68, TransferOutcome.ENDED_HERE)  # CURLE_TFTP_NOTFOUND


@pytest.mark.peer("atftp")
@pytest.mark.parametrize(
    ("choices", "options"),
    [
        ((), TransferOptions()),
        (("--option", "blksize 1428", "--option", "tsize 0"), TransferOptions(1428, None, len(FILE))),
        (("--option", "timeout 3", "--option", "windowsize 4"), TransferOptions(None, 3)),
    ],
)
async def test_atftp_fetches_a_file(tmp_path: Path, choices: tuple[str, ...], options: TransferOptions) -> None:
    path = tmp_path / "file"
    command = ["atftp", "--get", *choices, "-r", "ITLFile.tlv", "-l", str(path), SERVER, str(PORT)]
    status, read = await fetched_by(command)
    assert (status, path.read_bytes()) == (0, FILE)
    assert (read.outcome, read.octets, read.options) == (TransferOutcome.COMPLETED, len(FILE), options)


@pytest.mark.peer("tshark")
async def test_tshark_reads_a_transfer_out_of_our_capture(tmp_path: Path) -> None:
    path = tmp_path / "tftp.pcapng"
    with path.open("wb") as file:
        writer = PcapngWriter(file, lambda: datetime(2026, 3, 1, tzinfo=UTC))
        server = TftpServer(SERVER, PORT, lambda name, client: FILE, KeptEvents().emitter("tftp"), tap=writer)
        async with trio.open_nursery() as nursery:
            nursery.start_soon(server.serve)
            asked = TransferOptions(1428, 3, 0)
            fetched = await TftpClient(CLIENT, tap=writer).fetch(
                "ITLFile.tlv", SERVER, PORT, max_octets=9999, options=asked
            )
            await trio.testing.wait_all_tasks_blocked()
            nursery.cancel_scope.cancel()
        writer.close()
    assert fetched.data == FILE
    wrong = ("_ws.malformed", "tftp.error.code")
    fields = ("udp.checksum.status", *wrong, "tftp.opcode", "tftp.block", "tftp.option.name", "tftp.option.value")
    # On port 69 tshark knows TFTP by itself.
    rows = tshark(path, "-d", f"udp.port=={PORT},tftp", "-o", "udp.check_checksum:TRUE", fields=fields)
    assert [tuple(row.values()) for row in rows] == [
        ("1", "", "", "1", "", "blksize,timeout,tsize", "1428,3,0"),
        ("1", "", "", "6", "", "blksize,timeout,tsize", f"1428,3,{len(FILE)}"),
        ("1", "", "", "4", "0", "", ""),
        *(("1", "", "", opcode, str(block), "", "") for block in range(1, 5) for opcode in ("3", "4")),
    ]
