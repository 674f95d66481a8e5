"""What a check looks at, and what it says: the scene, the verdict, and how wanted and found are compared."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from journal import Event
from lab.running.lab import Lab
from lab.views import phones as view
from lab.views.record import Record
from pki import names_of
from wire.capture.onlooker import Onlooker


class CheckVerdict(NamedTuple):
    passed: bool
    observed: str
    """What is so, in a few words; for a check that failed it is what the author reads."""


class Scene(NamedTuple):
    """What a check looks at."""

    lab: Lab
    record: Record
    since: int
    """Number of the last event before the last operations."""
    onlooker: Onlooker | None = None
    """What watches the cable; None in a story without such a check."""

    def events(self, phone: str) -> Sequence[Event]:
        """All that concern the phone."""
        return self.record.of_device(self.device(phone))

    def recent(self, phone: str) -> Sequence[Event]:
        """Those after `since`."""
        return self.record.of_device(self.device(phone), self.since)

    def device(self, phone: str) -> str:
        return self.lab.phones[phone].device_name

    def issuer(self, text: str) -> str:
        """As events name it, by CN, behind `CAPF of CLUSTER` and the like."""
        return names_of(self.lab.certificate(text)).subject.label

    def state(self, phone: str) -> str:
        """The phone's state in a few words."""
        row = view.row(self.events(phone), phone, self.device(phone))
        return f"{phone} is {row.state}" + (f" ({row.reason})" if row.reason else "")


def compare(pairs: Sequence[tuple[str, object, object]]) -> CheckVerdict:
    """Each pair is (what, wanted, found); None as wanted means that the author does not care."""
    cared = [(what, wanted, found) for what, wanted, found in pairs if wanted is not None]
    wrong = [f"{what} is {found}, not {wanted}" for what, wanted, found in cared if wanted != found]
    if wrong:
        return CheckVerdict(False, "; ".join(wrong))
    return CheckVerdict(True, ", ".join(f"{what} {found}" for what, _, found in cared))
