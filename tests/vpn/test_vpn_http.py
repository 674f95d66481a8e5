"""Cookies, CONNECT with its X-CSTP headers, the XML of the login: both sides agree; anything else gives one error."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.wire_http.conftest import exchange
from wire.errors import ProtocolError
from wire.http.messages import HttpClient, HttpServer, Request, Response
from wire.vpn_http import (
    CONNECT_TARGET,
    LONG_AGO,
    ConfigAuth,
    LoginForm,
    SetCookie,
    TunnelOffer,
    is_phone,
    pull_config_auth_untrusted,
    pull_cookies_untrusted,
    pull_mtu_untrusted,
    pull_offer_untrusted,
    pull_set_cookies_untrusted,
    push_config_auth,
    push_connect,
    push_cookies,
    push_form,
    push_offer,
    push_set_cookie,
)

HOST = (("Host", "gateway"),)
texts = st.text(st.characters(codec="utf-8", exclude_categories=("C", "Z")), max_size=60)
words = st.from_regex(r"[A-Za-z][A-Za-z0-9+/]{0,40}=?", fullmatch=True)


def test_connect_turns_the_connection_into_a_tunnel_and_only_a_200_does() -> None:
    for status, tunnel in ((200, True), (401, False)):
        client, server = HttpClient(), HttpServer()
        server.receive(client.request(push_connect(host="gateway", session="abc=", hostname="SEP1")))
        asked = server.next_request_untrusted()
        assert asked is not None
        assert (asked.method, asked.target) == ("CONNECT", CONNECT_TARGET)
        assert pull_cookies_untrusted(asked) == {"webvpn": "abc="}
        octets = server.respond(push_offer(TunnelOffer("10.1.1.1")) if tunnel else Response(status, reason="No"))
        client.receive(octets + (b"STF\x01" if tunnel else b""))
        answered = client.next_response_untrusted()
        assert answered is not None
        assert answered.status == status
        assert client.tunnel_octets == (b"STF\x01" if tunnel else None)
        assert server.tunnel_octets == (b"" if tunnel else None)


@given(st.binary(max_size=300) | st.binary(max_size=300).map(lambda rest: b"HTTP/1.1 200 OK\r\n" + rest))
def test_an_untrusted_answer_to_connect_is_an_offer_or_a_protocol_error(octets: bytes) -> None:
    client = HttpClient()
    client.request(push_connect(host="h", session="x"))
    try:
        client.receive(octets)
        answer = client.next_response_untrusted()
        if answer is not None:
            pull_set_cookies_untrusted(answer)
            pull_offer_untrusted(answer)
    except ProtocolError:
        pass


@given(st.text(max_size=400))
def test_whatever_a_client_calls_itself_it_can_be_told_back(hostname: str) -> None:
    offer = TunnelOffer("10.1.2.3", hostname=hostname)
    _, answered = exchange(push_connect(host="h", session="x"), push_offer(offer))
    assert pull_offer_untrusted(answered).hostname.isascii()


# --- Cookies


@given(words, words, st.sampled_from(["", LONG_AGO]), st.booleans())
def test_a_cookie_is_read_as_it_was_set(name: str, value: str, expires: str, secure: bool) -> None:
    name = name.rstrip("=")
    cookie = SetCookie(name, value, expires, "/", secure)
    answer = Response(200, headers=(push_set_cookie(cookie),))
    assert pull_set_cookies_untrusted(answer) == [cookie]
    request = Request("GET", "/", tuple((key.lower(), text) for key, text in [push_cookies({name: value})]))
    assert pull_cookies_untrusted(request) == {name: value}


@given(st.lists(st.text(max_size=100), max_size=50))
def test_cookies_of_a_stranger_are_bounded_and_never_raise(lines: list[str]) -> None:
    assert len(pull_set_cookies_untrusted(Response(200, headers=tuple(("set-cookie", each) for each in lines)))) <= 32
    assert len(pull_cookies_untrusted(Request("GET", "/", tuple(("cookie", each) for each in lines)))) <= 32


# --- The offer


@given(
    st.integers(256, 16000),
    st.integers(0, 3600),
    st.integers(0, 3600),
    st.from_regex(r"SEP[0-9A-F]{12}", fullmatch=True),
)
def test_an_offer_is_read_as_it_was_made(mtu: int, dpd: int, keepalive: int, hostname: str) -> None:
    offer = TunnelOffer("10.1.2.3", "255.255.0.0", mtu, dpd, keepalive, hostname=hostname, server_name="asa")
    _, answered = exchange(push_connect(host="h", session="x"), push_offer(offer))
    assert pull_offer_untrusted(answered) == offer


@pytest.mark.parametrize(
    "change",
    [
        {"X-CSTP-Address": "10.1.2"},
        {"X-CSTP-Address": "10.1.2.300"},
        {"X-CSTP-Address": ""},
        {"X-CSTP-MTU": ""},
        {"X-CSTP-MTU": "255"},
        {"X-CSTP-MTU": "99999999999999999999"},
        {"X-CSTP-MTU": "-1"},
        {"X-CSTP-Netmask": "all"},
    ],
)
def test_an_offer_without_sense_is_a_protocol_error(change: dict[str, str]) -> None:
    headers = dict(push_offer(TunnelOffer("10.1.2.3")).headers) | change
    with pytest.raises(ProtocolError):
        pull_offer_untrusted(Response(200, headers=tuple(headers.items())))


@pytest.mark.parametrize(("asked", "given_"), [("1000", 1000), ("9000", 1290), ("", 1290), ("x", 1290), ("1", 1290)])
def test_a_client_may_ask_for_less_and_not_for_nonsense(asked: str, given_: int) -> None:
    request = Request("CONNECT", CONNECT_TARGET, (("x-cstp-mtu", asked),))
    assert pull_mtu_untrusted(request, 1290) == given_


def test_a_phone_is_known_by_how_its_agent_begins() -> None:
    assert is_phone("Cisco SVC IPPhone Client v1.0 (1.0)")
    assert not is_phone("Open AnyConnect VPN Agent v9.01-3")


# --- The documents

forms = st.builds(
    LoginForm, texts, st.just("/+webvpn+/index.html"), st.lists(texts.filter(bool), max_size=4).map(tuple),
    st.dictionaries(words, texts, max_size=3),
)  # fmt: skip
from_gateway = st.builds(
    ConfigAuth, st.sampled_from(["auth-request", "complete"]), version=texts, session_token=texts,
    auth_id=st.sampled_from(["main", "success"]), wants_certificate=st.booleans(), form=st.none() | forms,
)  # fmt: skip
from_client = st.builds(
    ConfigAuth, st.just("init"), version=texts, device_id=texts, group_access=texts, group_select=texts
)


@given(from_gateway | from_client)
def test_a_document_is_read_as_it_was_written(document: ConfigAuth) -> None:
    assert pull_config_auth_untrusted(push_config_auth(document)) == document


@given(forms)
def test_a_plain_form_is_read_as_it_was_written(form: LoginForm) -> None:
    assert pull_config_auth_untrusted(push_form(form)).form == form


def test_an_auth_reply_gives_its_fields() -> None:
    document = ConfigAuth("auth-reply", fields={"username": "alice", "password": "pw"})
    assert pull_config_auth_untrusted(push_config_auth(document)).fields == {"username": "alice", "password": "pw"}


def test_a_bare_auth_is_complete_only_with_success() -> None:
    assert pull_config_auth_untrusted(b'<auth id="success"/>').type == "complete"
    assert pull_config_auth_untrusted(b'<auth id="main"/>').type == "auth-request"


BOMB = b"<!DOCTYPE b [<!ENTITY a 'aaaa'><!ENTITY c '&a;&a;&a;&a;'>]><config-auth type='init'>&c;</config-auth>"
BAD = {
    "bomb": BOMB,
    "outside-entity": b"<!DOCTYPE x SYSTEM 'file:///etc/passwd'><config-auth/>",
    "deep": b"<config-auth>" * 40,
    "wide": b"<config-auth>" + b"<a/>" * 6000,
    "long": b"<config-auth>" + b" " * 20_000,
    "other-root": b"<html/>",
    "twice": b"<config-auth><auth/><auth/></config-auth>",
    "many-fields": b"<config-auth type='auth-reply'><auth>" + b"<a/>" * 20 + b"</auth></config-auth>",
    "cut": b"<config-auth",
    "empty": b"",
}


@pytest.mark.parametrize("body", BAD.values(), ids=BAD)
def test_a_document_that_breaks_the_rules_is_a_protocol_error(body: bytes) -> None:
    with pytest.raises(ProtocolError):
        pull_config_auth_untrusted(body)


@given(st.binary(max_size=300) | st.binary(max_size=300).map(lambda rest: b"<config-auth type='init'>" + rest))
def test_a_strangers_document_is_read_or_a_protocol_error(body: bytes) -> None:
    try:
        pull_config_auth_untrusted(body)
    except ProtocolError:
        pass
