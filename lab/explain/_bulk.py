"""Phones that were moved with bulk certificate management: which link of its chain is missing, from the export to TVS.

A phone of the former cluster asks TVS there about the signer of the new lists. TVS knows it when the new cluster has exported the
signer's unit, the files were consolidated after that, the former cluster has imported them, and TVS has read the import.
"""

from __future__ import annotations

from dataclasses import replace

from cisco_data import ServiceName
from cisco_data.bulk_certificates import TYPE_OF_UNIT, BulkType
from lab.base.acts import ActKind
from lab.base.texts import Part, Text, text
from lab.case import Case, CaseAct, RefusedByTrust
from lab.case.words import ref_text
from lab.explain._cure import Cure, Do, cure
from lab.explain._explanation import RuleFinding, finding
from lab.explain._remedies import (
    delete_lists,
    moved_again,
    restart_of,
    upload_signers,
    wait_for_notification,
)
from lab.explain._ways import Way


def moved_in_bulk(
    case: Case, problem: RefusedByTrust, uploaded: CaseAct | None, parts: dict[str, Part]
) -> RuleFinding | None:
    """Of a phone whose lists are of another cluster, and whose TVS does not know the signer; None where no bulk operation
    explains that.

    Args:
        uploaded: how the signer came into Phone-SAST-trust of the former cluster; None where it is not there.
        parts: of the rule's sentence; `unit` is the signer's, `former` the cluster of the lists.
    """
    former, kind = problem.lists_of, _TYPES.get(str(parts["unit"]))
    serial = problem.vouched.serial if problem.vouched is not None else ""
    exports = [act for act in case.history if act.kind is ActKind.BULK_EXPORTED and act.cluster == case.service.cluster]
    imports = [act for act in case.history if act.kind is ActKind.BULK_IMPORTED and act.cluster == former]
    if not serial or kind is None or not (exports or imports):
        return None
    if uploaded is None:
        return _not_imported(case, kind, serial, (exports, imports), parts | {"type": kind})
    source = next((one for one in imports if uploaded.by == one.ref), None)
    return None if source is None else _not_read(case, former, source, parts)


_TYPES: dict[str, BulkType] = {str(unit): kind for unit, kind in TYPE_OF_UNIT.items()}


def _not_read(case: Case, former: str, imported: CaseAct, parts: dict[str, Part]) -> RuleFinding | None:
    """TVS of a node has not been started since; None where each has been."""
    since = case.history[case.history.index(imported) + 1 :]
    nodes = dict.fromkeys(act.node for act in case.history if _starts_tvs(act, former))
    due = [node for node in nodes if not any(_starts_tvs(act, former) and act.node == node for act in since)]
    if not due:
        return None
    restarts = [restart_of(former, ServiceName.TVS, node) for node in due]
    found = finding(
        "bulk-import-not-read-by-tvs",
        **parts,
        places=tuple(node or former for node in due),
        at=ref_text(imported.ref),
    )
    ways = (
        cure(Way.RESTART, moved_again(case, restarts)),
        cure(Way.WAIT, moved_again(case, [wait_for_notification()])),
    )
    return replace(found, cures=ways, because=(imported,))


def _starts_tvs(act: CaseAct, cluster: str) -> bool:
    return act.kind is ActKind.SERVICE_STARTED and (act.cluster, act.unit) == (cluster, ServiceName.TVS)


def _not_imported(
    case: Case, kind: BulkType, serial: str, done: tuple[list[CaseAct], list[CaseAct]], parts: dict[str, Part]
) -> RuleFinding | None:
    exports, imports = done
    found = finding("bulk-import-without-signer", **parts)
    exported = next((act for act in reversed(exports) if serial in act.serials), None)
    if exported is None:
        last = exports[-1] if exports else None
        of_kind = next((act for act in reversed(exports) if kind in act.names), None)
        if last is None:
            why = text("explain.phrase.bulk-not-exported", **parts)
        elif of_kind is not None:
            why, last = text("explain.phrase.bulk-renewed-since", **parts, at=ref_text(of_kind.ref)), of_kind
        else:
            why = text("explain.phrase.bulk-type-not-exported", **parts, at=ref_text(last.ref))
        return _link(case, found, why, last, _chain(case, kind, parts, "bulk-export"))
    history = case.history
    consolidated = next(
        (act for act in history if act.kind is ActKind.BULK_CONSOLIDATED and serial in act.serials), None
    )
    if consolidated is None:
        why = text("explain.phrase.bulk-not-consolidated", **parts, at=ref_text(exported.ref))
        return _link(case, found, why, exported, _chain(case, kind, parts, "bulk-consolidate"))
    later = [act for act in imports if history.index(act) > history.index(consolidated)]
    if not later:
        why = text("explain.phrase.bulk-not-imported", **parts, at=ref_text(consolidated.ref))
        return _link(case, found, why, consolidated, _chain(case, kind, parts, "bulk-import"))
    if kind not in later[-1].names:
        return None
    why = text("explain.phrase.bulk-type-unknown", **parts, at=ref_text(later[-1].ref))
    signers = upload_signers(case, str(parts["former"]), str(parts["unit"]))
    return _link(case, found, why, later[-1], cure(Way.UPLOAD_SIGNERS, moved_again(case, signers)))


def _link(case: Case, found: RuleFinding, why: Text, because: CaseAct | None, first: Cure) -> RuleFinding:
    acts = (because,) if because is not None else ()
    return replace(found, why=(why,), cures=(first, delete_lists(case)), because=acts)


_CHAIN = ("bulk-export", "bulk-consolidate", "bulk-import")


def _chain(case: Case, kind: BulkType, parts: dict[str, Part], first: str) -> Cure:
    """From the first operation that is missing on."""
    former, cluster = str(parts["former"]), case.service.cluster
    steps = {
        "bulk-export": Do("bulk-export", {"cluster": cluster, "type": kind}),
        "bulk-consolidate": Do("bulk-consolidate", {"cluster": former}),
        "bulk-import": Do("bulk-import", {"cluster": former}),
    }
    missing = [steps[word] for word in _CHAIN[_CHAIN.index(first) :]]
    return cure(Way.BULK_CERTIFICATES, moved_again(case, [*missing, restart_of(former, ServiceName.TVS)]))
