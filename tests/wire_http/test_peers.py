"""curl takes our pages and files, by GET and POST, over TCP and over TLS; our client reads the standard library's server."""

from __future__ import annotations

import http.server
import threading
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from typing import Any

import pytest
import trio

from journal import Emitter, Journal
from lab.testing import cluster_certificates
from tests.wire_tls.conftest import profile
from wire.http.messages import MAX_BODY, HttpRefusal, Request, Response
from wire.http.streams import fetch, get, serve_connection
from wire.net import Listener, connect
from wire.tcp import TcpStream
from wire.tls import ClientContext, ServerContext, TlsStream, TlsVersion

HERE = "127.0.0.1"
TLS = profile(TlsVersion.TLSv1_2)


def echo(request: Request) -> Response:
    """What was asked, so that the other end can compare it with what it sent."""
    return Response(200, f"{request.method} {request.target} ".encode() + request.body, "text/plain")


class Served:
    """A server of `echo` for GET and POST; what became of each connection."""

    def __init__(self, *, tls: bool) -> None:
        self.listener = Listener(HERE, 0)
        self.outcomes: list[HttpRefusal | None] = []
        self._context = ServerContext(cluster_certificates().server, TLS) if tls else None
        self.url = f"http{'s' if tls else ''}://{HERE}:{self.listener.port}"
        self.emitter: Emitter = Journal().emitter("test")

    async def serve(self, tcp: TcpStream) -> None:
        stream: Any = tcp
        if self._context is not None:
            stream = TlsStream(tcp, self._context, self.emitter)
            assert await stream.handshake()
        self.outcomes.append(await serve_connection(stream, echo, methods=("GET", "POST")))


@asynccontextmanager
async def served(*, tls: bool) -> AsyncIterator[Served]:
    server = Served(tls=tls)
    async with trio.open_nursery() as nursery:
        nursery.start_soon(server.listener.serve, server.serve)
        with trio.fail_after(20):
            yield server
        nursery.cancel_scope.cancel()


async def curl(*arguments: str) -> bytes:
    ran = await trio.run_process(
        ["curl", "-sk", "--noproxy", "*", *arguments], capture_stdout=True, capture_stderr=True, check=False
    )
    return bytes(ran.stdout)


@pytest.mark.trio
@pytest.mark.peer("curl")
@pytest.mark.parametrize("tls", [False, True], ids=["tcp", "tls"])
async def test_curl_gets_and_posts_and_reads_a_refusal(tls: bool) -> None:
    async with served(tls=tls) as server:
        both = await curl(f"{server.url}/a?b=c", f"{server.url}/d")
        assert both == b"GET /a?b=c GET /d "
        assert await curl("-0", f"{server.url}/old") == b"GET /old "
        assert await curl("-d", "x=1", f"{server.url}/form") == b"POST /form x=1"
        chunked = ("-H", "Transfer-Encoding: chunked", "-d", "x=2", f"{server.url}/form")
        assert await curl(*chunked) == b"POST /form x=2"
        assert await curl("-w", "%{http_code}", "-X", "PUT", f"{server.url}/") == b"405"
        assert await curl("-w", "%{http_code}", "-H", "Expect:", "-d", "x" * (MAX_BODY + 1), f"{server.url}/") == b"413"
    assert server.outcomes == [None] * 4 + [HttpRefusal.NOT_ALLOWED, HttpRefusal.TOO_LARGE]


@pytest.mark.trio
async def test_our_client_posts_to_our_server_over_tls() -> None:
    pki = cluster_certificates()
    async with served(tls=True) as server:
        tcp = await connect(HERE, server.listener.port)
        stream = TlsStream(tcp, ClientContext(TLS, pki.servers), server.emitter)
        assert await stream.handshake()
        for body in (b"one", b""):
            answer = await fetch(stream, Request("POST", "/x", (("Host", "h"),), body))
            assert (answer.status, answer.body) == (200, b"POST /x " + body)
        await stream.aclose()


class Standard(http.server.BaseHTTPRequestHandler):
    """The standard library's server with `echo`."""

    protocol_version = "HTTP/1.1"

    def answer(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        answer = echo(Request(self.command, self.path, body=body))
        self.send_response(answer.status)
        self.send_header("Content-Type", answer.content_type)
        self.send_header("Content-Length", str(len(answer.body)))
        self.end_headers()
        self.wfile.write(answer.body)

    do_GET = do_POST = answer

    def log_message(self, format: str, *args: object) -> None:
        pass


@contextmanager
def standard_server() -> Iterator[int]:
    with http.server.ThreadingHTTPServer((HERE, 0), Standard) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield server.server_address[1]
        finally:
            server.shutdown()
            thread.join()


@pytest.mark.trio
async def test_our_client_reads_the_standard_library_s_server() -> None:
    with standard_server() as port, trio.fail_after(20):
        async with await connect(HERE, port) as stream:
            answer = await fetch(stream, Request("POST", "/x", (("Host", "h"),), b"body"))
            assert (answer.status, answer.body, answer.content_type) == (200, b"POST /x body", "text/plain")
            assert (await get(stream, "/y", host="h", max_body=100)).body == b"GET /y "
