"""The phone's download of its configuration file from the Cisco TFTP service, over HTTP."""

from __future__ import annotations

from dataclasses import dataclass

import trio

from cisco_data import CAPF_AUTH_MODES
from journal import Emitter, Event
from phone_sim.download_events import ConfigurationFileMissed, ConfigurationFileReceived, DownloadFailure
from wire.errors import ProtocolError
from wire.http.messages import Response
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


async def download_phone_file(
    stream: Stream, device_name: str, emitter: Emitter, *, within: float = TIMEOUT, cause: Event | None = None
) -> Download:
    """Fetch and read SEP<MAC>.cnf.xml within so many seconds, then close the stream.

    Whatever the server does ends in a Download, never in an exception.
    """
    name = phone_file_name(device_name)
    emitter = emitter.on(stream.connection)
    missed: ConfigurationFileMissed
    try:
        response = await _fetch(stream, name, within)
        if response.status == 200:
            file = read_phone_file_untrusted(response.body)
            received = emitter.emit(_received(name, len(response.body), file), cause=cause)
            return Download(file, received)
        missed = ConfigurationFileMissed(
            file=name,
            failure=DownloadFailure.FILE_NOT_FOUND if response.status == 404 else DownloadFailure.REFUSED,
            status=response.status,
        )
    except trio.TooSlowError:
        missed = ConfigurationFileMissed(file=name, failure=DownloadFailure.TIMED_OUT)
    except trio.BrokenResourceError:
        missed = ConfigurationFileMissed(file=name, failure=DownloadFailure.CONNECTION_LOST)
    except ProtocolError as error:
        missed = ConfigurationFileMissed(file=name, failure=DownloadFailure.UNREADABLE, fault=str(error))
    return Download(None, emitter.emit(missed, cause=cause))


async def _fetch(stream: Stream, name: str, within: float) -> Response:
    async with stream:
        with trio.fail_after(within):
            return await get(stream, f"/{name}", host=stream.connection.partition(">")[2], max_body=LONGEST_FILE)


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
