"""How a command ends: its exit codes, and every foreseen failure as one sentence on standard error."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator

import click

from lab.failures import MACHINE_ERRORS, InvalidInput, MachineCannot

AS_EXPECTED, NOT_AS_EXPECTED, INVALID_INPUT, MACHINE_CANNOT, INTERRUPTED = 0, 1, 2, 3, 130
UNDECIDED = 4
"""Nothing is known to be wrong, and not everything could be judged."""


class Command(click.Group):
    """A group of verbs that all end like this. What is not foreseen is our bug, and stays loud."""

    def invoke(self, ctx: click.Context) -> object:
        if os.environ.get("NO_COLOR"):
            ctx.color = False
        try:
            return super().invoke(ctx)
        except (Exception, KeyboardInterrupt, BaseExceptionGroup) as error:
            code, sentence = _ending(error)
            if code is None:
                raise
            if sentence:
                say(sentence)
            _drop_unwritten()
            sys.exit(code)


def say(sentence: str) -> None:
    """Tell whoever started the command, apart from its output."""
    try:
        click.echo(f"cucm-lab: {sentence}", err=True)
    except OSError:
        pass  # nobody reads that either; the exit code remains


def _ending(error: BaseException) -> tuple[int | None, str]:
    """Exit code and sentence; no code for what was not foreseen. Trio wraps a failure once for each nursery on the way."""
    found = [_of(leaf) for leaf in _leaves(error)]
    if None in found:
        return None, ""
    # Several at once: whoever pressed Ctrl-C need not hear what else that broke.
    return min((ending for ending in found if ending is not None), key=lambda ending: _RANK.index(ending[0]))


_RANK = (INTERRUPTED, INVALID_INPUT, MACHINE_CANNOT)


def _of(error: BaseException) -> tuple[int, str] | None:
    if isinstance(error, KeyboardInterrupt):
        return INTERRUPTED, "interrupted"
    if isinstance(error, BrokenPipeError):
        return INTERRUPTED, ""  # whoever read our output has seen enough
    if isinstance(error, InvalidInput):
        return INVALID_INPUT, str(error)
    if isinstance(error, MachineCannot):
        return MACHINE_CANNOT, f"{error}; cucm-lab doctor may say more"
    if isinstance(error, OSError) and error.errno in MACHINE_ERRORS:
        place = f"{error.filename}: " if error.filename else ""
        return MACHINE_CANNOT, f"{place}{error.strerror}; cucm-lab doctor may say more"
    if isinstance(error, click.ClickException | click.exceptions.Exit | click.Abort):
        return None
    from wire.tls import TlsUnavailable

    return (MACHINE_CANNOT, f"{error}; cucm-lab doctor says more") if isinstance(error, TlsUnavailable) else None


def _leaves(error: BaseException) -> Iterator[BaseException]:
    if isinstance(error, BaseExceptionGroup):
        for inner in error.exceptions:
            yield from _leaves(inner)
    else:
        yield error


def _drop_unwritten() -> None:
    """Give Python nothing to flush while it exits where the output is closed or full: it would complain once more."""
    try:
        sys.stdout.flush()
    except OSError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
