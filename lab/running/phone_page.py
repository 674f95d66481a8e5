"""A phone's own web pages from outside: which port each has, and how a workstation in the lab reads one over HTTP."""

from __future__ import annotations

import errno
import re
import socket
from html import unescape
from typing import TYPE_CHECKING, Final

import trio

from phone_sim.pages.paths import PATHS, Page, path_of
from phone_sim.phone import Phone
from wire.errors import ProtocolError
from wire.http.messages import Response
from wire.http.streams import get

if TYPE_CHECKING:
    from lab.running.lab import Lab

MAX_PHONES: Final = 150
"""With pages: as many as have an address of their own. Each costs the process one socket."""
MAX_PAGE: Final = 2 * 1024 * 1024
"""Octets."""
TIMEOUT: Final = 10.0
"""Seconds of lab time for a whole page."""


class PageNotFetched(Exception):
    """There was no such page to see; the message is one sentence."""


class PagePorts:
    """Gives each phone the port for its pages: 80, or where that is taken or not allowed, another one."""

    def __init__(self) -> None:
        self._candidates: list[int] = [80, *range(8080, 8080 + MAX_PHONES), *range(20080, 20080 + MAX_PHONES)]
        self._given: set[tuple[str, int]] = set()

    def give(self, address: str) -> int | None:
        """A port that can be listened on; None where there is none left, or there are pages enough."""
        if len(self._given) < MAX_PHONES:
            for port in tuple(self._candidates):
                if (address, port) not in self._given and self._can_listen(address, port):
                    self._given.add((address, port))
                    return port
        return None

    def _can_listen(self, address: str, port: int) -> bool:
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, True)
            try:
                probe.bind((address, port))
            except OSError as error:
                if error.errno in (errno.EACCES, errno.EPERM):  # this user may not, on any address
                    self._candidates.remove(port)
                return False
        return True


def page_path(phone: Phone, page: str) -> str:
    """Where this phone has a page: `Security configuration` and so on; what begins with a slash is a path already.

    Raises PageNotFetched for another name.
    """
    if page.startswith("/"):
        return page
    for known in PATHS[phone.model.web].values():
        if known.value.casefold() == page.casefold():
            return path_of(phone.model.web, known)
    raise PageNotFetched(f"a phone has no page {page!r}; it has {', '.join(known.value for known in Page)}")


async def fetch_page(lab: Lab, phone: str, page: str) -> str:
    """Look at a page of one of the lab's phones, from a workstation in its network: the body as the phone sent it.

    `page` is a page's name or a path. Raises PageNotFetched where there is nothing to see.
    """
    looked_at = lab.phones[phone]
    path, web = page_path(looked_at, page), looked_at.web
    if web is None:
        raise PageNotFetched(f"{phone} serves no pages: a lab's first {MAX_PHONES} phones do")
    with trio.move_on_after(TIMEOUT):
        try:
            stream = await lab.workstation().connect(web.address, web.port)
            async with stream:
                return _body(phone, path, await get(stream, path, host=web.address, max_body=MAX_PAGE))
        except ValueError as error:
            raise PageNotFetched(str(error)) from None
        except OSError:
            raise PageNotFetched(f"{phone} serves no pages now: it has no power, or no Web Access") from None
        except trio.BrokenResourceError:
            raise PageNotFetched(f"{phone} closed the connection without an answer") from None
        except ProtocolError as error:
            raise PageNotFetched(f"{phone} answered, but {error}") from None
    raise PageNotFetched(f"{phone} did not answer within {TIMEOUT:g} s")


def page_lines(body: str) -> list[str]:
    """What a reader sees of a page: each row as `label: value`, each other text on its own; a page that is no HTML as it is."""
    if not body.startswith("<!doctype html>"):
        return body.splitlines()
    main = body.partition("<main>")[2].partition("</main>")[0]
    rows = re.sub(r"</th><td>", ": ", main)
    return [line for row in rows.splitlines() if (line := unescape(re.sub(r"<[^>]*>", "", row)).strip())]


def _body(phone: str, path: str, response: Response) -> str:
    if response.status != 200:
        raise PageNotFetched(f"{phone} answered {response.status} to {path}")
    encoding = response.content_type.partition("charset=")[2] or "utf-8"
    return response.body.decode(encoding, "replace")
