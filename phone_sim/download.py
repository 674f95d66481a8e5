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


_NOT_FOUND = frozenset({404, 503})
"""A real CUCM answers 503 for a CTL file that it does not have (Cisco document 214535)."""


class Missed(NamedTuple):
    """Why there is no file; fields as in ConfigurationFileMissed."""

    failure: DownloadFailure
    status: int = 0
    fault: str = ""


async def fetch(stream: Stream, name: str, max_body: int, within: float = TIMEOUT) -> bytes | Missed:
    """A file of at most `max_body` octets within so many seconds; then the stream is closed. Raises nothing."""
    try:
        async with stream:
            with trio.fail_after(within):
                host = stream.connection.partition(">")[2]
                response = await get(stream, f"/{name}", host=host, max_body=max_body)
    except trio.TooSlowError:
        return Missed(DownloadFailure.TIMED_OUT)
    except trio.BrokenResourceError:
        return Missed(DownloadFailure.CONNECTION_LOST)
    except ProtocolError as error:
        return Missed(DownloadFailure.UNREADABLE, fault=str(error))
    if response.status == 200:
        return response.body
    return Missed(
        DownloadFailure.FILE_NOT_FOUND if response.status in _NOT_FOUND else DownloadFailure.REFUSED, response.status
    )
