"""EAP-TLS fragments: cut and joined at any size, and bounded whatever a peer sends."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wire.eap import FragmentReassembler, FragmentSender
from wire.eap.fragments import LENGTH_INCLUDED, MORE_FRAGMENTS, SMALLEST_SIZE
from wire.errors import ProtocolError

DATA = st.binary(min_size=1, max_size=5000)


def pieces(sender: FragmentSender) -> list[bytes]:
    cut = [sender.next()]
    while not sender.done:
        cut.append(sender.next())
    return cut


@given(DATA, st.integers(SMALLEST_SIZE, 2000), st.booleans())
def test_a_message_comes_back_as_it_went(data: bytes, size: int, include_length: bool) -> None:
    cut, whole = pieces(FragmentSender(data, size, include_length)), FragmentReassembler()
    assert all(len(piece) + 5 <= size for piece in cut)
    assert [whole.receive_untrusted(piece) for piece in cut] == [None] * (len(cut) - 1) + [data]
    assert not whole.inside_message


@given(DATA, st.integers(SMALLEST_SIZE, 2000))
def test_length_is_on_the_first_of_several_or_on_all(data: bytes, size: int) -> None:
    sparing = [piece[0] & LENGTH_INCLUDED for piece in pieces(FragmentSender(data, size))]
    assert sparing == ([LENGTH_INCLUDED] + [0] * (len(sparing) - 1) if len(sparing) > 1 else [0])
    assert all(piece[0] & LENGTH_INCLUDED for piece in pieces(FragmentSender(data, size, include_length=True)))


def test_a_full_fragment_is_as_long_as_it_may_be() -> None:
    first = FragmentSender(bytes(3000), 1024, include_length=True).next()
    assert len(first) + 5 == 1024
    assert first[:5] == bytes([0xC0]) + (3000).to_bytes(4, "big")


def test_no_fragment_comes_after_the_last() -> None:
    sender = FragmentSender(b"x")
    sender.next()
    assert sender.done
    with pytest.raises(ValueError, match="last"):
        sender.next()


def test_a_size_that_would_take_for_ever_is_refused() -> None:
    with pytest.raises(ValueError, match="too small"):
        FragmentSender(b"x", SMALLEST_SIZE - 1)


def test_fragments_without_any_length_are_joined() -> None:
    whole = FragmentReassembler()
    assert whole.receive_untrusted(b"\x40abc") is None
    assert whole.inside_message
    assert whole.receive_untrusted(b"\x00def") == b"abcdef"


def test_an_empty_packet_is_an_acknowledgement() -> None:
    assert FragmentReassembler().receive_untrusted(b"\x00") == b""
    assert FragmentReassembler().receive_untrusted(b"\x80\0\0\0\0") == b""


@pytest.mark.parametrize(
    "packets",
    [
        [b""],
        [b"\x80\0\0"],
        [b"\xc0\0\x01\0\x01x"],
        [b"\x40"],
        [b"\xc0\0\0\0\x05abc", b"\xc0\0\0\0\x06def"],
        [b"\xc0\0\0\0\x05abc", b"\x00def"],
        [b"\xc0\0\0\0\x09abc", b"\x00def"],
        [b"\x80\0\0\0\x02abc"],
        [b"\x80\xff\xff\xff\xff"],
    ],
    ids=[
        "nothing",
        "length cut",
        "too long is announced",
        "more of nothing",
        "another length",
        "longer than said",
        "shorter than said",
        "single, longer than said",
        "four gibioctets",
    ],
)
def test_fragments_that_do_not_add_up_are_refused(packets: list[bytes]) -> None:
    whole = FragmentReassembler()
    with pytest.raises(ProtocolError):  # noqa: PT012 - whichever packet it is
        for packet in packets:
            whole.receive_untrusted(packet)


def test_fragments_without_end_are_refused_when_they_are_too_many() -> None:
    whole = FragmentReassembler(most=1000)
    for _ in range(10):
        assert whole.receive_untrusted(bytes([MORE_FRAGMENTS]) + bytes(100)) is None
    with pytest.raises(ProtocolError):
        whole.receive_untrusted(bytes([MORE_FRAGMENTS]) + b"x")


@given(st.lists(st.binary(max_size=40), max_size=30))
def test_a_strangers_fragments_never_hold_more_than_is_allowed(packets: list[bytes]) -> None:
    whole = FragmentReassembler(most=100)
    try:
        for packet in packets:
            message = whole.receive_untrusted(packet)
            assert message is None or len(message) <= 100
    except ProtocolError:
        pass
