"""Names as events spell them, shortened for a page: the CN, the company, the hour."""

from __future__ import annotations

from datetime import datetime


def attribute(name: str, kind: str) -> str:
    """One attribute of `/C=AU/O=New Company/CN=CAPF-1234abcd`; empty where it has none of that kind."""
    return name.rpartition(f"/{kind}=")[2].partition("/")[0] if f"/{kind}=" in name else ""


def cn(name: str) -> str:
    """The CN; the whole name where it has none."""
    return attribute(name, "CN") or name


def lab_time(at: datetime, start: datetime) -> str:
    """The hour, with the date in front once the story has left its first day."""
    return f"{at:%H:%M:%S}" if at.date() == start.date() else f"{at:%Y-%m-%d %H:%M:%S}"


def day(iso: str) -> str:
    """The day of an ISO 8601 time."""
    return iso[:10]
