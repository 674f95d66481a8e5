"""Both ends of HTTP over a stream, plain TCP or TLS, bounded in time on trio's clock."""

from __future__ import annotations

from collections.abc import Callable, Container
from contextlib import suppress
from dataclasses import replace
from http import HTTPStatus

import trio

from wire.http.messages import CLOSE, MAX_BODY, HttpClient, HttpError, HttpRefusal, HttpServer, Request, Response
from wire.net import waiting

TIMEOUT = 10.0
"""Seconds for a whole request, for the silence before it, and for the client to take an answer. Assumed."""
_CHUNK = 16 * 1024
_MAX_REQUESTS = 100
_LINGER = 0.5
"""Seconds in which a peer may read the last answer before the connection closes on it."""


async def get(stream: trio.abc.Stream, path: str, *, host: str, max_body: int) -> Response:
    """`fetch` a path by GET; the connection is used up by it."""
    headers = (("Host", host), ("Accept", "*/*"), CLOSE)
    return await fetch(stream, Request("GET", path, headers), max_body=max_body)


async def fetch(stream: trio.abc.Stream, request: Request, *, max_body: int = MAX_BODY) -> Response:
    """Send a request and read the whole answer, whose body may have `max_body` octets.

    There is no limit in time here: put `trio.fail_after` around it.
    Raises ValueError for a request that HTTP cannot carry, ProtocolError for an answer that is not HTTP, is too
    long or is cut short, trio.BrokenResourceError where the connection broke.
    """
    http = HttpClient(max_body=max_body)
    await stream.send_all(http.request(request))
    while (response := http.next_response_untrusted()) is None:
        http.receive(bytes(await stream.receive_some(_CHUNK)))
    return response


class RequestStream:
    """A server's side of one connection: its requests one after the other."""

    def __init__(
        self, stream: trio.abc.Stream, *, methods: Container[str] | None = None, timeout: float = TIMEOUT
    ) -> None:
        """`methods` as of HttpServer; `timeout` in seconds, for each request and for each answer."""
        self._stream = stream
        self._timeout = timeout
        self._served = False
        self.http = HttpServer(methods=methods)

    async def next_request_untrusted(self) -> Request | None:
        """The next request; None where the client has ended, or is silent after an answer, and has sent nothing more.

        Meanwhile a listener that lacks room may end this connection. Raises HttpError for what is no request or comes too slowly;
        trio.BrokenResourceError where the connection broke.
        """
        http = self.http
        with trio.move_on_after(self._timeout), waiting():
            while (request := http.next_request_untrusted()) is None:
                data = bytes(await self._stream.receive_some(_CHUNK))
                if not data and http.nothing_came:
                    return None
                http.receive(data)
            return request
        if self._served and http.nothing_came:
            return None
        raise HttpError(HttpRefusal.TOO_SLOW, "the request was not whole in time", HTTPStatus.REQUEST_TIMEOUT)

    async def answer(self, response: Response) -> None:
        """Raises HttpError for a client that does not take it in time, trio.BrokenResourceError where the connection broke."""
        with trio.move_on_after(self._timeout):
            await self._stream.send_all(self.http.respond(response))
            self._served = True
            return
        raise HttpError(HttpRefusal.TOO_SLOW, "the client does not take its answer")

    async def refuse(self, error: HttpError) -> None:
        """Say why, where the client can still read an answer; only closing is left to do afterwards."""
        if error.status is not None:
            with trio.move_on_after(_LINGER), suppress(trio.BrokenResourceError, ValueError):
                await self._stream.send_all(self.http.respond(Response(error.status, headers=(CLOSE,))))
            await self.linger()

    async def linger(self) -> None:
        """Read a little before closing TCP: unread octets would make it a reset, which destroys the answer on its way."""
        stream = self._stream
        if isinstance(stream, trio.abc.HalfCloseableStream):
            with trio.move_on_after(_LINGER), suppress(trio.BrokenResourceError):
                await stream.send_eof()
                for _ in range(16):
                    if not await stream.receive_some(_CHUNK):
                        return


async def serve_connection(
    stream: trio.abc.Stream, handler: Callable[[Request], Response], *, methods: Container[str] = ("GET",)
) -> HttpRefusal | None:
    """Answer requests one after the other, 100 at most, then close the stream.

    Each request must be whole, and each answer taken, within TIMEOUT; a connection that sends nothing
    for so long ends quietly if it has been served before.
    Returns None where every request got its answer, the refusal otherwise. Raises nothing of the peer's making.
    """
    async with stream:
        http = RequestStream(stream, methods=methods)
        try:
            for left in reversed(range(_MAX_REQUESTS)):
                request = await http.next_request_untrusted()
                if request is None:
                    return None
                response = handler(request)
                await http.answer(response if left else replace(response, headers=(*response.headers, CLOSE)))
                if not http.http.reusable:
                    break
            await http.linger()
        except HttpError as error:
            await http.refuse(error)
            return error.refusal
        except trio.BrokenResourceError:
            return HttpRefusal.CUT_SHORT
    return None
