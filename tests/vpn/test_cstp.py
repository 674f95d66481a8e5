"""CSTP packets: every packet comes back as it went, however it is cut; what is none is refused with one error."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wire.cstp import (
    HEADER,
    MAX_PAYLOAD,
    CstpDecoder,
    DisconnectReason,
    Packet,
    PacketType,
    pull_disconnect_untrusted,
    push_disconnect,
    push_packet,
)
from wire.errors import ProtocolError

packets = st.builds(Packet, st.sampled_from(PacketType), st.binary(max_size=300))


def decoded(decoder: CstpDecoder) -> list[Packet]:
    found = []
    while (packet := decoder.next_untrusted()) is not None:
        found.append(packet)
    return found


@given(st.lists(packets, max_size=8), st.integers(1, 50))
def test_packets_come_back_as_they_went_however_they_are_cut(sent: list[Packet], size: int) -> None:
    octets = b"".join(map(push_packet, sent))
    decoder, found = CstpDecoder(), []
    for start in range(0, len(octets), size):
        decoder.feed(octets[start : start + size])
        found += decoded(decoder)
    assert found == sent


@given(st.binary(max_size=200))
def test_a_strangers_octets_give_packets_or_a_protocol_error(octets: bytes) -> None:
    decoder = CstpDecoder()
    decoder.feed(octets)
    try:
        found = decoded(decoder)
    except ProtocolError:
        return
    whole = b"".join(map(push_packet, found))
    assert len(whole) <= len(octets)


def test_the_octets_are_those_of_the_draft() -> None:
    assert push_packet(Packet(PacketType.DISCONNECT)).hex() == "5354460100000500"
    assert push_packet(Packet(PacketType.DPD_REQUEST, b"hello")).hex() == "5354460100050300" + b"hello".hex()
    assert push_packet(push_disconnect(DisconnectReason.USER_LEFT, "Aborted by caller"))[8:] == b"\xb0Aborted by caller"


@pytest.mark.parametrize(
    "octets",
    [b"G", b"STF\x02", b"STF\x01\x40\x00\x00\x00", b"STF\x01\x00\x00\x01\x00", b"STF\x01\x00\x00\xff\x00"],
    ids=["not-stf", "version", "oversized", "unknown-type-1", "unknown-type-255"],
)
def test_what_is_no_packet_is_refused_before_its_payload_is_waited_for(octets: bytes) -> None:
    decoder = CstpDecoder()
    decoder.feed(octets)
    with pytest.raises(ProtocolError):
        decoder.next_untrusted()


def test_the_largest_payload_is_taken_and_one_octet_more_is_not() -> None:
    decoder = CstpDecoder()
    decoder.feed(push_packet(Packet(PacketType.DATA, bytes(MAX_PAYLOAD))))
    assert decoder.next_untrusted() == Packet(PacketType.DATA, bytes(MAX_PAYLOAD))
    assert MAX_PAYLOAD + HEADER == 16 * 1024
    with pytest.raises(ValueError, match="at most"):
        push_packet(Packet(PacketType.DATA, bytes(MAX_PAYLOAD + 1)))
    with pytest.raises(ValueError, match="letters"):
        push_disconnect(0, "x" * 257)


@given(st.binary(max_size=400))
def test_a_farewells_text_is_short_and_printable_whatever_came(payload: bytes) -> None:
    reason, text = pull_disconnect_untrusted(payload)
    assert 0 <= reason <= 255
    assert len(text) <= 256
    assert all(letter.isprintable() for letter in text)


@given(st.integers(0, 255), st.text(st.characters(min_codepoint=32, max_codepoint=126), max_size=200), st.booleans())
def test_a_farewell_says_the_same_from_either_side(reason: int, text: str, from_gateway: bool) -> None:
    packet = push_disconnect(reason, text, from_gateway=from_gateway)
    assert pull_disconnect_untrusted(packet.payload) == (reason, text)
