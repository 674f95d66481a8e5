"""A phone's trust list as a file: what TFTP gives out under which name, and what a phone makes of any octets."""

from __future__ import annotations

from functools import cache

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cucm_sim.database import ClusterSecurityMode
from lab.testing import SINCE
from pki import KeyPool, TrustStore, capf_authority
from wire.errors import ProtocolError
from wire.trust_list import MAX_FILE, read_trust_list_untrusted, trust_list_names, write_trust_list

PHONE = "SEP001122334455"
MIXED, NON_SECURE = ClusterSecurityMode.MIXED, ClusterSecurityMode.NON_SECURE


@cache
def a_list(name: str = "trust list of hq") -> TrustStore:
    ring = KeyPool().ring()
    authorities = [capf_authority(keys=ring, subject={"O": f"Lab {number}"}, not_before=SINCE) for number in (1, 2)]
    return TrustStore(name, [authority.certificate for authority in authorities])


def test_a_list_that_was_written_is_read_with_its_signer_and_all_servers_in_order() -> None:
    read = read_trust_list_untrusted(write_trust_list(a_list()))
    assert read == a_list()
    assert (read.name, read.certificates) == ("trust list of hq", a_list().certificates)


def test_phones_that_read_the_same_octets_share_one_list() -> None:
    data = write_trust_list(a_list())
    assert read_trust_list_untrusted(data) is read_trust_list_untrusted(bytes(bytearray(data)))


@pytest.mark.parametrize(
    ("data", "fault"),
    [
        (b"", "signer"),
        (write_trust_list(TrustStore("")), "signer"),
        (b"\x04\x00\x02\xff\xff", "tag 4"),
        (write_trust_list(TrustStore("x")) + b"\x09\x00\x01\x30", "tag 9"),
        (write_trust_list(TrustStore("x"))[:-1], "ends after"),
        (bytes(MAX_FILE + 1), "at most"),
    ],
)
def test_what_is_no_list_is_refused_in_one_sentence(data: bytes, fault: str) -> None:
    with pytest.raises(ProtocolError, match=fault):
        read_trust_list_untrusted(data)


@given(st.binary(max_size=300) | st.binary(max_size=60).map(lambda tail: write_trust_list(a_list())[:-50] + tail))
def test_any_octets_are_a_list_or_a_protocol_error(data: bytes) -> None:
    try:
        read_trust_list_untrusted(data)
    except ProtocolError:
        pass


def test_a_phone_asks_for_its_ctl_then_its_itl_then_the_itl_of_all() -> None:
    assert trust_list_names(PHONE) == ("CTLSEP001122334455.tlv", "ITLSEP001122334455.tlv", "ITLFile.tlv")
