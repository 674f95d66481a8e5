"""Why a phone has no tunnel: each rule by what either end noted, and each with its opposite."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from cucm_sim.certificate_events import CertificateRegenerated
from cucm_sim.vpn_management import VpnGroupAssigned, VpnGroupSaved
from edge_sim.trust_events import EdgeTrustChanged
from edge_sim.vpn_gateway.events import (
    ClientCertificateMissing,
    ClientCertificateRefused,
    HeldName,
    LoginRefusal,
    LoginRefused,
    TrustpointsChanged,
    TunnelRefusal,
    TunnelRefused,
    VpnGatewayStopped,
)
from lab.base.language import Catalogue
from lab.explain import RULES, UNKNOWN, Explanation
from phone_sim.boot import State, Trigger
from phone_sim.events import CertificateMissing, SecureConnectionRefused, ServerUnreachable
from phone_sim.vpn.events import (
    HostIdFault,
    HostIdRefused,
    VpnAnswerReceived,
    VpnAttempted,
    VpnConnected,
    VpnEnded,
    VpnFailure,
    VpnGatewayFailed,
    VpnNotAttempted,
    VpnObstacle,
)
from pki import DistinguishedName
from tests.explained import explain
from tests.lab.edge_events_made import ASA, MAKER, NEW, OLD, PHONE, ROOT, TLS, URL, Made
from tests.made_names import named
from wire.tls import AlertDescription, VerifyCode
from wire.tunnel import TunnelEnd

NOT_FOUND = VerifyCode.UNABLE_TO_GET_ISSUER_CERT_LOCALLY
Story = Callable[[Made], object]


def failed(made: Made, failure: VpnFailure, cause: Any = None, *, kind: str = "LSC", **fields: Any) -> None:
    empty = {"status": 0, "alert": -1, "alert_direction": "", "fault": ""}
    made.add(VpnGatewayFailed, PHONE, "", cause, url=URL, number=1, failure=failure, kind=kind, **empty | fields)


def tls_refused(made: Made, *, alert: int = 48, direction: str = "read") -> None:
    refused = made.add(
        SecureConnectionRefused, PHONE, TLS, service="VPN", kind="LSC", alert=alert, alert_direction=direction
    )
    failed(made, VpnFailure.TLS_REFUSED, refused, alert=alert, alert_direction=direction)


def refused(made: Made, code: int, *, kind: str = "LSC", issuer: DistinguishedName = OLD, depth: int = 0) -> None:
    before = [event for event in made if isinstance(event, VpnGatewayFailed)]
    attempted = made.add(VpnAttempted, PHONE, "", before[-1] if before else None, url=URL, number=1, resumed=False)
    made.chosen(kind, issuer, TLS, "VPN")
    made.add(
        ClientCertificateRefused,
        ASA,
        TLS,
        verify_code=code,
        depth=depth,
        subject=OLD if depth else named(CN="phone"),
        issuer=issuer,
        serial_number="1",
        alert=48,
    )
    told = {"service": "VPN", "kind": kind, "alert": 48, "alert_direction": "read"}
    failed(
        made,
        VpnFailure.TLS_REFUSED,
        made.add(SecureConnectionRefused, PHONE, TLS, attempted, **told),
        kind=kind,
        alert=48,
        alert_direction="read",
    )


def with_code(code: int, *trusted: DistinguishedName, **fields: Any) -> Story:
    def tell(made: Made) -> None:
        made.gateway(*trusted)
        made.phone()
        refused(made, code, **fields)

    return tell


def capf_not_trusted(made: Made) -> None:
    made.capf("one", OLD)
    with_code(NOT_FOUND, MAKER)(made)


def lsc_of_another_cluster(made: Made) -> None:
    made.capf("two", OLD)
    with_code(NOT_FOUND, MAKER)(made)


def distrusted(made: Made, subject: DistinguishedName) -> EdgeTrustChanged:
    """An ASA goes by it at once."""
    act = made.add(
        EdgeTrustChanged,
        "asa/administration",
        server="asa",
        change="distrusted",
        subject=subject,
        serial_number="1",
        takes_effect="at once",
    )
    made.add(TrustpointsChanged, ASA, "", act, trusted=(HeldName("new", NEW),))
    return act


def capf_distrusted(made: Made) -> None:
    made.capf("one", OLD)
    made.gateway(OLD)
    made.phone()
    distrusted(made, OLD)
    refused(made, NOT_FOUND)


def capf_made_anew(made: Made) -> None:
    made.capf("one", OLD)
    made.gateway(OLD)
    made.phone()
    made.add(
        CertificateRegenerated,
        "one/administration",
        unit="CAPF",
        subject=NEW,
        serial_number="2",
        former_subject=OLD,
        former_serial_number="1",
        takes_effect="x",
        phones_trust_it_after="x",
    )
    made.capf("one", OLD, NEW)
    refused(made, NOT_FOUND, issuer=NEW)


def answered(
    failure: VpnFailure, *, status: int = 401, refusal: Callable[[Made], object] | None = None, **fields: Any
) -> Story:
    """TLS is up, and then HTTP says no."""

    def tell(made: Made) -> None:
        made.gateway(OLD)
        made.phone()
        made.add(VpnAttempted, PHONE, url=URL, number=1, resumed=False)
        if refusal is not None:
            refusal(made)
        answer = made.add(VpnAnswerReceived, PHONE, TLS, step="POST", status=status, reason="", cookies=())
        failed(made, failure, answer, status=status, **fields)

    return tell


def no_certificate(made: Made) -> None:
    made.add(CertificateMissing, PHONE, TLS, service="VPN")
    made.add(ClientCertificateMissing, ASA, TLS)
    made.add(LoginRefused, ASA, TLS, reason=LoginRefusal.NO_CERTIFICATE, path="/phones")


def no_user_name(made: Made) -> None:
    made.add(LoginRefused, ASA, TLS, reason=LoginRefusal.NO_USER_NAME, path="/phones")


def no_address(made: Made) -> None:
    made.add(TunnelRefused, ASA, TLS, reason=TunnelRefusal.NO_ADDRESS, status=503, address="127.0.0.9")


def by_alert(alert: int) -> Story:
    def tell(made: Made) -> None:
        made.gateway(OLD)
        made.phone()
        made.chosen("LSC", OLD, TLS, "VPN")
        tls_refused(made, alert=alert)

    return tell


def host_id(fault: HostIdFault) -> Story:
    def tell(made: Made) -> None:
        made.phone()
        given = made.add(
            HostIdRefused,
            PHONE,
            TLS,
            fault=fault,
            hashes=("aa",),
            known=("bb",),
            subject=named(CN="asa.example.com"),
            host="asa.example.com",
            names=("*.example.com",),
        )
        failed(made, VpnFailure.HOST_ID, given)

    return tell


def before_tls(failure: VpnFailure) -> Story:
    def tell(made: Made) -> None:
        made.gateway(OLD)
        made.phone()
        failed(made, failure, made.add(VpnAttempted, PHONE, url=URL, number=1, resumed=False))

    return tell


def gateway_stopped(made: Made) -> None:
    made.gateway(OLD)
    made.phone()
    made.add(VpnGatewayStopped, ASA, sessions=0)
    silent = made.add(ServerUnreachable, PHONE, service="VPN", address="127.0.0.2", port=443, error=111)
    failed(made, VpnFailure.UNREACHABLE, silent)


def ended(how: TunnelEnd) -> Story:
    def tell(made: Made) -> None:
        made.gateway(OLD)
        made.phone()
        connected = made.add(
            VpnConnected,
            PHONE,
            TLS,
            url=URL,
            kind="LSC",
            issuer=named(CN="x"),
            resumed=False,
            address="127.0.0.9",
            mtu=1290,
            dpd=30,
            keepalive=20,
            tls_version="TLSv1.2",
            cipher="x",
        )
        made.add(
            VpnEnded,
            PHONE,
            TLS,
            connected,
            how=how,
            reason=0,
            text="",
            packets_dropped=0,
            keepalives_sent=0,
            dpd_answered=0,
        )

    return tell


def password_needed(made: Made) -> None:
    made.phone()
    made.add(VpnNotAttempted, PHONE, obstacle=VpnObstacle.PASSWORD)


RUNS: dict[str, Story] = {
    "vpn-capf-not-trusted": capf_not_trusted,
    "vpn-lsc-of-another-cluster": lsc_of_another_cluster,
    "vpn-capf-distrusted": capf_distrusted,
    "vpn-capf-regenerated": capf_made_anew,
    "vpn-mic-issuer-not-trusted": with_code(NOT_FOUND, OLD, kind="MIC", issuer=MAKER),
    "vpn-chain-incomplete": with_code(VerifyCode.UNABLE_TO_GET_ISSUER_CERT, OLD, issuer=ROOT, depth=1),
    "vpn-issuer-key-changed": with_code(NOT_FOUND, OLD),
    "vpn-lsc-expired": with_code(VerifyCode.CERT_HAS_EXPIRED, OLD),
    "vpn-mic-expired": with_code(VerifyCode.CERT_HAS_EXPIRED, MAKER, kind="MIC", issuer=MAKER),
    "vpn-issuer-expired": with_code(VerifyCode.CERT_HAS_EXPIRED, OLD, depth=1),
    "vpn-certificate-refused": with_code(VerifyCode.CERT_REVOKED, OLD),
    "vpn-no-certificate": answered(VpnFailure.LOGIN_REFUSED, refusal=no_certificate, kind=""),
    "vpn-tls-version": by_alert(AlertDescription.PROTOCOL_VERSION),
    "vpn-no-common-cipher": by_alert(AlertDescription.HANDSHAKE_FAILURE),
    "vpn-host-id-unknown-hash": host_id(HostIdFault.UNKNOWN_HASH),
    "vpn-host-id-other-name": host_id(HostIdFault.OTHER_NAME),
    "vpn-host-id-wildcard": host_id(HostIdFault.WILDCARD),
    "vpn-host-not-found": before_tls(VpnFailure.UNRESOLVED),
    "vpn-gateway-unreachable": before_tls(VpnFailure.UNREACHABLE),
    "vpn-gateway-stopped": gateway_stopped,
    "vpn-gateway-silent": before_tls(VpnFailure.TIMED_OUT),
    "vpn-no-such-group": answered(VpnFailure.NOT_FOUND, status=404),
    "vpn-login-refused": answered(VpnFailure.LOGIN_REFUSED, refusal=no_user_name),
    "vpn-tunnel-refused": answered(VpnFailure.UNAVAILABLE, status=503, refusal=no_address),
    "vpn-strange-answer": answered(VpnFailure.REDIRECTED, status=302),
    "vpn-dead-tunnel": ended(TunnelEnd.DEAD_PEER),
    "vpn-tunnel-lost": ended(TunnelEnd.EOF),
    "vpn-password-needed": password_needed,
}


def made_of(story: Story) -> Made:
    made = Made()
    story(made)
    return made


def one(made: Made) -> Explanation:
    (found,) = explain(made)
    return found


def test_each_rule_has_a_run() -> None:
    assert list(RUNS) == [rule for rule in RULES if rule.startswith("vpn-")]


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("rule", RUNS)
def test_a_rule_is_found_by_its_codes_and_can_be_said(rule: str, language: str) -> None:
    made = made_of(RUNS[rule])
    (found,) = explain(made, Catalogue(language))
    assert found.rule == rule
    assert found.still
    assert "{" not in found.what + found.why + found.cure
    assert found.evidence[0].seq == made[-1].seq


def test_a_trustpoint_that_was_removed_is_named_with_its_number() -> None:
    made = made_of(capf_distrusted)
    act = next(event for event in made if isinstance(event, EdgeTrustChanged))
    found = one(made)
    assert f"(event {act.seq})" in found.why
    assert act.seq in {evidence.seq for evidence in found.evidence}


def test_what_the_gateway_trusts_now_counts_and_not_what_it_started_with() -> None:
    made = Made()
    made.capf("one", OLD)
    made.gateway(MAKER)
    made.add(TrustpointsChanged, ASA, trusted=(HeldName("old", OLD),))
    made.phone()
    refused(made, NOT_FOUND)
    assert one(made).rule == "vpn-issuer-key-changed"


def test_the_group_that_brought_the_hashes_is_named() -> None:
    made = Made()
    saved = made.add(
        VpnGroupSaved,
        "one/administration",
        group="home",
        urls=(URL,),
        cert_hashes=("bb",),
        enable_host_id_check=True,
        auto_net_detect=False,
        takes_effect="x",
    )
    made.add(VpnGroupAssigned, "one/administration", device_name=PHONE, group="home", takes_effect="x")
    host_id(HostIdFault.UNKNOWN_HASH)(made)
    found = one(made)
    assert f"VPN group home (event {saved.seq})" in found.why
    assert saved.seq in {evidence.seq for evidence in found.evidence}


def test_a_gateway_that_started_again_is_not_called_stopped() -> None:
    made = Made()
    made.gateway(OLD)
    made.phone()
    made.add(VpnGatewayStopped, ASA, sessions=0)
    made.gateway(OLD)
    silent = made.add(ServerUnreachable, PHONE, service="VPN", address="127.0.0.2", port=443, error=110)
    failed(made, VpnFailure.UNREACHABLE, silent)
    assert one(made).rule == "vpn-gateway-unreachable"


def test_a_gateway_that_said_goodbye_when_it_stopped_is_named() -> None:
    stopped = Made()
    stopped.gateway(OLD)
    stopped.phone()
    stopped.add(ClientCertificateMissing, ASA, TLS)
    stopped.add(VpnGatewayStopped, ASA, sessions=1)
    fields = {"reason": 0, "text": "", "packets_dropped": 0, "keepalives_sent": 0, "dpd_answered": 0}
    stopped.add(VpnEnded, PHONE, TLS, how=TunnelEnd.TERMINATE, **fields)
    assert one(stopped).rule == "vpn-gateway-stopped"


def test_a_tunnel_that_the_phone_closed_itself_is_no_failure() -> None:
    made = made_of(ended(TunnelEnd.CLOSED_HERE))
    made.step(State.DOWNLOADING, Trigger.FILE, State.REGISTERING)
    assert explain(made) == []


def test_a_connection_that_broke_without_a_word_is_not_guessed_at() -> None:
    assert one(made_of(before_tls(VpnFailure.CONNECTION_LOST))).rule == UNKNOWN


def test_a_certificate_that_a_gateway_of_somebody_else_refused_is_not_guessed_at() -> None:
    """ocserv resets: there is no alert, and nobody of this lab noted why."""
    made = Made()
    made.phone()
    made.chosen("LSC", OLD, TLS, "VPN")
    tls_refused(made, alert=-1, direction="")
    assert one(made).rule == UNKNOWN


def test_rounds_that_fail_alike_are_told_once_with_the_evidence_of_the_last() -> None:
    made = made_of(capf_not_trusted)
    last = made[-1]
    refused(made, NOT_FOUND)
    found = one(made)
    assert last.seq not in {evidence.seq for evidence in found.evidence}
