"""Baselines: an answer written down for later."""

from __future__ import annotations

from lab.whatif.impact_report import ImpactReport, Line, ServerTrust, Verdict
from lab.whatif.render.baseline_file import Entry, to_toml
from lab.whatif.render.identifiers import VERDICTS, alert_name, code_at


def write(answer: ImpactReport) -> bytes:
    """The file. Raises ValueError for an answer that is not complete: it would call the rest of the phones gone."""
    if not answer.complete:
        raise ValueError("a baseline of an interrupted answer")
    return to_toml(entries_by_device(answer))


def entries_by_device(answer: ImpactReport) -> dict[str, tuple[Entry, ...]]:
    """How each phone stands after the change, by device name."""
    found: dict[str, set[Entry]] = {}
    for group in answer.groups:
        entries = {_entry(line) for line in group.lines}
        for device in group.devices:
            found.setdefault(device, set()).update(entries)
    sorted_once: dict[frozenset[Entry], tuple[Entry, ...]] = {}
    made = {}
    for device, entries in found.items():
        key = frozenset(entries)
        if key not in sorted_once:
            sorted_once[key] = tuple(sorted(key))
        made[device] = sorted_once[key]
    return made


def _entry(line: Line) -> Entry:
    outcome, trust = line.after.outcome, line.after.server
    alert = alert_name(outcome)
    return Entry(
        str(line.service),
        line.server_after,
        VERDICTS[line.verdict],
        outcome.kind if outcome is not None else "",
        code_at(outcome),
        f"{outcome.alert_direction} {alert}".strip() if outcome is not None and alert else "",
        "" if outcome is None or outcome.accepted or alert else outcome.cause or outcome.reason,
        _trust(trust) if trust is not None else "",
        trust.file if trust is not None else "",
    )


def _trust(trust: ServerTrust) -> str:
    if trust.accepted is None:
        return VERDICTS[Verdict.UNKNOWN]
    return trust.how if trust.accepted else trust.refusal
