"""The journal as JSON lines, both ways: one event a line, its kind in the field `event`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Union

import msgspec

from journal._events import Event, event_types

_encoder = msgspec.json.Encoder(enc_hook=str)


FORMAT = 1
"""Of a journal file; a first line of another one is refused."""
HEADER = b'{"journal":"cucm-cert-lab","format":%d}\n' % FORMAT
"""The first line of a journal file, which says who wrote it. It is JSON like the others, and no event: nothing happened."""
_HEADER_BEGINS = b'{"journal":'


class JournalFileError(Exception):
    """A line that is not an event: the message names the file, the line and what is wrong with it."""


def to_jsonl(event: Event) -> bytes:
    """One line, its newline included."""
    return _encoder.encode(event) + b"\n"


def read_jsonl(path: Path) -> Iterator[Event]:
    """The events of a journal file, in order; errors as of `events_of_lines`, and OSError where the file cannot be read."""
    with path.open("rb") as file:
        yield from events_of_lines(file, str(path))


def events_of_lines(lines: Iterable[bytes], where: str) -> Iterator[Event]:
    """The events of a journal's lines, each with its newline, in order. The line that says whose journal it is may be missing.

    A last line without its newline is what a killed run leaves behind; it is passed over.

    Args:
        where: the file's name, for errors.

    Raises JournalFileError for a line that is no event, for an event as another version wrote it, and for a journal of another
    format.
    """
    decoder: msgspec.json.Decoder[Event] = msgspec.json.Decoder(
        Union[event_types()],  # noqa: UP007
        dec_hook=lambda kind, value: kind(value),
    )
    for number, line in enumerate(lines, 1):
        if not line.endswith(b"\n"):
            return
        if number == 1 and line.startswith(_HEADER_BEGINS):
            if line.strip() != HEADER.strip():
                raise JournalFileError(f"{where} is a journal of another format: this lab reads format {FORMAT}")
            continue
        try:
            yield decoder.decode(line)
        except msgspec.ValidationError as error:
            raise JournalFileError(_unlike(where, number, line, error)) from None
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            raise JournalFileError(f"{where}, line {number}: this is not an event of the lab ({error})") from None


def _unlike(where: str, number: int, line: bytes, error: msgspec.ValidationError) -> str:
    """An event of a known kind whose fields are others was most likely written by another version: the remedy is another run."""
    try:
        kind = msgspec.json.decode(line, type=_Kind).event
    except msgspec.ValidationError:
        kind = ""
    if kind not in {known.__name__ for known in event_types()}:
        return f"{where}, line {number}: this is not an event of the lab ({error})"
    return (
        f"{where}, line {number}: this is not an event of the lab as this version writes {kind} ({error}); "
        "where another version wrote the journal, run the story again"
    )


class _Kind(msgspec.Struct):
    event: str = ""
