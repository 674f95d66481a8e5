"""docs/database.md lists the tables as they are, and which of their numbers are assumed."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable
from itertools import groupby
from pathlib import Path

from cucm_sim.database import TYPE_TABLES, Database
from cucm_sim.database._schema import APPLICATION_ID, TABLES, VERSION

DOCUMENT = (Path(__file__).resolve().parents[2] / "docs" / "database.md").read_text("utf-8")
LISTED, _, NUMBERS = DOCUMENT.partition("## Type tables")


def spans(numbers: Iterable[int]) -> str:
    """`0-7, 20`"""
    parts = []
    for _, run in groupby(enumerate(sorted(numbers)), lambda pair: pair[1] - pair[0]):
        found = [number for _, number in run]
        parts.append(str(found[0]) if len(found) == 1 else f"{found[0]}-{found[-1]}")
    return ", ".join(parts)


def test_every_table_is_listed_with_every_column() -> None:
    database = Database()
    connection = database.connection
    names = {name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
    there = {
        name: [column[1] for column in connection.execute(f"PRAGMA table_info({name})")]
        for name in names - set(TYPE_TABLES)
    }
    listed = {
        name: re.findall(r"`(\w+)`", columns)
        for name, columns in re.findall(r"^\| `(\w+)` \| (`.*) \|$", LISTED, re.MULTILINE)
    }
    assert listed == there
    for name in TYPE_TABLES:
        assert [row[1] for row in connection.execute(f"PRAGMA table_info({name})")] == ["enum", "name", "moniker"]


def test_every_type_table_is_listed_with_its_known_numbers_and_ours() -> None:
    listed = {
        name: (known.strip(), assumed.strip())
        for name, known, assumed in re.findall(r"^\| `(\w+)` \|([^|]*)\|([^|]*)\|$", NUMBERS, re.MULTILINE)
    }
    numbers = {table.name: {number for number, _, _ in table.rows} for table in TYPE_TABLES.values()}
    assert listed == {
        table.name: (
            "all" if table.name == "typemodel" else spans(table.known),
            spans(numbers[table.name] - table.known),
        )
        for table in TYPE_TABLES.values()
    }
    assert all(table.known <= numbers[table.name] for table in TYPE_TABLES.values())


def test_names_and_numbers_of_a_type_table_are_each_used_once() -> None:
    for table in TYPE_TABLES.values():
        for column in zip(*table.rows, strict=True):
            assert len(set(column)) == len(column), table.name


def test_the_marks_of_a_file_are_as_the_document_says() -> None:
    assert f"0x{APPLICATION_ID:08X}" in DOCUMENT
    assert f"the version of these tables, {VERSION}." in DOCUMENT


def test_a_change_of_the_tables_needs_another_version() -> None:
    """A kept file of the old tables must not be taken for one of the new. When this fails: raise VERSION, then mend this."""
    tables = repr(
        (
            TABLES,
            [(table.name, tuple((n, str(name), m) for n, name, m in table.rows)) for table in TYPE_TABLES.values()],
        )
    )
    digest = hashlib.sha256(tables.encode()).hexdigest()[:16]
    assert (VERSION, digest) == (2, "a857b2054a40be09")
