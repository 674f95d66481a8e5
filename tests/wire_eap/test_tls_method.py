"""EAP-TLS, both ends: success, refusal and its alert, fragments, keys, and whatever else may come along the line."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lab.testing import KeptEvents, cluster_certificates
from tests.wire_eap.conftest import VERSIONS, MakeLine
from wire.eap import Eap, EapCode, EapTlsOutcome, EapTlsPeer, EapTlsServer, EapType, derive_keys
from wire.eap.tls_method import MAX_ROUNDS
from wire.tls import (
    AlertDescription,
    ClientContext,
    Credential,
    HandshakeFailed,
    ServerContext,
    TlsEngine,
    TlsProfile,
    TlsVersion,
)

SIZES = [(64, 64), (1024, 1024), (5000, 5000), (300, 1408)]
"""Octets of EAP packets from the phone and from the server."""


@pytest.mark.parametrize("version", VERSIONS, ids=str)
@pytest.mark.parametrize("sizes", SIZES, ids=str)
@pytest.mark.parametrize("include_length", [False, True])
def test_a_good_phone_succeeds_and_both_ends_have_the_same_keys(
    make_line: MakeLine, version: TlsVersion, sizes: tuple[int, int], include_length: bool
) -> None:
    line = make_line(version, sizes=sizes, include_length=include_length)
    assert line.run() == (EapTlsOutcome.SUCCESS, EapTlsOutcome.SUCCESS)
    keys = derive_keys(line.peer.engine)
    assert keys == derive_keys(line.server.engine)
    assert (len(keys.msk), len(keys.emsk), len(keys.session_id), keys.session_id[0]) == (64, 64, 65, 13)
    assert len({keys.msk, keys.emsk}) == 2
    assert all(len(packet) <= max(sizes) for packet in line.packets)
    assert keys.msk.hex() not in repr(keys)


@pytest.mark.parametrize("version", VERSIONS, ids=str)
def test_every_conversation_has_keys_of_its_own(make_line: MakeLine, version: TlsVersion) -> None:
    lines = [make_line(version), make_line(version)]
    for line in lines:
        line.run()
    one, other = (derive_keys(line.peer.engine) for line in lines)
    assert one.msk != other.msk
    assert one.session_id != other.session_id


def test_there_are_no_keys_before_tls_is_up(make_line: MakeLine) -> None:
    with pytest.raises(ValueError, match="established"):
        derive_keys(make_line().peer.engine)


@pytest.mark.parametrize("version", VERSIONS, ids=str)
@pytest.mark.parametrize("sizes", SIZES, ids=str)
def test_a_phone_that_is_not_trusted_reads_the_alert_before_failure(
    make_line: MakeLine, version: TlsVersion, sizes: tuple[int, int]
) -> None:
    line = make_line(version, phones_trusted=False, sizes=sizes)
    assert line.run() == (EapTlsOutcome.FAILURE, EapTlsOutcome.FAILURE)
    assert line.peer.engine.alert_read is not None
    assert line.peer.engine.alert_read.description == AlertDescription.UNKNOWN_CA
    assert line.server.answered
    assert line.peer.problem is line.server.problem is None


@pytest.mark.parametrize("version", VERSIONS, ids=str)
def test_a_server_that_is_not_trusted_reads_the_phones_alert(make_line: MakeLine, version: TlsVersion) -> None:
    line = make_line(version, server_trusted=False)
    assert line.run() == (EapTlsOutcome.FAILURE, EapTlsOutcome.FAILURE)
    failed = line.server.engine.ended
    assert isinstance(failed, HandshakeFailed)
    assert (failed.alert, failed.alert_direction) == (AlertDescription.UNKNOWN_CA, "read")


@pytest.mark.parametrize("version", VERSIONS, ids=str)
def test_a_phone_that_is_trusted_but_not_wanted_never_hears_that_tls_is_content(
    make_line: MakeLine, version: TlsVersion
) -> None:
    line = make_line(version, authorise=lambda: False)
    assert line.run() == (EapTlsOutcome.FAILURE, EapTlsOutcome.FAILURE)
    assert not line.peer.secured


@pytest.mark.parametrize("version", VERSIONS, ids=str)
def test_success_before_its_time_is_ignored(make_line: MakeLine, version: TlsVersion) -> None:
    line = make_line(version)
    early = 0
    for _, response in line.requests():
        if not line.peer.secured:
            early += 1
            assert line.peer.receive(Eap(EapCode.SUCCESS, response.identifier)) is EapTlsOutcome.DISCARDED
    assert early >= 2
    assert line.verdict is EapTlsOutcome.SUCCESS


def test_a_tls_1_3_client_that_is_done_does_not_take_that_for_success(make_line: MakeLine) -> None:
    line = make_line(TlsVersion.TLSv1_3)
    established_early = [
        line.peer.receive(Eap(EapCode.SUCCESS, response.identifier))
        for _, response in line.requests()
        if line.peer.engine.established and not line.peer.committed
    ]
    assert established_early == [EapTlsOutcome.DISCARDED] * len(established_early)
    assert established_early


def test_a_server_that_gives_no_alert_is_understood(make_line: MakeLine) -> None:
    line = make_line()
    _, response = next(line.requests())
    assert line.peer.receive(Eap(EapCode.FAILURE, response.identifier)) is EapTlsOutcome.FAILURE
    failed = line.peer.engine.ended
    assert isinstance(failed, HandshakeFailed)
    assert failed.reason == "closed by peer"


def test_success_and_failure_with_another_identifier_are_ignored(make_line: MakeLine) -> None:
    line = make_line()
    *_, (_, last) = line.requests()
    wrong = (last.identifier + 1) % 256
    assert line.peer.receive(Eap(EapCode.FAILURE, wrong)) is EapTlsOutcome.DISCARDED
    assert line.peer.receive(Eap(EapCode.SUCCESS, wrong)) is EapTlsOutcome.DISCARDED
    assert line.peer.receive(Eap(EapCode.SUCCESS, last.identifier)) is EapTlsOutcome.SUCCESS


def test_a_request_that_comes_again_gets_the_same_response(make_line: MakeLine) -> None:
    line = make_line(sizes=(128, 128))
    for request, response in line.requests():
        assert line.peer.receive(request) is response
    assert line.verdict is EapTlsOutcome.SUCCESS


def test_a_response_that_comes_again_or_early_is_discarded(make_line: MakeLine) -> None:
    line = make_line(sizes=(128, 128))
    last: Eap | None = None
    for _, response in line.requests():
        if last is not None:
            assert line.server.receive(last) is EapTlsOutcome.DISCARDED
        early = Eap(response.code, (response.identifier + 1) % 256, response.type, response.data)
        assert line.server.receive(early) is EapTlsOutcome.DISCARDED
        last = response
    assert line.verdict is EapTlsOutcome.SUCCESS


def test_other_methods_are_none_of_its_business(make_line: MakeLine) -> None:
    line = make_line()
    assert line.peer.receive(Eap(EapCode.REQUEST, 1, EapType.IDENTITY)) is EapTlsOutcome.DISCARDED
    assert line.peer.receive(Eap(EapCode.RESPONSE, 1, EapType.TLS, b"\x20")) is EapTlsOutcome.DISCARDED
    start = line.server.start(1)
    assert line.server.receive(Eap(EapCode.RESPONSE, start.identifier, EapType.NAK, b"\x04")) is EapTlsOutcome.DISCARDED


@pytest.mark.parametrize(
    "data",
    [b"", b"\x00", b"\x80\xff\xff\xff\xff", b"\x00garbage", b"\x00\x16\x03\x01\xff\xff"],
    ids=["no flags", "nothing", "too long", "no TLS", "half a record"],
)
def test_a_server_ends_a_conversation_that_makes_no_sense(make_line: MakeLine, data: bytes) -> None:
    server = make_line().server
    start = server.start(1)
    answer = server.receive(Eap(EapCode.RESPONSE, start.identifier, EapType.TLS, data))
    if isinstance(answer, Eap):  # OpenSSL had something to say about it
        answer = server.receive(Eap(EapCode.RESPONSE, answer.identifier, EapType.TLS, b"\x00"))
    assert answer is EapTlsOutcome.FAILURE
    assert server.engine.ended is not None


@pytest.mark.parametrize("data", [b"", b"\x00", b"\x00garbage", b"\x80\0\0"])
def test_a_peer_ends_a_conversation_that_was_never_started(make_line: MakeLine, data: bytes) -> None:
    peer = make_line().peer
    assert peer.receive(Eap(EapCode.REQUEST, 1, EapType.TLS, data)) is EapTlsOutcome.FAILURE
    assert peer.problem is not None
    assert peer.receive(Eap(EapCode.REQUEST, 2, EapType.TLS, b"\x20")) is EapTlsOutcome.DISCARDED


def test_half_a_flight_ends_it_at_once(make_line: MakeLine) -> None:
    server = make_line().server
    start = server.start(1)
    half = Eap(EapCode.RESPONSE, start.identifier, EapType.TLS, b"\x00\x16\x03\x01\x02\x00\x01")
    assert server.receive(half) is EapTlsOutcome.FAILURE
    assert server.problem is not None


def test_a_peer_that_speaks_on_after_the_handshake_is_refused(make_line: MakeLine) -> None:
    line = make_line()
    response = next(response for _, response in line.requests() if line.peer.secured)
    engine = line.peer.engine
    engine.write(b"and another thing")
    more = Eap(response.code, response.identifier, response.type, b"\x00" + engine.data_to_send())
    assert line.server.receive(more) is EapTlsOutcome.FAILURE
    assert line.server.problem is not None


def test_application_data_that_is_not_the_commitment_is_refused(make_line: MakeLine) -> None:
    line = make_line(TlsVersion.TLSv1_3, authorise=lambda: line.server.engine.write(b"x") is None)
    with pytest.raises(AssertionError, match="RFC 9190"):
        line.run()
    assert not line.peer.secured
    assert line.peer.problem is not None


@pytest.mark.parametrize("version", VERSIONS[:2], ids=str)
def test_the_session_id_is_that_of_rfc_5216(make_line: MakeLine, version: TlsVersion) -> None:
    line = make_line(version, sizes=(5000, 5000))
    line.run()
    client_hello, server_hello = line.packets[1], line.packets[2]
    randoms = client_hello[6 + 11 :][:32] + server_hello[6 + 11 :][:32]
    assert derive_keys(line.peer.engine).session_id == b"\x0d" + randoms


def test_a_second_start_ends_it(make_line: MakeLine) -> None:
    peer = make_line().peer
    assert isinstance(peer.receive(Eap(EapCode.REQUEST, 1, EapType.TLS, b"\x20")), Eap)
    assert peer.receive(Eap(EapCode.REQUEST, 2, EapType.TLS, b"\x20")) is EapTlsOutcome.FAILURE


def test_eap_that_never_ends_is_ended_by_either_end(make_line: MakeLine) -> None:
    line = make_line()
    assert isinstance(line.peer.receive(Eap(EapCode.REQUEST, 0, EapType.TLS, b"\x20")), Eap)
    answers = [
        line.peer.receive(Eap(EapCode.REQUEST, n % 256, EapType.TLS, b"\x40x")) for n in range(1, MAX_ROUNDS + 1)
    ]
    assert answers[-1] is EapTlsOutcome.FAILURE
    assert answers[-2] is not EapTlsOutcome.FAILURE
    request: Eap | EapTlsOutcome = line.server.start(0)
    for _ in range(MAX_ROUNDS):
        assert isinstance(request, Eap)
        request = line.server.receive(Eap(EapCode.RESPONSE, request.identifier, EapType.TLS, b"\x40x"))
    assert isinstance(request, Eap)
    assert (
        line.server.receive(Eap(EapCode.RESPONSE, request.identifier, EapType.TLS, b"\x40x")) is EapTlsOutcome.FAILURE
    )


def a_pair() -> tuple[EapTlsPeer, EapTlsServer]:
    pki, notebook = cluster_certificates(), KeptEvents()
    profile = TlsProfile(TlsVersion.TLSv1, TlsVersion.TLSv1_3)
    peer = TlsEngine(ClientContext(profile, pki.servers), notebook.emitter("phone"), Credential(pki.phone))
    server = TlsEngine(ServerContext(pki.server, profile, pki.phones), notebook.emitter("server"))
    return EapTlsPeer(peer, 300), EapTlsServer(server, 300)


@settings(deadline=None, max_examples=80)
@given(st.lists(st.binary(max_size=60) | st.none(), max_size=20))
def test_a_stranger_on_either_side_gets_packets_and_outcomes_and_nothing_else(sent: list[bytes | None]) -> None:
    """None stands for what the other end really says."""
    peer, server = a_pair()
    request: Eap | EapTlsOutcome = server.start(0)
    for data in sent:
        if not isinstance(request, Eap):
            return
        response = peer.receive(
            request if data is None else Eap(EapCode.REQUEST, request.identifier, EapType.TLS, data)
        )
        if not isinstance(response, Eap):
            return
        request = server.receive(
            response if data is None else Eap(EapCode.RESPONSE, response.identifier, EapType.TLS, data)
        )


@settings(deadline=None, max_examples=100)
@given(st.integers(0, 12), st.integers(0, 400), st.integers(1, 255))
def test_one_octet_changed_on_the_way_never_ends_in_two_different_keys(packet: int, at: int, change: int) -> None:
    peer, server = a_pair()
    request: Eap | EapTlsOutcome = server.start(0)
    for number in range(100):
        if not isinstance(request, Eap):
            break
        data = request.data
        if number == packet and at < len(data):
            data = data[:at] + bytes([data[at] ^ change]) + data[at + 1 :]
        response = peer.receive(Eap(EapCode.REQUEST, request.identifier, EapType.TLS, data))
        if not isinstance(response, Eap):
            return
        request = server.receive(response)
    if request is EapTlsOutcome.SUCCESS and peer.secured:
        assert derive_keys(peer.engine) == derive_keys(server.engine)
