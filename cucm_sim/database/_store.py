"""One SQLite connection as the tables use it: transactions, rows, and pkids that repeat."""

from __future__ import annotations

import errno
import hashlib
import os
import sqlite3
import uuid
import weakref
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

Value = str | int | None
Row = tuple[Value, ...]


def disk_error(error: sqlite3.Error) -> OSError | None:
    """The operating system's own error, as far as SQLite tells it; None for what is no error of the disk."""
    code = {sqlite3.SQLITE_FULL: errno.ENOSPC, sqlite3.SQLITE_IOERR: errno.EIO}.get(error.sqlite_errorcode & 0xFF)
    return OSError(code, os.strerror(code), "a cluster's database") if code is not None else None


class Store:
    """A connection that keeps foreign keys. One that is dropped closes itself."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        """`connection` is in autocommit mode (`isolation_level=None`)."""
        self.connection = connection
        self._close = weakref.finalize(self, connection.close)
        connection.execute("PRAGMA foreign_keys = ON")

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All or nothing. Inside another one it is part of that."""
        if self._begun():
            yield
            return
        self.execute("BEGIN IMMEDIATE")
        try:
            yield
            self.execute("COMMIT")
        except BaseException:
            if self._begun():  # SQLite itself ends one after some errors, a full disk for one
                self.connection.execute("ROLLBACK")
            raise

    def _begun(self) -> bool:
        return self.connection.in_transaction

    def execute(self, statement: str, values: Sequence[Value] = ()) -> sqlite3.Cursor:
        """Raises OSError where the disk is full or fails, else as sqlite3 does."""
        try:
            return self.connection.execute(statement, values)
        except sqlite3.OperationalError as error:
            raise disk_error(error) or error from None

    def rows(self, statement: str, values: Sequence[Value] = ()) -> list[Row]:
        return self.execute(statement, values).fetchall()

    def row(self, statement: str, values: Sequence[Value] = ()) -> Row | None:
        """The first one."""
        found: Row | None = self.execute(statement, values).fetchone()
        return found

    def change(self, statement: str, values: Sequence[Value] = ()) -> int:
        """Do one INSERT, UPDATE or DELETE; gives the number of rows that it met."""
        return self.execute(statement, values).rowcount

    def insert(self, table: str, columns: dict[str, Value]) -> str:
        """Add a row and give its pkid."""
        with self.transaction():
            pkid = self._next_pkid()
            names, places = ", ".join(columns), ", ?" * len(columns)
            self.change(f"INSERT INTO {table} (pkid, {names}) VALUES (?{places})", (pkid, *columns.values()))
        return pkid

    def update(self, table: str, columns: dict[str, Value], **where: Value) -> int:
        """Change the rows whose columns are as `where` says; gives how many they are."""
        settings = ", ".join(f"{column} = ?" for column in columns)
        those = " AND ".join(f"{column} = ?" for column in where)
        return self.change(f"UPDATE {table} SET {settings} WHERE {those}", (*columns.values(), *where.values()))

    def _next_pkid(self) -> str:
        """A lower-case UUID drawn from a count that the database keeps, so that two labs built alike have the same rows."""
        self.change("UPDATE labpkid SET issued = issued + 1")
        row = self.row("SELECT issued FROM labpkid")
        assert row is not None
        return str(uuid.UUID(bytes=hashlib.sha256(f"pkid {row[0]}".encode()).digest()[:16], version=4))

    def close(self) -> None:
        """Nothing works afterwards; a second close does nothing."""
        self._close()
