"""What events tell, shortened for a page: the CN, the hour."""

from __future__ import annotations

from datetime import datetime

from pki import DistinguishedName


def cn(name: DistinguishedName) -> str:
    """The CN; the RFC 4514 text where it has none."""
    return name.label


def lab_time(at: datetime, start: datetime) -> str:
    """The hour, with the date in front once the story has left its first day."""
    return f"{at:%H:%M:%S}" if at.date() == start.date() else f"{at:%Y-%m-%d %H:%M:%S}"


def day(iso: str) -> str:
    """The day of an ISO 8601 time."""
    return iso[:10]
