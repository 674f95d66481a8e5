"""Requests and responses of HTTP/1.1 on h11, sans-io: bounded in octets, CONNECT included.

`receive` takes octets of the peer; `next_request_untrusted` or `next_response_untrusted` gives a message once it is whole.
"""

from __future__ import annotations

import re
from collections.abc import Container, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum
from http import HTTPStatus

import h11

from wire.errors import ProtocolError

MAX_HEAD = 16 * 1024
"""Octets of a request or status line with its headers."""
MAX_BODY = 16 * 1024
"""Octets of a body, unless an end is told otherwise."""
CLOSE = ("Connection", "close")
_TARGET = re.compile(r"/[!-~]{0,1023}")

Headers = tuple[tuple[str, str], ...]
"""In order; those of a message that was read have names in lower case."""


class HttpRefusal(StrEnum):
    """Why a server ended a connection without an answer to what was asked."""

    NOT_HTTP = "not HTTP"
    TOO_LARGE = "too large"
    TOO_SLOW = "too slow"
    CUT_SHORT = "cut short"
    """The peer ended the connection within a message or before it had the answer."""
    NOT_ALLOWED = "method not allowed"
    """A method that this server does not serve, or a GET with a body."""


class HttpError(ProtocolError):
    """What came is no message. `status` is what a server answers; None where no answer can be read any more."""

    def __init__(self, refusal: HttpRefusal, sentence: str, status: HTTPStatus | None = None) -> None:
        super().__init__(sentence)
        self.refusal = refusal
        self.status = status


@dataclass(frozen=True, slots=True)
class Request:
    method: str
    target: str
    """Path and query as sent: a slash and at most 1023 printable ASCII characters."""
    headers: Headers = ()
    body: bytes = b""

    def header(self, name: str) -> str:
        """The first of this name, case ignored; empty where there is none."""
        return _first(self.headers, name)

    @property
    def path(self) -> str:
        return self.target.partition("?")[0]


@dataclass(frozen=True, slots=True)
class Response:
    status: int
    body: bytes = b""
    content_type: str = ""
    """What the server says of the body; empty where it says nothing."""
    headers: Headers = ()
    """Of one that is sent: those beside Content-Type and Content-Length."""
    reason: str = ""
    """Of one that is sent: the usual phrase where it is empty."""

    def header(self, name: str) -> str:
        """The first of this name, case ignored; empty where there is none."""
        return _first(self.headers, name)

    def headers_called(self, name: str) -> list[str]:
        """All of this name, in order."""
        return [value for key, value in self.headers if key.lower() == name.lower()]


class _End:
    """One end of a connection that carries HTTP until a CONNECT is answered with 200."""

    _role: type[h11.CLIENT] | type[h11.SERVER]

    def __init__(self, *, methods: Container[str] | None = None, max_body: int = MAX_BODY) -> None:
        """`methods`: those that a server serves, None for all. `max_body`: octets of a message's body that this end reads."""
        self._connection = h11.Connection(self._role, max_incomplete_event_size=MAX_HEAD)
        self._methods = methods
        self._max_body = max_body
        self._head: h11.Request | h11.Response | None = None
        self._body = bytearray()
        self._connected = False

    def receive(self, data: bytes) -> None:
        """Octets from the peer; b"" says that it will send no more. Raises ProtocolError for octets after that."""
        try:
            self._connection.receive_data(data)
        except RuntimeError:
            raise HttpError(HttpRefusal.NOT_HTTP, "octets after the end of the connection") from None

    @property
    def tunnel_octets(self) -> bytes | None:
        """What came behind the head once CONNECT was answered with 200; None as long as it is HTTP."""
        return bytes(self._connection.trailing_data[0]) if self._connected else None

    @property
    def reusable(self) -> bool:
        """The last exchange is over and another may follow on this connection."""
        return self._connection.our_state is h11.IDLE and self._connection.their_state is h11.IDLE

    @property
    def nothing_came(self) -> bool:
        """No octet of a next message has come."""
        return self._connection.their_state is h11.IDLE and not self._connection.trailing_data[0]

    def _next_message_untrusted(self) -> tuple[h11.Request | h11.Response, bytes] | None:
        """Head and body of what came, once it is whole; None when more is due. Raises HttpError."""
        try:
            while True:
                event = self._connection.next_event()
                if isinstance(event, h11.Request | h11.Response):
                    self._head = event
                    if isinstance(event, h11.Request):
                        self._check_request_untrusted(event)
                    if self._connection.their_state is h11.SWITCHED_PROTOCOL:
                        return event, b""
                elif isinstance(event, h11.Data):
                    self._body += event.data
                    if len(self._body) > self._max_body:
                        sentence = f"a body has more than {self._max_body} octets"
                        raise HttpError(HttpRefusal.TOO_LARGE, sentence, HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
                elif isinstance(event, h11.EndOfMessage):
                    assert self._head is not None, "h11 gives a head before its end"
                    head, body = self._head, bytes(self._body)
                    self._head = None
                    self._body.clear()
                    return head, body
                elif isinstance(event, h11.ConnectionClosed):
                    raise HttpError(HttpRefusal.CUT_SHORT, "the connection ended without a message")
                elif not isinstance(event, h11.InformationalResponse):  # NEED_DATA, PAUSED
                    return None
        except h11.RemoteProtocolError as error:
            status: HTTPStatus | None = HTTPStatus(error.error_status_hint)
            refusal, sentence = HttpRefusal.NOT_HTTP, "what came is not HTTP"
            if status is HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE:
                refusal, sentence = HttpRefusal.TOO_LARGE, f"a head has more than {MAX_HEAD} octets"
            elif self._connection.trailing_data[1]:  # h11 says the same of what ends half-way
                refusal, sentence, status = HttpRefusal.CUT_SHORT, "what came is not HTTP, or is cut short", None
            raise HttpError(refusal, sentence, status) from None

    def _check_request_untrusted(self, head: h11.Request) -> None:
        """Raise HttpError for a request that is not accepted, before its body is read."""
        has_body = any(
            name == b"transfer-encoding" or (name == b"content-length" and value != b"0")
            for name, value in head.headers
        )
        served = self._methods is None or _text(head.method) in self._methods
        if not served or (head.method == b"GET" and has_body):
            sentence = "the method is not allowed, or not with a body"
            raise HttpError(HttpRefusal.NOT_ALLOWED, sentence, HTTPStatus.METHOD_NOT_ALLOWED)
        if not _TARGET.fullmatch(_text(head.target)):
            raise HttpError(HttpRefusal.NOT_HTTP, "a request's target is no path", HTTPStatus.BAD_REQUEST)

    def _send(self, *events: h11.Event) -> bytes:
        with _local_errors():
            return b"".join(self._connection.send(event) or b"" for event in events)

    def _next_cycle(self) -> None:
        if self._connection.our_state is h11.DONE and self._connection.their_state is h11.DONE:
            self._connection.start_next_cycle()


class HttpClient(_End):
    """A client's side: `request`, then `receive` until `next_response_untrusted` gives the answer."""

    _role = h11.CLIENT

    def request(self, request: Request) -> bytes:
        """Its octets. Raises ValueError for what HTTP cannot carry, or while an answer is due."""
        if not _TARGET.fullmatch(request.target):
            raise ValueError("a path is a slash and at most 1023 printable ASCII characters without a space")
        headers = list(request.headers)
        if request.method == "POST" or request.body:
            headers.append(("Content-Length", str(len(request.body))))
        with _local_errors():
            head = h11.Request(method=request.method, target=request.target, headers=headers)
        return self._send(head, h11.Data(request.body), h11.EndOfMessage())

    @property
    def cut_off(self) -> Response | None:
        """Where the connection broke: the answer whose head had come whole, without its body; None where none had.

        Some gateways answer without a length and then end the connection by an alert.
        """
        return _response(self._head) if isinstance(self._head, h11.Response) else None

    def next_response_untrusted(self) -> Response | None:
        """The answer, once it is whole; None when more is due. Raises HttpError, a ProtocolError."""
        message = self._next_message_untrusted()
        if message is None:
            return None
        head, body = message
        assert isinstance(head, h11.Response), "a client reads responses"
        self._connected = self._connection.our_state is h11.SWITCHED_PROTOCOL
        self._next_cycle()
        return _response(head, body)


class HttpServer(_End):
    """A server's side: `receive` until `next_request_untrusted` gives one, then `respond`."""

    _role = h11.SERVER
    _connecting = False

    def next_request_untrusted(self) -> Request | None:
        """A whole request; None when more is due. Raises HttpError, a ProtocolError, also where the client is gone."""
        message = self._next_message_untrusted()
        if message is None:
            return None
        head, body = message
        assert isinstance(head, h11.Request), "a server reads requests"
        self._connecting = head.method == b"CONNECT"
        return Request(_text(head.method), _text(head.target), _read_headers(head), body)

    def respond(self, response: Response) -> bytes:
        """Its octets. 200 to a CONNECT ends HTTP on this connection: what came behind is `tunnel_octets`.

        Raises ValueError for what HTTP cannot carry, or where a response has been given already.
        """
        headers = list(response.headers)
        self._connected = self._connecting and response.status == 200
        if not self._connected:
            headers.append(("Content-Length", str(len(response.body))))
        if response.content_type:
            headers.append(("Content-Type", response.content_type))
        reason = response.reason or HTTPStatus(response.status).phrase
        with _local_errors():
            head = h11.Response(status_code=response.status, headers=headers, reason=reason)
        if self._connected:
            return self._send(head)
        octets = self._send(head, h11.Data(response.body), h11.EndOfMessage())
        self._next_cycle()
        return octets


@contextmanager
def _local_errors() -> Iterator[None]:
    """h11's complaint about this side becomes a ValueError."""
    try:
        yield
    except h11.LocalProtocolError as error:
        raise ValueError(f"HTTP does not allow this: {error}") from None


def _response(head: h11.Response, body: bytes = b"") -> Response:
    headers = _read_headers(head)
    return Response(head.status_code, body, _first(headers, "content-type"), headers, _text(head.reason))


def _read_headers(head: h11.Request | h11.Response) -> Headers:
    return tuple((_text(name), _text(value)) for name, value in head.headers)


def _text(octets: bytes) -> str:
    return octets.decode("latin-1")


def _first(headers: Headers, name: str) -> str:
    return next((value for key, value in headers if key.lower() == name.lower()), "")
