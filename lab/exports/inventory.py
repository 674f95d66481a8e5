"""An inventory: what each row says of a phone, once its spellings are understood. Nothing is looked up here.

A cell that cannot be read does not take its phone out of the answer: the row says why what depends on the cell is not known.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from types import MappingProxyType
from typing import NamedTuple, TypeVar

from cisco_data import AuthenticationMode, DeviceSecurityMode
from cisco_data.tls import VERSION_NUMBERED as TLS_VERSIONS
from lab.base.failures import InvalidInput, shown
from lab.exports import columns as col
from lab.exports.dates import NoDate, moment_told
from lab.exports.devices import device_named, mode_named, model_named
from lab.exports.itl_status import ItlStatus, itl_status_told
from lab.exports.notes import Notes
from lab.exports.sheet import Sheet, read_sheet_untrusted, spelt
from lab.exports.spelled import Parts, parts_told, serials_told
from lab.exports.spelled import common_name_told as spelled_common_name
from pki import KeySpec
from wire.plain_text import plain
from wire.tls import TlsVersion

V = TypeVar("V")
_NONE = frozenset({"none", "no", "n/a", "na", "-", "--", "not installed", "no lsc", "no mic", "null", "nil", "false"})
_UNKNOWN = frozenset({"unknown", "not known", "?", "??", "未知", "不明"})
_MAX_CN_LENGTH = 64
_LIST = re.compile(r"[;,|]+")
_MAX_SHOWN = 30
_LIKE_A_PHONE = re.compile(r"(?i)SEP[^\s]{0,40}|[0-9a-f]{2}(?:[:.\- ]?[0-9a-f]{1,4}){3,9}")
"""A MAC with a figure too few, too many or wrong, and no name of another kind of device such as `CSFjsmith` or `CTIPORT1`."""
_MONTH = re.compile(r"(\d{4})[-/.](\d{1,2})|(\d{1,2})[/.](\d{4})")
_CURVES = frozenset({"256", "384", "521"})
_AUTHENTICATION_MODES = (
    (re.compile(r"(?:by )?authentication ?string|1"), AuthenticationMode.BY_AUTHENTICATION_STRING),
    (re.compile(r"(?:by )?null ?string|2"), AuthenticationMode.BY_NULL_STRING),
    (
        re.compile(r"(?:by )?existing ?certificate(?: ?\(.*\blsc\))?|lsc|3"),
        AuthenticationMode.BY_EXISTING_CERTIFICATE_LSC,
    ),
    (re.compile(r"(?:by )?existing ?certificate ?\(.*\bmic\)|mic|4"), AuthenticationMode.BY_EXISTING_CERTIFICATE_MIC),
)
"""By name, or by the number in CUCM's table typeauthenticationmode."""
NEVER_SEEN, SEEN_NOW = datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC)
"""Of a phone that never registered, and of one that is registered."""
_NOWHERE = 1 << 30
"""The place of a column that is not there."""


@dataclass(frozen=True, slots=True)
class Told:
    """What a row says of one of the phone's certificates; all empty where its cells are."""

    issuer: str = ""
    """CN."""
    serials: frozenset[int] = frozenset()
    """What its serial number may be, in hex or in decimal; empty for none, and where it cannot be read."""
    since: datetime | None = None
    until: datetime | None = None
    denied: bool = False
    """Whether it says that there is none."""
    not_told: str = ""
    """Why its cells do not say what the phone holds: a clause that begins with the column."""
    end_unknown: bool = False
    """Whether it says that there is one, and that its end is not known."""
    issuer_parts: Parts = ()
    """Of the whole name, where it is one."""
    issuer_until: datetime | None = None
    key: KeySpec | None = None

    @property
    def says_something(self) -> bool:
        return bool(self.issuer or self.serials or self.until or self.denied or self.not_told or self.end_unknown)


class InventoryRow(NamedTuple):
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
    made: datetime | None = None
    """When it was manufactured; None where nothing says."""
    capf_mode: AuthenticationMode | None = None
    """By which CAPF judges the phone; None where nothing says."""
    capf_not_told: str = ""
    """Why that is not known: a clause."""
    not_told: str = ""
    """Why nothing at all is known of the phone: a clause."""
    itl_status: ItlStatus | None = None
    """None where nothing says."""
    itl_not_told: str = ""
    """Why that is not known: a clause."""
    last_seen: datetime | None = None
    """`NEVER_SEEN` and `SEEN_NOW` at the ends; None where nothing says."""
    headings: Mapping[str, str] = MappingProxyType({})
    """How the inventory spells each column."""


def read_inventory_untrusted(
    octets: bytes, name: str, profiles: dict[str, DeviceSecurityMode], notes: Notes
) -> list[InventoryRow]:
    """Its rows; those that name no phone are noted and left out, and so is a cell that cannot be read.

    Args:
        name: of the file.
        profiles: modes of profiles whose names do not say them, by their names in small letters.

    Raises InvalidInput where a column is missing, or this is no CSV.
    """
    sheet = read_sheet_untrusted(octets, name, col.SPELLINGS, col.DEVICE)
    for needed in col.NEEDED:
        if needed not in sheet.columns:
            there = ", ".join(shown(cell) for cell in sheet.head[:_MAX_SHOWN])
            spelt = ", ".join(col.SPELLINGS[needed][:4])
            raise InvalidInput(f'{plain(name)} has no column "{needed}" ({spelt} are taken too); it has {there}')
    return rows_of(sheet, profiles, notes)


def rows_of(sheet: Sheet, profiles: Mapping[str, DeviceSecurityMode], notes: Notes) -> list[InventoryRow]:
    """The same of a table that was read; what it lacks as a whole is noted."""
    if not sheet.rows:
        notes.add(sheet.name, "has a heading and no row: no phone is known from it", "export it once more", grave=True)
    for cell in sheet.head:
        meaning = col.NOT_RADIUS.get(spelt(cell))
        if meaning is not None and col.RADIUS not in sheet.columns:
            problem = f"has the column {shown(cell)}, which in CUCM's export is {meaning}: it says nothing of 802.1X"
            notes.add(sheet.name, problem, f"call a column of authentication servers {col.RADIUS}")
    return list(_Reader(sheet, profiles, notes).rows())


class _Unreadable(Exception):
    """A cell that cannot be read; the message is a clause that begins with its column."""


class _Reader:
    def __init__(self, sheet: Sheet, profiles: Mapping[str, DeviceSecurityMode], notes: Notes) -> None:
        self._sheet = sheet
        self._profiles = profiles
        self._notes = notes
        self._places = sheet.columns
        self._known: dict[tuple[str, str], object] = {}
        """What a text in a column means: forty thousand rows have few of them."""
        self._headings = MappingProxyType({column: sheet.head[place] for column, place in sheet.columns.items()})

    def rows(self) -> Iterator[InventoryRow]:
        for number, cells in self._sheet.rows:
            named = self._cell(cells, col.DEVICE)
            device, not_told = device_named(named), ""
            if device is None:
                remedy = "write SEP001122334455, or its MAC in any spelling"
                if not _LIKE_A_PHONE.fullmatch(named):
                    problem = f"{shown(named)} is no phone"
                    self._notes.of_row(self._sheet.name, number, "device", problem, remedy, grave=True)
                    continue
                not_told = f"{self._headings[col.DEVICE]} {shown(named)} is the MAC of no phone"
                self._cannot_tell(number, "device", not_told, remedy)
                device = plain(named)
            yield self._row(number, device, not_told, cells)

    def _row(self, number: int, device: str, not_told: str, cells: list[str]) -> InventoryRow:
        profile = self._cell(cells, col.PROFILE)
        tls = made = None
        try:
            tls = self._meaning(col.TLS, self._cell(cells, col.TLS), _tls)
        except _Unreadable as problem:
            not_told = not_told or str(problem)
            self._cannot_tell(number, col.TLS, str(problem), f"write one of {', '.join(TLS_VERSIONS)}")
        capf_mode, capf_not_told = None, ""
        try:
            capf_mode = self._meaning(
                col.AUTHENTICATION_MODE, self._cell(cells, col.AUTHENTICATION_MODE), _authentication_mode
            )
        except _Unreadable as problem:
            capf_not_told = str(problem)
            remedy = "write one of " + ", ".join(mode.value for mode in AuthenticationMode)
            self._cannot_tell(number, col.AUTHENTICATION_MODE, capf_not_told, remedy)
        itl_status, itl_not_told = None, ""
        if self._has(col.ITL_STATUS):
            try:
                itl_status = self._meaning(col.ITL_STATUS, self._cell(cells, col.ITL_STATUS), itl_status_told)
            except ValueError as problem:
                itl_not_told = str(problem)
                remedy = "write one of " + ", ".join(ItlStatus)
                self._cannot_tell(number, col.ITL_STATUS, itl_not_told, remedy)
        if written := self._cell(cells, col.MADE):
            try:
                made = self._meaning(col.MADE, written, _made)
            except NoDate as problem:
                self._notes.of_row(self._sheet.name, number, col.MADE, f"{self._headings[col.MADE]} {problem}")
        return InventoryRow(
            self._sheet.name,
            number,
            device,
            self._meaning(col.MODEL, self._cell(cells, col.MODEL), model_named),
            profile,
            self._meaning(col.PROFILE, profile, self._mode),
            self._cell(cells, col.CLUSTER),
            self._told(number, cells, col.LSC_ISSUER, col.LSC_SERIAL, col.LSC_EXPIRY, col.LSC_SINCE),
            self._told(number, cells, col.MIC_ISSUER, col.MIC_SERIAL, col.MIC_EXPIRY, ""),
            self._servers(cells, col.RADIUS),
            self._servers(cells, col.VPN),
            tls,
            made,
            capf_mode,
            capf_not_told,
            not_told,
            itl_status,
            itl_not_told,
            self._last_seen(number, cells),
            self._headings,
        )

    def _last_seen(self, number: int, cells: list[str]) -> datetime | None:
        written = self._cell(cells, col.LAST_SEEN)
        try:
            return self._meaning(col.LAST_SEEN, written, _seen)
        except NoDate as problem:
            self._notes.of_row(self._sheet.name, number, col.LAST_SEEN, f"{self._headings[col.LAST_SEEN]} {problem}")
            return None

    def _cannot_tell(self, number: int, kind: str, problem: str, remedy: str) -> None:
        self._notes.of_row(self._sheet.name, number, kind, problem, remedy, grave=True)

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

    def _told(self, number: int, cells: list[str], issuer: str, serial: str, expiry: str, since: str) -> Told | None:
        if not self._has(issuer, serial, expiry):
            return None
        columns = issuer, serial, expiry, since
        written = {column: self._cell(cells, column) for column in columns}
        is_lsc = issuer == col.LSC_ISSUER
        none = [column for column in columns if written[column].casefold() in _NONE]
        unknown = [column for column in columns if written[column].casefold() in _UNKNOWN]
        if issuer in none:
            return Told(denied=True)
        if none or unknown:
            written |= dict.fromkeys([*none, *unknown], "")
            if none and not unknown and not any(written.values()):
                return Told(denied=True)
        serial_told = self._serial(number, serial, written[serial])
        not_told, dates = "", {}
        if expiry in none and is_lsc and written[issuer]:
            said = f"{self._headings[expiry]} {shown(self._cell(cells, expiry))}"
            not_told = f"{said} means no LSC, and {self._headings[issuer]} names one"
            self._cannot_tell(number, f"{expiry} denied", not_told, "leave one of them")
        for column in (expiry, since):
            try:
                dates[column] = self._date(column, written[column])
            except NoDate as problem:
                not_told = not_told or f"{self._headings[column]} {problem}"
                self._cannot_tell(number, f"{column} {written[column]}", f"{self._headings[column]} {problem}", "")
        own = self._meaning(issuer, written[issuer], lambda text: (common_name_told(text), parts_told(text)))
        issuer_until = key = None
        if is_lsc:
            try:
                issuer_until = self._date(col.LSC_ISSUER_EXPIRY, self._cell(cells, col.LSC_ISSUER_EXPIRY))
            except NoDate:
                pass  # it only helps to choose among several issuers of one name
            curve = self._cell(cells, col.LSC_CURVE)
            key = KeySpec("EC", int(curve)) if curve in _CURVES else None
        return Told(
            *(own[0], serial_told, dates.get(since), dates.get(expiry)),
            not_told=not_told,
            end_unknown=bool(unknown) and not_told == "" and dates.get(expiry) is None,
            issuer_parts=own[1],
            issuer_until=issuer_until,
            key=key,
        )

    def _serial(self, number: int, column: str, text: str) -> frozenset[int]:
        found = serials_told(text) if text else frozenset()
        if found or not text:
            return found
        rounded = re.fullmatch(r"[\d.,]+[Ee]\+?\d+", text) is not None
        how = "a spreadsheet has rounded it: export it as text" if rounded else "write it in hex"
        problem = f"{self._headings[column]} {shown(text)} is no serial number: it was left aside"
        self._notes.of_row(self._sheet.name, number, column, problem, how)
        return frozenset()

    def _has(self, *columns: str) -> bool:
        return any(column in self._places for column in columns)

    def _date(self, column: str, text: str) -> datetime | None:
        """Raises NoDate."""
        if not text or text.casefold() in _NONE or text.casefold() in _UNKNOWN:
            return None
        return self._meaning(column, text, moment_told)

    def _servers(self, cells: list[str], column: str) -> tuple[str, ...] | None:
        if column not in self._sheet.columns:
            return None
        return self._meaning(column, self._cell(cells, column), _names)


def common_name_told(text: str) -> str:
    """The CN in a distinguished name of whatever spelling, or the text itself; at most as long as a CN can be."""
    return plain(spelled_common_name(text))[:_MAX_CN_LENGTH].strip()


def _made(text: str) -> datetime:
    """The day of manufacture; of a month its first. Raises NoDate."""
    found = _MONTH.fullmatch(text.strip())
    if found is None:
        return moment_told(text).replace(hour=0, minute=0, second=0)
    year, month = int(found[1] or found[4]), int(found[2] or found[3])
    if not (1990 <= year <= 2100 and 1 <= month <= 12):
        raise NoDate(f"{shown(text)} cannot be read as a month: write 2022-05")
    return datetime(year, month, 1, tzinfo=UTC)


def _seen(text: str) -> datetime | None:
    """None for an empty cell and for `unknown`. Raises NoDate."""
    written = text.casefold()
    if not written or written in _UNKNOWN:
        return None
    if written in ("never", "none", "从未"):
        return NEVER_SEEN
    return SEEN_NOW if written in ("now", "registered", "现在") else moment_told(text)


def _authentication_mode(text: str) -> AuthenticationMode | None:
    """By name or by its number in CUCM's database; None for an empty cell. Raises _Unreadable."""
    written = " ".join(text.casefold().split())
    if not written:
        return None
    for spelling, mode in _AUTHENTICATION_MODES:
        if spelling.fullmatch(written):
            return mode
    raise _Unreadable(f"{col.AUTHENTICATION_MODE} {shown(text)} is no authentication mode")


def _tls(text: str) -> TlsVersion | None:
    if not text:
        return None
    found = TLS_VERSIONS.get(re.sub(r"(?i)^(?:tls)? ?v?", "", text).replace("_", "."))
    found = TlsVersion.TLSv1 if text.casefold().replace(" ", "") in ("1", "tls1", "tlsv1") else found
    if found is None:
        raise _Unreadable(f"{col.TLS} {shown(text)} is no TLS version")
    return found


def _names(text: str) -> tuple[str, ...]:
    return tuple(filter(None, (part.strip() for part in _LIST.split(text))))
