"""The answer as plain data, for --json: stable keys in a stable order; docs/whatif-output.md lists them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from cisco_data import JUDGES
from lab.base.language import ENGLISH, Catalogue
from lab.explain import Explanation
from lab.fleet.findings import InputFinding
from lab.whatif.impact_report import (
    Behind,
    Group,
    ImpactReport,
    Line,
    ListSeen,
    Lost,
    Outcome,
    PlannedStep,
    Proposal,
    Provenance,
    ServerTrust,
    ServiceAccess,
    StoreSeen,
)
from lab.whatif.render.baseline_file import Entry
from lab.whatif.render.difference import Change, Difference
from lab.whatif.render.identifiers import VERDICTS, alert_name, code_at, verify_name
from lab.whatif.render.view import ByHand, Cause, by_hand, causes, for_programs, together
from lab.whatif.render.words import headline
from wire.plain_text import plain

SCHEMA = 3
"""Of these keys: a later one may add keys, and gets another number when one goes or changes its meaning."""
Data = dict[str, Any]


def answer_data(answer: ImpactReport, difference: Difference | None = None, say: Catalogue | None = None) -> Data:
    """Texts, numbers, truth values and None only. With a difference, it is under `against`; `say` speaks the headline."""
    answer = for_programs(answer)
    counts = answer.counts()
    data: Data = {
        "schema": SCHEMA,
        "headline": headline(answer, ENGLISH if say is None else say),
        "source": answer.source,
        "changes": list(answer.changes),
        "conditions": list(answer.conditions),
        "at_before": _moment(answer.at_before),
        "at_after": _moment(answer.at_after),
        "complete": answer.complete,
        "breaks": answer.breaks,
        "all_judged": answer.all_judged,
        "unjudged": list(answer.unjudged),
        "outage": answer.outage,
        "phones": answer.phones,
        "counts": {identifier: counts[verdict] for verdict, identifier in VERDICTS.items()},
        "at_a_service": {identifier: answer.phones_with(verdict) for verdict, identifier in VERDICTS.items()},
        "causes": [_cause(cause) for cause in causes(answer)],
        "groups": [_group(group) for group in answer.groups],
        "plan": _steps(answer.plan),
        "delete_by_hand": [_by_hand(work) for work in by_hand(answer)],
        "proposal": _proposal(answer.proposal) if answer.proposal is not None else None,
        "findings": [_finding(finding) for finding in answer.findings],
        "explained": [_behind(behind) for behind in answer.explained],
        "rekeyed": answer.rekeyed,
        "described": answer.described,
        "handshakes": answer.handshakes,
        "every_phone": answer.every_phone,
        "seconds": round(answer.seconds, 3),
    }
    if difference is not None:
        data["against"] = difference_data(difference)
    return data


def difference_data(difference: Difference) -> Data:
    """What differs from a baseline."""
    return {
        "same": difference.same,
        "breaks": difference.breaks,
        "complete": difference.complete,
        "changes": [_change(change) for change in difference.changes],
        "appeared": [plain(device) for device in difference.appeared],
        "appeared_at": [_change(change) for change in difference.appeared_at],
        "disappeared": [plain(device) for device in difference.disappeared],
    }


def _group(group: Group) -> Data:
    return {
        "devices": list(group.devices),
        "model": group.model,
        "cluster_before": group.cluster_before,
        "cluster_after": group.cluster_after,
        "lsc_issuer": group.lsc,
        "mic_issuer": group.mic,
        "rekeyed": group.rekeyed,
        "uses_tls": group.uses_tls,
        "verdict": VERDICTS[group.verdict],
        "services": [_line(line) for line in group.lines],
    }


def _line(line: Line) -> Data:
    return {
        "service": str(line.service),
        "server_before": line.server_before,
        "server_after": line.server_after,
        "verdict": VERDICTS[line.verdict],
        "before": _access(line.before, line.service in JUDGES),
        "after": _access(line.after, line.service in JUDGES),
        "console": list(line.console),
        "why": line.why,
        "refused": list(line.refused),
        "explanation": _explanation(line.explanation) if line.explanation is not None else None,
    }


def _access(access: ServiceAccess, judges_phone: bool) -> Data:
    return {
        "outcome": _outcome(access.outcome),
        "lsc": _outcome(access.lsc),
        "mic": _outcome(access.mic),
        "why_not": access.not_told,
        "server_accepts_phone": _server_accepts(access) if judges_phone else None,
        "phone_accepts_server": _phone_accepts(access.server) if access.server is not None else None,
    }


def _server_accepts(access: ServiceAccess) -> Data:
    outcome = access.outcome
    if outcome is None or access.server_accepts_phone is None:
        return _direction(None, why_not=access.why_not)
    refusal = "" if outcome.accepted else alert_name(outcome) or outcome.cause or outcome.reason
    return _direction(outcome.accepted, how=outcome.kind, refusal=refusal)


def _phone_accepts(trust: ServerTrust) -> Data:
    return _direction(trust.accepted, trust.how, trust.refusal, trust.file, trust.certificate, trust.why_not)


def _direction(
    accepted: bool | None, how: str = "", refusal: str = "", file: str = "", certificate: str = "", why_not: str = ""
) -> Data:
    return {
        "accepted": accepted,
        "how": how,
        "refusal": refusal,
        "file": file,
        "certificate": certificate,
        "why_not": why_not,
    }


def _outcome(outcome: Outcome | None) -> Data | None:
    if outcome is None:
        return None
    return {
        "accepted": outcome.accepted,
        "certificate": outcome.kind,
        "reason": outcome.reason,
        "verify_code": outcome.verify_code if outcome.verify_code >= 0 else None,
        "verify_name": verify_name(outcome.verify_code),
        "depth": outcome.depth if outcome.depth >= 0 else None,
        "alert": outcome.alert if outcome.alert >= 0 else None,
        "alert_name": alert_name(outcome) or None,
        "alert_direction": outcome.alert_direction,
        "cause": outcome.cause,
        "tls_version": outcome.tls_version,
        "cipher": outcome.cipher,
    }


def _explanation(explanation: Explanation) -> Data:
    return {
        "device": explanation.device,
        "rule": explanation.rule,
        "what": explanation.what,
        "why": explanation.why,
        "cure": explanation.cure,
        "commands": list(explanation.commands),
        "evidence": [{"seq": one.seq, "text": one.text} for one in explanation.evidence],
        "story": explanation.story,
    }


def _steps(steps: tuple[PlannedStep, ...]) -> list[Data]:
    return [
        {
            "number": number,
            "text": step.text,
            "down": _uses(step.down),
            "unknown": _uses(step.unknown),
            "wait_for": step.wait_for,
            "together": step.together,
            "point_of_no_return": step.point_of_no_return,
        }
        for number, step in enumerate(steps)
    ]


def _by_hand(work: ByHand) -> Data:
    return {"devices": list(work.devices), "models": list(work.models), "menu": work.menu}


def _uses(found: Sequence[Lost]) -> list[Data]:
    """Each phone and service by itself."""
    return [
        {"device": device, "service": str(lost.service), "server": lost.server}
        for lost in found
        for device in lost.devices
    ]


def _proposal(proposal: Proposal) -> Data:
    return {
        "safe": proposal.safe,
        "unknown": proposal.unknown,
        "steps": _steps(proposal.steps),
        "left_by_hand": list(proposal.delete_by_hand),
        "incurable": [
            {"devices": list(devices), "server": server, "why": why}
            for (server, why), devices in together(
                ((each.server, each.why), each.device) for each in proposal.incurable
            )
        ],
    }


def _finding(finding: InputFinding) -> Data:
    return {"where": finding.where, "problem": finding.problem, "remedy": finding.remedy, "grave": finding.grave}


def _cause(cause: Cause) -> Data:
    return {
        "verdict": VERDICTS[cause.verdict],
        "why": cause.text,
        "rule": cause.rule,
        "code": code_at(cause.outcome),
        "alert": alert_name(cause.outcome),
        "cause": cause.outcome.cause if cause.outcome is not None else "",
        "distrust": cause.trust.refusal if cause.trust is not None else "",
        "servers": list(cause.servers),
        "phones": cause.phones,
        "uses": cause.uses,
    }


def _behind(behind: Behind) -> Data:
    return {
        "device": behind.device,
        "sources": [_source(source) for source in behind.sources],
        "stores": [_store(store) for store in behind.stores],
        "lists": [_list(seen) for seen in behind.lists],
        "assumptions": list(behind.assumptions),
        "findings": [_finding(finding) for finding in behind.findings],
        "services": [_line(line) for line in behind.lines],
    }


def _source(source: Provenance) -> Data:
    return {"what": source.what, "where": source.where, "detail": source.detail}


def _store(store: StoreSeen) -> Data:
    return {
        "service": str(store.service),
        "server": store.server,
        "store": store.store,
        "settings": store.settings,
        "holds": [_source(source) for source in store.holds],
        "certificates": store.count,
    }


def _list(seen: ListSeen) -> Data:
    return {
        "list": seen.kind,
        "where": seen.where,
        "signer": seen.signer,
        "records": seen.records,
        "tvs": list(seen.tvs),
    }


def _change(change: Change) -> Data:
    return {
        "devices": [plain(device) for device in change.devices],
        "breaks": change.breaks,
        "was": _entry(change.was),
        "now": _entry(change.now),
    }


def _entry(entry: Entry | None) -> Data | None:
    if entry is None:
        return None
    return {
        "service": plain(entry.service),
        "server": plain(entry.server),
        "verdict": plain(entry.verdict),
        "certificate": plain(entry.certificate),
        "code": plain(entry.code),
        "alert": plain(entry.alert),
        "cause": plain(entry.cause),
        "trust": plain(entry.trust),
        "file": plain(entry.file),
    }


def _moment(at: datetime) -> str:
    return f"{at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"
