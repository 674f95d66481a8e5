"""A phone's trust list as a file: what TFTP gives out under which name, and what a phone makes of any octets."""

from __future__ import annotations

from functools import cache

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cucm_sim.database import ClusterSecurityMode, Database, Device, PhoneSecurityProfile
from cucm_sim.tftp import CiscoTftp, FileNotFound, TrustListServed
from journal import Actor, Event, Journal
from lab.testing import SINCE
from pki import KeyPool, TrustStore, capf_authority
from wire.errors import ProtocolError
from wire.http.messages import Request
from wire.phone_file import Member
from wire.trust_list import MAX_FILE, read_trust_list_untrusted, trust_list_names, write_trust_list

PHONE = "SEP001122334455"
MIXED, NON_SECURE = ClusterSecurityMode.MIXED, ClusterSecurityMode.NON_SECURE


@cache
def a_list(name: str = "trust list of hq") -> TrustStore:
    ring = KeyPool().ring()
    authorities = [capf_authority(keys=ring, subject={"O": f"Lab {number}"}, not_before=SINCE) for number in (1, 2)]
    return TrustStore(name, [authority.certificate for authority in authorities])


class Lists:
    """A cluster's CTL and ITL file."""

    def __init__(self) -> None:
        self.ctl_file, self.itl_file = a_list("CTL"), a_list("ITL")

    def make_itl_file(self) -> None:
        raise AssertionError("only a start makes it")


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


@pytest.mark.parametrize(
    ("mode", "name", "listed"),
    [
        (MIXED, "CTLSEP001122334455.tlv", "CTL"),
        (MIXED, "ITLSEP001122334455.tlv", "ITL"),
        (NON_SECURE, "CTLSEP001122334455.tlv", ""),
        (NON_SECURE, "ITLSEP001122334455.tlv", "ITL"),
        (NON_SECURE, "ITLFile.tlv", "ITL"),
        (MIXED, "ITLFile.tlv", "ITL"),
        (MIXED, "CTLSEP00AABBCCDDEE.tlv", ""),
        (NON_SECURE, "ITLSEP00AABBCCDDEE.tlv", ""),
        (MIXED, "CTLFile.tlv", ""),
        (MIXED, "CTLSEP001122334455.tlv.sgn", ""),
    ],
)
def test_tftp_gives_the_ctl_in_mixed_mode_only_and_the_itl_always(
    mode: ClusterSecurityMode, name: str, listed: str
) -> None:
    events: list[Event] = []
    journal, database = Journal(), Database(mode)
    journal.subscribe(events.append)
    database.add(Device(PHONE, "7965", PhoneSecurityProfile("any")))
    emitter = journal.emitter("hq/tftp")
    tftp = CiscoTftp(database, emitter, address="127.0.0.1", call_managers=[Member("127.0.0.1")], trust_lists=Lists())
    answer = tftp._answer(Request("GET", f"/{name}"), emitter)
    if listed:
        assert (answer.status, read_trust_list_untrusted(answer.body).name) == (200, listed)
        assert events == [TrustListServed(name, len(answer.body), seq=1, at=events[0].at, actor=Actor("hq/tftp"))]
    else:
        assert answer.status == 404
        assert isinstance(events[0], FileNotFound)
    database.close()


def test_a_phone_asks_for_its_ctl_then_its_itl_then_the_itl_of_all() -> None:
    assert trust_list_names(PHONE) == ("CTLSEP001122334455.tlv", "ITLSEP001122334455.tlv", "ITLFile.tlv")
