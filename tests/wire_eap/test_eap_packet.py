"""EAP packets: RFC 3748's layout, both ways, and nothing but ProtocolError for what is none."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wire.eap import (
    Eap,
    EapCode,
    EapType,
    eap_connection,
    identity_request,
    identity_response,
    nak,
    pull_eap_untrusted,
    push_eap,
)
from wire.errors import ProtocolError

OCTET = st.integers(0, 255)
SPEAKING = st.builds(Eap, st.sampled_from([EapCode.REQUEST, EapCode.RESPONSE]), OCTET, OCTET, st.binary(max_size=2000))
ENDING = st.builds(Eap, st.sampled_from([EapCode.SUCCESS, EapCode.FAILURE]), OCTET)


@given(SPEAKING | ENDING)
def test_a_packet_comes_back_as_it_went(packet: Eap) -> None:
    assert pull_eap_untrusted(push_eap(packet)) == packet


@given(SPEAKING | ENDING, st.binary(max_size=64))
def test_what_follows_the_length_is_padding(packet: Eap, padding: bytes) -> None:
    assert pull_eap_untrusted(push_eap(packet) + padding) == packet


@given(st.binary(max_size=64))
def test_a_strangers_octets_are_a_packet_or_a_protocol_error(data: bytes) -> None:
    try:
        packet = pull_eap_untrusted(data)
    except ProtocolError:
        return
    octets = push_eap(packet)
    assert data.startswith(octets)


@pytest.mark.parametrize(
    ("octets", "packet"),
    [
        ("0101000501", identity_request(1)),
        ("0201000a0168656c6c6f", identity_response(1, "hello")),
        ("010200060d20", Eap(EapCode.REQUEST, 2, EapType.TLS, b"\x20")),
        ("02020006032b", nak(2, EapType.FAST)),
        ("020200060300", nak(2)),
        ("03070004", Eap(EapCode.SUCCESS, 7)),
        ("04070004", Eap(EapCode.FAILURE, 7)),
    ],
)
def test_the_octets_are_those_of_the_rfc(octets: str, packet: Eap) -> None:
    assert push_eap(packet).hex() == octets
    assert pull_eap_untrusted(bytes.fromhex(octets)) == packet


@pytest.mark.parametrize(
    "octets",
    ["", "01", "010100", "00010005ff", "05010004", "0101000601", "01010004", "0301000501", "0301000300", "01010000"],
    ids=lambda octets: octets or "nothing",
)
def test_what_is_no_packet_is_refused(octets: str) -> None:
    with pytest.raises(ProtocolError):
        pull_eap_untrusted(bytes.fromhex(octets))


def test_a_packet_that_cannot_be_written_is_refused() -> None:
    with pytest.raises(ValueError, match="65535"):
        push_eap(Eap(EapCode.REQUEST, 1, EapType.TLS, bytes(65531)))
    with pytest.raises(ValueError, match="neither"):
        push_eap(Eap(EapCode.SUCCESS, 1, EapType.TLS))


def test_both_ends_name_the_conversation_by_the_phone() -> None:
    assert eap_connection("00-11-22-33-44-55") == "00-11-22-33-44-55>802.1X"
