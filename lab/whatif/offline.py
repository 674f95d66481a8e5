"""Phones that are off while the change is made: which they are, and the answer where that is not known of some.

A phone that is off reads no list while the steps are done, and meets what they left when it comes back. Of a phone that may be
off, both cases are judged, each phone of the network beside it, and the worse verdict counts.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from fnmatch import fnmatchcase
from pathlib import Path

from lab.base import inputs
from lab.base.failures import InvalidInput, shown, suggestion
from lab.base.language import Catalogue
from lab.exports.devices import device_named
from lab.fleet.model import Fleet
from lab.whatif.impact_report import WORST_FIRST, Behind, Group, ImpactReport, Line
from lab.whatif.render.words import counted, names
from wire.plain_text import plain

MAX_OCTETS = 16 * 1024 * 1024
"""Octets of a file of device names."""
MAX_NAMED = 3
_NUMBER = re.compile(r"[0-9]{1,7}")


@dataclass(frozen=True, slots=True)
class Absence:
    """Device names; none of them is in both sets."""

    off: frozenset[str] = frozenset()
    unsure: frozenset[str] = frozenset()
    """Of which it is not known."""
    any_of: int = 0
    """How many of those at most, where only their number was named; 0 where it was not."""


def absence_of(fleet: Fleet, written: Sequence[str], before: datetime | None = None, folder: Path = Path()) -> Absence:
    """
    Args:
        written: `--offline`: a number for any so many phones, a device name in any spelling, a pattern with `*` or `?`, or a
            file with one name or pattern a line, `#` for a comment.
        before: `--offline-before`: phones that an inventory saw last before then are off. Of a phone whose row does not say it is
            not known.
        folder: where relative paths begin.

    Raises InvalidInput for a name that no phone has, a number that is none of phones, a file that cannot be read, and a
    network that no inventory tells the last days of.
    """
    known = {phone.device_name: phone.device_name for phone in fleet.phones}
    called = {**fleet.names, **known}
    off: set[str] = set()
    unsure: set[str] = set()
    any_of = 0
    for text in written:
        if _NUMBER.fullmatch(text):
            any_of = max(any_of, _number(text, len(known)))
        elif os.path.isfile(folder / text):
            off |= _of_file(folder / text, called)
        else:
            off |= _named(text, called, "--offline")
    if before is not None:
        if not fleet.last_seen:
            raise InvalidInput("--offline-before needs an inventory with a column Last Seen, and there is none")
        off |= {device for device in known if device in fleet.last_seen and fleet.last_seen[device] < before}
        unsure |= {device for device in known if device not in fleet.last_seen}
    if any_of:
        unsure |= set(known)
    return Absence(frozenset(off), frozenset(unsure - off), any_of)


def _number(text: str, phones: int) -> int:
    if not 1 <= int(text) <= phones:
        raise InvalidInput(
            f"--offline {shown(text)}: write a number from 1 to {phones}, which is how many phones there are"
        )
    return int(text)


def _of_file(path: Path, known: Mapping[str, str]) -> set[str]:
    where = plain(str(path))
    octets = inputs.read_named(path, MAX_OCTETS, "a file of device names")
    try:
        lines = octets.decode("utf-8-sig").splitlines()
    except UnicodeDecodeError as error:
        raise InvalidInput(f"{where}, octet {error.start + 1}: this is not UTF-8 text") from None
    told = [(number, line.partition("#")[0].strip()) for number, line in enumerate(lines, 1)]
    found: set[str] = set()
    names_in_it = [(number, text) for number, text in told if text]
    if not names_in_it:
        raise InvalidInput(f"{where} names no phone: write one device name on each line")
    for number, text in names_in_it:
        found |= _named(text, known, f"{where}, line {number}")
    return found


def _named(text: str, known: Mapping[str, str], where: str) -> set[str]:
    if "*" in text or "?" in text:
        found = {device for name, device in known.items() if fnmatchcase(name.casefold(), text.casefold())}
    else:
        name = text if text in known else device_named(text) or text
        found = {known[name]} if name in known else set()
    if not found:
        raise InvalidInput(f"{where}: there is no phone {shown(text)}{suggestion(text, list(known))}")
    return found


def switched_off(fleet: Fleet, devices: Iterable[str]) -> Fleet:
    """The same with these phones off. What inventories say of the last days has done its work then."""
    off = frozenset(devices)
    phones = tuple(replace(phone, offline=True) if phone.device_name in off else phone for phone in fleet.phones)
    return replace(fleet, phones=phones, last_seen={})


def answer_with(
    absence: Absence, fleet: Fleet, answer: Callable[[Fleet], ImpactReport], say: Catalogue
) -> ImpactReport:
    """The answer where these phones are off; where some may be, the worse of two answers.

    Args:
        answer: of a fleet.
    """
    told = tuple(_told(absence, say))
    on = replace(answer(switched_off(fleet, absence.off)), conditions=told)
    if not absence.unsure or not on.complete:
        return on
    off = answer(switched_off(fleet, absence.off | absence.unsure))
    return _worse(on, off, absence.unsure, say)


def _told(absence: Absence, say: Catalogue) -> Iterable[str]:
    if absence.off:
        listed = names(sorted(absence.off), MAX_NAMED, say)
        yield counted("offline.some", len(absence.off), say, names=listed)
    if absence.any_of:
        yield counted("offline.any", absence.any_of, say)
    elif absence.unsure:
        listed = names(sorted(absence.unsure), MAX_NAMED, say)
        yield counted("offline.unsure", len(absence.unsure), say, names=listed)


def _worse(on: ImpactReport, off: ImpactReport, unsure: frozenset[str], say: Catalogue) -> ImpactReport:
    """Of each phone that may be off the worse line at each service. The plan is that of phones that are on."""
    groups = tuple(_groups(on, off, unsure, say))
    lines = {device: group.lines for group in groups for device in group.devices}
    return replace(
        on,
        groups=groups,
        findings=tuple(dict.fromkeys((*on.findings, *off.findings))),
        proposal=on.proposal if on.harms else off.proposal,
        unjudged=tuple(dict.fromkeys((*on.unjudged, *off.unjudged))),
        explained=tuple(_explained(behind, lines) for behind in on.explained),
        rekeyed=max(on.rekeyed, off.rekeyed),
        described=max(on.described, off.described),
        handshakes=on.handshakes + off.handshakes,
        seconds=on.seconds + off.seconds,
        complete=on.complete and off.complete,
        delete_by_hand=tuple(sorted({*on.delete_by_hand, *off.delete_by_hand})),
    )


def _explained(behind: Behind, lines: dict[str, tuple[Line, ...]]) -> Behind:
    return replace(behind, lines=lines.get(behind.device, behind.lines))


def _groups(on: ImpactReport, off: ImpactReport, unsure: frozenset[str], say: Catalogue) -> Iterable[Group]:
    """In the order of their first phones."""
    of_off = {device: number for number, group in enumerate(off.groups) for device in group.devices}
    parts: dict[tuple[int, int], list[str]] = {}
    for number, group in enumerate(on.groups):
        for device in group.devices:
            parts.setdefault((number, of_off.get(device, -1) if device in unsure else -1), []).append(device)
    made = []
    for (number, other), devices in parts.items():
        group = replace(on.groups[number], devices=tuple(devices))
        if other >= 0:
            group = replace(group, lines=tuple(_lines(group.lines, off.groups[other].lines, say)))
        made.append(group)
    return sorted(made, key=lambda group: group.devices)


def _lines(on: Sequence[Line], off: Sequence[Line], say: Catalogue) -> Iterable[Line]:
    left = {(line.service, line.server_before): line for line in off}
    for line in on:
        other = left.pop((line.service, line.server_before), None)
        if other is not None and WORST_FIRST.index(other.verdict) < WORST_FIRST.index(line.verdict):
            yield _if_off(other, say)
        else:
            yield line
    yield from (_if_off(line, say) for line in left.values())


def _if_off(line: Line, say: Catalogue) -> Line:
    why = line.why or line.after.not_told
    return replace(line, why=say.between_sentences.join(filter(None, (say("whatif-text.offline.if-off"), why))))
