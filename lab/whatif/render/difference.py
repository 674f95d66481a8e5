"""What differs between a baseline and an answer: which phones stand otherwise than before, which are new, which are gone."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from lab.whatif.impact_report import Verdict
from lab.whatif.render.baseline_file import EntriesByDevice, Entry
from lab.whatif.render.identifiers import VERDICTS

BREAKS = VERDICTS[Verdict.BREAKS]
ACCEPTED = frozenset(VERDICTS[verdict] for verdict in (Verdict.WORKS, Verdict.ONLY_BY_MIC, Verdict.MENDED))
REFUSED = frozenset({BREAKS, VERDICTS[Verdict.WAS_BROKEN]})
"""What a service does with a phone after the change, whatever it did before."""


@dataclass(frozen=True, slots=True)
class Change:
    """The same for all these phones at one service."""

    devices: tuple[str, ...]
    """In order."""
    was: Entry | None
    """None where the phone did not use the service then."""
    now: Entry | None
    """None where it does not use it now."""

    @property
    def breaks(self) -> bool:
        """Whether the phone is refused now and was accepted in the baseline, whatever the cause; or breaks, and did not there."""
        if self.now is None or self.now.verdict not in REFUSED:
            return False
        was = self.was.verdict if self.was is not None else ""
        return was in ACCEPTED or (self.now.verdict == BREAKS and was != BREAKS)


@dataclass(frozen=True, slots=True)
class Difference:
    changes: tuple[Change, ...] = ()
    """Of phones that are in both."""
    appeared: tuple[str, ...] = ()
    """Device names that the baseline lacks."""
    appeared_at: tuple[Change, ...] = ()
    """How these stand; `was` is None."""
    disappeared: tuple[str, ...] = ()
    """Device names that only the baseline has; none where the answer is not complete."""
    complete: bool = True
    """Whether the answer was."""

    @property
    def breaks(self) -> bool:
        """Whether something is refused that was accepted in the baseline, or breaks that did not there."""
        return any(change.breaks for change in (*self.changes, *self.appeared_at))

    @property
    def refused_since(self) -> frozenset[tuple[str, str]]:
        """Device and server of all that was refused before the change too, and that the baseline accepted."""
        return frozenset(
            (device, change.now.server)
            for change in self.changes
            if change.breaks and change.now is not None and change.now.verdict != BREAKS
            for device in change.devices
        )

    @property
    def same(self) -> bool:
        return not (self.changes or self.appeared or self.disappeared)

    @property
    def devices(self) -> frozenset[str]:
        """Every phone for which something differs."""
        changed = (device for change in self.changes for device in change.devices)
        return frozenset([*changed, *self.appeared, *self.disappeared])


def difference(before: EntriesByDevice, now: EntriesByDevice, *, complete: bool = True) -> Difference:
    appeared = tuple(sorted(device for device in now if device not in before))
    gone = tuple(sorted(device for device in before if device not in now)) if complete else ()
    common = (device for device in now if device in before)
    return Difference(
        _changes((device, before[device], now[device]) for device in common),
        appeared,
        _changes((device, (), now[device]) for device in appeared),
        gone,
        complete,
    )


def _changes(phones: Iterable[tuple[str, tuple[Entry, ...], tuple[Entry, ...]]]) -> tuple[Change, ...]:
    found: dict[tuple[Entry | None, Entry | None], list[str]] = {}
    for device, before, now in phones:
        if before == now:
            continue
        for pair in _pairs(before, now):
            if pair[0] != pair[1]:
                found.setdefault(pair, []).append(device)
    changes = [Change(tuple(sorted(devices)), was, now_) for (was, now_), devices in found.items()]
    return tuple(sorted(changes, key=_order))


def _pairs(before: Iterable[Entry], now: Iterable[Entry]) -> Iterator[tuple[Entry | None, Entry | None]]:
    """Each entry with that of the same server, else with one of the same service, since a phone fails over or is moved."""
    was, is_now = ({(entry.service, entry.server): entry for entry in entries} for entries in (before, now))
    left = [entry for key, entry in is_now.items() if key not in was]
    for key, entry in was.items():
        following = is_now.get(key) or next((each for each in left if each.service == entry.service), None)
        if following in left:
            left.remove(following)
        yield entry, following
    for each in left:
        yield None, each


def _order(change: Change) -> tuple[bool, Entry, Entry, bool]:
    """What breaks first, then by service; what began to be used before what is used no more."""
    now, was = change.now or change.was, change.was or change.now
    assert now is not None
    assert was is not None
    return not change.breaks, now, was, change.now is None
