"""What Prepare Cluster for Rollback to pre-8.0 does not do: it empties no CTL, and HTTPS services fail while it is True."""

from __future__ import annotations

from dataclasses import replace

from cisco_data import ClusterSecurityMode, ServiceName
from lab.base.acts import ActKind
from lab.base.texts import Part
from lab.case import Case, CaseAct, RefusedByTrust
from lab.case.words import ref_text
from lab.explain._cure import Do, cure
from lab.explain._explanation import RuleFinding, finding
from lab.explain._remedies import delete_lists, reset, reset_again, restart_of
from lab.explain._ways import Way


def ctl_not_blanked(case: Case, problem: RefusedByTrust, parts: dict[str, Part]) -> RuleFinding | None:
    """A phone that left its cluster with an emptied ITL, and with the CTL of mixed mode, which has no TVS."""
    former, cluster = problem.lists_of, case.service.cluster
    on = _turned_on(case, former)
    if problem.refusal != "TVS_NOT_LISTED" or former in ("", cluster) or on is None:
        return None
    phone = {"phone": case.device}
    left = cure(
        Way.LEAVE_MIXED_MODE,
        Do("move", {**phone, "to": former}),
        Do("set-cluster-mode", {"cluster": former, "mode": ClusterSecurityMode.NON_SECURE}),
        restart_of(former, ServiceName.CALLMANAGER),
        restart_of(former, ServiceName.TFTP),
        reset(case),
        Do("move", {**phone, "to": cluster}),
        reset_again(case),
    )
    found = finding("rollback-does-not-blank-the-ctl", former=former, at=ref_text(on.ref), **parts)
    return replace(found, cures=(left, delete_lists(case)), because=(on,))


def services_without_tvs(case: Case, problem: RefusedByTrust, parts: dict[str, Part]) -> RuleFinding | None:
    """The phone's list has no TVS while the parameter is on, so no HTTPS service is good enough for it."""
    from cisco_data.enterprise_parameters import OFF, ROLLBACK

    cluster = case.phone.cluster or case.service.cluster
    on = _turned_on(case, cluster)
    if problem.refusal != "TVS_NOT_LISTED" or on is None:
        return None
    steps = cure(
        Way.END_ROLLBACK,
        Do("set-parameter", {"cluster": cluster, "name": ROLLBACK, "value": OFF}),
        Do("open-directory", {"phone": case.device}),
    )
    found = finding("https-while-rollback-is-prepared", at=ref_text(on.ref), **parts)
    return replace(found, cures=(steps,), because=(on,))


def _turned_on(case: Case, cluster: str) -> CaseAct | None:
    """What set the parameter to True, where nothing set it back since."""
    from cisco_data.enterprise_parameters import ON, ROLLBACK

    set_to = [
        act
        for act in case.history
        if act.kind is ActKind.PARAMETER_SET and act.cluster == cluster and act.value.startswith(f"{ROLLBACK}: ")
    ]
    return set_to[-1] if set_to and set_to[-1].value == f"{ROLLBACK}: {ON}" else None
