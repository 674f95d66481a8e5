"""TFTP on virtual time: one transfer gives the same journal each time, and a lost datagram costs exactly one timeout."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
import trio
import trio.testing

from journal import Clock, Event, Journal
from lab.play.virtual_time import virtual_time
from tests.wire_tftp.addresses import CLIENT, PORT, SERVER
from wire.tftp import TftpClient, TftpRead, TftpServer, TransferOptions, TransferOutcome
from wire.tftp.receiver import RECEIVER_TIMEOUT
from wire.tftp.sender import SENDER_TIMEOUT
from wire.udp import Endpoint, UdpSocket

FILE = bytes(range(256)) * 5
STARTS = datetime(2026, 3, 1, tzinfo=UTC)
PACKETS = 7
"""The request, and three blocks with their acknowledgments."""


class FileRead(Event, frozen=True):
    connection_name: str
    outcome: str
    octets: int
    retransmissions: int


class FileFetched(Event, frozen=True):
    connection_name: str
    outcome: str
    octets: int
    retransmissions: int


class DatagramSeen(Event, frozen=True):
    source: Endpoint
    destination: Endpoint
    payload: bytes


class Tap:
    """Puts each datagram into the journal."""

    def __init__(self, journal: Journal) -> None:
        self._emitter = journal.emitter("network")

    def udp(self, source: Endpoint, destination: Endpoint, payload: bytes) -> None:
        self._emitter.emit(DatagramSeen(source, destination, payload))


def played(options: TransferOptions = TransferOptions()) -> list[Event]:  # noqa: B008
    """The journal of one transfer, from the server's start to its stop."""
    kept: list[Event] = []

    async def play() -> None:
        journal = Journal(Clock(STARTS, tick=trio.current_time))
        journal.subscribe(kept.append)
        tap, emitter = Tap(journal), journal.emitter("cluster/tftp")

        def ended(read: TftpRead) -> None:
            emitter.emit(FileRead(read.connection, read.outcome, read.octets, read.retransmissions))

        server = TftpServer(SERVER, PORT, lambda name, client: FILE, emitter, ended=ended, tap=tap)
        async with trio.open_nursery() as nursery:
            nursery.start_soon(server.serve)
            fetched = await TftpClient(CLIENT, tap=tap).fetch(
                "ITLFile.tlv", SERVER, PORT, max_octets=2048, options=options
            )
            journal.emitter("phone").emit(
                FileFetched(fetched.connection, fetched.outcome, len(fetched.data), fetched.retransmissions)
            )
            await trio.sleep(100)
            nursery.cancel_scope.cancel()

    with virtual_time() as clock:
        trio.run(play, clock=clock)
    return kept


def losing(monkeypatch: pytest.MonkeyPatch) -> Callable[[int], None]:
    """Lets every socket lose the datagram with a number, counted from when that is set."""
    send, state = UdpSocket.send_now, {"left": -1}

    def send_or_lose(self: UdpSocket, data: bytes, to: Endpoint) -> bool:
        state["left"] -= 1
        return True if state["left"] == -1 else send(self, data, to)

    monkeypatch.setattr(UdpSocket, "send_now", send_or_lose)
    return lambda number: state.update(left=number)


def end_of(journal: list[Event]) -> tuple[float, FileFetched]:
    (fetched,) = [event for event in journal if isinstance(event, FileFetched)]
    return (fetched.at - STARTS).total_seconds(), fetched


def test_a_transfer_without_loss_takes_no_time() -> None:
    journal = played()
    assert len(journal) == PACKETS + 2
    assert {event.at for event in journal} == {STARTS}


def test_a_transfer_gives_the_same_journal_two_hundred_times_with_and_without_loss(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    lose = losing(monkeypatch)
    journals: dict[int, list[Event]] = {}
    for number in range(200):
        lost = number % (PACKETS + 1)  # the last of these is never sent, so that nothing is lost
        lose(lost)
        journal = played()
        assert journal == journals.setdefault(lost, journal)
    assert len({len(journal) for journal in journals.values()}) > 1


@pytest.mark.parametrize("options", [TransferOptions(), TransferOptions(timeout=7)])
@pytest.mark.parametrize("lost", range(1, PACKETS - 1))
def test_a_lost_datagram_is_sent_again_after_exactly_the_timeout(
    monkeypatch: pytest.MonkeyPatch, lost: int, options: TransferOptions
) -> None:
    losing(monkeypatch)(lost)
    waited, fetched = end_of(played(options))
    assert (fetched.outcome, fetched.octets) == (TransferOutcome.COMPLETED, len(FILE))
    assert waited == (options.timeout or SENDER_TIMEOUT)


def test_a_lost_request_is_sent_again_by_the_client(monkeypatch: pytest.MonkeyPatch) -> None:
    losing(monkeypatch)(0)
    waited, fetched = end_of(played())
    assert (fetched.outcome, fetched.retransmissions, waited) == (TransferOutcome.COMPLETED, 1, RECEIVER_TIMEOUT)


class LateSocket:
    """A kernel that is busy: a datagram gets to its receiver 20 ms after `sendto` has returned."""

    def __init__(self, sock: Any, started: list[threading.Timer]) -> None:
        self._sock = sock
        self._started = started

    def sendto(self, data: bytes, to: Endpoint) -> int:
        timer = threading.Timer(0.02, self._sock.sendto, (data, to))
        self._started.append(timer)
        timer.start()
        return len(data)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._sock, name)


@pytest.mark.trio
@pytest.mark.parametrize("earlier", [0, 1])
async def test_virtual_time_does_not_pass_while_a_datagram_is_on_its_way(
    autojump_clock: trio.testing.MockClock, earlier: int
) -> None:
    """`earlier`: datagrams that are in the socket already, and make it readable."""
    one, other = UdpSocket(SERVER), UdpSocket(CLIENT)
    other_end = (CLIENT, other.port)
    for _ in range(earlier):
        one.send_now(b"earlier", other_end)
    timers: list[threading.Timer] = []
    one._sock = LateSocket(one._sock, timers)  # type: ignore[assignment]
    with trio.fail_after(1):
        one.send_now(b"late", other_end)
        assert [(await other.receive())[0] for _ in range(earlier + 1)][-1] == b"late"
    assert trio.current_time() == 0
    for timer in timers:
        timer.join()
    one.close()
    other.close()


@pytest.mark.trio
async def test_a_datagram_that_no_task_reads_and_one_that_the_kernel_drops_hold_nothing_up(
    autojump_clock: trio.testing.MockClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("wire.udp._RECEIVE_BUFFER", 4096)
    one, other = UdpSocket(SERVER), UdpSocket(CLIENT)
    for _ in range(100):
        one.send_now(bytes(1000), (CLIENT, other.port))
    await trio.sleep(5)  # no task reads
    came = 0
    with trio.move_on_after(5):
        while True:
            await other.receive()
            came += 1
    assert 0 < came < 100
    assert trio.current_time() == 10
    one.close()
    other.close()
