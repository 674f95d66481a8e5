"""`run sql` of CUCM's command line, for reading: one SELECT on a cluster's database, in the layout that CUCM prints.

The dialect is SQLite's: what only Informix knows (`select first 1`, `matches`) is refused as SQLite refuses it.
"""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from cucm_sim.database import Database
from wire.plain_text import plain

MAX_STEPS = 5_000_000
"""Of SQLite's machine, for one statement. Assumed."""
MAX_VALUE = 1_000_000
"""Octets. Assumed."""
_STEPS_BETWEEN_LOOKS = 10_000

_ALLOWED = {sqlite3.SQLITE_SELECT, sqlite3.SQLITE_READ, sqlite3.SQLITE_FUNCTION, sqlite3.SQLITE_RECURSIVE}
_AGGREGATE = re.compile(r"(count|max|min|sum|avg)\b.*\(", re.IGNORECASE | re.DOTALL)
_NAME = re.compile(r"[a-z_]\w*", re.IGNORECASE)
_ONE_SELECT = "run sql takes one SELECT statement here, and nothing else."


class SqlRefusedError(ValueError):
    """The statement cannot be run; the message is one sentence for the person who typed it."""


def run_sql(database: Database, text: str) -> str:
    """What CUCM would print: a row of names, a row of `=`, the values; where there are none, an empty line.

    Raises SqlRefusedError for anything but one SELECT, for one that SQLite cannot run, and for one that takes too long.
    """
    if not re.match(r"\s*select\b", text, re.IGNORECASE):
        raise SqlRefusedError(_ONE_SELECT)
    names, rows = _ask(database.connection, text)
    cells = [[_cell(value) for value in row] for row in rows]
    widths = [
        max(len(name), *(_width(row[place]) for row in cells)) if cells else len(name)
        for place, name in enumerate(names)
    ]
    lines = [names, ["=" * width for width in widths], *cells]
    printed = [_line(line, widths) for line in lines]
    return "\n".join(printed if cells else [*printed, ""]) + "\n"


def _ask(connection: sqlite3.Connection, text: str) -> tuple[list[str], list[tuple[object, ...]]]:
    refused = False

    def judge(action: int, *_: object) -> int:
        nonlocal refused
        if action in _ALLOWED:
            return sqlite3.SQLITE_OK
        refused = True
        return sqlite3.SQLITE_DENY

    try:
        with _guarded(connection, judge):
            cursor = connection.execute(text)
            return [_heading(column[0]) for column in cursor.description], cursor.fetchall()
    except (sqlite3.Error, sqlite3.Warning, UnicodeEncodeError, OverflowError) as error:
        if refused or (isinstance(error, sqlite3.Warning | sqlite3.ProgrammingError) and "one statement" in str(error)):
            raise SqlRefusedError(_ONE_SELECT) from None
        if getattr(error, "sqlite_errorcode", None) == sqlite3.SQLITE_INTERRUPT:
            raise SqlRefusedError("The statement takes too long; ask for less.") from None
        raise SqlRefusedError(f"The statement cannot be run: {plain(' '.join(str(error).split()))}.") from None


@contextmanager
def _guarded(connection: sqlite3.Connection, judge: object) -> Iterator[None]:
    """While this lasts, nothing can be written or attached, nothing goes on for ever and no value grows without end."""
    looks = 0

    def enough() -> bool:
        nonlocal looks
        looks += 1
        return looks > MAX_STEPS // _STEPS_BETWEEN_LOOKS

    longest = connection.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, MAX_VALUE)
    connection.set_authorizer(judge)  # type: ignore[arg-type]
    connection.set_progress_handler(enough, _STEPS_BETWEEN_LOOKS)
    try:
        yield
    finally:
        connection.set_progress_handler(None, 0)
        connection.set_authorizer(None)
        connection.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, longest)


def _heading(column: str) -> str:
    """`(count)` is what CUCM prints over a count; Assumed: the other forms without a name follow it."""
    if _NAME.fullmatch(column):
        return column.lower()
    aggregate = _AGGREGATE.match(column)
    return f"({aggregate[1].lower()})" if aggregate else "(expression)"


def _cell(value: object) -> str:
    if value is None:
        return "NULL"
    if isinstance(value, bytes):
        return value.hex()
    return plain(str(value), keep="\n")  # as in a certificate's PEM


def _width(cell: str) -> int:
    return max(map(len, cell.split("\n")))


def _line(cells: Sequence[str], widths: Sequence[int]) -> str:
    return " ".join(cell.ljust(width) for cell, width in zip(cells, widths, strict=True)).rstrip(" ")
