"""Rows out of a CSV of whatever dialect: separators, encodings, lines above its head."""

from __future__ import annotations

import codecs
import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from lab.base.failures import InvalidInput, shown
from wire.plain_text import plain

_DELIMITERS = ",;\t|"
_HEAD_WITHIN = 20
"""Lines in which the head must be; some tools write a title above it."""
_MAX_COLUMNS_SHOWN = 30


class NoTable(InvalidInput):
    """There is no head in it."""


@dataclass(frozen=True, slots=True)
class Sheet:
    """The columns that the caller asked for, and the rows under them."""

    name: str
    columns: dict[str, int]
    """Where each column is, by the name that it was asked for under."""
    head: tuple[str, ...]
    """As it is written."""
    rows: tuple[tuple[int, list[str]], ...]
    """With their numbers as a spreadsheet counts them; rows without any text are left out."""


def read_sheet_untrusted(octets: bytes, name: str, spellings: Mapping[str, Sequence[str]], key: str) -> Sheet:
    """
    Args:
        name: of the file, for messages.
        spellings: by column, how its heading may be spelt, the likeliest first, small letters and figures only.
        key: the column without which a line is no head.

    Raises:
        NoTable: no line has that column.
        InvalidInput: this is no CSV.
    """
    text = decoded(octets)
    best: tuple[int, str, int, list[str]] | None = None
    for delimiter in _DELIMITERS:
        for number, cells in enumerate(_first(text, delimiter)):
            found = columns_of(cells, spellings)
            if key in found and (best is None or len(found) > best[0]):
                best = len(found), delimiter, number, cells
    if best is None:
        raise NoTable(_no_head(text, name, spellings[key]))
    _, delimiter, start, head = best
    rows = []
    number = -1
    try:
        for number, cells in enumerate(_reader(text, delimiter)):
            if number > start and any(cells):
                rows.append((number + 1, cells))
    except csv.Error as error:
        raise InvalidInput(f"{plain(name)}, row {number + 2}: this is no CSV: {plain(str(error))}") from None
    return Sheet(name, columns_of(head, spellings), tuple(head), tuple(rows))


def decoded(octets: bytes) -> str:
    """Text in the encoding that its first octets tell, else UTF-8, else Windows' Latin-1. Never fails."""
    if octets.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return octets.decode("utf-16", "replace")
    if octets[1:40:2].count(0) > 10:
        return octets.decode("utf-16-le", "replace")
    try:
        return octets.decode("utf-8-sig")
    except UnicodeDecodeError:
        return octets.decode("cp1252", "replace")


def spelt(heading: str) -> str:
    """Small letters and figures only, as the tables of spellings have them."""
    return "".join(letter for letter in heading.casefold() if letter.isalnum())


def columns_of(head: Sequence[str], spellings: Mapping[str, Sequence[str]]) -> dict[str, int]:
    """Where each known column is; of two that may be meant, the one whose spelling is the likelier."""
    written: dict[str, int] = {}
    for place, cell in enumerate(head):
        written.setdefault(spelt(cell), place)
    found = {}
    for column, names in spellings.items():
        there = next((written[name] for name in names if name in written), None)
        if there is not None:
            found[column] = there
    return found


def _reader(text: str, delimiter: str) -> Iterator[list[str]]:
    return csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, skipinitialspace=True)


def _first(text: str, delimiter: str) -> list[list[str]]:
    rows: list[list[str]] = []
    try:
        for cells in _reader(text, delimiter):
            rows.append(cells)
            if len(rows) == _HEAD_WITHIN:
                break
    except csv.Error:
        pass  # said when the rows are read, where the delimiter is known
    return rows


def _no_head(text: str, name: str, wanted: Sequence[str]) -> str:
    first = next((cells for cells in _first(text, _likeliest(text)) if any(cells)), [])
    if not first:
        return f"{plain(name)} is empty: its first line must name the columns, Device Name among them"
    there = ", ".join(shown(cell) for cell in first[:_MAX_COLUMNS_SHOWN])
    return (
        f'{plain(name)} has no column "Device Name" ({", ".join(wanted[:4])} are taken too); its first line has {there}'
    )


def _likeliest(text: str) -> str:
    return max(_DELIMITERS, key=text.partition("\n")[0].count)
