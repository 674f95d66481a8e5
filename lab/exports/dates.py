"""Dates as people, spreadsheets, CUCM, its database and OpenSSL write them. One that may be two days is refused."""

from __future__ import annotations

import re
import unicodedata
from datetime import UTC, datetime, time, timedelta

from lab.base.failures import shown

_MONTHS = {
    name: number
    for number, name in enumerate("jan feb mar apr may jun jul aug sep oct nov dec".split(), 1)  # noqa: SIM905
}
_CLOCK = r"(?:[ T,]+(\d{1,2}):(\d{2})(?::(\d{2}))?(?:[.:]\d{1,9})? ?([AaPp][Mm])?)?"
_ZONE = r"(?: ?(?:[A-Z][A-Za-z]{0,4}|[+-]\d{2}:?\d{2}))?"
_FIGURES = re.compile(rf"(\d{{1,2}})([/.-])(\d{{1,2}})\2(\d{{4}}){_CLOCK}{_ZONE}")
_YEAR_FIRST = re.compile(rf"(\d{{4}})([/.:])(\d{{1,2}})\2(\d{{1,2}})(?::(?=\d))?{_CLOCK}{_ZONE}")
_UPGRADE = re.compile(r"(\d{4}):(\d{2}):(\d{2}):(\d{2}):(\d{2})")
"""UpgradeFinishTime of CUCM's database."""
_DAY_MONTH = re.compile(rf"(\d{{1,2}})(?:st|nd|rd|th)?[ -/]([A-Za-z]{{3,9}})\.?,?[ -/](\d{{4}}|\d{{2}}){_CLOCK}{_ZONE}")
_MONTH_DAY = re.compile(rf"([A-Za-z]{{3,9}})\.? (\d{{1,2}}),? (\d{{4}}){_CLOCK}{_ZONE}")
_JAVA = re.compile(
    r"([A-Za-z]{3}) +(\d{1,2}) (\d{1,2}):(\d{2}):(\d{2})(?:[.:]\d{1,3})?(?: ([A-Z]{1,5}))? (\d{4})(?: [A-Z]{1,5})?"
)
"""`Jul 07 13:05:18 BST 2023` of `show cert`, and `Jul  7 13:05:18 2023 GMT` of OpenSSL."""
_WEEKDAY = re.compile(r"^(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)[a-z]*\.?,? +")
_MAX_LENGTH = 60
_YEARS = range(1990, 10_000)
NO_END = datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC)
"""What any day of the year 9999 stands for: the certificate has no well-defined end (RFC 5280 section 4.1.2.5)."""
_ASN1 = re.compile(r"(\d{2}|\d{4})(\d{2})(\d{2})(\d{2})(\d{2})(\d{2})?(?:\.\d{1,9})?(Z|[+-]\d{4})")
"""UTCTime and GeneralizedTime, as ASN.1 dumps print them."""
_STAMP = re.compile(r"(\d{4})(\d{2})(\d{2})(?:[T _-]?(\d{2})(\d{2})(\d{2}))?")
_EPOCH = re.compile(r"(\d{9,12})(?:\.\d{1,9})?|(\d{13,15})")
"""Seconds, as `lscvaliduntil` of CUCM's database; or milliseconds."""
_DAY_NUMBER = re.compile(r"(\d{5}|295\d{4})(?:[.,](\d{1,12}))?")
"""Excel's, with the time of the day as a fraction: to the year 2173, and year 9999. Six figures may be `290514`: refused."""
_FIRST_DAY = datetime(1899, 12, 30, tzinfo=UTC)
"""Day 0 of those, for all days after its wrong 29 February 1900."""
_HALVES = {"上午": "AM", "下午": "PM"}
_ASIAN = re.compile(
    r"(\d{4}) ?[年년] ?(\d{1,2}) ?[月월] ?(\d{1,2}) ?[日号號일]?(?: ?(?:星期|周|週)[一二三四五六日天])?"
    r"(?: ?(上午|下午)? ?(\d{1,2})(?::|[时時点點시] ?)(\d{1,2})(?:(?::|[分분] ?)(\d{1,2})[秒초]?)?[分분]?)?"
)
_HOW = "write 2027-01-31"


class NoDate(ValueError):
    """The message is a clause that says what is wrong with it."""


def moment_told(text: str) -> datetime:
    """
    A day without a time is its last second, as certificates are valid through the day that a list names. A zone that is no
    offset is taken as UTC: abbreviations are not unique, and a list names days. Two figures of a year beside a month's name, or in
    UTCTime, are 1950 to 2049 (RFC 5280 section 4.1.2.5.1). The year 9999 is `NO_END`.

    Raises NoDate.
    """
    own = unicodedata.normalize("NFKC", text[: 2 * _MAX_LENGTH])
    own = " ".join(_WEEKDAY.sub("", own.strip().strip("'")).split())
    if len(own) > _MAX_LENGTH:
        raise NoDate(f"{shown(text)} cannot be read as a date: {_HOW}")
    try:
        found = _iso(own) or _figures_alone(own) or _read(own, text)
    except NoDate:
        raise
    except (ValueError, OverflowError):
        found = None
    if found is None or found.year not in _YEARS:
        raise NoDate(f"{shown(text)} cannot be read as a date: {_HOW}")
    return NO_END if found.year == NO_END.year else found


def _iso(text: str) -> datetime | None:
    if not re.match(r"\d{4}-\d{2}-\d{2}", text):
        return None
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        found = datetime.fromisoformat(re.sub(r" ?[A-Z]{2,5}$", "", text))
    if len(text) == len("2027-01-31"):
        return _last_second(found)
    found = found.astimezone(UTC) if found.tzinfo is not None else found.replace(tzinfo=UTC)
    return found.replace(microsecond=0)


def _figures_alone(text: str) -> datetime | None:
    """A date without separators: how many figures there are says which it is."""
    if found := _ASN1.fullmatch(text):
        year = _full_year(found[1])
        clock = int(found[4]), int(found[5]), int(found[6] or 0)
        zone = UTC if found[7] == "Z" else datetime.strptime(found[7], "%z").tzinfo
        return datetime(year, int(found[2]), int(found[3]), *clock, tzinfo=zone).astimezone(UTC)
    if found := _STAMP.fullmatch(text):
        day = datetime(int(found[1]), int(found[2]), int(found[3]), tzinfo=UTC)
        if found[4] is None:
            return _last_second(day)
        return day.replace(hour=int(found[4]), minute=int(found[5]), second=int(found[6]))
    if found := _DAY_NUMBER.fullmatch(text):
        day = _FIRST_DAY + timedelta(days=int(found[1]))
        if found[2] is None:
            return _last_second(day)
        return day + timedelta(seconds=round(float(f"0.{found[2]}") * 86_400))
    if found := _EPOCH.fullmatch(text):
        return datetime.fromtimestamp(int(found[1]) if found[1] else int(found[2]) // 1000, UTC)
    return None


def _full_year(figures: str) -> int:
    """Raises ValueError for none."""
    year = int(figures)
    if len(figures) > 2:
        return year
    return year + (2000 if year < 50 else 1900)


def _read(text: str, written: str) -> datetime | None:
    if found := _UPGRADE.fullmatch(text):
        year, month, day, hour, minute = map(int, found.groups())
        return datetime(year, month, day, hour, minute, tzinfo=UTC)
    if found := _ASIAN.fullmatch(text):
        hours: tuple[str | None, ...] = (found[5], found[6], found[7], _HALVES.get(found[4] or ""))
        return _with_clock(int(found[1]), int(found[2]), int(found[3]), hours)
    if found := _YEAR_FIRST.fullmatch(text):
        return _with_clock(int(found[1]), int(found[3]), int(found[4]), found.groups()[4:])
    if found := _FIGURES.fullmatch(text):
        first, second, year = int(found[1]), int(found[3]), int(found[4])
        if found[2] != "." and first <= 12 and second <= 12 and first != second:
            raise NoDate(
                f"{shown(written)} may be {year}-{first:02}-{second:02} or {year}-{second:02}-{first:02}: {_HOW}"
            )
        day_first = found[2] == "." or first > 12
        day, month = (first, second) if day_first else (second, first)
        return _with_clock(year, month, day, found.groups()[4:])
    if found := _DAY_MONTH.fullmatch(text):
        return _with_clock(_full_year(found[3]), _month(found[2]), int(found[1]), found.groups()[3:])
    if found := _MONTH_DAY.fullmatch(text):
        return _with_clock(int(found[3]), _month(found[1]), int(found[2]), found.groups()[3:])
    if found := _JAVA.fullmatch(text):
        clock = int(found[3]), int(found[4]), int(found[5])
        return datetime(int(found[7]), _month(found[1]), int(found[2]), *clock, tzinfo=UTC)
    return None


def _month(name: str) -> int:
    return _MONTHS.get(name[:3].casefold(), 0)


def _with_clock(year: int, month: int, day: int, clock: tuple[str | None, ...]) -> datetime:
    """Raises ValueError for a day or an hour that there is not."""
    hour, minute, second, half = clock
    if hour is None:
        return _last_second(datetime(year, month, day, tzinfo=UTC))
    hours = int(hour)
    if half is not None:
        if not 1 <= hours <= 12:
            raise ValueError
        hours = hours % 12 + (12 if half.casefold() == "pm" else 0)
    return datetime(year, month, day, hours, int(minute or 0), int(second or 0), tzinfo=UTC)


def _last_second(day: datetime) -> datetime:
    return datetime.combine(day, time(23, 59, 59), UTC)
