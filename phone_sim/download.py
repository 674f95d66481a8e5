"""A phone's downloads from the Cisco TFTP service, over HTTP: its configuration file and its trust list."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import trio

from cisco_data import CAPF_AUTH_MODES
from journal import Emitter, Event
from phone_sim.download_events import ConfigurationFileMissed, ConfigurationFileReceived, DownloadFailure
from wire.errors import ProtocolError
from wire.http.streams import get
from wire.phone_file import LONGEST_FILE, PhoneFile, phone_file_name, read_phone_file_untrusted
from wire.streams import Stream

TIMEOUT = 10.0
"""Seconds for the whole file. Assumed: no source gives the phone's own limit."""


@dataclass(frozen=True, slots=True)
class Download:
    """How it went: the file, None where there is none, and the event that said so, for whatever it causes."""

    phone_file: PhoneFile | None
    event: ConfigurationFileReceived | ConfigurationFileMissed


class Missed(NamedTuple):
    """Why there is no file; fields as in ConfigurationFileMissed."""

    failure: DownloadFailure
    status: int = 0
    fault: str = ""


async def download_phone_file(
    stream: Stream, device_name: str, emitter: Emitter, *, within: float = TIMEOUT, cause: Event | None = None
) -> Download:
    """Fetch and read SEP<MAC>.cnf.xml within so many seconds, then close the stream.

    Whatever the server does ends in a Download, never in an exception.
    """
    name = phone_file_name(device_name)
    emitter = emitter.on(stream.connection)
    found = await fetch(stream, name, LONGEST_FILE, within)
    if isinstance(found, bytes):
        try:
            file = read_phone_file_untrusted(found)
        except ProtocolError as error:
            found = Missed(DownloadFailure.UNREADABLE, fault=str(error))
        else:
            return Download(file, emitter.emit(_received(name, len(found), file), cause=cause))
    missed = ConfigurationFileMissed(file=name, failure=found.failure, status=found.status, fault=found.fault)
    return Download(None, emitter.emit(missed, cause=cause))


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
        DownloadFailure.FILE_NOT_FOUND if response.status == 404 else DownloadFailure.REFUSED, response.status
    )


def _received(name: str, octets: int, file: PhoneFile) -> ConfigurationFileReceived:
    return ConfigurationFileReceived(
        file=name,
        octets=octets,
        call_managers=tuple(
            member.process_node_name for member in sorted(file.members, key=lambda member: member.priority)
        ),
        device_security_mode=file.device_security_mode.number,
        capf_auth_mode=CAPF_AUTH_MODES.index(file.capf_auth_mode),
        version_stamp=file.version_stamp,
    )
