"""What Tomcat notes."""

from __future__ import annotations

from journal import Event
from wire.http.messages import HttpRefusal


class TomcatStarted(Event, frozen=True, kw_only=True):
    """Tomcat listens."""

    address: str
    port: int
    minimum_tls_version: str
    serial_number: str
    """Of tomcat.pem, which it presents until the next start: lower-case hex."""


class TomcatStopped(Event, frozen=True, kw_only=True):
    """Tomcat listens no more."""


class DirectoryServed(Event, frozen=True, kw_only=True):
    """A phone got the directory page."""

    path: str
    octets: int


class WebPageNotFound(Event, frozen=True, kw_only=True):
    """A page was asked for that Tomcat does not have."""

    path: str


class WebRequestRefused(Event, frozen=True, kw_only=True):
    """A connection to Tomcat ended without an answer to what was asked."""

    reason: HttpRefusal
