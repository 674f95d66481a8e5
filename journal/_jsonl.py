"""The journal as JSON lines, both ways: one event a line, its kind in the field `event`."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Union

import msgspec

from journal._events import Event, event_types

_encoder = msgspec.json.Encoder(enc_hook=str)


class JournalFileError(Exception):
    """A line that is not an event: the message names the file, the line and what is wrong with it."""


def to_jsonl(event: Event) -> bytes:
    """One line, its newline included."""
    return _encoder.encode(event) + b"\n"


def read_jsonl(path: Path) -> Iterator[Event]:
    """The events of a journal file, in order.

    A last line without its newline is what a killed run leaves behind; it is passed over.
    Raises JournalFileError for a line that is no event, and for an event as another version wrote it;
    OSError where the file cannot be read.
    """
    decoder: msgspec.json.Decoder[Event] = msgspec.json.Decoder(Union[event_types()])  # noqa: UP007
    with path.open("rb") as file:
        for number, line in enumerate(file, 1):
            if not line.endswith(b"\n"):
                return
            try:
                yield decoder.decode(line)
            except msgspec.ValidationError as error:
                raise JournalFileError(_unlike(path, number, line, error)) from None
            except (msgspec.DecodeError, UnicodeDecodeError) as error:
                raise JournalFileError(f"{path}, line {number}: this is not an event of the lab ({error})") from None


def _unlike(path: Path, number: int, line: bytes, error: msgspec.ValidationError) -> str:
    """An event of a known kind whose fields are others was most likely written by another version: the remedy is another run."""
    try:
        kind = msgspec.json.decode(line, type=_Kind).event
    except msgspec.ValidationError:
        kind = ""
    if kind not in {known.__name__ for known in event_types()}:
        return f"{path}, line {number}: this is not an event of the lab ({error})"
    return (
        f"{path}, line {number}: this is not an event of the lab as this version writes {kind} ({error}); "
        "where another version wrote the journal, run the story again"
    )


class _Kind(msgspec.Struct):
    event: str = ""
