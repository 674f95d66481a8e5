"""A fault of the lab's own code ends the connection in which it shows, and nothing else.

Whatever a peer sends is a `ProtocolError`, which each service knows how to answer. Any other exception is a bug. Services, and the
phone's clients, run each conversation inside `contained`, so that a bug that one peer meets does not close the doors of all.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from types import TracebackType

from journal import Emitter, Event
from wire.errors import DISK_ERRORS
from wire.plain_text import plain
from wire.tls.context import TlsUnavailable

MOST_TEXT = 200
"""Characters of an exception's own text."""
MOST_FRAMES = 6
"""Frames of a traceback that an event names, the innermost ones."""


class ConnectionFailed(Event, frozen=True, kw_only=True):
    """A fault of the lab's own code ended one conversation of this actor; the actor goes on."""

    exception: str
    """Its type."""
    text: str
    """Of the exception, on one line."""
    place: str
    """`module:line` of the innermost frames, from the outside to the inside."""


class Containment:
    """What became of the block."""

    failed: ConnectionFailed | None = None
    """The fault that ended it; None where it ended by itself."""


@contextmanager
def contained(emitter: Emitter, connection: str = "", cause: Event | int | None = None) -> Iterator[Containment]:
    """Turn an unexpected exception of the block into the event `ConnectionFailed`.

    Args:
        connection: its name, where the emitter is not that connection's own.

    Cancellation, KeyboardInterrupt and SystemExit pass, also those that are in a group with a fault. So do TlsUnavailable and the
    errors of a full disk, which are this machine's limits and no faults of the lab, and all that follows from a subscriber of the
    journal that failed: the journal is broken then, and with it the whole run.
    """
    held = Containment()
    try:
        yield held
    except (Exception, BaseExceptionGroup) as error:
        if emitter.broken:
            raise
        faults, rest = _split(error)
        if faults is not None:
            pen = emitter.on(connection) if connection else emitter
            held.failed = pen.emit(_described(_first(faults)), cause=cause)
        if rest is not None:
            raise rest from None


def _split(error: BaseException) -> tuple[BaseException | None, BaseException | None]:
    """What is a fault of the lab, and what is none."""
    if not isinstance(error, BaseExceptionGroup):
        return (None, error) if _of_machine(error) else (error, None)
    return error.split(
        lambda one: isinstance(one, Exception) and not isinstance(one, ExceptionGroup) and not _of_machine(one)
    )


def _of_machine(error: BaseException) -> bool:
    return isinstance(error, TlsUnavailable) or (isinstance(error, OSError) and error.errno in DISK_ERRORS)


def _first(error: BaseException) -> BaseException:
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    return error


def _described(error: BaseException) -> ConnectionFailed:
    text = plain(" ".join(str(error).split()))
    return ConnectionFailed(
        exception=type(error).__name__,
        text=text if len(text) <= MOST_TEXT else f"{text[:MOST_TEXT]}...",
        place=place_of(error.__traceback__),
    )


def place_of(traceback: TracebackType | None) -> str:
    """`module:line` of the innermost frames; modules and not files, since a path says where the user keeps the lab."""
    frames = []
    while traceback is not None:
        frames.append(f"{traceback.tb_frame.f_globals.get('__name__', '?')}:{traceback.tb_lineno}")
        traceback = traceback.tb_next
    return " > ".join(frames[-MOST_FRAMES:])
