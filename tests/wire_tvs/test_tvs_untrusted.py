"""Untrusted bytes: any octets give TVS messages or a ProtocolError, whatever way they arrive."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cisco_data.trust_roles import TrustRole
from tests.wire_tvs.test_tvs_golden import FOUND_OCTETS, QUERY_OCTETS, VERIFY_OCTETS
from wire.certificate_id import CertificateId
from wire.errors import ProtocolError
from wire.tvs import (
    CertVerificationReq,
    CertVerificationRes,
    QueryCertReq,
    QueryCertRes,
    TvsDecoder,
    TvsMessage,
    TvsStatus,
    pull_message_untrusted,
    push_message,
)

number = st.integers(0, 2**32 - 1)
der = st.binary(min_size=1, max_size=300)
device = st.from_regex(r"CP-[0-9]{4}-SEP[0-9A-F]{12}", fullmatch=True)
text = st.text(st.characters(codec="utf-8", exclude_characters="\0"), min_size=1, max_size=40)
roles = st.lists(st.integers(0, 255).map(lambda n: TrustRole(n) if n in set(TrustRole) else n), max_size=64).map(tuple)
messages: st.SearchStrategy[TvsMessage] = st.one_of(
    st.builds(CertVerificationReq, number, device, der),
    st.builds(QueryCertReq, number, device, st.builds(CertificateId, text, text, st.integers(0, 2**160 - 1))),
    st.builds(CertVerificationRes, number, st.just(TvsStatus.VALID), roles, number),
    st.builds(QueryCertRes, number, st.just(TvsStatus.VALID), der, roles, number),
    st.builds(QueryCertRes, number, st.just(TvsStatus.INVALID)),
)


def decoded(*pieces: bytes) -> list[TvsMessage]:
    """What they hold; raises nothing but ProtocolError."""
    decoder, found = TvsDecoder(), []
    for piece in pieces:
        decoder.feed(piece)
        while (message := decoder.next()) is not None:
            found.append(message)
    return found


def test_a_header_that_announces_too_much_or_no_command_is_refused_as_soon_as_it_can_be() -> None:
    for octets in (b"\x57\1\x63", b"\x57\1\3\0" + bytes(4) + b"\x40\1"):
        decoder = TvsDecoder()
        decoder.feed(octets)
        with pytest.raises(ProtocolError):
            decoder.next()
    decoder = TvsDecoder()
    decoder.feed(bytes(64 * 1024))
    with pytest.raises(ProtocolError, match="on and on"):
        decoder.feed(b"\0")


@given(messages, st.integers(0, 400))
def test_every_message_comes_back_in_whatever_pieces(message: TvsMessage, cut: int) -> None:
    octets = push_message(message)
    assert decoded(octets[:cut], octets[cut:]) == [message]


@given(st.binary(max_size=200), st.sampled_from([b"", b"\x57", b"\x57\x01\x03\x00\x00\x00\x00\x01\x00\x40"]))
def test_garbage_raises_nothing_but_a_protocol_error(octets: bytes, start: bytes) -> None:
    try:
        decoded(start + octets)
    except ProtocolError:
        pass


@given(st.sampled_from([QUERY_OCTETS, FOUND_OCTETS, VERIFY_OCTETS]), st.integers(0, 200), st.binary(max_size=8))
def test_a_changed_message_raises_nothing_but_a_protocol_error(octets: bytes, at: int, change: bytes) -> None:
    try:
        pull_message_untrusted(octets[:at] + change + octets[at + len(change) :])
    except ProtocolError:
        pass
