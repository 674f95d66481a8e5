"""Tomcat on 8443: HTTPS for the services that phones open; of those it has the directory's first page."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final
from xml.sax.saxutils import escape

from cisco_data import ServiceName, tls
from cucm_sim import tomcat_events as ev
from cucm_sim.tls_service import TlsService
from journal import Emitter, Event
from pki import Identity, read
from wire.http.messages import Request, Response
from wire.http.streams import serve_connection
from wire.tcp import Tap
from wire.tls import TlsStream, TlsVersion
from wire.tls.context import KeyLog

DIRECTORY_PATH: Final = "/ccmcip/xmldirectory.jsp"


class Tomcat(TlsService):
    """One node's Tomcat."""

    def __init__(
        self,
        emitter: Emitter,
        *,
        host_name: str,
        address: str,
        identity: Callable[[], Identity],
        minimum_tls: Callable[[], TlsVersion],
        maximum_tls: Callable[[], TlsVersion] = lambda: TlsVersion.TLSv1_3,
        port: int | None = None,
        tap: Tap | None = None,
        keylog: KeyLog | None = None,
    ) -> None:
        """`host_name`: the node's, for the page's own links. `identity`: tomcat.pem and its key; the others as of TlsService."""
        super().__init__(
            ServiceName.TOMCAT,
            tls.TOMCAT,
            emitter,
            address=address,
            identity=identity,
            minimum_tls=minimum_tls,
            maximum_tls=maximum_tls,
            port=port,
            tap=tap,
            keylog=keylog,
        )
        self.host_name = host_name
        """Of the node, for the page's own links."""

    def _note_started(self, port: int, identity: Identity, minimum: TlsVersion) -> None:
        serial_number = f"{read(identity.certificate).serial_number:x}"
        started = ev.TomcatStarted(
            address=self.address, port=port, minimum_tls_version=str(minimum), serial_number=serial_number
        )
        self._emitter.emit(started)

    def _stopped_event(self) -> Event:
        return ev.TomcatStopped()

    async def _converse(self, stream: TlsStream) -> None:
        emitter = self._emitter.on(stream.connection)
        refusal = await serve_connection(stream, lambda request: self._respond(request, emitter))
        if refusal is not None:
            emitter.emit(ev.WebRequestRefused(reason=refusal))

    def _respond(self, request: Request, emitter: Emitter) -> Response:
        if request.path != DIRECTORY_PATH:
            emitter.emit(ev.WebPageNotFound(path=request.path))
            return Response(404)
        page = directory_page(self.host_name, self.port)
        emitter.emit(ev.DirectoryServed(path=request.path, octets=len(page)))
        return Response(200, page, "text/xml")


def directory_page(host_name: str, port: int) -> bytes:
    """A CiscoIPPhoneMenu with the corporate directory. Assumed: its texts; what its one item leads to is not in this lab."""
    url = escape(f"https://{host_name}:{port}/ccmcip/xmldirectoryinput.jsp")
    return (
        '<?xml version="1.0" encoding="utf-8"?>\n'
        "<CiscoIPPhoneMenu><Title>Directories</Title><Prompt>Select a directory</Prompt>"
        f"<MenuItem><Name>Corporate Directory</Name><URL>{url}</URL></MenuItem></CiscoIPPhoneMenu>\n"
    ).encode()
