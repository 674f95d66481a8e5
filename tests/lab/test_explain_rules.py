"""The rules over cases as data, at all four services: every combination keeps what a cure must never say, in both languages."""

from __future__ import annotations

import itertools
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from cisco_data import ServiceKind
from lab.base.acts import ActKind
from lab.base.language import Catalogue
from lab.case import (
    Basis,
    Case,
    CaseAct,
    FailedOperation,
    Held,
    Name,
    PhoneFacts,
    Problem,
    Ref,
    RefusedByTls,
    RejectedByService,
    ServiceFacts,
    Shown,
    Trusted,
)
from lab.explain import RULES, UNKNOWN, Explanation, explained
from lab.testing import NOW
from tests.made_names import named
from wire.tls import AlertDescription, VerifyCode, verify_text

SOON, PAST = NOW + timedelta(days=500), NOW - timedelta(days=1)
OLD, NEW = named(O="Old", CN="CAPF-old"), named(O="New", CN="CAPF-new")
MAKER, ROOT = named(O="Cisco", CN="Cisco Manufacturing CA"), named(O="Cisco", CN="Cisco Root CA 2048")
PHONE = named(CN="CP-7965G-SEP001122334455")
CHINESE = Catalogue("zh")
JUDGES = (ServiceKind.CALLMANAGER, ServiceKind.CAPF, ServiceKind.DOT1X, ServiceKind.VPN)
STORES = {ServiceKind.CALLMANAGER: "CallManager-trust", ServiceKind.CAPF: "CAPF-trust"}
UNITS = {
    ServiceKind.CALLMANAGER: "Cisco CallManager",
    ServiceKind.CAPF: "Cisco Certificate Authority Proxy Function",
}
WORDS = {
    "certificate-operation",
    "default-ca-list",
    "delete-lsc-on-phone",
    "regenerate-certificate",
    "reset-on-phone",
    "restart-service",
    "set-cluster-mode",
    "set-minimum-tls",
    "set-profile",
    "set-switch-port",
    "start-service",
    "switch-vpn",
    "update-ctl",
    "update-vpn-group",
    "upload-certificate",
}
"""Of operations, as scenarios and plans spell them."""


def trusted(*names: Name, serial: str = "") -> tuple[Trusted, ...]:
    return tuple(Trusted(name, serial) for name in names)


def service(
    kind: ServiceKind, in_use: tuple[Trusted, ...], configured: tuple[Trusted, ...] | None = None
) -> ServiceFacts:
    here = kind in STORES
    own = Trusted(NEW, "2", NEW, SOON) if kind is ServiceKind.CAPF else None
    used = Basis(in_use, own, "TLSv1")
    kept = Basis(in_use if configured is None else configured, own, "TLSv1")
    return ServiceFacts(kind, "new" if here else "", "" if here else "ise", used, kept, Ref(5))


def case(kind: ServiceKind, code: int, **made: Any) -> Case:
    """A phone of cluster new that was refused with that code. `made`: what is otherwise."""
    shows = made.get("shows", Held("LSC", OLD, "77", SOON))
    depth = made.get("depth", 0)
    fault = made.get("fault", Shown(PHONE, shows.issuer, "77"))
    problem: Problem = RefusedByTls(48, "read", code, depth, fault)
    if kind is ServiceKind.CAPF:
        kinds = "its chain does not end in CAPF-trust"
        mode = "By Existing Certificate (Precedence to LSC)"
        leaf = Shown(PHONE, shows.issuer, "77")
        problem = FailedOperation(
            "Install/Upgrade", "Upgrade Failed: Invalid LSC", "proof-of-possession", mode, kinds, code, depth, leaf
        )
    judge = service(kind, made.get("in_use", trusted(NEW)), made.get("configured"))
    own = Basis(trusted(NEW, serial="2"), Trusted(NEW, "2", NEW, SOON))
    capf = ServiceFacts(ServiceKind.CAPF, "new", "", own, own, Ref(6))
    others = (capf, *made.get("others", ())) if kind is not ServiceKind.CAPF else made.get("others", ())
    return Case(
        phone=PhoneFacts(
            "SEP001122334455", "new", shows, made.get("mic", Held("MIC", MAKER, "9", SOON)), shows, "Encrypted", "TLSv1"
        ),
        service=judge,
        problem=problem,
        shown=Ref(50),
        at=NOW,
        history=made.get("history", ()),
        others=others,
        capfs=(("old", Trusted(OLD, "1")), ("new", Trusted(NEW, "2"))),
        authorities=made.get("authorities", ()),
    )


def words(one: Explanation) -> list[list[str]]:
    return [[str(step.get("do", "advice")) for step in way] for way in one.cures]


def deleted(kind: ServiceKind, name: Name = OLD) -> tuple[CaseAct, ...]:
    """From the trust that it goes by; then its restart."""
    server = "" if kind in STORES else "ise"
    cluster = "new" if kind in STORES else ""
    gone = CaseAct(ActKind.TRUST_DELETED, Ref(3), cluster, server, STORES.get(kind, ""), name)
    return gone, CaseAct(ActKind.SERVICE_STARTED, Ref(5), cluster, server, unit=UNITS.get(kind, ""))


# Where the authority is: each decides the rule, at each service


@pytest.mark.parametrize("kind", JUDGES, ids=str)
def test_a_restart_that_is_due_comes_before_everything_else(kind: ServiceKind) -> None:
    one = explained(case(kind, 20, configured=trusted(NEW, OLD)))
    if kind is ServiceKind.VPN:  # it reads its trustpoints at once
        assert one.rule == "vpn-lsc-of-another-cluster"
        return
    assert one.rule in ("uploaded-and-not-restarted", "dot1x-trusted-and-not-restarted")
    assert [way[0] for way in words(one)] == ["restart-service"]


@pytest.mark.parametrize("kind", JUDGES, ids=str)
def test_an_authority_that_was_deleted_is_named_with_the_act(kind: ServiceKind) -> None:
    one = explained(case(kind, 20, history=deleted(kind)))
    assert one.rule.endswith(("deleted-from-callmanager-trust", "deleted-from-capf-trust", "capf-distrusted"))
    assert "(event 3)" in one.why
    assert any(evidence.seq == 3 for evidence in one.evidence)


@pytest.mark.parametrize("kind", [kind for kind in JUDGES if kind is not ServiceKind.VPN], ids=str)
def test_a_deletion_that_the_service_has_not_read_is_not_blamed(kind: ServiceKind) -> None:
    gone, started = deleted(kind)
    one = explained(case(kind, 20, history=(started, replace(gone, ref=Ref(7)))))
    assert "deleted" not in one.rule
    assert "distrusted" not in one.rule
    assert "(event 7)" not in one.why


@pytest.mark.parametrize("kind", JUDGES, ids=str)
def test_a_deletion_from_another_place_is_not_blamed(kind: ServiceKind) -> None:
    other = ServiceKind.CAPF if kind is not ServiceKind.CAPF else ServiceKind.CALLMANAGER
    one = explained(case(kind, 20, history=deleted(other)))
    assert "(event 3)" not in one.why


@pytest.mark.parametrize("kind", JUDGES, ids=str)
@pytest.mark.parametrize("code", [20, 7])
def test_a_new_key_under_the_old_name_names_the_regeneration(kind: ServiceKind, code: int) -> None:
    made = CaseAct(
        ActKind.CERTIFICATE_REGENERATED,
        Ref(2),
        "new",
        subject=NEW,
        serial="2",
        former=NEW,
        former_serial="1",
        unit="CAPF",
    )
    shows = Held("LSC", NEW, "77", SOON, signer="1")
    one = explained(case(kind, code, shows=shows, in_use=trusted(NEW, serial="2"), history=(made,)))
    assert "key-changed" in one.rule
    assert "kept its name (event 2)" in one.why
    assert "upload-certificate" not in [word for way in words(one) for word in way]


@pytest.mark.parametrize("kind", [ServiceKind.CALLMANAGER, ServiceKind.CAPF], ids=str)
@pytest.mark.parametrize("there", [True, False], ids=["trusted there", "deleted there"])
def test_another_cluster_is_named_as_trusting_it_only_while_it_does(kind: ServiceKind, there: bool) -> None:
    used = trusted(OLD)
    other = ServiceFacts(ServiceKind.CALLMANAGER, "old", "", Basis(used), Basis(used if there else ()), Ref(4))
    one = explained(case(kind, 20, others=(other,)))
    assert one.rule.endswith("lsc-of-another-cluster")
    assert ("is trusted in cluster old" in one.why) is there


@pytest.mark.parametrize("kind", JUDGES, ids=str)
def test_an_authority_of_no_known_cluster_is_not_called_that_of_another(kind: ServiceKind) -> None:
    stranger = named(O="Stranger", CN="CAPF-stranger")
    one = explained(case(kind, 20, shows=Held("LSC", stranger, "77", SOON)))
    assert "another-cluster" not in one.rule


# What a cure must never say

MICS = {
    "accepted": (Held("MIC", MAKER, "9", SOON), trusted(NEW, MAKER, ROOT), True),
    "its root is missing": (Held("MIC", MAKER, "9", SOON), trusted(NEW, MAKER), False),
    "its authority is missing": (Held("MIC", MAKER, "9", SOON), trusted(NEW, ROOT), False),
    "it has expired": (Held("MIC", MAKER, "9", PAST), trusted(NEW, MAKER, ROOT), False),
    "there is none": (None, trusted(NEW, MAKER, ROOT), False),
}
CODES = (2, 7, 10, 18, 19, 20, 21, 27)
DEPTHS = {2: 1, 19: 1}


@pytest.mark.parametrize("kind", JUDGES, ids=str)
@pytest.mark.parametrize("name", MICS)
@pytest.mark.parametrize("code", CODES)
def test_no_cure_relies_on_a_mic_that_the_service_would_refuse(kind: ServiceKind, name: str, code: int) -> None:
    mic, in_use, accepted = MICS[name]
    one = explained(case(kind, code, mic=mic, in_use=in_use, depth=DEPTHS.get(code, 0)))
    relying = [
        step
        for way in one.cures
        for step in way
        if step.get("do") == "delete-lsc-on-phone" or "Precedence to MIC" in str(step.get("mode", ""))
    ]
    if not accepted:
        assert relying == []
    elif one.rule != UNKNOWN and code in (10, 20):
        assert relying
    assert "IC serve" not in one.cure


@pytest.mark.parametrize("kind", JUDGES, ids=str)
@pytest.mark.parametrize("history", [False, True], ids=["never there", "deleted"])
@pytest.mark.parametrize("waits", [False, True], ids=["", "uploaded since"])
def test_an_expired_lsc_is_never_cured_by_trust_alone(kind: ServiceKind, history: bool, waits: bool) -> None:
    made: dict[str, Any] = {"shows": Held("LSC", OLD, "77", PAST)}
    made |= {"history": deleted(kind)} if history else {}
    made |= {"configured": trusted(NEW, OLD)} if waits else {}
    one = explained(case(kind, 20, **made))
    assert one.cures
    for way in words(one):
        assert set(way) & {"certificate-operation", "delete-lsc-on-phone"}
    assert "second fault: the LSC has expired" in one.why


@pytest.mark.parametrize("kind", JUDGES, ids=str)
def test_an_expired_lsc_of_a_trusted_authority_is_not_cured_by_importing_it(kind: ServiceKind) -> None:
    one = explained(case(kind, 10, shows=Held("LSC", NEW, "77", PAST), in_use=trusted(NEW, serial="2")))
    assert one.rule.endswith("lsc-expired")
    assert "upload-certificate" not in [word for way in words(one) for word in way]
    assert not set(one.cure.split()) & {"Import", "import", "Upload", "upload"}


@pytest.mark.parametrize("kind", JUDGES, ids=str)
@pytest.mark.parametrize(
    ("authority", "root"),
    [
        ("Cisco Manufacturing CA III", "Cisco Basic Assurance Root CA 2099"),
        ("High Assurance SUDI CA", "Cisco Root CA 2099"),
        ("Device Identity Basic Assurance Sub CA 2099", "Device Identity Basic Assurance Root CA 2099"),
    ],
)
def test_an_authority_that_was_never_shipped_comes_with_its_root(kind: ServiceKind, authority: str, root: str) -> None:
    issuer = named(O="Cisco", CN=authority)
    both = ServiceFacts(ServiceKind.CALLMANAGER, "new", "", Basis(), Basis(), Ref(4))
    others = (both,) if kind is ServiceKind.CAPF else ()
    one = explained(case(kind, 20, shows=Held("MIC", issuer, "9", SOON), others=others))
    uploaded = [step["certificate"] for step in one.cures[0] if step.get("do") == "upload-certificate"]
    assert set(uploaded) == {authority, root}
    stores = {step.get("store") for step in one.cures[0] if step.get("do") == "upload-certificate"}
    assert stores == ({"CallManager-trust", "CAPF-trust"} if kind in STORES else {None})
    assert "default-ca-list" not in [word for way in words(one) for word in way]
    assert "was never in the trust stores" in one.why


def test_an_authority_of_the_default_list_is_brought_back_by_the_command_that_took_it() -> None:
    command = CaseAct(
        ActKind.DEFAULT_CA_DISABLED, Ref(2), "new", names=("Cisco Manufacturing CA", "Cisco Root CA 2048")
    )
    kind = ServiceKind.CALLMANAGER
    gone = [replace(deleted(kind, name)[0], ref=Ref(number), by=Ref(2)) for number, name in ((3, MAKER), (4, ROOT))]
    history = (command, *gone, deleted(kind)[1])
    one = explained(case(kind, 20, shows=Held("MIC", MAKER, "9", SOON), history=history))
    assert words(one)[0] == ["default-ca-list", "default-ca-list", "restart-service"]
    alone = explained(case(kind, 20, shows=Held("MIC", MAKER, "9", SOON), history=(gone[0], deleted(kind)[1])))
    assert "default-ca-list" not in words(alone)[0]


# Every combination can be said

HISTORIES = {"nothing": lambda kind: (), "deleted": deleted}


@pytest.mark.parametrize("kind", JUDGES, ids=str)
def test_every_code_can_be_said_in_both_languages_and_its_cure_is_of_known_operations(kind: ServiceKind) -> None:
    for code, depth, held, history in itertools.product(VerifyCode, (0, 1), ("LSC", "MIC"), HISTORIES.values()):
        if code is VerifyCode.OK:
            continue
        shows = Held(held, OLD if held == "LSC" else MAKER, "77", SOON)
        one = case(kind, code, depth=depth, shows=shows, history=history(kind))
        english, chinese = explained(one), explained(one, CHINESE)
        assert english.rule == chinese.rule
        assert english.why != chinese.why
        assert english.rule == UNKNOWN or english.rule in RULES
        assert english.rule == UNKNOWN or (english.cure.endswith(".") and chinese.cure)
        assert {str(step["do"]) for way in english.cures for step in way if "do" in step} <= WORDS
        if f"({int(code)})" in english.why or "verify code" in english.why:
            assert verify_text(code) in english.why
            assert verify_text(code) in chinese.why


@pytest.mark.parametrize("kind", JUDGES, ids=str)
@pytest.mark.parametrize("alert", [None, *AlertDescription])
def test_an_alert_alone_says_no_more_than_it_can(kind: ServiceKind, alert: AlertDescription | None) -> None:
    number = -1 if alert is None else int(alert)
    one = explained(replace(case(kind, 20), problem=RefusedByTls(number, "read")))
    known = {
        AlertDescription.HANDSHAKE_FAILURE: ("no-common-cipher",),
        AlertDescription.PROTOCOL_VERSION: ("tls-version",),
    }
    assert one.rule == UNKNOWN or one.rule.endswith(known.get(alert, ()))  # type: ignore[arg-type]


def test_causes_of_a_rejection_are_told_by_name() -> None:
    for cause in ("noEntryInDatabase", "securityMismatch", "invalidTLSCipher", "invalidX509NameInCertificate"):
        one = explained(replace(case(ServiceKind.CALLMANAGER, 20), problem=RejectedByService(cause, 1)))
        assert one.rule == f"rejected-{cause}"
    assert explained(replace(case(ServiceKind.CALLMANAGER, 20), problem=RejectedByService("other", 1))).rule == UNKNOWN


def test_a_step_of_a_plan_is_named_as_a_step() -> None:
    history = tuple(replace(act, ref=Ref(act.ref.number, "step")) for act in deleted(ServiceKind.CALLMANAGER))
    one = explained(case(ServiceKind.CALLMANAGER, 20, history=history))
    assert "(step 3)" in one.why
    assert "step 3: new/administration: deleted CAPF-old from CallManager-trust" in one.evidence[-1].text
    assert "第 3 步" in explained(case(ServiceKind.CALLMANAGER, 20, history=history), CHINESE).why
