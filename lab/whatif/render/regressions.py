"""An answer compared with a baseline: what the baseline accepted and what is refused now breaks, whatever the cause."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from lab.base.language import Catalogue
from lab.whatif.impact_report import Group, ImpactReport, Line, Verdict
from lab.whatif.render.difference import Difference


def with_regressions(answer: ImpactReport, difference: Difference, say: Catalogue) -> ImpactReport:
    """The same answer, in which `was already broken` is `breaks` where the baseline accepted the phone at this service.

    The deletion or the end of a certificate lies before the run then, and no step of the change shows it.
    """
    since = difference.refused_since
    if not since:
        return answer
    return replace(answer, groups=tuple(made for group in answer.groups for made in _groups(group, since, say)))


def _groups(group: Group, since: frozenset[tuple[str, str]], say: Catalogue) -> Iterator[Group]:
    """The group, in parts where not all of its phones were accepted."""
    parts: dict[frozenset[str], list[str]] = {}
    servers = [line.server_after for line in group.lines if line.verdict is Verdict.WAS_BROKEN]
    for device in group.devices:
        accepted = frozenset(server for server in servers if (device, server) in since)
        parts.setdefault(accepted, []).append(device)
    for accepted, devices in parts.items():
        lines = tuple(_broken(group.lines, accepted, say))
        yield group if not accepted and len(parts) == 1 else replace(group, devices=tuple(devices), lines=lines)


def _broken(lines: Iterable[Line], accepted: frozenset[str], say: Catalogue) -> Iterator[Line]:
    for line in lines:
        if line.server_after not in accepted:
            yield line
            continue
        why = say.between_sentences.join(filter(None, [line.why, say("whatif-text.against.since")]))
        yield replace(line, verdict=Verdict.BREAKS, why=why)
