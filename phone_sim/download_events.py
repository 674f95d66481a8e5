"""What a phone notes when it asks for its configuration file."""

from __future__ import annotations

from enum import StrEnum

from journal import Event


class DownloadFailure(StrEnum):
    """Why the phone has no file; the phone's own status messages know only the first two."""

    FILE_NOT_FOUND = "file not found"
    TIMED_OUT = "timed out"
    CONNECTION_LOST = "connection lost"
    REFUSED = "refused"
    """The server answered, with a status that is neither 200 nor 404."""
    UNREADABLE = "unreadable"
    """The answer is not HTTP, too long, or not a phone's file."""


class ConfigurationFileReceived(Event, frozen=True):
    """The phone has its file and can read it."""

    file: str
    octets: int
    call_managers: tuple[str, ...]
    """Addresses or names, first choice first."""
    device_security_mode: int
    capf_auth_mode: int
    version_stamp: str


class ConfigurationFileMissed(Event, frozen=True):
    """The phone asked for its file and has none."""

    file: str
    failure: DownloadFailure
    status: int = 0
    """The HTTP status of the answer; 0 where there was none that could be read."""
    fault: str = ""
    """What was wrong with an unreadable answer, one sentence."""
