"""TFTP's packets and options: octets of the RFCs, and what no peer may send."""

from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wire.errors import ProtocolError
from wire.tftp import TransferOptions
from wire.tftp.netascii import from_netascii_untrusted, to_netascii
from wire.tftp.numbers import MAX_REQUEST, TftpOpcode
from wire.tftp.options import accepted_untrusted, agreed_untrusted
from wire.tftp.packet import (
    AckPacket,
    DataPacket,
    ErrorPacket,
    OptionAck,
    TransferRequest,
    pull_tftp_untrusted,
    push_tftp,
)

OF_RFCS = {
    b"\0\1a.tlv\0octet\0": TransferRequest(TftpOpcode.RRQ, "a.tlv", "octet"),
    b"\0\1a\0NetAscii\0BLKSIZE\x001428\0tsize\x000\0": TransferRequest(
        TftpOpcode.RRQ, "a", "NetAscii", (("BLKSIZE", "1428"), ("tsize", "0"))
    ),
    b"\0\2a\0octet\0": TransferRequest(TftpOpcode.WRQ, "a", "octet"),
    b"\0\3\xff\xffhello": DataPacket(65535, b"hello"),
    b"\0\3\0\1": DataPacket(1, b""),
    b"\0\4\0\7": AckPacket(7),
    b"\0\5\0\1File not found\0": ErrorPacket(1, "File not found"),
    b"\0\6timeout\x001\0": OptionAck((("timeout", "1"),)),
}


@pytest.mark.parametrize("octets", OF_RFCS)
def test_a_packet_is_read_and_written(octets: bytes) -> None:
    assert pull_tftp_untrusted(octets) == OF_RFCS[octets]
    assert push_tftp(OF_RFCS[octets]) == octets


@pytest.mark.parametrize(
    "octets",
    [
        b"",
        b"\0",
        b"\0\0",
        b"\0\7x",
        b"\0\3\0",
        b"\0\4\1",
        b"\0\5",
        b"\0\1",
        b"\0\1a\0",
        b"\0\1a\0octet",
        b"\0\1\0octet\0",
        b"\0\1a\0octet\0blksize\0",
        b"\0\1a\0octet\0" + b"x\0y\0" * 17,
        b"\0\1" + b"a" * MAX_REQUEST + b"\0octet\0",
        b"\0\6blksize\0",
        b"\0\3\0\1" + bytes(65465),
    ],
)
def test_what_is_no_packet_is_a_protocol_error(octets: bytes) -> None:
    with pytest.raises(ProtocolError):
        pull_tftp_untrusted(octets)


@pytest.mark.parametrize(
    "packet",
    [
        TransferRequest(TftpOpcode.RRQ, "a\0b", "octet"),
        TransferRequest(TftpOpcode.RRQ, "a" * 600, "octet"),
        TransferRequest(TftpOpcode.RRQ, "电话", "octet"),
    ],
)
def test_what_no_request_can_carry_is_a_value_error(packet: TransferRequest) -> None:
    with pytest.raises(ValueError):
        push_tftp(packet)


@given(st.binary(max_size=80) | st.sampled_from(sorted(OF_RFCS)), st.integers(0, 40), st.binary(max_size=3))
def test_garbage_is_a_protocol_error_or_a_packet(octets: bytes, at: int, spoiled: bytes) -> None:
    octets = octets[:at] + spoiled + octets[at + 1 :]
    with suppress(ProtocolError):
        packet = pull_tftp_untrusted(octets)
        assert pull_tftp_untrusted(push_tftp(packet)) == packet


@given(st.binary(max_size=60))
def test_netascii_brings_every_file_back(data: bytes) -> None:
    assert from_netascii_untrusted(to_netascii(data)) == data


def test_netascii_is_that_of_the_rfc() -> None:
    assert to_netascii(b"a\nb\rc\r\n") == b"a\r\nb\r\0c\r\0\r\n"
    assert from_netascii_untrusted(b"\ra\r") == b"\ra\r"


@pytest.mark.parametrize(
    ("asked", "accepted"),
    [
        ((("blksize", "8"), ("timeout", "255"), ("tsize", "0")), TransferOptions(8, 255, 1000)),
        ((("BlkSize", "65464"),), TransferOptions(65464)),
        ((("blksize", "7"), ("timeout", "0")), TransferOptions()),
        ((("blksize", "65465"), ("timeout", "256")), TransferOptions()),
        ((("windowsize", "4"), ("multicast", ""), ("tsize", "-1")), TransferOptions()),
        ((("blksize", "9"), ("blksize", "10")), TransferOptions(9)),
        ((("blksize", "٩٩"), ("timeout", "9" * 400)), TransferOptions()),
    ],
)
def test_a_server_leaves_out_what_it_does_not_know_or_what_is_out_of_range(
    asked: tuple[tuple[str, str], ...], accepted: TransferOptions
) -> None:
    assert accepted_untrusted(asked, 1000) == accepted


def test_a_client_goes_by_a_smaller_block_size_and_the_size_of_the_file() -> None:
    asked = TransferOptions(1428, 3, 0)
    assert agreed_untrusted((("blksize", "512"), ("tsize", "70")), asked) == TransferOptions(512, None, 70)
    assert agreed_untrusted((), asked) == TransferOptions()


@pytest.mark.parametrize(
    "answer",
    [
        (("blksize", "1429"),),
        (("blksize", "7"),),
        (("blksize", "x"),),
        (("timeout", "2"),),
        (("tsize", "1"),),
        (("windowsize", "1"),),
        (("blksize", "100"), ("blksize", "100")),
    ],
)
def test_a_client_refuses_options_that_it_did_not_ask_for(answer: tuple[tuple[str, str], ...]) -> None:
    with pytest.raises(ProtocolError):
        agreed_untrusted(answer, TransferOptions(1428, 3))


@pytest.mark.parametrize("wrong", [{"block_size": 7}, {"block_size": 65465}, {"timeout": 0}, {"timeout": 256}])
def test_an_option_out_of_range_is_not_asked_for(wrong: dict[str, int]) -> None:
    with pytest.raises(ValueError, match="option"):
        TransferOptions(**wrong)
