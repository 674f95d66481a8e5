"""How a command ends: its exit codes, and every failure as one sentence on standard error.

What the user gave is 2, what this machine cannot do is 3, an interrupt is 130. Everything else that gets this far is a fault of the
lab, 70, and never an answer: a pipeline that takes 1 for "something breaks" must not take a fault of the lab for it.
"""

from __future__ import annotations

import errno
import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any, NoReturn

import click

from lab.base import bugs, inputs
from lab.base.failures import InvalidInput, MachineCannot
from lab.base.open_files import raise_limit
from lab.base.terminal import echo, escaped
from wire.errors import DISK_ERRORS

AS_EXPECTED, NOT_AS_EXPECTED, INVALID_INPUT, MACHINE_CANNOT, INTERRUPTED = 0, 1, 2, 3, 130
UNDECIDED = 4
"""Nothing is known to be wrong, and not everything could be judged."""
OUR_FAULT = bugs.OUR_FAULT

MACHINE_ERRORS = DISK_ERRORS | frozenset(
    {
        errno.EACCES,
        errno.EADDRINUSE,
        errno.EADDRNOTAVAIL,
        errno.EMFILE,
        errno.ENFILE,
        errno.ENOBUFS,
        errno.ENOMEM,
        errno.EPERM,
        errno.EROFS,
    }
)
"""Of OSError: the machine's fault. Any other that gets as far as the command is a fault of the lab."""

_RANK = (OUR_FAULT, INTERRUPTED, INVALID_INPUT, MACHINE_CANNOT)
"""Which of several counts. A fault of the lab is never hidden; else a user who pressed Ctrl-C is not told what that broke."""
_CLICK = (click.exceptions.Exit, click.Abort)


class CommandGroup(click.Group):
    """A group of verbs that all end like this."""

    def main(self, *arguments: Any, **options: Any) -> Any:
        """Run the command and exit. Where standard output is closed it does nothing: its answer would have no place."""
        bugs.begin()
        raise_limit()
        inputs.forget()
        if sys.stdout is None:
            _end(MACHINE_CANNOT, "standard output is closed: send it to a file, or to /dev/null")
        try:
            return super().main(*arguments, **options)
        except OSError:  # how the command is used could not be printed; all else has been dealt with in `_endings`
            sys.exit(INVALID_INPUT)

    def make_context(
        self, info_name: str | None, args: list[str], parent: click.Context | None = None, **extra: Any
    ) -> click.Context:
        with _endings():  # --help and --version print while options are read
            return super().make_context(info_name, args, parent, **extra)

    def invoke(self, ctx: click.Context) -> object:
        if os.environ.get("NO_COLOR"):
            ctx.color = False
        with _endings():
            return super().invoke(ctx)


def say(sentence: str) -> None:
    """Write a sentence to standard error."""
    try:
        echo(f"cucm-lab: {sentence}", err=True)
    except OSError:
        pass  # standard error is closed; the exit code remains


@contextmanager
def _endings() -> Iterator[None]:
    """The block exits with its code and at most one sentence; what click itself knows how to end is left to it."""
    try:
        code: int | str | None = None
        try:
            yield
        except SystemExit as end:
            code = end.code
        if sys.stdout is not None:
            sys.stdout.flush()  # here, where a full disk can still be told, and not while Python ends
        if bugs.told():
            code = OUR_FAULT
        if code is not None:
            sys.exit(code)
    except _CLICK:
        raise
    except click.ClickException as wrong:  # click prints its message, which may repeat an argument
        if (message := escaped(wrong.format_message())) == wrong.format_message():
            raise
        raise click.UsageError(message, getattr(wrong, "ctx", None)) from None
    except (Exception, KeyboardInterrupt, BaseExceptionGroup) as error:
        code, sentence = ending_of(error)
        if code == OUR_FAULT:
            bugs.print_traceback(error)
        _end(code, sentence)


def _end(code: int, sentence: str) -> NoReturn:
    if sentence:
        say(sentence)
    _drop_unwritten()
    sys.exit(code)


def ending_of(error: BaseException) -> tuple[int, str]:
    """Exit code and sentence; empty where nothing need be said. Trio wraps a failure once for each nursery on the way."""
    found: Sequence[tuple[int, str]] = [_of(leaf) for leaf in bugs.leaves(error)]
    code, sentence = min(found, key=lambda ending: _RANK.index(ending[0]))
    if bugs.told() and code != INTERRUPTED:
        code = OUR_FAULT
    return code, sentence


def _of(error: BaseException) -> tuple[int, str]:
    if isinstance(error, KeyboardInterrupt):
        return INTERRUPTED, "interrupted"
    if isinstance(error, BrokenPipeError):
        return INTERRUPTED, ""  # the reader of the output has closed its pipe
    if isinstance(error, InvalidInput):
        return INVALID_INPUT, str(error)
    if isinstance(error, MachineCannot):
        return MACHINE_CANNOT, f"{error}; cucm-lab doctor may say more"
    if isinstance(error, OSError) and error.errno in MACHINE_ERRORS:
        place = f"{error.filename}: " if error.filename else ""
        return MACHINE_CANNOT, f"{place}{error.strerror}; cucm-lab doctor may say more"
    if isinstance(error, MemoryError):
        return MACHINE_CANNOT, f"{os.strerror(errno.ENOMEM)}; cucm-lab doctor may say more"
    if isinstance(error, click.ClickException):
        return INVALID_INPUT, error.format_message()
    if "wire.tls" in sys.modules:  # else it cannot have been raised, and it takes a second to import
        from wire.tls import TlsUnavailable

        if isinstance(error, TlsUnavailable):
            return MACHINE_CANNOT, f"{error}; cucm-lab doctor says more"
    return OUR_FAULT, bugs.sentence(error)


def _drop_unwritten() -> None:
    """Give Python nothing to flush while it exits where the output is closed or full: it would complain once more."""
    if sys.stdout is None:
        return
    try:
        sys.stdout.flush()
    except OSError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
