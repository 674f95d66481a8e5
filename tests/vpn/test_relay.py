"""The relay's frames and its multiplexer, sans-io: nothing lost, nothing unbounded, one error for what breaks the rules."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wire.errors import ProtocolError
from wire.relay import (
    MAGIC,
    MOST_STREAMS,
    WINDOW,
    DataCame,
    EofCame,
    Frame,
    FrameKind,
    OpenAsked,
    Opened,
    RelayEndpoint,
    ResetCame,
    ResetReason,
    WindowGrew,
    frames,
    is_relay_frame,
    pull_frame_untrusted,
    push_frame,
)

words = st.text(st.characters(min_codepoint=33, max_codepoint=126), min_size=1, max_size=253)
streams = st.integers(0, 2**32 - 1)
all_frames = st.one_of(
    st.builds(lambda s, t, n: Frame(FrameKind.OPEN, s, text=t, number=n), streams, words, st.integers(1, 65535)),
    st.builds(lambda s, t: Frame(FrameKind.OPENED, s, text=t), streams, words),
    st.builds(lambda s, d: Frame(FrameKind.DATA, s, data=d), streams, st.binary(min_size=1, max_size=200)),
    st.builds(lambda s: Frame(FrameKind.EOF, s), streams),
    st.builds(lambda s, n: Frame(FrameKind.RESET, s, number=n), streams, st.integers(0, 255)),
    st.builds(lambda s, n: Frame(FrameKind.WINDOW, s, number=n), streams, streams),
)
NAME = "127.10.1.9:20001>127.10.1.3:2443"


@given(all_frames)
def test_a_frame_comes_back_as_it_went_and_is_no_ip_packet(frame: Frame) -> None:
    octets = push_frame(frame)
    assert pull_frame_untrusted(octets) == frame
    assert octets[0] >> 4 not in (4, 6)
    assert is_relay_frame(octets)


@given(st.binary(max_size=64) | st.binary(max_size=64).map(lambda rest: bytes((MAGIC,)) + rest))
def test_a_strangers_octets_are_a_frame_or_a_protocol_error(octets: bytes) -> None:
    try:
        frame = pull_frame_untrusted(octets)
    except ProtocolError:
        return
    assert push_frame(frame) == octets


def test_the_kinds_are_those_that_the_module_describes() -> None:
    table = re.findall(r"^\| (\d) ([A-Z]+) \|", frames.__doc__ or "", re.M)
    assert table == [(str(int(kind)), kind.name) for kind in FrameKind]


class Two:
    """A client and a gateway; what one wants sent reaches the other at once."""

    def __init__(self) -> None:
        self.client, self.gateway = RelayEndpoint(client=True), RelayEndpoint(client=False)

    def to_gateway(self) -> list[object]:
        return [self.gateway.receive_untrusted(frame) for frame in self.client.frames_to_send()]

    def to_client(self) -> list[object]:
        return [self.client.receive_untrusted(frame) for frame in self.gateway.frames_to_send()]

    def open(self) -> int:
        stream = self.client.open("127.10.1.3", 2443)
        assert self.to_gateway() == [OpenAsked(stream, "127.10.1.3", 2443)]
        self.gateway.accept(stream, NAME)
        assert self.to_client() == [Opened(stream, NAME)]
        return stream


def test_a_stream_is_opened_used_and_closed_and_then_forgotten() -> None:
    two = Two()
    stream = two.open()
    assert two.client.send(stream, b"hello") == 5
    two.client.send_eof(stream)
    assert two.to_gateway() == [DataCame(stream, b"hello"), EofCame(stream)]
    assert two.gateway.send(stream, b"bye") == 3
    two.gateway.send_eof(stream)
    assert two.to_client() == [DataCame(stream, b"bye"), EofCame(stream)]
    assert two.client.open_streams == two.gateway.open_streams == 0
    assert two.open() == stream + 1


def test_no_frame_is_larger_than_the_tunnels_mtu() -> None:
    relay = RelayEndpoint(client=False, largest_frame=256)
    relay.receive_untrusted(push_frame(Frame(FrameKind.OPEN, 1, text="h", number=1)))
    relay.accept(1, NAME)
    relay.send(1, bytes(5000))
    sent = relay.frames_to_send()
    assert max(map(len, sent)) == 256
    assert sum(len(frame) - 6 for frame in sent[1:]) == 5000


def test_the_window_stops_a_sender_until_half_of_it_was_taken() -> None:
    two = Two()
    stream = two.open()
    assert two.client.send(stream, bytes(2 * WINDOW)) == WINDOW
    assert two.client.sendable(stream) == two.client.send(stream, b"x") == 0
    two.to_gateway()
    two.gateway.consumed(stream, WINDOW // 2 - 1)
    assert two.to_client() == []
    two.gateway.consumed(stream, 1)
    assert two.to_client() == [WindowGrew(stream)]
    assert two.client.sendable(stream) == WINDOW // 2


def test_what_crosses_with_a_reset_is_no_error() -> None:
    two = Two()
    stream = two.open()
    two.client.send(stream, b"on its way")
    two.gateway.reset(stream, ResetReason.ABORTED)
    assert two.to_gateway() == [None]
    assert two.to_client() == [ResetCame(stream, ResetReason.ABORTED)]
    two.client.reset(stream)
    assert two.client.send(stream, b"x") == 0
    assert two.client.frames_to_send() == []


def test_one_stream_more_than_allowed_is_refused_and_the_rest_live() -> None:
    gateway = RelayEndpoint(client=False)
    for stream in range(1, MOST_STREAMS + 2):
        asked = gateway.receive_untrusted(push_frame(Frame(FrameKind.OPEN, stream, text="h", number=1)))
        assert (asked is None) == (stream > MOST_STREAMS)
    assert gateway.open_streams == MOST_STREAMS
    assert gateway.frames_to_send() == [
        push_frame(Frame(FrameKind.RESET, MOST_STREAMS + 1, number=ResetReason.TOO_MANY))
    ]
    client = RelayEndpoint(client=True)
    for _ in range(MOST_STREAMS):
        client.open("h", 1)
    with pytest.raises(ValueError, match="at a time"):
        client.open("h", 1)


def opened_gateway() -> RelayEndpoint:
    two = Two()
    two.open()
    return two.gateway


BROKEN_RULES = {
    "never-opened": Frame(FrameKind.DATA, 9, data=b"x"),
    "opened-again": Frame(FrameKind.OPEN, 1, text="h", number=1),
    "gateway-is-told-opened": Frame(FrameKind.OPENED, 1, text="h"),
    "credit-for-nothing": Frame(FrameKind.WINDOW, 1, number=1),
    "no-credit": Frame(FrameKind.WINDOW, 1, number=0),
    "more-than-the-window": Frame(FrameKind.DATA, 1, data=bytes(WINDOW + 1)),
}


@pytest.mark.parametrize("frame", BROKEN_RULES.values(), ids=BROKEN_RULES)
def test_a_peer_that_breaks_the_rules_is_a_protocol_error(frame: Frame) -> None:
    with pytest.raises(ProtocolError):
        opened_gateway().receive_untrusted(push_frame(frame))


def test_a_window_that_nobody_gave_back_is_not_sent_twice() -> None:
    gateway = opened_gateway()
    half = push_frame(Frame(FrameKind.DATA, 1, data=bytes(WINDOW // 2)))
    gateway.receive_untrusted(half)
    gateway.receive_untrusted(half)
    with pytest.raises(ProtocolError):
        gateway.receive_untrusted(push_frame(Frame(FrameKind.DATA, 1, data=b"x")))
    gateway.consumed(1, WINDOW // 2)
    assert gateway.receive_untrusted(half) is not None


def test_a_stream_that_goes_on_after_its_end_is_a_protocol_error() -> None:
    for kind, data in ((FrameKind.EOF, b""), (FrameKind.DATA, b"x")):
        gateway = opened_gateway()
        gateway.receive_untrusted(push_frame(Frame(FrameKind.EOF, 1)))
        with pytest.raises(ProtocolError):
            gateway.receive_untrusted(push_frame(Frame(kind, 1, data=data)))


def test_a_gateway_opens_no_streams_and_a_client_takes_none() -> None:
    with pytest.raises(ValueError, match="client"):
        RelayEndpoint(client=False).open("h", 1)
    with pytest.raises(ProtocolError):
        RelayEndpoint(client=True).receive_untrusted(push_frame(Frame(FrameKind.OPEN, 1, text="h", number=1)))
    with pytest.raises(ValueError, match="128"):
        RelayEndpoint(client=True, largest_frame=100)


@given(st.lists(all_frames, max_size=30), st.booleans())
def test_whatever_frames_come_memory_is_bounded(came: list[Frame], client: bool) -> None:
    relay = RelayEndpoint(client=client)
    for frame in came:
        try:
            event = relay.receive_untrusted(push_frame(frame))
        except ProtocolError:
            continue
        if isinstance(event, OpenAsked):
            relay.accept(event.stream, NAME)
    assert relay.open_streams <= MOST_STREAMS


@given(st.lists(st.tuples(st.sampled_from(["send", "take", "give"]), st.integers(1, 70_000)), max_size=30))
def test_octets_arrive_whole_whatever_the_pace(steps: list[tuple[str, int]]) -> None:
    two = Two()
    stream = two.open()
    sent = came = held = 0
    for step, octets in [*steps, ("take", 1), ("give", 1)]:
        if step == "send":
            sent += two.client.send(stream, bytes(octets))
        elif step == "take":
            arrived = sum(len(event.data) for event in two.to_gateway() if isinstance(event, DataCame))
            came, held = came + arrived, held + arrived
        else:
            two.gateway.consumed(stream, held)
            held = 0
            two.to_client()
        assert held <= WINDOW
    assert came == sent


def test_the_framing_is_described_in_the_documents_too() -> None:
    document = (Path(__file__).resolve().parents[2] / "docs" / "vpn-gateway.md").read_text(encoding="utf-8")
    for kind in FrameKind:
        assert f"| {int(kind)} {kind.name} |" in document
