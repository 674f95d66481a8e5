"""Why a switch port stayed closed: each rule by the code and the trust that it is keyed on, and each with its opposite."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from cucm_sim.certificate_events import CertificateRegenerated
from edge_sim.authentication_server.events import (
    AuthenticationServerStopped,
    DropReason,
    RequestsUnanswered,
)
from edge_sim.authentication_server.failure_reasons import FailureReason as Reason
from edge_sim.authenticator.events import (
    PortModeSet,
    PortUnauthorized,
    RadiusAnswerRefused,
    RadiusServerDead,
)
from edge_sim.trust_events import EdgeTrustChanged
from lab.base.language import Catalogue
from lab.explain import RULES, UNKNOWN, Explanation
from phone_sim.boot import BootState, BootTrigger
from phone_sim.events import CertificateMissing, ServerUnreachable
from phone_sim.supplicant.events import Dot1xSucceeded
from pki import DistinguishedName
from tests.explained import explain
from tests.lab.edge_events_made import EAP, ISE, MAKER, NEW, OLD, PHONE, PORT, ROOT, SWITCH, Made
from tests.made_names import named
from wire.tls import AlertDescription, VerifyCode

NOT_FOUND = VerifyCode.UNABLE_TO_GET_ISSUER_CERT_LOCALLY
Story = Callable[[Made], object]


def one(made: Made) -> Explanation:
    (found,) = explain(made)
    return found


def refused(
    made: Made,
    code: int,
    *,
    kind: str = "LSC",
    issuer: DistinguishedName = OLD,
    depth: int = 0,
    reason: Reason = Reason.UNKNOWN_CA,
) -> None:
    """A conversation that ends with a verify code."""
    made.chosen(kind, issuer, EAP)
    made.asked()
    subject = named(CN=f"CP-7965G-{PHONE}") if depth == 0 else OLD
    made.rejected(
        reason, verify_code=code, depth=depth, certificate_subject=subject, certificate_issuer=issuer, alert=48
    )
    made.eap_failure(kind)


def rejected(made: Made, reason: Reason, *, kind: str = "LSC", **fields: Any) -> None:
    """A conversation that ends without one."""
    if kind:
        made.chosen(kind, OLD, EAP)
    else:
        made.add(CertificateMissing, PHONE, EAP, service="802.1X")
    made.rejected(reason, **fields)
    made.eap_failure(kind)


def trust(made: Made, change: str, subject: DistinguishedName) -> EdgeTrustChanged:
    return made.add(
        EdgeTrustChanged,
        "ise/administration",
        server="ise",
        change=change,
        subject=subject,
        serial_number="1",
        takes_effect="restart of ise",
    )


def regenerated(made: Made, subject: DistinguishedName = NEW) -> CertificateRegenerated:
    return made.add(
        CertificateRegenerated,
        "one/administration",
        unit="CAPF",
        subject=subject,
        serial_number="2",
        former_subject=OLD,
        former_serial_number="1",
        takes_effect="x",
        phones_trust_it_after="x",
    )


def capf_not_trusted(made: Made) -> None:
    made.capf("one", OLD)
    made.server(MAKER)
    made.phone()
    refused(made, NOT_FOUND)


def lsc_of_another_cluster(made: Made) -> None:
    made.capf("two", OLD)
    made.server(NEW)
    made.phone(cluster="one")
    refused(made, NOT_FOUND)


def capf_distrusted(made: Made) -> None:
    made.capf("one", OLD)
    made.server(OLD)
    made.phone()
    regenerated(made)
    trust(made, "distrusted", OLD)
    made.server(NEW)
    refused(made, NOT_FOUND)


def capf_made_anew(made: Made) -> None:
    made.capf("one", OLD)
    made.server(OLD)
    made.phone()
    regenerated(made)
    made.capf("one", OLD, NEW)
    refused(made, NOT_FOUND, issuer=NEW)


def mic_issuer_not_trusted(made: Made) -> None:
    made.server(OLD)
    made.phone()
    refused(made, NOT_FOUND, kind="MIC", issuer=MAKER)


def trusted_and_not_restarted(made: Made) -> None:
    made.server(MAKER)
    trust(made, "trusted", OLD)
    made.phone()
    refused(made, NOT_FOUND)


def chain_incomplete(made: Made) -> None:
    made.server(OLD)
    made.phone()
    refused(made, VerifyCode.UNABLE_TO_GET_ISSUER_CERT, issuer=ROOT, depth=1)


def issuer_key_changed(made: Made) -> None:
    made.server(OLD)
    made.phone()
    refused(made, VerifyCode.CERT_SIGNATURE_FAILURE, reason=Reason.BAD_CERTIFICATE)


def by_code(code: int, reason: Reason, *, kind: str = "LSC", depth: int = 0) -> Story:
    def tell(made: Made) -> None:
        made.server(OLD)
        made.phone()
        refused(made, code, kind=kind, reason=reason, depth=depth)

    return tell


def by_reason(reason: Reason, *, kind: str = "LSC", **fields: Any) -> Story:
    def tell(made: Made) -> None:
        made.server(OLD)
        made.phone()
        rejected(made, reason, kind=kind, **fields)

    return tell


def by_phone(code: int) -> Story:
    def tell(made: Made) -> None:
        made.server(OLD)
        made.phone()
        made.chosen("LSC", OLD, EAP)
        made.rejected(Reason.CLIENT_REJECTED_LOCAL_CERTIFICATE, alert=48, alert_direction="read")
        made.eap_failure(alert=48, alert_direction="write", verify_code=code)

    return tell


def no_answer(*noted: Story) -> Story:
    def tell(made: Made) -> None:
        made.server(OLD)
        made.phone()
        for story in noted:
            story(made)
        made.add(RadiusServerDead, SWITCH, EAP, port=PORT, server="127.0.0.3:1812", tries=3)
        made.eap_failure("")

    return tell


def unanswered(reason: DropReason) -> Story:
    return lambda made: made.add(RequestsUnanswered, ISE, reason=reason, source="127.0.0.4", count=1)


def server_stopped(made: Made) -> None:
    made.add(AuthenticationServerStopped, ISE, passed=0, failed=0, unanswered=0)


def answer_refused(made: Made) -> None:
    made.server(OLD)
    made.phone()
    made.asked()
    made.add(RadiusAnswerRefused, SWITCH, EAP, port=PORT, error="no EAP-Message")
    made.eap_failure("")


def port_force_unauthorized(made: Made) -> None:
    made.phone()
    made.asked()
    order = made.add(PortModeSet, SWITCH, EAP, port=PORT, mode="force-unauthorized")
    made.port_step("force-unauthorized", order)
    made.eap_failure("")


def port_unauthorized(made: Made) -> None:
    made.phone()
    made.asked()
    made.eap_failure()
    made.add(
        Dot1xSucceeded, PHONE, EAP, authenticator=True, kind="LSC", issuer=named(CN="x"), tls_version="x", cipher="x"
    )
    made.step(BootState.AT_PORT, BootTrigger.PORT_AUTHORISED, BootState.DOWNLOADING)
    made.add(PortUnauthorized, SWITCH, EAP, port=PORT, mac="00-1A-2F-00-00-01", why="auto ordered")
    made.add(ServerUnreachable, PHONE, service="TFTP", address="127.0.0.1", port=6970, error=0)


RUNS: dict[str, Story] = {
    "dot1x-capf-not-trusted": capf_not_trusted,
    "dot1x-lsc-of-another-cluster": lsc_of_another_cluster,
    "dot1x-capf-distrusted": capf_distrusted,
    "dot1x-capf-regenerated": capf_made_anew,
    "dot1x-mic-issuer-not-trusted": mic_issuer_not_trusted,
    "dot1x-trusted-and-not-restarted": trusted_and_not_restarted,
    "dot1x-chain-incomplete": chain_incomplete,
    "dot1x-issuer-key-changed": issuer_key_changed,
    "dot1x-lsc-expired": by_code(VerifyCode.CERT_HAS_EXPIRED, Reason.EXPIRED_CERTIFICATE),
    "dot1x-mic-expired": by_code(VerifyCode.CERT_HAS_EXPIRED, Reason.EXPIRED_CERTIFICATE, kind="MIC"),
    "dot1x-issuer-expired": by_code(VerifyCode.CERT_HAS_EXPIRED, Reason.EXPIRED_CERTIFICATE, depth=1),
    "dot1x-certificate-not-yet-valid": by_code(VerifyCode.CERT_NOT_YET_VALID, Reason.NOT_YET_VALID),
    "dot1x-certificate-revoked": by_code(VerifyCode.CERT_REVOKED, Reason.REVOKED_CERTIFICATE),
    "dot1x-crl-missing": by_code(VerifyCode.UNABLE_TO_GET_CRL, Reason.UNKNOWN_CA),
    "dot1x-crl-out-of-date": by_code(VerifyCode.CRL_HAS_EXPIRED, Reason.EXPIRED_CRL),
    "dot1x-certificate-purpose": by_code(VerifyCode.INVALID_PURPOSE, Reason.UNSUPPORTED_CERTIFICATE),
    "dot1x-certificate-refused": by_code(VerifyCode.EE_KEY_TOO_SMALL, Reason.BAD_CERTIFICATE),
    "dot1x-name-not-the-identity": by_reason(Reason.EAP_TLS_AUTHENTICATION_FAILED, expected="a", received="b"),
    "dot1x-other-method": by_reason(Reason.EAP_TLS_AUTHENTICATION_FAILED, expected="13", received="25", tls_version=""),
    "dot1x-unknown-endpoint": by_reason(Reason.SUBJECT_NOT_FOUND, received="b"),
    "dot1x-no-certificate": by_reason(Reason.EAP_TLS_HANDSHAKE_FAILED, kind=""),
    "dot1x-tls-version": by_reason(Reason.TLS_VERSION_NOT_ALLOWED),
    "dot1x-no-common-cipher": by_reason(Reason.NO_SUITABLE_CIPHERS),
    "dot1x-phone-silent": by_reason(Reason.SUPPLICANT_STOPPED_RESPONDING),
    "dot1x-phone-distrusts-server": by_phone(VerifyCode.SELF_SIGNED_CERT_IN_CHAIN),
    "dot1x-server-certificate-expired": by_phone(VerifyCode.CERT_HAS_EXPIRED),
    "dot1x-server-stopped": no_answer(server_stopped),
    "dot1x-server-silent": no_answer(),
    "dot1x-network-device-unknown": no_answer(unanswered(DropReason.UNKNOWN_CLIENT)),
    "dot1x-wrong-secret": no_answer(unanswered(DropReason.INVALID_MESSAGE_AUTHENTICATOR)),
    "dot1x-answer-refused": answer_refused,
    "dot1x-port-force-unauthorized": port_force_unauthorized,
    "dot1x-port-unauthorized": port_unauthorized,
}


def test_each_rule_has_a_run() -> None:
    assert list(RUNS) == [rule for rule in RULES if rule.startswith("dot1x-")]


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("rule", RUNS)
def test_a_rule_is_found_by_its_codes_and_can_be_said(rule: str, language: str) -> None:
    made = Made()
    RUNS[rule](made)
    found = explain(made, Catalogue(language))[-1]
    assert found.rule == rule
    assert found.still
    assert found.device == PHONE
    assert "{" not in found.what + found.why + found.cure
    assert found.evidence[0].seq == made[-1].seq


def made_of(story: Story) -> Made:
    made = Made()
    story(made)
    return made


def test_what_an_administrator_did_is_named_with_its_number_and_its_restart() -> None:
    made = made_of(capf_distrusted)
    found = one(made)
    act, start = next(e for e in made if isinstance(e, EdgeTrustChanged)), made[5]
    assert f"(event {act.seq})" in found.why
    assert f"(event {start.seq})" in found.why
    assert {act.seq, start.seq} <= {evidence.seq for evidence in found.evidence}


def test_a_server_that_was_restarted_since_the_import_goes_by_it() -> None:
    """The name is trusted, so that only another key can explain code 20."""
    made = Made()
    made.server(MAKER)
    trust(made, "trusted", OLD)
    made.server(MAKER, OLD)
    made.phone()
    refused(made, NOT_FOUND)
    assert one(made).rule == "dot1x-issuer-key-changed"


def test_a_cluster_that_the_phone_did_not_leave_is_not_another_one() -> None:
    made = Made()
    made.capf("one", OLD)
    made.capf("two", OLD)
    made.server(NEW)
    made.phone(cluster="one")
    refused(made, NOT_FOUND)
    assert one(made).rule == "dot1x-capf-not-trusted"


def test_an_authority_of_the_maker_that_was_removed_is_named_too() -> None:
    made = Made()
    made.server(MAKER)
    act = trust(made, "distrusted", MAKER)
    made.server(OLD)
    made.phone()
    refused(made, NOT_FOUND, kind="MIC", issuer=MAKER)
    found = one(made)
    assert found.rule == "dot1x-mic-issuer-not-trusted"
    assert f"(event {act.seq})" in found.why


def test_without_the_servers_start_in_the_journal_the_code_is_named_and_no_more_is_said() -> None:
    made = Made()
    made.phone()
    refused(made, NOT_FOUND)
    assert one(made).rule == "dot1x-certificate-refused"


def test_a_failure_of_a_server_that_is_none_of_this_lab_is_not_guessed_at() -> None:
    """FreeRADIUS, say: all that came is EAP-Failure."""
    made = Made()
    made.phone()
    made.chosen("LSC", OLD, EAP)
    made.asked()
    made.eap_failure()
    found = one(made)
    assert found.rule == UNKNOWN
    assert found.evidence


@pytest.mark.parametrize("code", [VerifyCode.INVALID_PURPOSE, VerifyCode.EE_KEY_TOO_SMALL])
def test_a_server_that_the_phone_refused_for_another_reason_is_not_called_distrusted(code: int) -> None:
    assert one(made_of(by_phone(code))).rule == UNKNOWN


def test_a_client_certificate_is_not_missed_where_one_was_shown() -> None:
    assert one(made_of(by_reason(Reason.EAP_TLS_HANDSHAKE_FAILED))).rule == UNKNOWN


def test_a_verdict_of_the_conversation_before_is_not_this_ones() -> None:
    """One name for all conversations of a phone: the second has no verdict, so it is another failure."""
    made = made_of(capf_not_trusted)
    made.add(RadiusServerDead, SWITCH, EAP, port=PORT, server="127.0.0.3:1812", tries=3)
    made.eap_failure("")
    found = explain(made)
    assert [(e.rule, e.still) for e in found] == [("dot1x-capf-not-trusted", False), ("dot1x-server-silent", True)]
    first = {evidence.seq for evidence in found[0].evidence}
    assert not first & {evidence.seq for evidence in found[1].evidence if evidence.seq > 8}


def test_a_conversation_that_was_left_behind_does_not_hide_the_verdict_on_the_next() -> None:
    made = Made()
    made.capf("one", OLD)
    made.server(MAKER)
    made.phone()
    made.chosen("LSC", OLD, EAP)
    made.rejected(Reason.UNKNOWN_CA, verify_code=20, depth=0, certificate_issuer=OLD)
    made.rejected(Reason.SUPPLICANT_STOPPED_RESPONDING)
    made.eap_failure()
    assert one(made).rule == "dot1x-capf-not-trusted"


def test_the_same_failure_many_times_is_told_once() -> None:
    made = made_of(capf_not_trusted)
    refused(made, NOT_FOUND)
    refused(made, NOT_FOUND)
    assert one(made).still


def test_a_port_that_opened_at_last_is_no_failure_any_more() -> None:
    made = made_of(capf_not_trusted)
    made.step(BootState.AT_PORT, BootTrigger.PORT_AUTHORISED, BootState.DOWNLOADING)
    made.add(ServerUnreachable, PHONE, service="TFTP", address="127.0.0.1", port=6970, error=0)
    still = {found.rule: found.still for found in explain(made)}
    assert still == {"dot1x-capf-not-trusted": False, "server-unreachable": True}


def test_a_phone_that_waits_at_its_port_without_a_verdict_is_explained() -> None:
    made = Made()
    made.server(OLD)
    made.phone()
    made.step(BootState.STARTING, BootTrigger.STARTED_WITH_DOT1X, BootState.AT_PORT)
    made.chosen("LSC", OLD, EAP)
    made.add(RadiusServerDead, SWITCH, EAP, port=PORT, server="127.0.0.3:1812", tries=3)
    found = one(made)
    assert (found.rule, found.still) == ("dot1x-server-silent", True)


def test_an_alert_is_followed_to_the_one_that_was_written_just_before() -> None:
    from wire.tls import AlertSeen

    made = Made()
    made.phone()
    written = []
    for _ in range(2):
        made.chosen("LSC", OLD, EAP)
        fields = {"level": 2, "description": int(AlertDescription.UNKNOWN_CA)}
        written.append(made.add(AlertSeen, ISE, EAP, direction="write", **fields))
        read = made.add(AlertSeen, PHONE, EAP, direction="read", **fields)
        made.add(type(made.eap_failure(alert=48)), PHONE, EAP, read, kind="LSC", issuer=named(CN="x"), alert=48)
    found = one(made)
    numbers = {evidence.seq for evidence in found.evidence}
    assert written[1].seq in numbers
    assert written[0].seq not in numbers


def test_a_verdict_from_before_the_port_opened_says_nothing_of_a_failure_after_it() -> None:
    made = made_of(capf_not_trusted)
    made.add(
        Dot1xSucceeded, PHONE, EAP, authenticator=True, kind="LSC", issuer=named(CN="x"), tls_version="x", cipher="x"
    )
    made.asked()
    made.eap_failure()
    assert [found.rule for found in explain(made)] == ["dot1x-capf-not-trusted", UNKNOWN]


def test_what_was_done_to_another_authority_is_not_named() -> None:
    made = Made()
    made.capf("one", OLD)
    made.server(MAKER)
    trust(made, "distrusted", MAKER)
    made.server()
    made.phone()
    refused(made, NOT_FOUND)
    assert one(made).rule == "dot1x-capf-not-trusted"


def test_a_removal_that_the_server_has_not_read_yet_is_not_why() -> None:
    made = Made()
    made.capf("one", OLD)
    made.server(MAKER)
    made.phone()
    trust(made, "distrusted", OLD)
    refused(made, NOT_FOUND)
    assert one(made).rule == "dot1x-capf-not-trusted"
