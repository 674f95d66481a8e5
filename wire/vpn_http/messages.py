"""Requests and answers of an SSL VPN, on h11, sans-io: bounded in octets, CONNECT included."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import h11

from wire.errors import ProtocolError

MAX_HEAD = 16 * 1024
"""Octets of a request or status line with its headers."""
MAX_BODY = 16 * 1024
CONNECT_TARGET = "/CSCOSSLC/tunnel"
_TARGET = re.compile(r"/[!-~]{0,1023}")

Headers = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class VpnRequest:
    method: str
    """GET, POST or CONNECT."""
    target: str
    """Path and query as sent."""
    headers: Headers = ()
    """In order; read ones have names in lower case."""
    body: bytes = b""

    def header(self, name: str) -> str:
        """The first of this name, case ignored; empty where there is none."""
        return _first(self.headers, name)

    @property
    def path(self) -> str:
        return self.target.partition("?")[0]


@dataclass(frozen=True, slots=True)
class VpnResponse:
    status: int
    reason: str = ""
    headers: Headers = ()
    body: bytes = b""

    def header(self, name: str) -> str:
        """The first of this name, case ignored; empty where there is none."""
        return _first(self.headers, name)

    def headers_called(self, name: str) -> list[str]:
        """All of this name, in order."""
        return [value for key, value in self.headers if key.lower() == name.lower()]


class _End:
    """One end of a connection that carries HTTP until a CONNECT is answered with 200."""

    _role: type[h11.CLIENT] | type[h11.SERVER]

    def __init__(self) -> None:
        self._connection = h11.Connection(self._role, max_incomplete_event_size=MAX_HEAD)
        self._head: h11.Request | h11.Response | None = None
        self._body = bytearray()
        self._connected = False

    def receive(self, data: bytes) -> None:
        """Octets from the peer; b"" for its EOF."""
        try:
            self._connection.receive_data(data)
        except RuntimeError:  # octets after EOF, or after a CONNECT that was refused
            raise ProtocolError("octets after the end of the connection") from None

    @property
    def tunnel_octets(self) -> bytes | None:
        """What came behind the head once CONNECT was answered with 200; None as long as it is HTTP."""
        return bytes(self._connection.trailing_data[0]) if self._connected else None

    @property
    def reusable(self) -> bool:
        """The last exchange is over and another may follow on this connection."""
        return self._connection.our_state is h11.IDLE and self._connection.their_state is h11.IDLE

    def _next_message_untrusted(self) -> tuple[h11.Request | h11.Response, bytes] | None:
        """Head and body of what came, once it is whole; None when more is due. Raises ProtocolError."""
        try:
            while True:
                event = self._connection.next_event()
                if isinstance(event, h11.Request | h11.Response):
                    self._head = event
                    if self._connection.their_state is h11.SWITCHED_PROTOCOL:
                        return event, b""
                elif isinstance(event, h11.Data):
                    self._body += event.data
                    if len(self._body) > MAX_BODY:
                        raise ProtocolError(f"a body has more than {MAX_BODY} octets")
                elif isinstance(event, h11.EndOfMessage):
                    assert self._head is not None, "h11 gives a head before its end"
                    head, body = self._head, bytes(self._body)
                    self._head = None
                    self._body.clear()
                    return head, body
                elif isinstance(event, h11.ConnectionClosed):
                    raise ProtocolError("the connection ended without a message")
                elif not isinstance(event, h11.InformationalResponse):  # NEED_DATA, PAUSED
                    return None
        except h11.RemoteProtocolError as error:
            if error.error_status_hint == 431:
                raise ProtocolError(f"a head has more than {MAX_HEAD} octets") from None
            raise ProtocolError("what came is not HTTP, or is cut short") from None

    def _send(self, *events: h11.Event) -> bytes:
        with _local_errors():
            return b"".join(self._connection.send(event) or b"" for event in events)

    def _next_cycle(self) -> None:
        if self._connection.our_state is h11.DONE and self._connection.their_state is h11.DONE:
            self._connection.start_next_cycle()


class VpnClient(_End):
    """A client's side: `request`, then `receive` until `next_response_untrusted` gives the answer."""

    _role = h11.CLIENT

    def request(self, request: VpnRequest) -> bytes:
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
    def cut_off(self) -> VpnResponse | None:
        """Where the connection broke: the answer whose head had come whole, without its body; None where none had.

        Some gateways answer without a length and then end the connection by an alert.
        """
        head = self._head
        if not isinstance(head, h11.Response):
            return None
        return VpnResponse(head.status_code, _text(head.reason), _read_headers(head))

    def next_response_untrusted(self) -> VpnResponse | None:
        """The answer, once it is whole. Raises ProtocolError."""
        message = self._next_message_untrusted()
        if message is None:
            return None
        head, body = message
        assert isinstance(head, h11.Response), "a client reads responses"
        self._connected = self._connection.our_state is h11.SWITCHED_PROTOCOL
        self._next_cycle()
        return VpnResponse(head.status_code, _text(head.reason), _read_headers(head), body)


class VpnServer(_End):
    """A gateway's side: `receive` until `next_request_untrusted` gives one, then `respond`."""

    _role = h11.SERVER
    _connecting = False

    def next_request_untrusted(self) -> VpnRequest | None:
        """A whole request; None when more is due. Raises ProtocolError, also where the client is gone."""
        message = self._next_message_untrusted()
        if message is None:
            return None
        head, body = message
        assert isinstance(head, h11.Request), "a server reads requests"
        target = _text(head.target)
        if not _TARGET.fullmatch(target):
            raise ProtocolError("a request's target is no path")
        self._connecting = head.method == b"CONNECT"
        return VpnRequest(_text(head.method), target, _read_headers(head), body)

    def respond(self, response: VpnResponse) -> bytes:
        """Its octets. 200 to a CONNECT ends HTTP on this connection: what came behind is `tunnel_octets`.

        Raises ValueError for what HTTP cannot carry, or where no request is waiting for an answer.
        """
        headers = list(response.headers)
        self._connected = self._connecting and response.status == 200
        if not self._connected:
            headers.append(("Content-Length", str(len(response.body))))
        with _local_errors():
            head = h11.Response(status_code=response.status, headers=headers, reason=response.reason)
        if self._connected:
            return self._send(head)
        octets = self._send(head, h11.Data(response.body), h11.EndOfMessage())
        self._next_cycle()
        return octets

    @property
    def nothing_came(self) -> bool:
        """No octet of a next request has come."""
        return self._connection.their_state is h11.IDLE and not self._connection.trailing_data[0]


@contextmanager
def _local_errors() -> Iterator[None]:
    """A LocalProtocolError of h11 becomes a ValueError."""
    try:
        yield
    except h11.LocalProtocolError as error:
        raise ValueError(f"HTTP does not allow this: {error}") from None


def _read_headers(head: h11.Request | h11.Response) -> Headers:
    return tuple((_text(name), _text(value)) for name, value in head.headers)


def _text(octets: bytes) -> str:
    return octets.decode("latin-1")


def _first(headers: Headers, name: str) -> str:
    return next((value for key, value in headers if key.lower() == name.lower()), "")
