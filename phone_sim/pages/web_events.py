"""What a phone notes about its web pages."""

from __future__ import annotations

from journal import Event
from wire.http.messages import HttpRefusal


class PageServed(Event, frozen=True, kw_only=True):
    """A client got one of the phone's pages."""

    page: str
    """A value of phone_sim.pages.paths.Page."""
    octets: int


class PageNotFound(Event, frozen=True, kw_only=True):
    """A client asked for a page that this phone does not have."""

    path: str
    """As it was sent: a slash and at most 1023 printable ASCII characters."""


class PageRequestRefused(Event, frozen=True, kw_only=True):
    """A connection to the phone's pages ended without an answer to what was asked."""

    reason: HttpRefusal


class PagesNotServed(Event, frozen=True, kw_only=True):
    """The phone has power and serves no pages, because its address and port cannot be had."""

    address: str
    port: int
    error: int
    """errno."""


class WebAccessChanged(Event, frozen=True, kw_only=True):
    """The phone's file said otherwise than the one before it whether its pages may be seen."""

    enabled: bool
