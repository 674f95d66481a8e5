"""What the user should know about the inputs: each thing once, however many rows or phones it is true of."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from lab.fleet.findings import InputFinding
from wire.plain_text import plain

_NAMED = 3
"""Rows or devices that a finding names before it counts the others."""


@dataclass(slots=True)
class _Many:
    problem: str
    remedy: str
    grave: bool
    which: list[str] = field(default_factory=list)
    about: set[str] = field(default_factory=set)


class Notes:
    """Collects findings. The grave ones come first at the end."""

    def __init__(self) -> None:
        self._findings: dict[InputFinding, None] = {}
        self._told: set[tuple[str, str]] = set()
        self._many: dict[tuple[str, str, str], _Many] = {}

    def add(self, where: str, problem: str, remedy: str = "", *, grave: bool = False) -> None:
        """Of a file or a folder; the same thing twice is one."""
        if (where, problem) in self._told:  # forty thousand rows may say it
            return
        self._told.add((where, problem))
        self._findings[InputFinding(plain(where), problem, remedy, grave)] = None

    def take(self, findings: Iterable[InputFinding]) -> None:
        for finding in findings:
            self.add(finding.where, finding.problem, finding.remedy, grave=finding.grave)

    @property
    def grave(self) -> int:
        """How many of the grave ones, of files and folders, there are so far."""
        return sum(finding.grave for finding in self._findings)

    def of_row(self, where: str, row: int, kind: str, problem: str, remedy: str = "", *, grave: bool = False) -> None:
        """Of a row in `where`; rows of one `kind` are told together, in the words of the first."""
        self._count((where, "row", kind), str(row), problem, remedy, grave)

    def of_phone(
        self, where: str, device: str, kind: str, problem: str, remedy: str = "", *, grave: bool = False
    ) -> None:
        """Of a phone, likewise."""
        self._count((where, "", kind), device, problem, remedy, grave)

    def all(self) -> tuple[InputFinding, ...]:
        told = list(self._findings)
        for (where, what, _), many in self._many.items():
            place = plain(_place(where, what, many))
            told.append(InputFinding(place, many.problem, many.remedy, many.grave, frozenset(many.about)))
        return tuple(sorted(told, key=lambda finding: not finding.grave))

    def _count(self, key: tuple[str, str, str], which: str, problem: str, remedy: str, grave: bool) -> None:
        many = self._many.get(key)
        if many is None:
            many = self._many[key] = _Many(problem, remedy, grave)
        about = plain(f"row {which} of {key[0]}" if key[1] else which)
        if len(many.which) < _NAMED and about not in many.about:
            many.which.append(which)
        many.about.add(about)


def _place(where: str, what: str, many: _Many) -> str:
    """`inventory.csv, rows 3, 4, 9 and 200 more`, or `SEP001122334455, SEP...`."""
    named = ", ".join(many.which)
    if len(many.about) > len(many.which):
        named += f" and {len(many.about) - len(many.which)} more"
    plural = "s" if what and len(many.about) > 1 else ""
    return ", ".join(filter(None, (where, f"{what}{plural} {named}" if what else named)))
