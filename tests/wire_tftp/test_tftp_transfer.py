"""Both ends of a TFTP transfer without a socket: lost, repeated and forged packets, and the limits."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wire.tftp import TftpErrorCode, TftpMode, TransferOptions, TransferOutcome, numbers, receiver, sender
from wire.tftp.numbers import TftpOpcode
from wire.tftp.options import NO_OPTIONS, accepted_untrusted
from wire.tftp.packet import (
    AckPacket,
    DataPacket,
    ErrorPacket,
    OptionAck,
    TftpPacket,
    TransferRequest,
    pull_tftp_untrusted,
    push_tftp,
)
from wire.tftp.receiver import RECEIVER_TIMEOUT, TftpReceiver
from wire.tftp.sender import SENDER_TIMEOUT, TftpSender
from wire.tftp.transfer import TRANSMISSIONS, Transfer, TransferInput, TransferState

FILE = bytes(range(256)) * 5
"""Three blocks of 512 octets: the last one has 256."""


def asking(asked: TransferOptions = NO_OPTIONS, max_octets: int = 10**6) -> TftpReceiver:
    return TftpReceiver("a.tlv", TftpMode.OCTET, asked, max_octets)


class Channel:
    """Carries datagrams between both ends, in time that jumps to the next timer; `loses` says which number gets lost."""

    def __init__(self, data: bytes, client: TftpReceiver, loses: Callable[[int], bool], copies: int = 1) -> None:
        self.now = 0.0
        self.sent: list[tuple[float, TftpPacket]] = []
        self.client, self.server = client, None
        self._data, self._loses, self._copies = data, loses, copies
        self._queue: list[tuple[bool, bytes]] = []

    def run(self) -> None:
        self._send(self.client, self.client.begin(self.now))
        while self.client.outcome is None or (self.server is not None and self.server.outcome is None):
            if self._queue:
                self._deliver(*self._queue.pop(0))
                continue
            waiting = [end for end in (self.client, self.server) if end is not None and end.outcome is None]
            end = min(waiting, key=lambda each: each.retransmit_at)
            self.now = end.retransmit_at
            self._send(end, end.expire(self.now))

    def _send(self, end: Transfer | None, datagram: bytes | None) -> None:
        if datagram is not None:
            self.sent.append((self.now, pull_tftp_untrusted(datagram)))
            if not self._loses(len(self.sent) - 1):
                self._queue += [(end is self.client, datagram)] * self._copies

    def _deliver(self, to_server: bool, datagram: bytes) -> None:
        if to_server and self.server is None:
            request = pull_tftp_untrusted(datagram)
            assert isinstance(request, TransferRequest)
            self.server = TftpSender(self._data, accepted_untrusted(request.options, len(self._data)))
            self._send(self.server, self.server.begin(self.now))
        else:
            end = self.server if to_server else self.client
            if end is None or (to_server and isinstance(pull_tftp_untrusted(datagram), TransferRequest)):
                return
            self._send(end, end.receive_untrusted(datagram, self.now))


def carried(
    data: bytes = FILE,
    asked: TransferOptions = NO_OPTIONS,
    loses: Callable[[int], bool] = lambda number: False,
    copies: int = 1,
) -> Channel:
    channel = Channel(data, asking(asked), loses, copies)
    channel.run()
    return channel


@pytest.mark.parametrize("size", [0, 1, 511, 512, 513, 1024])
@pytest.mark.parametrize("asked", [TransferOptions(), TransferOptions(256, 1, 0)])
def test_a_file_of_every_size_gets_there_and_takes_no_time(size: int, asked: TransferOptions) -> None:
    channel = carried(bytes(size), asked)
    assert (channel.client.outcome, channel.client.data) == (TransferOutcome.COMPLETED, bytes(size))
    assert channel.server is not None
    assert (channel.server.outcome, channel.server.octets) == (TransferOutcome.COMPLETED, size)
    assert channel.client.options == channel.server.options
    assert channel.client.options.transfer_size == (size if asked.pairs() else None)
    assert channel.now == 0
    blocks = size // asked.octets_per_block + 1
    assert len(channel.sent) == 1 + 2 * blocks + (2 if asked.pairs() else 0)


@pytest.mark.parametrize("asked", [TransferOptions(), TransferOptions(512, 1)])
@pytest.mark.parametrize("lost", range(8))
def test_any_one_packet_that_is_lost_is_made_up_for_after_one_timeout(asked: TransferOptions, lost: int) -> None:
    whole = carried(asked=asked)
    channel = carried(asked=asked, loses=lambda number: number == lost)
    assert channel.client.data == FILE
    assert channel.server is not None
    if lost == 6 and not asked.pairs():  # the last ACK, which nothing answers: the client has its file and is gone
        assert channel.server.outcome is TransferOutcome.TIMED_OUT
    elif lost < len(whole.sent) - 1:
        assert channel.server.outcome is TransferOutcome.COMPLETED
        if asked.timeout is None:
            assert channel.now == (SENDER_TIMEOUT if lost else RECEIVER_TIMEOUT)
        else:
            assert channel.now == asked.timeout


def test_packets_that_come_twice_are_no_reason_to_send_more_of_the_next_ones() -> None:
    once, twice = carried(), carried(copies=2)
    assert twice.client.data == FILE
    data = [packet for _, packet in twice.sent if isinstance(packet, DataPacket)]
    assert len(data) == len([packet for _, packet in once.sent if isinstance(packet, DataPacket)])


@given(st.sets(st.integers(0, 30), max_size=12), st.integers(1, 3))
def test_whatever_is_lost_both_ends_come_to_an_end_and_a_whole_file_is_the_right_one(
    lost: set[int], copies: int
) -> None:
    channel = carried(loses=lost.__contains__, copies=copies)
    assert channel.client.outcome in (TransferOutcome.COMPLETED, TransferOutcome.TIMED_OUT)
    if channel.client.outcome is TransferOutcome.COMPLETED:
        assert channel.client.data == FILE


@pytest.mark.parametrize("lost", [-1, 7, 8, 9, 10])
def test_block_numbers_go_on_at_zero(monkeypatch: pytest.MonkeyPatch, lost: int) -> None:
    assert numbers.BLOCK_NUMBERS == 65536
    for end in (sender, receiver):
        monkeypatch.setattr(end, "BLOCK_NUMBERS", 4)
    data = bytes(range(75))
    channel = carried(data, TransferOptions(8), lambda number: number == lost)
    assert channel.client.data == data
    assert {packet.block for _, packet in channel.sent if isinstance(packet, DataPacket)} == {0, 1, 2, 3}


def test_every_row_of_both_tables_is_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    taken: dict[type[Transfer], set[tuple[TransferState, TransferInput]]] = {TftpSender: set(), TftpReceiver: set()}
    apply = Transfer._apply

    def noted(self: Transfer, what: TransferInput, now: float) -> bytes | None:
        taken[type(self)].add((self.state, what))
        return apply(self, what, now)

    monkeypatch.setattr(Transfer, "_apply", noted)
    for size in (0, len(FILE)):
        for asked in (NO_OPTIONS, TransferOptions(512, 1)):
            for lost in range(8):
                carried(bytes(size), asked, lambda number, lost=lost: number == lost)  # type: ignore[misc]
            carried(bytes(size), asked, copies=2)
    for end, rows in taken.items():
        assert set(end.TRANSITIONS) <= rows


def test_a_peer_that_is_silent_is_given_up_after_five_transmissions() -> None:
    channel = carried(loses=lambda number: True)
    assert channel.client.outcome is TransferOutcome.TIMED_OUT
    assert [at for at, _ in channel.sent] == [RECEIVER_TIMEOUT * number for number in range(TRANSMISSIONS)]
    assert channel.now == RECEIVER_TIMEOUT * TRANSMISSIONS


def test_repetitions_of_the_peer_do_not_put_the_timer_off() -> None:
    client = asking()
    client.begin(0)
    block = push_tftp(DataPacket(1, bytes(512)))
    assert client.receive_untrusted(block, 1) == push_tftp(AckPacket(1))
    due = client.retransmit_at
    assert client.receive_untrusted(block, 2) == push_tftp(AckPacket(1))
    assert client.retransmit_at == due
    server = TftpSender(FILE, NO_OPTIONS)
    server.begin(0)
    assert server.receive_untrusted(push_tftp(AckPacket(0)), 1) is None
    assert server.retransmit_at == SENDER_TIMEOUT


@pytest.mark.parametrize(
    ("packet", "code"),
    [
        (push_tftp(DataPacket(1, bytes(513))), TftpErrorCode.ILLEGAL_OPERATION),
        (push_tftp(AckPacket(1)), TftpErrorCode.ILLEGAL_OPERATION),
        (push_tftp(TransferRequest(TftpOpcode.WRQ, "x", "octet")), TftpErrorCode.ILLEGAL_OPERATION),
        (b"\0\x09", TftpErrorCode.ILLEGAL_OPERATION),
        (push_tftp(OptionAck((("blksize", "1024"),))), TftpErrorCode.OPTION_REFUSED),
        (push_tftp(OptionAck((("windowsize", "1"),))), TftpErrorCode.OPTION_REFUSED),
        (push_tftp(OptionAck((("tsize", "1001"),))), TftpErrorCode.DISK_FULL),
    ],
)
def test_a_client_tells_the_server_what_it_does_not_take(packet: bytes, code: TftpErrorCode) -> None:
    client = asking(TransferOptions(512, transfer_size=0), max_octets=1000)
    client.begin(0)
    told = client.receive_untrusted(packet, 0)
    assert told is not None
    assert pull_tftp_untrusted(told) == client.error
    assert (client.outcome, client.error.code) == (TransferOutcome.ENDED_HERE, code)
    assert client.receive_untrusted(packet, 0) is None


def test_a_file_beyond_the_limit_ends_where_it_passes_it() -> None:
    channel = Channel(bytes(1001), asking(max_octets=1000), lambda number: False)
    channel.run()
    assert (channel.client.outcome, channel.client.error.code) == (
        TransferOutcome.ENDED_HERE,
        TftpErrorCode.DISK_FULL,
    )
    assert channel.server is not None
    assert (channel.server.outcome, channel.server.error.code) == (TransferOutcome.REFUSED, TftpErrorCode.DISK_FULL)
    whole = Channel(bytes(1000), asking(max_octets=1000), lambda number: False)
    whole.run()
    assert whole.client.outcome is TransferOutcome.COMPLETED


def test_an_oack_that_was_not_asked_for_and_data_to_a_sender_are_faults() -> None:
    client, server = asking(), TftpSender(FILE, NO_OPTIONS)
    client.begin(0)
    server.begin(0)
    client.receive_untrusted(push_tftp(OptionAck(())), 0)
    server.receive_untrusted(push_tftp(DataPacket(1, b"")), 0)
    assert client.outcome is server.outcome is TransferOutcome.ENDED_HERE


def test_an_error_of_the_peer_ends_the_transfer_without_an_answer() -> None:
    for end in (asking(), TftpSender(FILE, TransferOptions())):
        end.begin(0)
        assert end.receive_untrusted(push_tftp(ErrorPacket(1, "File not found")), 0) is None
        assert (end.outcome, end.error) == (TransferOutcome.REFUSED, ErrorPacket(1, "File not found"))


@given(st.lists(st.binary(max_size=20), max_size=8))
def test_no_datagram_makes_an_end_raise(datagrams: list[bytes]) -> None:
    for end in (asking(TransferOptions(8, 1, 0)), TftpSender(FILE, TransferOptions(8))):
        end.begin(0)
        for datagram in datagrams:
            answer = end.receive_untrusted(datagram, 0)
            assert answer is None or pull_tftp_untrusted(answer)
