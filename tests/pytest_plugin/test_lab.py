"""The lab of a test: what is put into it, what is done to it, and what its phones answer."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from cryptography import x509

from cisco_data import DeviceSecurityMode
from cisco_data.models import MODELS
from lab.fleet import model as fl
from lab.pytest_plugin.assertion_log import AssertionLog
from lab.pytest_plugin.devices import PluginCapf, PluginCluster, PluginPhone
from lab.pytest_plugin.network import PluginLab
from lab.pytest_plugin.reply import Reply
from lab.whatif.impact_report import Outcome, ServerTrust, ServiceAccess
from lab.whatif.trace_attempt import AttemptTrace
from pki import TrustStore
from wire.tls import AlertDescription, VerifyCode

UNKNOWN = VerifyCode.UNABLE_TO_GET_ISSUER_CERT_LOCALLY
Failed = pytest.fail.Exception


def codes(reply: Reply) -> tuple[int, int, int]:
    """Verify code, depth, alert."""
    outcome = reply.outcome
    assert outcome is not None
    return outcome.verify_code, outcome.depth, outcome.alert


# What is there without a word


def test_an_empty_lab_gets_a_cluster_its_capf_and_a_phone_with_both_certificates(
    phone: PluginPhone, cluster: PluginCluster, capf: PluginCapf
) -> None:
    assert (phone.model, str(phone.cluster), str(capf)) == ("8861", "hq", "CAPF of hq")
    assert phone.mic == "Cisco Manufacturing CA SHA2"
    assert phone.lsc == capf.common_name != ""
    assert isinstance(capf.certificate, x509.Certificate)
    reply = phone.registers(cluster)
    assert reply
    assert reply.certificate == "LSC"
    assert (reply.outcome.tls_version, reply.outcome.cipher) == ("TLSv1.2", "ECDHE-RSA-AES256-GCM-SHA384")
    assert phone.known_to(capf)


def test_the_same_lab_has_the_same_names_in_every_test(phone: PluginPhone, capf: PluginCapf) -> None:
    assert (str(phone), capf.common_name) == ("SEP001A2F000001", "CAPF-28bb09a2")


def test_a_phone_is_asked_at_its_own_services_unless_another_is_named(lab: PluginLab) -> None:
    ise, asa = lab.radius(), lab.gateway()
    phone = lab.phone(dot1x=ise, vpn=asa)
    assert [
        reply.service for reply in (phone.registers(), phone.known_to(), phone.authenticates(), phone.connects())
    ] == [
        "CallManager of hq",
        "CAPF of hq",
        "ise",
        "asa",
    ]


# Each profile, and its inverse


def test_a_phone_with_the_lsc_of_another_cluster_is_refused_with_its_codes_and_its_console_line(
    lab: PluginLab,
) -> None:
    hq, branch = lab.cluster("hq"), lab.cluster("branch")
    phone = lab.phone(model="7965", cluster=branch, lsc=hq)
    reply = phone.registers(branch)
    assert not reply
    assert codes(reply) == (UNKNOWN, 0, AlertDescription.UNKNOWN_CA)
    assert reply.certificate == "LSC"
    assert any("STATE_SSL3_ALERT" in line and "[unknown CA]" in line for line in reply.console)
    assert reply.explanation is not None
    assert (reply.explanation.rule, reply.explanation.device) == ("lsc-of-another-cluster", str(phone))
    assert hq.capf.common_name in reply.why
    assert "delete the LSC" in reply.explanation.cure
    assert lab.phone(cluster=branch, lsc=branch).registers(branch)


def test_at_another_cluster_a_phone_is_asked_as_if_it_had_been_moved_there(lab: PluginLab, phone: PluginPhone) -> None:
    lab.cluster("branch")
    assert codes(phone.registers("branch")) == (UNKNOWN, 0, AlertDescription.UNKNOWN_CA)
    assert str(phone.cluster) == "hq"
    assert phone.registers()
    phone.move("branch")
    assert str(phone.cluster) == "branch"
    assert (
        phone.registers().service == "CallManager of hq"
    )  # it refuses the lists of the other and goes by its former file
    phone.delete_trust_lists()
    assert codes(phone.registers()) == (UNKNOWN, 0, AlertDescription.UNKNOWN_CA)


def test_capf_knows_a_phone_by_the_certificate_that_has_precedence(lab: PluginLab) -> None:
    lab.cluster("hq")
    lab.cluster("branch")
    phone = lab.phone(cluster="branch", lsc="hq")
    by_lsc = phone.known_to("branch")
    assert (by_lsc.outcome.accepted, by_lsc.outcome.cause) == (False, "Invalid LSC")
    assert phone.known_to("CAPF of branch", precedence="MIC")
    assert lab.phone(cluster="branch", lsc="branch").known_to(lab.clusters["branch"].capf)


def test_an_authentication_server_and_a_gateway_take_whom_they_trust(lab: PluginLab, capf: PluginCapf) -> None:
    trusting, strict = lab.radius("ise"), lab.radius("acs", trusts=["Cisco Manufacturing CA SHA2"])
    asa, other = lab.gateway("asa", trusts=[capf]), lab.gateway("asa2", trusts=["Cisco Manufacturing CA SHA2"])
    phone, by_mic = lab.phone(dot1x=trusting, vpn=asa), lab.phone(lsc=None)
    assert phone.authenticates(trusting)
    assert codes(phone.authenticates(strict)) == (UNKNOWN, 0, AlertDescription.UNKNOWN_CA)
    assert by_mic.authenticates(strict).certificate == "MIC"
    assert phone.connects(asa)
    assert codes(phone.connects(other)) == (UNKNOWN, 0, AlertDescription.UNKNOWN_CA)
    assert by_mic.connects(other)
    assert not by_mic.connects(asa)


def test_a_non_secure_phone_registers_without_tls_and_a_phone_without_certificates_only_so(lab: PluginLab) -> None:
    bare = lab.phone(lsc=None, mic=False)
    assert bare.registers().outcome.alert == AlertDescription.HANDSHAKE_FAILURE
    plain = lab.phone(profile="Non Secure", lsc=None, mic=False)
    assert plain.registers()
    assert repr(plain.registers()) == f"<{plain} registers with CallManager of hq without TLS>"
    assert plain.registers().console == ()
    lab.cluster("lax", mode="non-secure")
    assert lab.phone(cluster="lax", lsc=None, mic=False).registers()
    assert bare.registers("lax")


# What is done to it


def test_certificates_are_judged_at_the_time_of_the_lab(lab: PluginLab, phone: PluginPhone) -> None:
    assert lab.at == datetime(2026, 11, 23, 8, tzinfo=UTC)
    lab.at = "2031-06-01"
    assert codes(phone.registers()) == (VerifyCode.CERT_HAS_EXPIRED, 1, AlertDescription.CERTIFICATE_EXPIRED)
    lab.at = datetime(2026, 12, 1)  # noqa: DTZ001 - a naive one counts as UTC
    assert lab.at == datetime(2026, 12, 1, tzinfo=UTC)
    assert phone.registers()


def test_a_change_is_done_and_a_new_lsc_mends_what_it_broke(
    lab: PluginLab, phone: PluginPhone, cluster: PluginCluster, capf: PluginCapf
) -> None:
    old = capf.common_name
    lab.change(regenerate=capf)
    assert capf.common_name != old
    assert phone.lsc == old
    assert phone.registers()
    lab.change(remove=old, from_=cluster.callmanager_trust)
    reply = phone.registers()
    assert codes(reply) == (UNKNOWN, 0, AlertDescription.UNKNOWN_CA)
    assert "It used to be there" in " ".join(reply.report_text().split())
    with pytest.raises(Failed, match="gets no LSC from CAPF of hq"):
        phone.install_lsc()
    cluster.update_ctl()
    phone.install_lsc()
    assert phone.lsc == capf.common_name
    assert phone.registers().certificate == "LSC"
    phone.delete_lsc()
    assert phone.registers().certificate == "MIC"


def test_what_was_done_is_done_again_when_something_is_added_later(
    lab: PluginLab, phone: PluginPhone, capf: PluginCapf
) -> None:
    lab.change(remove=capf, from_="CallManager-trust")
    lab.at = "2026-12-24"
    late = lab.phone(lsc=None)
    assert not phone.registers()
    assert late.registers()
    assert (lab.at.month, str(phone), str(late)) == (12, "SEP001A2F000001", "SEP001A2F000002")


def test_a_phone_keeps_its_name_whatever_names_others_are_given_later(lab: PluginLab) -> None:
    first = lab.phone()
    with pytest.raises(Failed, match=r"SEP001A2F000001 is phones\.phone 1 already"):
        lab.phone(device=str(first))
    assert lab.phone(device="SEP00AABBCCDDEE").registers()
    assert list(lab.phones) == ["SEP001A2F000001", "SEP00AABBCCDDEE"]


# Names


def test_phones_are_found_by_any_spelling_and_by_the_names_that_they_were_given(lab: PluginLab) -> None:
    phone = lab.phone("lobby", device="SEP00AABBCCDDEE")
    for name in ("lobby", "SEP00AABBCCDDEE", "00:aa:bb:cc:dd:ee", "00aa.bbcc.ddee"):
        assert lab.phones[name] == phone
        assert name in lab.phones
        assert lab.phones.get(name) == phone
    assert "SEP000000000000" not in lab.phones
    assert lab.phones.get("SEP000000000000") is None
    assert lab.servers == {}


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        (lambda lab: lab.phone(model="8862"), r'no model "8862" is known \(did you mean "88'),
        (lambda lab: lab.phone(profil="Encrypted"), r'there is no key "profil" here \(did you mean "profile"\?\)'),
        (lambda lab: lab.phone(profile="Secure"), r'profile: "Secure" is not possible here'),
        (lambda lab: lab.phone(lsc="hk"), r'lsc: there is no cluster "hk" \(there is hq\)'),
        (lambda lab: lab.phone(device="12"), r'device: "12" is not SEP and twelve'),
        (lambda lab: lab.cluster("hq"), r'clusters: there is "hq" already'),
        (lambda lab: lab.radius(trusts=["nobody"]), r'radius\.ise\.trusts\[1\]: .*"nobody"'),
        (lambda lab: lab.phones["loby"], r'there is no phone "loby" in this lab \(did you mean "lobby"\?\)'),
        (lambda lab: lab.clusters["x"], r'there is no cluster "x" in this lab \(there is hq\)'),
        (lambda lab: lab.phones["lobby"].registers("nowhere"), r'there is no cluster "nowhere"'),
        (lambda lab: lab.phones["lobby"].authenticates(), r"which 802\.1X server\? .* uses none"),
        (lambda lab: lab.phones["lobby"].connects("asa9"), r'there is no VPN server "asa9"'),
        (lambda lab: lab.phones["lobby"].known_to(precedence="LCS"), r'precedence to "LCS" \(did you mean "LSC"\?\)'),
        (lambda lab: lab.phones["lobby"].move("x"), r'there is no cluster "x"'),
        (lambda lab: setattr(lab, "at", "tomorrow"), r'"tomorrow" is not a date'),
        (lambda lab: lab.change(), r"no change was named"),
        (lambda lab: lab.change(remove="CPAF", from_="CallManager-trust"), r'holds nothing called "CPAF"'),
    ],
)
def test_what_makes_no_sense_fails_in_one_sentence_and_leaves_the_lab_as_it_was(
    wrong: object, sentence: str, lab: PluginLab, cluster: PluginCluster
) -> None:
    phone = lab.phone("lobby")
    assert phone.registers()
    with pytest.raises(Failed, match=sentence) as failed:
        wrong(lab)  # type: ignore[operator]
    assert "\n" not in str(failed.value)
    assert phone.registers()
    assert len(lab.phones) == 1


def test_there_is_no_only_phone_or_cluster_among_several(lab: PluginLab, request: pytest.FixtureRequest) -> None:
    lab.cluster("hq")
    lab.cluster("branch")
    with pytest.raises(Failed, match=r'which cluster\? This lab has 2: name one, as in lab.clusters\["hq"\]'):
        lab.phone()
    with pytest.raises(Failed, match="which cluster"):
        request.getfixturevalue("cluster")
    lab.phone("lobby", cluster="hq")
    assert str(request.getfixturevalue("phone")) == "SEP001A2F000001"


# Stories


@pytest.mark.cucm_scenario("lsc-wins-over-mic")
def test_a_story_is_played_and_its_lab_is_as_it_ended(lab: PluginLab, cluster: PluginCluster) -> None:
    lobby, boardroom = lab.phones["lobby"], lab.phones["boardroom"]
    assert str(cluster) == "headquarters"
    assert (lobby.lsc, boardroom.lsc) == ("", cluster.capf.common_name)
    assert lobby.registers(cluster).certificate == "MIC"
    assert boardroom.registers(cluster).outcome.cipher == "NULL-SHA"
    with pytest.raises(Failed, match="nothing can be added to lsc-wins-over-mic"):
        lab.phone()


@pytest.mark.cucm_scenario("lsc-wins-over-mic")
def test_what_one_test_does_to_a_story_no_other_test_sees(lab: PluginLab, request: pytest.FixtureRequest) -> None:
    lab.phones["boardroom"].delete_lsc()
    assert lab.phones["boardroom"].lsc == ""
    with pytest.raises(Failed, match=r'which phone\? This lab has 2: name one, as in lab.phones\["lobby"\]'):
        request.getfixturevalue("phone")


@pytest.mark.cucm_scenario("lsc-wins-over-mic")
def test_nor_does_it_see_what_the_one_before_it_did(lab: PluginLab) -> None:
    assert lab.phones["boardroom"].lsc != ""


@pytest.mark.cucm_scenario("lsc-wins-over-mic", play=False)
def test_a_storys_cast_is_there_as_it_begins_and_can_grow(lab: PluginLab) -> None:
    assert lab.phones["lobby"].registers().certificate == "LSC"
    assert lab.phone("cellar", lsc=None).registers().certificate == "MIC"
    assert list(lab.phones) == ["SEP001A2F000001", "SEP001A2F000002", "SEP001A2F000003"]


def test_a_lab_is_built_inside_a_trio_loop_too(lab: PluginLab) -> None:
    import trio

    async def evaluate() -> bool:
        return bool(lab.phone().registers())

    assert trio.run(evaluate)


# Networks


EXPORTS = "../../examples/trust-change-in-ci/exports"


@pytest.mark.cucm_exports(EXPORTS, now="2026-11-23")
def test_a_folder_of_exports_is_a_network_whose_phones_answer(
    lab: PluginLab, cluster: PluginCluster, capf: PluginCapf
) -> None:
    assert (str(cluster), capf.common_name, len(lab.phones)) == ("hq", "CAPF-4277003f", 6)
    assert lab.at == datetime(2026, 11, 23, tzinfo=UTC)
    assert [phone.registers(cluster).certificate for phone in lab.phones.values()] == ["LSC"] * 5 + ["MIC"]
    assert any("inventory.csv" in finding.where for finding in lab.findings)
    with pytest.raises(Failed, match="nothing can be added to"):
        lab.cluster("another")


@pytest.mark.cucm_exports(EXPORTS, now=datetime(2027, 4, 1, tzinfo=UTC))
def test_exports_are_judged_at_the_moment_that_the_mark_names(lab: PluginLab) -> None:
    old, new = lab.phones["SEP001A2F10A001"], lab.phones["SEP001A2F10A005"]
    assert codes(old.registers()) == (VerifyCode.CERT_HAS_EXPIRED, 1, AlertDescription.CERTIFICATE_EXPIRED)
    assert new.registers()


@pytest.mark.cucm_exports(EXPORTS)
def test_without_a_moment_they_are_judged_now(lab: PluginLab) -> None:
    from journal import wall_now

    assert abs(lab.at - wall_now()) < timedelta(minutes=10)


# Answers


def reply_of(access: ServiceAccess) -> Reply:
    """Of a phone at the CallManager of hq."""
    phone = fl.FleetPhone("SEP001122334455", "8861", MODELS["8861"].tls, "hq", DeviceSecurityMode.ENCRYPTED)
    settings = fl.Settings(TrustStore("CallManager-trust"))
    server = fl.FleetServer(fl.ServiceKind.CALLMANAGER, "CallManager of hq", settings, settings, "hq")
    return Reply(phone, server, access, "registers with", AssertionLog(), lambda: AttemptTrace((), None))


def test_an_answer_that_nobody_knows_is_neither_true_nor_false() -> None:
    unknown = reply_of(ServiceAccess(None, why_not="its key is of a kind\nthat has no re-keyed certificate"))
    with pytest.raises(
        Failed, match="it cannot be told whether SEP001122334455 registers with CallManager of hq: its key"
    ):
        bool(unknown)
    assert repr(unknown).startswith("<it cannot be told whether")
    assert "\n" not in repr(unknown)


@pytest.mark.parametrize(("direction", "verb"), [("read", "is refused by"), ("write", "refuses")])
def test_an_answer_says_who_refused_whom(direction: str, verb: str) -> None:
    refused = reply_of(ServiceAccess(Outcome(False, "LSC", "verify", 20, 0, 48, direction)))
    assert not refused
    assert refused.sentence.startswith(f"SEP001122334455 {verb} CallManager of hq: alert unknown CA")


LISTED, DISTRUSTED = ServerTrust(True, "in the trust list"), ServerTrust(False, refusal="not in the trust list")
NOT_TOLD = ServerTrust(None, why_not="its lists are not known")
WELL, ENDED = Outcome(True, "LSC"), Outcome(False, "", "certificate", 20, 0, 48, "write")
REFUSED = Outcome(False, "LSC", "verify", 20, 0, 48, "read")


@pytest.mark.parametrize(
    ("outcome", "trust", "all_of_it", "by_server", "by_phone"),
    [
        (WELL, LISTED, True, True, True),
        (WELL, DISTRUSTED, False, True, False),
        (REFUSED, LISTED, False, False, True),
        (REFUSED, DISTRUSTED, False, False, False),
        (ENDED, DISTRUSTED, False, None, False),
        (REFUSED, NOT_TOLD, False, False, None),
        (WELL, NOT_TOLD, None, True, None),
        (None, LISTED, None, None, True),
        (None, DISTRUSTED, False, None, False),
        (WELL, None, True, True, None),
        (None, None, None, None, None),
    ],
)
def test_each_direction_of_an_answer_is_asserted_by_itself(
    outcome: Outcome | None,
    trust: ServerTrust | None,
    all_of_it: bool | None,
    by_server: bool | None,
    by_phone: bool | None,
) -> None:
    answer = reply_of(ServiceAccess(outcome, why_not="" if outcome else "no key", server=trust))

    def truth(of: object) -> bool | None:
        try:
            return bool(of)
        except Failed:
            return None

    found = [truth(each) for each in (answer, answer.server_accepts_phone, answer.phone_accepts_server)]
    assert found == [all_of_it, by_server, by_phone]
    assert answer.sentence


@pytest.mark.parametrize(
    ("access", "told"),
    [
        (
            ServiceAccess(WELL, server=DISTRUSTED),
            "refuses CallManager of hq: the phone refuses the server: not listed: ",
        ),
        (ServiceAccess(REFUSED, server=DISTRUSTED), "is refused by CallManager of hq: alert unknown CA"),
        (ServiceAccess(WELL, server=NOT_TOLD), "registers with CallManager of hq: its lists are not known"),
    ],
)
def test_the_sentence_says_which_direction_failed(access: ServiceAccess, told: str) -> None:
    assert told in reply_of(access).sentence


def test_only_the_failed_statement_and_its_last_result_are_told() -> None:
    log = AssertionLog()

    class ImpactReport:
        def __init__(self, name: str, truth: bool) -> None:
            self.title, self.truth = name, truth

        def report_text(self) -> str:
            return self.title

        def __bool__(self) -> bool:
            return log.look(self, self.truth)

    def about(test: Callable[[], None]) -> list[str]:
        with pytest.raises(AssertionError) as failed:
            test()
        return [title for title, _ in log.about(failed.tb)]

    def loop() -> None:
        for name in "abc":
            assert ImpactReport(name, name != "b")

    def several_lines() -> None:
        assert ImpactReport("before", False) or True
        assert any(
            [
                ImpactReport("one", False),
                ImpactReport("two", False),
            ]
        )

    def other_line() -> None:
        assert ImpactReport("fine", True)
        assert not "unrelated"

    assert about(loop) == ["b"]
    assert about(several_lines) == ["one", "two"]
    assert about(other_line) == []


def test_an_operation_has_its_word_and_its_keys(
    lab: PluginLab, phone: PluginPhone, cluster: PluginCluster, capf: PluginCapf
) -> None:
    assert phone.registers()
    lab.do("delete_certificate", cluster=cluster, store="CallManager-trust", certificate=capf)
    assert phone.registers()
    lab.do("restart-service", cluster=cluster, service="Cisco CallManager")
    assert not phone.registers()
    lab.do("set-profile", phones=[phone], profile="Non Secure")
    assert phone.registers()


@pytest.mark.parametrize(
    ("word", "keys", "says"),
    [
        (
            "restart-server",
            {"server": "ise"},
            r'do: nothing is called "restart-server" \(did you mean "restart-service"\?\)',
        ),
        ("restart-service", {"service": "CallManager"}, r'service: "CallManager" is not possible here'),
        ("move", {"to": "x"}, r'to: there is no cluster "x"'),
        ("wait", {"at": "2030-01-01"}, r'at: there is no key "at" here \(did you mean "until"\?\)'),
    ],
)
def test_an_operation_that_cannot_be_done_fails_with_a_sentence(
    word: str, keys: dict[str, str], says: str, lab: PluginLab, phone: PluginPhone
) -> None:
    with pytest.raises(pytest.fail.Exception, match=says):
        lab.do(word, **keys)


def test_an_old_method_is_answered_with_the_present_one(phone: PluginPhone, cluster: PluginCluster) -> None:
    with pytest.raises(AttributeError, match=r"has no update_trust_lists \(did you mean update_ctl\?\)"):
        cluster.update_trust_lists()
    with pytest.raises(AttributeError, match=r"has no move_to \(did you mean move\?\)"):
        phone.move_to("branch")
