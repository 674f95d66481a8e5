"""The phone's web server: its pages over HTTP on its own address, read-only as on real phones, while it has power."""

from __future__ import annotations

import trio

from journal import Emitter
from phone_sim.pages.paths import page_at
from phone_sim.pages.render import render
from phone_sim.pages.view import PhoneView, Web
from phone_sim.pages.web_events import PageNotFound, PageRequestRefused, PageServed, PagesNotServed
from wire.http.messages import Request, Response
from wire.http.streams import serve_connection
from wire.net import Listener
from wire.streams import Stream

MAX_CONNECTIONS = 256
"""At a time; for a further one, the oldest that waits for a request is closed. Assumed: no source gives a phone's own limit."""


class PageServer:
    """Opened and closed with the phone's power, and by Web Access. A request never changes anything."""

    def __init__(self, phone: PhoneView, web: Web, emitter: Emitter) -> None:
        self._phone = phone
        self._web = web
        self._emitter = emitter
        self._running: tuple[Listener, trio.CancelScope] | None = None

    def open(self, nursery: trio.Nursery) -> None:
        """Listen from now on; no effect when open. An address that cannot be had is an event, and the phone lives on."""
        if self._running is not None:
            return
        web = self._web
        try:
            listener = Listener(web.address, web.port, at_most=MAX_CONNECTIONS, tap=web.tap)
        except OSError as problem:
            self._emitter.emit(PagesNotServed(address=web.address, port=web.port, error=problem.errno or 0))
            return
        self._running = listener, trio.CancelScope()
        nursery.start_soon(self._run, *self._running)

    def close(self) -> None:
        """Close the listener and every connection at once; no effect when closed."""
        running, self._running = self._running, None
        if running is not None:
            listener, scope = running
            scope.cancel()  # first, since a closed listener ends its task only when its connections have ended
            listener.close()

    async def serve(self, stream: Stream) -> None:
        """Answer one connection until it ends."""
        emitter = self._emitter.on(stream.connection)
        refusal = await serve_connection(stream, lambda request: self._answer(request, emitter))
        if refusal is not None:
            emitter.emit(PageRequestRefused(reason=refusal))

    async def _run(self, listener: Listener, scope: trio.CancelScope) -> None:
        with scope:
            await listener.serve(self.serve, self._emitter)

    def _answer(self, request: Request, emitter: Emitter) -> Response:
        page = page_at(self._phone.model.web, request.target)
        if page is None:
            emitter.emit(PageNotFound(path=request.target))
            return Response(404, b"Not Found\n", "text/plain")
        response = render(page, self._phone, emitter.clock.now())
        emitter.emit(PageServed(page=page.value, octets=len(response.body)))
        return response
