"""Values of keys as people write them: TLS versions, and moments."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time
from typing import Any

from cisco_data.tls import VERSION_NAMED, VERSION_NUMBERED, TlsVersion
from lab.base.failures import InvalidInput, shown

STARTS = datetime(2026, 11, 23, 8, tzinfo=UTC)
"""Lab time at the beginning of a story, or of a lab, that names none."""
EARLIEST = datetime(2004, 1, 1, tzinfo=UTC)
"""No story starts before, and no operation is completed."""
LAST_OPERATION = datetime(2190, 1, 1, tzinfo=UTC)
"""Operation Completes By: no story gets that far."""
FIRST_YEAR, LAST_YEAR = 1970, 9900
"""Assumed: X.509 has times from 1950 to 9999, and a certificate made for a moment begins and ends years away from it."""


def tls_version_named(text: str) -> TlsVersion:
    """`TLSv1.2` or `1.2`. Raises InvalidInput."""
    found = VERSION_NAMED.get(text) or VERSION_NUMBERED.get(re.sub(r"(?i)^tls ?v?", "", text.strip()))
    if found is None:
        raise InvalidInput(f"{shown(text)} is not a TLS version: write one of {', '.join(VERSION_NUMBERED)}")
    return found


def moment_named(written: Any) -> datetime:
    """TOML's date, or date and time, or text of either; UTC where it names no zone. Raises InvalidInput."""
    found = written
    if isinstance(found, str):
        try:
            found = datetime.fromisoformat(found.strip())
        except ValueError:
            found = None
    elif isinstance(found, date) and not isinstance(found, datetime):
        found = datetime.combine(found, time())
    if not isinstance(found, datetime):
        text = shown(written) if isinstance(written, str) else "this"
        raise InvalidInput(f"{text} is not a date: write 2027-01-31 or 2027-01-31T08:00:00Z")
    return in_utc(found)


def in_utc(found: datetime) -> datetime:
    """A moment, UTC where it names no zone. Raises InvalidInput for one outside `FIRST_YEAR` to `LAST_YEAR`."""
    if not FIRST_YEAR <= found.year <= LAST_YEAR:
        raise InvalidInput(
            f"{found.isoformat()} is outside the years {FIRST_YEAR} to {LAST_YEAR}, in which certificates are judged here"
        )
    return found.astimezone(UTC) if found.tzinfo is not None else found.replace(tzinfo=UTC)
