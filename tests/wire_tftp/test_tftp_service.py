"""The TFTP server and client on sockets: refusals, foreign transfer identifiers, limits, faults and repeated requests."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import pytest
import trio
import trio.lowlevel
import trio.testing

from lab.testing import KeptEvents
from tests.wire_tftp.addresses import CLIENT, PORT, SERVER
from wire.faults import ConnectionFailed
from wire.tftp import (
    TftpClient,
    TftpErrorCode,
    TftpMode,
    TftpRead,
    TftpServer,
    TransferOptions,
    TransferOutcome,
)
from wire.tftp.numbers import TftpOpcode
from wire.tftp.packet import (
    AckPacket,
    DataPacket,
    ErrorPacket,
    TftpPacket,
    TransferRequest,
    pull_tftp_untrusted,
    push_tftp,
)
from wire.udp import Endpoint, UdpSocket

FILES = {"ITLFile.tlv": bytes(range(256)) * 5, "dialplan.xml": b"<DIALTEMPLATE>\r\n</DIALTEMPLATE>\n", "empty": b""}


class Served(KeptEvents):
    """A running server, and what became of each request."""

    def __init__(self, **how: Any) -> None:
        super().__init__()
        self.reads: list[TftpRead] = []
        self.server = TftpServer(
            SERVER, PORT, how.pop("file_of", self.file_of), self.emitter("tftp"), ended=self.reads.append, **how
        )

    def file_of(self, name: str, client: Endpoint) -> bytes | None:
        return FILES.get(name)


@asynccontextmanager
async def served(**how: Any) -> AsyncIterator[Served]:
    server = Served(**how)
    async with trio.open_nursery() as nursery:
        nursery.start_soon(server.server.serve)
        yield server
        nursery.cancel_scope.cancel()


class Peer:
    """A client that sends what it is told to."""

    def __init__(self, address: str = CLIENT) -> None:
        self.socket = UdpSocket(address)

    def send(self, packet: TftpPacket | bytes, to: Endpoint = (SERVER, PORT)) -> None:
        self.socket.send_now(packet if isinstance(packet, bytes) else push_tftp(packet), to)

    async def receive(self) -> tuple[TftpPacket, Endpoint]:
        data, sender = await self.socket.receive()
        return pull_tftp_untrusted(data), sender


@asynccontextmanager
async def peer() -> AsyncIterator[Peer]:
    made = Peer()
    try:
        yield made
    finally:
        made.socket.close()


READ = TransferRequest(TftpOpcode.RRQ, "ITLFile.tlv", "octet")


@pytest.mark.trio
@pytest.mark.parametrize("name", FILES)
@pytest.mark.parametrize("mode", TftpMode)
@pytest.mark.parametrize("options", [TransferOptions(), TransferOptions(1428, 2, 0)])
async def test_a_file_is_fetched(
    autojump_clock: trio.testing.MockClock, name: str, mode: TftpMode, options: TransferOptions
) -> None:
    async with served() as server:
        fetched = await TftpClient(CLIENT).fetch(name, SERVER, PORT, max_octets=2048, mode=mode, options=options)
        await trio.testing.wait_all_tasks_blocked()
    assert (fetched.outcome, fetched.data) == (TransferOutcome.COMPLETED, FILES[name])
    assert trio.current_time() == 0
    (read,) = server.reads
    assert (read.outcome, read.file, read.error) == (TransferOutcome.COMPLETED, name, None)
    assert read.connection == fetched.connection == f"{CLIENT}:20000>{SERVER}:{PORT}"
    assert read.options == fetched.options
    assert read.octets == (read.options.transfer_size if options.pairs() else read.octets)


@pytest.mark.trio
async def test_a_file_that_there_is_not_is_error_1(autojump_clock: trio.testing.MockClock) -> None:
    async with served() as server:
        fetched = await TftpClient(CLIENT).fetch("CTLFile.tlv", SERVER, PORT, max_octets=2048)
    assert (fetched.outcome, fetched.data) == (TransferOutcome.REFUSED, b"")
    assert fetched.error == ErrorPacket(TftpErrorCode.FILE_NOT_FOUND, "File not found")
    assert [(read.outcome, read.error) for read in server.reads] == [(TransferOutcome.ENDED_HERE, fetched.error)]


@pytest.mark.trio
async def test_a_server_that_is_not_there_is_given_up(autojump_clock: trio.testing.MockClock) -> None:
    fetched = await TftpClient(CLIENT).fetch("x", SERVER, PORT, max_octets=2048)
    assert (fetched.outcome, fetched.retransmissions, trio.current_time()) == (TransferOutcome.TIMED_OUT, 4, 20)
    fetched = await TftpClient(CLIENT).fetch("x", SERVER, PORT, max_octets=2048, timeout=3)
    assert (fetched.outcome, trio.current_time()) == (TransferOutcome.TIMED_OUT, 23)


@pytest.mark.trio
@pytest.mark.parametrize(
    ("packet", "code"),
    [
        (TransferRequest(TftpOpcode.WRQ, "ITLFile.tlv", "octet"), TftpErrorCode.ACCESS_VIOLATION),
        (TransferRequest(TftpOpcode.RRQ, "ITLFile.tlv", "mail"), TftpErrorCode.ILLEGAL_OPERATION),
        (TransferRequest(TftpOpcode.RRQ, "../etc/pass\xff", "octet"), TftpErrorCode.FILE_NOT_FOUND),
        (AckPacket(1), TftpErrorCode.ILLEGAL_OPERATION),
        (b"", TftpErrorCode.ILLEGAL_OPERATION),
        (b"\0\1x", TftpErrorCode.ILLEGAL_OPERATION),
    ],
)
async def test_what_is_no_read_request_is_refused_and_the_server_goes_on(
    autojump_clock: trio.testing.MockClock, packet: TftpPacket | bytes, code: TftpErrorCode
) -> None:
    async with served(), peer() as client:
        client.send(packet)
        answer, sender = await client.receive()
        assert isinstance(answer, ErrorPacket)
        assert (answer.code, sender) == (code, (SERVER, PORT))
        assert (await TftpClient(CLIENT).fetch("empty", SERVER, PORT, max_octets=1)).data == b""


@pytest.mark.trio
async def test_an_error_is_not_answered(autojump_clock: trio.testing.MockClock) -> None:
    async with served(), peer() as client:
        client.send(ErrorPacket(0, ""))
        with trio.move_on_after(100) as waited:
            await client.receive()
        assert waited.cancelled_caught


@pytest.mark.trio
async def test_a_foreign_transfer_identifier_is_error_5_and_the_transfer_goes_on(
    autojump_clock: trio.testing.MockClock,
) -> None:
    async with served() as server, peer() as client, peer() as intruder:
        client.send(READ)
        _, transfer = await client.receive()
        assert transfer == (SERVER, 20000)
        for forged in (ErrorPacket(0, "stop"), AckPacket(1), b"garbage"):
            intruder.send(forged, transfer)
        for _ in range(2):  # the ERROR is not answered
            answer, _ = await intruder.receive()
            assert isinstance(answer, ErrorPacket)
            assert answer.code == TftpErrorCode.UNKNOWN_TRANSFER_ID
        for block in (1, 2, 3):
            client.send(AckPacket(block), transfer)
        await trio.lowlevel.checkpoint()
        await trio.testing.wait_all_tasks_blocked()
        assert [read.outcome for read in server.reads] == [TransferOutcome.COMPLETED]


@pytest.mark.trio
async def test_a_client_keeps_to_the_first_transfer_identifier(autojump_clock: trio.testing.MockClock) -> None:
    async def answer() -> None:
        data, client = await asked.receive()
        assert pull_tftp_untrusted(data) == READ
        first.send(DataPacket(1, bytes(512)), client)
        assert (await first.receive())[0] == AckPacket(1)
        second.send(DataPacket(1, b"forged"), client)
        elsewhere.send(ErrorPacket(0, "forged"), client)
        assert (await second.receive())[0] == ErrorPacket(TftpErrorCode.UNKNOWN_TRANSFER_ID, "Unknown transfer ID")
        first.send(DataPacket(2, b"end"), client)

    asked, first, second, elsewhere = UdpSocket(SERVER, PORT), Peer(SERVER), Peer(SERVER), Peer()
    async with trio.open_nursery() as nursery:
        nursery.start_soon(answer)
        fetched = await TftpClient(CLIENT).fetch("ITLFile.tlv", SERVER, PORT, max_octets=2048)
    assert fetched.data == bytes(512) + b"end"
    for each in (asked, first.socket, second.socket, elsewhere.socket):
        each.close()


@pytest.mark.trio
async def test_a_repeated_request_is_one_transfer_and_another_request_replaces_it(
    autojump_clock: trio.testing.MockClock,
) -> None:
    async with served() as server, peer() as client:
        client.send(READ)
        client.send(READ)
        block, first = await client.receive()
        assert isinstance(block, DataPacket)
        client.send(TransferRequest(TftpOpcode.RRQ, "empty", "octet"))
        block, second = await client.receive()
        assert (block, first[1], second[1]) == (DataPacket(1, b""), 20000, 20001)
        client.send(AckPacket(1), second)
        await trio.testing.wait_all_tasks_blocked()
        assert sorted((read.file, read.outcome) for read in server.reads) == [
            ("ITLFile.tlv", TransferOutcome.REPLACED),
            ("empty", TransferOutcome.COMPLETED),
        ]


@pytest.mark.trio
async def test_a_client_that_vanishes_is_given_up_and_makes_room(autojump_clock: trio.testing.MockClock) -> None:
    async with served(max_transfers=1) as server:
        async with peer() as client:
            client.send(READ)
            await client.receive()
            fetch = TftpClient(CLIENT).fetch
            refused = await fetch("empty", SERVER, PORT, max_octets=1)
            assert refused.error == ErrorPacket(TftpErrorCode.NOT_DEFINED, "Too many transfers")
        await trio.sleep(11)
        assert [read.outcome for read in server.reads] == [TransferOutcome.ENDED_HERE, TransferOutcome.TIMED_OUT]
        assert server.reads[1].retransmissions == 4
        assert (await fetch("empty", SERVER, PORT, max_octets=1)).outcome is TransferOutcome.COMPLETED


@pytest.mark.trio
async def test_a_port_that_is_taken_is_passed_over(autojump_clock: trio.testing.MockClock) -> None:
    taken = [UdpSocket(address, 20000) for address in (SERVER, CLIENT)]
    async with served():
        fetched = await TftpClient(CLIENT).fetch("empty", SERVER, PORT, max_octets=1)
    assert (fetched.outcome, fetched.connection.partition(">")[0]) == (TransferOutcome.COMPLETED, f"{CLIENT}:20001")
    for each in taken:
        each.close()


@pytest.mark.trio
async def test_a_fault_of_the_lab_ends_one_request_only(autojump_clock: trio.testing.MockClock) -> None:
    def file_of(name: str, client: Endpoint) -> bytes | None:
        if name == "fault":
            raise KeyError(name)
        return FILES.get(name)

    async with served(file_of=file_of) as server:
        fetch: Callable[..., Any] = TftpClient(CLIENT).fetch
        assert (await fetch("fault", SERVER, PORT, max_octets=1)).outcome is TransferOutcome.REFUSED
        assert (await fetch("empty", SERVER, PORT, max_octets=1)).outcome is TransferOutcome.COMPLETED
        assert server.one(ConnectionFailed).exception == "KeyError"


@pytest.mark.trio
async def test_closing_the_server_ends_its_transfers_and_frees_the_port(
    autojump_clock: trio.testing.MockClock,
) -> None:
    async with peer() as client:
        async with trio.open_nursery() as nursery:
            server = Served()
            nursery.start_soon(server.server.serve)
            client.send(READ)
            await client.receive()
            server.server.close()
        assert server.reads == []
        async with served():
            assert (await TftpClient(CLIENT).fetch("empty", SERVER, PORT, max_octets=1)).data == b""
