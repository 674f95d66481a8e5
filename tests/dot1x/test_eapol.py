"""EAPOL and Ethernet frames: what is written is read again, and no untrusted octets do more than ProtocolError."""

from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wire.eapol import MAX_BODY, Eapol, EapolType, dashed, pull_eapol_untrusted, push_eapol
from wire.errors import ProtocolError
from wire.ethernet import MAX_PAYLOAD, Frame, pull_frame_untrusted, push_frame

MAC = st.binary(min_size=6, max_size=6)


@given(st.binary())
def test_octets_of_a_stranger_raise_protocol_error_only(data: bytes) -> None:
    with suppress(ProtocolError):
        pull_eapol_untrusted(data)
    with suppress(ProtocolError):
        pull_frame_untrusted(data)


@given(st.integers(0, 255), st.binary(max_size=300), st.integers(1, 255), st.binary(max_size=60))
def test_an_eapol_frame_comes_back_whatever_pads_it(kind: int, body: bytes, version: int, padding: bytes) -> None:
    frame = Eapol(kind, body, version)
    assert pull_eapol_untrusted(push_eapol(frame) + padding) == frame


@given(MAC, MAC, st.integers(0, 0xFFFF), st.binary(max_size=MAX_PAYLOAD))
def test_an_ethernet_frame_comes_back(destination: bytes, source: bytes, ethertype: int, payload: bytes) -> None:
    frame = Frame(destination, source, ethertype, payload)
    assert pull_frame_untrusted(push_frame(frame)) == frame


def test_the_octets_are_those_of_the_standard() -> None:
    assert push_eapol(Eapol(EapolType.START)).hex() == "02010000"
    assert push_eapol(Eapol(EapolType.EAP_PACKET, bytes.fromhex("0102000501"))).hex() == "020000050102000501"
    assert dashed(bytes.fromhex("00aabbccddee")) == "00-AA-BB-CC-DD-EE"


@pytest.mark.parametrize("data", ["", "0200", "020000", "02000005", "0200000501020005", "00010000", "0200ffff"])
def test_a_frame_that_ends_early_or_lies_is_none(data: str) -> None:
    with pytest.raises(ProtocolError):
        pull_eapol_untrusted(bytes.fromhex(data))


def test_what_does_not_fit_is_not_sent() -> None:
    push_eapol(Eapol(0, bytes(MAX_BODY)))
    with pytest.raises(ValueError, match="1496"):
        push_eapol(Eapol(0, bytes(MAX_BODY + 1)))
    with pytest.raises(ValueError, match="1500"):
        push_frame(Frame(bytes(6), bytes(6), 0, bytes(MAX_PAYLOAD + 1)))
    with pytest.raises(ValueError, match="six"):
        push_frame(Frame(bytes(5), bytes(6), 0, b""))
