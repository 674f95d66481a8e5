"""The table of docs/operations.md, made from the operations themselves.

Run this file to write the table again: `python -m tests.operations.document`.
"""

from __future__ import annotations

import inspect
import re
from pathlib import Path

from lab.base.toml_tables import keys_of
from lab.operations.operation import OnPhones, Operation
from lab.operations.table import OPERATIONS

FILE = Path(__file__).resolve().parents[2] / "docs" / "operations.md"
HEADING = "| `do` | keys | what it does | takes effect | due after it |\n|---|---|---|---|---|\n"
_PHONES = set(keys_of(OnPhones))


def row(word: str, kind: type[Operation]) -> str:
    """One operation."""
    keys = [key for key in keys_of(kind) if key != "say"]
    written = [f"`{key}`" for key in keys if not (issubclass(kind, OnPhones) and key in _PHONES)]
    if issubclass(kind, OnPhones):
        written.insert(0, "which phones")
    does = " ".join((inspect.getdoc(kind) or "").partition("\n\n")[0].split()).removesuffix(".")
    return f"| `{word}` | {', '.join(written)} | {does} | {kind.TAKES_EFFECT} | {kind.DUE or 'nothing'} |"


def table() -> str:
    """All of them."""
    return HEADING + "\n".join(row(word, kind) for word, kind in OPERATIONS.items()) + "\n"


def written(document: str) -> str:
    """The document with this table in the place of the one that it has."""
    start = document.index(HEADING.partition("\n")[0])
    end = re.compile(r"^(?!\|)", re.MULTILINE).search(document, start)
    return document[:start] + table() + document[end.start() if end else len(document) :]


if __name__ == "__main__":
    FILE.write_text(written(FILE.read_text("utf-8")), "utf-8")
