"""Services that a phone opens at an HTTPS URL of its configuration, such as the directory on Tomcat.

The phone connects, and then the server's certificate must be vouched for: by a list with role Application Server, or by TVS. Where
it is not, the phone closes the connection without an alert and shows `Host Not Found` (Cisco's document on such failures).
"""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable
from enum import StrEnum
from typing import Final

import trio

from journal import Emitter, Event
from phone_sim.dialing import PhoneTlsStream, dial
from phone_sim.events import ServerUnreachable
from phone_sim.network import Network, Resolver
from phone_sim.trust.servers import ServerVerdict
from wire.errors import ProtocolError
from wire.http.messages import Response
from wire.http.streams import get
from wire.plain_text import plain
from wire.tls import ClientContext, Credential, TlsStream
from wire.xml_tree import read_xml_untrusted

SERVICE: Final = "HTTPS"
"""How events of connections name it."""
TIMEOUT: Final = 10.0
"""Seconds for the page. Assumed."""
MAX_PAGE: Final = 64 * 1024
"""Octets. Assumed."""
MAX_NAME, MAX_URL = 64, 1400
"""Characters of a page's name and of a URL, as events have them. Assumed."""
_URL = re.compile(r"https://(?P<host>[0-9A-Za-z._-]{1,253})(?::(?P<port>[0-9]{1,5}))?(?P<path>/[!-~]{0,1023})?")


class HttpsServiceFailure(StrEnum):
    """Why a service did not open. Assumed: the kinds."""

    NO_POWER = "no power"
    BAD_URL = "bad URL"
    UNKNOWN_HOST = "unknown host"
    UNREACHABLE = "unreachable"
    TLS_REFUSED = "TLS refused"
    NOT_TRUSTED = "not trusted"
    TIMED_OUT = "timed out"
    CONNECTION_LOST = "connection lost"
    HTTP_STATUS = "HTTP status"
    UNREADABLE = "unreadable"


_HOST_NOT_FOUND = frozenset(
    {
        HttpsServiceFailure.BAD_URL,
        HttpsServiceFailure.UNKNOWN_HOST,
        HttpsServiceFailure.UNREACHABLE,
        HttpsServiceFailure.TLS_REFUSED,
        HttpsServiceFailure.NOT_TRUSTED,
    }
)


class ServiceServerTrusted(Event, frozen=True, kw_only=True):
    """The certificate of a service's server was accepted."""

    address: str
    port: int
    by: ServerVerdict


class ServiceOpened(Event, frozen=True, kw_only=True):
    """The phone shows the page."""

    url: str
    page: str
    """The name of its XML object, `CiscoIPPhoneMenu`."""
    octets: int


class ServiceNotOpened(Event, frozen=True, kw_only=True):
    url: str
    failure: HttpsServiceFailure
    status: int = 0
    """HTTP's; 0 where there was no answer."""
    fault: str = ""
    """What was wrong with an unreadable answer, one sentence."""


Vouch = Callable[[TlsStream], Awaitable[ServerVerdict]]
"""Decides on the certificate of a server whose TLS is up, and asks TVS if it must. Raises nothing."""
Refused = Callable[[TlsStream], Event | None]


def status_message(event: ServiceNotOpened) -> str:
    """What the phone tells its user; empty where Cisco publishes no words. Assumed: of all failures before HTTP but the refused
    certificate and the refused TLS."""
    return "Host Not Found" if event.failure in _HOST_NOT_FOUND else ""


class _NotOpened(Exception):
    def __init__(self, failure: HttpsServiceFailure, cause: Event | None, status: int = 0, fault: str = "") -> None:
        super().__init__(failure)
        self.failure = failure
        self.cause = cause
        self.status = status
        self.fault = fault


async def open_service(
    url: str,
    network: Network,
    resolve: Resolver,
    context: ClientContext,
    vouch: Vouch,
    emitter: Emitter,
    *,
    refused: Refused = lambda stream: None,
    credential: Credential | None = None,
    cause: Event | None = None,
) -> ServiceOpened | ServiceNotOpened:
    """Open a page.

    Args:
        url: `https://host:port/path`; 443 where it names no port.
        context: what the phone offers in TLS. It may decide on the certificate already; `vouch` is asked after it.
        refused: notes that the phone refused the server inside a handshake that has failed.
        credential: the phone's own certificate, for a server that asks for one.

    Returns:
        the event that says how it went; a server that misbehaves is never an exception.
    """
    try:
        return await _open(url, network, resolve, context, vouch, emitter, refused, credential, cause)
    except _NotOpened as error:
        failed = ServiceNotOpened(
            url=plain(url[:MAX_URL]), failure=error.failure, status=error.status, fault=error.fault
        )
        return emitter.emit(failed, cause=error.cause or cause)


async def _open(
    url: str,
    network: Network,
    resolve: Resolver,
    context: ClientContext,
    vouch: Vouch,
    emitter: Emitter,
    refused: Refused,
    credential: Credential | None,
    cause: Event | None,
) -> ServiceOpened:
    parts = _URL.fullmatch(url)
    port = int(parts["port"] or 443) if parts is not None else 0
    if parts is None or not 1 <= port <= 65535:
        raise _NotOpened(HttpsServiceFailure.BAD_URL, cause)
    address = resolve(parts["host"])
    if address is None:
        raise _NotOpened(HttpsServiceFailure.UNKNOWN_HOST, cause)
    tcp = await dial(network, SERVICE, address, port, emitter, cause)
    if isinstance(tcp, ServerUnreachable):
        raise _NotOpened(HttpsServiceFailure.UNREACHABLE, tcp)
    stream = PhoneTlsStream(tcp, context, emitter, credential=credential, cause=cause)
    on = emitter.on(stream.connection)
    async with stream:
        if not await stream.handshake():
            raise _NotOpened(HttpsServiceFailure.TLS_REFUSED, refused(stream) or stream.ended)
        trust = await vouch(stream)
        if trust is ServerVerdict.REFUSED:
            raise _NotOpened(HttpsServiceFailure.NOT_TRUSTED, cause)
        trusted = on.emit(ServiceServerTrusted(address=address, port=port, by=trust), cause=cause)
        response = await _get_untrusted(stream, parts["path"] or "/", f"{parts['host']}:{port}", trusted)
    if response.status != 200:
        raise _NotOpened(HttpsServiceFailure.HTTP_STATUS, trusted, response.status)
    try:
        page = plain(read_xml_untrusted(response.body, MAX_PAGE, "the page").name[:MAX_NAME])
    except ProtocolError as error:
        raise _NotOpened(HttpsServiceFailure.UNREADABLE, trusted, 200, str(error)) from None
    return on.emit(ServiceOpened(url=url, page=page, octets=len(response.body)), cause=trusted)


async def _get_untrusted(stream: TlsStream, path: str, host: str, cause: Event) -> Response:
    try:
        with trio.fail_after(TIMEOUT):
            return await get(stream, path, host=host, max_body=MAX_PAGE)
    except trio.TooSlowError:
        raise _NotOpened(HttpsServiceFailure.TIMED_OUT, cause) from None
    except trio.BrokenResourceError:
        raise _NotOpened(HttpsServiceFailure.CONNECTION_LOST, cause) from None
    except ProtocolError as error:
        raise _NotOpened(HttpsServiceFailure.UNREADABLE, cause, fault=str(error)) from None
