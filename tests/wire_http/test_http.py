"""A file server over HTTP answers what it should and survives what it is sent; its client believes nothing too long."""

from __future__ import annotations

import socket
import struct
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

import h11
import pytest
import trio
import trio.testing
from hypothesis import given
from hypothesis import strategies as st

from wire.errors import ProtocolError
from wire.http.messages import MAX_HEAD, HttpRefusal, Request, Response
from wire.http.streams import get, serve_connection
from wire.net import Listener, connect
from wire.tcp import TcpStream

FILES = {"/a": Response(200, b"alpha", "text/xml"), "/empty": Response(200, b"")}


def files(request: Request) -> Response:
    return FILES.get(request.target, Response(404))


class Outcome:
    """What a served connection came to: the refusal, and how long it took."""

    def __init__(self) -> None:
        self.refusal: HttpRefusal | None = None
        self.took = 0.0
        self.done = trio.Event()


@asynccontextmanager
async def served() -> AsyncIterator[tuple[trio.abc.HalfCloseableStream, Outcome]]:
    """The client's end of a connection that a server of FILES serves; at the end the server must be done by itself."""
    client, server = trio.testing.memory_stream_pair()
    outcome = Outcome()

    async def serve() -> None:
        began = trio.current_time()
        outcome.refusal = await serve_connection(server, files)
        outcome.took = trio.current_time() - began
        outcome.done.set()

    async with trio.open_nursery() as nursery:
        nursery.start_soon(serve)
        yield client, outcome
        with trio.fail_after(3600):
            await outcome.done.wait()


async def read_all(stream: trio.abc.ReceiveStream) -> bytes:
    data = b""
    while chunk := await stream.receive_some(4096):
        data += chunk
    return data


@pytest.mark.trio
async def test_a_file_is_fetched_and_the_connection_ends(autojump_clock: trio.testing.MockClock) -> None:
    async with served() as (client, outcome):
        answer = await get(client, "/a", host="127.1.2.10:6970", max_body=100)
        assert (answer.status, answer.body, answer.content_type) == (200, b"alpha", "text/xml")
        assert await client.receive_some(1) == b""
        await client.aclose()
    assert outcome.refusal is None


@pytest.mark.trio
async def test_a_missing_file_is_404(autojump_clock: trio.testing.MockClock) -> None:
    async with served() as (client, outcome):
        assert (await get(client, "/b", host="h", max_body=100)).status == 404
        await client.aclose()
    assert outcome.refusal is None


@pytest.mark.trio
async def test_several_requests_on_one_connection_are_answered_in_order(
    autojump_clock: trio.testing.MockClock,
) -> None:
    async with served() as (client, outcome):
        await client.send_all(b"GET /a HTTP/1.1\r\nHost: h\r\n\r\nGET /empty HTTP/1.1\r\nHost: h\r\n\r\n")
        await client.send_all(b"GET /b HTTP/1.0\r\n\r\n")
        answers = await read_all(client)
        await client.aclose()
    assert [line.split()[1] for line in answers.split(b"\r\n") if b"HTTP/1.1" in line] == [b"200", b"200", b"404"]
    assert outcome.refusal is None


@pytest.mark.trio
async def test_the_hundredth_answer_on_a_connection_is_its_last(autojump_clock: trio.testing.MockClock) -> None:
    async with served() as (client, outcome):
        await client.send_all(b"GET /a HTTP/1.1\r\nHost: h\r\n\r\n" * 101)
        assert (await read_all(client)).count(b"alpha") == 100
        await client.aclose()
    assert outcome.refusal is None


@pytest.mark.trio
async def test_an_idle_connection_that_was_served_ends_quietly(autojump_clock: trio.testing.MockClock) -> None:
    async with served() as (client, outcome):
        await client.send_all(b"GET /a HTTP/1.1\r\nHost: h\r\n\r\n")
        assert (await read_all(client)).endswith(b"alpha")
    assert outcome.refusal is None
    assert 10 <= outcome.took < 12


TLS_HELLO = bytes.fromhex("16030100320100002e0303") + bytes(40)


@pytest.mark.parametrize(
    ("sent", "refusal", "status"),
    [
        (b"garbage\r\n\r\n", HttpRefusal.NOT_HTTP, b"400"),
        (TLS_HELLO, HttpRefusal.NOT_HTTP, b"400"),
        (b"GET a HTTP/1.1\r\nHost: h\r\n\r\n", HttpRefusal.NOT_HTTP, b"400"),
        (b"GET /" + b"a" * 1024 + b" HTTP/1.1\r\nHost: h\r\n\r\n", HttpRefusal.NOT_HTTP, b"400"),
        (b"GET /a HTTP/1.1\r\n\r\n", HttpRefusal.NOT_HTTP, b"400"),
        (b"GET /a HTTP/1.1\r\nHost: h\r\nX: " + b"y" * 2 * MAX_HEAD, HttpRefusal.TOO_LARGE, b"431"),
        (b"POST /a HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\n\r\nabc", HttpRefusal.NOT_ALLOWED, b"405"),
        (b"GET /a HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\n\r\nabc", HttpRefusal.NOT_ALLOWED, b"405"),
        (b"GET /a HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n", HttpRefusal.NOT_ALLOWED, b"405"),
        (b"CONNECT h:1 HTTP/1.1\r\nHost: h\r\n\r\n", HttpRefusal.NOT_ALLOWED, b"405"),
        (b"GET /a HTTP/1.1\r\nHost:", HttpRefusal.TOO_SLOW, b"408"),
        (b"", HttpRefusal.TOO_SLOW, b"408"),
    ],
)
@pytest.mark.trio
async def test_a_bad_request_is_refused_and_the_connection_ends(
    sent: bytes, refusal: HttpRefusal, status: bytes, autojump_clock: trio.testing.MockClock
) -> None:
    async with served() as (client, outcome):
        await client.send_all(sent)
        answer = await read_all(client)
        assert answer.split()[1] == status
        assert b"alpha" not in answer
    assert outcome.refusal is refusal


@pytest.mark.trio
async def test_an_octet_a_minute_does_not_hold_a_connection(autojump_clock: trio.testing.MockClock) -> None:
    async with served() as (client, outcome):
        for octet in b"GET /a":
            try:
                await client.send_all(bytes([octet]))
            except trio.BrokenResourceError:
                break
            await trio.sleep(60)
        else:
            pytest.fail("the server kept the connection for six minutes")
    assert outcome.refusal is HttpRefusal.TOO_SLOW
    assert outcome.took < 12


@pytest.mark.trio
async def test_a_request_cut_short_is_noted(autojump_clock: trio.testing.MockClock) -> None:
    async with served() as (client, outcome):
        await client.send_all(b"GET /a HT")
        await client.send_eof()
        await read_all(client)
    assert outcome.refusal is HttpRefusal.CUT_SHORT


@pytest.mark.trio
async def test_a_reset_in_the_middle_is_noted_and_no_exception() -> None:
    listener = Listener("127.0.0.1", 0)
    client = socket.create_connection(("127.0.0.1", listener.port))
    client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    server = await listener._accept()
    client.sendall(b"GET /a HT")
    client.close()
    assert await serve_connection(server, files) is HttpRefusal.CUT_SHORT
    listener.close()


@pytest.mark.trio
async def test_an_answer_is_not_destroyed_by_what_was_sent_after_the_question() -> None:
    async def serve(stream: TcpStream) -> None:
        assert await serve_connection(stream, files) is None

    listener = Listener("127.0.0.1", 0)
    async with trio.open_nursery() as nursery:
        nursery.start_soon(listener.serve, serve)
        client = await connect("127.0.0.1", listener.port)
        await client.send_all(b"GET /a HTTP/1.0\r\n\r\n" + b"more" * 8000)
        await client.send_eof()
        assert (await read_all(client)).endswith(b"alpha")
        await client.aclose()
        nursery.cancel_scope.cancel()


@pytest.mark.trio
async def test_a_connection_that_asks_nothing_is_not_a_refusal(autojump_clock: trio.testing.MockClock) -> None:
    async with served() as (client, outcome):
        await client.aclose()
    assert outcome.refusal is None


@pytest.mark.trio
async def test_a_peer_that_takes_no_answer_does_not_hold_a_connection(
    autojump_clock: trio.testing.MockClock,
) -> None:
    client, server = trio.testing.lockstep_stream_pair()
    async with trio.open_nursery() as nursery:

        async def ask() -> None:
            await client.send_all(b"GET /a HTTP/1.1\r\nHost: h\r\n\r\n")

        nursery.start_soon(ask)
        began = trio.current_time()
        assert await serve_connection(server, files) is HttpRefusal.TOO_SLOW
    assert trio.current_time() - began < 12


def run_served(sent: bytes) -> HttpRefusal | None:
    async def main() -> HttpRefusal | None:
        client, server = trio.testing.memory_stream_pair()
        await client.send_all(sent)
        await client.send_eof()
        return await serve_connection(server, files)

    return trio.run(main, clock=trio.testing.MockClock(autojump_threshold=0))


@given(st.binary(max_size=200), st.sampled_from([b"", b"GET /a HTTP/1.1\r\n", b"GET /a HTTP/1.1\r\nHost: h\r\n\r\n"]))
def test_arbitrary_bytes_leave_the_server_in_peace(data: bytes, before: bytes) -> None:
    run_served(before + data)


def run_get(answer: bytes, max_body: int = 100) -> Response:
    async def main() -> Response:
        client, server = trio.testing.memory_stream_pair()
        await server.send_all(answer)
        await server.send_eof()
        return await get(client, "/a", host="h", max_body=max_body)

    return trio.run(main)


@given(st.binary(max_size=300), st.sampled_from([b"", b"HTTP/1.1 200 OK\r\n", b"HTTP/1.1 200 OK\r\n\r\n"]))
def test_arbitrary_bytes_are_an_answer_or_a_protocol_error(data: bytes, before: bytes) -> None:
    with suppress(ProtocolError):
        assert len(run_get(before + data).body) <= 100


@given(st.binary(max_size=100), st.sampled_from([200, 404, 503]))
def test_an_answer_arrives_as_it_was_given(body: bytes, status: int) -> None:
    async def main() -> Response:
        client, server = trio.testing.memory_stream_pair()
        async with trio.open_nursery() as nursery:
            nursery.start_soon(serve_connection, server, lambda request: Response(status, body, "text/xml"))
            response = await get(client, "/a", host="h", max_body=100)
            await client.aclose()
        return response

    answer = trio.run(main)
    assert (answer.status, answer.body, answer.content_type) == (status, body, "text/xml")


@pytest.mark.parametrize(
    "answer",
    [
        b"",
        b"SSH-2.0-OpenSSH\r\n",
        b"\x15\x03\x01\x00\x02\x02\x30",
        b"HTTP/1.1 200 OK\r\nContent-Length: 20\r\n\r\nshort",
        b"HTTP/1.1 200 OK\r\nContent-Length: 101\r\n\r\n" + b"x" * 101,
        b"HTTP/1.1 200 OK\r\n\r\n" + b"x" * 101,
        b"HTTP/1.1 200 OK\r\nX: " + b"y" * 2 * MAX_HEAD,
        b"HTTP/1.1 100 Continue\r\n\r\n",
    ],
)
def test_an_answer_that_is_no_http_too_long_or_cut_short_is_refused(answer: bytes) -> None:
    with pytest.raises(ProtocolError):
        run_get(answer)


def test_the_longest_body_is_taken() -> None:
    assert run_get(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n" + b"x" * 100).body == b"x" * 100


def test_an_endless_body_is_given_up_at_its_limit() -> None:
    async def main() -> int:
        client, server = trio.testing.memory_stream_pair()
        sent = 0

        async def pour() -> None:
            nonlocal sent
            await server.send_all(b"HTTP/1.1 200 OK\r\n\r\n")
            while True:
                await server.send_all(b"x" * 1000)
                sent += 1000
                await trio.testing.wait_all_tasks_blocked()

        async with trio.open_nursery() as nursery:
            nursery.start_soon(pour)
            with pytest.raises(ProtocolError):
                await get(client, "/a", host="h", max_body=5000)
            nursery.cancel_scope.cancel()
        return sent

    assert trio.run(main) < 20_000


@pytest.mark.parametrize("path", ["a", "/a b", "/a\r\nX: y", "/ü", "/" + "a" * 1024])
def test_a_path_that_no_request_can_carry_is_our_own_error(path: str) -> None:
    async def main() -> None:
        client, _ = trio.testing.memory_stream_pair()
        await get(client, path, host="h", max_body=1)

    with pytest.raises(ValueError, match="path"):
        trio.run(main)


@pytest.mark.trio
async def test_the_request_is_one_that_another_http_library_reads() -> None:
    client, server = trio.testing.memory_stream_pair()
    await server.send_all(b"HTTP/1.1 204 No Content\r\n\r\n")
    await get(client, "/SEP001122334455.cnf.xml", host="127.1.2.10:6970", max_body=0)
    judge = h11.Connection(h11.SERVER)
    judge.receive_data(bytes(await server.receive_some(4096)))
    request = judge.next_event()
    assert isinstance(request, h11.Request)
    assert request.target == b"/SEP001122334455.cnf.xml"
    assert (b"host", b"127.1.2.10:6970") in list(request.headers)
