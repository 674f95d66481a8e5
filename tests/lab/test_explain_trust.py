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
NEW_CALLMANAGER = replace(
    act(ActKind.CERTIFICATE_REGENERATED, 11, unit="CallManager", serial="d1", former_serial="d0"),
    subject=PUB,
    former=PUB,
)
ROLLBACK = "Prepare Cluster for Rollback to pre-8.0: "
ON = act(ActKind.PARAMETER_SET, 16, "old", value=f"{ROLLBACK}True")
UPLOADED = replace(act(ActKind.TRUST_UPLOADED, 15, "old", store="Phone-SAST-trust", serial=SERIAL), subject=ITLRECOVERY)
RENAMED = act(ActKind.HOST_NAME_SET, 9, value="cucm-one")
BY_NAME = (replace(MADE, by=RENAMED.ref), replace(NEW_TVS, by=RENAMED.ref))
RESTORED = tuple(replace(one, kind=ActKind.CERTIFICATE_RESTORED) for one in BY_NAME)
HISTORIES = {
    "nothing": (STARTED,),
    "signer renewed": (STARTED, MADE),
    "signer and TVS renewed": (STARTED, MADE, NEW_TVS, AGAIN),
    "TVS renewed and not restarted": (STARTED, NEW_TVS),
    "TVS renewed": (STARTED, NEW_TVS, AGAIN),
    "TVS stopped": (STARTED, MADE, STOPPED),
    "signer renewed since": (STARTED, GONE),
    "uploaded": (STARTED, UPLOADED),
    "both anchors renewed": (STARTED, MADE, NEW_CALLMANAGER),
    "all renewed": (STARTED, MADE, NEW_CALLMANAGER, NEW_TVS, AGAIN),
    "rollback": (STARTED, ON),
    "no rollback": (STARTED, ON, replace(ON, value=f"{ROLLBACK}False")),
    "host name changed": (STARTED, RENAMED, *BY_NAME, AGAIN),
    "domain changed": (STARTED, replace(RENAMED, kind=ActKind.DOMAIN_SET), *BY_NAME, AGAIN),
    "address changed": (STARTED, replace(RENAMED, kind=ActKind.ADDRESS_SET), *BY_NAME, AGAIN),
    "backup restored": (
        STARTED,
        replace(GONE, ref=Ref(5)),
        replace(RENAMED, kind=ActKind.KEYS_RESTORED),
        *RESTORED,
        AGAIN,
    ),
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
        ("TVS_UNKNOWN", "nothing", "new", "signer-not-trusted"),
        ("TVS_UNREACHABLE", "TVS stopped", "new", "tvs-unreachable"),
        ("TVS_UNREACHABLE", "signer renewed", "new", "tvs-unreachable"),
        ("TVS_UNTRUSTED", "signer and TVS renewed", "new", "signer-and-tvs-renewed"),
        ("TVS_UNTRUSTED", "host name changed", "new", "node-renamed-and-lists-refused"),
        ("TVS_UNTRUSTED", "domain changed", "new", "node-renamed-and-lists-refused"),
        ("TVS_UNTRUSTED", "address changed", "new", "node-renamed-and-lists-refused"),
        ("TVS_UNTRUSTED", "backup restored", "new", "keys-restored-from-older-backup"),
        ("TVS_UNKNOWN", "host name changed", "new", "signer-not-trusted"),
        ("TVS_UNTRUSTED", "TVS renewed and not restarted", "new", "tvs-restart-due"),
        ("TVS_UNTRUSTED", "nothing", "new", "signer-not-trusted"),
        ("TVS_NOT_CONFIGURED", "nothing", "old", "no-configuration-and-no-tvs"),
        ("TVS_NOT_LISTED", "signer renewed", "new", "lists-without-tvs"),
        ("NOT_LISTED", "signer renewed", "new", "lists-without-tvs"),
        ("TVS_NOT_LISTED", "rollback", "old", "rollback-does-not-blank-the-ctl"),
        ("TVS_NOT_LISTED", "no rollback", "old", "lists-without-tvs"),
        ("TVS_UNKNOWN", "rollback", "old", "lists-of-another-cluster"),
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


def test_what_cisco_says_otherwise_is_told_where_no_key_is_left() -> None:
    assert "225746" in explained(case("TVS_UNTRUSTED", history="all renewed")).why
    assert "225746" not in explained(case("TVS_UNTRUSTED", history="signer and TVS renewed")).why


@pytest.mark.parametrize(
    ("refusal", "history", "rule", "ways"),
    [
        ("TVS_UNTRUSTED", "signer and TVS renewed", "signer-and-tvs-renewed", ("reset-list", "delete-lists")),
        ("TVS_UNTRUSTED", "all renewed", "both-anchors-renewed", ("delete-lists",)),
        ("TVS_NOT_LISTED", "signer renewed", "lists-without-tvs", ("reset-list", "delete-lists")),
        ("TVS_NOT_LISTED", "both anchors renewed", "both-anchors-renewed", ("delete-lists",)),
        ("TVS_NOT_LISTED", "nothing", "lists-without-tvs", ("delete-lists",)),
    ],
)
@pytest.mark.parametrize(("subject", "word"), [(Subject.CTL, "reset-ctl"), (Subject.ITL, "reset-itl")])
def test_a_list_is_reset_while_the_other_key_is_left(
    subject: Subject, word: str, refusal: str, history: str, rule: str, ways: tuple[str, ...]
) -> None:
    told = explained(case(refusal, subject, history))
    assert (told.rule, told.ways) == (rule, ways)
    assert (told.cures[0][0]["do"] == word) is ("reset-list" in ways)


def test_a_phone_that_lists_the_renewed_callmanager_has_a_key_left() -> None:
    one = case("TVS_NOT_LISTED", Subject.CTL, "both anchors renewed")
    for serial, rule in (("d1", "lists-without-tvs"), ("d0", "both-anchors-renewed")):
        phone = replace(one.phone, trust_list=(Trusted(PUB, serial),))
        assert explained(replace(one, phone=phone)).rule == rule


@pytest.mark.parametrize(("release", "ways"), [("10.5(2)", 2), ("10.0", 1), ("9.1", 1)])
def test_a_ctl_file_is_reset_only_where_the_release_has_a_second_signer(release: str, ways: int) -> None:
    one = case("TVS_NOT_LISTED", Subject.CTL, "signer renewed")
    assert isinstance(one.problem, RefusedByTrust)
    signer = Vouched("pub", SERIAL, "new", "CallManager")
    made = replace(MADE, unit="CallManager")
    one = replace(one, problem=replace(one.problem, vouched=signer), release=release, history=(STARTED, made))
    assert len(explained(one).ways) == ways


def test_a_phone_of_another_node_does_not_know_the_publisher_s_key() -> None:
    one = case("TVS_NOT_LISTED", Subject.ITL, "signer renewed")
    capf = act(ActKind.SERVICE_STARTED, 2, unit="Cisco Certificate Authority Proxy Function", node="pub")
    tftp = act(ActKind.SERVICE_STARTED, 3, unit="Cisco Tftp", node="pub", serial="e1")
    for serial, ways in (("e1", ("reset-list", "delete-lists")), ("e2", ("delete-lists",))):
        phone = replace(one.phone, trust_list=(Trusted(PUB, serial),))
        assert explained(replace(one, phone=phone, history=(capf, tftp, *one.history))).ways == ways


@pytest.mark.parametrize(
    ("subject", "mixed", "rule", "way"),
    [
        (Subject.CTL, True, "ctl-of-a-former-signer", "update-list"),
        (Subject.CTL, False, "ctl-of-a-former-signer", "delete-ctl-file"),
        (Subject.ITL, True, "tftp-restart-due", "restart"),
        (Subject.CONFIGURATION, True, "tftp-restart-due", "restart"),
    ],
)
def test_a_former_signer_of_the_ctl_file_is_no_matter_of_cisco_tftp(
    subject: Subject, mixed: bool, rule: str, way: str
) -> None:
    told = explained(replace(case("TVS_UNKNOWN", subject, "signer renewed since"), mixed=mixed))
    assert (told.rule, told.ways) == (rule, (way,))


def test_an_https_service_fails_while_the_rollback_is_prepared() -> None:
    one = case("TVS_NOT_LISTED", Subject.HTTPS)
    on = replace(ON, cluster="new")
    assert explained(replace(one, history=(STARTED, on))).rule == "https-while-rollback-is-prepared"
    off = replace(on, value=f"{ROLLBACK}False")
    assert explained(replace(one, history=(STARTED, on, off))).rule == "https-server-not-trusted"


def test_a_phone_without_a_configuration_is_said_not_to_register() -> None:
    one = case("TVS_NOT_CONFIGURED", lists_of="old")
    assert isinstance(one.problem, RefusedByTrust)
    kept, none = one, replace(one, problem=replace(one.problem, kept=False))
    assert explained(kept).why != explained(none).why
    assert "does not register" in explained(none).why
