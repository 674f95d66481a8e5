"""What a phone notes when it asks for a file, and what of it is its configuration."""

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
    TLS_REFUSED = "TLS refused"
    """Over HTTPS: TLS did not come up."""
    NOT_TRUSTED = "not trusted"
    """Over HTTPS: neither the lists nor TVS know the server's certificate as that of a TFTP server."""


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


class FileRequested(Event, frozen=True, kw_only=True):
    """The phone turned to its TFTP server for a file."""

    file: str
    transport: str
    """`HTTPS`, `HTTP` or `TFTP`; a phone asks over those that it uses in this order."""
    address: str
    number: int
    """1: its first TFTP server; 2: the other one."""


class FileRequestEnded(Event, frozen=True, kw_only=True):
    """The phone has the file, or goes on without it."""

    file: str
    transport: str
    """Over which it asked last."""
    octets: int = 0
    status: int = 0
    """The HTTP status where the server has refused; 0 where it has not, and over TFTP."""
    failure: str = ""
    """A value of DownloadFailure; empty where the phone has the file."""
    asks_again: bool = False
    """The phone asks over the next transport now."""
