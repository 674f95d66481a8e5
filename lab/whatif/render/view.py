"""What a reader sees of an answer: phones that look alike in it together, and each way to fail once."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable
from dataclasses import dataclass, replace
from itertools import chain
from operator import attrgetter

from lab.whatif.answer import WORST_FIRST, Answer, Group, Line, Outcome, Standing, Verdict
from lab.whatif.render.clean import clean


@dataclass(frozen=True, slots=True)
class Case:
    """One way to fail at one server, whatever the phones are that do."""

    devices: tuple[str, ...]
    """In order; the line is that of the first one."""
    models: tuple[str, ...]
    line: Line


@dataclass(frozen=True, slots=True)
class Toll:
    """How many phones break in one way at one server."""

    server: str
    outcome: Outcome | None
    count: int


def for_readers(answer: Answer) -> Answer:
    """Clean, with phones that differ in nothing that is shown in one group: the worst first, of these the largest."""
    groups = _merged(answer.groups, lambda standing: _codes(standing.outcome))
    groups.sort(key=lambda group: (WORST_FIRST.index(group.verdict), -len(group.devices), group.devices[0]))
    return clean(replace(answer, groups=tuple(groups)))


def for_programs(answer: Answer) -> Answer:
    """Clean, with phones that differ in nothing at all in one group, in order of names: so --every-phone gives the same groups
    as classes do, and no copy of them for each of forty thousand phones."""
    groups = _merged(answer.groups, lambda standing: standing)
    groups.sort(key=lambda group: group.devices[0])
    return clean(replace(answer, groups=tuple(groups)))


def cases(answer: Answer, verdict: Verdict) -> list[Case]:
    """The most frequent first."""
    found: dict[Hashable, list[tuple[Group, Line]]] = {}
    for group in answer.groups:
        for line in group.lines:
            if line.verdict is verdict:
                key = line.server_after, _codes(line.after.outcome), line.after.why_not, line.why, _rule(line)
                found.setdefault(key, []).append((group, line))
    made = []
    for members in found.values():
        _, line = min(members, key=lambda member: member[0].devices[0])
        models = tuple(sorted({group.model for group, _ in members}))
        made.append(Case(_devices(group for group, _ in members), models, line))
    return sorted(made, key=lambda case: (-len(case.devices), case.line.server_after, case.devices[0]))


def tolls(answer: Answer) -> list[Toll]:
    """Where it breaks, the most phones first."""
    found: dict[Hashable, Toll] = {}
    for group in answer.groups:
        for line in group.lines:
            if line.verdict is Verdict.BREAKS:
                key = line.server_after, _codes(_whichever(line.after.outcome))
                toll = found.get(key, Toll(line.server_after, line.after.outcome, 0))
                found[key] = replace(toll, count=toll.count + len(group.devices))
    return sorted(found.values(), key=lambda toll: (-toll.count, toll.server, repr(_codes(toll.outcome))))


def _whichever(outcome: Outcome | None) -> Outcome | None:
    """The same whichever certificate was shown: what is said of it does not tell."""
    return replace(outcome, kind="") if outcome is not None else None


def together(pairs: Iterable[tuple[str, str]]) -> list[tuple[str, tuple[str, ...]]]:
    """Names by what is said of them, in the order of the first of each."""
    found: dict[str, list[str]] = {}
    for name, text in pairs:
        found.setdefault(text, []).append(name)
    return [(text, tuple(listed)) for text, listed in found.items()]


def _merged(groups: Iterable[Group], looks: Callable[[Standing], Hashable]) -> list[Group]:
    """One group for all that look alike: what was said of the phone whose name comes first, for all their names."""
    found: dict[Hashable, list[Group]] = {}
    for group in groups:
        lines = tuple((*_DOOR(line), looks(line.before), looks(line.after), _rule(line)) for line in group.lines)
        found.setdefault((_PHONE(group), lines), []).append(group)
    return [
        alike[0]
        if len(alike) == 1
        else replace(min(alike, key=lambda group: group.devices[0]), devices=_devices(alike))
        for alike in found.values()
    ]


_PHONE = attrgetter("model", "cluster_before", "cluster_after", "lsc", "mic", "twin", "uses_tls")
_DOOR = attrgetter("service", "server_before", "server_after", "verdict", "why")
_SHOWN = attrgetter("accepted", "kind", "reason", "verify_code", "depth", "alert", "alert_direction", "cause")


def _codes(outcome: Outcome | None) -> Hashable:
    """What readers are shown of it."""
    return None if outcome is None else _SHOWN(outcome)


def _rule(line: Line) -> Hashable:
    """What `explain` said, but for the phone and the events that it names."""
    return None if line.explanation is None else (line.explanation.rule, line.explanation.cure)


def _devices(groups: Iterable[Group]) -> tuple[str, ...]:
    return tuple(sorted(chain.from_iterable(group.devices for group in groups)))
