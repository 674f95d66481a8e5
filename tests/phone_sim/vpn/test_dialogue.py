"""The phone's words to a gateway, and what it makes of the answers: the table of steps, cookies, terms, and nonsense."""

from __future__ import annotations

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from phone_sim.vpn.dialogue import TRANSITIONS, Dialogue, VpnAnswer, VpnReply, VpnStep, next_step
from phone_sim.vpn.events import VpnFailure
from wire.errors import ProtocolError
from wire.phone_file import VpnUrl

URL = VpnUrl.of("https://vpn.example.com/phones")
ASA_GET = (
    b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n"
    b"Set-Cookie: webvpn=; expires=Thu, 01 Jan 1970 22:00:00 GMT; path=/; secure\r\n"
    b"Set-Cookie: webvpnlogin=1; secure\r\nX-Transcend-Version: 1\r\n\r\n"
)
OCSERV_GET = b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\nSet-Cookie: webvpncontext=; expires=Thu, 01 Jan 1970\r\n\r\nform"
POST = b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\nSet-Cookie: webvpn=abc+/=d==; secure\r\n\r\n"
CONNECTED = b"HTTP/1.1 200 CONNECTED\r\nX-CSTP-Address: 10.1.2.3\r\nX-CSTP-MTU: 1300\r\nX-CSTP-DPD: 30\r\n\r\n"


def dialogue(*, strict: bool = True, cookie: str = "") -> Dialogue:
    return Dialogue(URL, "SEP001122334455", strict=strict, mtu=1290, cookie=cookie)


def answer(talk: Dialogue, octets: bytes) -> VpnReply:
    talk.request()
    reply = talk.receive_untrusted(octets)
    assert reply is not None
    return reply


def test_the_phone_asks_logs_in_with_an_empty_post_and_connects() -> None:
    talk = dialogue()
    asked = talk.request()
    assert asked.startswith(b"GET /phones HTTP/1.1\r\nHost: vpn.example.com\r\n")
    assert b"User-Agent: Cisco SVC IPPhone Client v1.0 (1.0)\r\n" in asked
    reply = talk.receive_untrusted(ASA_GET)
    assert reply is not None
    assert (reply.step, reply.next_step, reply.cookies) == (VpnStep.GREET, VpnStep.LOG_IN, ("webvpn", "webvpnlogin"))

    logged_in = talk.request()
    assert logged_in.startswith(b"POST /phones HTTP/1.1\r\n")
    assert b"Cookie: webvpnlogin=1\r\n" in logged_in
    assert b"Content-Length: 0\r\n" in logged_in
    assert logged_in.endswith(b"\r\n\r\n")
    reply = talk.receive_untrusted(POST)
    assert reply is not None
    assert reply.next_step is VpnStep.CONNECT
    assert "abc" not in repr(reply), "a cookie's value is a secret"

    connects = talk.request()
    assert connects.startswith(b"CONNECT /CSCOSSLC/tunnel HTTP/1.1\r\n")
    assert b"Cookie: webvpn=abc+/=d==\r\n" in connects
    assert b"X-CSTP-Hostname: SEP001122334455\r\n" in connects
    reply = talk.receive_untrusted(CONNECTED + b"STF\x01\x00\x00\x07\x00")
    assert reply is not None
    assert reply.next_step is VpnStep.UP
    assert talk.offer is not None
    assert (talk.offer.address, talk.offer.mtu, talk.offer.dpd, talk.offer.keepalive) == ("10.1.2.3", 1300, 30, 0)
    assert talk.trailing == b"STF\x01\x00\x00\x07\x00"


@pytest.mark.parametrize(
    "octets",
    [
        OCSERV_GET,
        ASA_GET.replace(b"webvpnlogin=1", b"webvpnlogin="),
        ASA_GET.replace(b"webvpnlogin", b"webvpnother"),
        ASA_GET.replace(b"; expires=Thu, 01 Jan 1970 22:00:00 GMT", b""),
    ],
)
def test_a_strict_phone_wants_both_cookies_and_a_lenient_one_neither(octets: bytes) -> None:
    assert answer(dialogue(), octets).failure is VpnFailure.COOKIE_MISSING
    assert answer(dialogue(strict=False), octets).next_step is VpnStep.LOG_IN


@pytest.mark.parametrize(
    ("status", "failure"),
    [
        (301, VpnFailure.REDIRECTED),
        (302, VpnFailure.REDIRECTED),
        (401, VpnFailure.LOGIN_REFUSED),
        (403, VpnFailure.FORBIDDEN),
        (404, VpnFailure.NOT_FOUND),
        (503, VpnFailure.UNAVAILABLE),
        (204, VpnFailure.OTHER_STATUS),
        (500, VpnFailure.OTHER_STATUS),
    ],
)
@pytest.mark.parametrize("before", [(), (ASA_GET,), (ASA_GET, POST)], ids=["GET", "POST", "CONNECT"])
def test_any_other_status_ends_the_login_for_its_own_reason(
    status: int, failure: VpnFailure, before: tuple[bytes, ...]
) -> None:
    talk = dialogue()
    for octets in before:
        answer(talk, octets)
    location = b"Location: https://elsewhere.example.com/\r\n"
    reply = answer(talk, b"HTTP/1.1 %d No\r\n%sContent-Length: 0\r\n\r\n" % (status, location))
    assert (reply.status, reply.failure, reply.next_step) == (status, failure, VpnStep.REFUSED)


def test_a_login_without_a_session_cookie_is_none() -> None:
    talk = dialogue()
    answer(talk, ASA_GET)
    assert answer(talk, ASA_GET).failure is VpnFailure.COOKIE_MISSING


def test_a_cookie_that_cannot_be_sent_back_is_no_cookie() -> None:
    talk = dialogue()
    answer(talk, ASA_GET)
    assert answer(talk, POST.replace(b"abc", b'a"\xff')).failure is VpnFailure.COOKIE_MISSING


def test_a_phone_with_a_cookie_goes_straight_to_the_tunnel() -> None:
    talk = dialogue(cookie="abc")
    assert talk.request().startswith(b"CONNECT /CSCOSSLC/tunnel HTTP/1.1\r\n")
    reply = talk.receive_untrusted(CONNECTED)
    assert reply is not None
    assert (reply.step, reply.next_step, talk.logged_in) == (VpnStep.RESUME, VpnStep.UP, False)


@pytest.mark.parametrize("status", [401, 503])
def test_a_cookie_that_is_over_leads_to_another_login(status: int) -> None:
    talk = dialogue(cookie="abc")
    reply = answer(talk, b"HTTP/1.1 %d No\r\nConnection: close\r\nContent-Length: 0\r\n\r\n" % status)
    assert (reply.failure, reply.next_step) == (None, VpnStep.GREET)
    assert talk.needs_new_connection
    talk.on_new_connection()
    assert talk.request().startswith(b"GET ")


def test_a_connection_that_breaks_behind_the_head_has_said_enough() -> None:
    talk = dialogue(cookie="abc")
    talk.request()
    assert talk.receive_untrusted(b"HTTP/1.1 401 Cookie is not acceptable\r\n\r\n") is None
    reply = talk.cut_off_untrusted()
    assert (reply.status, reply.next_step) == (401, VpnStep.GREET)


@pytest.mark.parametrize(("cookie", "following"), [("abc", VpnStep.GREET), ("", VpnStep.REFUSED)])
def test_a_connection_that_breaks_before_ends_the_login_unless_it_was_only_a_cookie(
    cookie: str, following: VpnStep
) -> None:
    talk = dialogue(cookie=cookie)
    talk.request()
    reply = talk.cut_off_untrusted()
    assert (reply.status, reply.next_step) == (0, following)
    assert reply.failure is (VpnFailure.CONNECTION_LOST if following is VpnStep.REFUSED else None)


@pytest.mark.parametrize(
    "octets",
    [
        CONNECTED.replace(b"X-CSTP-Address: 10.1.2.3\r\n", b""),
        CONNECTED.replace(b"10.1.2.3", b"10.1.2.256"),
        CONNECTED.replace(b"1300", b"64"),
        CONNECTED.replace(b"1300", b"99999999999999"),
        CONNECTED.replace(b"X-CSTP-MTU: 1300\r\n", b""),
    ],
)
def test_a_tunnel_without_an_address_or_with_an_impossible_size_is_refused(octets: bytes) -> None:
    talk = dialogue(cookie="abc")
    talk.request()
    with pytest.raises(ProtocolError):
        talk.receive_untrusted(octets)


@pytest.mark.parametrize(
    "octets",
    [
        b"\x16\x03\x01\x02\x00",
        b"SSH-2.0-OpenSSH_9.2\r\n\r\n",
        b"HTTP/1.1 200 OK\r\n" + b"X-Pad: " + b"0" * 100_000,
        b"HTTP/1.1 200 OK\r\n" + b"X: 1\r\n" * 20_000,
        b"HTTP/1.1 200 OK\r\nContent-Length: 10000000\r\n\r\n" + b"x" * 100_000,
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nZZZ\r\n",
    ],
    ids=["TLS", "SSH", "long header", "many headers", "long body", "bad chunk"],
)
def test_what_is_no_answer_or_too_much_of_one_is_a_protocol_error(octets: bytes) -> None:
    talk = dialogue()
    talk.request()
    with pytest.raises(ProtocolError):
        talk.receive_untrusted(octets)


@pytest.mark.parametrize(("cookie", "following"), [("abc", VpnStep.GREET), ("", VpnStep.REFUSED)])
def test_a_server_that_closes_without_a_word_is_a_broken_connection(cookie: str, following: VpnStep) -> None:
    talk = dialogue(cookie=cookie)
    reply = answer(talk, b"")
    assert (reply.status, reply.next_step) == (0, following)


def test_a_server_that_closes_within_its_answer_is_a_protocol_error() -> None:
    talk = dialogue()
    talk.request()
    assert talk.receive_untrusted(ASA_GET[:20]) is None
    with pytest.raises(ProtocolError):
        talk.receive_untrusted(b"")


pieces = st.sampled_from([ASA_GET, OCSERV_GET, POST, CONNECTED, b"HTTP/1.1 ", b"\r\n\r\n", b"Set-Cookie: webvpn=", b""])


@given(st.lists(pieces | st.binary(max_size=40), max_size=8), st.booleans(), st.sampled_from(["", "abc"]))
def test_whatever_a_gateway_says_is_a_reply_or_a_protocol_error(said: list[bytes], strict: bool, cookie: str) -> None:
    talk = dialogue(strict=strict, cookie=cookie)
    with contextlib.suppress(ProtocolError):
        talk.request()
        for octets in said:
            reply = talk.receive_untrusted(octets)
            if reply is None:
                continue
            assert (reply.failure is None) == (reply.next_step is not VpnStep.REFUSED)
            if reply.next_step in (VpnStep.UP, VpnStep.REFUSED):
                return
            if talk.needs_new_connection:
                talk.on_new_connection()
            talk.request()
        talk.cut_off_untrusted()


def test_every_way_through_the_table_ends_and_nothing_leads_back_but_a_spent_cookie() -> None:
    order = [VpnStep.RESUME, VpnStep.GREET, VpnStep.LOG_IN, VpnStep.CONNECT, VpnStep.UP, VpnStep.REFUSED]
    for (step, reply), following in TRANSITIONS.items():
        assert order.index(following) > order.index(step), (step, reply)
    for step in (VpnStep.GREET, VpnStep.LOG_IN, VpnStep.CONNECT):
        assert {next_step(step, reply) for reply in VpnAnswer if reply is not VpnAnswer.GOOD} == {VpnStep.REFUSED}
