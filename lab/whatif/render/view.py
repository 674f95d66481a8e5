"""What a reader sees of an answer: phones that look alike in it together, and each way to fail once."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import chain
from operator import attrgetter
from typing import TypeVar

from cisco_data.trust_list_menus import menu_to_trust_lists
from lab.whatif.impact_report import (
    WORST_FIRST,
    Group,
    ImpactReport,
    Line,
    Outcome,
    ServerTrust,
    ServiceAccess,
    Verdict,
)
from lab.whatif.render.clean import clean

H = TypeVar("H", bound=Hashable)


@dataclass(frozen=True, slots=True)
class FailureGroup:
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
    trust: ServerTrust | None = None
    """The other direction."""


@dataclass(frozen=True, slots=True)
class Cause:
    """Why services refuse phones, or why that cannot be told, and how many phones and services that is true of."""

    verdict: Verdict
    text: str
    """One sentence."""
    rule: str
    """Of `explain`; empty where it has none."""
    outcome: Outcome | None
    """Codes; None where it cannot be told."""
    servers: tuple[str, ...]
    phones: int
    uses: int
    """Phones, counted once for each service."""
    trust: ServerTrust | None = None
    """The other direction."""


@dataclass(frozen=True, slots=True)
class ByHand:
    """Phones on which the trust lists must be deleted, of one menu."""

    menu: str
    """The way there; empty for a model of which the lab does not know it."""
    models: tuple[str, ...]
    devices: tuple[str, ...]
    """In order."""


SUMMED_UP = (Verdict.BREAKS, Verdict.UNKNOWN, Verdict.WAS_BROKEN)
"""Verdicts that have causes, the worst first."""


def for_readers(answer: ImpactReport) -> ImpactReport:
    """Clean, with phones that differ in nothing that is shown in one group: the worst first, of these the largest."""
    groups = _merged(answer.groups, _seen)
    groups.sort(key=lambda group: (WORST_FIRST.index(group.verdict), -len(group.devices), group.devices[0]))
    return clean(replace(answer, groups=tuple(groups)))


def for_programs(answer: ImpactReport) -> ImpactReport:
    """Clean, with phones that differ in nothing at all in one group, in order of names: so --every-phone gives the same groups
    as classes do, and no copy of them for each of forty thousand phones."""
    groups = _merged(answer.groups, lambda access: access)
    groups.sort(key=lambda group: group.devices[0])
    return clean(replace(answer, groups=tuple(groups)))


def cases(answer: ImpactReport, verdict: Verdict) -> list[FailureGroup]:
    """The most frequent first."""
    found: dict[Hashable, list[tuple[Group, Line]]] = {}
    for group in answer.groups:
        for line in group.lines:
            if line.verdict is verdict:
                key = line.server_after, _seen(line.after), line.after.why_not, line.why, _rule(line)
                found.setdefault(key, []).append((group, line))
    made = []
    for members in found.values():
        _, line = min(members, key=lambda member: member[0].devices[0])
        models = tuple(sorted({group.model for group, _ in members}))
        made.append(FailureGroup(_devices(group for group, _ in members), models, line))
    return sorted(made, key=lambda case: (-len(case.devices), case.line.server_after, case.devices[0]))


def causes(answer: ImpactReport) -> list[Cause]:
    """Each cause once, by verdict, and of one verdict the most frequent first."""
    found: dict[Hashable, list[tuple[Group, Line]]] = {}
    for group in answer.groups:
        for line in group.lines:
            if line.verdict in SUMMED_UP:
                key = line.verdict, _said(line), _rule_name(line), _whichever(line.after)
                found.setdefault(key, []).append((group, line))
    made = [_cause(members) for members in found.values()]
    return sorted(made, key=lambda cause: (WORST_FIRST.index(cause.verdict), -cause.phones, cause.servers, cause.text))


def _cause(members: Sequence[tuple[Group, Line]]) -> Cause:
    groups = {id(group): group for group, _ in members}.values()
    _, line = members[0]
    return Cause(
        line.verdict,
        _said(line),
        _rule_name(line),
        line.after.outcome,
        tuple(sorted({line.server_after for _, line in members})),
        sum(len(group.devices) for group in groups),
        sum(len(group.devices) for group, _ in members),
        line.after.server,
    )


def _said(line: Line) -> str:
    return line.why or line.after.not_told


def _rule_name(line: Line) -> str:
    return line.explanation.rule if line.explanation is not None else ""


def tolls(answer: ImpactReport) -> list[Toll]:
    """Where it breaks, the most phones first."""
    found: dict[Hashable, Toll] = {}
    for group in answer.groups:
        for line in group.lines:
            if line.verdict is Verdict.BREAKS:
                key = line.server_after, _whichever(line.after)
                toll = found.get(key, Toll(line.server_after, line.after.outcome, 0, line.after.server))
                found[key] = replace(toll, count=toll.count + len(group.devices))
    return sorted(found.values(), key=lambda toll: (-toll.count, toll.server, repr((_codes(toll.outcome), toll.trust))))


def _whichever(access: ServiceAccess) -> Hashable:
    """The same whichever certificates were shown: what is said of them does not tell."""
    outcome, trust = access.outcome, access.server
    return (
        _codes(replace(outcome, kind="")) if outcome is not None else None,
        replace(trust, certificate="") if trust is not None else None,
    )


def by_hand(answer: ImpactReport) -> list[ByHand]:
    """The phones of `delete_by_hand` by the menu of their models, the most phones first, those without one last."""
    models = {device: group.model for group in answer.groups for device in group.devices}
    found: dict[str, list[str]] = {}
    for device in answer.delete_by_hand:
        found.setdefault(menu_to_trust_lists(models.get(device, "")), []).append(device)
    made = [
        ByHand(
            menu,
            tuple(sorted({models[device] for device in devices if models.get(device)})),
            tuple(sorted(devices)),
        )
        for menu, devices in found.items()
    ]
    return sorted(made, key=lambda each: (not each.menu, -len(each.devices), each.devices[0]))


def together(pairs: Iterable[tuple[H, str]]) -> list[tuple[H, tuple[str, ...]]]:
    """Names by what is said of them, in the order of the first of each."""
    found: dict[H, list[str]] = {}
    for said, name in pairs:
        found.setdefault(said, []).append(name)
    return [(said, tuple(listed)) for said, listed in found.items()]


def _merged(groups: Iterable[Group], looks: Callable[[ServiceAccess], Hashable]) -> list[Group]:
    """One group for all that look alike: what was said of the phone whose name comes first, for all their names."""
    found: dict[Hashable, list[Group]] = {}
    for group in groups:
        lines = tuple((*_SERVICE(line), looks(line.before), looks(line.after), _rule(line)) for line in group.lines)
        found.setdefault((_PHONE(group), lines), []).append(group)
    return [
        alike[0]
        if len(alike) == 1
        else replace(min(alike, key=lambda group: group.devices[0]), devices=_devices(alike))
        for alike in found.values()
    ]


_PHONE = attrgetter("model", "cluster_before", "cluster_after", "lsc", "mic", "rekeyed", "uses_tls")
_SERVICE = attrgetter("service", "server_before", "server_after", "refused", "verdict", "why")
_SHOWN = attrgetter("accepted", "kind", "reason", "verify_code", "depth", "alert", "alert_direction", "cause")


def _codes(outcome: Outcome | None) -> Hashable:
    """What readers are shown of it."""
    return None if outcome is None else _SHOWN(outcome)


def _seen(access: ServiceAccess) -> Hashable:
    """The same of both directions."""
    return _codes(access.outcome), access.server


def _rule(line: Line) -> Hashable:
    """What `explain` said, but for the phone and the events that it names."""
    return None if line.explanation is None else (line.explanation.rule, line.explanation.cure)


def _devices(groups: Iterable[Group]) -> tuple[str, ...]:
    return tuple(sorted(chain.from_iterable(group.devices for group in groups)))
