"""The rules about lists, signed files, TVS and HTTPS services over cases as data: each reason of a phone, with each history."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import replace

import pytest

from cisco_data import ServiceKind
from lab.base.acts import ActKind
from lab.base.language import Catalogue
from lab.case import (
    AskedTvs,
    Basis,
    Case,
    CaseAct,
    PhoneFacts,
    Ref,
    RefusedByTls,
    RefusedByTrust,
    ServiceFacts,
    Shown,
    Subject,
    Trusted,
    Vouched,
)
from lab.explain import RULES, UNKNOWN, explained
from lab.testing import NOW
from phone_sim.trust.tvs_answer import TrustRefusal
from tests.made_names import named

ITLRECOVERY, PUB = named(O="New", CN="ITLRECOVERY_pub"), named(O="New", CN="pub")
TVS, PHONE = "Cisco Trust Verification Service", "SEP001122334455"
SERIAL = "a1"
UNITS = {Subject.HTTPS: "tomcat"}


def act(kind: ActKind, number: int, cluster: str = "new", **more: str) -> CaseAct:
    return CaseAct(kind, Ref(number), cluster, **more)  # type: ignore[arg-type]


STARTED = act(ActKind.SERVICE_STARTED, 1, unit=TVS)
STOPPED = act(ActKind.SERVICE_STOPPED, 20, unit=TVS)
AGAIN = act(ActKind.SERVICE_STARTED, 30, unit=TVS)
MADE = replace(
    act(ActKind.CERTIFICATE_REGENERATED, 10, unit="ITLRecovery", serial=SERIAL, former_serial="a0"),
    subject=ITLRECOVERY,
    former=ITLRECOVERY,
)
GONE = replace(MADE, serial="a2", former_serial=SERIAL)
NEW_TVS = replace(
    act(ActKind.CERTIFICATE_REGENERATED, 12, unit="TVS", serial="b1", former_serial="b0"), subject=PUB, former=PUB
)
UPLOADED = replace(act(ActKind.TRUST_UPLOADED, 15, "old", store="Phone-SAST-trust", serial=SERIAL), subject=ITLRECOVERY)
HISTORIES = {
    "nothing": (STARTED,),
    "signer renewed": (STARTED, MADE),
    "signer and TVS renewed": (STARTED, MADE, NEW_TVS, AGAIN),
    "TVS renewed and not restarted": (STARTED, NEW_TVS),
    "TVS renewed": (STARTED, NEW_TVS, AGAIN),
    "TVS stopped": (STARTED, MADE, STOPPED),
    "signer renewed since": (STARTED, GONE),
    "uploaded": (STARTED, UPLOADED),
}


def case(
    refusal: str, subject: Subject = Subject.ITL, history: str = "nothing", lists_of: str = "new", asked: str = ""
) -> Case:
    """A phone whose TFTP server is that of cluster new, and which asks the TVS of its lists' cluster unless told otherwise."""
    vouched = Vouched("ITLRECOVERY_pub", SERIAL, "new", UNITS.get(subject, "ITLRecovery"))
    kind = ServiceKind.TOMCAT if subject is Subject.HTTPS else ServiceKind.TFTP
    tvs = AskedTvs(asked or lists_of or "new")
    problem = RefusedByTrust(subject, refusal, "a file", vouched, lists_of, (tvs,), True)
    return Case(PhoneFacts(PHONE, "new"), ServiceFacts(kind, "new"), problem, Ref(50), NOW, HISTORIES[history])


def every_refusal() -> Iterator[Case]:
    """Each reason of a phone, for each thing that it decides on, with each history; and CallManager and CAPF likewise."""
    for refusal, subject, history, lists_of in itertools.product(TrustRefusal, Subject, HISTORIES, ("new", "old", "")):
        yield case(refusal.name, subject, history, lists_of)
        if lists_of == "old":
            yield case(refusal.name, subject, history, lists_of, "new")
    for kind, due, code, refusal in itertools.product(
        (ServiceKind.CALLMANAGER, ServiceKind.CAPF), ("c1", "c2"), (10, 18, -1), ("", "TVS_UNKNOWN")
    ):
        if code < 0 and not refusal:
            continue
        own = Basis((), Trusted(PUB, "c1")), Basis((), Trusted(PUB, due))
        service = ServiceFacts(kind, "new", "", *own, Ref(5))
        problem = RefusedByTls(48 if code > 0 else -1, "write", code, 0, Shown(PUB, PUB, "c1"), refusal)
        listed = (Trusted(PUB, "c0"),)
        yield Case(PhoneFacts(PHONE, "new", trust_list=listed), service, problem, Ref(50), NOW)


@pytest.mark.parametrize(
    ("refusal", "history", "lists_of", "rule"),
    [
        ("TVS_UNKNOWN", "nothing", "old", "lists-of-another-cluster"),
        ("TVS_UNREACHABLE", "nothing", "old", "lists-of-another-cluster"),
        ("TVS_UNKNOWN", "uploaded", "old", "tvs-out-of-date"),
        ("TVS_UNKNOWN", "signer renewed", "new", "tvs-out-of-date"),
        ("TVS_UNKNOWN", "signer renewed since", "new", "tftp-restart-due"),
        ("TVS_UNKNOWN", "nothing", "new", "signer-not-trusted"),
        ("TVS_UNREACHABLE", "TVS stopped", "new", "tvs-unreachable"),
        ("TVS_UNREACHABLE", "signer renewed", "new", "tvs-unreachable"),
        ("TVS_UNTRUSTED", "signer and TVS renewed", "new", "signer-and-tvs-renewed"),
        ("TVS_UNTRUSTED", "TVS renewed and not restarted", "new", "tvs-restart-due"),
        ("TVS_UNTRUSTED", "nothing", "new", "signer-not-trusted"),
        ("TVS_NOT_CONFIGURED", "nothing", "old", "no-configuration-and-no-tvs"),
        ("TVS_NOT_LISTED", "signer renewed", "new", "lists-without-tvs"),
        ("NOT_LISTED", "signer renewed", "new", "lists-without-tvs"),
        ("TOO_LARGE", "nothing", "new", "trust-list-too-large"),
        ("SIGNATURE_WRONG", "signer renewed", "new", "signed-file-damaged"),
        ("UNREADABLE", "nothing", "new", "signed-file-damaged"),
        ("DIGEST_UNKNOWN", "nothing", "new", "sha512-and-old-phone"),
        ("NOT_SIGNED", "nothing", "new", "file-not-signed"),
        ("NOT_DECRYPTED", "nothing", "new", "configuration-encrypted-for-another-key"),
    ],
)
@pytest.mark.parametrize("subject", [Subject.CTL, Subject.ITL, Subject.CONFIGURATION])
def test_the_rule_is_by_the_phones_reason_and_by_what_was_done(
    subject: Subject, refusal: str, history: str, lists_of: str, rule: str
) -> None:
    assert explained(case(refusal, subject, history, lists_of)).rule == rule


@pytest.mark.parametrize(
    ("refusal", "history", "rule"),
    [
        ("TVS_UNKNOWN", "signer renewed", "https-tvs-out-of-date"),
        ("TVS_UNKNOWN", "nothing", "https-server-not-trusted"),
        ("TVS_UNREACHABLE", "TVS stopped", "https-tvs-unreachable"),
        ("TVS_UNTRUSTED", "TVS renewed", "https-tvs-renewed"),
        ("TVS_UNTRUSTED", "TVS renewed and not restarted", "tvs-restart-due"),
        ("TVS_NOT_LISTED", "nothing", "https-server-not-trusted"),
    ],
)
def test_an_https_service_has_rules_of_its_own(refusal: str, history: str, rule: str) -> None:
    one = explained(case(refusal, Subject.HTTPS, history))
    assert one.rule == rule


def test_every_reason_of_a_phone_is_explained_in_both_languages_with_ways_of_its_rule() -> None:
    chinese = Catalogue("zh")
    for one in every_refusal():
        told = explained(one)
        assert told.rule != UNKNOWN, one
        assert set(told.ways) <= set(RULES[told.rule].ways), told.rule
        assert told.cure
        assert "{" not in told.what + told.why + told.cure
        assert explained(one, chinese).ways == told.ways


@pytest.mark.parametrize(
    ("kind", "rule"),
    [
        (ServiceKind.CALLMANAGER, "callmanager-certificate-expired"),
        (ServiceKind.CAPF, "capf-certificate-expired"),
    ],
)
def test_an_expired_server_is_not_called_unknown(kind: ServiceKind, rule: str) -> None:
    problem = RefusedByTls(45, "write", 10, 0, Shown(PUB, PUB, "c1"))
    one = explained(Case(PhoneFacts(PHONE, "new"), ServiceFacts(kind, "new"), problem, Ref(50), NOW))
    assert one.rule == rule


def test_a_stopped_tvs_is_started_on_its_own_node_only() -> None:
    stopped = replace(STOPPED, node="sub")
    one = case("TVS_UNREACHABLE", history="TVS stopped")
    assert isinstance(one.problem, RefusedByTrust)
    asked = replace(one.problem, asked=(AskedTvs("new", "sub"),))
    told = explained(replace(one, problem=asked, history=(stopped,)))
    assert [step.get("node", "") for step in told.cures[0] if step["do"] == "start-service"] == ["sub"]


def test_the_signers_of_the_new_cluster_go_to_the_former_one() -> None:
    told = explained(case("TVS_UNKNOWN", lists_of="old"))
    uploads = [step for step in told.cures[0] if step["do"] == "upload-certificate"]
    assert [(step["cluster"], step["certificate"]) for step in uploads] == [
        ("old", "ITLRecovery of new"),
        ("old", "CallManager of new"),
    ]


def test_a_phone_that_took_the_new_configuration_alone_goes_back_before_the_signers_are_uploaded() -> None:
    told = explained(case("TVS_UNTRUSTED", lists_of="old", asked="new"))
    assert told.rule == "tvs-of-another-cluster"
    assert [step["do"] for step in told.cures[0]] == [
        *("move", "reset-on-phone"),
        *("upload-certificate", "upload-certificate", "restart-service"),
        *("move", "reset-on-phone"),
    ]
    assert [step["to"] for step in told.cures[0] if step["do"] == "move"] == ["old", "new"]
    stays = explained(case("TVS_UNTRUSTED", lists_of="old"))
    assert stays.rule == "lists-of-another-cluster"
    assert "move" not in [step["do"] for step in stays.cures[0]]


def test_what_cisco_says_otherwise_is_told() -> None:
    assert "225746" in explained(case("TVS_UNTRUSTED", history="signer and TVS renewed")).why


def test_a_phone_without_a_configuration_is_said_not_to_register() -> None:
    one = case("TVS_NOT_CONFIGURED", lists_of="old")
    assert isinstance(one.problem, RefusedByTrust)
    kept, none = one, replace(one, problem=replace(one.problem, kept=False))
    assert explained(kept).why != explained(none).why
    assert "does not register" in explained(none).why
