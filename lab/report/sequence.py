"""A sequence diagram as SVG: lanes from left to right, rows from top to bottom; every colour is a class of the page's style."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from html import escape

from lab.base.language import Catalogue
from lab.report.lanes import Lane, Role
from lab.report.measure import width, wrapped
from lab.report.names import lab_time
from lab.report.rows import Row, Shape, Tone

FONT = 13
"""Units of the drawing; all lengths are in these."""
LINE = 17
SPACING = 190
"""Between two lanes."""
GUTTER = 62
"""For the hour, on the left."""
DATED_GUTTER = 128
MARGIN = 96
"""From the first and last lane to the edge: half a note."""
NOTE = 180
PAD = 8
HEAD = 46
_MARKS = {Tone.PLAIN: "", Tone.GOOD: "✓ ", Tone.BAD: "✗ "}
_SERVICES = {
    Role.TFTP: "TFTP",
    Role.CAPF: "CAPF",
    Role.CALLMANAGER: "CallManager",
    Role.TVS: "TVS",
    Role.TOMCAT: "Tomcat",
}

_EDGE_LANES = {
    Role.SWITCH: "report.lane.switch",
    Role.RADIUS: "report.lane.radius",
    Role.GATEWAY: "report.lane.gateway",
}


def role_name(lane: Lane, say: Catalogue) -> str:
    if lane.role is Role.PHONE:
        return say("report.lane.phone")
    return _SERVICES.get(lane.role) or say(_EDGE_LANES.get(lane.role, "report.lane.administrator"))


def lane_name(lane: Lane, say: Catalogue) -> str:
    """In one line: `CallManager of new`."""
    if lane.role is Role.PHONE:
        return lane.name
    if lane.place == 0:
        key = "report.lane.of-server" if lane.role is Role.ADMINISTRATOR else "report.lane.named"
        return say(key, role=role_name(lane, say), name=lane.name)
    return say("report.lane.of", role=role_name(lane, say), cluster=lane.name)


def in_words(row: Row, say: Catalogue) -> str:
    """The row as a sentence, for a reader who does not see the drawing."""
    if row.shape is Shape.FOLD:
        return row.text(say)
    parts = {"lane": lane_name(row.lane, say), "text": _MARKS[row.tone] + row.text(say)}
    if row.shape is Shape.NOTE:
        return say("report.words.note", **parts)
    key = "report.words.message" if row.shape is Shape.MESSAGE else "report.words.band"
    return say(key, to=lane_name(row.to, say), **parts)


def drawing(rows: Sequence[Row], say: Catalogue, *, start: datetime, identity: str, title: str) -> str:
    """One `<svg>` that needs the page's style, and its `identity` to be unique in the page."""
    return _Drawing(rows, say, start).svg(identity, title)


class _Drawing:
    def __init__(self, rows: Sequence[Row], say: Catalogue, start: datetime) -> None:
        self._rows = rows
        self._say = say
        self._start = start
        lanes = sorted({lane for row in rows for lane in (row.lane, row.to)})
        dated = any(row.at.date() != start.date() for row in rows)
        gutter = DATED_GUTTER if dated else GUTTER
        self._x = {lane: gutter + MARGIN + SPACING * number for number, lane in enumerate(lanes)}
        self._right = gutter + 2 * MARGIN + SPACING * (len(lanes) - 1)
        self._parts: list[str] = []
        self._y = float(HEAD + 10)

    def svg(self, identity: str, title: str) -> str:
        hour = ""
        for row in self._rows:
            now = lab_time(row.at, self._start)
            if now != hour:
                self._text(4, self._y + 13, now, "hour", anchor="start")
                hour = now
            self._draw(row)
        height = round(self._y + 6)
        heads = "".join(self._head(lane, height) for lane in self._x)
        words = self._say("report.diagram.described", count=len(self._rows))
        return (
            f'<svg class="sequence" role="img" aria-labelledby="{identity}-t {identity}-d" '
            f'viewBox="0 0 {self._right} {height}" width="{self._right}" height="{height}">'
            f'<title id="{identity}-t">{escape(title)}</title><desc id="{identity}-d">{escape(words)}</desc>'
            f"{heads}{''.join(self._parts)}</svg>"
        )

    def _head(self, lane: Lane, height: int) -> str:
        x = self._x[lane]
        role = escape(role_name(lane, self._say))
        box = SPACING - 14
        return (
            f'<line class="lane" x1="{x}" y1="{HEAD}" x2="{x}" y2="{height}"/>'
            f'<rect class="head role-{lane.role.name.lower()}" x="{x - box / 2}" y="2" width="{box}" height="{HEAD - 4}" rx="6"/>'
            f'<text class="role" x="{x}" y="20" text-anchor="middle">{role}</text>'
            f'<text class="who" x="{x}" y="37" text-anchor="middle">{escape(_short(lane.name))}</text>'
        )

    def _draw(self, row: Row) -> None:
        {Shape.MESSAGE: self._message, Shape.NOTE: self._note, Shape.BAND: self._band, Shape.FOLD: self._fold}[
            row.shape
        ](row)

    def _label(self, row: Row) -> str:
        return _MARKS[row.tone] + row.text(self._say)

    def _message(self, row: Row) -> None:
        """The words stand above the arrow, in as many lines as they need."""
        x1, x2 = self._x[row.lane], self._x[row.to]
        lines = wrapped(self._label(row), (abs(x2 - x1) - 20) / FONT)
        middle = (x1 + x2) / 2
        for line in lines:
            self._y += LINE
            self._text(middle, self._y - 4, line, f"say {row.tone.value}")
        self._y += 6
        tip, step = x2, (9 if x2 > x1 else -9)
        self._parts.append(
            f'<line class="arrow {row.tone.value}" x1="{x1}" y1="{self._y:g}" x2="{tip - step}" y2="{self._y:g}"/>'
            f'<path class="tip {row.tone.value}" d="M{tip} {self._y:g}l{-step * 1.2:g} -5v10z"/>'
        )
        self._y += 14

    def _note(self, row: Row) -> None:
        self._box(row, self._x[row.lane], NOTE, "note")

    def _band(self, row: Row) -> None:
        x1, x2 = sorted((self._x[row.lane], self._x[row.to]))
        self._box(row, (x1 + x2) / 2, x2 - x1 + 40, "band")

    def _fold(self, row: Row) -> None:
        x1, x2 = sorted((self._x[row.lane], self._x[row.to]))
        self._box(row, (x1 + x2) / 2, max(x2 - x1 + 40, NOTE), "fold")

    def _box(self, row: Row, middle: float, wide: float, kind: str) -> None:
        lines = wrapped(self._label(row), (wide - 2 * PAD) / FONT)
        if kind == "note":
            wide = min(wide, max(map(width, lines)) * FONT + 2 * PAD)
        tall = LINE * len(lines) + PAD
        self._parts.append(
            f'<rect class="{kind} {row.tone.value}" x="{middle - wide / 2:g}" y="{self._y:g}" width="{wide:g}" '
            f'height="{tall}" rx="4"/>'
        )
        for number, line in enumerate(lines, 1):
            self._text(middle, self._y + LINE * number, line, f"boxed {row.tone.value}")
        self._y += tall + 9

    def _text(self, x: float, y: float, text: str, kind: str, *, anchor: str = "middle") -> None:
        self._parts.append(f'<text class="{kind}" x="{x:g}" y="{y:g}" text-anchor="{anchor}">{escape(text)}</text>')


def _short(name: str) -> str:
    """An author may have named a cluster at length."""
    return wrapped(name, (SPACING - 24) / FONT)[0]
