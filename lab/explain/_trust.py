"""Why a phone does not take a list, a signed file or an HTTPS service.

A phone looks for a signer or a server in its CTL and ITL, and asks TVS about one that is not there. So there are two questions: why
the lists do not hold it (they are of another cluster, or older), and why TVS did not speak for it (it is stopped, has not read the
new certificate, or is not trusted either). The cure is the nearest that the evidence allows: TVS, Cisco Tftp, an upload, or a list
signed by the other key that the phone knows (`_anchors`); where none of them can speak for what is new, the phone's user deletes
the lists.

Assumed: the cluster cannot help a phone whose lists hold no key that signs now, and no TVS of now. Cisco's page on expired
certificates (document 225746) names `utils itl reset localkey` as a cure for that, and the explanation says so.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from cisco_data import CertificateUnit, ServiceName, StoreName
from lab.base.acts import ActKind
from lab.base.texts import Part, Text, text
from lab.case import Case, CaseAct, RefusedByTrust, Subject, cn
from lab.case.words import ref_text
from lab.explain._anchors import (
    by_other_anchor,
    former_signer,
    is_given_up,
    new_ctl_or_none,
    other_anchor,
    renewals,
    renewed_too,
    told_of,
)
from lab.explain._cure import Cure, Do, cure
from lab.explain._explanation import RuleFinding, finding
from lab.explain._headline import refusal_text
from lab.explain._remedies import (
    delete_lists,
    moved_again,
    order,
    reset,
    restart_of,
    start_of,
    upload_signers,
    wait_for_notification,
)
from lab.explain._rollback import ctl_not_blanked, services_without_tvs
from lab.explain._ways import Way

_RUNS = (ActKind.SERVICE_STARTED, ActKind.SERVICE_STOPPED)
_DAMAGED = ("UNREADABLE", "SIGNATURE_WRONG")
_NO_ANSWER = ("TVS_UNREACHABLE", "TVS_FAILED")
_NO_TVS = {
    "NOT_LISTED": "lists-without-tvs",
    "TVS_NOT_LISTED": "lists-without-tvs",
    "TVS_NOT_CONFIGURED": "no-configuration-and-no-tvs",
}
_OF_NAMES = {
    ActKind.HOST_NAME_SET: "explain.phrase.changed-host-name",
    ActKind.DOMAIN_SET: "explain.phrase.changed-domain",
    ActKind.ADDRESS_SET: "explain.phrase.changed-address",
}
_NOT_KNOWN = ("TVS_UNKNOWN", "TVS_OTHER_ROLE")


def not_taken(case: Case) -> RuleFinding:
    """The rule by the phone's reason, and where that is about a signer or a server, by how it came to be unknown."""
    problem = case.problem
    assert isinstance(problem, RefusedByTrust)
    found = _of_the_file(case, problem)
    if found is None:
        found = _service(case, problem) if problem.subject is Subject.HTTPS else _signer(case, problem)
    return replace(found, why=(*found.why, *_flash(problem)))


def _of_the_file(case: Case, problem: RefusedByTrust) -> RuleFinding | None:
    """What no list and no TVS decides."""
    if problem.refusal == "TOO_LARGE":
        return finding("trust-list-too-large", cluster=case.service.cluster)
    if problem.refusal in _DAMAGED and problem.subject is not Subject.HTTPS:
        return finding("signed-file-damaged", file=problem.file, refusal=refusal_text(problem.refusal))
    if problem.refusal == "NOT_SIGNED":
        return finding("file-not-signed", file=problem.file)
    if problem.refusal == "DIGEST_UNKNOWN":
        return replace(finding("sha512-and-old-phone", file=problem.file), cures=(_sha1(case),))
    if problem.refusal == "NOT_DECRYPTED":
        steps = cure(Way.NEW_LSC, order(case), reset(case))
        return replace(finding("configuration-encrypted-for-another-key"), cures=(steps,))
    return None


def _sha1(case: Case) -> Cure:
    cluster = case.service.cluster
    keys: dict[str, str | bool] = {
        "cluster": cluster,
        "name": "TFTP File Signature Algorithm",
        "value": "SHA-1",
    }
    return cure(Way.SET_SHA1, Do("set-parameter", keys), restart_of(cluster, ServiceName.TFTP), reset(case))


# A signer that the phone does not know


def _signer(case: Case, problem: RefusedByTrust) -> RuleFinding:
    parts = _parts(case, problem)
    replaced = former_signer(case, problem)
    if replaced is not None:
        mode = "explain.phrase.mixed-and-old-ctl" if case.mixed else "explain.phrase.non-secure-and-old-ctl"
        found = finding("ctl-of-a-former-signer", at=ref_text(replaced.ref), **parts)
        return replace(
            found, why=(text(mode, cluster=case.service.cluster),), cures=(new_ctl_or_none(case),), because=(replaced,)
        )
    rule = _NO_TVS.get(problem.refusal)
    if rule is not None:
        made = _made(case, case.service.cluster, _serial(problem))
        return ctl_not_blanked(case, problem, parts) or _without_tvs(case, problem, parts, rule, made)
    if problem.lists_of and problem.lists_of != case.service.cluster:
        return _of_another_cluster(case, problem, parts)
    return _renewed(case, problem, parts)


def _without_tvs(
    case: Case, problem: RefusedByTrust, parts: dict[str, Part], rule: str, made: CaseAct | None, *beside: CaseAct
) -> RuleFinding:
    """No TVS can speak for the signer.

    Args:
        made: how the signer came to be; None where that is not known.
        beside: what else was renewed, so that the phone does not trust TVS.
    """
    if made is None:
        return replace(finding(rule, **parts), cures=(delete_lists(case),), because=beside)
    because = (made, *beside)
    too = renewed_too(case, other) if (other := other_anchor(case, problem)) else None
    if too is not None:
        found = finding("both-anchors-renewed", **parts)
        why = (*_told(made), told_of(too), *map(told_of, beside), text("explain.phrase.cisco-says-reset-localkey"))
        return replace(found, why=why, cures=(delete_lists(case),), because=(*because, too))
    told, ways = by_other_anchor(case, problem) if problem.refusal != "TVS_NOT_CONFIGURED" else ((), ())
    return replace(
        finding(rule, **parts), why=(*_told(made), *told), cures=(*ways, delete_lists(case)), because=because
    )


def _of_another_cluster(case: Case, problem: RefusedByTrust, parts: dict[str, Part]) -> RuleFinding:
    """The phone asks the TVS of the cluster that it came from."""
    from lab.explain._bulk import moved_in_bulk  # for few phones, and `import lab.explain` stays small

    former, serial = problem.lists_of, _serial(problem)
    changes = (ActKind.TRUST_UPLOADED, ActKind.TRUST_DELETED)
    uploaded = _last(
        act
        for act in case.history
        if act.kind in changes and (act.cluster, act.store, act.serial) == (former, StoreName.PHONE_SAST, serial)
    )
    if uploaded is not None and uploaded.kind is ActKind.TRUST_DELETED:
        uploaded = None
    if problem.refusal in _NOT_KNOWN:
        in_bulk = moved_in_bulk(case, problem, uploaded, {**parts, "former": former})
        if in_bulk is not None:
            return in_bulk
    if uploaded is not None and problem.refusal in _NOT_KNOWN:
        return _tvs_out_of_date(case, problem, former, uploaded, "tvs-out-of-date")
    signers = cure(Way.UPLOAD_SIGNERS, moved_again(case, upload_signers(case, former, _unit(problem))))
    asked_there = any(one.cluster == former for one in problem.asked)
    rule = "tvs-of-another-cluster" if problem.asked and not asked_there else "lists-of-another-cluster"
    found = finding(rule, former=former, **parts)
    told = text("explain.phrase.by-lists-and-tvs", refusal=refusal_text(problem.refusal))
    return replace(found, why=(told,), cures=(signers, delete_lists(case)))


def _renewed(case: Case, problem: RefusedByTrust, parts: dict[str, Part]) -> RuleFinding:
    """Of the phone's own cluster, or of one that is not known."""
    cluster, serial = case.service.cluster, _serial(problem)
    stale = _last(
        act for act in renewals(case, cluster) if serial and act.former_serial == serial and is_given_up(case, act)
    )
    if stale is not None:
        found = finding("tftp-restart-due", place=_place(stale), at=ref_text(stale.ref), **parts)
        node = stale.node if stale.unit == CertificateUnit.CALLMANAGER else ""  # ITLRecovery signs on every node
        steps = cure(Way.RESTART, restart_of(cluster, ServiceName.TFTP, node), reset(case))
        return replace(found, cures=(steps,), because=(stale,))
    made = _made(case, cluster, serial)
    told, because = _told(made), (made,) if made is not None else ()
    if problem.refusal in _NO_ANSWER:
        return _no_answer(case, problem, "tvs-unreachable", told, because)
    if problem.refusal == "TVS_UNTRUSTED":
        due = _tvs_restart_due(case, problem)
        if due is not None:
            return due
        renewed = _last(act for act in renewals(case, cluster) if act.unit == CertificateUnit.TVS)
        if renewed is not None:
            lost = _of_names_or_restore(case, renewed, parts)
            if lost is not None:
                told = (*told, *lost.why)
                return replace(lost, why=told, cures=(delete_lists(case),), because=(*because, *lost.because, renewed))
            parts = {**parts, "at": ref_text(renewed.ref)}
            return _without_tvs(case, problem, parts, "signer-and-tvs-renewed", made, renewed)
    if made is not None and problem.refusal in _NOT_KNOWN and not _read_since(case, cluster, made):
        return _tvs_out_of_date(case, problem, cluster, made, "tvs-out-of-date")
    found = finding("signer-not-trusted", refusal=refusal_text(problem.refusal), **parts)
    return replace(found, why=told, cures=(delete_lists(case),), because=because)


# A change of names, or a restore: the certificates of the signer and of TVS are others, both at once


def _of_names_or_restore(case: Case, tvs: CaseAct, parts: dict[str, Part]) -> RuleFinding | None:
    """The rule for it, and what is told beside it; None where TVS.pem was renewed in another way.

    Args:
        tvs: how the certificate of TVS came to be that the phone does not trust.
        parts: of the sentence.
    """
    by = next((act for act in case.history if tvs.by is not None and act.ref == tvs.by), None)
    if by is None:
        return None
    at: Text = ref_text(by.ref)
    if by.kind is ActKind.KEYS_RESTORED:
        found = finding("keys-restored-from-older-backup", backup=by.value, at=at, **parts)
        return _with(found, "explain.phrase.newer-lists-than-the-backup", by)
    key = _OF_NAMES.get(by.kind)
    if key is None:
        return None
    if not by.value:  # a plan does not tell the address
        key = "explain.phrase.changed-address-to-another"
    what = text(key, place=_place(by), value=by.value)
    found = finding("node-renamed-and-lists-refused", changed=what, at=at, **parts)
    return _with(found, "explain.phrase.rollback-or-another-node", by)


def _with(found: RuleFinding, phrase: str, by: CaseAct) -> RuleFinding:
    return replace(found, why=(text(phrase),), because=(by,))


# An HTTPS service


def _service(case: Case, problem: RefusedByTrust) -> RuleFinding:
    cluster = case.service.cluster
    made = _made(case, cluster, _serial(problem))
    told, because = _told(made), (made,) if made is not None else ()
    if problem.refusal in _NO_ANSWER:
        return _no_answer(case, problem, "https-tvs-unreachable", told, because)
    if problem.refusal == "TVS_UNTRUSTED":
        due = _tvs_restart_due(case, problem)
        if due is not None:
            return due
        steps = cure(Way.UPDATE_LIST, restart_of(cluster, ServiceName.TFTP), reset(case), _open(case))
        return replace(finding("https-tvs-renewed", **_parts(case, problem)), cures=(steps,))
    if made is not None and problem.refusal in _NOT_KNOWN and not _read_since(case, cluster, made):
        return _tvs_out_of_date(case, problem, cluster, made, "https-tvs-out-of-date")
    rollback = services_without_tvs(case, problem, _parts(case, problem))
    if rollback is not None:
        return rollback
    found = finding("https-server-not-trusted", refusal=refusal_text(problem.refusal), **_parts(case, problem))
    return replace(found, why=told, because=because)


def _open(case: Case) -> Do:
    return Do("open-directory", {"phone": case.device})


# TVS


def _no_answer(
    case: Case, problem: RefusedByTrust, rule: str, told: tuple[Text, ...], because: tuple[CaseAct, ...]
) -> RuleFinding:
    """TVS that was stopped and not started since is started."""
    found = finding(rule, **_parts(case, problem))
    asked = [(one.cluster, one.node) for one in problem.asked] or [(case.service.cluster, "")]
    stopped = [act for place in dict.fromkeys(asked) for act in _stopped(case, *place)]
    if not stopped:
        return replace(found, why=told, because=because)
    sentences = [text("explain.act.tvs-stopped", place=_place(act), at=ref_text(act.ref)) for act in stopped]
    starts = [start_of(act.cluster, ServiceName.TVS, act.node) for act in stopped]
    again = _open(case) if problem.subject is Subject.HTTPS else reset(case)
    return replace(
        found, why=(*told, *sentences), cures=(cure(Way.START, starts, again),), because=(*because, *stopped)
    )


def _stopped(case: Case, cluster: str, node: str) -> Iterator[CaseAct]:
    act = _last(
        act
        for act in case.history
        if act.kind in _RUNS and (act.cluster, act.node, act.unit) == (cluster, node, ServiceName.TVS)
    )
    if act is not None and act.kind is ActKind.SERVICE_STOPPED:
        yield act


def _tvs_restart_due(case: Case, problem: RefusedByTrust) -> RuleFinding | None:
    """TVS presents a certificate that has given way to another one since its start."""
    asked = [(one.cluster, one.node) for one in problem.asked] or [(case.service.cluster, "")]
    due = [
        act
        for cluster, node in dict.fromkeys(asked)
        for act in renewals(case, cluster)
        if act.unit == CertificateUnit.TVS and act.node == node and _start_after(case, act) is None
    ]
    if not due:
        return None
    act = due[-1]
    found = finding("tvs-restart-due", place=_place(act), at=ref_text(act.ref), **_parts(case, problem))
    again = _open(case) if problem.subject is Subject.HTTPS else reset(case)
    restarts = [restart_of(one.cluster, ServiceName.TVS, one.node) for one in due]
    return replace(found, cures=(cure(Way.RESTART, restarts, again),), because=tuple(due))


def _tvs_out_of_date(case: Case, problem: RefusedByTrust, cluster: str, changed: CaseAct, rule: str) -> RuleFinding:
    """What TVS read at its start, and by change notification since, is older than that."""
    told = _told(changed)
    if changed.kind is ActKind.TRUST_UPLOADED:
        told = (text("explain.act.uploaded-for-tvs", name=_name(changed), at=ref_text(changed.ref)),)
    found = finding(rule, tvs=cluster, **_parts(case, problem))

    def then_again(step: Do) -> list[Do]:
        if problem.subject is Subject.HTTPS:
            return [step, _open(case)]
        return [*moved_again(case, [step])] if cluster != case.service.cluster else [step, reset(case)]

    ways = [cure(Way.RESTART, then_again(restart_of(cluster, ServiceName.TVS)))]
    if changed.unit != CertificateUnit.ITL_RECOVERY:  # of which there is no change notification
        ways.append(cure(Way.WAIT, then_again(wait_for_notification())))
    return replace(found, why=told, cures=tuple(ways), because=(changed,), assumed=problem.assumed)


def _read_since(case: Case, cluster: str, changed: CaseAct) -> bool:
    """Whether each node's TVS has started since."""
    since = case.history[case.history.index(changed) + 1 :]
    runs = [act for act in case.history if act.kind in _RUNS and (act.cluster, act.unit) == (cluster, ServiceName.TVS)]
    nodes = {act.node for act in runs}
    started = {act.node for act in since if act in runs and act.kind is ActKind.SERVICE_STARTED}
    return bool(nodes) and nodes <= started


def _start_after(case: Case, renewed: CaseAct) -> CaseAct | None:
    since = case.history[case.history.index(renewed) + 1 :]
    return _last(
        act
        for act in since
        if act.kind is ActKind.SERVICE_STARTED
        and (act.cluster, act.node, act.unit) == (renewed.cluster, renewed.node, ServiceName.TVS)
    )


# What was done


def _made(case: Case, cluster: str, serial: str) -> CaseAct | None:
    return _last(act for act in renewals(case, cluster) if serial and act.serial == serial)


def _last(acts: Iterator[CaseAct]) -> CaseAct | None:
    found = None
    for act in acts:
        found = act
    return found


def _told(made: CaseAct | None) -> tuple[Text, ...]:
    if made is None:
        return ()
    restored = made.kind is ActKind.CERTIFICATE_RESTORED
    key = "explain.act.restored" if restored else "explain.act.made"
    return (text(key, name=_name(made), unit=made.unit, at=ref_text(made.ref)),)


def _flash(problem: RefusedByTrust) -> tuple[Text, ...]:
    """What the phone goes by meanwhile."""
    if problem.kept is None:
        return ()
    return (text("explain.phrase.configuration-kept" if problem.kept else "explain.phrase.no-configuration-in-flash"),)


def _parts(case: Case, problem: RefusedByTrust) -> dict[str, Part]:
    vouched = problem.vouched
    return {
        "name": vouched.name if vouched is not None else "?",
        "unit": _unit(problem),
        "file": problem.file,
        "cluster": case.service.cluster,
    }


def _unit(problem: RefusedByTrust) -> str:
    known = problem.vouched.unit if problem.vouched is not None else ""
    return known or CertificateUnit.CALLMANAGER


def _serial(problem: RefusedByTrust) -> str:
    return problem.vouched.serial if problem.vouched is not None else ""


def _name(act: CaseAct) -> str:
    return cn(act.subject) if act.subject else "?"


def _place(act: CaseAct) -> str:
    return act.node or act.cluster
