"""HTTP/1.1 between a phone and a file server: GETs without a body, over any stream, bounded in octets and in time."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from http import HTTPStatus

import h11
import trio

from wire.errors import ProtocolError

LONGEST_HEAD = 8 * 1024
"""Octets of a request or response line with its headers."""
_CHUNK = 4096
_MOST_REQUESTS = 100
_TARGET = re.compile(rb"/[!-~]{0,254}")
_LINGER = 0.5
"""Seconds in which a peer may read our last answer before the connection closes on it."""


@dataclass(frozen=True, slots=True)
class Response:
    """A status and a body. `content_type` is what the server says of the body; empty where it said nothing."""

    status: int
    body: bytes = b""
    content_type: str = "text/plain"


class Refusal(StrEnum):
    """Why a server ended a connection without an answer to what was asked."""

    NOT_HTTP = "not HTTP"
    TOO_LARGE = "too large"
    TOO_SLOW = "too slow"
    CUT_SHORT = "cut short"
    """The peer ended the connection within a request or before it had the answer."""
    NOT_ALLOWED = "method not allowed"
    """Not a GET, or a GET with a body."""


async def get(stream: trio.abc.Stream, path: str, *, host: str, longest: int) -> Response:
    """Ask for `path` and read the whole answer, whose body may have `longest` octets. The connection is used up by it.

    There is no limit in time here: put `trio.fail_after` around it.
    Raises ValueError for a path that no request line can carry, ProtocolError for an answer that is not HTTP, is too
    long or is cut short, trio.BrokenResourceError where the connection broke.
    """
    target = path.encode("ascii", "replace")
    if not _TARGET.fullmatch(target) or not path.isascii():
        raise ValueError("a path is a slash and at most 254 printable ASCII characters without a space")
    connection = h11.Connection(h11.CLIENT, max_incomplete_event_size=LONGEST_HEAD)
    headers = [("Host", host), ("Accept", "*/*"), ("Connection", "close")]
    try:
        request = _sent(connection, h11.Request(method="GET", target=target, headers=headers))
        await stream.send_all(request + _sent(connection, h11.EndOfMessage()))
        return await _read_response_untrusted(connection, stream, longest)
    except h11.RemoteProtocolError:
        raise ProtocolError("the answer is not HTTP, or cut short") from None


async def serve_connection(
    stream: trio.abc.Stream, handler: Callable[[str], Response], *, request_timeout: float = 10
) -> Refusal | None:
    """Answer requests one after the other, then close the stream. `handler` gets the path of a GET as it was sent.

    Each request must be whole, and each answer taken, within `request_timeout` seconds; a connection that sends nothing
    for so long ends quietly if it has been served before. At most 100 requests are answered on one connection.
    Returns None where every request got its answer, the Refusal otherwise. Raises nothing of the peer's making.
    """
    async with stream:
        connection = h11.Connection(h11.SERVER, max_incomplete_event_size=LONGEST_HEAD)
        for served in range(_MOST_REQUESTS):
            refusal: Refusal | None = Refusal.TOO_SLOW
            with trio.move_on_after(request_timeout):
                try:
                    refusal = await _serve_one_untrusted(connection, stream, handler, last=served + 1 == _MOST_REQUESTS)
                except trio.BrokenResourceError:
                    refusal = Refusal.CUT_SHORT
            if refusal is Refusal.TOO_SLOW and served and _is_idle(connection):
                return None
            if refusal is not None:
                await _refuse(connection, stream, refusal)
                return refusal
            if connection.our_state is not h11.DONE or connection.their_state is not h11.DONE:
                break
            connection.start_next_cycle()
        await _linger(stream)
    return None


async def _serve_one_untrusted(
    connection: h11.Connection, stream: trio.abc.Stream, handler: Callable[[str], Response], *, last: bool
) -> Refusal | None:
    try:
        request = await _next_event(connection, stream)
        if isinstance(request, h11.ConnectionClosed):
            return None
        assert isinstance(request, h11.Request), "the first event of a cycle is a request or its absence"
        if request.method != b"GET" or _has_body(request):
            return Refusal.NOT_ALLOWED
        if not _TARGET.fullmatch(request.target):
            return Refusal.NOT_HTTP
        await _next_event(connection, stream)
    except h11.RemoteProtocolError as error:
        if error.error_status_hint == HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE:
            return Refusal.TOO_LARGE
        # h11 says the same of garbage and of a request that ends half-way; only the second has seen the end.
        return Refusal.CUT_SHORT if connection.trailing_data[1] else Refusal.NOT_HTTP
    await _answer(connection, stream, handler(request.target.decode("ascii")), last=last)
    return None


async def _answer(connection: h11.Connection, stream: trio.abc.Stream, response: Response, *, last: bool) -> None:
    headers = [("Content-Length", str(len(response.body)))]
    if response.content_type:
        headers.append(("Content-Type", response.content_type))
    if last:
        headers.append(("Connection", "close"))
    head = h11.Response(
        status_code=response.status, reason=HTTPStatus(response.status).phrase.encode(), headers=headers
    )
    data = _sent(connection, head)
    data += _sent(connection, h11.Data(response.body))
    await stream.send_all(data + _sent(connection, h11.EndOfMessage()))


_STATUS_OF_REFUSAL = {
    Refusal.NOT_HTTP: HTTPStatus.BAD_REQUEST,
    Refusal.TOO_LARGE: HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE,
    Refusal.TOO_SLOW: HTTPStatus.REQUEST_TIMEOUT,
    Refusal.NOT_ALLOWED: HTTPStatus.METHOD_NOT_ALLOWED,
}


async def _refuse(connection: h11.Connection, stream: trio.abc.Stream, refusal: Refusal) -> None:
    """Say why, where there is somebody to hear it and nothing was said yet."""
    status = _STATUS_OF_REFUSAL.get(refusal)
    if status is None or connection.our_state not in (h11.IDLE, h11.SEND_RESPONSE):
        return
    with trio.move_on_after(_LINGER):
        try:
            await _answer(connection, stream, Response(int(status)), last=True)
        except trio.BrokenResourceError:
            return
    await _linger(stream)


async def _linger(stream: trio.abc.Stream) -> None:
    """Read a little before closing: unread octets would make it a reset, which destroys the answer on its way."""
    with trio.move_on_after(_LINGER):
        try:
            if isinstance(stream, trio.abc.HalfCloseableStream):
                await stream.send_eof()
            for _ in range(16):
                if not await stream.receive_some(_CHUNK):
                    return
        except trio.BrokenResourceError:
            return


async def _read_response_untrusted(connection: h11.Connection, stream: trio.abc.Stream, longest: int) -> Response:
    head = await _next_event(connection, stream)
    while isinstance(head, h11.InformationalResponse):
        head = await _next_event(connection, stream)
    if not isinstance(head, h11.Response):
        raise ProtocolError("the server closed the connection without an answer")
    body = bytearray()
    while isinstance(event := await _next_event(connection, stream), h11.Data):
        body += event.data
        if len(body) > longest:
            raise ProtocolError(f"the answer has more than {longest} octets")
    content_type = next((value for name, value in head.headers if name == b"content-type"), b"")
    return Response(head.status_code, bytes(body), content_type.decode("ascii", "replace"))


async def _next_event(connection: h11.Connection, stream: trio.abc.Stream) -> h11.Event:
    while True:
        event = connection.next_event()
        if event is h11.NEED_DATA:
            connection.receive_data(bytes(await stream.receive_some(_CHUNK)))
        elif isinstance(event, h11.Event):
            return event
        else:
            raise h11.RemoteProtocolError("octets that no request asked for")


def _has_body(request: h11.Request) -> bool:
    return any(
        name == b"transfer-encoding" or (name == b"content-length" and value != b"0") for name, value in request.headers
    )


def _is_idle(connection: h11.Connection) -> bool:
    return connection.their_state is h11.IDLE and not connection.trailing_data[0]


def _sent(connection: h11.Connection, event: h11.Event) -> bytes:
    data = connection.send(event)
    assert data is not None, "only ConnectionClosed sends nothing, and it is not sent here"
    return data
