"""Untrusted bytes: any octets give messages or a ProtocolError, and no more memory than is allowed."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wire import capf
from wire.errors import ProtocolError

u8 = st.integers(0, 255)
number = st.integers(0, 2**32 - 1)
der = st.binary(min_size=1, max_size=300)
signature = st.binary(min_size=1, max_size=100)
name = st.text("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-", min_size=1, max_size=128)
password = st.binary(max_size=128).filter(lambda octets: b"\0" not in octets)
sudi = st.builds(capf.Sudi, der, signature, st.none() | signature)
opaque = [command for command in capf.CapfCommand if 5 <= command <= 8 or command in (16, 18, 19) or command >= 20]
messages = st.one_of(
    st.builds(capf.AuthRequest, number, u8, st.none() | u8),
    st.builds(
        capf.AuthResponse,
        number,
        version=u8,
        device_name=name,
        reason=st.none() | u8,
        password=st.none() | password,
        certificate=st.none() | der,
        signed_data=st.none() | signature,
        sudi=st.none() | sudi,
        sha2_signed_data=st.none() | signature,
    ),
    st.builds(capf.KeyGenerateRequest, number, st.none() | st.integers(0, 65535), st.none() | u8, st.none() | u8),
    st.builds(capf.KeyGenerateResponse, number, der, st.none() | u8),
    st.builds(capf.KeyGenerateResponse, number, st.none(), u8),
    st.builds(capf.RequestInProgress, number),
    st.builds(capf.StoreCertificateRequest, number, der, st.none() | u8),
    st.builds(capf.StoreCertificateResponse, number, u8),
    st.builds(capf.FetchCertificateRequest, number, st.none() | u8),
    st.builds(capf.FetchCertificateResponse, number, u8, st.none() | der),
    st.builds(capf.DeleteCertificateRequest, number),
    st.builds(capf.DeleteCertificateResponse, number, u8),
    st.builds(capf.EndSession, number, u8),
    st.builds(capf.OpaqueMessage, number, st.sampled_from(opaque), st.binary(max_size=100)),
)


def decode_all(*pieces: bytes) -> list[capf.Message]:
    decoder, found = capf.CapfDecoder(), []
    for piece in pieces:
        decoder.feed(piece)
        while (message := decoder.next()) is not None:
            found.append(message)
    return found


def header(command: int, length: int, session: int = 1) -> bytes:
    return bytes((0x55, command)) + session.to_bytes(4, "big") + length.to_bytes(2, "big")


def framed(command: int, payload: bytes) -> bytes:
    return header(command, len(payload)) + payload


@given(messages)
def test_every_message_survives_the_wire(message: capf.Message) -> None:
    assert decode_all(capf.push_message(message)) == [message]


@given(st.lists(messages, max_size=4), st.lists(st.integers(0, 2000), max_size=6))
def test_cuts_between_reads_do_not_matter(sent: list[capf.Message], cuts: list[int]) -> None:
    octets = b"".join(map(capf.push_message, sent))
    places = [0, *sorted(min(cut, len(octets)) for cut in cuts), len(octets)]
    assert decode_all(*(octets[a:b] for a, b in pairwise(places))) == sent


@given(st.binary(max_size=400))
def test_any_octets_give_messages_or_protocol_error(octets: bytes) -> None:
    try:
        decode_all(octets)
    except ProtocolError:
        return


@given(st.sampled_from(list(capf.CapfCommand)), st.binary(max_size=400))
def test_any_payload_gives_a_message_that_survives_or_protocol_error(command: int, payload: bytes) -> None:
    try:
        [message] = decode_all(framed(command, payload))
    except ProtocolError:
        return
    assert decode_all(capf.push_message(message)) == [message]


@given(
    st.sampled_from(list(capf.CapfCommand)),
    st.lists(st.tuples(st.integers(0, 25), st.binary(max_size=40)), max_size=8),
)
def test_any_elements_give_a_message_that_survives_or_protocol_error(
    command: int, elements: list[tuple[int, bytes]]
) -> None:
    payload = b"".join(bytes((tag,)) + len(value).to_bytes(2, "big") + value for tag, value in elements)
    try:
        [message] = decode_all(framed(command, payload))
    except ProtocolError:
        return
    assert decode_all(capf.push_message(message)) == [message]


def test_unassigned_element_is_passed_over() -> None:
    assert decode_all(framed(15, bytes.fromhex("0e0001ff 010001 01 630000"))) == [capf.EndSession(1, 1)]


def test_same_element_twice_is_refused() -> None:
    with pytest.raises(ProtocolError):
        decode_all(framed(15, bytes.fromhex("010001 01 010001 07")))


@pytest.mark.parametrize(
    "octets",
    [
        b"GET / HTTP/1.0\r\n\r\n",
        b"\x16\x03\x01",
        b"\x55\x00",
        b"\x55\x18",
        header(15, capf.MAX_PAYLOAD + 1),
        framed(15, b""),
        framed(15, bytes.fromhex("010002 0001")),
        framed(15, bytes.fromhex("010004 01")),
        framed(2, bytes.fromhex("070001 03")),
        framed(2, bytes.fromhex("070001 03 0d0001 00")),
        framed(2, bytes.fromhex("070001 03 0d0004") + b"SEP\n"),
        framed(2, bytes.fromhex("070001 03 0d0005") + b"A\0B\0\0"),
        framed(2, bytes.fromhex("070001 03 0d0002") + b"A\0" + bytes.fromhex("0b0003 310032")),
        framed(2, bytes.fromhex("070001 03 0d0002") + b"A\0" + bytes.fromhex("0b0082") + b"1" * 130),
        framed(4, b""),
        framed(4, bytes.fromhex("090000")),
        framed(9, bytes.fromhex("030001 01")),
        framed(9, bytes.fromhex("040006 02 0003 0001 30")),
        framed(9, bytes.fromhex("040006 01 0004 0001 30")),
        framed(9, bytes.fromhex("040005 01 0002 0001")),
        framed(9, bytes.fromhex("040003 01 0000")),
    ],
)
def test_what_breaks_the_protocol_is_an_error_at_once(octets: bytes) -> None:
    with pytest.raises(ProtocolError):
        decode_all(octets)


def test_error_stays() -> None:
    decoder = capf.CapfDecoder()
    decoder.feed(b"x")
    for _ in range(2):
        with pytest.raises(ProtocolError):
            decoder.next()
    with pytest.raises(ProtocolError):
        decoder.feed(capf.push_message(capf.EndSession(1, 1)))


def test_peer_that_never_waits_does_not_fill_memory() -> None:
    decoder = capf.CapfDecoder()
    flood = capf.push_message(capf.RequestInProgress(1)) * 1000
    for _ in range(8):
        decoder.feed(flood)
    with pytest.raises(ProtocolError):
        decoder.feed(flood)


def test_message_over_the_bounds_is_not_sent() -> None:
    with pytest.raises(ValueError, match="limit"):
        capf.push_message(capf.StoreCertificateRequest(1, b"0" * (capf.MAX_PAYLOAD + 1)))


def test_password_is_not_shown() -> None:
    assert "123456" not in repr(capf.AuthResponse(1, 3, "SEP001122334455", password=b"123456"))
