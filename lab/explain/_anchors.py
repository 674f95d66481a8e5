"""Which key is left that a phone takes lists from, where the signer of a list is new to it; and lists that nothing makes anew.

ITLRecovery and CallManager.pem of the publisher may both sign lists, and lists name both. While one of the two is as old as the
phone's lists, a command has the next list signed by it. Where both were renewed, the phone knows nothing that the cluster can sign
with.

Assumed: lists that no act of the history is older than name the certificates of before.
"""

from __future__ import annotations

from collections.abc import Iterator

from cisco_data import CertificateUnit, ServiceName, StoreName
from lab.base.acts import RENEWALS, ActKind
from lab.base.texts import Text, text
from lab.case import Case, CaseAct, RefusedByTrust, Subject
from lab.case.words import ref_text
from lab.explain._cure import Cure, Do, cure
from lab.explain._remedies import reset, reset_again, restart_of
from lab.explain._ways import Way

_ANCHORS = (CertificateUnit.ITL_RECOVERY.value, CertificateUnit.CALLMANAGER.value)


def renewals(case: Case, cluster: str) -> list[CaseAct]:
    return [act for act in case.history if act.kind in RENEWALS and act.cluster == cluster]


def is_given_up(case: Case, renewed: CaseAct) -> bool:
    """Whether the certificate that gave way then has not come back since: a restore may bring it back."""
    later = case.history[case.history.index(renewed) + 1 :]
    return not any(
        act.kind in RENEWALS and (act.cluster, act.serial) == (renewed.cluster, renewed.former_serial) for act in later
    )


def other_anchor(case: Case, problem: RefusedByTrust) -> str:
    """The unit that may sign this kind of list besides the one that did; empty where the release has none."""
    from cisco_data.release_table import CTL_SAST, ITLRECOVERY_EXISTS

    signed = problem.vouched.unit if problem.vouched is not None else ""
    release = case.release
    if (
        signed not in _ANCHORS
        or problem.subject not in (Subject.CTL, Subject.ITL)
        or not ITLRECOVERY_EXISTS.of(release)
    ):
        return ""
    other = _ANCHORS[1 - _ANCHORS.index(signed)]
    return other if problem.subject is Subject.ITL or other in CTL_SAST.of(release) else ""


def renewed_too(case: Case, unit: str) -> CaseAct | None:
    """What made that certificate of the phone's own cluster one that the phone's lists do not name; None where they name it."""
    cluster = case.service.cluster
    publisher = _publisher(case, cluster)
    made = [act for act in renewals(case, cluster) if act.unit == unit and act.node in ("", publisher)]
    if not made or (unit == CertificateUnit.CALLMANAGER and _lists(case, made[-1].serial)):
        return None
    return made[-1]


def by_other_anchor(case: Case, problem: RefusedByTrust) -> tuple[tuple[Text, ...], tuple[Cure, ...]]:
    """A list signed by the key that is left, then one signed as usual; nothing where no such key is known to the phone."""
    from cisco_data.release_table import CTL_SAST, ITL_SIGNER

    unit, cluster = other_anchor(case, problem), case.service.cluster
    if not unit or renewed_too(case, unit) is not None or not _names_publisher(case, unit):
        return (), ()
    is_ctl = problem.subject is Subject.CTL
    usual = CTL_SAST.of(case.release)[0] if is_ctl else ITL_SIGNER.of(case.release)
    as_usual = Do("update-ctl", {"cluster": cluster}) if is_ctl else restart_of(cluster, ServiceName.TFTP)
    told = text("explain.act.other-anchor-left", unit=unit)
    if unit == usual:  # a reset, which is to be undone
        return (told,), (cure(Way.RESET_LIST, as_usual, reset(case)),)
    first = Do("reset-ctl", {"cluster": cluster}) if is_ctl else Do("reset-itl", {"cluster": cluster})
    return (told,), (cure(Way.RESET_LIST, first, reset(case), as_usual, reset_again(case)),)


def former_signer(case: Case, problem: RefusedByTrust) -> CaseAct | None:
    """What replaced the certificate that signed the CTL file: the file was not made again since. None for any other list.

    Of a phone that comes from another cluster it is told only where that cluster knows the certificate of now; else the phone
    takes neither of the lists.
    """
    cluster, serial = case.service.cluster, problem.vouched.serial if problem.vouched is not None else ""
    if problem.subject is not Subject.CTL or not serial:
        return None
    since = [act for act in renewals(case, cluster) if act.former_serial == serial and is_given_up(case, act)]
    if not since:
        return None
    now = [act for act in renewals(case, cluster) if act.unit == since[-1].unit][-1]
    if problem.lists_of in ("", cluster) or any(
        (act.cluster, act.store, act.serial) == (problem.lists_of, StoreName.PHONE_SAST, now.serial)
        for act in case.history
        if act.kind is ActKind.TRUST_UPLOADED
    ):
        return since[-1]
    return None


def new_ctl_or_none(case: Case) -> Cure:
    """In mixed mode a CTL file of now; in a non-secure cluster, which makes none, the old one goes."""
    cluster = case.service.cluster
    if case.mixed:
        return cure(Way.UPDATE_LIST, Do("update-ctl", {"cluster": cluster}), reset(case))
    return cure(Way.DELETE_CTL_FILE, Do("delete-ctl-file", {"cluster": cluster}), reset(case))


def told_of(made: CaseAct) -> Text:
    return text("explain.act.anchor-renewed", unit=made.unit, at=ref_text(made.ref))


def _publisher(case: Case, cluster: str) -> str:
    """Where CAPF runs; empty in a cluster of one node, and where its start is not told."""
    return next((act.node for act in _starts(case, cluster) if act.unit == ServiceName.CAPF), "")


def _starts(case: Case, cluster: str) -> Iterator[CaseAct]:
    return (act for act in case.history if act.kind is ActKind.SERVICE_STARTED and act.cluster == cluster)


def _names_publisher(case: Case, unit: str) -> bool:
    """Whether the phone's lists have CallManager.pem of the publisher, which signs: an ITL file has that of its own node only."""
    publisher = _publisher(case, case.service.cluster)
    if unit != CertificateUnit.CALLMANAGER or not publisher:
        return True
    serials = [
        act.serial
        for act in case.history
        if act.cluster == case.service.cluster and act.node == publisher and act.serial
        if (act.kind in RENEWALS and act.unit == unit)
        or (act.kind is ActKind.SERVICE_STARTED and act.unit in (ServiceName.TFTP, ServiceName.CALLMANAGER))
    ]
    return bool(serials) and _lists(case, serials[-1])


def _lists(case: Case, serial: str) -> bool:
    return any(one.serial == serial for one in case.phone.trust_list or ())
