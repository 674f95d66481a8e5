"""Where the lab may write: never over an input of the same command, and over a file that is not the lab's only with --force.

A file counts as the lab's own if it begins as this kind of file of the lab does. An empty file counts too: nothing is lost with it.
"""

from __future__ import annotations

import errno
import os
import re
import stat
from enum import Enum
from pathlib import Path

from lab.base import inputs
from lab.base.failures import InvalidInput, MachineCannot
from wire.errors import DISK_ERRORS
from wire.plain_text import plain

BEGINNING = 2048
"""Octets in which each kind of file says what it is."""
BASELINE_MARK = "# Which phone stands how at which service: written by `cucm-lab whatif --write-baseline`"
JOURNAL_MARK = '{"journal":"cucm-cert-lab"'
TRACE_MARK = "# CAPF trace of cucm-cert-lab."
ISE_MARK = "# Log of an 802.1X authentication server of cucm-cert-lab."
ASA_MARK = "# Log of a VPN gateway of cucm-cert-lab."
CLI_MARK = "# Command lines of the publishers of cucm-cert-lab."
_PAGE = re.compile(rb'\s*<!doctype html>.*?<meta name="generator" content="cucm-lab ', re.DOTALL | re.IGNORECASE)
_JUNIT = re.compile(rb"<\?xml [^>]*\?>\s*<testsuites [^>]*?name=\"cucm-lab")
_CAPTURE = re.compile(rb"\n\r\r\n.{24}.*cucm-cert-lab", re.DOTALL)
_DESCRIPTOR = re.compile(r"/dev/(stdout|stderr|fd/[0-9]+)|/proc/(self|[0-9]+)/fd/[0-9]+")


class Kind(Enum):
    """What the lab writes: how a sentence calls it, and how such a file begins."""

    JOURNAL = "a journal", re.compile(re.escape(JOURNAL_MARK.encode()))
    CAPTURE = "a capture", _CAPTURE
    PAGE = "a page", _PAGE
    JUNIT = "a JUnit report", _JUNIT
    BASELINE = "a baseline", re.compile(re.escape(BASELINE_MARK.encode()))
    CAPF_TRACE = "a CAPF trace", re.compile(re.escape(TRACE_MARK.encode()))
    ISE_LOG = "a log of an authentication server", re.compile(re.escape(ISE_MARK.encode()))
    CONSOLE = "a phone's console", re.compile(rb"(?!)")  # a kept lab makes it new, and never writes over one
    CLI_LOG = "a log of command lines", re.compile(re.escape(CLI_MARK.encode()))
    ASA_LOG = "a log of a VPN gateway", re.compile(re.escape(ASA_MARK.encode()))

    def __init__(self, words: str, beginning: re.Pattern[bytes]) -> None:
        self.words = words
        self.beginning = beginning


def destination(path: Path, kind: Kind, *, force: bool = False) -> Path | None:
    """The file to write, links followed; None for a device, a pipe or a descriptor, which is written to as it is.

    Raises InvalidInput where nothing may be written there.
    """
    shown = plain(str(path))
    target = Path(os.path.realpath(path))
    try:
        about = os.stat(path)
    except FileNotFoundError:
        return target
    except (OSError, ValueError) as error:
        raise InvalidInput(f"{shown} cannot be written: {getattr(error, 'strerror', None) or error}") from None
    if stat.S_ISDIR(about.st_mode):
        raise InvalidInput(f"{shown} cannot be written: it is a folder; name a file")
    if stat.S_ISCHR(about.st_mode) or stat.S_ISFIFO(about.st_mode) or _DESCRIPTOR.fullmatch(str(path)):
        return None
    if not stat.S_ISREG(about.st_mode):
        raise InvalidInput(f"{shown} cannot be written: it is no ordinary file")
    refuse_input(path)
    if about.st_size and not force and not _is_lab_file(target, kind):
        raise InvalidInput(
            f"{shown} is there already and is not {kind.words} of this lab: name another file, or replace it with --force"
        )
    return target


def refuse_input(path: Path) -> None:
    """Raises InvalidInput where this command has read the file: --force does not help there."""
    try:
        about = os.stat(path)
    except (OSError, ValueError):
        return
    if inputs.was_read(about):
        raise InvalidInput(
            f"{plain(str(path))} is an input of this command, which never overwrites one: name another file"
        )


def open_stream(path: Path) -> int:
    """A descriptor for what `destination` gives None for. Raises OSError; never waits for a reader of a pipe."""
    handle = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CLOEXEC | os.O_NONBLOCK | os.O_NOCTTY)
    os.set_blocking(handle, True)
    return handle


def cannot_write(what: str, error: OSError | ValueError) -> InvalidInput | MachineCannot:
    """What to raise where `what` cannot be opened for writing: a full disk is this machine's, a place that is none the user's."""
    number = error.errno if isinstance(error, OSError) else 0
    why = "no process reads from that pipe" if number == errno.ENXIO else getattr(error, "strerror", None) or error
    return (MachineCannot if number in DISK_ERRORS else InvalidInput)(f"{what} cannot be written: {why}")


def _is_lab_file(path: Path, kind: Kind) -> bool:
    """By its beginning. Read without `inputs`: what is to be replaced is no input."""
    try:
        with path.open("rb") as file:
            return kind.beginning.match(file.read(BEGINNING)) is not None
    except OSError as error:
        raise InvalidInput(f"{plain(str(path))} cannot be written: {error.strerror}") from None


def refuse_twice(paths: list[Path]) -> None:
    """Raises InvalidInput where two of the outputs are one file, by whatever names."""
    for number, path in enumerate(paths):
        for other in paths[:number]:
            if _same(path, other):
                raise InvalidInput(f"two options name the same file, {plain(str(path))}: each needs one of its own")


def _same(one: Path, other: Path) -> bool:
    if os.path.realpath(one) == os.path.realpath(other):
        return not (_DESCRIPTOR.fullmatch(str(one)) or str(one) == os.devnull)
    try:
        first, second = os.stat(one), os.stat(other)
    except (OSError, ValueError):
        return False
    return stat.S_ISREG(first.st_mode) and (first.st_dev, first.st_ino) == (second.st_dev, second.st_ino)
