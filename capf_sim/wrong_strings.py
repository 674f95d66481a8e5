"""Ten wrong authentication strings for a device, then ten minutes in which even the right one is refused.

The figures are Cisco's, and that a right string resets the count. Assumed, where Cisco says no more: the count is the
service's, so a restart of CAPF forgets it; what is tried during the wait is neither looked at nor counted; after the wait
the count begins anew.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

MAX_WRONG: Final = 10
WAIT: Final = timedelta(minutes=10)


class WrongStrings:
    """The count of each device; as many entries as there are devices with a wrong string, and no more."""

    def __init__(self) -> None:
        self._counts: dict[str, int] = {}
        self._blocked: dict[str, datetime] = {}

    def blocked_until(self, device: str, at: datetime) -> datetime | None:
        """The end of the wait that the device is in at lab time `at`; None where it is in none."""
        until = self._blocked.get(device)
        if until is not None and at >= until:
            del self._blocked[device]
            return None
        return until

    def wrong(self, device: str, at: datetime) -> tuple[int, datetime | None]:
        """Count one: how many that makes in a row, and until when the device waits where that was the last allowed."""
        count = self._counts.get(device, 0) + 1
        if count < MAX_WRONG:
            self._counts[device] = count
            return count, None
        self._counts.pop(device, None)
        self._blocked[device] = at + WAIT
        return count, self._blocked[device]

    def right(self, device: str) -> None:
        """Forget what was wrong before."""
        self._counts.pop(device, None)
