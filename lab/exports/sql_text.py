"""Tables out of the text that CUCM's `run sql` prints: a heading, a rule of `=`, values of fixed width.

The layout is that of published outputs: columns as wide as their longest value, one blank between two, NULL as `NULL`,
nothing after the last row. A terminal adds the prompt `admin:` with the command before it and the next prompt after it. A
certificate's PEM keeps its lines; it may stand in any column.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

_RULE = re.compile(r"=+(?: =+)*")
_PROMPT = re.compile(r"\s*admin\s*:", re.IGNORECASE)
_PAGER = "for 1 line, <space> for one page"
"""Of the line at which a terminal waits where pagination is on."""
_BEGIN, _END = "-----BEGIN ", "-----END "
_MAX_COLUMNS = 200
_FILLER = "\0"


@dataclass(slots=True)
class SqlTable:
    """One answer of `run sql`."""

    columns: tuple[str, ...]
    """In small letters."""
    rows: list[tuple[int, dict[str, str]]] = field(default_factory=list)
    """With the number of the line on which each begins; by column, empty for NULL."""
    unread: list[int] = field(default_factory=list)
    """Numbers of lines that cannot be cut into these columns."""


def has_table(octets: bytes) -> bool:
    """Whether there may be one: a look that costs next to nothing."""
    return re.search(rb"(?m)^=+(?: =+)*[ \t]*\r?$", octets) is not None


def tables_untrusted(text: str) -> list[SqlTable]:
    """All of them, in their order. Never raises."""
    lines = [line.rstrip() for line in text.split("\n")]
    found: list[SqlTable] = []
    at = 1
    while at < len(lines):
        if _is_rule(lines, at):
            table, at = _table(lines, at)
            if table is not None:
                found.append(table)
        else:
            at += 1
    return found


def _is_rule(lines: list[str], at: int) -> bool:
    return at > 0 and at < len(lines) and bool(_RULE.fullmatch(lines[at]) and lines[at - 1].strip())


def _table(lines: list[str], rule: int) -> tuple[SqlTable | None, int]:
    """The one whose rule stands there, and where to go on."""
    spans = [match.span() for match in re.finditer("=+", lines[rule])]
    heading = _cut(lines[rule - 1], spans)
    if heading is None or not all(heading) or len(spans) > _MAX_COLUMNS:
        return None, rule + 1
    table = SqlTable(tuple(name.casefold() for name in heading))
    at = rule + 1
    while at < len(lines) and not _PROMPT.match(lines[at]) and not _is_rule(lines, at + 1):
        line, first = lines[at], at
        at += 1
        if not line.strip() or _PAGER in line:
            continue
        pem = ""
        if (begin := line.find(_BEGIN)) >= 0:
            pem, at = _pem(lines, first, begin)
            line = line[:begin]
        cells = _cut(line, spans)
        if cells is None or (begin >= 0 and not pem):
            table.unread.append(first + 1)
            continue
        if pem:
            place = _column_at(line, spans)
            cells[place] = pem
            if place < len(spans) - 1:  # the columns behind it follow on a line of their own
                at += 1
        table.rows.append((first + 1, dict(zip(table.columns, map(_value, cells), strict=True))))
    return table, at


def _pem(lines: list[str], at: int, begin: int) -> tuple[str, int]:
    """From its BEGIN to its END, and the line after that; nothing where it does not end before another begins."""
    block = [lines[at][begin:]]
    while _END not in block[-1]:
        at += 1
        if at >= len(lines) or _BEGIN in lines[at] or _PROMPT.match(lines[at]):
            return "", at
        block.append(lines[at])
    return "\n".join(block), at + 1


def _column_at(line: str, spans: list[tuple[int, int]]) -> int:
    """The column that begins where the line was cut: the last whose start it reaches, by whichever measure fits."""
    for measure in _MEASURES:
        wide = _expanded(line, measure)
        for place, (start, _) in enumerate(spans):
            if len(wide.rstrip()) <= start <= len(wide):
                return place
    return len(spans) - 1


def _cut(line: str, spans: list[tuple[int, int]]) -> list[str] | None:
    """The cells; None where they do not begin where their columns do, however wide the letters are taken to be.

    The blank between two columns must be one, and a cell that holds something begins with it, as values are left-justified. In
    a line of ASCII letters, which have one width, a value may begin with blanks.
    """
    for measure in _MEASURES:
        wide = _expanded(line, measure)
        ends = [*(start - 1 for start, _ in spans[1:]), len(wide)]
        cells = [wide[start:end] for (start, _), end in zip(spans, ends, strict=True)]
        separated = all(letter == " " for letter in _between(wide, spans))
        justified = line.isascii() or not any(cell.strip() and cell[0] == " " for cell in cells)
        if separated and justified:
            return [cell.replace(_FILLER, "").strip() for cell in cells]
    return None


def _between(wide: str, spans: list[tuple[int, int]]) -> Iterator[str]:
    for start, _ in spans[1:]:
        yield from wide[start - 1 : start]


def _expanded(line: str, measure: Callable[[str], int]) -> str:
    """Each letter as long as it counts."""
    if line.isascii():
        return line
    return "".join(letter + _FILLER * (measure(letter) - 1) for letter in line)


def _columns_of(letter: str) -> int:
    return 2 if unicodedata.east_asian_width(letter) in "WF" else 1


# Assumed: that a column is as wide as its longest value in letters. Columns of a terminal and octets of UTF-8 are tried next.
_MEASURES: tuple[Callable[[str], int], ...] = (
    lambda letter: 1,
    _columns_of,
    lambda letter: len(letter.encode("utf-8", "replace")),
)


def _value(cell: str) -> str:
    return "" if cell == "NULL" else cell
