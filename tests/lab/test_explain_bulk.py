"""Which link of bulk certificate management is missing, over cases as data: from the new cluster's export to the old one's TVS."""

from __future__ import annotations

from dataclasses import replace

import pytest

from cisco_data import ServiceKind
from lab.base.acts import ActKind
from lab.base.language import Catalogue
from lab.case import AskedTvs, Case, CaseAct, PhoneFacts, Ref, RefusedByTrust, ServiceFacts, Subject, Vouched
from lab.explain import RULES, Explanation, explained
from lab.testing import NOW
from tests.made_names import named

ITLRECOVERY, PHONE, TVS = named(O="New", CN="ITLRECOVERY_pub"), "SEP001122334455", "Cisco Trust Verification Service"
SERIAL, FORMER, CALLMANAGER = "a1", "a0", "c1"
WITHOUT, UNREAD = "bulk-import-without-signer", "bulk-import-not-read-by-tvs"


def act(kind: ActKind, number: int, cluster: str, *serials: str, names: tuple[str, ...] = (), **more: str) -> CaseAct:
    return CaseAct(kind, Ref(number), cluster, serials=serials, names=names, **more)  # type: ignore[arg-type]


TVS_OF_PUB = act(ActKind.SERVICE_STARTED, 1, "old", unit=TVS, node="pub")
TVS_OF_SUB = act(ActKind.SERVICE_STARTED, 2, "old", unit=TVS, node="sub")
STARTED = (TVS_OF_PUB, TVS_OF_SUB)
PLAIN_EXPORT = act(ActKind.BULK_EXPORTED, 10, "new", CALLMANAGER, names=("tftp",))
OLD_EXPORT = act(ActKind.BULK_EXPORTED, 10, "new", FORMER, names=("itl-recovery",))
EXPORT = act(ActKind.BULK_EXPORTED, 11, "new", SERIAL, CALLMANAGER, names=("tftp", "itl-recovery"))
CONSOLIDATED_BEFORE = act(ActKind.BULK_CONSOLIDATED, 9, "old", CALLMANAGER)
CONSOLIDATED = act(ActKind.BULK_CONSOLIDATED, 12, "old", SERIAL, CALLMANAGER)
IMPORT = act(ActKind.BULK_IMPORTED, 13, "old", SERIAL, CALLMANAGER)
IMPORT_OF_11_5 = act(ActKind.BULK_IMPORTED, 13, "old", CALLMANAGER, names=("itl-recovery",))
EARLY_IMPORT = act(ActKind.BULK_IMPORTED, 8, "old", CALLMANAGER)
IN_NEW = act(ActKind.BULK_IMPORTED, 14, "new", "d1")
STORED = replace(
    act(ActKind.TRUST_UPLOADED, 14, "old", store="Phone-SAST-trust", serial=SERIAL), subject=ITLRECOVERY, by=Ref(13)
)
BY_HAND = replace(STORED, by=None)
DELETED = replace(STORED, kind=ActKind.TRUST_DELETED, ref=Ref(15), by=None)
AGAIN = replace(TVS_OF_PUB, ref=Ref(20))
WHOLE = (*STARTED, EXPORT, CONSOLIDATED, IMPORT, STORED)


def case(*history: CaseAct, refusal: str = "TVS_UNKNOWN", kept: bool | None = True, unit: str = "ITLRecovery") -> Case:
    vouched = Vouched("ITLRECOVERY_pub", SERIAL, "new", unit)
    problem = RefusedByTrust(Subject.ITL, refusal, "a file", vouched, "old", (AskedTvs("old", "sub"),), kept)
    return Case(PhoneFacts(PHONE, "new"), ServiceFacts(ServiceKind.TFTP, "new"), problem, Ref(50), NOW, history)


def words(told: Explanation) -> list[str]:
    return [str(step["do"]) for step in told.cures[0]]


CHAIN = ["bulk-export", "bulk-consolidate", "bulk-import", "restart-service", "reset-on-phone"]
LINKS = {
    "the new cluster exported nothing": ((*STARTED, EARLY_IMPORT), CHAIN, []),
    "only the new cluster has done anything": ((*STARTED, PLAIN_EXPORT), CHAIN, [10]),
    "the type was not exported": ((*STARTED, PLAIN_EXPORT, IMPORT_OF_11_5), CHAIN, [10]),
    "renewed since the export": ((*STARTED, OLD_EXPORT, IMPORT), CHAIN, [10]),
    "not consolidated since": ((*STARTED, EARLY_IMPORT, CONSOLIDATED_BEFORE, EXPORT), CHAIN[1:], [11]),
    "not imported since": ((*STARTED, EARLY_IMPORT, EXPORT, CONSOLIDATED, IN_NEW), CHAIN[2:], [12]),
    "a type that the old release lacks": (
        (*STARTED, EXPORT, CONSOLIDATED, IMPORT_OF_11_5),
        ["upload-certificate", "upload-certificate", "restart-service", "reset-on-phone"],
        [13],
    ),
}


@pytest.mark.parametrize("name", LINKS)
def test_the_first_missing_link_and_all_behind_it_are_the_cure(name: str) -> None:
    history, steps, because = LINKS[name]
    told = explained(case(*history))
    assert (told.rule, words(told)) == (WITHOUT, steps)
    assert [one.seq for one in told.evidence][-len(because) :] == because or not because
    assert set(told.ways) <= set(RULES[WITHOUT].ways)
    assert "{" not in told.why + told.cure
    assert explained(case(*history), Catalogue("zh")).ways == told.ways


def test_each_missing_link_has_a_sentence_of_its_own() -> None:
    assert len({explained(case(*history)).why for history, *_ in LINKS.values()}) == len(LINKS) - 1  # two are one link


def test_the_exported_type_is_that_of_the_signer() -> None:
    told = explained(case(*STARTED, OLD_EXPORT, unit="CallManager"))
    assert told.cures[0][0] == {"do": "bulk-export", "cluster": "new", "type": "tftp"}
    told = explained(case(*STARTED, PLAIN_EXPORT))
    assert told.cures[0][0] == {"do": "bulk-export", "cluster": "new", "type": "itl-recovery"}


def test_tvs_is_restarted_where_it_has_not_read_the_import_and_nowhere_else() -> None:
    told = explained(case(*WHOLE, AGAIN))
    assert told.rule == UNREAD
    assert [step.get("node") for step in told.cures[0] if step["do"] == "restart-service"] == ["sub"]
    assert "sub" in told.why
    both = explained(case(*WHOLE))
    assert [step.get("node") for step in both.cures[0] if step["do"] == "restart-service"] == ["pub", "sub"]
    assert told.ways == ("restart", "wait")


@pytest.mark.parametrize(
    ("history", "refusal", "rule"),
    [
        ((*WHOLE, AGAIN, replace(TVS_OF_SUB, ref=Ref(21))), "TVS_UNKNOWN", "tvs-out-of-date"),  # each TVS has read it
        ((*STARTED, EXPORT, CONSOLIDATED, IMPORT, BY_HAND), "TVS_UNKNOWN", "tvs-out-of-date"),
        ((*WHOLE, DELETED), "TVS_UNKNOWN", "lists-of-another-cluster"),
        (STARTED, "TVS_UNKNOWN", "lists-of-another-cluster"),
        ((*STARTED, PLAIN_EXPORT), "TVS_UNREACHABLE", "lists-of-another-cluster"),
    ],
)
def test_what_bulk_certificate_management_does_not_explain_keeps_its_rule(
    history: tuple[CaseAct, ...], refusal: str, rule: str
) -> None:
    assert explained(case(*history, refusal=refusal)).rule == rule


@pytest.mark.parametrize("history", [(*STARTED, PLAIN_EXPORT), WHOLE])
def test_a_phone_that_took_the_new_configuration_goes_back_first(history: tuple[CaseAct, ...]) -> None:
    there, taken = explained(case(*history)), explained(case(*history, kept=None))
    assert words(taken) == ["move", "reset-on-phone", *words(there)[:-1], "move", "reset-on-phone"]
    assert [step["to"] for step in taken.cures[0] if step["do"] == "move"] == ["old", "new"]
