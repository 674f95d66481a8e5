"""The one way to open a file that the user named: regular files of bounded size, remembered so that no output replaces one.

A path may name anything: a link to itself, a pipe without a writer, `/dev/zero`. Each of them is one clause of an error here
and never a wait. Standard input counts as named where the user writes `/dev/stdin` or, as a shell does for `<(...)`, `/dev/fd/N`.
"""

from __future__ import annotations

import errno
import os
import re
import stat
from pathlib import Path

from lab.base.failures import InvalidInput
from wire.plain_text import plain

MAX_PIPE_OCTETS = 64 * 1024 * 1024
"""Octets that are taken from standard input or a pipe of the shell: their size is known only when they end."""
_DESCRIPTOR = re.compile(r"/dev/(stdin|fd/[0-9]+)|/proc/(self|[0-9]+)/fd/[0-9]+")
_CHUNK = 1024 * 1024

_read: set[tuple[int, int]] = set()
"""Device and inode of all that this command has read: the same whatever name, link or letter case leads there."""


class CannotRead(Exception):
    """The message is a clause that says why: `does not exist`, `cannot be read: Permission denied`."""


def forget() -> None:
    """A command begins: nothing has been read yet."""
    _read.clear()


def remember(path: str | Path) -> None:
    """This file will be read, if there is one. What is no regular file cannot be overwritten."""
    try:
        about = os.stat(path)
    except (OSError, ValueError):
        return
    if stat.S_ISREG(about.st_mode):
        _read.add((about.st_dev, about.st_ino))


def was_read(about: os.stat_result) -> bool:
    """Whether this command has read that file."""
    return (about.st_dev, about.st_ino) in _read


def read(path: str | Path, most: int, *, beginning: bool = False) -> bytes:
    """What the file holds.

    Args:
        most: octets.
        beginning: only so many octets are wanted; else a longer file is an error.

    Raises CannotRead.
    """
    try:
        return _octets(os.fspath(path), most, beginning)
    except FileNotFoundError:
        raise CannotRead("does not exist") from None
    except OSError as error:
        raise CannotRead(f"cannot be read: {error.strerror}") from None
    except ValueError as error:  # a zero octet in a path
        raise CannotRead(f"cannot be read: {error}") from None


def read_named(path: Path, most: int, what: str, failure: type[InvalidInput] = InvalidInput) -> bytes:
    """The same of a file that the user named. `what` it shall be: `a scenario`. Raises `failure`, one sentence."""
    try:
        return read(path, most)
    except CannotRead as problem:
        told = str(problem)
        raise failure(f"{plain(str(path))} {told}" + (f": that is not {what}" if "larger" in told else "")) from None


def _octets(path: str, most: int, beginning: bool) -> bytes:
    named = _DESCRIPTOR.fullmatch(path) is not None
    if not named:
        _refuse_irregular(os.stat(path).st_mode)  # before it is opened: to open a device may do something already
    flags = os.O_RDONLY | getattr(os, "O_CLOEXEC", 0) | getattr(os, "O_NOCTTY", 0) | getattr(os, "O_BINARY", 0)
    handle = os.open(path, flags if named else flags | getattr(os, "O_NONBLOCK", 0))
    with open(handle, "rb", buffering=0) as file:
        about = os.fstat(handle)
        if not named:
            _refuse_irregular(about.st_mode)
        elif stat.S_ISDIR(about.st_mode):
            raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR))
        if stat.S_ISREG(about.st_mode):
            _read.add((about.st_dev, about.st_ino))
        else:
            most = min(most, MAX_PIPE_OCTETS)
        if about.st_size > most and not beginning:
            raise CannotRead(f"is larger than {_size(most)}")
        parts, wanted = [], most if beginning else most + 1
        while wanted and (part := file.read(min(wanted, _CHUNK))):
            parts.append(part)
            wanted -= len(part)
    octets = b"".join(parts)
    if len(octets) > most:
        raise CannotRead(f"is larger than {_size(most)}")
    return octets


def _refuse_irregular(mode: int) -> None:
    if stat.S_ISDIR(mode):
        raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR))
    if not stat.S_ISREG(mode):
        raise CannotRead("is no ordinary file")


def _size(octets: int) -> str:
    return f"{octets >> 20} MiB" if octets >= 16 << 20 else f"{octets} octets"
