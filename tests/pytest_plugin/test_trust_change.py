"""`trust_change`: what is asked in the words of the command, what is answered, and that nothing is done."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.serialization import Encoding

from cisco_data import ServiceKind
from lab.fleet.findings import InputFinding
from lab.pytest_plugin.assertion_log import AssertionLog
from lab.pytest_plugin.devices import PluginCapf, PluginCluster, PluginPhone
from lab.pytest_plugin.network import PluginLab
from lab.pytest_plugin.trust_change import ChangeReport, TrustChange
from lab.whatif.evaluate import ChangeRequest
from lab.whatif.impact_report import (
    Group,
    ImpactReport,
    Line,
    Lost,
    Outcome,
    PlannedStep,
    ServerTrust,
    ServiceAccess,
    Verdict,
)
from wire.tls import AlertDescription, VerifyCode

Failed = pytest.fail.Exception
NOW = datetime(2026, 11, 23)  # noqa: DTZ001 - never compared


def test_a_capf_that_is_needed_breaks_its_phones_and_the_safe_order_is_there(
    lab: PluginLab, phone: PluginPhone, capf: PluginCapf, trust_change: TrustChange
) -> None:
    by_mic = lab.phone(lsc=None)
    answer = trust_change(remove=capf, from_="CallManager-trust")
    assert answer.breaks
    assert not answer.safe
    assert not answer
    assert answer.broken == (str(phone),)
    assert answer.of(phone) == {
        "CallManager of hq": Verdict.BREAKS,
        "CAPF of hq": Verdict.WORKS,
        "Cisco Tftp of hq": Verdict.WORKS,
    }
    assert answer.of(by_mic)["CallManager of hq"] is Verdict.ONLY_BY_MIC
    assert answer.of("SEP000000000000") == {}
    (line,) = [line for _, _, line in answer.report.rows() if line.verdict is Verdict.BREAKS]
    outcome = line.after.outcome
    assert outcome is not None
    assert (outcome.verify_code, outcome.alert) == (20, AlertDescription.UNKNOWN_CA)
    texts = [step.text for step in answer.order]
    install = next(number for number, text in enumerate(texts) if text.startswith("Install/Upgrade an LSC"))
    delete = next(number for number, text in enumerate(texts) if text.startswith(f"Delete {capf.common_name}"))
    assert install < delete
    assert [step.down for step in answer.order] == [()] * len(texts)


def test_a_question_changes_nothing_and_a_change_does_what_the_question_asked(
    lab: PluginLab, phone: PluginPhone, trust_change: TrustChange
) -> None:
    words = {"remove": "CAPF", "from_": "CallManager-trust"}
    assert trust_change(**words, propose=False).breaks
    assert phone.registers()
    lab.change(**words)
    assert not phone.registers()
    with pytest.raises(Failed, match='holds nothing called "CAPF"'):
        trust_change(**words)


def test_what_nobody_needs_can_go(phone: PluginPhone, trust_change: TrustChange) -> None:
    answer = trust_change(remove=["CAP-RTP-001", "CAP-RTP-002"], from_="CallManager-trust")
    assert answer
    assert answer.safe
    assert not answer.breaks
    assert (answer.broken, answer.order) == ((), ())
    assert repr(answer).startswith("<Nothing breaks")


def test_every_word_of_the_command_is_understood(
    lab: PluginLab, cluster: PluginCluster, capf: PluginCapf, trust_change: TrustChange, tmp_path: Path
) -> None:
    old, new = lab.phone(model="7965"), lab.phone()
    assert trust_change(min_tls="1.2", propose=False).broken == (str(old),)
    assert trust_change(at="2031-06-01", propose=False).broken == (str(old), str(new))
    assert trust_change(at=datetime(2026, 12, 1)).safe  # noqa: DTZ001
    assert not trust_change(regenerate=capf).safe
    assert trust_change(regenerate=capf).report.breaks
    branch = lab.cluster("branch")
    moved = trust_change(move=branch, propose=False)
    assert moved.broken == (str(old), str(new))  # they keep the lists of their cluster, and refuse those of the other
    assert moved.of(new)["Cisco Tftp of branch"] is Verdict.BREAKS
    assert not moved.phone_accepts_server(new, "Cisco Tftp of branch")
    assert moved.phone_accepts_server(new, "CallManager of hq")  # by its former configuration
    in_place = trust_change(add=capf, to=branch.callmanager_trust, move=branch, propose=False)
    assert in_place.of(new)["Cisco Tftp of branch"] is Verdict.BREAKS
    assert capf.certificate is not None
    file = tmp_path / "capf.pem"
    file.write_bytes(capf.certificate.public_bytes(Encoding.PEM))
    by_file = trust_change(add=file, to=branch.callmanager_trust, move=branch, propose=False)
    assert by_file.of(new)["Cisco Tftp of branch"] is Verdict.BREAKS


def test_a_relative_path_begins_at_the_folder_of_the_test(phone: PluginPhone, trust_change: TrustChange) -> None:
    beside = "../../examples/trust-change-in-ci/exports/CAPF.pem"
    answer = trust_change(add=beside, to="CallManager-trust")
    assert answer.report.changes[0].startswith("Upload CAPF-4277003f (serial ")
    assert answer


def test_a_plan_is_a_file_and_comes_last(
    lab: PluginLab, phone: PluginPhone, trust_change: TrustChange, tmp_path: Path
) -> None:
    plan = tmp_path / "friday.toml"
    plan.write_text(
        '[[steps]]\ndo = "delete-certificate"\ncertificate = "CAPF"\nstore = "CallManager-trust"\n\n'
        '[[steps]]\ndo = "restart-service"\nservice = "Cisco CallManager"\n'
    )
    assert trust_change(plan=plan).broken == (str(phone),)
    both = trust_change(plan=str(plan), min_tls="1.2", propose=False)
    assert [step.text.split()[0] for step in both.report.plan[1:]] == [
        "Set",
        "Set",
        "Restart",
        "Restart",
        "Delete",
        "Restart",
    ]
    lab.change(plan=plan)
    assert phone.registers().outcome.verify_code == VerifyCode.UNABLE_TO_GET_ISSUER_CERT_LOCALLY


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        ({}, "no change was named"),
        ({"remove": "CAPF"}, "each --remove needs its --from: there are 1 and 0"),
        ({"remove": "CPAF", "from_": "CallManager-trust"}, 'holds nothing called "CPAF"'),
        ({"remove": "CAPF", "from_": "CallManager"}, 'there is no store "CallManager"'),
        ({"remove": "Cisco", "from_": "CallManager-trust"}, "may be 4 certificates"),
        ({"add": "nowhere.pem", "to": "CallManager-trust"}, "nowhere.pem does not exist"),
        ({"min_tls": "1.5"}, '"1.5" is not a TLS version'),
        ({"at": "tomorrow"}, '"tomorrow" is not a date'),
        ({"at": "2020-01-01"}, "is before"),
        ({"move": "x"}, 'there is no cluster "x"'),
        ({"regenerate": "ISE"}, 'no service has a certificate "ISE"'),
        ({"plan": "nowhere.toml"}, "nowhere.toml does not exist"),
    ],
)
def test_a_wrong_word_fails_in_one_sentence(
    words: dict[str, str], sentence: str, phone: PluginPhone, trust_change: TrustChange
) -> None:
    with pytest.raises(Failed, match=sentence) as failed:
        trust_change(**words)
    assert "\n" not in str(failed.value)


DEVICE = "SEP001122334455"


def answer_of(verdict: Verdict, *downs: int, accept_unknown: bool = False, **changes: Any) -> ChangeReport:
    """Of one phone with one service, and a plan after whose steps it is down, or is not."""
    outcome = Outcome(verdict is Verdict.WORKS, "LSC") if verdict is not Verdict.UNKNOWN else None
    line = Line(ServiceKind.CALLMANAGER, "cm", "cm", verdict, ServiceAccess(outcome), ServiceAccess(outcome))
    group = Group((DEVICE,), "8861", "hq", "hq", "", "", (line,))
    lost = (Lost(ServiceKind.CALLMANAGER, "cm", (DEVICE,)),)
    plan = tuple(PlannedStep("step", lost if down else ()) for down in downs)
    answer = replace(ImpactReport("lab", (), NOW, NOW, (group,), plan=plan), **changes)
    return ChangeReport(answer, AssertionLog(), accept_unknown=accept_unknown)


GRAVE = (InputFinding("inventory.csv, row 12", "no such model", grave=True),)


@pytest.mark.parametrize(
    ("answer", "breaks", "safe"),
    [
        (answer_of(Verdict.WORKS, 0, 0), False, True),
        (answer_of(Verdict.WAS_BROKEN, 0), False, True),
        (answer_of(Verdict.BREAKS, 0, 1), True, False),
        (answer_of(Verdict.WORKS, 0, 1, 0), False, False),
        (answer_of(Verdict.UNKNOWN, 0, accept_unknown=True), False, True),
        (answer_of(Verdict.UNKNOWN, 0, 1, accept_unknown=True), False, False),
        (answer_of(Verdict.WORKS, 0, findings=GRAVE, accept_unknown=True), False, True),
        (answer_of(Verdict.BREAKS, 0, findings=GRAVE), True, False),
    ],
    ids=[
        "works",
        "was broken",
        "breaks",
        "down between two steps",
        "cannot tell, and that is accepted",
        "the same, and down between two steps",
        "left out, and that is accepted",
        "breaks, and left out",
    ],
)
def test_safe_is_more_than_that_nothing_breaks(answer: ChangeReport, breaks: bool, safe: bool) -> None:
    assert (bool(answer.breaks), bool(answer.safe), bool(answer)) == (breaks, safe, safe)


@pytest.mark.parametrize(
    "answer",
    [
        answer_of(Verdict.UNKNOWN, 0),
        answer_of(Verdict.WORKS, 0, findings=GRAVE),
        answer_of(Verdict.WORKS, 0, unjudged=("Trust lists are not judged.",)),
        answer_of(Verdict.WORKS, 0, groups=()),
    ],
    ids=["cannot tell", "left out", "not judged", "no phone"],
)
def test_that_nothing_breaks_is_not_said_where_not_everything_was_judged(answer: ChangeReport) -> None:
    assert not answer.safe
    with pytest.raises(Failed, match="accept_unknown=True") as failed:
        bool(answer.breaks)
    assert "\n" not in str(failed.value)


def test_a_regeneration_breaks_phones_that_neither_list_the_new_certificate_nor_hear_of_it_from_tvs(
    phone: PluginPhone, capf: PluginCapf, trust_change: TrustChange
) -> None:
    answer = trust_change(regenerate=capf)
    assert answer.breaks
    assert not answer.phone_accepts_server(phone, "CAPF of hq")
    assert answer.phone_accepts_server(phone, "CallManager of hq")
    assert answer.server_accepts_phone(phone, "CallManager of hq")


def test_an_interrupt_ends_the_run_and_gives_no_half_answer(
    phone: PluginPhone, trust_change: TrustChange, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("lab.whatif.order.walk", interrupted)
    with pytest.raises(KeyboardInterrupt):
        trust_change(remove="CAPF", from_="CallManager-trust")


# Both directions, and phones that are off


def directed(*lines: tuple[ServiceKind, str, Outcome | None, ServerTrust | None]) -> ChangeReport:
    """Of one phone; verdicts do not matter."""
    made = tuple(
        Line(kind, name, name, Verdict.WORKS, ServiceAccess(None), ServiceAccess(outcome, server=trust))
        for kind, name, outcome, trust in lines
    )
    group = Group((DEVICE,), "8861", "hq", "hq", "", "", made)
    return ChangeReport(ImpactReport("lab", (), NOW, NOW, (group,), delete_by_hand=(DEVICE,)), AssertionLog())


WELL = Outcome(True, "LSC")
YES, NO, OPEN = (
    ServerTrust(True, "in the trust list"),
    ServerTrust(False, refusal="unreadable", file="ITL"),
    ServerTrust(None),
)
CM, TFTP, ISE = "CallManager of hq", "Cisco Tftp of hq", "ise"


def test_each_direction_of_a_change_is_asserted_by_itself() -> None:
    answer = directed(
        (ServiceKind.CALLMANAGER, CM, WELL, YES),
        (ServiceKind.TFTP, TFTP, Outcome(False), NO),
        (ServiceKind.DOT1X, ISE, WELL, None),
    )
    assert answer.server_accepts_phone(DEVICE)
    assert answer.server_accepts_phone(DEVICE, CM)
    assert answer.phone_accepts_server(DEVICE, CM)
    assert not answer.phone_accepts_server(DEVICE, TFTP)
    assert not answer.phone_accepts_server(DEVICE)
    assert answer.delete_by_hand == (DEVICE,)
    with pytest.raises(Failed, match=f"of {DEVICE} that cannot be told at ise"):
        bool(answer.phone_accepts_server(DEVICE, ISE))
    with pytest.raises(Failed, match=r'does not use "CallManager of hp".*did you mean'):
        answer.phone_accepts_server(DEVICE, "CallManager of hp")
    with pytest.raises(Failed, match="was not asked about"):
        answer.server_accepts_phone("SEP000000000000")


def test_a_direction_that_is_not_known_fails_the_test_unless_another_server_is_refused() -> None:
    unknown = (ServiceKind.CALLMANAGER, CM, WELL, OPEN)
    with pytest.raises(Failed, match=f"cannot be told at {CM}"):
        bool(directed(unknown).phone_accepts_server(DEVICE))
    assert directed(unknown).server_accepts_phone(DEVICE)
    assert not directed(unknown, (ServiceKind.TFTP, TFTP, None, NO)).phone_accepts_server(DEVICE)
    ended = Outcome(False, "", "certificate", 20, 0, 48, "write")
    with pytest.raises(Failed, match=f"cannot be told at {CM}"):
        bool(directed((ServiceKind.CALLMANAGER, CM, ended, NO)).server_accepts_phone(DEVICE))
    with pytest.raises(Failed, match="cannot be told at any server"):
        bool(directed((ServiceKind.DOT1X, ISE, WELL, None)).phone_accepts_server(DEVICE))


def test_phones_that_are_off_are_named_as_the_command_takes_them(
    lab: PluginLab, phone: PluginPhone, trust_change: TrustChange, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = lab.phone("lobby", lsc=None)
    off: list[set[str]] = []
    judged = ImpactReport("lab", (), NOW, NOW, answer_of(Verdict.WORKS).report.groups)

    def noted(request: ChangeRequest, *_: object, **__: object) -> ImpactReport:
        off.append({each.device_name for each in request.fleet.phones if each.offline})
        return judged

    monkeypatch.setattr("lab.pytest_plugin.trust_change.evaluate", noted)
    both, change = {str(phone), str(other)}, {"remove": "CAP-RTP-001", "from_": "CallManager-trust"}
    for given in ((), phone, [phone, "lobby"], 1):
        trust_change(offline=given, **change)
    assert off == [set(), {str(phone)}, both, set(), both]
    with pytest.raises(Failed, match='there is no phone "cellar"'):
        trust_change(offline="cellar", **change)
