"""Where a database lives: in memory for a story, in a file for a kept lab.

A file is in WAL mode with synchronous NORMAL: a killed process loses nothing that was committed; a machine that loses power may
lose the last commits, never the file.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Callable
from functools import cache
from pathlib import Path

from cisco_data.models import TYPEMODEL
from cucm_sim.database import _schema
from cucm_sim.database._errors import DatabaseFileError
from cucm_sim.database._parameters import ProcessConfig
from cucm_sim.database._profiles import columns_of
from cucm_sim.database._rows import standard_profile
from cucm_sim.database._store import SqlStore, Value, disk_error
from cucm_sim.database._types import TYPE_TABLES
from cucm_sim.parameters import ServiceParameters

IN_MEMORY = ":memory:"


def open_memory() -> SqlStore:
    """A database as it is when CUCM has just been installed."""
    connection = _connect(IN_MEMORY)
    connection.deserialize(_image())
    return SqlStore(connection)


def open_file(path: str | os.PathLike[str]) -> SqlStore:
    """The file, made with mode 0600 where there is none.

    Raises DatabaseFileError where it cannot be used, OSError where the disk is full or fails.
    """
    place = os.fspath(path)
    try:
        # 0600, because authentication strings are in it; the files that SQLite puts beside it get the same mode.
        os.close(os.open(place, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600))
        # As a URI, since SQLite has names of its own: ":memory:", and "" for a file that vanishes.
        store = _open(place, "mode=rw")
    except OSError as error:
        raise DatabaseFileError(f"{place} cannot be opened: {error.strerror or error}.") from None
    return _checked(store, place, _adopt)


def open_to_read(path: str | os.PathLike[str]) -> SqlStore:
    """The file as it is, on a disk that cannot be written too; no file is made. Raises DatabaseFileError where it cannot be used.

    SQLite itself would make a `-wal` and a `-shm` beside a file in WAL mode, or refuse it where it cannot.
    """
    place = os.path.realpath(path)
    wal, index = f"{place}-wal", f"{place}-shm"
    query, locking = "mode=ro&immutable=1", "NORMAL"
    if os.path.exists(wal) and os.path.exists(index):  # a lab has it open, or was killed
        query = "mode=ro"
    elif os.path.exists(wal) and os.path.getsize(wal):  # exclusive, so that SQLite has the index in its memory
        query, locking = "mode=ro&vfs=unix-none", "EXCLUSIVE"
    try:
        store = _open(place, query)
        store.connection.execute(f"PRAGMA locking_mode = {locking}")
        store.connection.execute("PRAGMA temp_store = MEMORY")
    except sqlite3.Error as error:
        raise DatabaseFileError(f"{place} cannot be opened: {error}.") from None
    return _checked(store, place, lambda opened, name: _judge(opened, name, _schema.READABLE))


def _checked(store: SqlStore, place: str, check: Callable[[SqlStore, str], None]) -> SqlStore:
    try:
        check(store, place)
    except sqlite3.Error as error:
        store.close()
        if (failed := disk_error(error)) is not None:
            raise failed from None
        if error.sqlite_errorcode == sqlite3.SQLITE_NOTADB:
            raise DatabaseFileError(f"{place} is no database.") from None
        raise DatabaseFileError(f"{place} cannot be used as the database of a cluster: {error}.") from None
    except BaseException:
        store.close()
        raise
    return store


def back_up(store: SqlStore, path: str | os.PathLike[str]) -> None:
    """Write all that is committed into a file, in place of the configuration that may be there.

    Raises DatabaseFileError where the file cannot be written, or belongs to something else.
    """
    copy = open_file(path)
    try:
        store.connection.backup(copy.connection)
    except sqlite3.Error as error:
        raise DatabaseFileError(f"{os.fspath(path)} cannot be written: {error}.") from None
    finally:
        copy.close()


def _adopt(store: SqlStore, place: str) -> None:
    """See that the file is of this lab and of this version; fill one that is empty, be it because its maker was killed."""
    if not _is_empty(store):
        _judge(store, place)  # before anything is written: it may be another program's
    store.connection.execute("PRAGMA journal_mode = WAL")
    store.connection.execute("PRAGMA synchronous = NORMAL")
    with store.transaction():
        if _is_empty(store):
            _install(store)
    _judge(store, place)


def _is_empty(store: SqlStore) -> bool:
    marks = _pragma(store, "application_id"), _pragma(store, "user_version")
    return marks == (0, 0) and store.row("SELECT 1 FROM sqlite_master") is None


def _judge(store: SqlStore, place: str, versions: tuple[int, ...] = (_schema.VERSION,)) -> None:
    version = _pragma(store, "user_version")
    if _pragma(store, "application_id") != _schema.APPLICATION_ID:
        raise DatabaseFileError(f"{place} is a database, but not of a cluster of this lab.")
    if version not in versions:
        raise DatabaseFileError(
            f"{place} was made by another version of this lab: its tables are version {version},"
            f" and this one reads version {_schema.VERSION}."
        )
    missing = {*_schema.TABLES, *TYPE_TABLES} - {name for (name,) in store.rows("SELECT name FROM sqlite_master")}
    if missing:
        raise DatabaseFileError(f"{place} lacks the tables {', '.join(sorted(missing))}.")


def _pragma(store: SqlStore, name: str) -> Value:
    row = store.row(f"PRAGMA {name}")
    return row[0] if row is not None else None


def _open(place: str, query: str) -> SqlStore:
    return SqlStore(_connect(f"{Path(place).absolute().as_uri()}?{query}", uri=True))


def _connect(name: str, *, uri: bool = False) -> sqlite3.Connection:
    # Not bound to a thread, because the garbage collector may close it in any; SQLite itself is built thread-safe.
    return sqlite3.connect(name, isolation_level=None, check_same_thread=False, uri=uri)


@cache
def _image() -> bytes:
    """The octets of a new database: to copy them is much quicker than to fill tables for each cluster."""
    store = SqlStore(_connect(IN_MEMORY))
    with store.transaction():
        _install(store)
    try:
        return store.connection.serialize()
    finally:
        store.close()


def _install(store: SqlStore) -> None:
    """What a cluster has from its installation on: the tables, service parameters, and each model's standard profile."""
    _schema.create(store.connection)
    ProcessConfig(store).service_parameters = ServiceParameters()
    for model in TYPEMODEL:
        store.insert("securityprofile", columns_of(standard_profile(model)))
