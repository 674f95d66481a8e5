"""A phone's downloads from the Cisco TFTP service, over HTTP."""

from __future__ import annotations

from typing import NamedTuple

import trio

from phone_sim.download_events import DownloadFailure
from wire.errors import ProtocolError
from wire.http.streams import get
from wire.streams import Stream

TIMEOUT = 10.0
"""Seconds for the whole file. Assumed: no source gives the phone's own limit."""


class FetchedFile(NamedTuple):
    octets: bytes
    connection: str
    """On which it came, `client:port>server:port`."""
    over_tls: bool = False
    """From a server whose certificate the phone trusts."""


class Missed(NamedTuple):
    """Why there is no file; fields as in ConfigurationFileMissed."""

    failure: DownloadFailure
    status: int = 0
    fault: str = ""
    connection: str = ""


async def fetch(stream: Stream, name: str, max_body: int, within: float = TIMEOUT) -> FetchedFile | Missed:
    """A file of at most `max_body` octets within so many seconds; then the stream is closed. Raises nothing.

    A real CUCM answers 503 where it has no CTL file (Cisco document 214535).
    """
    on = stream.connection
    try:
        async with stream:
            with trio.fail_after(within):
                response = await get(stream, f"/{name}", host=on.partition(">")[2], max_body=max_body)
    except trio.TooSlowError:
        return Missed(DownloadFailure.TIMED_OUT, connection=on)
    except trio.BrokenResourceError:
        return Missed(DownloadFailure.CONNECTION_LOST, connection=on)
    except ProtocolError as error:
        return Missed(DownloadFailure.UNREADABLE, fault=str(error), connection=on)
    if response.status == 200:
        return FetchedFile(response.body, on)
    missing = response.status == 404 or (response.status == 503 and name.endswith(".tlv"))
    failure = DownloadFailure.FILE_NOT_FOUND if missing else DownloadFailure.REFUSED
    return Missed(failure, response.status, connection=on)
