"""An inventory: what each row says of a phone, once its spellings are understood. Nothing is looked up here."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple, TypeVar

from cucm_sim.database import DeviceSecurityMode
from lab.exports import columns as col
from lab.exports.dates import NoDate, moment_told
from lab.exports.devices import device_named, mode_named, model_named
from lab.exports.notes import Notes
from lab.exports.sheet import Sheet, read_sheet_untrusted
from lab.failures import InvalidInput, plain, shown
from wire.tls import TlsVersion
from wire.tls.ports import BY_NUMBER as TLS_VERSIONS

V = TypeVar("V")
_NONE = frozenset({"none", "no", "n/a", "na", "-", "--", "not installed", "no lsc", "no mic", "null", "nil", "false"})
_CN = re.compile(r"(?:^|[,;/+]) *CN *= *([^,;/+]+)", re.IGNORECASE)
_LONGEST_CN = 64
_SERIAL = re.compile(r"(?:0x)?([0-9a-f]{1,40})", re.IGNORECASE)
_LIST = re.compile(r"[;,|]+")
_MOST_SHOWN = 30
_NOWHERE = 1 << 30
"""The place of a column that is not there."""


@dataclass(frozen=True, slots=True)
class Told:
    """What a row says of one of the phone's certificates; all empty where its cells are."""

    issuer: str = ""
    """CN."""
    serial: str = ""
    """In hex, small letters, without zeros in front."""
    since: datetime | None = None
    until: datetime | None = None
    denied: bool = False
    """Whether it says that there is none."""

    @property
    def says_something(self) -> bool:
        return bool(self.issuer or self.serial or self.until or self.denied)


class Row(NamedTuple):
    """One phone of an inventory."""

    sheet: str
    number: int
    device: str
    model: str
    """Empty where the cell is."""
    profile: str
    """As it is written."""
    mode: DeviceSecurityMode | None
    """Of the profile; None where its name does not say."""
    cluster: str
    """As it is written; empty for none."""
    lsc: Told | None
    """None where the inventory has no column of it."""
    mic: Told | None
    radius: tuple[str, ...] | None
    """What the cell names, `yes` and `no` among it; None where there is no such column."""
    vpn: tuple[str, ...] | None
    tls: TlsVersion | None
    """The highest that it offers; None where nothing says."""


def read_inventory_untrusted(
    octets: bytes, name: str, profiles: dict[str, DeviceSecurityMode], notes: Notes
) -> list[Row]:
    """Its rows; those that cannot be used are noted and left out.

    Args:
        name: of the file.
        profiles: modes of profiles whose names do not say them, by their names in small letters.

    Raises InvalidInput where a column is missing, or this is no CSV.
    """
    sheet = read_sheet_untrusted(octets, name, col.SPELLINGS, col.DEVICE)
    for needed in col.NEEDED:
        if needed not in sheet.columns:
            there = ", ".join(shown(cell) for cell in sheet.head[:_MOST_SHOWN])
            spelt = ", ".join(col.SPELLINGS[needed][:4])
            raise InvalidInput(f'{plain(name)} has no column "{needed}" ({spelt} are taken too); it has {there}')
    return list(_Reader(sheet, profiles, notes).rows())


class _Wrong(Exception):
    """A row that cannot be used."""

    def __init__(self, kind: str, problem: str, remedy: str = "") -> None:
        super().__init__(problem)
        self.kind, self.problem, self.remedy = kind, problem, remedy


class _Reader:
    def __init__(self, sheet: Sheet, profiles: dict[str, DeviceSecurityMode], notes: Notes) -> None:
        self._sheet = sheet
        self._profiles = profiles
        self._notes = notes
        self._places = sheet.columns
        self._known: dict[tuple[str, str], object] = {}
        """What a text in a column means: forty thousand rows have few of them."""

    def rows(self) -> Iterator[Row]:
        for number, cells in self._sheet.rows:
            try:
                yield self._row(number, cells)
            except _Wrong as wrong:
                self._notes.of_row(self._sheet.name, number, wrong.kind, wrong.problem, wrong.remedy, grave=True)

    def _row(self, number: int, cells: list[str]) -> Row:
        named = self._cell(cells, col.DEVICE)
        device = device_named(named)
        if device is None:
            raise _Wrong("device", f"{shown(named)} is no phone", "write SEP001122334455, or its MAC in any spelling")
        profile = self._cell(cells, col.PROFILE)
        return Row(
            self._sheet.name,
            number,
            device,
            self._meaning(col.MODEL, self._cell(cells, col.MODEL), model_named),
            profile,
            self._meaning(col.PROFILE, profile, self._mode),
            self._cell(cells, col.CLUSTER),
            self._told(cells, col.LSC_ISSUER, col.LSC_SERIAL, col.LSC_EXPIRY, col.LSC_SINCE),
            self._told(cells, col.MIC_ISSUER, col.MIC_SERIAL, col.MIC_EXPIRY, ""),
            self._servers(cells, col.RADIUS),
            self._servers(cells, col.VPN),
            self._meaning(col.TLS, self._cell(cells, col.TLS), _tls),
        )

    def _cell(self, cells: list[str], column: str) -> str:
        place = self._places.get(column, _NOWHERE)
        return cells[place].strip() if place < len(cells) else ""

    def _meaning(self, column: str, text: str, work_out: Callable[[str], V]) -> V:
        key = column, text
        if key not in self._known:
            self._known[key] = work_out(text)
        return self._known[key]  # type: ignore[return-value]  # of each column always the same kind

    def _mode(self, profile: str) -> DeviceSecurityMode | None:
        return self._profiles.get(profile.casefold()) or mode_named(profile)

    def _told(self, cells: list[str], issuer: str, serial: str, expiry: str, since: str) -> Told | None:
        if not self._has(issuer, serial, expiry):
            return None
        written = {column: self._cell(cells, column) for column in (issuer, serial, expiry, since)}
        denied = [column for column, text in written.items() if text.casefold() in _NONE]
        if denied:
            written |= dict.fromkeys(denied, "")
            if issuer in denied or not any(written.values()):
                return Told(denied=True)
        return Told(
            self._meaning(issuer, written[issuer], common_name_told),
            _serial(serial, written[serial]),
            since=self._date(since, written[since]),
            until=self._date(expiry, written[expiry]),
        )

    def _has(self, *columns: str) -> bool:
        return any(column in self._places for column in columns)

    def _date(self, column: str, text: str) -> datetime | None:
        return self._meaning(column, text, lambda text: _date(column, text)) if text else None

    def _servers(self, cells: list[str], column: str) -> tuple[str, ...] | None:
        if column not in self._sheet.columns:
            return None
        return self._meaning(column, self._cell(cells, column), _names)


def common_name_told(text: str) -> str:
    """The CN in a distinguished name of whatever spelling, or the text itself; at most as long as a CN can be."""
    found = _CN.search(text)
    return plain((found[1] if found is not None else text).strip().strip('"'))[:_LONGEST_CN].strip()


def _serial(column: str, text: str) -> str:
    if not text:
        return ""
    found = _SERIAL.fullmatch(text) or _SERIAL.fullmatch(re.sub(r"[\s:'\-]", "", text))
    if found is None:
        rounded = re.fullmatch(r"[\d.,]+[Ee]\+\d+", text) is not None
        how = "a spreadsheet has rounded it: export it as text" if rounded else "write it in hex"
        raise _Wrong(column, f"{column} {shown(text)} is no serial number", how)
    return found[1].lower().lstrip("0")


def _date(column: str, text: str) -> datetime:
    try:
        return moment_told(text)
    except NoDate as problem:
        raise _Wrong(column, f"{column} {problem}") from None


def _tls(text: str) -> TlsVersion | None:
    if not text:
        return None
    found = TLS_VERSIONS.get(re.sub(r"(?i)^(?:tls)? ?v?", "", text).replace("_", "."))
    found = TlsVersion.TLSv1 if text.casefold().replace(" ", "") in ("1", "tls1", "tlsv1") else found
    if found is None:
        raise _Wrong(col.TLS, f"{shown(text)} is no TLS version", f"write one of {', '.join(TLS_VERSIONS)}")
    return found


def _names(text: str) -> tuple[str, ...]:
    return tuple(filter(None, (part.strip() for part in _LIST.split(text))))
