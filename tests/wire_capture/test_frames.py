"""Frames and blocks have the right lengths, paddings and checksums, whatever is in them."""

from __future__ import annotations

import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.wire_capture.reading import ACK, PSH, RST, blocks, frame_of, options, packet_of, slow_sum
from wire.capture import pcapng
from wire.capture.certificate_flight import certificate_ends
from wire.capture.conversation import CapturedConnection
from wire.capture.frames import (
    Endpoint,
    Flag,
    address_octets,
    checksum,
    mac_of_address,
    mac_of_device,
    tcp_frame,
    udp_frames,
)

PHONE = Endpoint(bytes.fromhex("001a2f000001"), bytes([127, 77, 0, 100]), 40000)
SERVER = Endpoint(bytes.fromhex("02007f4d0001"), bytes([127, 77, 0, 1]), 2443)
NUMBER = st.integers(0, 2**32 - 1)
WRITES = st.lists(st.tuples(st.booleans(), st.integers(1, 5000)), max_size=12)


@given(st.binary(min_size=1, max_size=3000).filter(any))
def test_the_checksum_is_the_one_of_rfc_1071(data: bytes) -> None:
    assert checksum(data) == 0xFFFF - slow_sum(data)


@given(NUMBER, NUMBER, st.binary(max_size=1460), st.integers(0, 2**20))
def test_a_segment_carries_its_payload_and_right_checksums(
    sequence: int, acknowledgment: int, payload: bytes, identification: int
) -> None:
    frame = tcp_frame(PHONE, SERVER, identification, Flag.ACK | Flag.PSH, sequence, acknowledgment, payload)
    packet = frame_of(frame)  # asserts the checksums
    assert (packet.sequence, packet.acknowledgment, packet.payload) == (sequence, acknowledgment, payload)
    assert (packet.source, packet.target) == ("127.77.0.100:40000", "127.77.0.1:2443")
    assert packet.macs == ("00:1a:2f:00:00:01", "02:00:7f:4d:00:01")
    assert packet.identification == identification % 65536


def test_the_second_reader_would_notice_a_wrong_checksum() -> None:
    frame = bytearray(tcp_frame(PHONE, SERVER, 0, Flag.ACK, 1, 1, b"hello"))
    frame[-1] ^= 1
    with pytest.raises(AssertionError):
        frame_of(bytes(frame))


@given(NUMBER, NUMBER, WRITES)
def test_any_sequence_of_writes_becomes_the_right_segments(
    first: int, second: int, writes: list[tuple[bool, int]]
) -> None:
    conversation = CapturedConnection(PHONE, SERVER, (first, second))
    said = {True: b"", False: b""}
    got = {True: b"", False: b""}
    opening = [frame_of(packet.frame) for packet in conversation.open()]
    assert [packet.flags for packet in opening] == [("SYN",), ("SYN", "ACK"), ("ACK",)]
    following = {True: (first + 1) % 2**32, False: (second + 1) % 2**32}
    assert opening[2].sequence == following[True]
    assert opening[2].acknowledgment == following[False]
    for number, (client, size) in enumerate(writes):
        data = bytes([number]) * size
        said[client] += data
        unacknowledged = 0
        segments = list(conversation.send(client, data))
        for segment in segments:
            packet = frame_of(segment.frame)
            sender = packet.source.endswith(":40000")
            assert sender == segment.from_client
            assert packet.sequence == following[sender]
            assert packet.acknowledgment == following[not sender]
            assert len(packet.payload) == segment.octets <= 1460
            following[sender] = (following[sender] + len(packet.payload)) % 2**32
            got[sender] += packet.payload
            unacknowledged = unacknowledged + 1 if packet.payload else 0
            assert unacknowledged <= 2
        assert unacknowledged == 0
        pushed = [PSH in frame_of(segment.frame).flags for segment in segments if segment.octets]
        assert pushed == [False] * (len(pushed) - 1) + [True]
    assert got == said


def test_a_fin_counts_as_one_octet_and_a_reset_ends_it_all() -> None:
    conversation = CapturedConnection(PHONE, SERVER, (2**32 - 1, 7))
    list(conversation.open())
    fin, answer = (frame_of(packet.frame) for packet in conversation.finish(True))
    assert (fin.sequence, answer.acknowledgment) == (0, 1)
    assert list(conversation.finish(True)) == []
    (reset,) = (frame_of(packet.frame) for packet in conversation.reset(False))
    assert (reset.flags, reset.sequence, reset.acknowledgment) == ((RST, ACK), 8, 1)
    assert not [*conversation.send(True, b"x"), *conversation.finish(False), *conversation.reset(True)]


@given(st.binary(max_size=6000))
def test_a_datagram_is_cut_to_the_mtu_and_its_pieces_make_the_whole(payload: bytes) -> None:
    datagram, more = b"", True
    for frame in udp_frames(PHONE, SERVER, 5, payload):
        assert len(frame) <= 14 + 1500
        assert slow_sum(frame[14:34]) == 0xFFFF
        fragment = int.from_bytes(frame[20:22], "big")
        assert (fragment & 0x1FFF) * 8 == len(datagram)
        assert more
        more = bool(fragment & 0x2000)
        datagram += frame[34:]
    assert not more
    assert datagram[8:] == payload
    assert struct.unpack(">HHH", datagram[:6]) == (40000, 2443, len(datagram))
    pseudo = PHONE.address + SERVER.address + bytes([0, 17]) + len(datagram).to_bytes(2, "big")
    assert slow_sum(pseudo + datagram) == 0xFFFF
    assert datagram[6:8] != bytes(2)


def test_octets_for_an_end_that_has_gone_are_answered_with_a_reset() -> None:
    conversation = CapturedConnection(PHONE, SERVER, (10, 20))
    list(conversation.open())
    list(conversation.finish(False))
    conversation.leave(False)
    data, reset = (frame_of(packet.frame) for packet in conversation.send(True, b"x" * 9))
    assert (len(data.payload), reset.flags, reset.sequence) == (9, (RST,), data.acknowledgment)
    assert list(conversation.send(True, b"more")) == []


def test_a_udp_checksum_of_zero_is_written_as_its_other_zero() -> None:
    (frame,) = udp_frames(PHONE, SERVER, 0, bytes(2))
    (zero,) = udp_frames(PHONE, SERVER, 0, frame[40:42])
    assert zero[40:42] == b"\xff\xff"


def test_a_datagram_that_ip_cannot_carry_is_refused() -> None:
    with pytest.raises(ValueError, match="65507"):
        list(udp_frames(PHONE, SERVER, 0, bytes(65508)))


def test_macs_are_the_phones_own_or_locally_administered() -> None:
    assert mac_of_device("SEP001A2F0000FF") == bytes.fromhex("001a2f0000ff")
    assert [mac_of_device(name) for name in ("SEP001A2F", "new-pub", "SEP001A2F0000FG", "XSEP001A2F0000FF")] == [
        None
    ] * 4
    mac = mac_of_address(address_octets("127.77.0.1"))
    assert mac[0] & 0b11 == 0b10  # locally administered, not a group
    with pytest.raises(ValueError):
        address_octets("cucm-pub")


@given(st.integers(0, 2**63), st.lists(st.text(max_size=50), max_size=3))
def test_a_packet_block_gives_back_what_was_put_in(microseconds: int, comments: list[str]) -> None:
    frame = tcp_frame(PHONE, SERVER, 1, Flag.ACK, 1, 1, b"x" * (microseconds % 7))
    (block,) = blocks(pcapng.enhanced_packet(microseconds, frame, comments))
    packet = packet_of(block)
    assert packet.microseconds == microseconds
    assert len(packet.comments) == len(comments)
    for wanted, found in zip(comments, packet.comments, strict=True):
        assert len(found) == len(wanted)
        assert all(one == other for one, other in zip(wanted, found, strict=True) if one.isprintable() or one == "\n")
        assert "\x1b" not in found


@given(st.text(min_size=1, max_size=20).map(lambda text: text * 5000))
def test_a_comment_is_bounded_and_stays_text(text: str) -> None:
    (block,) = blocks(pcapng.enhanced_packet(0, tcp_frame(PHONE, SERVER, 1, Flag.ACK, 1, 1), [text]))
    ((_, comment),) = options(block.body[20 + 56 :])
    assert len(comment) <= pcapng.MAX_COMMENT_OCTETS
    comment.decode()


@given(st.lists(st.binary(max_size=200), max_size=5), st.text(alphabet="abcÄ", max_size=9))
def test_secrets_and_names_are_framed(lines: list[bytes], name: str) -> None:
    secrets, names = blocks(pcapng.decryption_secrets(lines) + pcapng.name_resolution(bytes([127, 0, 0, 1]), name))
    log = b"".join(line + b"\n" for line in lines)
    assert struct.unpack("<II", secrets.body[:8]) == (0x544C534B, len(log))
    assert secrets.body[8:].rstrip(b"\0") == log.rstrip(b"\0")
    kind, length = struct.unpack("<HH", names.body[:4])
    assert (kind, names.body[4 : 4 + length]) == (1, bytes([127, 0, 0, 1]) + name.encode() + b"\0")
    assert names.body.endswith(bytes(4))


def test_the_file_says_ethernet_microseconds_and_who_wrote_it() -> None:
    section, interface = blocks(pcapng.section_header("hard", "soft") + pcapng.interface_description("lab"))
    assert (section.kind, interface.kind) == (0x0A0D0D0A, 1)
    assert struct.unpack("<IHHq", section.body[:16]) == (0x1A2B3C4D, 1, 0, -1)
    assert options(section.body[16:]) == [(2, b"hard"), (4, b"soft")]
    assert struct.unpack("<HHI", interface.body[:8]) == (1, 0, 0)
    assert options(interface.body[8:]) == [(2, b"lab"), (9, b"\x06")]


def record(kind: int, body: bytes) -> bytes:
    return bytes([kind, 3, 3]) + len(body).to_bytes(2, "big") + body


@pytest.mark.parametrize(
    ("data", "ends"),
    [
        (record(22, b"\x0b" + bytes(99)) + record(22, b"\x10"), 105),
        (record(20, b"\1") + record(23, bytes(900)), 911),
        (record(22, b"\x0b" + bytes(99))[:50], 50),
        (record(22, b"\x01" + bytes(99)), 0),
        (record(21, b"\2\x30"), 0),
        (record(20, b"\1"), 0),
        (b"", 0),
        (b"\x16\3\3\0", 0),
        (b"GET / HTTP/1.1", 0),
    ],
)
def test_the_certificate_is_found_in_a_clients_flight(data: bytes, ends: int) -> None:
    assert certificate_ends(data) == ends


@given(st.binary(max_size=300))
def test_whatever_a_client_sends_is_looked_through(data: bytes) -> None:
    assert 0 <= certificate_ends(data) <= len(data)
