"""Why a phone trusts neither who signed a list nor TVS: a change of names that made both anew, or a restore of an older backup.

The cluster cannot help such a phone: its user deletes the lists. The explanation says what would have kept it reachable.
"""

from __future__ import annotations

from dataclasses import replace

from cisco_data import CertificateUnit
from lab.base.acts import RENEWALS, ActKind
from lab.base.texts import Part, Text, text
from lab.case import Case, CaseAct
from lab.case.words import ref_text
from lab.explain._explanation import RuleFinding, finding

_OF_NAMES = {
    ActKind.HOST_NAME_SET: "host-name",
    ActKind.DOMAIN_SET: "domain",
    ActKind.ADDRESS_SET: "address",
}


def of_names_or_restore(case: Case, tvs: CaseAct, parts: dict[str, Part]) -> RuleFinding | None:
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
        return _told(found, "explain.phrase.newer-lists-than-the-backup", by)
    if by.kind not in _OF_NAMES:
        return None
    what = text(f"explain.phrase.changed-{_OF_NAMES[by.kind]}", place=by.node or by.cluster, value=by.value)
    found = finding("node-renamed-and-lists-refused", changed=what, at=at, **parts)
    return _told(found, "explain.phrase.rollback-or-another-node", by)


def _told(found: RuleFinding, phrase: str, by: CaseAct) -> RuleFinding:
    return replace(found, why=(text(phrase),), because=(by,))


def is_given_up(case: Case, renewed: CaseAct) -> bool:
    """Whether the certificate that gave way then has not come back since: a restore may bring it back."""
    later = case.history[case.history.index(renewed) + 1 :]
    return not any(
        act.kind in RENEWALS and (act.cluster, act.serial) == (renewed.cluster, renewed.former_serial) for act in later
    )


def made_phrase(made: CaseAct, name: str) -> Text:
    """How a certificate came to be."""
    key = "restored" if made.kind is ActKind.CERTIFICATE_RESTORED else "made"
    return text(f"explain.act.{key}", name=name, unit=CertificateUnit(made.unit), at=ref_text(made.ref))
