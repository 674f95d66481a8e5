"""HTTP/1.1 for a client and a server: messages without a socket, and both ends over any stream, plain TCP or TLS."""

from __future__ import annotations

from wire.http.messages import (
    CLOSE,
    MAX_BODY,
    MAX_HEAD,
    Headers,
    HttpClient,
    HttpError,
    HttpRefusal,
    HttpServer,
    Request,
    Response,
)
from wire.http.streams import RequestStream, fetch, get, serve_connection

__all__ = [
    "CLOSE",
    "MAX_BODY",
    "MAX_HEAD",
    "Headers",
    "HttpClient",
    "HttpError",
    "HttpRefusal",
    "HttpServer",
    "Request",
    "RequestStream",
    "Response",
    "fetch",
    "get",
    "serve_connection",
]
