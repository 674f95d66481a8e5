"""HTTP without a socket: both ends understand each other, CONNECT included; untrusted octets give one kind of error."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.wire_http.conftest import exchange
from wire.errors import ProtocolError
from wire.http.messages import MAX_BODY, MAX_HEAD, HttpClient, HttpError, HttpRefusal, HttpServer, Request, Response

HOST = (("Host", "gateway"),)


@given(st.binary(max_size=500), st.binary(max_size=500), st.integers(1, 200))
def test_request_and_answer_arrive_whole_however_they_are_cut(body: bytes, answer: bytes, size: int) -> None:
    asked, answered = exchange(Request("POST", "/phones?x=1", HOST, body), Response(200, answer), size)
    assert (asked.method, asked.target, asked.path, asked.body) == ("POST", "/phones?x=1", "/phones", body)
    assert (answered.status, answered.reason, answered.body) == (200, "OK", answer)


def test_an_empty_post_says_that_it_is_empty() -> None:
    octets = HttpClient().request(Request("POST", "/phones", HOST))
    assert octets.endswith(b"Content-Length: 0\r\n\r\n")


def test_several_exchanges_share_a_connection_until_one_says_close() -> None:
    client, server = HttpClient(), HttpServer()
    for last in (False, True):
        server.receive(client.request(Request("GET", "/phones", HOST)))
        assert server.next_request_untrusted() is not None
        headers = (("Connection", "close"),) if last else ()
        client.receive(server.respond(Response(200, headers=headers)))
        assert client.next_response_untrusted() is not None
        assert client.reusable is server.reusable is not last


@given(st.binary(max_size=300) | st.binary(max_size=300).map(lambda rest: b"POST / HTTP/1.1\r\nHost: x\r\n" + rest))
def test_a_strangers_octets_are_a_request_or_a_protocol_error(octets: bytes) -> None:
    server = HttpServer()
    try:
        server.receive(octets)
        server.next_request_untrusted()
        server.receive(b"")
        server.next_request_untrusted()
    except ProtocolError:
        pass


@given(st.binary(max_size=300) | st.binary(max_size=300).map(lambda rest: b"HTTP/1.1 200 OK\r\n" + rest))
def test_a_strangers_octets_are_an_answer_or_a_protocol_error(octets: bytes) -> None:
    for method in ("GET", "CONNECT"):
        client = HttpClient()
        client.request(Request(method, "/", HOST))
        try:
            client.receive(octets)
            client.next_response_untrusted()
            client.receive(b"")
            client.next_response_untrusted()
        except ProtocolError:
            pass


TOO_LARGE, NOT_HTTP, CUT_SHORT, NOT_ALLOWED = (
    HttpRefusal.TOO_LARGE,
    HttpRefusal.NOT_HTTP,
    HttpRefusal.CUT_SHORT,
    HttpRefusal.NOT_ALLOWED,
)
LONG = MAX_BODY + 1


@pytest.mark.parametrize(
    ("octets", "refusal", "status"),
    [
        (b"GET / HTTP/1.1\r\n" + b"X: " + b"y" * 2 * MAX_HEAD, TOO_LARGE, 431),
        (b"GET / HTTP/1.1\r\nHost: x\r\n" + b"X-a: b\r\n" * MAX_HEAD, TOO_LARGE, 431),
        (b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\n\r\n" % LONG + bytes(LONG), TOO_LARGE, 413),
        (b"POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n5000\r\n" + bytes(LONG), TOO_LARGE, 413),
        (b"GET / HT", CUT_SHORT, None),
        (b"\x16\x03\x01", NOT_HTTP, 400),
        (b"GET http://elsewhere/ HTTP/1.1\r\nHost: x\r\n\r\n", NOT_HTTP, 400),
        (b"GET / HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\n\r\nx", NOT_ALLOWED, 405),
        (b"PUT / HTTP/1.1\r\nHost: x\r\n\r\n", NOT_ALLOWED, 405),
        (b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\nx", CUT_SHORT, None),
        (b"", CUT_SHORT, None),
    ],
)
def test_what_is_too_large_or_no_request_is_refused_with_its_status(
    octets: bytes, refusal: HttpRefusal, status: int | None
) -> None:
    server = HttpServer(methods=("GET", "POST"))

    def read() -> None:
        for start in range(0, len(octets), 4096):
            server.receive(octets[start : start + 4096])
            server.next_request_untrusted()
        server.receive(b"")
        server.next_request_untrusted()

    with pytest.raises(HttpError) as error:
        read()
    assert (error.value.refusal, error.value.status) == (refusal, status)


def test_the_longest_body_and_a_head_close_to_the_limit_are_taken() -> None:
    server = HttpServer()
    head = b"POST / HTTP/1.1\r\nHost: x\r\nX: " + b"y" * (MAX_HEAD - 100)
    server.receive(head + b"\r\nContent-Length: %d\r\n\r\n" % MAX_BODY)
    assert server.next_request_untrusted() is None
    server.receive(bytes(MAX_BODY))
    request = server.next_request_untrusted()
    assert request is not None
    assert len(request.body) == MAX_BODY


@pytest.mark.parametrize("target", ["phones", "/a b", "/" + "x" * 1024, "/\r\nX: y"])
def test_no_request_leaves_for_a_path_that_is_none(target: str) -> None:
    with pytest.raises(ValueError, match="path"):
        HttpClient().request(Request("GET", target, HOST))


def test_no_header_leaves_that_would_begin_another() -> None:
    with pytest.raises(ValueError, match="HTTP"):
        HttpClient().request(Request("GET", "/", (*HOST, ("User-Agent", "a\r\nb: c"))))
